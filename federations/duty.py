"""Questions about the duty rota (P12): a week, its working days, and who is put down twice at the same time."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from federations.models import DutyShift, DutySwap, Federation, Shift
from lianjian import clock, workingdays
from registers.models.row import effective_on
from registers.register import register_of

DAYS = 7
WEEKDAYS = "一二三四五六日"


@dataclass
class Day:
    """One line of the rota: a day with the people of each shift."""

    on: dt.date
    shifts: dict[str, list[DutyShift]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"周{WEEKDAYS[self.on.weekday()]}"

    @property
    def is_working(self) -> bool:
        return workingdays.is_working_day(self.on)

    @property
    def mark(self) -> str:
        """休 on a weekday that is a holiday or on a weekend, 班 on a weekend that is worked."""
        if self.is_working:
            return "班" if self.on.weekday() > 4 else ""
        return "休"


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def week_of(user: Any, federation: Federation, monday: dt.date) -> list[Day]:
    """Seven days from a Monday on, with what the user may see of them."""
    last = monday + dt.timedelta(days=DAYS)
    rows = DutyShift.objects.visible_to(user).filter(federation=federation, on__gte=monday, on__lt=last)
    found: dict[tuple[dt.date, str], list[DutyShift]] = defaultdict(list)
    for row in rows.order_by("on", "pk"):
        found[row.on, row.shift].append(row)
    days = [monday + dt.timedelta(days=n) for n in range(DAYS)]
    return [Day(day, {shift: found[day, shift] for shift in Shift.values}) for day in days]


def swaps_of(user: Any, federation: Federation, monday: dt.date) -> list[DutySwap]:
    """Swaps that concern a week, in the order of its days."""
    rows = DutySwap.objects.visible_to(user).filter(
        federation=federation, on__gte=monday, on__lt=monday + dt.timedelta(days=DAYS)
    )
    return list(rows.select_related("by").order_by("on", "pk"))


Place = tuple[dt.date, str, str]  # day, shift, person


def said(row: DutyShift) -> str:
    """A shift that somebody has elsewhere, in words."""
    return f"{row.person} {row.on} {row.get_shift_display()}已排在“{row.federation}”"


def elsewhere(user: Any, places: Collection[Place]) -> dict[Place, list[DutyShift]]:
    """{(day, shift, person): shifts there} of all federations, as far as the user may see; one query for all."""
    found: dict[Place, list[DutyShift]] = {}
    rows = DutyShift.objects.visible_to(user).filter(
        on__in={day for day, _, _ in places}, person__in={person for _, _, person in places}
    )
    for row in rows.select_related("federation").order_by("on", "person", "pk"):
        found.setdefault((row.on, row.shift, row.person), []).append(row)
    return found


def clashes(
    user: Any, federation: Federation | None, places: Iterable[tuple[dt.date, str, str]], ignore: Collection[int] = ()
) -> list[str]:
    """Who of (day, shift, person) is on duty at the same time elsewhere, as far as the user may see; in words.

    People of one name in two federations may be two people: it warns and forbids nothing.
    """
    wanted = set(places)
    if not wanted:
        return []
    rows = DutyShift.objects.visible_to(user).filter(
        on__in={day for day, _, _ in wanted}, person__in={person for _, _, person in wanted}
    )
    if federation is not None:
        rows = rows.exclude(federation=federation)
    return [
        said(row)
        for row in rows.exclude(pk__in=ignore).select_related("federation").order_by("on", "person", "pk")
        if (row.on, row.shift, row.person) in wanted
    ]


def people_of(user: Any, federation: Federation) -> list[str]:
    """Names to choose from: who holds a post there, and who was on duty before."""
    names: dict[str, None] = {}
    if user.can("organizations.view"):
        posts = register_of("posts").rows(user).filter(organization=federation.organization_id)
        names |= dict.fromkeys(posts.filter(effective_on(clock.today())).values_list("person__name", flat=True))
    known = DutyShift.objects.visible_to(user).filter(federation=federation).order_by("-on", "pk")
    names |= dict.fromkeys(known.values_list("person", flat=True)[:60])
    return list(names)
