"""Villages joining and leaving a federation, dated and half-open; villages of other towns are the county's."""

import datetime as dt
from typing import Any

from django.db import transaction

from federations.access import is_foreign, require, require_village
from federations.actions.conflicts import conflicts_explained
from federations.actions.founding import role_for
from federations.actions.steps import add_step, locked
from federations.models import Federation, FederationVillage
from federations.queries import UNFINISHED
from registers.errors import Invalid, WrongState
from villages.models import Village
from villages.queries import require_open

Status = Federation.Status


@transaction.atomic
def add_village(
    *,
    by: Any,
    federation: Federation,
    village: Village,
    role: str = FederationVillage.Role.MEMBER,
    on: dt.date,
    reason: str = "",
) -> FederationVillage:
    """A village joins from a day on. Before 批复 that is only planned; afterwards it is an event (调整).

    A second primary federation at the same time is refused by the database. Raises Invalid, WrongState, NotAllowed,
    NotFound.
    """
    federation = locked(federation)
    require(by=by, federation=federation)
    require_village(by=by, area_code=federation.area_id, village_code=village.pk)
    _require_alive(federation)
    require_open(village, on)
    if federation.founded_on and on < federation.founded_on:
        raise Invalid(f"加入日期不能早于成立日期 {federation.founded_on}", field="from")
    with conflicts_explained(by=by, codes=[village.pk], since=on, federation=federation):
        membership = FederationVillage.objects.create(
            federation=federation, village=village, role=role_for(village, role), valid_from=on
        )
    if federation.status not in UNFINISHED:
        note = f"{village.name} 自 {on} 加入"
        _note(federation, on, by, f"{note}：{reason.strip()}" if reason.strip() else note)
    return membership


@transaction.atomic
def remove_village(
    *, by: Any, membership: FederationVillage, on: dt.date, reason: str = ""
) -> FederationVillage | None:
    """A village leaves; its last day is the one before `on`. A planned membership just goes (None).

    Raises Invalid, WrongState, NotAllowed, NotFound.
    """
    federation = locked(membership.federation)
    require(by=by, federation=federation)
    if is_foreign(federation.area_id, membership.village_id):
        require_village(by=by, area_code=federation.area_id, village_code=membership.village_id)
    _require_alive(federation)
    if federation.status in UNFINISHED:
        membership.delete()
        return None
    rows = FederationVillage.objects.unscoped("checked above")
    membership = rows.select_for_update(of=("self",)).select_related("village").get(pk=membership.pk)
    if membership.valid_to is not None and membership.valid_to <= on:
        raise WrongState(f"“{membership.village.name}”已于 {membership.valid_to} 退出")
    if on <= membership.valid_from:
        raise Invalid(f"退出日期应晚于加入日期 {membership.valid_from}", field="to")
    if not reason.strip():
        raise Invalid("请写明退出的原因", field="reason")
    membership.valid_to = on
    with conflicts_explained(by=by, codes=[membership.village_id], since=on, federation=federation):
        membership.save()
    _note(federation, on, by, f"{membership.village.name} 自 {on} 退出：{reason.strip()}")
    return membership


@transaction.atomic
def change_role(*, by: Any, membership: FederationVillage, role: str) -> FederationVillage:
    """中心村, 强村, 成员村. Raises NotAllowed, NotFound, WrongState."""
    federation = locked(membership.federation)
    require(by=by, federation=federation)
    _require_alive(federation)
    membership.role = role_for(membership.village, role)
    membership.save()
    return membership


def _require_alive(federation: Federation) -> None:
    if federation.status == Status.DISSOLVED:
        raise WrongState(f"“{federation.name}”已撤销，成员村不能再变动")


def _note(federation: Federation, on: dt.date, by: Any, reason: str) -> None:
    add_step(federation, to=federation.status, on=on, by=by, adjusted=True, reason=reason)
