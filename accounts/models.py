"""Users and the grants that give them a role somewhere."""

from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from accounts.roles import ROLE_CHOICES, ROLES
from lianjian import clock
from registers.audit import audited
from registers.models.row import effective_on
from registers.scope import Scope, resolve


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """A user without grants: he may sign in and sees nothing."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


@audited(exclude=("password", "last_login"))
class User(AbstractBaseUser):
    """A person who signs in. There is no superuser: what anybody may do comes from grants alone."""

    username = models.CharField(
        "账号",
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9_.-]{3,40}$", "账号用 3–40 个小写字母、数字、点、横线或下划线")],
    )
    name = models.CharField("姓名", max_length=40)
    unit = models.CharField("单位", max_length=80, blank=True)
    is_active = models.BooleanField("启用", default=True)
    is_superuser = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        constraints = [models.CheckConstraint(condition=Q(is_superuser=False), name="no_superuser_exists")]

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def current_grants(self) -> list["Grant"]:
        """Grants in force today, read once per request (users are loaded afresh for each)."""
        if not self.is_active or self.pk is None:
            return []
        return list(self.grants.filter(effective_on(clock.today())).order_by("pk"))

    @cached_property
    def rights(self) -> frozenset[str]:
        return frozenset().union(*(ROLES[grant.role].rights for grant in self.current_grants))

    def can(self, right: str) -> bool:
        """Whether the user holds the right anywhere."""
        return right in self.rights

    def scope_for(self, right: str) -> Scope:
        """Where the user holds the right: the union of his grants whose role carries it."""
        if right not in self._scopes:
            scope = Scope.nobody()
            for grant in self.current_grants:
                if right in ROLES[grant.role].rights:
                    scope = scope | grant.scope
            self._scopes[right] = scope
        return self._scopes[right]

    @cached_property
    def _scopes(self) -> dict[str, Scope]:
        return {}

    @property
    def role_names(self) -> str:
        return "、".join(dict.fromkeys(ROLES[grant.role].name for grant in self.current_grants))

    # What Django's admin asks of a user; the admin's own classes ask for rights (see lianjian/admin_site.py).

    @property
    def is_staff(self) -> bool:
        return any(ROLES[grant.role].is_administrator for grant in self.current_grants) or self.can("schemes.change")

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_perms(self, perms: Any, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


@audited()
class Grant(models.Model):
    """A role of a user at a place, for a time. Nobody grants to himself."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name="用户", related_name="grants")
    role = models.CharField("角色", max_length=30, choices=ROLE_CHOICES)
    scope_kind = models.CharField("范围类别", max_length=20, default="area")
    scope_key = models.CharField("范围", max_length=40, blank=True)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    granted_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="授权人", related_name="grants_given", null=True, blank=True
    )
    created_at = models.DateTimeField("授权时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        constraints = [
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("user")),
                name="nobody_grants_to_himself",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="grant_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "scope_kind", "scope_key"],
                condition=Q(valid_to__isnull=True),
                name="grant_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.scope_kind}:{self.scope_key}"

    @property
    def scope(self) -> Scope:
        return resolve(self.scope_kind, self.scope_key)
