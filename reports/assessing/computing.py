"""Working out an assessment: every line, the totals, ranks, grades and pay of all, in a fixed number of queries."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lianjian import clock
from lianjian.periods import Period, quarter_of
from members.models import DutyResult
from registers.errors import WrongState
from reports import indicators
from reports.assessing import arithmetic, grades
from reports.assessing.subjects import Assessed, assessed_by, items_of, last_day
from reports.models import AssessmentItem, AssessmentList, AssessmentMark, AssessmentResult, IndicatorValue
from reports.queries import figures
from reports.queries.figures import Place

# What one review of duties (评约) is worth; a round that finds 基本履约 leaves six tenths.
REVIEW_WORTH = {
    DutyResult.Result.KEPT: Decimal(1),
    DutyResult.Result.MOSTLY: Decimal("0.6"),
    DutyResult.Result.BROKEN: Decimal(0),
}
_TOLD = (
    "village_id", "person_id", "who", "office", "planning_class", "own", "village_total", "total", "rank", "rank_of",
    "class_rank", "class_of", "grade", "coefficient", "pay", "lines",
)  # fmt: skip
Key = tuple[str, Any]


@dataclass(frozen=True)
class Computed:
    """The results, not stored yet, and how many marks are still to be typed."""

    results: list[AssessmentResult]
    missing: int


def told(result: AssessmentResult) -> tuple[Any, ...]:
    """All that a result says; equal for equal ones."""
    return tuple(getattr(result, name) for name in _TOLD)


def compute(assessment: AssessmentList) -> Computed:
    """Everybody's result as things stand. Raises WrongState where a cadre's village has no result yet."""
    items = items_of(assessment)
    assessed = assessed_by(assessment, items)
    villages = _village_totals(assessment, assessed) if assessment.is_of_cadres else {}
    reading = _Reading(assessment, items, assessed)
    lines = {
        one.key: [reading.line(item, one) for item in items if item.full_for(one.planning_class)] for one in assessed
    }
    own = [sum((Decimal(line["marks"]) for line in lines[one.key]), arithmetic.NONE) for one in assessed]
    totals = own
    if assessment.is_of_cadres:
        share = assessment.village_share or 0
        totals = [
            arithmetic.cadre_total(mine, villages[one.village.pk], share)
            for mine, one in zip(own, assessed, strict=True)
        ]
    results = [
        AssessmentResult(
            assessment=assessment, village=one.village, person=one.person, who=one.who, office="、".join(one.titles),
            planning_class=one.planning_class, total=total, lines=lines[one.key],
            own=mine if assessment.is_of_cadres else None, village_total=villages.get(one.village.pk),
        )
        for one, mine, total in zip(assessed, own, totals, strict=True)
    ]  # fmt: skip
    _place(assessment, results)
    return Computed(results, sum(line["missing"] for found in lines.values() for line in found))


def _village_totals(assessment: AssessmentList, assessed: Sequence[Assessed]) -> dict[str, Decimal]:
    """The result of each village by the same county's list of that year."""
    results = AssessmentResult.objects.unscoped("a cadre's result rests on his village's").filter(
        assessment__area=assessment.area_id, assessment__year=assessment.year, person__isnull=True
    )
    totals = dict(results.values_list("village_id", "total"))
    without = {one.village.pk: one.village.name for one in assessed if one.village.pk not in totals}
    if without:
        named = "、".join(list(without.values())[:3])
        raise WrongState(f"{named}{'等' if len(without) > 3 else ''}还没有村居考核的结果，请先试算本年的村居考核清单")
    return totals


def _place(assessment: AssessmentList, results: Sequence[AssessmentResult]) -> None:
    """Ranks in the county and among those of one class, grades, pay."""
    totals = [one.total for one in results]
    places = arithmetic.ranks(totals)
    won = arithmetic.graded(totals, grades.read(assessment.grades), assessment.top_quota)
    for one, place, grade in zip(results, places, won, strict=True):
        one.rank, one.rank_of = place, len(results)
        one.grade, one.coefficient = grade.name, grade.coefficient
        if assessment.base_pay is not None:
            one.pay = arithmetic.performance_pay(assessment.base_pay, grade.coefficient)
    alike: dict[str, list[AssessmentResult]] = defaultdict(list)
    for one in results:
        alike[one.planning_class].append(one)
    for same in alike.values():
        for one, place in zip(same, arithmetic.ranks([one.total for one in same]), strict=True):
            one.class_rank, one.class_of = place, len(same)


