"""Indicators as measures of the village map (P02): every one that a village has a value of."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from lianjian.periods import Period, parse_quarter
from reports import indicators
from reports.indicators import Adds, Indicator
from reports.models import IndicatorValue
from reports.queries.figures import ENOUGH
from reports.queries.places import RIGHT
from villages.sockets import Measure, Measured

YEARS_BACK = 3


def indicator_measures(user: Any) -> Iterable[Measure]:
    """In the order of boards; how many villages there are says nothing of a single one."""
    if not user.can(RIGHT):
        return
    for one in indicators.indicators():
        if one.adds is not Adds.DISTINCT and one.code not in ("villages", "facts_reported"):
            yield Measure(one.code, one.name, one.shown_unit, _reader(one), one.meaning)


def _reader(one: Indicator) -> Any:
    def read(user: Any, codes: Sequence[str], quarter: str) -> Measured:
        period, values = _values(user, one, codes, parse_quarter(quarter))
        return Measured(values, one.shown, period.label)

    return read


def _values(
    user: Any, one: Indicator, codes: Sequence[str], quarter: Period
) -> tuple[Period, dict[str, Decimal]]:  # fmt: skip
    """Of a yearly indicator the latest year that half of the villages have reported, as on boards."""
    if one.period_unit == "Q":
        return quarter, _read(user, one, codes, [quarter])[quarter]
    years = [Period(quarter.year - back, "Y", 1) for back in range(YEARS_BACK)]
    found = _read(user, one, codes, years)
    enough = [year for year in years if len(found[year]) >= len(codes) * ENOUGH]
    some = [year for year in years if found[year]]
    chosen = (enough or some or years)[0]
    return chosen, found[chosen]


def _read(
    user: Any, one: Indicator, codes: Sequence[str], periods: Sequence[Period]
) -> dict[Period, dict[str, Decimal]]:  # fmt: skip
    rows = IndicatorValue.objects.visible_to(user).filter(
        place_kind="village", period__in=[str(period) for period in periods], place_key__in=codes, indicator=one.code
    )
    named = {str(period): period for period in periods}
    found: dict[Period, dict[str, Decimal]] = {period: {} for period in periods}
    for period, code, numerator, denominator in rows.values_list("period", "place_key", "numerator", "denominator"):
        value = one.value(numerator, denominator)
        if value is not None:
            found[named[period]][code] = value
    return found
