"""What an indicator (指标) is: declared once, with its meaning, how it adds up, and where its rows are.

A source is one set-based query that gives base values of villages in one period. Everything else (towns, county,
city, province, federations, comparisons) follows from how an indicator adds up, so that no board and no workbook
computes anything by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from lianjian.periods import Period


class Adds(Enum):
    """How values of villages become the value of a place above them."""

    SUM = "sum"  # the villages' values are added
    RATIO = "ratio"  # numerators and denominators are added, then divided
    DISTINCT = "distinct"  # things are counted once in each place that holds a part of them


class Over(Enum):
    """How values of periods become 累计."""

    FLOW = "flow"  # what happened in the period: periods add up
    STOCK = "stock"  # how it stood at the period's end: the last value stands


class Reach(Enum):
    """Which periods a write concerns, seen from the period it names."""

    SAME = "same"  # the period itself (the year of a quarter, the quarters of a year)
    ONWARD = "onward"  # from that period on


FEDERATIONS = "联建单位"


@dataclass(frozen=True)
class Rows:
    """Where the rows behind a figure are: a list page and its filters.

    page         url name of the list, such as `village-facts:list`
    filters      values may hold {quarter} and {year}; the area comes as `area`
    now          the list shows how things stand today, not at the period's end
    federations  the list can be filtered by `federation` too
    """

    page: str
    filters: Mapping[str, str] = field(default_factory=dict)
    now: bool = False
    federations: bool = False

    def url(self, period: Period, **place: str) -> str:
        """The list's address for `area=` a code or `federation=` a number; empty where it cannot be asked that way."""
        if "federation" in place and not self.federations:
            return ""
        query = {key: text.format(quarter=period, year=period.year) for key, text in self.filters.items()}
        return f"{reverse(self.page)}?{urlencode({**query, **place})}"


@dataclass(frozen=True)
class Source:
    """One query, `SELECT code, indicator, numerator, denominator` (or `code, indicator, thing` where distinct).

    It may read the CTEs `places(code)`: the villages asked for, `active(code)`: those of them that existed on the
    period's last day (or today, in the running period), and `running`, `held`: all federations of that day and
    their villages (indicators/federations.py). Parameters: `low`, `high` (the county's half-open range),
    `day`, `first`, `last` (dates, both within), `period`, `year`, and what `parameters(county)` adds.
    `of_towns`: its rows are towns' own (`code` is a town's) and no sums; villages and federations have none.
    `topics` says which writes in the outbox concern it, and how far they reach. `things` are what a distinct source
    counts; each federation counted is also kept under its own name, other things are counted in federations.
    """

    name: str
    unit: str  # Q or Y
    sql: str
    topics: Mapping[str, Reach]
    distinct: bool = False
    things: str = FEDERATIONS
    of_towns: bool = False
    parameters: Callable[[str], Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Indicator:
    """One indicator. Money is kept in yuan; `board_unit` and `board_factor` say how a board shows it.

    percent    the ratio is shown in percent, and compared in percentage points
    digits     decimals shown (boards) and given (API)
    short      for headings of tables, where the name would be too long
    on_board   shown as a card; others feed charts and workbooks
    good       whether more is better (1), worse (-1) or neither (0)
    """

    code: str
    name: str
    unit: str
    meaning: str
    source: Source
    adds: Adds = Adds.SUM
    over: Over = Over.STOCK
    short: str = ""
    rows: Rows | None = None
    digits: int = 0
    percent: bool = False
    board_unit: str = ""
    board_factor: Decimal = Decimal(1)
    board_digits: int | None = None
    on_board: bool = True
    for_federations: bool = True
    good: int = 0

    @property
    def period_unit(self) -> str:
        return self.source.unit

    @property
    def counts_federations(self) -> bool:
        return self.adds is Adds.DISTINCT and self.source.things == FEDERATIONS

    @property
    def is_ratio(self) -> bool:
        return self.adds is Adds.RATIO

    def value(self, numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
        """The value in `unit`, rounded half up to `digits`; None where there is none (nothing to divide by)."""
        if numerator is None:
            return None
        exact = numerator
        if self.is_ratio:
            if not denominator:
                return None
            exact = numerator * (100 if self.percent else 1) / denominator
        return exact.quantize(Decimal(1).scaleb(-self.digits), ROUND_HALF_UP)

    def shown(self, value: Decimal | None) -> str:
        """The value as a board shows it, without the unit."""
        if value is None:
            return "—"
        digits = self.digits if self.board_digits is None else self.board_digits
        rounded = (value / self.board_factor).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        return f"{rounded:,}"

    @property
    def heading(self) -> str:
        return self.short or self.name

    @property
    def shown_unit(self) -> str:
        return self.board_unit or self.unit

    @property
    def how(self) -> str:
        """How it adds up, in words for the reader of a board."""
        places = {
            Adds.SUM: "各级按村居逐级相加",
            Adds.RATIO: "各级分别加总分子和分母后再相除",
            Adds.DISTINCT: f"同一{self.source.things}在有成员村的每个镇街各计一次，在县（市、区）只计一次，"
            "合计可能小于各行之和",
        }[self.adds]
        return f"{places}。{'累计按年内各期相加' if self.over is Over.FLOW else '累计取最近一期末的数'}。"
