"""What the points book should hold, in a hundred lines: entries and sums, quarters, accounts and goods."""

import datetime as dt
from dataclasses import dataclass, field

from tests.members.points.purse import Purse

DAYS = {"2026Q1": dt.date(2026, 2, 3), "2026Q2": dt.date(2026, 5, 6), "2026Q3": dt.date(2026, 8, 9)}
QUARTERS = tuple(DAYS)
LATEST = "2026Q4"  # not over: it takes whatever comes late
FIRST_DAY, LAST_DAY = dt.date(2026, 11, 20), dt.date(2026, 12, 31)
PEOPLE = ("M1", "M2", "M3")
POINTS = {"A01": 20, "A02": 50, "B01": 10, "D01": -20}
CATEGORY = {"A01": "ZZ", "A02": "ZZ", "B01": "XF", "D01": "ZZ"}
ITEM_CAPS, CATEGORY_CAPS, BASE = {"A01": 60}, {"ZZ": 80}, 1000
GOODS = {"洗衣液": 15, "毛巾": 40}  # and what one costs, in 0.1 point
EXPIRES_AFTER = 1  # months


@dataclass
class Entered:
    """One entry, in the quarter that took it."""

    who: str
    item: str
    points: int
    quarter: str
    undone: bool = False


@dataclass
class Redeemed:
    """Goods that were given for points."""

    who: str
    good: str
    quantity: int
    cancelled: bool = False

    @property
    def points(self) -> int:
        return GOODS[self.good] * self.quantity


@dataclass
class Model:
    """The book, and how each step changes it."""

    entries: dict[int, Entered] = field(default_factory=dict)
    reversals: int = 0
    states: dict[str, str] = field(default_factory=lambda: dict.fromkeys(QUARTERS, "open"))
    posted: dict[str, dict[str, int]] = field(default_factory=dict)
    today: dt.date = FIRST_DAY
    purses: dict[str, Purse] = field(default_factory=lambda: {who: Purse() for who in PEOPLE})
    credited: dict[tuple[str, str], int] = field(default_factory=dict)  # of whom and of which quarter
    supplied: dict[str, int] = field(default_factory=lambda: dict.fromkeys(GOODS, 0))
    given: dict[str, int] = field(default_factory=lambda: dict.fromkeys(GOODS, 0))
    redeemed: dict[int, Redeemed] = field(default_factory=dict)

    def settles(self, quarter: str) -> str:
        """Rule 2: the earliest quarter from the fact's on that is open."""
        return next((one for one in QUARTERS if one >= quarter and self.states[one] == "open"), LATEST)

    def totals(self, quarter: str) -> dict[str, int]:
        """Rules 3 and 5."""
        return {who: max(0, BASE + award - deduct) for who, (award, deduct) in self.sums(quarter).items()}

    def sums(self, quarter: str) -> dict[str, tuple[int, int]]:
        """Of each what was awarded, capped, and what was deducted."""
        return {who: self._sum(who, quarter) for who in PEOPLE}

    def _sum(self, who: str, quarter: str) -> tuple[int, int]:
        mine = [one for one in self.entries.values() if (one.who, one.quarter, one.undone) == (who, quarter, False)]
        award = dict.fromkeys(CATEGORY.values(), 0)
        for item in POINTS:
            plus = sum(one.points for one in mine if one.item == item and one.points > 0)
            award[CATEGORY[item]] += min(plus, ITEM_CAPS.get(item, plus))
        capped = sum(min(points, CATEGORY_CAPS.get(code, points)) for code, points in award.items())
        return capped, -sum(one.points for one in mine if one.points < 0)

    # -- points to spend

    def credit(self, quarter: str) -> None:
        """A locked quarter gives what it earned beyond what it gave before; the base earns nothing."""
        for who, (award, deduct) in self.sums(quarter).items():
            due = max(0, award - deduct) - self.credited.get((who, quarter), 0)
            if due:
                self.purses[who].credit(due, self.today)
                self.credited[who, quarter] = max(0, award - deduct)

    def allows(self, wish: Redeemed) -> bool:
        stock = self.supplied[wish.good] - self.given[wish.good]
        return wish.points <= self.purses[wish.who].balance and wish.quantity <= stock

    def redeem(self, number: int, wish: Redeemed) -> None:
        self.redeemed[number] = wish
        self.purses[wish.who].spend(wish.points)
        self.given[wish.good] += wish.quantity

    def cancel(self, number: int) -> None:
        """Goods and points go back."""
        done = self.redeemed[number]
        done.cancelled = True
        self.purses[done.who].put_back(done.points)
        self.given[done.good] -= done.quantity

    def expire(self) -> None:
        for purse in self.purses.values():
            purse.expire(self.today, EXPIRES_AFTER)
