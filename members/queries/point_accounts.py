"""Accounts read: the lines of one with its running balance, and what a month was in villages and goods (P23)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from lianjian import periods
from members.models import PointMovement, Subject

Kind = PointMovement.Kind
MOVES = (Kind.MOVED_OUT, Kind.MOVED_IN)
_COLUMNS = {
    "credited": Q(kind=Kind.CREDIT),
    "redeemed": Q(kind=Kind.REDEEM),
    "cancelled": Q(kind=Kind.CANCEL),
    "expired": Q(kind=Kind.EXPIRE),
    "moved": Q(kind__in=MOVES),
}


@dataclass(frozen=True)
class Line:
    """One movement told: points in 0.1 point and the balance after it; `redemption` is the id where it has a page."""

    id: int
    on: dt.date
    kind: str
    what: str
    points: int
    balance: int
    village: str  # where the subject was that day
    redemption: int | None = None


def lines_of(subject: Subject) -> list[Line]:
    """All lines of an account, oldest first, of a subject that the user may see. Moving from village to village left
    the account as it was and is no line of it.
    """
    rows = PointMovement.objects.unscoped("the account of a subject that the user may see")
    rows = rows.filter(subject=subject).exclude(kind__in=MOVES).select_related("good", "cancels")
    lines, balance = [], 0
    for row in rows.order_by("pk"):
        balance += row.points
        redemption = row.pk if row.kind == Kind.REDEEM else row.cancels_id
        lines.append(
            Line(row.pk, row.on, row.get_kind_display(), what(row), row.points, balance, row.village_id, redemption)
        )
    return lines


def what(row: PointMovement) -> str:
    """A movement in words."""
    if row.kind == Kind.CREDIT:
        label = periods.parse_quarter(row.quarter).label
        return label if row.earned == row.points else f"{label}（应入 {row.earned / 10:.1f} 分）"
    if row.good is not None:
        return f"{row.goods_text}：{row.reason}" if row.reason else row.goods_text
    return row.reason


@dataclass(frozen=True)
class Sums:
    """A place's month in 0.1 point; what went out is negative. opening + all the rest = closing."""

    key: str
    opening: int
    credited: int
    redeemed: int
    cancelled: int
    expired: int
    moved: int
    closing: int


@dataclass(frozen=True)
class GoodLine:
    """A good's month: pieces given out and put back, and the points for what remains given."""

    name: str
    unit: str
    area: str
    given: int
    put_back: int
    points: int


@dataclass(frozen=True)
class Month:
    """What moved in a month in an area."""

    places: list[Sums]
    goods: list[GoodLine]

    @property
    def total(self) -> Sums:
        sums = {name: sum(getattr(place, name) for place in self.places) for name in ("opening", *_COLUMNS, "closing")}
        return Sums("", **sums)


def month_of(user: Any, area: tuple[str, str], month: periods.Period, *, by: str = "village_id") -> Month:
    """A month in a span of village codes, for one who may see it. `by` is what a line is of: a village, or a subject
    (`subject__number`).
    """
    rows = PointMovement.objects.visible_to(user).filter(village_id__gte=area[0], village_id__lt=area[1])
    rows = rows.filter(on__lt=month.end)
    inside = Q(on__gte=month.start)
    sums = {name: Coalesce(Sum("points", filter=inside & which), 0) for name, which in _COLUMNS.items()}
    found: Any = (
        rows.order_by()
        .values(key=F(by))
        .annotate(opening=Coalesce(Sum("points", filter=~inside), 0), **sums, closing=Sum("points"))
        .order_by("key")
    )
    goods = (
        rows.filter(inside, good__isnull=False)
        .order_by()
        .values(name=F("good__name"), unit=F("good__unit"), area=F("good__area__name"), good_key=F("good_id"))
        .annotate(
            given=Coalesce(Sum("quantity", filter=Q(kind=Kind.REDEEM)), 0),
            put_back=Coalesce(Sum("quantity", filter=Q(kind=Kind.CANCEL)), 0),
            spent=-Sum("points"),
        )
        .order_by("name", "good_key")
    )
    return Month(
        [Sums(**one) for one in found],
        [GoodLine(one["name"], one["unit"], one["area"], one["given"], one["put_back"], one["spent"]) for one in goods],
    )


__all__ = ["GoodLine", "Line", "Month", "Sums", "lines_of", "month_of", "what"]
