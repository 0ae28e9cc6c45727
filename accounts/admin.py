"""Users for the 系统管理员, grants for the 安全管理员."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.actions.grants import end_grant, give_grant
from accounts.models import Grant, User
from accounts.roles import ROLE_CHOICES
from registers.admin import RightsAdmin
from registers.errors import DomainError
from registers.scope import scope_kinds


class UserForm(forms.ModelForm):
    password_new = forms.CharField(
        label="设置密码",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="新建用户时必填；改已有用户时留空表示不改",
    )

    class Meta:
        model = User
        fields = ["username", "name", "unit", "is_active"]

    def clean_password_new(self) -> str:
        password = self.cleaned_data["password_new"]
        if not password and self.instance.pk is None:
            raise ValidationError("新建用户请设置初始密码")
        if password:
            validate_password(password, self.instance)
        return password


@admin.register(User)
class UserAdmin(RightsAdmin):
    view_right = "grants.change"
    change_right = "users.change"
    form = UserForm
    list_display = ["username", "name", "unit", "is_active", "last_login"]
    search_fields = ["username", "name", "unit"]
    ordering = ["username"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if form.cleaned_data.get("password_new"):
            obj.set_password(form.cleaned_data["password_new"])
        super().save_model(request, obj, form, change)
        if change and (not obj.is_active or form.cleaned_data.get("password_new")):
            obj.auth_token_set.all().delete()


class GrantForm(forms.ModelForm):
    scope_kind = forms.ChoiceField(
        label="范围类别", choices=lambda: [(kind.kind, kind.label) for kind in scope_kinds().values()], initial="area"
    )

    class Meta:
        model = Grant
        fields = ["user", "role", "scope_kind", "scope_key"]

    acting: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "user" in self.fields:  # a grant that is only looked at has no fields
            user: Any = self.fields["user"]
            user.empty_label = "请选择"
            user.label_from_instance = lambda one: "，".join(filter(None, (f"{one.name}（{one.username}）", one.unit)))
            role: Any = self.fields["role"]
            role.choices = [("", "请选择"), *ROLE_CHOICES]
            self.fields["scope_key"].help_text = "区划填代码，如 371083101；联建单位填编号；本系统不填"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            self.granted = give_grant(by=self.acting, **data)
        except DomainError as error:
            self.add_error(error.field or None, error.message)
        return data


@admin.register(Grant)
class GrantAdmin(RightsAdmin):
    """Grants are given and ended, never edited."""

    change_right = "grants.change"
    view_right = "security.view"
    form = GrantForm
    list_display = ["user", "role", "kind_of_scope", "scope_key", "valid_from", "valid_to", "granted_by"]
    list_filter = ["role"]
    search_fields = ["user__username", "user__name", "scope_key"]
    ordering = ["user__username", "id"]
    list_select_related = ["user", "granted_by"]
    actions = ["end_selected"]

    @admin.display(description="范围类别", ordering="scope_kind")
    def kind_of_scope(self, grant: Grant) -> str:
        known = scope_kinds().get(grant.scope_kind)
        return known.label if known else grant.scope_kind

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.acting = request.user
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.pk = form.granted.pk  # written by the action, which holds the rules

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None  # the audit trail has it, with more

    @admin.action(description="收回所选授权", permissions=["add"])
    def end_selected(self, request: HttpRequest, queryset: Any) -> None:
        for grant in queryset:
            try:
                end_grant(by=request.user, grant=grant)  # type: ignore[arg-type]
            except DomainError as error:
                self.message_user(request, f"{grant}：{error.message}", level="error")
