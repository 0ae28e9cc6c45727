"""Writing workbooks: big tables fast and in little memory, templates, and the list of errors.

One safe writer for all: nothing that comes from data ever becomes a formula or a link, and control characters go.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from os import PathLike
from typing import TYPE_CHECKING, Any, BinaryIO

from rustpy_xlsxwriter import Format, write_worksheet, write_worksheets

from registers.workbooks.errorlist import error_list
from registers.workbooks.formats import cell_format, head_format
from registers.workbooks.identity import mask
from registers.workbooks.marking import mark_workbook
from registers.workbooks.templates import write_template
from registers.workbooks.texts import are_safe, safe_text, sheet_name

if TYPE_CHECKING:
    from registers.rows.columns import Column, Kind

__all__ = [
    "TableSheet", "TooManyRows", "error_list", "mark_workbook", "safe_text", "write_book", "write_table",
    "write_template",
]  # fmt: skip

NUMBERING = "序号"
MAX_ROWS = 1_048_000  # Excel holds 1,048,576 with title, notes and headings
_EXACT = 10**12  # up to here, with up to 3 decimals, a double is exact to the digit; beyond, it may not be
_DIGITS = 15  # that Excel keeps; longer numbers are written as text
_FIRST_DAY = dt.date(1900, 3, 1)  # Excel's calendar is wrong before

CHUNK = 1_000  # rows turned into cells at once
_TEXTS, _NUMBERS, _DATES = {str, type(None)}, {int, float, type(None)}, {dt.date, type(None)}

ColumnWriter = Callable[[Sequence[Any]], Sequence[Any]]


class TooManyRows(ValueError):
    """More rows than a sheet can hold. `message` is for the user."""

    def __init__(self) -> None:
        self.message = f"超过 {MAX_ROWS:,} 行，一张工作表放不下，请按镇街或时间分批导出"
        super().__init__(self.message)


def write_table(
    file: str | PathLike[str] | BinaryIO,
    *,
    title: str,
    columns: Sequence["Column"],
    rows: Iterable[Mapping[str, Any] | Sequence[Any]],
    notes: Sequence[str] = (),
    numbered: bool = True,
    revealed: Iterable[str] = (),
    name: str = "",
) -> int:
    """Stream rows into an .xlsx and return their number. Memory does not grow with the rows.

    rows       mappings by field, or sequences in the order of `columns`; any iterable, consumed once
    notes      lines between title and headings
    numbered   a 序号 column in front (skipped when read back)
    revealed   fields of personal columns to be written in full; all others are masked
    name       of the sheet; the title where empty
    Raises TooManyRows beyond one sheet; what `rows` raises goes through.
    """
    sheet = TableSheet(name or title or "台账", title, columns, rows, notes, numbered, frozenset(revealed))
    records = sheet.records()
    options = {name: value for name, value in sheet.layout().items() if value is not None}
    write_worksheet(
        iter(records),
        file,
        sheet.name,
        header_row=len(sheet.above),
        freeze_row=len(sheet.above) + 1,
        freeze_col=1,
        **options,
    )
    return records.count


def write_book(file: str | PathLike[str] | BinaryIO, sheets: Sequence["TableSheet"]) -> list[int]:
    """Stream several tables into one .xlsx, a sheet each, and return the number of rows of each.

    The rows of one sheet after the other are consumed. Raises TooManyRows; what the rows raise goes through.
    """
    if len({sheet.name.lower() for sheet in sheets}) != len(sheets):
        raise ValueError("two sheets have the same name")
    records = [sheet.records() for sheet in sheets]
    options: dict[str, dict[str, Any]] = {}
    for sheet in sheets:
        for name, value in sheet.layout().items():
            if value is not None:
                options.setdefault(name, {})[sheet.name] = value
    write_worksheets(
        [(sheet.name, iter(rows)) for sheet, rows in zip(sheets, records, strict=True)],
        file,
        header_row={sheet.name: len(sheet.above) for sheet in sheets},
        freeze_panes={sheet.name: {"row": len(sheet.above) + 1, "col": 1} for sheet in sheets},
        **options,  # type: ignore[arg-type]
    )
    return [written.count for written in records]


@dataclass
class TableSheet:
    """One table as a sheet: see `write_table` for what the parts mean. Column headings differ.

    spare   empty rows behind the data, so that drop-downs and formats reach on; reading skips them
    """

    name: str
    title: str
    columns: Sequence["Column"]
    rows: Iterable[Mapping[str, Any] | Sequence[Any]]
    notes: Sequence[str] = ()
    numbered: bool = True
    revealed: frozenset[str] = frozenset()
    spare: int = 0

    def __post_init__(self) -> None:
        self.name = sheet_name(self.name)
        self.above = [text for text in (self.title, *self.notes) if text]
        self.numbered = self.numbered and all(column.full_heading != NUMBERING for column in self.columns)
        self.headings = [NUMBERING] * self.numbered + [column.full_heading for column in self.columns]
        if len(set(self.headings)) != len(self.headings):
            raise ValueError("two columns have the same heading")

    def records(self) -> "_Records":
        writers = [_writer(column, column.field in self.revealed) for column in self.columns]
        fields = [column.field for column in self.columns]
        return _Records(self.headings, fields, writers, self.rows, self.numbered, self.spare)

    def layout(self) -> dict[str, Any]:
        """The fast writer's options that speak of this table."""
        shown = self.columns
        widths = [max(float(column.width), _least_width(column)) for column in shown]
        return {
            "merge_ranges": _above(self.above, len(self.headings)),
            "column_widths": [6.0] * self.numbered + widths,
            "column_formats": [None] * self.numbered + [_column_format(column) for column in shown],
            "header_format": head_format(),
            "row_heights": {0: 28.0} if self.above else None,
            "data_validations": _validations(shown) or None,
            "ignore_errors": [column.full_heading for column in shown if not column.kind.numeric] or None,
        }


