"""The comparable series (可比口径, P03): a village's past with those that were merged into it, where there is exactly
one successor. Sums add, ratios recompute from numerators and denominators; before a split nothing can be compared.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from lianjian import areacodes
from registers.scope import Scope
from reports.queries.figures import among
from villages.models import Area, VillageMergeLine

VILLAGE = "village"


@dataclass(frozen=True)
class Families:
    """Villages that others were merged into.

    merged   {village: (code, name, day) of every village merged into it, directly or over several merges}
    split    {village: the day from which its figures can be compared}, where it took part of a split village
    """

    merged: Mapping[str, tuple[tuple[str, str, dt.date], ...]] = field(default_factory=dict)
    split: Mapping[str, dt.date] = field(default_factory=dict)

    def predecessors(self, code: str) -> tuple[str, ...]:
        return tuple(before for before, _, _ in self.merged.get(code, ()))

    def conditions(self, periods: Collection[str], codes: Collection[str] = ()) -> list[Q]:
        """What must be read besides, for `figures.read`: all indicators of the predecessors, or some."""
        keys = sorted({before for code in self.merged for before in self.predecessors(code)})
        if not keys:
            return []
        if codes:
            return [among(VILLAGE, keys, periods, codes)]
        return [Q(place_kind=VILLAGE, place_key__in=keys, period__in=periods)]

    def incomparable(self, code: str, last_day: dt.date) -> bool:
        """Whether a period that ended on that day lies before a split the village took part of."""
        return code in self.split and last_day < self.split[code]


NONE = Families()


def families_of(codes: Collection[str]) -> Families:
    """Which of these villages of one county have predecessors, with two queries. The caller may see the villages."""
    villages = {code for code in codes if len(code) == areacodes.LEVEL_LENGTHS["village"]}
    if not villages:
        return NONE
    county = Scope.area(areacodes.county_of(min(villages)))
    closed = Area.objects.within(county, "names of divisions are no secret").filter(successor__isnull=False)
    before: dict[str, list[tuple[str, str, dt.date]]] = {}
    for area in closed.order_by("code"):
        if area.valid_to is not None:
            before.setdefault(str(area.successor_id), []).append((area.code, area.short_name, area.valid_to))
    merged = {code: tuple(_all(before, code)) for code in villages if code in before}
    wanted = villages | {one for found in merged.values() for one, _, _ in found}
    lines = VillageMergeLine.objects.filter(
        successor__in=wanted, closed__successor__isnull=True, merge__undone_at__isnull=True
    )
    days = dict(lines.order_by("merge__on").values_list("successor", "merge__on"))
    split = {
        code: max(days[one] for one in (code, *(before for before, _, _ in merged.get(code, ()))) if one in days)
        for code in villages
        if days.keys() & {code, *(before for before, _, _ in merged.get(code, ()))}
    }
    return Families(merged, split)


def _all(before: Mapping[str, list[tuple[str, str, dt.date]]], code: str) -> list[tuple[str, str, dt.date]]:
    """Those merged into a village, and those that had been merged into them."""
    found = []
    for one in before.get(code, ()):
        found += [one, *_all(before, one[0])]
    return found
