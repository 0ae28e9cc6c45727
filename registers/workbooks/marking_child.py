"""The guarded child that marks a workbook: length, job (JSON) and file on standard input, the marked file out."""

import re
import struct
import sys
import zipfile
from io import BytesIO
from typing import Any

import orjson
from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from registers.workbooks.guard import inspect
from registers.workbooks.limits import MEGABYTE, tie_hands
from registers.workbooks.sheets import ERROR_SHEET, column_letter, column_number
from registers.workbooks.texts import BAD_FILL, HEAD_FILL, put_text, safe_text

AUTHOR = "联建校验"
MARK = "【校验】"
MAX_CELLS = 300_000  # of the whole workbook; openpyxl needs about 30 µs each, twice
MAX_MERGED = 200_000  # cells under merges: openpyxl makes an object of each
MAX_MARKS = 5_000
RED = PatternFill("solid", fgColor=BAD_FILL)
HEADINGS = (("工作表", 14), ("行", 8), ("列", 18), ("填写内容", 24), ("问题", 44), ("应为", 44))


class TooBig(Exception):
    """Not worth loading: the list of errors will do."""


def check_size(data: bytes) -> None:
    """Refuse what openpyxl could not carry. Raises TooBig."""
    cells = merged = 0
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for entry in archive.infolist():
            if not entry.filename.endswith(".xml"):
                continue
            xml = archive.read(entry)
            cells += len(re.findall(rb"<(?:\w+:)?c[\s>/]", xml))
            for first, top, last, bottom in re.findall(
                rb"""mergeCell\s[^>]*ref=["']([A-Z]+)(\d+):([A-Z]+)(\d+)""", xml
            ):
                width = column_number(last.decode()) - column_number(first.decode()) + 1
                merged += width * (int(bottom) - int(top) + 1)
    if cells > MAX_CELLS or merged > MAX_MERGED:
        raise TooBig


def mark(data: bytes, job: dict[str, Any]) -> bytes:
    """Mark cells and add the list of errors as the first sheet."""
    inspect(data)
    check_size(data)
    book = load_workbook(BytesIO(data), keep_links=False, rich_text=True)
    if ERROR_SHEET in book.sheetnames:
        del book[ERROR_SHEET]
    for sheet in book.worksheets:
        unmark(sheet)
    for sheet_name, row, position, _, _, problem, expected in job["errors"][:MAX_MARKS]:
        if sheet_name in book.sheetnames and row and position:
            mark_cell(book[sheet_name], row, position, f"{problem}，{expected}" if expected else problem)
    add_list(book, job)
    if book.calculation is not None:
        book.calculation.fullCalcOnLoad = True  # openpyxl drops stored results of formulas
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def unmark(sheet: Worksheet) -> None:
    """Take away our marks of an earlier round, leaving the user's own comments and colours."""
    for cells in sheet.iter_rows():
        for cell in cells:
            comment = None if isinstance(cell, MergedCell) else cell.comment
            if comment is None or MARK not in comment.text:
                continue
            own = comment.text.partition(MARK)[0].strip()
            cell.comment = Comment(own, comment.author or "") if own else None
            if cell.fill.fgColor.rgb == f"00{BAD_FILL}":
                cell.fill = PatternFill()


def mark_cell(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Red with a comment; within a merge the cell that is shown."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        for span in sheet.merged_cells.ranges:
            if cell.coordinate in span:
                cell = sheet.cell(span.min_row, span.min_col)
                break
    cell.fill = RED
    before = cell.comment.text if cell.comment else ""
    start = f"{before}；" if MARK in before else f"{before}\n{MARK}" if before else MARK
    comment = Comment(safe_text(start + text)[:2000], AUTHOR)
    comment.width, comment.height = 280, 110
    cell.comment = comment


def add_list(book: Workbook, job: dict[str, Any]) -> None:
    """The sheet 错误说明 in front; a click on a row's place jumps to the cell."""
    sheet = book.create_sheet(ERROR_SHEET, 0)
    for at, (heading, width) in enumerate(HEADINGS, 1):
        cell = sheet.cell(1, at)
        put_text(cell, heading)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor=HEAD_FILL)
        sheet.column_dimensions[column_letter(at)].width = width
    lines = [(*line[:3], *line[3:]) for line in job["errors"]]
    lines += [(*line[:4], "", line[4], "仅提示，不必改") for line in job["notes"]]
    for number, (name, row, position, *texts) in enumerate(lines, 2):
        put_text(sheet.cell(number, 1), name)
        if row:
            sheet.cell(number, 2).value = row
        for at, text in enumerate(texts, 3):
            put_text(sheet.cell(number, at), text)
            sheet.cell(number, at).alignment = Alignment(wrap_text=True, vertical="top")
        if row and name in book.sheetnames and number < MAX_MARKS:
            place = f"{column_letter(position or 1)}{row}"
            quoted = name.replace("'", "''")
            cell = sheet.cell(number, 2)
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{place}")
            cell.font = Font(underline="single", color="0969DA")
    sheet.freeze_panes = "A2"
    # Two selected tabs would be edited together: what is typed into one would land in the other.
    for other in book.worksheets:
        other.sheet_view.tabSelected = False
    book.active = 0
    sheet.sheet_view.tabSelected = True


def main() -> None:
    tie_hands(files=400 * MEGABYTE)  # openpyxl saves through temporary files
    source = sys.stdin.buffer.read()
    (length,) = struct.unpack(">Q", source[:8])
    job = orjson.loads(source[8 : 8 + length])
    try:
        marked = mark(source[8 + length :], job)
    except Exception:  # noqa: BLE001  # whatever is wrong with the file, the parent falls back to the list alone
        sys.exit(4)
    sys.stdout.buffer.write(marked)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
