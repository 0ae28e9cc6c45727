"""The steps of a federation's life: 拟建 → 论证 → 批复 → 运行 → 撤销, and 调整 beside them."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from federations.access import CHANGE, require, require_approver
from federations.actions.conflicts import conflicts_explained
from federations.models import Federation, FederationStep, FederationVillage
from federations.queries import standing_memberships
from federations.scale import check_scale
from lianjian import clock
from members.models import Post
from registers.errors import Invalid, WrongState

Status = Federation.Status
NEEDS_APPROVAL = (Status.APPROVED, Status.DISSOLVED)
NEEDS_REASON = (Status.DISSOLVED, Status.PLANNED)  # ending, and sending back to planning
ADJUSTABLE = frozenset({"name", "kind", "mode", "sub_mode", "evidence", "scale_reason"})


def add_step(
    federation: Federation, *, to: str, on: dt.date, by: Any, reason: str = "", adjusted: bool = False
) -> FederationStep:
    """Keep what happened; `adjusted`: the status stayed."""
    before = to if adjusted else "" if not federation.steps.exists() else federation.status
    return FederationStep.objects.create(
        federation=federation, from_status=before, to_status=to, on=on, by=by, reason=reason.strip()[:300]
    )


def locked(federation: Federation) -> Federation:
    """The federation's row, locked to the end of the transaction."""
    rows = Federation.objects.unscoped("the caller checks who may").select_related("organization", "area")
    return rows.select_for_update(of=("self",)).get(pk=federation.pk)


@transaction.atomic
def move_status(
    *, by: Any, federation: Federation, to: str, on: dt.date, reason: str = "", scale_reason: str = ""
) -> Federation:
    """One step along Federation.NEXT_STATUS. 批复 and 撤销 are the approver's (federations.approve), and 批复 of a
    primary federation outside the usual scale needs a reason (P06).

    Raises WrongState, Invalid, NotAllowed, NotFound.
    """
    federation = locked(federation)
    approval = to in NEEDS_APPROVAL
    if approval:
        require_approver(by=by, federation=federation)
    else:
        require(by=by, federation=federation, right=CHANGE)
    if to not in Federation.NEXT_STATUS[federation.status]:
        wanted = Status(to).label if to in Status.values else to
        raise WrongState(f"“{federation.name}”现在是“{federation.get_status_display()}”，不能改为“{wanted}”")
    _check_day(federation, on)
    if to in NEEDS_REASON and not reason.strip():
        raise Invalid("请写明撤销的原因" if to == Status.DISSOLVED else "请写明退回拟建的原因", field="reason")
    codes = list(standing_memberships(federation).values_list("village_id", flat=True))
    with conflicts_explained(by=by, codes=codes, since=on, federation=federation):
        if to == Status.APPROVED:
            _approve(federation, on, codes, scale_reason)
        elif to == Status.DISSOLVED:
            _end(federation, on)
        add_step(federation, to=to, on=on, by=by, reason=reason)
        federation.status = to
        federation.save()
    return federation


def dissolve(*, by: Any, federation: Federation, on: dt.date, reason: str) -> Federation:
    """撤销: its villages are free from that day on, its posts end, its history stays."""
    return move_status(by=by, federation=federation, to=Status.DISSOLVED, on=on, reason=reason)


@transaction.atomic
def adjust(*, by: Any, federation: Federation, on: dt.date, reason: str = "", **changes: Any) -> Federation:
    """Change facts (ADJUSTABLE). From 批复 on that is a dated event (调整) with a reason; before, just an edit.

    Raises Invalid, WrongState, NotAllowed, NotFound.
    """
    unknown = set(changes) - ADJUSTABLE
    if unknown:
        raise TypeError(f"unknown facts: {', '.join(sorted(unknown))}")
    federation = locked(federation)
    require(by=by, federation=federation)
    if federation.status == Status.DISSOLVED:
        raise WrongState(f"“{federation.name}”已撤销，不能再修改")
    changed = {field for field, value in changes.items() if getattr(federation, field) != value}
    if not changed:
        return federation
    was_primary = federation.is_primary
    for field in changed:
        setattr(federation, field, changes[field])
    if federation.sub_mode and federation.mode != Federation.Mode.URBAN_RURAL:
        raise Invalid("只有“城乡一体化带动”才分细分模式，请留空", field="sub_mode")
    in_force = federation.status in (Status.APPROVED, Status.RUNNING)
    if in_force and federation.is_primary != was_primary:
        raise Invalid("批复后不能在新村、联建片区与联合体、产业链之间改换类别，请撤销后重新建立", field="kind")
    with conflicts_explained(by=by, federation=federation):
        federation.save()
    if in_force:
        _check_day(federation, on)
        names = "、".join(
            str(getattr(Federation._meta.get_field(field), "verbose_name", field)) for field in sorted(changed)
        )
        add_step(
            federation, to=federation.status, on=on, by=by, adjusted=True, reason=reason.strip() or f"修改了{names}"
        )
    return federation


def _check_day(federation: Federation, on: dt.date) -> None:
    if on > clock.today():
        raise Invalid("日期不能晚于今天", field="on")
    moves = federation.steps.exclude(from_status=F("to_status")).order_by("-on", "-pk")
    last = moves.values_list("on", flat=True).first()
    if last and on < last:
        raise Invalid(f"日期不能早于上一步的日期 {last}", field="on")


def _approve(federation: Federation, on: dt.date, codes: list[str], scale_reason: str) -> None:
    """Memberships count from this day; before, they were only planned."""
    from_form = scale_reason.strip()
    if from_form:
        federation.scale_reason = from_form[:200]
    if len(codes) < 2:
        raise Invalid("联建至少要有 2 个村居，请先补充成员村", field="villages")
    if federation.is_primary and not federation.scale_reason:
        scale = check_scale(codes, on, area_code=federation.area_id)
        if scale.needs_reason:
            said = "；".join(scale.warnings(show_population=False))
            raise Invalid(f"规模超出一般要求：{said}。请写明理由后再批复", field="scale_reason")
    federation.founded_on = on
    federation.organization.founded_on = on
    federation.organization.save()
    planned = FederationVillage.objects.unscoped("the approver approves the whole federation").filter(
        federation=federation
    )
    planned.filter(valid_to__isnull=False).delete()
    planned.exclude(valid_from=on).update(valid_from=on)


def _end(federation: Federation, on: dt.date) -> None:
    if federation.founded_on and on <= federation.founded_on:
        raise Invalid(f"撤销日期应晚于成立日期 {federation.founded_on}", field="on")
    federation.ended_on = on
    federation.organization.ended_on = on
    federation.organization.save()
    memberships = FederationVillage.objects.unscoped("all of them end").filter(federation=federation)
    memberships.filter(valid_from__gte=on).delete()
    memberships.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).update(valid_to=on)
    posts = Post.objects.unscoped("all of them end").filter(organization=federation.organization)
    posts.filter(valid_from__gte=on).delete()
    posts.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).update(valid_to=on)
