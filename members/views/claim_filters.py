"""What narrows the list of claims, and what all of it is that one press of a button moves."""

from collections import defaultdict
from typing import Any

from django import forms
from django.db.models import QuerySet

from lianjian.periods import parse_quarter
from members.models import PointClaim
from members.models.subjects import SubjectKind
from members.queries.point_items import ItemBook
from members.views import points_base as base
from registers import reading

OPEN = "open"
MOST_AT_ONCE = 1_000  # claims moved by one press of a button


class ClaimFilters(base.PlaceFilters):
    state = forms.ChoiceField(label="状态", required=False)
    item = forms.ChoiceField(label="积分项目", required=False)
    quarter = forms.ChoiceField(label="发生季度", required=False)

    def __init__(self, data: Any, *, scope: Any, book: ItemBook) -> None:
        super().__init__(data, scope=scope)
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            ("", "全部"), (OPEN, "还没有审定或驳回"), *PointClaim.State.choices
        ]  # fmt: skip
        self.fields["quarter"].choices = [("", "全部"), *base.quarter_choices()]  # type: ignore[attr-defined]
        self.fields["item"].choices = [("", "全部"), *item_choices(book, scope)]  # type: ignore[attr-defined]

    def narrowed(self, rows: QuerySet) -> QuerySet:
        rows = super().narrowed(rows)
        if state := self.value("state"):
            rows = rows.filter(state__in=PointClaim.OPEN_STATES if state == OPEN else [state])
        if item := self.value("item"):
            rows = rows.filter(item_code=item)
        if quarter := self.value("quarter"):
            period = parse_quarter(quarter)
            rows = rows.filter(occurred_on__gte=period.start, occurred_on__lt=period.end)
        return rows


def item_choices(book: ItemBook, scope: Any) -> list[tuple[str, str]]:
    """Items of all versions in force, newest wording first; a town's own only where the scope reaches the town.

    A name that several books have says which book it is of.
    """
    found: dict[str, tuple[str, str]] = {}
    for (_, kind), versions in book.schemes.items():
        for scheme in reversed(versions):
            for item in book.items[scheme.pk]:
                if item.town_id is None or scope.covers(item.town_id):
                    found.setdefault(item.code, (item.name, kind))
    books = defaultdict(set)
    for name, kind in found.values():
        books[name].add(kind)
    return [
        (code, f"{name}（{SubjectKind(kind).label}）" if len(books[name]) > 1 else name)
        for code, (name, kind) in found.items()
    ]


def all_of(rows: QuerySet) -> str:
    """How many that press moves, as a text."""
    return f"{min(reading.capped_count(rows), MOST_AT_ONCE):,}"
