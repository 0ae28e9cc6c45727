"""Django's admin for reference data and inspection, through the same guard and by rights.

A model's admin names the rights that open it; nothing is opened by being registered.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from registers.models import Job


class RightsAdmin(admin.ModelAdmin):
    """An admin page opened by rights: `view_right` to look, `change_right` to add and change, nobody deletes."""

    view_right = ""
    change_right = ""

    def _can(self, request: HttpRequest, right: str) -> bool:
        return bool(right) and request.user.is_authenticated and request.user.can(right)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._can(request, self.view_right) or self._can(request, self.change_right)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._can(request, self.change_right)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._can(request, self.change_right)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"title": str(self.opts.verbose_name_plural)} | (extra_context or {}))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        return super().add_view(request, form_url, {"title": f"新增{self.opts.verbose_name}"} | (extra_context or {}))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.model._default_manager.order_by(*(self.get_ordering(request) or ("pk",)))


class GuardedAdmin(RightsAdmin):
    """For guarded models: everybody sees and chooses what lies in his scope, and only reads unless he may change."""

    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = self.model.objects.visible_to(request.user)
        return rows.order_by(*(self.get_ordering(request) or ("pk",)))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not self._can(request, self.change_right):
            return False
        return obj is None or obj.is_changeable_by(request.user, self.change_right)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        target = db_field.remote_field.model
        if hasattr(target.objects, "visible_to"):
            kwargs["queryset"] = target.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ReadOnlyAdmin(GuardedAdmin):
    """Inspection only: the ledger, scores, history."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(RightsAdmin):
    """系统管理员 looks after stuck jobs; parameters and results stay hidden, as they may name people."""

    view_right = "jobs.inspect"
    list_display = ["title", "state", "attempt", "step", "created_at", "finished_at"]
    list_filter = ["state"]
    fields = ["kind", "title", "state", "step", "done", "total", "attempt", "message", "created_at", "heartbeat_at"]
    ordering = ["-created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return Job.objects.unscoped("系统管理员 inspects jobs of everybody, without their contents").order_by(
            "-created_at"
        )
