"""The five supports of a village on a day (P11)."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from federations.models import VillageSupport
from lianjian import clock
from registers.models.row import effective_on


def standing_supports(on: dt.date | None = None) -> QuerySet[VillageSupport]:
    """Supports that hold a day (today), in any village: callers narrow them to villages that the guard let pass."""
    rows = VillageSupport.objects.unscoped("counted for villages that went through the guard")
    return rows.filter(effective_on(on or clock.today()))


def missing_kinds(kinds: Iterable[str]) -> list[str]:
    """Names of those of the five that are not among `kinds`, in their order."""
    there = set(kinds)
    return [kind.label for kind in VillageSupport.Kind if kind not in there]
