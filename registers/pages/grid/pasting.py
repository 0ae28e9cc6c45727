"""Cells pasted into the grid: recognised by a heading row where they have one, and matched with the rows they mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from registers.exchange.context import RowContext
from registers.exchange.known import met
from registers.pages.grid.cells import rows_for_grid
from registers.register import Register
from registers.rows.checker import check_rows
from registers.rows.columns import Column
from registers.rows.tables import Place, Table, table_from_cells


def placed(register: Register, user: Any, cells: Sequence[Sequence[str]], fields: Sequence[str]) -> dict[str, Any]:
    """Which columns and rows pasted cells mean.

    fields  of the columns they were pasted on, in order; used where no heading row is recognised
    Answers {headings, fields, rows: [{cells, stored?}], notes, errors}: `stored` is the row, among those the user
    may change, that the cells name by the natural key. 合计 rows, numbering, the 示例 row and notes are left out.
    """
    return placed_cells(register.columns_for(user), cells, fields, lambda table: known_rows(register, user, table))


def placed_cells(
    given: Sequence[Column],
    cells: Sequence[Sequence[str]],
    fields: Sequence[str],
    known: Callable[[Table], Mapping[int, dict[str, Any]]] = lambda table: {},
) -> dict[str, Any]:
    """The same for columns that are no register's; `known` finds the stored rows that the cells name."""
    columns = [replace(column, required=False) for column in given]
    table = table_from_cells(columns, cells)
    headings = bool(table.heading_row)
    if not headings:
        table = _in_place(columns, cells, fields)
    names = list(table.places)
    stored = known(table)
    rows = []
    for index, number in enumerate(table.numbers):
        row: dict[str, Any] = {"cells": [table.raw(index, name) for name in names]}
        if number in stored:
            row["stored"] = stored[number]
        rows.append(row)
    return {
        "headings": headings,
        "fields": names,
        "rows": rows,
        "notes": [note.text for note in table.notes],
        "errors": [error.text for error in table.errors],
    }


def _in_place(columns: Sequence[Column], cells: Sequence[Sequence[str]], fields: Sequence[str]) -> Table:
    """Cells without headings, under the columns they were pasted on; what lies beyond the last column is left out."""
    by_field = {column.field: column for column in columns}
    places = {name: Place(at, by_field[name].full_heading) for at, name in enumerate(fields) if name in by_field}
    places = {name: place for name, place in places.items() if place.index < len(cells[0])}
    return Table(places=places, numbers=list(range(1, len(cells) + 1)), rows=list(cells))


def known_rows(register: Register, user: Any, table: Table) -> Mapping[int, dict[str, Any]]:
    """{row number: the stored row} that rows of a table name by their natural key, whatever else they hold."""
    key = [register.column(name) for name in register.natural_key]
    if not key or any(column.field not in table.places for column in key):
        return {}
    context = RowContext(user, register)
    found = met(register, user, check_rows(key, table, context=context).rows)
    rows = list(register.rows(user).filter(pk__in=set(found.values())))
    shown = dict(zip((row.pk for row in rows), rows_for_grid(register, user, rows), strict=True))
    return {number: shown[pk] for number, pk in found.items() if pk in shown}
