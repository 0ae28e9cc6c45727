"""Figures of places, from the rollup alone: 本期, 上期, 累计, 上年同期 and 同比. One query for any number of places."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from lianjian import areacodes
from lianjian.periods import Period
from reports import indicators
from reports.indicators import Adds, Indicator, Over
from reports.models import IndicatorValue

if TYPE_CHECKING:
    from reports.queries.comparable import Families

Parts = tuple[Decimal | None, Decimal | None]  # numerator, denominator
FEDERATION = "federation"
ENOUGH = Decimal("0.5")  # of the villages must have reported a year before a board shows it


@dataclass(frozen=True)
class Place:
    """A place of the rollup: an area (kind is its level) or a federation (key is its number)."""

    kind: str
    key: str

    @classmethod
    def area(cls, code: str) -> "Place":
        return cls(areacodes.level_of(code), code)

    @classmethod
    def federation(cls, pk: int | str) -> "Place":
        return cls(FEDERATION, str(pk))


@dataclass(frozen=True)
class Figure:
    """One indicator of one place in one period, beside the periods it is compared with. None: nothing reported."""

    indicator: Indicator
    period: Period
    value: Decimal | None
    previous: Decimal | None
    cumulative: Decimal | None
    last_year: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """本期 − 上期, in the indicator's unit (percentage points for shares)."""
        return None if self.value is None or self.previous is None else self.value - self.previous

    @property
    def year_on_year(self) -> Decimal | None:
        """同比: percent of last year's value, percentage points for shares; None where nothing can be compared."""
        if self.value is None or self.last_year is None:
            return None
        if self.indicator.percent:
            return self.value - self.last_year
        if not self.last_year:
            return None
        grown = (self.value - self.last_year) * 100 / abs(self.last_year)
        return grown.quantize(Decimal("0.1"), ROUND_HALF_UP)


class Table:
    """Values read once: by place, period and indicator; with `families`, villages with their predecessors."""

    def __init__(self, rows: Iterable[tuple], families: "Families | None" = None) -> None:
        self.families = families
        self._parts: dict[tuple[str, str, str, str], Parts] = {}
        self.refreshed_at: dt.datetime | None = None
        for kind, key, period, code, numerator, denominator, refreshed_at in rows:
            self._parts[kind, key, period, code] = (numerator, denominator)
            if self.refreshed_at is None or refreshed_at > self.refreshed_at:
                self.refreshed_at = refreshed_at

    def parts(self, place: Place, indicator: Indicator, period: Period) -> Parts:
        """Numerator and denominator; of a merged village in a period before, those of its predecessors added."""
        own = self._own(place.kind, place.key, indicator, period)
        if self.families is None or place.kind != "village" or indicator.adds is Adds.DISTINCT:
            return own
        if self.families.incomparable(place.key, period.last_day):
            return None, None
        before = self.families.predecessors(place.key)
        return _added([own, *(self._own("village", code, indicator, period) for code in before)]) if before else own

    def _own(self, kind: str, key: str, indicator: Indicator, period: Period) -> Parts:
        return self._parts.get((kind, key, str(period), indicator.code), (None, None))

    def value(self, place: Place, indicator: Indicator, period: Period) -> Decimal | None:
        return indicator.value(*self.parts(place, indicator, period))

    def cumulative(self, place: Place, indicator: Indicator, period: Period) -> Decimal | None:
        """累计: flows of the year until the period (ratios: of the sums), stocks as they stand."""
        if indicator.over is Over.STOCK:
            return self.value(place, indicator, period)
        parts = [self.parts(place, indicator, earlier) for earlier in period.until_now_in_year()]
        numerators = [numerator for numerator, _ in parts if numerator is not None]
        denominators = [denominator for _, denominator in parts if denominator is not None]
        if not numerators:
            return None
        return indicator.value(sum(numerators, Decimal(0)), sum(denominators, Decimal(0)) if denominators else None)

    def figure(self, place: Place, indicator: Indicator, period: Period) -> Figure:
        return Figure(
            indicator=indicator,
            period=period,
            value=self.value(place, indicator, period),
            previous=self.value(place, indicator, period.previous()),
            cumulative=self.cumulative(place, indicator, period),
            last_year=self.value(place, indicator, period.a_year_before()),
        )

    def year_shown(self, place: Place, quarter: Period) -> Period:
        """The year whose yearly figures stand beside a quarter: the quarter's own once half of the villages have
        reported it, before that the latest one that fulfils this; the quarter's own where none does.
        """
        years = [Period(quarter.year - back, "Y", 1) for back in range(3)]
        reported = {year: self.value(place, indicators.indicator("facts_reported"), year) or 0 for year in years}
        villages = self.value(place, indicators.indicator("villages"), quarter) or max(reported.values())
        enough = [year for year in years if reported[year] and reported[year] >= villages * ENOUGH]
        some = [year for year in years if reported[year]]
        return (enough or some or years)[0]

    def period_of(self, place: Place, indicator: Indicator, quarter: Period) -> Period:
        """The period of an indicator that stands beside a quarter."""
        return quarter if indicator.period_unit == "Q" else self.year_shown(place, quarter)


def _added(parts: Iterable[Parts]) -> Parts:
    """What is there of numerators and denominators, each summed up; None where there is none."""
    numerators, denominators = zip(*parts, strict=True)
    sums = [[one for one in column if one is not None] for column in (numerators, denominators)]
    return tuple(sum(column, Decimal(0)) if column else None for column in sums)  # type: ignore[return-value]


def periods_for(quarter: Period, *, quarters: int = 8, years: int = 5) -> list[str]:
    """The periods that a board of a quarter reads: enough for 累计, 上年同期 and the line of development."""
    back = [quarter.shift(-step) for step in range(max(quarters, 5))]
    return [*map(str, back), *(str(quarter.year - step) for step in range(years))]


def periods_beside(quarter: Period) -> list[str]:
    """What tables of many places read: the quarter, and the years that may stand beside it."""
    return [str(quarter), *(str(quarter.year - back) for back in range(3))]


_FIELDS = ("place_kind", "place_key", "period", "indicator", "numerator", "denominator", "refreshed_at")


def read(rows: QuerySet[IndicatorValue], *conditions: Q, families: "Families | None" = None) -> Table:
    """One query over opened rows; each condition is made by `of`, `below` or `among`.

    A union and no OR: each part is found by the index alone, however long the history.
    """
    parts = [rows.filter(condition).order_by().values_list(*_FIELDS) for condition in conditions]
    return Table(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0], families)


def of(place: Place, periods: Collection[str]) -> Q:
    """All indicators of one place."""
    return Q(place_kind=place.kind, place_key=place.key, period__in=periods)


def below(kind: str, code: str, periods: Collection[str], codes: Collection[str]) -> Q:
    """Some indicators of all places of a kind below an area."""
    low, high = areacodes.subtree(code)
    return Q(place_kind=kind, place_key__gte=low, place_key__lt=high, period__in=periods, indicator__in=codes)


def among(kind: str, keys: Collection[str], periods: Collection[str], codes: Collection[str]) -> Q:
    """Some indicators of named places of a kind."""
    return Q(place_kind=kind, place_key__in=keys, period__in=periods, indicator__in=codes)
