"""read-workbook: 100,000 rows × 20 columns read and checked, against openpyxl read-only and the same checks."""

import datetime as dt
from collections.abc import Iterator
from io import BytesIO
from statistics import median
from typing import Any

from openpyxl import load_workbook

from registers.rows.checker import check_rows
from registers.rows.tables import table_from_workbook
from registers.workbooks.reading import read_workbook as product_read
from registers.workbooks.sheets import Sheet
from registers.workbooks.writing import write_table
from tests.bench._tables import COLUMNS, rows
from tests.figures import Figure, at_least, figure, note, timed

ROWS = 100_000
ROUNDS = 3


@figure("read-workbook")
def read_workbook() -> Iterator[Figure]:
    """The product's way goes through a guarded child; what openpyxl reads is handed to the same checks."""
    out = BytesIO()
    write_table(out, title="台账", columns=COLUMNS, rows=rows(ROWS))
    data = out.getvalue()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        with timed("product, read and checked") as product:
            checked = check_rows(COLUMNS, table_from_workbook(COLUMNS, product_read(data)))
        if checked.errors or len(checked.rows) != ROWS:
            raise RuntimeError(f"{len(checked.rows)} rows, {checked.errors[:1]}")
        del checked
        with timed("openpyxl read-only, read and checked") as other:
            _openpyxl(data)
        ours += product
        theirs += other
    note(f"  {ROWS:,} × {len(COLUMNS)} cells")
    yield Figure("read-workbook seconds", f"{median(ours):.2f} s, openpyxl {median(theirs):.2f} s", "-", True)
    yield at_least("read-workbook", median(theirs) / median(ours), 4, " ×")


def _openpyxl(data: bytes) -> None:
    sheet = load_workbook(BytesIO(data), read_only=True, data_only=True).worksheets[0]
    cells = [[_day(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    checked = check_rows(COLUMNS, table_from_workbook(COLUMNS, [Sheet("台账", cells)]))
    if checked.errors or len(checked.rows) != ROWS:
        raise RuntimeError(f"{len(checked.rows)} rows, {checked.errors[:1]}")


def _day(cell: Any) -> Any:
    return cell.date() if isinstance(cell, dt.datetime) else cell
