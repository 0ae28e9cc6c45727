"""The template carries what a clerk needs, and comes back in: its headings are those of the export."""

from io import BytesIO

import openpyxl
import pytest

from registers.rows.checker import check_rows
from registers.rows.columns import Choice, Column, Date, Decimal, IdNumber, Integer, Text, YesNo
from registers.rows.tables import table_from_workbook
from registers.workbooks.reading import read_workbook
from registers.workbooks.writing import write_table, write_template

COLUMNS = (
    Column("village", "村名", Text(50), required=True, example="锅上村", help="按行政区划全称填写"),
    Column("land", "耕地面积", Decimal(2), unit="亩", example="1410"),
    Column("id", "身份证号", IdNumber()),
    Column("on", "日期", Date(), example="2026-09-30"),
    Column("kind", "类别", Choice((("a", "强村"), ("b", "弱村")))),
    Column("many", "选项", Choice(tuple((n, f"很长的选项名称之{n}") for n in range(80)))),
    Column("yes", "是否试点", YesNo()),
    Column("sum", "合计", Integer(), readonly=True),
)


@pytest.fixture
def template() -> bytes:
    out = BytesIO()
    villages = [f"第{n}村" for n in range(300)]
    write_template(
        out, title="村情台账", columns=COLUMNS, instructions=["每季度填报一次"], choices={"village": villages}
    )
    return out.getvalue()


def filled(data: bytes, rows: list[dict[str, object]]) -> bytes:
    book = openpyxl.load_workbook(BytesIO(data))
    for number, row in enumerate(rows, 4):
        for letter, value in row.items():
            book.worksheets[0][f"{letter}{number}"] = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_an_empty_template_holds_no_rows_and_no_errors(template):
    table = table_from_workbook(COLUMNS, read_workbook(template))
    assert (table.numbers, table.errors, table.notes) == ([], [], [])
    assert set(table.places) == {column.field for column in COLUMNS if not column.readonly}


def test_a_filled_template_comes_in(template):
    data = filled(
        template, [{"B": "第7村", "C": "1410亩", "E": "2026年9月30日", "F": "强村", "H": "√"}, {"B": "第8村"}]
    )
    checked = check_rows(COLUMNS, table_from_workbook(COLUMNS, read_workbook(data)), key=("village",))
    assert not checked.errors
    assert [row.number for row in checked.rows] == [4, 5]
    assert checked.rows[0].values["kind"] == "a"
    assert checked.rows[0].values["yes"] is True
    assert any("已按 1410 亩录入" in note.text for note in checked.notes)


def test_the_export_has_the_headings_of_the_template(template):
    out = BytesIO()
    write_table(out, title="村情台账", columns=COLUMNS, rows=[{"village": "第7村", "sum": 3}])
    exported = read_workbook(out.getvalue())[0].rows[1]
    ours = [str(text).rstrip("*") for text in read_workbook(template)[0].rows[1]]
    assert exported == [*ours, "合计"]
    checked = check_rows(COLUMNS, table_from_workbook(COLUMNS, read_workbook(out.getvalue())))
    assert not checked.errors
    assert "sum" not in checked.rows[0].values


def test_what_helps_the_clerk(template):
    book = openpyxl.load_workbook(BytesIO(template))
    sheet = book.worksheets[0]
    assert sheet.title == "村情台账"
    assert [cell.value for cell in sheet[2]][:3] == ["序号", "村名*", "耕地面积（亩）"]
    assert "按行政区划全称填写" in sheet["B2"].comment.text
    assert sheet["A3"].value == "示例"
    assert sheet["C3"].value == "1410"
    assert sheet.freeze_panes == "B3"
    assert sheet.column_dimensions["D"].number_format == "@"
    rules = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules["F4"] == '"强村,弱村"'
    assert rules["H4"] == '"是,否"'
    assert rules["B4"] == "'选项'!$B$1:$B$300"
    assert rules["G4"] == "'选项'!$G$1:$G$80"
    assert book["选项"].sheet_state == "hidden"
    guide = [[cell.value for cell in row] for row in book["填写说明"].iter_rows()]
    assert guide[0][0] == "1. 每季度填报一次"
    assert ["耕地面积（亩）", "选填", "数字，最多 2 位小数，不小于 0", "1410", None] in guide


def test_nothing_in_a_template_is_a_formula():
    out = BytesIO()
    column = Column("a", "=甲", Text(), help="=1", example="=1+1")
    write_template(out, title="=题", columns=[column], instructions=["=1"], choices={"a": ["=1", "@2"] * 200})
    for sheet in openpyxl.load_workbook(BytesIO(out.getvalue())).worksheets:
        for cells in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in cells)
