"""Rows of a table that were refused and yet say nothing but what is stored: an export that comes back as it went out.

Exports hold rows that the person may only look at, and rows that name what lies beyond his places (a member village
of another town). Read back they could not be checked; but where nothing was changed there is nothing to refuse.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from registers.exchange.exporting import cells_of
from registers.register import Register
from registers.rows.columns import UNCHANGED, CellError, Column, Reference
from registers.rows.results import canonical
from registers.rows.tables import ABSENT, Table

CHUNK = 5_000  # values in one query
MOST = 20_000  # stored rows looked through where no column narrows them; with more, all stay refused
_MASKED = "*"
Cells = tuple[str, ...]


def as_stored(
    register: Register, user: Any, table: Table, numbers: Collection[int], taken: Collection[Any]
) -> set[int]:  # fmt: skip
    """Those of the rows `numbers` of which every cell says what some row that the user sees holds.

    taken  keys of stored rows that other rows of the table are; a stored row is one row of the table at most
    """
    columns = [
        column for column in register.columns_for(user) if column.field in table.places and not column.readonly
    ]  # fmt: skip
    told: dict[int, list[Any]] = {}
    for index, number in enumerate(table.numbers):
        if number in numbers and (values := _read(columns, table, index)) is not None:
            told[number] = values
    if not told or not columns:
        return set()
    wanted = {number: _texts(columns, values) for number, values in told.items()}
    left: dict[Cells, list[int]] = defaultdict(list)
    for number in sorted(wanted, reverse=True):
        left[wanted[number]].append(number)
    found = set()
    for rows in _candidates(register, user, columns, list(told.values())):
        for values in cells_of(register, user, rows.exclude(pk__in=taken), columns):
            if numbered := left.get(_texts(columns, _stored(columns, values))):
                found.add(numbered.pop())
    return found


def _read(columns: Sequence[Column], table: Table, index: int) -> list[Any] | None:
    """The values of a table's row, references as texts; None where a cell is not given or cannot be read."""
    values = []
    for column in columns:
        raw = table.raw(index, column.field)
        if raw is ABSENT:
            return None
        try:
            values.append(column.parse(raw))
        except CellError:
            return None
    return values


def _stored(columns: Sequence[Column], values: Sequence[Any]) -> list[Any]:
    """What an export holds, as it would be read back."""
    read: list[Any] = []
    for column, value in zip(columns, values, strict=True):
        if value is not None and column.kind.personal:
            read.append(UNCHANGED)  # exported masked
        elif value is not None and isinstance(column.kind, Reference):
            read.append(column.kind.parse(value if isinstance(value, str) else column.kind.format(value)))
        else:
            read.append(value)
    return read


def _texts(columns: Sequence[Column], values: Sequence[Any]) -> Cells:
    return tuple(
        _MASKED if value is UNCHANGED else canonical(value or None if isinstance(value, str) else value)
        for value in values
    )


def _candidates(
    register: Register, user: Any, columns: Sequence[Column], told: Sequence[Sequence[Any]]
) -> Iterator[QuerySet]:
    """The user's rows that may be meant, narrowed by the plain stored column with the most different values."""
    rows = register.rows(user).order_by("pk")
    best: tuple[str, list[Any]] | None = None
    for at, column in enumerate(columns):
        field = register.model_field(column.field)
        if field is None or column.kind.personal or isinstance(column.kind, Reference):
            continue
        values = {row[at] for row in told}
        if not values & {None, ""} and (best is None or len(values) > len(best[1])):
            best = (field.attname, list(values))
    if best is not None:
        for start in range(0, len(best[1]), CHUNK):
            yield rows.filter(**{f"{best[0]}__in": best[1][start : start + CHUNK]})
    elif not rows[MOST : MOST + 1].exists():
        yield rows
