"""What is written reads back the same, whatever the texts hold, and nothing ever becomes a formula or a link."""

import datetime as dt
import zipfile
from decimal import Decimal as Number
from io import BytesIO

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers.rows.checker import check_rows
from registers.rows.columns import (
    Choice,
    Column,
    Date,
    Decimal,
    IdNumber,
    Integer,
    Money,
    Phone,
    Points,
    Quarter,
    Text,
    YesNo,
)
from registers.rows.tables import table_from_workbook
from registers.workbooks import writing
from registers.workbooks.reading import read_workbook
from registers.workbooks.values import EMPTY_WORDS, clean
from registers.workbooks.writing import TooManyRows, error_list, write_table

COLUMNS = (
    Column("no", "编号", Text(20), required=True),
    Column("name", "名称", Text(2_000)),
    Column("land", "耕地面积", Decimal(2), unit="亩"),
    Column("income", "收入", Money(minimum=-(10**12), maximum=10**12), unit="元"),
    Column("people", "人口", Integer(minimum=-(2**53)), unit="人"),
    Column("points", "积分", Points(), unit="分"),
    Column("on", "日期", Date()),
    Column("kind", "类别", Choice((("a", "甲类"), ("b", "乙,类"), (3, "丙")))),
    Column("poor", "是否集体", YesNo()),
    Column("quarter", "季度", Quarter()),
)
PERSONAL = (
    Column("name", "姓名", Text(20), required=True),
    Column("id", "身份证号", IdNumber()),
    Column("phone", "电话", Phone()),
)


def there_and_back(rows, columns=COLUMNS, **options):
    out = BytesIO()
    assert write_table(out, title="台账", columns=columns, rows=rows, **options) == len(rows)
    return check_rows(columns, table_from_workbook(columns, read_workbook(out.getvalue())))


nasty = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["=1+1", "+86", "-1", "@SUM(A1)", '=HYPERLINK("http://a.b")', "http://a.b/", "mailto:a@b.c", "_x0041_",
         "_x000D_", "0012", "1E5", "TRUE", "#N/A", "'引号", '"双"', "<b>&amp;", "a\nb", "a\tb", "2026-09-30",
         "　全角　", "😀",
         "\u202e反", "]]>", "x" * 1_500]
    ),
)  # fmt: skip


def kept(text):
    """What a cell keeps of a text: cleaned, words for nothing are nothing, tabs are spaces."""
    text = clean(text)
    return None if not text or text in EMPTY_WORDS else text


cents = st.integers(0, 10**13).map(lambda number: Number(number).scaleb(-2))
row = st.fixed_dictionaries(
    {
        "name": st.none() | nasty,
        "land": st.none() | cents.filter(lambda number: number <= 999_999_999_999),
        "income": st.none() | st.integers(-(10**14), 10**14).map(lambda number: Number(number).scaleb(-2)),
        "people": st.none() | st.integers(-(2**31), 2**31 - 1),
        "points": st.none() | st.integers(-99_999, 99_999),
        "on": st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)),
        "kind": st.sampled_from([None, "a", "b", 3]),
        "poor": st.sampled_from([None, True, False]),
        "quarter": st.none() | st.sampled_from(["2025Q4", "2026Q1", "2026Q3"]),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(row, min_size=1, max_size=8), st.booleans())
def test_export_is_import(rows, numbered):
    rows = [{"no": f"N{index}", **values} for index, values in enumerate(rows)]
    checked = there_and_back(rows, numbered=numbered)
    assert not checked.errors
    assert [row.values for row in checked.rows] == [{**row, "name": kept(row["name"] or "")} for row in rows]


@settings(max_examples=40, deadline=None)
@given(st.lists(nasty, min_size=1, max_size=10))
def test_no_text_becomes_a_formula_or_a_link(texts):
    out = BytesIO()
    columns = (Column("text", "文字", Text(2_000)),)
    write_table(out, title=texts[0], columns=columns, rows=[{"text": text} for text in texts], notes=texts)
    book = openpyxl.load_workbook(BytesIO(out.getvalue()))
    for cells in book.active.iter_rows():
        for cell in cells:
            assert cell.data_type in "ns"
            assert cell.hyperlink is None
            if isinstance(cell.value, int | float):
                assert cell.column == 1
    with zipfile.ZipFile(out) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    assert b"<hyperlink" not in xml
    assert b"<f" not in xml


