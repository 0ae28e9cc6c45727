"""What a workbook holds arrives as it stood there: true row numbers, exact values, broken cells told."""

import datetime as dt
from io import BytesIO

import openpyxl
import pytest
from openpyxl.styles import PatternFill

from registers.workbooks.errors import CellError
from registers.workbooks.reading import read_workbook
from tests.registers.workbooks.builders import package, sheet_xml, table_xml, text_cell, workbook, workbook_parts


def saved(book: openpyxl.Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_values_and_places():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["C3"] = "锅上村"
    sheet["D3"] = 812
    sheet["E3"] = 1.5
    sheet["F3"] = dt.date(2026, 9, 30)
    sheet["G3"] = dt.datetime(2026, 9, 30, 8, 30)
    sheet["H3"] = True
    sheet["I3"] = 371083199001011234
    sheet["J3"] = dt.time(8, 30)
    (read,) = read_workbook(saved(book))
    assert len(read.rows) == 3
    assert read.rows[0] == [None] * 10
    row = read.rows[2]
    assert row[:5] == [None, None, "锅上村", 812, 1.5]
    assert type(row[3]) is int
    assert row[5] == dt.date(2026, 9, 30)
    assert type(row[5]) is dt.date
    assert row[6] == dt.datetime(2026, 9, 30, 8, 30)
    assert row[7] is True
    assert type(row[8]) is int
    assert row[9] == "08:30:00"


def test_hidden_sheets_and_order():
    data = package(
        workbook_parts(
            sheet_xml(table_xml([["甲"]])),
            sheet_xml(table_xml([["乙"]])),
            sheet_xml(""),
            names=("一月", "二月", "三月"),
            states=("visible", "veryHidden", "visible"),
        )
    )
    sheets = read_workbook(data)
    assert [(sheet.name, sheet.hidden, sheet.rows) for sheet in sheets] == [
        ("一月", False, [["甲"]]),
        ("二月", True, [["乙"]]),
        ("三月", False, []),
    ]


def test_formulas_give_their_stored_result_and_are_listed():
    data = workbook(
        '<row r="1">' + text_cell("A1", "人口") + "</row>"
        '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>1+1</f><v></v></c></row>'
        '<row r="3"><c r="A3" t="str"><f>IF(1,"","x")</f><v></v></c><c r="B3"><f t="shared" si="0"/></c></row>'
        '<row r="4"><c r="A4" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B4" t="e"><v>#REF!</v></c></row>'
    )
    (sheet,) = read_workbook(data)
    assert sheet.formulas == {(2, 1), (2, 2), (3, 1), (3, 2), (4, 1)}
    assert sheet.rows[1][0] == 2
    assert sheet.rows[2][0] is None
    for row, column, said in ((2, 2, "没有算出"), (3, 2, "没有算出"), (4, 1, "#DIV/0!"), (4, 2, "#REF!")):
        cell = sheet.rows[row - 1][column - 1]
        assert isinstance(cell, CellError)
        assert said in cell.message


def test_formulas_in_cells_without_places_and_with_prefixes():
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?><x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<x:sheetData><x:row><x:c><x:v>1</x:v></x:c><x:c><x:f>A1+1</x:f><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    (sheet,) = read_workbook(package(workbook_parts(xml)))
    assert sheet.rows == [[1, 2]]
    assert sheet.formulas == {(1, 2)}


def test_phantom_rows_and_columns_are_trimmed():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["村名", "人口"])
    sheet.append(["锅上村", 812])
    sheet["F60"] = "   "
    sheet["Z5000"].fill = PatternFill("solid", fgColor="FFFF00")
    (read,) = read_workbook(saved(book))
    assert read.rows == [["村名", "人口"], ["锅上村", 812]]


def test_formatting_down_to_the_last_row_is_no_content():
    data = workbook(table_xml([["村名"], ["锅上村"]]) + '<row r="1048576"><c r="XFD1048576" s="0"/></row>')
    (sheet,) = read_workbook(data)
    assert sheet.rows == [["村名"], ["锅上村"]]


def test_wide_but_modest_sheets_pass():
    rows = [[f"{row}-{column}" for column in range(120)] for row in range(50)]
    (sheet,) = read_workbook(workbook(table_xml(rows)))
    assert sheet.rows == rows


def test_merges_are_told():
    data = workbook(table_xml([["收入", None], ["经营", "补助"]]), '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>')
    (sheet,) = read_workbook(data)
    assert sheet.merged == [(1, 1, 1, 2)]


@pytest.mark.parametrize("text", ["_x0041_", "a\nb", "=1+1", "第1行\t第2格", "😀"])
def test_texts_survive(text):
    book = openpyxl.Workbook()
    book.active["A1"].value = "x"
    book.active["A2"].value = text
    book.active["A2"].data_type = "s"
    (read,) = read_workbook(saved(book))
    assert read.rows[1][0] in (text, "A" if text == "_x0041_" else text)


def test_numbers_no_json_can_hold():
    (sheet,) = read_workbook(workbook('<row r="1"><c r="A1"><v>1E300</v></c><c r="B1"><v>1E400</v></c></row>'))
    assert sheet.rows[0][0] == 1e300
    assert len(sheet.rows[0]) in (1, 2)
