"""Who may do what to a federation: its home area works on it, the county joins villages of several towns."""

from typing import Any

from federations.models import Federation
from federations.settings_declared import approved_by_county
from lianjian import areacodes
from members.access import require_target
from registers.errors import NotAllowed, NotFound

CHANGE, APPROVE, CROSS_TOWN = "federations.change", "federations.approve", "federations.cross_town"


def may(*, by: Any, federation: Federation, right: str = CHANGE) -> bool:
    """Whether the right holds at the federation's home area, or by a grant on the federation."""
    scope = by.scope_for(right)
    return scope.covers(federation.area_id) or federation.pk in scope.ids("federation")


def require(*, by: Any, federation: Federation, right: str = CHANGE) -> None:
    """Raises NotFound outside the scope, NotAllowed inside without the right."""
    if may(by=by, federation=federation, right=right):
        return
    if Federation.objects.visible_to(by).filter(pk=federation.pk).exists():
        raise NotAllowed(f"“{federation.name}”由{federation.area}办理，您可以查看，不能修改")
    raise NotFound


def approver(federation: Federation) -> str:
    """The code of the area whose office approves: the town, or the county for the kinds its settings name."""
    code = federation.area_id
    if len(code) < areacodes.LEVEL_LENGTHS["town"] or approved_by_county(federation.organization.kind, code):
        return areacodes.county_of(code)
    return code


def may_approve(*, by: Any, federation: Federation) -> bool:
    return by.scope_for(APPROVE).covers(approver(federation))


def require_approver(*, by: Any, federation: Federation) -> None:
    """Raises NotFound outside the scope, NotAllowed for who may not approve this kind."""
    if may_approve(by=by, federation=federation):
        return
    if not Federation.objects.visible_to(by).filter(pk=federation.pk).exists():
        raise NotFound
    kind = federation.organization.get_kind_display()
    office = "县委组织部" if len(approver(federation)) == areacodes.LEVEL_LENGTHS["county"] else "镇党委（签发人）"
    raise NotAllowed(f"{kind}由{office}批复，请报{office}办理")


def require_village(*, by: Any, area_code: str, village_code: str, field: str = "village_code") -> None:
    """A village that may be joined to (or taken from) a federation of that home area.

    Raises Invalid where the village is unknown or out of reach, NotAllowed where only the county may.
    """
    require_target(by=by, right=CHANGE, code=village_code, field=field)
    if is_foreign(area_code, village_code) and not by.scope_for(CROSS_TOWN).covers(village_code):
        raise NotAllowed("其他镇街的村居加入或退出，由县委组织部办理")


def is_foreign(area_code: str, village_code: str) -> bool:
    """Whether the village lies in another town than the federation's home."""
    return not areacodes.contains(area_code, village_code)
