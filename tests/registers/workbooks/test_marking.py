"""The rejected workbook comes back with its bad cells marked; mended, it comes in; nothing of ours stays behind."""

import time
from io import BytesIO

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from registers.rows.checker import check_rows
from registers.rows.columns import Column, Date, Decimal, IdNumber, Text
from registers.rows.results import RowError, RowNote
from registers.rows.tables import table_from_workbook
from registers.workbooks import marking_child
from registers.workbooks.marking import mark_workbook
from registers.workbooks.reading import read_workbook
from tests.registers.workbooks.builders import table_xml, workbook

COLUMNS = (
    Column("village", "村名", Text(20), required=True),
    Column("land", "耕地面积", Decimal(2), unit="亩"),
    Column("on", "日期", Date()),
    Column("id", "身份证号", IdNumber()),
)


def check(data: bytes):
    return check_rows(COLUMNS, table_from_workbook(COLUMNS, read_workbook(data)))


def saved(book) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def rejected() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "一季度's"
    sheet["A1"] = "2026年台账"
    sheet.merge_cells("A1:D1")
    for row in (
        ["村名", "耕地面积(亩)", "日期", "身份证号"],
        ["锅上村", "1410公顷", "2026-02-30"],
        [None, 5],
        ["=村", 3],
    ):
        sheet.append(row)
    sheet["A5"].data_type = "s"
    sheet["B3"].comment = Comment("村会计报的数", "王")
    sheet["A5"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["D3"] = "370000199003071230"
    book.create_sheet("别的表")["A1"] = "别动我"
    return saved(book)


def test_bad_cells_are_red_with_a_comment_and_listed(rejected):
    checked = check(rejected)
    assert len(checked.errors) == 4
    book = openpyxl.load_workbook(BytesIO(mark_workbook(rejected, checked.errors, checked.notes)))
    assert book.sheetnames == ["错误说明", "一季度's", "别的表"]
    assert [sheet.sheet_view.tabSelected for sheet in book.worksheets] == [True, False, False]
    sheet = book["一季度's"]
    assert sheet["B3"].fill.fgColor.rgb.endswith("FFC7CE")
    assert sheet["B3"].comment.text.startswith("村会计报的数\n【校验】填了“1410公顷”，这里按亩填")
    assert sheet["A4"].comment.text == "【校验】没有填，这里必填"
    assert sheet["A5"].fill.fgColor.rgb.endswith("FFFF00")
    assert sheet["A5"].value == "=村"
    assert sheet["A5"].data_type == "s"
    assert "A1:D1" in sheet.merged_cells
    listed = [[cell.value for cell in row] for row in book["错误说明"].iter_rows()]
    assert listed[0] == ["工作表", "行", "列", "填写内容", "问题", "应为"]
    assert listed[1] == ["一季度's", 3, "耕地面积(亩)", "1410公顷", "填了“1410公顷”", "这里按亩填，请换算后填写"]
    assert listed[3][3] == "3700**********1230"
    assert book["错误说明"]["B2"].hyperlink.location == "'一季度''s'!B3"


def test_mended_it_comes_in_and_marking_again_leaves_no_old_marks(rejected):
    first = mark_workbook(rejected, check(rejected).errors)
    book = openpyxl.load_workbook(BytesIO(first))
    sheet = book["一季度's"]
    sheet["B3"], sheet["C3"], sheet["D3"] = 21150, "2026-02-28", "11010519491231002X"
    still_bad = saved(book)
    checked = check(still_bad)
    assert [(error.row, error.column) for error in checked.errors] == [(4, "村名")]

    second = mark_workbook(still_bad, checked.errors)
    book = openpyxl.load_workbook(BytesIO(second))
    assert book.sheetnames.count("错误说明") == 1
    sheet = book["一季度's"]
    assert sheet["B3"].comment.text == "村会计报的数"
    assert sheet["B3"].fill.fill_type is None
    assert sheet["C3"].comment is None
    sheet["A4"] = "东尹家"
    checked = check(saved(book))
    assert checked.ok
    assert [row.values["village"] for row in checked.rows] == ["锅上村", "东尹家", "=村"]


def test_an_error_within_a_merge_marks_the_cell_that_is_shown():
    book = openpyxl.Workbook()
    book.active["A1"] = "村名"
    book.active.merge_cells("A2:B3")
    marked = mark_workbook(saved(book), [RowError("Sheet", 3, "村名", "", "没有填", position=2)])
    assert openpyxl.load_workbook(BytesIO(marked))["Sheet"]["A2"].comment.text == "【校验】没有填"


def test_notes_are_listed_after_the_errors(rejected):
    marked = mark_workbook(rejected, check(rejected).errors, [RowNote("一季度's", 5, "耕地面积(亩)", "已按 3 亩录入")])
    rows = read_workbook(marked)[0].rows
    assert rows[-1] == ["一季度's", 5, "耕地面积(亩)", None, "已按 3 亩录入", "仅提示，不必改"]


ERROR = RowError("表1", 2, "村名", "", "没有填", "这里必填", position=1)
MERGED = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 broken",
        workbook(table_xml([["村名"], ["锅上村"]]), MERGED),
        workbook(table_xml([["村名"]]) + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        b"PK\x03\x04" + b"0" * (9 * 1024 * 1024),
    ],
)
def test_what_cannot_be_marked_gives_the_list_alone(data):
    begun = time.monotonic()
    book = openpyxl.load_workbook(BytesIO(mark_workbook(data, [ERROR])))
    assert time.monotonic() - begun < 20
    assert book.sheetnames == ["错误说明"]
    assert book.active["E2"].value == "没有填"


def test_a_big_table_gives_the_list_alone(monkeypatch):
    monkeypatch.setattr(marking_child, "MAX_CELLS", 100)
    with pytest.raises(marking_child.TooBig):
        marking_child.check_size(workbook(table_xml([["村名"]] * 200)))
