"""The same wide table for reading and writing benches, and the ways that are measured against the product's.

`python -m tests.bench._tables ours|openpyxl|plain ROWS` writes one and prints seconds and peak memory (KB).
"""

import datetime as dt
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal as Number
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from registers.rows.columns import Choice, Column, Date, Decimal, Integer, Money, Text
from registers.workbooks.writing import write_table

KINDS = (("a", "强村"), ("b", "中心村"), ("c", "成员村"))
COLUMNS = (
    Column("code", "村居代码", Text(12, pattern=r"\d{12}"), required=True, width=16),
    Column("name", "村名", Text(60)),
    Column("head", "负责人", Text(40, compact=True)),
    Column("kind", "类型", Choice(KINDS)),
    Column("place", "地点", Text(100)),
    *(Column(f"note{n}", f"说明{n}", Text(200), width=30) for n in range(4)),
    *(Column(f"on{n}", f"日期{n}", Date()) for n in range(3)),
    *(Column(f"people{n}", f"人数{n}", Integer(), unit="人") for n in range(4)),
    *(Column(f"land{n}", f"面积{n}", Decimal(2), unit="亩") for n in range(2)),
    *(Column(f"money{n}", f"金额{n}", Money(minimum=None), unit="元", width=16) for n in range(2)),
)


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """As a database gives them: Chinese texts, dates, whole numbers, exact decimals. Made beforehand, for making them
    is no part of what is measured.
    """
    return islice(cycle(_MADE), count)


def _made(n: int) -> tuple[Any, ...]:
    first = dt.date(2024, 1, 1)
    return (
        f"3710831{n:05}",
        f"村居{n}",
        f"王{chr(0x4E00 + n % 5000)}",
        KINDS[n % 3][0],
        "乳山口镇湛江路沿线",
        *(f"第 {n + k} 户，已核对，情况属实" if (n + k) % 4 else None for k in range(4)),
        *(first + dt.timedelta(days=(n * 7 + k) % 1000) for k in range(3)),
        *(n % (900 + k) for k in range(4)),
        *(Number(n % 10_000 + k).scaleb(-2) for k in range(2)),
        *(Number(n * 37 % 10_000_000 + k).scaleb(-2) for k in range(2)),
    )


_MADE = [_made(n) for n in range(5_000)]


def write_ours(path: str, count: int) -> None:
    write_table(path, title="台账", columns=COLUMNS, rows=rows(count))


def write_openpyxl(path: str, count: int) -> None:
    """The same sheet by openpyxl write-only: headings, rows, labels for codes, the number format of each column."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    sheet.append([column.full_heading for column in COLUMNS])
    labels = dict(KINDS)
    formats = [column.kind.number_format for column in COLUMNS]
    for row in rows(count):
        cells = []
        for value, form in zip([*row[:3], labels[row[3]], *row[4:]], formats, strict=True):
            cell = WriteOnlyCell(sheet, value)
            cell.number_format = form
            cells.append(cell)
        sheet.append(cells)
    book.save(path)


def write_plain(path: str, count: int) -> None:
    """The barest way: values only, no format but those of dates."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    sheet.append([column.full_heading for column in COLUMNS])
    for row in rows(count):
        sheet.append(row)
    book.save(path)


WAYS = {"ours": write_ours, "openpyxl": write_openpyxl, "plain": write_plain}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        WAYS[sys.argv[1]](str(Path(folder) / "t.xlsx"), int(sys.argv[2]))
        print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
