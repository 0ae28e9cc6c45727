"""Points to spend, as a small model: what was credited on a day, the oldest spent first (P23)."""

import datetime as dt
from dataclasses import dataclass, field


@dataclass
class Lot:
    """What was credited on one day, and what of it is left."""

    day: dt.date
    credited: int
    left: int


@dataclass
class Purse:
    """One account in 0.1 point. `owed` is what a quarter took back and was spent already; the next credit pays it."""

    lots: list[Lot] = field(default_factory=list)
    owed: int = 0
    expired_on: dt.date | None = None

    @property
    def balance(self) -> int:
        return sum(lot.left for lot in self.lots)

    def credit(self, points: int, day: dt.date) -> None:
        """A quarter's points; less than nothing where it came to less than was credited of it before."""
        if points < 0:
            taken = min(-points, self.balance)
            self.spend(taken)
            self.owed += -points - taken
            return
        paid = min(self.owed, points)
        self.owed -= paid
        self.lots.append(Lot(day, points - paid, points - paid))

    def spend(self, points: int) -> None:
        for lot in self.lots:
            used = min(lot.left, points)
            lot.left -= used
            points -= used

    def put_back(self, points: int) -> None:
        """As old as what was spent last."""
        for lot in reversed(self.lots):
            room = min(lot.credited - lot.left, points)
            lot.left += room
            points -= room

    def expire(self, today: dt.date, months: int) -> None:
        """What lay so many months, once a day."""
        old = [lot for lot in self.lots if lot.left and _months_between(lot.day, today) >= months]
        if self.expired_on == today or not old:
            return
        self.expired_on = today
        for lot in old:
            lot.left = 0


def _months_between(begin: dt.date, end: dt.date) -> int:
    return (end.year - begin.year) * 12 + end.month - begin.month - (end.day < begin.day)
