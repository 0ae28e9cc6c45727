"""The merged workbook of 合表: all rows once, beside each its file and row and whether it passed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, ClassVar

from registers.exchange.context import RowContext
from registers.exchange.exporting import labels_of
from registers.exchange.merging import Merged, Texts
from registers.rows.columns import Column, Kind, Text
from registers.rows.tables import ABSENT
from registers.workbooks import values
from registers.workbooks.writing import write_table

SOURCE, PLACE, VERDICT = "来源文件", "来源位置", "核对"
PASSED = "通过"


@dataclass(frozen=True)
class _Ready(Kind):
    """Cells that are what they will be: numbers, dates and texts as they were typed."""

    number_format: str = "@"  # type: ignore[misc]
    numeric: bool = False  # type: ignore[misc]
    personal: ClassVar[bool] = False

    def cell(self, value: Any) -> Any:
        return value


def merged_workbook(merged: Merged, user: Any) -> BytesIO:
    """All rows of all files under the register's headings; it can be mended and imported like any other workbook.

    Numbers of people stand there in full: they come from the person's own files.
    """
    register = merged.register
    columns = [column for column in register.columns_for(user) if column.field in merged.table.places]
    written = [
        replace(column, kind=_Ready(number_format=column.kind.number_format, numeric=column.kind.numeric))
        for column in columns
    ]
    extra = [
        Column("_source", SOURCE, Text(500), width=26),
        Column("_place", PLACE, Text(), width=18),
        Column("_verdict", VERDICT, Text(2000), width=40),
    ]
    out = BytesIO()
    title = f"{register.title}（合表）"
    write_table(out, title=title, columns=[*written, *extra], rows=_rows(merged, columns, user))
    out.seek(0)
    return out


def _rows(merged: Merged, columns: Sequence[Column], user: Any) -> Iterator[list[Any]]:
    good = {row.number: row.values for row in merged.checked.rows}
    texts = Texts(columns, RowContext(user, merged.register), merged.checked.rows)
    verdicts = _verdicts(merged)
    also: dict[int, list[int]] = {}
    for number, first in merged.repeats.items():
        also.setdefault(first, []).append(number)
    for at, number in enumerate(merged.table.numbers):
        if number in merged.repeats:
            continue
        row = good.get(number)
        raw = merged.table.rows[at]
        cells = [
            _cell(column, row[column.field], texts)
            if row is not None and column.field in row
            else _raw(raw[merged.table.places[column.field].index])
            for column in columns
        ]
        origin = merged.origins[number]
        files = [merged.files[merged.origins[one].file].name for one in (number, *also.get(number, ()))]
        place = f"{origin.sheet} 第 {origin.row} 行"
        yield [*cells, "、".join(dict.fromkeys(files)), place, verdicts.get(number, PASSED)]


def _cell(column: Column, value: Any, texts: Texts) -> Any:
    """A checked value as the export would write it."""
    if value is None:
        return None
    if labels_of(column) is not None:
        return texts.of(column.field, value)
    return column.kind.cell(value)


def _raw(value: Any) -> Any:
    """What was typed, where it was not understood; a broken cell has nothing that could be shown."""
    return None if value is ABSENT or value is None else values.shown(value, 200)


def _verdicts(merged: Merged) -> dict[int, str]:
    """What stands beside rows that did not pass, or of which several differ."""
    told: dict[int, list[str]] = {}
    for error in merged.checked.errors:
        told.setdefault(error.row, []).append(error.message)
    for conflict in merged.conflicts:
        for number in conflict.numbers:
            others = [
                merged.files[merged.origins[one].file].name for one in conflict.numbers if one != number
            ]  # fmt: skip
            told.setdefault(number, []).append(f"与“{'、'.join(dict.fromkeys(others))}”里的不一致，请只留一行")
    return {number: "；".join(messages) for number, messages in told.items()}
