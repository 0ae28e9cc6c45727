"""Questions about federations: their villages on a day, their status on a day, and the grant of a secretary."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from federations.models import Federation, FederationStep, FederationVillage
from lianjian import areacodes, clock
from lianjian.numbers import whole_number
from members.sockets import VillagePlacement
from registers.errors import NotFound
from registers.models.row import effective_on
from registers.scope import Scope

UNFINISHED = (Federation.Status.PLANNED, Federation.Status.REVIEWED)


def federation_of(user: Any, pk: Any) -> Federation:
    """The federation with that id which the user may see. Raises NotFound."""
    rows = Federation.objects.visible_to(user).select_related("area", "organization")
    federation = rows.filter(pk=number).first() if (number := whole_number(pk)) is not None else None
    if federation is None:
        raise NotFound
    return federation


def standing_memberships(federation: Federation, on: dt.date | None = None) -> QuerySet[FederationVillage]:
    """All memberships of a federation that hold a day (today); of a planned one also those that begin later.

    The caller was allowed to see the federation: code, name and role of all its villages go with it.
    """
    day = on or clock.today()
    rows = FederationVillage.objects.unscoped("code, name and role go with the federation").filter(
        federation=federation
    )
    if federation.status in UNFINISHED:
        return rows.filter(valid_to__isnull=True)
    return rows.filter(effective_on(day))


def primary_memberships(user: Any, codes: Iterable[str]) -> QuerySet[FederationVillage]:
    """What holds the villages' one place in a primary federation today, of the memberships the user may see."""
    rows = FederationVillage.objects.visible_to(user).filter(
        effective_on(clock.today()), village__in=codes, primary=True, holds_slot=True
    )
    return rows.select_related("village", "federation").order_by("village_id")


def status_on(day: dt.date) -> Subquery:
    """For annotating federations: the status by the last step up to the day, or null before the first."""
    moves = FederationStep.objects.filter(federation=OuterRef("pk"), on__lte=day).exclude(from_status=F("to_status"))
    steps = moves.order_by("-on", "-pk")
    return Subquery(steps.values("to_status")[:1])


def placements(county_code: str, on: dt.date) -> list[VillagePlacement]:
    """The provider for quarter closes: villages in a primary federation that ran on that day (members/sockets.py)."""
    low, high = areacodes.subtree(county_code)
    running = (
        Federation.objects.unscoped("a close counts the whole county")
        .annotate(then=status_on(on))
        .filter(then=Federation.Status.RUNNING)
    )
    memberships = FederationVillage.objects.unscoped("a close counts the whole county").filter(
        effective_on(on),
        primary=True,
        holds_slot=True,
        village__gte=low,
        village__lt=high,
        federation__in=running.values("pk"),
    )
    rows = memberships.select_related("federation").order_by("village_id")
    return [
        VillagePlacement(row.village_id, row.federation_id, row.federation.key, row.federation.name) for row in rows
    ]


def federation_scope(key: str) -> Scope:
    """What a grant on a federation opens: itself, its villages of today, and its joint organisation."""
    rows = Federation.objects.unscoped("a grant is turned into a scope")
    federation = rows.filter(pk=number).first() if (number := whole_number(key)) is not None else None
    if federation is None or federation.status == Federation.Status.DISSOLVED:
        return Scope.nobody()
    codes: set[str] = set()
    if federation.status not in UNFINISHED:  # before 批复 nobody leads these villages yet
        codes = set(standing_memberships(federation).values_list("village_id", flat=True))
    return Scope(
        objects={
            "federation": frozenset({federation.pk}),
            "village": frozenset(codes),
            "organization": frozenset({federation.organization_id}),
        }
    )


def federation_name(key: str) -> str:
    """The name of a federation for a grant. Raises NotFound."""
    rows = Federation.objects.unscoped("a grant names any federation")
    number = whole_number(key)
    name = rows.filter(pk=number).values_list("name", flat=True).first() if number is not None else None
    if name is None:
        raise NotFound(f"没有编号为“{key}”的联建单位")
    return name


def villages_today(number: int) -> list[str]:
    """Codes of a federation's villages today, for lists whose rows went through their own guard."""
    rows = FederationVillage.objects.unscoped("narrows rows that somebody may see anyway")
    return list(rows.filter(effective_on(clock.today()), federation=number).values_list("village_id", flat=True))


def federation_choices(user: Any) -> list[tuple[int, str]]:
    """Federations that a user's lists may be narrowed to: those he sees, by name, that are not dissolved."""
    rows = Federation.objects.visible_to(user).exclude(status=Federation.Status.DISSOLVED)
    return list(rows.order_by("name", "pk").values_list("pk", "name"))
