"""Giving and ending grants: only 安全管理员, never to oneself, administrators separated from business."""

import datetime as dt

from django.db import transaction

from accounts.models import Grant, User
from accounts.roles import ROLES
from lianjian import clock
from registers.errors import Invalid, NotAllowed
from registers.scope import scope_kinds


@transaction.atomic
def give_grant(
    *, by: User, user: User, role: str, scope_kind: str, scope_key: str, valid_from: dt.date | None = None
) -> Grant:
    """Give a user a role somewhere. Raises NotAllowed and Invalid; NotFound for a key that names nothing."""
    if not by.can("grants.change"):
        raise NotAllowed("只有安全管理员可以授权")
    if by.pk == user.pk:
        raise NotAllowed("不能给自己授权，请由另一位安全管理员办理")
    if role not in ROLES:
        raise Invalid(f"没有“{role}”这个角色", field="role")
    wanted = ROLES[role]
    if scope_kind not in wanted.scope_kinds or scope_kind not in scope_kinds():
        names = "、".join(scope_kinds()[kind].label for kind in wanted.scope_kinds if kind in scope_kinds())
        raise Invalid(f"“{wanted.name}”的范围应是{names}", field="scope_kind")
    scope_kinds()[scope_kind].describe(scope_key)
    held = [ROLES[grant.role] for grant in user.current_grants]
    if any(other.is_administrator != wanted.is_administrator for other in held):
        raise Invalid("三类管理员不兼任业务角色，业务人员也不兼任管理员", field="role")
    if wanted.is_administrator and any(other.code != wanted.code for other in held):
        raise Invalid("系统管理员、安全管理员、安全审计员由三个人分别担任", field="role")
    grant, created = Grant.objects.get_or_create(
        user=user,
        role=role,
        scope_kind=scope_kind,
        scope_key=scope_key,
        valid_to=None,
        defaults={"valid_from": valid_from or clock.today(), "granted_by": by},
    )
    if not created:
        raise Invalid("这个用户已有相同的授权", field="role")
    return grant


@transaction.atomic
def end_grant(*, by: User, grant: Grant) -> None:
    """End a grant: from the user's next request on it counts no more. A grant of today is taken back whole."""
    if not by.can("grants.change"):
        raise NotAllowed("只有安全管理员可以收回授权")
    if by.pk == grant.user_id:
        raise NotAllowed("不能改动自己的授权")
    today = clock.today()
    if grant.valid_from >= today:
        grant.delete()
        return
    grant.valid_to = today
    grant.save(update_fields=["valid_to"])
