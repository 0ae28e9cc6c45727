"""Whose step an open claim waits for and until when: owners, due dates, what is overdue, where. All set-based.

A step is due so many working days after the claim came to it (`claims.step_days`, by county).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from lianjian import areacodes, clock, workingdays
from members.models import PointClaim
from members.points.settings import STEP_DAYS
from members.points.steps import NextSteps
from members.queries.point_items import counties_of
from registers.models.setting import setting
from registers.scope import Scope

State = PointClaim.State
BRANCH, FEDERATION, TOWN = "支部", "联合党组织", "镇"
OWNERS = (BRANCH, FEDERATION, TOWN)
_OWNER_OF: dict[str, str] = {
    State.BRANCH_CHECKED: BRANCH, State.FEDERATION_CHECKED: FEDERATION, State.APPROVED: TOWN,
}  # fmt: skip


@dataclass
class Deadlines:
    """Owners and due dates of claims; a county's setting and federations of today are read once."""

    _days: dict[str, int] = field(default_factory=dict)
    _steps: NextSteps = field(default_factory=NextSteps)

    def owner(self, village: str, state: str) -> str:
        """Who has the next step: 支部, 联合党组织 (where the village has a running primary federation) or 镇."""
        return _OWNER_OF[self._steps.next_of(village, state)]

    def due(self, claim: PointClaim) -> dt.date | None:
        """The day by which the next step is to be done; None where the claim is decided."""
        if claim.state not in PointClaim.OPEN_STATES:
            return None
        return self.due_since(claim.waiting_since, areacodes.county_of(claim.village_id))

    def due_since(self, moment: dt.datetime, county: str) -> dt.date:
        """The day by which a step is due that a claim of the county came to at a moment."""
        return workingdays.add_working_days(timezone.localtime(moment).date(), self._limit(county))

    def is_overdue(self, claim: PointClaim) -> bool:
        due = self.due(claim)
        return due is not None and due < clock.today()

    def overdue(self, counties: Iterable[str]) -> Q:
        """Open claims of the counties whose day has passed."""
        condition = Q(pk__in=[])
        for county in counties:
            inside = PointClaim.in_scope(Scope.area(county))
            condition |= inside & Q(waiting_since__lt=self._begins_in_time(county))
        return condition & Q(state__in=PointClaim.OPEN_STATES)

    def _begins_in_time(self, county: str) -> dt.datetime:
        """The first moment from which a step is still in time today."""
        limit, day = self._limit(county), clock.today()
        while workingdays.add_working_days(day - dt.timedelta(days=1), limit) >= clock.today():
            day -= dt.timedelta(days=1)
        return timezone.make_aware(dt.datetime.combine(day, dt.time()))

    def _limit(self, county: str) -> int:
        if county not in self._days:
            self._days[county] = int(setting(STEP_DAYS.key, county))
        return self._days[county]


def overdue_in(scope: Scope) -> Q:
    """Overdue claims of the counties that a scope touches; the caller's rows are guarded."""
    return Deadlines().overdue(counties_of(scope))


@dataclass
class Waiting:
    """One place: how many claims are open, how many of each owner's are overdue, and since when the oldest is due."""

    place: str
    open: int = 0
    overdue: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OWNERS, 0))
    oldest: dt.date | None = None

    @property
    def all_overdue(self) -> int:
        return sum(self.overdue.values())


def waiting_by_place(user: Any, scope: Scope) -> list[Waiting]:
    """Towns with open claims where the scope holds several, else its villages; most overdue first. Two queries."""
    deadlines = Deadlines()
    late = deadlines.overdue(counties_of(scope))
    rows = PointClaim.objects.visible_to(user).filter(state__in=PointClaim.OPEN_STATES).order_by()
    counted = list(
        rows.values("village_id", "state").annotate(
            open=Count("pk"), late=Count("pk", filter=late), since=Min("waiting_since", filter=late)
        )
    )
    length = areacodes.LEVEL_LENGTHS["town"]
    if len({row["village_id"][:length] for row in counted}) < 2:  # noqa: PLR2004 -- one town: its villages
        length = areacodes.LEVEL_LENGTHS["village"]
    found: dict[str, Waiting] = defaultdict(lambda: Waiting(""))
    for row in counted:
        village = row["village_id"]
        line = found[village[:length]]
        line.place = village[:length]
        line.open += row["open"]
        line.overdue[deadlines.owner(village, row["state"])] += row["late"]
        if row["since"] is not None:
            due = deadlines.due_since(row["since"], areacodes.county_of(village))
            line.oldest = min(due, line.oldest or due)
    return sorted(found.values(), key=lambda line: (-line.all_overdue, line.place))
