"""What the grid sends: rows with their place in the grid, or cells just pasted. JSON, read strictly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest

from registers.errors import Invalid
from registers.exchange.known import Known
from registers.rows.columns import Column
from registers.rows.tables import Table, table_from_dicts

LIMIT = 2_000  # rows in the grid, in one paste and in one save: what is done at once, without a job
_NOT_READ = "没有看懂表格发来的内容，请刷新页面后再试"


@dataclass(frozen=True)
class SentRow:
    """A row of the grid: its number on the screen, which stored row it is ("" where new), and what stands in it."""

    number: int
    key: str
    version: int | None
    cells: dict[str, Any]


def read_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request. Raises Invalid."""
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise Invalid(_NOT_READ) from None
    if not isinstance(body, dict):
        raise Invalid(_NOT_READ)
    return body


def sent_rows(body: dict[str, Any]) -> list[SentRow]:
    """The rows of a check or a save. Raises Invalid for anything else and for more than 2,000 rows."""
    given = body.get("rows")
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise Invalid(_NOT_READ)
    if len(given) > LIMIT:
        raise Invalid(f"一次最多保存 {LIMIT:,} 行，更多请用 Excel 导入")
    rows = [_sent_row(row) for row in given]
    if len({row.number for row in rows}) != len(rows):
        raise Invalid(_NOT_READ)
    return rows


def _sent_row(given: dict[str, Any]) -> SentRow:
    number: Any = given.get("n")
    key: Any = given.get("key")
    version: Any = given.get("version")
    cells: Any = given.get("cells")
    right = (
        type(number) is int and 0 < number < 1_000_000
        and (key is None or isinstance(key, str)) and "\x00" not in (key or "")
        and (version is None or type(version) is int)
        and isinstance(cells, dict)
    )  # fmt: skip
    if not right:
        raise Invalid(_NOT_READ)
    return SentRow(number, key or "", version, cells)


def table_of(columns: Sequence[Column], rows: Sequence[SentRow]) -> Table:
    """The rows as a table whose row numbers are the grid's; columns that take nothing in are left out."""
    names = {column.field for column in columns if not column.readonly}
    table = table_from_dicts(
        columns, [{name: value for name, value in row.cells.items() if name in names} for row in rows]
    )
    table.numbers = [row.number for row in rows]
    return table


def known_of(rows: Sequence[SentRow]) -> dict[int, Known]:
    """By row number: which stored rows they are."""
    return {row.number: Known(row.key, row.version) for row in rows if row.key}


def pasted_cells(body: dict[str, Any]) -> tuple[list[list[str]], list[str]]:
    """Pasted cells, and the fields of the columns they were pasted on. Raises Invalid."""
    cells: Any = body.get("cells")
    fields: Any = body.get("fields")
    right = (
        isinstance(cells, list) and bool(cells)
        and all(isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in cells)
        and isinstance(fields, list) and all(isinstance(name, str) for name in fields)
    )  # fmt: skip
    if not right:
        raise Invalid(_NOT_READ)
    if len(cells) > LIMIT + 30:  # with the headings above
        raise Invalid(f"一次最多粘贴 {LIMIT:,} 行，更多请用 Excel 导入")
    width = max(len(row) for row in cells)
    return [row + [""] * (width - len(row)) for row in cells], fields
