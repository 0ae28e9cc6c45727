"""Inspection of points in Django's admin: read-only, within the scope, for those who make the schemes."""

from django.contrib import admin

from members.models import PointCategory, PointEntry, PointGrade, PointItem, PointScheme, PointScore, QuarterClose
from registers.admin import ReadOnlyAdmin


class _SchemePart(admin.TabularInline):
    """Parts of a version, as they stand."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request, obj=None) -> bool:  # noqa: ANN001 -- Django's own signature
        return request.user.is_authenticated and request.user.can("points.view")

    def has_add_permission(self, request, obj=None) -> bool:  # noqa: ANN001
        return False

    def has_change_permission(self, request, obj=None) -> bool:  # noqa: ANN001
        return False

    def has_delete_permission(self, request, obj=None) -> bool:  # noqa: ANN001
        return False


class CategoryInline(_SchemePart):
    model = PointCategory
    fields = ("code", "name", "cap")


class ItemInline(_SchemePart):
    model = PointItem
    fields = ("code", "name", "points", "quarter_cap", "group", "evidence_needed")


class GradeInline(_SchemePart):
    model = PointGrade
    fields = ("name", "minimum")


@admin.register(PointScheme)
class PointSchemeAdmin(ReadOnlyAdmin):
    view_right = "points.view"
    list_display = ("name", "subject_kind", "number", "state", "from_quarter")
    list_filter = ("subject_kind", "state")
    ordering = ("subject_kind", "-number")
    inlines = (CategoryInline, ItemInline, GradeInline)


@admin.register(PointEntry)
class PointEntryAdmin(ReadOnlyAdmin):
    view_right = "points.view"
    list_display = ("id", "subject", "item_code", "quantity", "points", "occurred_on", "settle_quarter", "reverses")
    list_filter = ("settle_quarter",)
    list_select_related = ("subject",)
    search_fields = ("subject__name", "subject__number", "item_code")
    ordering = ("-id",)


@admin.register(QuarterClose)
class QuarterCloseAdmin(ReadOnlyAdmin):
    view_right = "points.view"
    list_display = ("quarter", "number", "state", "subject_count", "entry_count", "digest", "whole_at")
    list_filter = ("state",)
    ordering = ("-quarter", "-number")


@admin.register(PointScore)
class PointScoreAdmin(ReadOnlyAdmin):
    view_right = "points.view"
    list_display = ("close_subject", "close", "base", "deduct", "total", "grade", "rank_federation", "rank_town")
    list_select_related = ("close_subject", "close", "close__area")
    search_fields = ("close_subject__name", "close_subject__number")
    ordering = ("-close_id", "close_subject_id")