class _Records:
    """Rows as the fast writer wants them: a dict by heading. Counts, and never gives nothing: without any record
    no headings would be written, so an empty table gets one empty row."""

    def __init__(
        self, headings: list[str], fields: list[str], writers: list[ColumnWriter], rows: Iterable[Any], numbered: bool,
        spare: int,
    ) -> None:  # fmt: skip
        self.headings = headings
        self.fields = fields
        self.writers = writers
        self.rows = rows
        self.numbered = numbered
        self.spare = spare
        self.count = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        headings, rows = self.headings, iter(self.rows)
        while chunk := list(islice(rows, CHUNK)):
            first = self.count + 1
            self.count += len(chunk)
            if self.count > MAX_ROWS:
                raise TooManyRows
            columns = [
                write(column) for write, column in zip(self.writers, self._columns(chunk), strict=True)
            ]  # fmt: skip
            if self.numbered:
                columns.insert(0, range(first, self.count + 1))
            for cells in zip(*columns, strict=True):
                yield dict(zip(headings, cells, strict=True))
        for _ in range(max(self.spare, not self.count)):
            yield dict.fromkeys(headings)

    def _columns(self, chunk: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """The values of some rows column by column."""
        sequences = [[row.get(name) for name in self.fields] if isinstance(row, Mapping) else row for row in chunk]
        return zip(*sequences, strict=True)


def _writer(column: "Column", revealed: bool) -> ColumnWriter:
    """How a column's values become cells, many at once: exact numbers, real dates, everything else text.

    What needs no change, as most does, is let through after one look at all of it.
    """
    kind = column.kind

    def personal(values: Sequence[Any]) -> Sequence[Any]:
        texts = [None if value is None else kind.format(value) for value in values]
        return [None if text is None else safe_text(text if revealed else mask(text)) for text in texts]

    def text(values: Sequence[Any]) -> Sequence[Any]:
        if kind.verbatim and set(map(type, values)) <= _TEXTS and are_safe(filter(None, values)):
            return values
        try:
            known = {value: None if value is None else one(value) for value in set(values)}
        except TypeError:  # lists cannot be looked up
            return [None if value is None else one(value) for value in values]
        return [known[value] for value in values]

    def one(value: Any) -> str:
        return safe_text(value if value.__class__ is str and kind.verbatim else kind.format(value))

    def other(values: Sequence[Any]) -> Sequence[Any]:
        cells: Sequence[Any] = kind.cells(values)
        types = set(map(type, cells))
        present = list(filter(None, cells))
        if types <= _NUMBERS and (not present or (min(present) > -_EXACT and max(present) < _EXACT)):
            return cells
        if types <= _DATES and (not present or min(present) >= _FIRST_DAY):
            return cells
        return [_cell(kind, value, cell) for value, cell in zip(values, cells, strict=True)]

    if kind.personal:
        return personal
    return other if kind.numeric or kind.number_format != "@" else text


def _cell(kind: "Kind", value: Any, cell: Any) -> Any:
    """One cell that may not be what a workbook can hold exactly: then it is a text."""
    if cell.__class__ is str:
        return safe_text(cell)
    if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        return cell if cell >= _FIRST_DAY else cell.isoformat()
    if isinstance(cell, int | float) and not -_EXACT < cell < _EXACT:
        text = kind.format(value)
        return safe_text(text) if sum(map(str.isdigit, text)) > _DIGITS else cell
    return cell


def _column_format(column: "Column") -> Format | None:
    """None where Excel's own way is right: a number with a format costs the writer half as much again."""
    kind = column.kind
    if kind.number_format == "General":
        return None
    return cell_format(kind.number_format, "right" if kind.numeric else "")


def _above(lines: list[str], width: int) -> list[tuple[Any, ...]]:
    """Title and notes, each merged over the whole table (a merge needs two columns)."""
    last = max(width - 1, 1)
    title = Format().set_bold().set_font_size(14).set_align("center").set_align("vcenter")
    note = Format().set_font_color(f"#{'57606A'}")
    return [(i, 0, i, last, safe_text(text), note if i else title) for i, text in enumerate(lines)]


def _least_width(column: "Column") -> float:
    """Room for the heading on two lines."""
    length = sum(2 if ord(character) > 0x2E80 else 1 for character in column.full_heading)
    return min(length / 2 + 3, 24.0)


def _validations(columns: Sequence["Column"]) -> dict[str, dict[str, Any]]:
    """Drop-downs for short choices, so that an export can be corrected like a template."""
    rules = {}
    for column in columns:
        labels = [safe_text(label) for label in column.kind.choices()]
        if labels and not column.readonly and len(",".join(labels)) <= 250 and not any("," in it for it in labels):
            rules[column.full_heading] = {"type": "list", "values": labels, "error_style": "warning"}
    return rules
