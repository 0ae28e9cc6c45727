"""Divisions as reference data: looked up by everybody within his scope, changed through dated actions only."""

from django.contrib import admin

from registers.admin import ReadOnlyAdmin
from villages.models import Area


@admin.register(Area)
class AreaAdmin(ReadOnlyAdmin):
    view_right = "areas.view"
    list_display = ["code", "name", "level", "valid_from", "valid_to", "successor"]
    list_filter = ["level"]
    search_fields = ["=code", "name__startswith", "initials__startswith"]
    fields = ["code", "name", "level", "parent", "pinyin", "initials", "valid_from", "valid_to", "successor"]
    ordering = ["code"]
    list_select_related = ["successor"]
    list_per_page = 50