def test_sequences_are_rows_too():
    checked = there_and_back([("N1", "锅上", None, None, 5, None, None, None, None, None)])
    assert checked.rows[0].values["people"] == 5


def test_an_empty_table_has_its_headings():
    out = BytesIO()
    assert write_table(out, title="台账", columns=COLUMNS, rows=[]) == 0
    table = table_from_workbook(COLUMNS, read_workbook(out.getvalue()))
    assert not table.errors
    assert table.rows == []
    assert set(table.places) == {column.field for column in COLUMNS}


def test_long_numbers_keep_every_digit():
    checked = there_and_back(
        [{"no": "1", "land": Number("999999999999.99"), "income": Number("-999999999999.99"), "people": 2_147_483_647}],
    )
    assert not checked.errors or "999999999999" in checked.errors[0].message
    wide = (Column("no", "编号"), Column("big", "数", Decimal(2, maximum=10**20)))
    assert there_and_back([{"no": "1", "big": Number("1234567890123456.78")}], wide).rows[0].values["big"] == Number(
        "1234567890123456.78"
    )


def test_personal_values_are_masked_unless_revealed():
    people = [{"name": "张三", "id": "11010519491231002X", "phone": "13900001234"}]
    masked = there_and_back(people, PERSONAL)
    assert masked.rows[0].values == {"name": "张三"}  # masked ones come back as "leave what is stored"
    assert there_and_back(people, PERSONAL, revealed=("id", "phone")).rows[0].values == people[0]
    out = BytesIO()
    write_table(out, title="人员", columns=PERSONAL, rows=people)
    assert read_workbook(out.getvalue())[0].rows[-1][2:] == ["1101**********002X", "139****1234"]


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(writing, "MAX_ROWS", 3)
    with pytest.raises(TooManyRows, match="分批导出"):
        write_table(BytesIO(), title="台账", columns=COLUMNS, rows=({"no": str(n)} for n in range(9)))


def test_errors_of_the_source_go_through():
    def broken():
        yield {"no": "1"}
        raise LookupError("connection lost")

    with pytest.raises(LookupError):
        write_table(BytesIO(), title="台账", columns=COLUMNS, rows=broken())


def test_a_text_longer_than_a_cell_is_cut_visibly():
    out = BytesIO()
    columns = (Column("text", "文字", Text(100_000)),)
    write_table(out, title="", columns=columns, rows=[{"text": "村" * 40_000}], numbered=False)
    text = read_workbook(out.getvalue())[0].rows[1][0]
    assert len(text) == 32_767
    assert text.endswith("…")


def test_written_to_a_path(tmp_path):
    write_table(tmp_path / "a.xlsx", title="台账", columns=COLUMNS, rows=[{"no": "1", "on": dt.date(2026, 9, 30)}])
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet.title == "台账"
    assert sheet["A1"].value == "台账"
    assert [cell.value for cell in sheet[2]][:4] == ["序号", "编号", "名称", "耕地面积（亩）"]
    assert sheet.freeze_panes == "B3"
    assert sheet["B3"].number_format == "@"
    assert sheet["H3"].number_format == "yyyy-mm-dd"


def test_two_columns_of_one_heading_are_a_mistake_of_the_programmer():
    with pytest.raises(ValueError, match="same heading"):
        write_table(BytesIO(), title="", columns=(Column("a", "甲"), Column("b", "甲")), rows=[])


def test_the_error_list():
    checked = there_and_back([{"no": "1", "name": "=1+1"}])
    checked.refuse(checked.rows[0], "name", "与库中重名", "请核对", value="=1+1")
    assert checked.rows == []
    rows = read_workbook(error_list(checked.errors, checked.notes))[0].rows
    assert rows[0] == ["工作表", "行", "列", "填写内容", "问题", "应为"]
    assert rows[1] == ["台账", 3, "名称", "=1+1", "与库中重名", "请核对"]
    assert read_workbook(error_list([]))[0].rows == [rows[0]]