class _Reading:
    """What the lines are made of, read once: typed marks, indicators of villages, reviews of duties."""

    def __init__(
        self, assessment: AssessmentList, items: Sequence[AssessmentItem], assessed: Sequence[Assessed]
    ) -> None:
        self.day = last_day(assessment)
        self.year = Period(assessment.year, "Y", 1)
        self.quarter = min(Period(assessment.year, "Q", 4), quarter_of(self.day))
        marks = AssessmentMark.objects.unscoped("of a list that was found in the user's scope").filter(
            assessment=assessment
        )
        self.marks = {
            (row.item_id, row.village_id, row.person_id): row for row in marks.select_related("typed_by").order_by("pk")
        }
        self.values = self._read_values(items, assessed)
        has_reviews = any(item.source == AssessmentItem.Source.REVIEW for item in items)
        self.reviews = self._read_reviews(assessed) if has_reviews else {}

    def _read_values(self, items: Sequence[AssessmentItem], assessed: Sequence[Assessed]) -> figures.Table:
        codes = {item.indicator for item in items if item.indicator}
        periods = [str(one) for one in (*self.quarter.until_now_in_year(), self.year)]
        rows = IndicatorValue.objects.unscoped("of the villages that a county's list measures")
        return figures.read(rows, figures.among("village", {one.village.pk for one in assessed}, periods, codes))

    def _read_reviews(self, assessed: Sequence[Assessed]) -> Mapping[Any, list[str]]:
        """Results of the year's reviews by person."""
        rows = DutyResult.objects.unscoped("of the cadres that a county's list measures").filter(
            subject__person__in=[one.person for one in assessed],
            review__held_on__gte=dt.date(self.year.year, 1, 1),
            review__held_on__lte=self.day,
        )
        found: dict[Any, list[str]] = defaultdict(list)
        for person, result in rows.order_by("pk").values_list("subject__person_id", "result"):
            found[person].append(result)
        return found

    def line(self, item: AssessmentItem, one: Assessed) -> dict[str, Any]:
        """One line as it is kept: numbers as texts, so that what was published reads the same for ever."""
        full = item.full_for(one.planning_class) or arithmetic.NONE
        line: dict[str, Any] = {
            "number": item.number, "category": item.category, "name": item.name, "criteria": item.criteria,
            "source": item.source, "full": str(full), "missing": False, "note": "",
        }  # fmt: skip
        if item.source == AssessmentItem.Source.INDICATOR:
            return line | self._measured(item, one, full)
        reviews = self.reviews.get(one.person.pk if one.person else None)
        if item.source == AssessmentItem.Source.REVIEW and reviews:
            return line | _reviewed(full, reviews)
        return line | self._typed(item, one, full)

    def _measured(self, item: AssessmentItem, one: Assessed, full: Decimal) -> dict[str, Any]:
        indicator = indicators.indicator(item.indicator)
        period = self.quarter if indicator.period_unit == "Q" else self.year
        value = self.values.cumulative(Place("village", one.village.pk), indicator, period)
        zero_at, full_at = item.zero_at or arithmetic.NONE, item.full_at or arithmetic.NONE
        marks = arithmetic.NONE if value is None else arithmetic.marks_by_line(full, value, zero_at, full_at)
        return {
            "marks": str(arithmetic.rounded(marks)), "indicator": item.indicator, "period": str(period),
            "value": None if value is None else str(value),
            "zero_at": grades.plain(zero_at), "full_at": grades.plain(full_at),
        }  # fmt: skip

    def _typed(self, item: AssessmentItem, one: Assessed, full: Decimal) -> dict[str, Any]:
        row = self.marks.get((item.pk, *one.key))
        if row is None or row.marks is None:
            return {"marks": str(arithmetic.rounded(arithmetic.NONE)), "missing": True}
        return {
            # The full marks may have shrunk since (the village has another class now) and no row been prepared.
            "marks": str(arithmetic.rounded(min(row.marks, full))),
            "note": row.note,
            "by": str(row.typed_by or ""),
            "on": row.typed_at.astimezone(clock.SHANGHAI).date().isoformat() if row.typed_at else "",
        }


def _reviewed(full: Decimal, reviews: Iterable[str]) -> dict[str, Any]:
    found = list(reviews)
    counts = Counter(found)
    said = [f"{label} {counts[value]} 次" for value, label in DutyResult.Result.choices if counts[value]]
    marks = arithmetic.marks_by_share(full, [REVIEW_WORTH[DutyResult.Result(result)] for result in found])
    return {"marks": str(marks), "value": "、".join(said)}
