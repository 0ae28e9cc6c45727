"""Reporting periods: week, month, quarter, half-year and year, written 2026W37 2026M09 2026Q3 2026H2 2026."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Self

_TEXT = re.compile(r"^(?P<year>[12]\d{3})(?:(?P<unit>[WMQH])(?P<number>\d{1,2}))?$")
_MONTHS = {"M": 1, "Q": 3, "H": 6, "Y": 12}
_CHINESE_DIGITS = "零一二三四"


class PeriodError(ValueError):
    """A text that names no period; the message is Chinese and may be shown."""


@dataclass(frozen=True, order=True)
class Period:
    """A span of whole days, half-open: `start` belongs to it, `end` does not."""

    year: int
    unit: str  # W, M, Q, H or Y
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026Q3` and its like. Raises PeriodError with the accepted spellings."""
        match = _TEXT.match(str(text).strip().upper())
        if match:
            unit = match["unit"] or "Y"
            number = int(match["number"] or 1)
            year = int(match["year"])
            last = {"Y": 1, "H": 2, "Q": 4, "M": 12}.get(unit) or dt.date(year, 12, 28).isocalendar().week
            if 1 <= number <= last:
                return cls(year, unit, number)
        raise PeriodError(
            f"“{text}”不是统计期，请写成 2026Q3（季度）、2026M09（月）、2026W37（周）、2026H2（半年）或 2026（年）"
        )

    @classmethod
    def of(cls, day: dt.date, unit: str = "Q") -> Self:
        """The period of that unit which holds the day."""
        if unit == "W":
            year, week, _ = day.isocalendar()
            return cls(year, "W", week)
        return cls(day.year, unit, (day.month - 1) // _MONTHS[unit] + 1)

    def __str__(self) -> str:
        if self.unit == "Y":
            return str(self.year)
        width = 2 if self.unit in "WM" else 1
        return f"{self.year}{self.unit}{self.number:0{width}d}"

    @property
    def start(self) -> dt.date:
        if self.unit == "W":
            return dt.date.fromisocalendar(self.year, self.number, 1)
        return dt.date(self.year, (self.number - 1) * _MONTHS[self.unit] + 1, 1)

    @property
    def end(self) -> dt.date:
        """The first day after the period."""
        return self.next().start

    @property
    def last_day(self) -> dt.date:
        return self.end - dt.timedelta(days=1)

    def shift(self, steps: int) -> Self:
        """The period so many units later (earlier where negative)."""
        if self.unit == "W":
            return type(self).of(self.start + dt.timedelta(weeks=steps), "W")
        per_year = 12 // _MONTHS[self.unit]
        index = self.year * per_year + self.number - 1 + steps
        return type(self)(index // per_year, self.unit, index % per_year + 1)

    def next(self) -> Self:
        return self.shift(1)

    def previous(self) -> Self:
        return self.shift(-1)

    def a_year_before(self) -> Self:
        """上年同期."""
        return type(self)(self.year - 1, self.unit, self.number)

    def until_now_in_year(self) -> list[Self]:
        """All periods of this unit in the year up to and with this one (for 累计)."""
        return [type(self)(self.year, self.unit, n) for n in range(1, self.number + 1)]

    @property
    def label(self) -> str:
        """As people read it: 2026年第三季度."""
        names = {
            "Y": "",
            "H": "上半年" if self.number == 1 else "下半年",
            "Q": f"第{_CHINESE_DIGITS[self.number]}季度" if self.unit == "Q" else "",
            "M": f"{self.number}月",
            "W": f"第{self.number}周",
        }
        return f"{self.year}年{names[self.unit]}"


def quarter_of(day: dt.date) -> Period:
    """The calendar quarter of a day."""
    return Period.of(day, "Q")


def parse_quarter(text: str) -> Period:
    """Read a quarter. Raises PeriodError for anything else, other periods too."""
    try:
        period = Period.parse(text)
    except PeriodError:
        period = None
    if period is None or period.unit != "Q":
        raise PeriodError(f"“{text}”不是季度，请写成 2026Q3")
    return period
