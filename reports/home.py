"""What reports put on the first page: figures of one's own place, yearly facts and marks that are still owed."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse

from lianjian import clock
from registers.models.row import effective_on
from registers.sockets import Figure, Owed
from reports import indicators
from reports.boards.assembling import default_quarter, incomplete_text
from reports.boards.words import figure_url, trend_text
from reports.models import AssessmentList, AssessmentMark, IndicatorValue
from reports.queries import figures, places
from reports.queries.figures import FEDERATION
from villages.models import Village, VillageFacts

SHOWN = (
    "villages",
    "population",
    "operating_income",
    "strong_villages_share",
    "federations_running",
    "party_members",
    "point_entries",
    "claims_waiting",
)
NAMED = 3  # villages named in the note
FACTS_RIGHT = "villages.change"


def own_figures(user: Any) -> Iterator[Figure]:
    """Eight figures of the widest place the person has boards of, with their trend; nothing without the right."""
    place = places.home_of(user)
    if place is None:
        return
    quarter = default_quarter()
    table = figures.read(IndicatorValue.objects.visible_to(user), figures.of(place, figures.periods_for(quarter)))
    year = table.year_shown(place, quarter)
    incomplete = incomplete_text(table, place, quarter, year)
    for code in SHOWN:
        one = indicators.indicator(code)
        if place.kind == FEDERATION and not one.for_federations:
            continue
        yearly = one.period_unit == "Y"
        figure = table.figure(place, one, year if yearly else quarter)
        trend = (yearly and incomplete) or trend_text(figure)
        trend = trend.split("，")[0]
        yield Figure(
            title=one.name,
            value=one.shown(figure.value),
            unit=one.shown_unit if figure.value is not None else "",
            url=figure_url(place, one, quarter),
            trend=f"{year}年{trend}" if yearly and trend else trend,
            meaning=one.meaning,
            period=quarter.label,
        )


def owed_facts(user: Any) -> Iterator[Owed]:
    """本年村情年报: one line for all villages of one's own that have none yet."""
    if not user.can(FACTS_RIGHT):
        return
    today = clock.today()
    reported = VillageFacts.objects.unscoped("the villages around it are guarded").filter(
        village=OuterRef("pk"), year=today.year
    )
    villages = Village.objects.changeable_by(user, FACTS_RIGHT).filter(effective_on(today, "area__"))
    missing = list(villages.exclude(Exists(reported)).order_by("pk").values_list("pk", "name"))
    if not missing:
        return

    def form_for(code: str) -> str:
        return f"{reverse('village-facts:new')}?{urlencode({'village_code': code, 'year': today.year})}"

    more = f"等 {len(missing)} 个村居" if len(missing) > NAMED else ""
    yield Owed(
        title=f"填报{today.year}年村情年报",
        url=form_for(missing[0][0]) if len(missing) == 1 else reverse("village-facts:import"),
        button="填报",
        due_on=dt.date(today.year, 12, 31),
        count=len(missing),
        links=[(name, form_for(code)) for code, name in missing[:NAMED]],
        note=f"{more}还没有填报",
    )


def owed_marks(user: Any) -> Iterator[Owed]:
    """考核评分: one line a list in force, for the marks of one's own villages that are still to be typed."""
    if not user.can(AssessmentMark.change_right):
        return
    rows = AssessmentMark.objects.changeable_by(user).filter(
        assessment__state=AssessmentList.State.IN_FORCE, marks__isnull=True
    )
    lists = rows.order_by("assessment_id").values("assessment_id", "assessment__name", "assessment__year")
    for one in lists.annotate(count=Count("pk")):
        query = urlencode({"assessment": one["assessment_id"], "typed": "no"})
        yield Owed(
            title=f"{one['assessment__name']}评分",
            url=f"{reverse('assessment-marks:grid')}?{query}",
            button="评分",
            due_on=dt.date(one["assessment__year"], 12, 31),
            count=one["count"],
        )
