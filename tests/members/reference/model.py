"""What a quarter's close reads and gives: frozen dataclasses, and the calendar of quarters.

All points are integers of 0.1 point: 1000 is 100.0 points, -5 is a deduction of half a point.
Dated rows are half-open: `start` is the first day in, `end` the first day out, None is "still".
Quarters are strings such as "2026Q3", which sort as they follow each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True)
class Category:
    """A category of a scheme; `cap` None is "no cap", 0 is "earns nothing"."""

    code: str
    cap: int | None = None


@dataclass(frozen=True)
class Item:
    """An item of a scheme; item codes are unique in a version, the towns' additions included."""

    code: str
    category: str
    points: int  # negative: a deduction
    quarter_cap: int | None = None  # positive, also for a deduction, where it limits the absolute value
    group: str = ""  # 只取最高 (highest only) among the items of one group
    town: str = ""  # the nine digits of the town that added it; '' for the county's own


@dataclass(frozen=True)
class Grade:
    """A grade name and the least total it asks for."""

    name: str
    min: int


@dataclass(frozen=True)
class Scheme:
    """One version of a 积分办法, for one book (`subject_kind`), effective from a quarter."""

    version: int
    from_quarter: str
    subject_kind: str
    base: int
    base_by_class: Mapping[str, int] = field(default_factory=dict)
    exempt_classes: frozenset[str] = frozenset()
    floor: int | None = None
    rank_by_class: bool = False
    categories: tuple[Category, ...] = ()
    items: tuple[Item, ...] = ()
    grades: tuple[Grade, ...] = ()
    top_quota_percent: int | None = None


@dataclass(frozen=True)
class Subject:
    """A member, representative or household; `exempt` is 免于积分 granted to this one subject."""

    number: str
    kind: str
    subject_class: str
    exempt: bool = False
    active: bool = True


@dataclass(frozen=True)
class Placement:
    """Where a subject belongs, from `start` until the day before `end`."""

    subject: str
    village_code: str
    start: date
    end: date | None = None


@dataclass(frozen=True)
class FederationMembership:
    """A village in a federation; `primary` and `running` are the federation's, the same on all its rows."""

    federation_key: str
    federation_name: str
    village_code: str
    start: date
    end: date | None = None
    primary: bool = True
    running: bool = True


@dataclass(frozen=True)
class Entry:
    """A row of the ledger (积分记录), never changed; `reverses` is the id of the entry it takes back."""

    id: int
    subject: str
    item_code: str
    quantity: int
    points: int
    occurred_on: date
    settle_quarter: str
    reverses: int | None = None


@dataclass(frozen=True)
class World:
    """Everything one close needs: the quarter, and all rows of the county, of this quarter or not."""

    quarter: str
    schemes: tuple[Scheme, ...] = ()
    subjects: tuple[Subject, ...] = ()
    placements: tuple[Placement, ...] = ()
    memberships: tuple[FederationMembership, ...] = ()
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class CloseSubject:
    """A scored subject as frozen before computing; from here on only these and the ledger are read."""

    number: str
    kind: str
    subject_class: str
    exempt: bool
    village_code: str
    town_code: str
    federation_key: str | None
    federation_name: str
    scheme_version: int


@dataclass(frozen=True)
class Score:
    """The result of one subject; None where it has no total, no grade or is not ranked."""

    number: str
    kind: str
    subject_class: str
    village_code: str
    town_code: str
    federation_key: str | None
    scheme_version: int
    base: int
    awards: Mapping[str, int]
    deduct: int
    total: int | None
    grade: str | None = None
    rank_village: int | None = None
    rank_federation: int | None = None
    rank_town: int | None = None


def quarter_of(day: date) -> str:
    """The quarter a day lies in."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def next_quarter(quarter: str) -> str:
    """The quarter that follows."""
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year}Q{number + 1}" if number < 4 else f"{year + 1}Q1"


def last_day(quarter: str) -> date:
    """The last day of a quarter: the day before the next one begins."""
    following = next_quarter(quarter)
    return date(int(following[:4]), 3 * int(following[5]) - 2, 1) - timedelta(days=1)
