"""Reading an uploaded workbook. The file is hostile until shown otherwise: it is looked at and parsed in a child
process with little memory and time, and what cannot be read is refused with a reason and a way out."""

import datetime as dt
import re
from typing import Any

import orjson

from registers.workbooks.collector import collector_paused
from registers.workbooks.errors import CellError, WorkbookRefused
from registers.workbooks.guard import SAVE_AS
from registers.workbooks.limits import LIMITS, MEGABYTE, Limits
from registers.workbooks.processes import TOO_MUCH, child
from registers.workbooks.sheets import ERROR_SHEET, GUIDE_SHEET, LIST_SHEET, Sheet

__all__ = ["ERROR_SHEET", "GUIDE_SHEET", "LIST_SHEET", "Sheet", "WorkbookRefused", "read_workbook"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NO_RESULT = CellError("是公式，但文件里没有算出的结果", "请在 Excel 或 WPS 里打开并保存一次，或“选择性粘贴—数值”")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_workbook(data: bytes, *, filename: str = "", limits: Limits = LIMITS) -> list[Sheet]:
    """All worksheets of an .xlsx, in order, hidden ones too. Raises WorkbookRefused with a text for the user.

    Formulas: their stored result is read, for real workbooks are full of them; the cells are listed in
    `Sheet.formulas` so that it can be told. A formula without a stored result is a CellError in its cell.
    """
    _check_signature(data, filename, limits)
    sheets: list[Sheet] = []
    ended = False
    with collector_paused(), child("registers.workbooks.child", data, seconds=limits.wall_seconds) as running:
        for line in running.out:
            kind, body = line[:1], line[1:]
            if kind == b"R":
                sheets[-1].rows.extend(orjson.loads(body))
            elif kind == b"D":
                sheets[-1].rows.extend(_with_dates(orjson.loads(body)))
            elif kind == b"S":
                head = orjson.loads(body)
                merged = [tuple(span) for span in head["merged"]]
                sheets.append(Sheet(head["name"], [], head["hidden"], set(), merged))
            elif kind == b"F":
                _finish(sheets[-1], orjson.loads(body))
            elif kind == b"X":
                raise WorkbookRefused(orjson.loads(body))
            elif kind == b"E":
                ended = True
    if not ended:
        raise WorkbookRefused(TOO_MUCH)
    if not any(sheet.rows for sheet in sheets):
        raise WorkbookRefused("工作簿里没有内容。请按模板填写后再上传")
    return sheets


def _check_signature(data: bytes, filename: str, limits: Limits) -> None:
    """Tell by the first bytes what was uploaded, whatever its name says. Only a zip goes on."""
    if not data.strip(b"\x00"):
        raise WorkbookRefused("文件是空的。请重新选择文件")
    if len(data) > limits.file:
        raise WorkbookRefused(
            f"文件有 {len(data) / MEGABYTE:.0f} MB，最大 {limits.file // MEGABYTE} MB。"
            "请删掉图片，或拆成几个文件分别上传"
        )
    if data.startswith(b"PK\x03\x04"):
        return
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise WorkbookRefused("工作簿设有打开密码。请去掉密码后再上传")
        what = "WPS 的 .et" if filename.lower().endswith(".et") else "旧版 .xls 或 WPS 的 .et"
        raise WorkbookRefused(f"这是{what} 格式的工作簿。{SAVE_AS}")
    start = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"mime-version")):
        raise WorkbookRefused(f"这个文件其实是网页格式的表格，只是扩展名像工作簿。{SAVE_AS}")
    if start.startswith(b"%pdf"):
        raise WorkbookRefused("这是 PDF 文件，不是工作簿。请上传 .xlsx 文件")
    if start.startswith((b"\x89png", b"\xff\xd8\xff", b"gif8", b"rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"pk\x05\x06")):
        raise WorkbookRefused("这是图片或压缩包，不是工作簿。请上传 .xlsx 文件本身")
    if filename.lower().endswith((".csv", ".txt", ".tsv")) or _looks_like_text(data):
        raise WorkbookRefused(f"这是文本文件（CSV），不是工作簿。{SAVE_AS}")
    raise WorkbookRefused(f"这不是 .xlsx 工作簿，或文件已损坏。{SAVE_AS}")


def _looks_like_text(data: bytes) -> bool:
    head = data[:4096]
    return not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head)


def _with_dates(rows: list[list[Any]]) -> list[list[Any]]:
    """Put dates back where the child wrote {"d": …}."""
    for row in rows:
        for index, value in enumerate(row):
            if value.__class__ is dict:
                row[index] = _moment(value["d"])
    return rows


def _moment(text: str) -> dt.date | dt.datetime | str:
    """A date, a date with a time of day; a time alone or a duration stays the text a person saw."""
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)
    except ValueError:
        return text


def _finish(sheet: Sheet, found: dict[str, list[tuple[int, int, Any]]]) -> None:
    """Mark broken cells, note formulas, trim what only looks used."""
    rows = sheet.rows
    width = max((len(row) for row in rows), default=0)

    def put(row: int, column: int, error: CellError) -> None:
        """Broken cells count as content, even beyond what the parser saw."""
        while len(rows) < row:
            rows.append([None] * width)
        line = rows[row - 1]
        line.extend([None] * (column - len(line)))
        line[column - 1] = error

    def held(row: int, column: int) -> bool:
        return row <= len(rows) and column <= len(rows[row - 1]) and rows[row - 1][column - 1] is not None

    for row, column, may_be_empty in found["formulas"]:
        sheet.formulas.add((row, column))
        if not may_be_empty and not held(row, column):
            put(row, column, NO_RESULT)
    for row, column, shown in found["errors"]:
        put(row, column, CellError(f"是错误值 {shown}", "请改正公式，或直接填写内容"))
    _trim(sheet)


def _trim(sheet: Sheet) -> None:
    """Cut trailing rows and columns that hold nothing but blanks, and make all rows equally long."""
    rows = sheet.rows

    def blank(value: Any) -> bool:
        return value is None or (value.__class__ is str and not value.strip())

    while rows and all(map(blank, rows[-1])):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    for row in rows:
        if len(row) < width:
            row.extend([None] * (width - len(row)))
    kept = width
    while kept and all(blank(row[kept - 1]) for row in rows):
        kept -= 1
    if kept < width:
        sheet.rows = [row[:kept] for row in rows]
