"""Whatever is done to a workbook's bytes or parts, it is read or refused in words; nothing else ever comes out."""

import random
from io import BytesIO

import pytest

from registers.rows.checker import check_rows
from registers.rows.columns import Choice, Column, Date, Decimal, IdNumber, Integer, Text
from registers.rows.tables import table_from_workbook
from registers.workbooks.reading import WorkbookRefused, read_workbook
from registers.workbooks.writing import write_template
from tests.mutating import MUTATIONS

COLUMNS = (
    Column("village", "村名", Text(50), required=True, example="锅上村"),
    Column("land", "耕地面积", Decimal(2), unit="亩", example="1410"),
    Column("people", "人口", Integer(), unit="人"),
    Column("on", "日期", Date()),
    Column("kind", "类别", Choice((("a", "甲"), ("b", "乙")))),
    Column("id", "身份证号", IdNumber()),
)


def source() -> bytes:
    out = BytesIO()
    write_template(out, title="台账", columns=COLUMNS, example={"people": 812})
    return out.getvalue()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mutate", MUTATIONS)
def test_a_mutated_workbook_is_read_or_refused(mutate, seed):
    chance = random.Random(seed)
    data = source()
    for _ in range(12):
        try:
            sheets = read_workbook(mutate(data, chance))
        except WorkbookRefused as refusal:
            assert refusal.message
            continue
        checked = check_rows(COLUMNS, table_from_workbook(COLUMNS, sheets), key=("village",))
        assert all(error.message for error in checked.errors)
