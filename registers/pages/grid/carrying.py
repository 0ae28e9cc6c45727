"""Carrying forward: last year's or quarter's figures as a start for the rows that the new one still lacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from lianjian import clock
from lianjian.periods import Period, PeriodError
from registers.pages.grid.bodies import LIMIT
from registers.pages.grid.cells import rows_as_texts
from registers.pages.present import visible_columns
from registers.register import Register
from registers.rows.columns import Column, Quarter

ASKED = "carry"


@dataclass(frozen=True)
class Carried:
    """New rows (`rows`, cells in the order of the columns) of the period `target`, and how many it had already."""

    source: Period
    target: Period
    rows: list[list[str]]
    there: int

    @property
    def sentence(self) -> str:
        told = f"已把{self.source.label}的 {len(self.rows):,} 行带到{self.target.label}，斜体的还没有改过，改好后保存"
        if not self.rows:
            told = f"{self.source.label}没有可以带到{self.target.label}的数据"
        return (
            f"{told}；另有 {self.there:,} 行{self.target.label}已经填报，没有重复带入。" if self.there else f"{told}。"
        )


def period_column(register: Register) -> Column | None:
    """The column whose figures are carried forward, where the register takes new rows of such a period."""
    name = register.period_field
    if not name or not register.can_create or not register.change_right or name not in register.natural_key:
        return None
    return register.column(name)


def button(register: Register, query: Mapping[str, str]) -> dict[str, str] | None:
    """{label, query} of the button on the list and the grid; None where nothing is carried forward."""
    column = period_column(register)
    if column is None:
        return None
    kept = {name: value for name, value in query.items() if value and name not in _position(register)}
    kept[ASKED] = str(_target(column, query.get(column.field) or query.get("quarter") or ""))
    encoded = QueryDict(mutable=True)
    encoded.update(kept)
    return {"label": f"结转上{'季' if _unit(column) == 'Q' else '年'}数据", "query": encoded.urlencode()}


def carry(register: Register, user: Any, rows: QuerySet, asked: str) -> Carried | None:
    """Last period's rows among `rows` whose places have none in the period asked for; None where it is no period.

    rows  what the other filters leave of the rows the user may change; at most 2,000 are taken. Numbers of persons
          are not copied.
    """
    column = period_column(register)
    if column is None:
        return None
    try:
        target = Period.parse(asked)
    except PeriodError:
        return None
    if target.unit != _unit(column):
        return None
    source = target.previous()
    path = register.source(column.field)
    others = [register.source(name) for name in register.natural_key if name != column.field]
    before = rows.filter(**{path: _value(column, source)})
    new = register.rows(user).filter(**{path: _value(column, target)}).order_by()
    there = set(new.values_list(*others))
    places = {pk: tuple(place) for pk, *place in before.order_by().values_list("pk", *others)}
    wanted = [pk for pk, place in places.items() if place not in there]
    wanting = list(before.filter(pk__in=wanted)[:LIMIT])
    texts = rows_as_texts(register, user, wanting)
    at = {field.field: index for index, field in enumerate(visible_columns(register, user))}
    blank = [at[each.field] for each in visible_columns(register, user) if each.readonly or each.kind.personal]
    for cells in texts:
        cells[at[column.field]] = column.kind.format(_value(column, target))
        for index in blank:
            cells[index] = ""
    return Carried(source, target, texts, len(places) - len(wanted))


def without_period(register: Register, query: QueryDict) -> QueryDict:
    """The filters of an address without those that name a period."""
    kept = query.copy()
    for name in _position(register):
        kept.pop(name, None)
    return kept


def _position(register: Register) -> set[str]:
    return {ASKED, register.period_field, "quarter", "cursor", "page_size", "ordering"}


def _unit(column: Column) -> str:
    return "Q" if isinstance(column.kind, Quarter) else "Y"


def _value(column: Column, period: Period) -> Any:
    """The period as the register keeps it: 2026, or the text 2026Q3."""
    return str(period) if _unit(column) == "Q" else period.year


def _target(column: Column, filtered: str) -> Period:
    """The period that the list is filtered by, else the one we are in."""
    try:
        period = Period.parse(filtered)
    except PeriodError:
        period = None
    now = Period.of(clock.today(), _unit(column))
    return period if period is not None and period.unit == _unit(column) else now
