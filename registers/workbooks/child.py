"""The guarded child: takes an .xlsx on standard input, gives its cells on standard output. No Django here.

Lines out, each one byte of kind and JSON: `S` a sheet begins, `R` a batch of rows, `D` a batch that holds dates
(as {"d": …}), `F` formulas and broken cells of the sheet, `X` refused, `E` the end: without it the child has died.
"""

import gc
import sys
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import islice
from typing import Any

import orjson
from python_calamine import CalamineError, CalamineSheet, PasswordError, SheetTypeEnum, load_workbook

from registers.workbooks.errors import WorkbookRefused
from registers.workbooks.guard import DAMAGED, Part, inspect
from registers.workbooks.limits import LIMITS, Limits, tie_hands

BATCH = 400  # rows a line: the parent decodes one batch while the next is made


class Writer:
    """Counts what goes out, so that one long text repeated a million times cannot fill the parent."""

    def __init__(self, limits: Limits) -> None:
        self.out = sys.stdout.buffer
        self.left = limits.output
        self.cells_left = limits.all_cells
        self.dates = False

    def rows(self, batch: list[list[Any]]) -> None:
        """A batch of equally long rows."""
        self.cells_left -= len(batch) * len(batch[0])
        if self.cells_left < 0:
            raise WorkbookRefused("工作簿里的单元格太多，读不了。请拆成几个文件分别上传")
        self.line(b"R", batch)

    def line(self, kind: bytes, value: object) -> None:
        self.dates = False
        body = orjson.dumps(value, default=self._dated, option=orjson.OPT_PASSTHROUGH_DATETIME)
        self.left -= len(body)
        if self.left < 0:
            raise WorkbookRefused("工作簿里的文字太多，读不了。请拆成几个文件分别上传")
        self.out.write((b"D" if kind == b"R" and self.dates else kind) + body + b"\n")

    def _dated(self, value: Any) -> Any:
        self.dates = True
        if isinstance(value, datetime):
            whole_day = value.time() == time()
            return {"d": (value.date() if whole_day else value).isoformat()}
        if isinstance(value, date | time):
            return {"d": value.isoformat()}
        if isinstance(value, timedelta):
            return {"d": f"{value.total_seconds() / 3600:g} 小时"}
        return repr(value)


def plain(row: list[Any]) -> list[Any]:
    """Empty texts as None, integral floats as int (below 10¹⁸, where an int is what was typed)."""
    return [
        (value or None)
        if value.__class__ is str
        else int(value)
        if value.__class__ is float and value.is_integer() and -1e18 < value < 1e18
        else value
        for value in row
    ]


def send_sheet(writer: Writer, sheet: CalamineSheet, hidden: bool, part: Part, limits: Limits) -> None:
    """One sheet: head, rows from Excel row 1 on, then formulas and broken cells."""
    merged = [
        (first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1)
        for first, last in (sheet.merged_cell_ranges or [])[: limits.merges]
    ]
    writer.line(b"S", {"name": sheet.name, "hidden": hidden, "merged": merged})
    left = [None] * (sheet.start[1] if sheet.start else 0)
    rows = sheet.iter_rows()
    while batch := [left + plain(row) for row in islice(rows, BATCH)]:
        writer.rows(batch)
    writer.line(
        b"F",
        {
            "formulas": [(row, column, text) for (row, column), text in part.formulas.items()],
            "errors": [(row, column, shown) for (row, column), shown in part.errors.items()],
        },
    )


def run(data: bytes, limits: Limits = LIMITS) -> None:
    """Inspect, parse and send. Refusals go out as an `X` line."""
    writer = Writer(limits)
    try:
        inspected = inspect(data, limits)
        try:
            with load_workbook(BytesIO(data)) as book:
                kinds = [meta.typ for meta in book.sheets_metadata]
                for index, (_, hidden, part) in enumerate(inspected.sheets):
                    if index < len(kinds) and kinds[index] == SheetTypeEnum.WorkSheet:
                        send_sheet(writer, book.get_sheet_by_index(index), hidden, part, limits)
        except PasswordError as error:
            raise WorkbookRefused("文件设有密码。请去掉密码后再上传") from error
        except (CalamineError, OSError, ValueError, IndexError) as error:
            raise WorkbookRefused(DAMAGED) from error
    except WorkbookRefused as refusal:
        writer.left = limits.output
        writer.line(b"X", refusal.message)
    writer.line(b"E", None)
    writer.out.flush()


def main() -> None:
    gc.disable()
    tie_hands()
    try:
        run(sys.stdin.buffer.read())
    except MemoryError:
        sys.exit(3)


if __name__ == "__main__":
    main()
