"""Official forms on paper: title, 表号, 填报单位, multi-level headings, 合计, footer; ready to print on A4.

Numbers stay numbers (a mark is part of the number format), texts never become formulas.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from registers.workbooks.texts import put_text, sheet_name

TITLE_FONT, TEXT_FONT = "方正小标宋简体", "仿宋"
_THIN = Side(style="thin", color="000000")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_NUMBERED = "甲乙丙丁戊己庚辛壬癸"
_MARK = '"*"'
LINE = 13  # points a line of 10 point text takes


@dataclass(frozen=True)
class Head:
    """A heading with headings below it, or a column: `digits` None is a text column."""

    text: str
    below: tuple["Head", ...] = ()
    width: float = 9
    digits: int | None = None
    left: bool = False  # texts that are read, not compared: aligned left

    @property
    def columns(self) -> list["Head"]:
        return [column for head in self.below for column in head.columns] if self.below else [self]

    @property
    def depth(self) -> int:
        return 1 + max((head.depth for head in self.below), default=0)


@dataclass(frozen=True)
class Row:
    """One row of values in the order of the columns; `marked` are the positions that are not the sum above them."""

    values: Sequence[Any]
    bold: bool = False
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Form:
    title: str
    number: str  # 表号
    unit: str  # 填报单位
    period: str  # 统计期
    measure: str  # 计量单位
    heads: tuple[Head, ...]
    rows: Sequence[Row]
    notes: Sequence[str] = ()
    filled_by: str = ""
    phone: str = ""
    issued_on: str = ""
    name: str = field(default="")

    @property
    def columns(self) -> list[Head]:
        return [column for head in self.heads for column in head.columns]


def write_form(file: BinaryIO, form: Form) -> None:
    """Write one form as a workbook of one sheet."""
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = sheet_name(form.name or form.title)
    first = _write_top(sheet, form)
    body = _write_headings(sheet, form, first)
    last = _write_rows(sheet, form, body)
    _write_bottom(sheet, form, last + 1)
    _set_up_print(sheet, form, first, body - 1)
    book.save(file)


def _write_top(sheet: Worksheet, form: Form) -> int:
    width = len(form.columns)
    _line(sheet, 1, 1, width, form.title, font=Font(name=TITLE_FONT, size=18), align="center", height=34)
    _line(sheet, 2, 1, width, f"表号：{form.number}", align="right")
    third = max(width // 3, 1)
    _line(sheet, 3, 1, third, f"填报单位（盖章）：{form.unit}", align="left")
    _line(sheet, 3, third + 1, width - third, f"统计期：{form.period}", align="center")
    _line(sheet, 3, width - third + 1, width, f"计量单位：{form.measure}", align="right")
    return 4


def _write_headings(sheet: Worksheet, form: Form, first: int) -> int:
    """Headings over as many rows as they need, then a row that numbers the columns. The first row of the body."""
    depth = max(head.depth for head in form.heads)
    for head, row, column, rows, columns in _places(form.heads, first, 1, depth):
        cell = sheet.cell(row, column)
        put_text(cell, head.text)
        for line in sheet.iter_rows(row, row + rows - 1, column, column + columns - 1):
            for one in line:
                _dress(one, bold=True, align="center", wrap=True)
        if rows > 1 or columns > 1:
            sheet.merge_cells(
                start_row=row, end_row=row + rows - 1, start_column=column, end_column=column + columns - 1
            )
    for row in range(first, first + depth):
        sheet.row_dimensions[row].height = 32 if row == first + depth - 1 else 20
    numbering = first + depth
    texts = numbers = 0
    for at, head in enumerate(form.columns, 1):
        sheet.column_dimensions[get_column_letter(at)].width = head.width
        cell = sheet.cell(numbering, at)
        if head.digits is None:
            put_text(cell, _NUMBERED[texts % len(_NUMBERED)])
            texts += 1
        else:
            numbers += 1
            put_text(cell, str(numbers))
        _dress(cell, align="center")
    return numbering + 1


def _places(
    heads: Sequence[Head], row: int, column: int, depth: int
) -> Iterator[tuple[Head, int, int, int, int]]:  # fmt: skip
    """Each heading with its row, column, rows and columns: one without others below reaches down to the last row."""
    for head in heads:
        columns = len(head.columns)
        yield head, row, column, 1 if head.below else depth, columns
        yield from _places(head.below, row + 1, column, depth - 1)
        column += columns


def _write_rows(sheet: Worksheet, form: Form, first: int) -> int:
    row = first
    for row, line in enumerate(form.rows, first):
        for at, (column, value) in enumerate(zip(form.columns, line.values, strict=True)):
            _write_value(sheet.cell(row, at + 1), column, value, bold=line.bold, marked=at in line.marked)
        sheet.row_dimensions[row].height = max(22, LINE * _lines(form, line) + 6)
    return row


def _lines(form: Form, line: Row) -> int:
    """How many lines the longest text of a row needs in its column; a Chinese character is two wide."""
    needed = 1
    for column, value in zip(form.columns, line.values, strict=True):
        if isinstance(value, str) and value:
            wide = sum(2 if ord(character) > 0x2E80 else 1 for character in value)
            needed = max(needed, math.ceil(wide / (column.width - 1)))
    return needed


def _write_value(cell: Cell, column: Head, value: Any, *, bold: bool, marked: bool) -> None:
    if isinstance(value, int | float | Decimal):
        digits = column.digits or 0
        cell.value = value
        cell.number_format = ("#,##0" + ("." + "0" * digits if digits else "")) + (_MARK if marked else "")
        _dress(cell, bold=bold, align="right" if column.digits is not None else "center")
        return
    if value:
        put_text(cell, str(value))
        cell.number_format = "@"
    _dress(cell, bold=bold, align="left" if column.left else "center", wrap=True)


def _write_bottom(sheet: Worksheet, form: Form, row: int) -> None:
    width = len(form.columns)
    for note in form.notes:
        _line(sheet, row, 1, width, note, align="left", height=20 if len(note) < width * 8 else 36, wrap=True)
        row += 1
    quarter = max(width // 4, 1)
    parts = (
        "单位负责人：",
        f"填表人：{form.filled_by}",
        f"联系电话：{form.phone}",
        f"报出日期：{form.issued_on}",
    )
    starts = [1 + quarter * number for number in range(4)]
    for text, start, end in zip(parts, starts, [*(start - 1 for start in starts[1:]), width], strict=True):
        _line(sheet, row, start, end, text, align="left", height=26)


def _line(
    sheet: Worksheet,
    row: int,
    start: int,
    end: int,
    text: str,
    *,
    align: str,
    font: Font | None = None,
    height: float = 20,
    wrap: bool = False,
) -> None:
    cell = sheet.cell(row, start)
    put_text(cell, text)
    cell.font = font or Font(name=TEXT_FONT, size=11)
    cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=wrap)
    if end > start:
        sheet.merge_cells(start_row=row, end_row=row, start_column=start, end_column=end)
    sheet.row_dimensions[row].height = height


def _dress(cell: Any, *, bold: bool = False, align: str, wrap: bool = False) -> None:
    cell.font = Font(name=TEXT_FONT, size=10, bold=bold)
    cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=wrap)
    cell.border = _BORDER


def _set_up_print(sheet: Worksheet, form: Form, first: int, last: int) -> None:
    """A4 across, as wide as the page, the headings on every page, page numbers at the foot."""
    sheet.freeze_panes = sheet.cell(last + 1, 1)
    sheet.print_title_rows = f"{first}:{last}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.5
    margins.top = margins.bottom = 0.7
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
