"""Which places a person may open a board of, and what lies below them."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from federations.models import Federation, FederationVillage
from federations.queries import status_on
from lianjian import areacodes
from registers.errors import NotFound
from registers.models.row import effective_on
from registers.scope import Scope
from reports.queries.figures import Place
from villages.models import Area

RIGHT = "boards.view"
_CHILD = {"province": "city", "city": "county", "county": "town", "town": "village"}
LEVELS = {name: number for number, name in enumerate(areacodes.LEVEL_LENGTHS, start=1)}


def child_kind(code: str) -> str:
    """The level below an area's; empty below villages."""
    return _CHILD.get(areacodes.level_of(code), "")


def home_of(user: Any) -> Place | None:
    """The place a person's boards begin at: his widest area, else his village or federation."""
    scope: Scope = user.scope_for(RIGHT)
    roots = sorted((low for low, _ in scope.ranges), key=lambda code: (len(code), code))
    if roots:
        return Place.area(roots[0])
    if scope.ids("federation"):
        return Place.federation(min(scope.ids("federation")))
    return Place.area(min(scope.ids("village"))) if scope.ids("village") else None


def require_area(user: Any, code: str) -> None:
    """Raises NotFound for an area that lies not wholly in the scope of the person's boards."""
    scope: Scope = user.scope_for(RIGHT)
    if not areacodes.is_code(code) or not (scope.covers(code) or code in scope.ids("village")):
        raise NotFound


def board_areas(user: Any, code: str, on: dt.date) -> dict[str, Area]:
    """In one query: the area, those above it, its children and the places to choose from, as far as they are his.

    To choose from are the county and its towns, and the places beside and below the area.
    """
    above = areacodes.ancestors(code)
    near = Q(pk__in=[code, *above]) | _children_of(code)
    if above:
        near |= _children_of(above[-1])
    if len(code) >= areacodes.LEVEL_LENGTHS["county"]:
        low, high = areacodes.subtree(areacodes.county_of(code))
        near |= Q(pk__gte=low, pk__lt=high, level__lte=LEVELS["town"])
    scope: Scope = user.scope_for(RIGHT)
    mine = scope.q("code") | Q(pk__in=scope.ids("village"))  # a federation's secretary has its villages one by one
    rows = Area.objects.unscoped("narrowed to the boards of the user").filter(mine)
    found = rows.filter(near & (effective_on(on) | Q(pk=code))).order_by("pk")
    return {area.pk: area for area in found}


def _children_of(code: str) -> Q:
    kind = child_kind(code)
    if not kind:
        return Q(pk__in=[])
    low, high = areacodes.subtree(code)
    return Q(pk__gte=low, pk__lt=high, level=LEVELS[kind])


def running_federations(rows: QuerySet[Federation], code: str, on: dt.date) -> QuerySet[Federation]:
    """Federations that ran on a day and have a member village in the area (or, without any, their home there)."""
    low, high = areacodes.subtree(code)
    members = FederationVillage.objects.unscoped("the federations around it are guarded").filter(
        effective_on(on), federation=OuterRef("pk")
    )
    stands_here = Q(Exists(members.filter(village__gte=low, village__lt=high)))
    home_here = Q(area__gte=low, area__lt=high) & ~Q(Exists(members))
    running = rows.annotate(then=status_on(on)).filter(then=Federation.Status.RUNNING)
    return running.filter(stands_here | home_here)


def member_villages(federation: Federation, on: dt.date) -> list[FederationVillage]:
    """The villages a federation held on a day; code, name and role go with the federation."""
    rows = FederationVillage.objects.unscoped("code, name and role go with the federation")
    held = rows.filter(effective_on(on), federation=federation).select_related("village")
    return list(held.order_by("village_id"))


def codes_seen(user: Any, codes: Iterable[str]) -> set[str]:
    """Those of the areas that the person has boards of."""
    scope: Scope = user.scope_for(RIGHT)
    return {code for code in codes if scope.covers(code) or code in scope.ids("village")}
