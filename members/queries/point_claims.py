"""Questions about claims: which wait for whose step, and what else was declared for the same person."""

from collections import defaultdict
from typing import Any

from django.db.models import Q, QuerySet

from lianjian import clock
from lianjian.periods import Period, quarter_of
from members.models import PointClaim
from members.points.settings import TOWN_STEP_COVERS
from members.queries.point_items import counties_of
from members.sockets import placement_provider
from registers.models import CountySetting
from registers.scope import Scope

SHOWN = 5
BRANCH, FEDERATION, TOWN = "claims.branch_check", "claims.federation_check", "claims.approve"
STEP_RIGHTS = (BRANCH, FEDERATION, TOWN)
State = PointClaim.State


def has_a_step(user: Any) -> bool:
    return any(user.can(right) for right in STEP_RIGHTS)


def claims_waiting_for(user: Any) -> QuerySet[PointClaim]:
    """Open claims whose next step is the user's, by right and place, but for those he declared himself; the same answer
    that `advance` gives.

    Villages outside a running primary federation skip its check. Where a town lets its own step cover the earlier
    ones, every open claim waits for its reviewer.
    """
    branch, federation, town = (user.scope_for(right) for right in STEP_RIGHTS)
    condition = Q(pk__in=[])
    if branch:
        condition |= Q(state=State.DECLARED) & PointClaim.in_scope(branch)
    if federation or town:
        federated = Q(village_id__in=_federated(federation | town))
        checked = Q(state=State.BRANCH_CHECKED)
        if federation:
            condition |= checked & federated & PointClaim.in_scope(federation)
        if town:
            condition |= PointClaim.in_scope(town) & (Q(state=State.FEDERATION_CHECKED) | (checked & ~federated))
            condition |= PointClaim.in_scope(town) & Q(state__in=PointClaim.OPEN_STATES) & _covered(town)
    return PointClaim.objects.visible_to(user).filter(condition).exclude(declared_by=user.pk)


def _federated(scope: Scope) -> list[str]:
    """Villages in a running primary federation today; one question a county."""
    return [
        placement.village_code
        for county in counties_of(scope)
        for placement in placement_provider(county, clock.today())
    ]


def _covered(scope: Scope) -> Q:
    """Claims of towns whose own step covers the earlier ones (a setting of the county or the town)."""
    counties = counties_of(scope)
    rows = CountySetting.objects.unscoped("the rules of an area apply to whoever works in it")
    places = Q(pk__in=[])
    for county in counties:
        places |= Q(area_code__startswith=county)
    said: dict[str, dict[str, bool]] = defaultdict(dict)
    for code, value in rows.filter(places, key=TOWN_STEP_COVERS.key).values_list("area_code", "value"):
        said[code[:6]][code] = bool(value)
    condition = Q(pk__in=[])
    for county in counties:
        whole = said[county].pop(county, TOWN_STEP_COVERS.default)
        for code, covers in said[county].items():
            if covers and not whole:
                condition |= PointClaim.in_scope(Scope.area(code))
        if whole:
            apart = PointClaim.in_scope(Scope.area(county))
            for code, covers in said[county].items():
                if not covers:
                    apart &= ~PointClaim.in_scope(Scope.area(code))
            condition |= apart
    return condition


def siblings_of(claim: PointClaim, user: Any) -> QuerySet[PointClaim]:
    """Other claims of the same subject on the same day, or of the same item in the same quarter."""
    quarter: Period = quarter_of(claim.occurred_on)
    same_item = Q(item_code=claim.item_code, occurred_on__gte=quarter.start, occurred_on__lt=quarter.end)
    rows = PointClaim.objects.visible_to(user).filter(
        Q(occurred_on=claim.occurred_on) | same_item, subject=claim.subject_id
    )
    return rows.exclude(pk=claim.pk).order_by("-occurred_on", "-pk")
