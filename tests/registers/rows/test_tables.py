"""Finding the table in what people send: titles, notes, two-line headings, units, totals, pasted cells, JSON."""

import pytest

from registers.rows.columns import Column, Decimal, Integer, Text
from registers.rows.tables import (
    ABSENT,
    split_pasted,
    table_from_cells,
    table_from_dicts,
    table_from_sheet,
    table_from_workbook,
)
from registers.workbooks.sheets import Sheet

COLUMNS = (
    Column("village", "村名", Text(50), required=True, aliases=("行政村", "村（社区）名称")),
    Column("land", "耕地面积", Decimal(2), unit="亩"),
    Column("income", "经营收入", Decimal(2), unit="万元", aliases=("收入经营",)),
    Column("grant", "补助收入", Decimal(2), unit="万元", aliases=("收入补助",)),
    Column("total", "总收入", Decimal(2), unit="万元", readonly=True),
)


def sheet(*rows, merged=(), name="表1", hidden=False) -> Sheet:
    width = max(len(row) for row in rows)
    return Sheet(name, [[*row, *[None] * (width - len(row))] for row in rows], hidden, set(), list(merged))


def found(*rows, **options):
    return table_from_sheet(COLUMNS, sheet(*rows, **options))


def messages(table) -> str:
    return "\n".join([*(error.message for error in table.errors), *(note.text for note in table.notes)])


def test_title_and_notes_may_stand_above():
    table = found(
        ["乳山口镇村情台账"],
        ["填报单位：乳山口镇", None, "单位：亩"],
        [None],
        ["序号", "村名", "耕地面积（亩）"],
        [1, "锅上村", 5],
    )
    assert not table.errors
    assert table.heading_row == 4
    assert table.numbers == [5]
    assert table.places["land"].position == 3


@pytest.mark.parametrize(
    "heading", ["村名", " 村 名 ", "村\n名", "村名*", "＊村名", "村名：", "村名（必填）", "行政村", "村(社区)名称"]
)
def test_spellings_of_a_heading(heading):
    assert found([heading, "耕地面积"], ["锅上村", 5]).places["village"].index == 0


@pytest.mark.parametrize(
    "heading",
    ["耕地面积（亩）", "耕地面积(亩)", "耕地面积", "耕地面积\n（单位：亩）", "耕地面积【亩】", "耕 地 面 积 ( 亩 )"],
)
def test_the_unit_in_or_out_of_the_heading(heading):
    table = found(["村名", heading], ["锅上村", 5])
    assert table.places["land"].index == 1
    assert not table.errors


@pytest.mark.parametrize("heading", ["耕地面积（公顷）", "耕地面积(平方米)"])
def test_another_unit_in_the_heading_is_refused(heading):
    table = found(["村名", heading], ["锅上村", 5])
    assert "这里按亩填，请换算并改正表头" in messages(table)


def test_missing_columns_name_what_is_missing_and_what_was_found():
    table = found(["村庄", "耕地面积", "经营收入"], ["锅上村", 5, 6])
    (error,) = table.errors
    assert error.message == "缺少必填的列：村名（现有：耕地面积、经营收入、村庄），请补上这些列，或下载模板填写"
    assert error.row == 1


def test_no_headings_at_all():
    (error,) = found(["甲", "乙"], ["丙", "丁"]).errors
    assert "没有找到表头，只看到：甲、乙、丙、丁" in error.message
    assert "村名" in error.message
    (error,) = table_from_sheet(COLUMNS, Sheet("空")).errors
    assert "表是空的" in error.message


def test_unknown_columns_are_told():
    table = found(["村名", "耕地面积", "备注"], ["锅上村", 5, "x"])
    assert [note.text for note in table.notes] == ["第 1 行“备注”：不认识这一列，未读取"]


def test_a_doubled_column_is_refused():
    table = found(["村名", "耕地面积", "耕地面积(亩)"], ["锅上村", 5, 6])
    assert "出现了两次（B 列和C 列）" in messages(table)


def test_two_line_headings_with_merges():
    table = found(
        ["村名", "收入", None, "耕地面积（亩）"],
        [None, "经营（万元）", "补助（万元）", None],
        ["锅上村", 1, 2, 3],
        merged=[(1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 2, 4)],
    )
    assert not table.errors
    assert {name: place.index for name, place in table.places.items()} == {
        "village": 0,
        "income": 1,
        "grant": 2,
        "land": 3,
    }
    assert table.numbers == [3]


def test_two_line_headings_pasted_without_merges():
    table = table_from_cells(COLUMNS, "村名\t收入\t\t耕地面积\n\t经营\t补助\t\n锅上村\t1\t2\t3\n")
    assert set(table.places) == {"village", "income", "grant", "land"}
    assert table.numbers == [3]


def test_totals_footers_examples_and_empty_rows_are_skipped():
    table = found(
        ["序号", "村名", "耕地面积"],
        ["示例", "锅上村", 1],
        [1, "锅上村", 5],
        [2, None, None],
        [None, None, None],
        [3, "合  计", 9],
        ["小计", None, 4],
        ["本页合计（亩）", None, 4],
        [4, "东尹家", "  "],
        [5, "合计村", 3],
        ["注：以上为实测面积"],
        ["填表人：张三", None, "联系电话：0631"],
    )
    assert table.numbers == [3, 9, 10]
    said = messages(table)
    assert "第 6 行：是“合计”行，未读取" in said
    assert "表下说明" in said
    assert "示例" not in said


def test_the_best_visible_sheet_is_chosen_and_ours_are_never_read():
    good = sheet(["村名", "耕地面积"], ["锅上村", 1], name="台账")
    other = sheet(["村名", "经营收入"], ["东尹家", 1], name="去年")
    ours = sheet(["村名", "耕地面积", "经营收入"], ["x", 1, 2], name="错误说明")
    hidden = sheet(["村名", "耕地面积", "经营收入"], ["x", 1, 2], name="底稿", hidden=True)
    table = table_from_workbook(COLUMNS, [ours, hidden, sheet(["封面"], name="封面"), good, other])
    assert table.sheet == "台账"
    assert "只读取了工作表“台账”，未读取“去年”" in messages(table)
    assert table_from_workbook(COLUMNS, [good, other], name="去年").sheet == "去年"
    assert "没有名为“前年”的工作表" in messages(table_from_workbook(COLUMNS, [good], name="前年"))
    assert table_from_workbook(COLUMNS, [ours]).errors


def test_formulas_read_are_told():
    read = sheet(["村名", "耕地面积"], ["锅上村", 5], ["东尹家", 6])
    read.formulas = {(2, 2), (3, 2), (9, 9)}
    assert "有 2 个单元格是公式（如 B2）" in messages(table_from_sheet(COLUMNS, read))


def test_pasted_text():
    assert split_pasted('a\tb\r\n"c\n1"\t"d""e"\n\t\n') == [["a", "b"], ["c\n1", 'd"e'], ["", ""]]
    assert split_pasted('5" 管\t3') == [['5" 管', "3"]]
    assert split_pasted("") == []


def test_pasted_cells_without_headings_go_by_the_order_of_the_columns():
    table = table_from_cells(COLUMNS, "锅上村\t1410亩\n东尹家\t3", first_row=12)
    assert list(table.places) == ["village", "land"]
    assert table.numbers == [12, 13]
    table = table_from_cells(COLUMNS, "a\tb\tc\td\te")
    assert "粘贴了 5 列，这里只有 4 列可填" in messages(table)
    assert table_from_cells(COLUMNS, "").rows == []


def test_one_column_registers_need_one_heading():
    only = (Column("name", "村名", required=True),)
    assert table_from_sheet(only, sheet(["村名"], ["锅上村"])).numbers == [2]


def test_dicts_by_field_or_heading():
    table = table_from_dicts(
        COLUMNS, [{"village": "锅上村", "land": 5}, {"村名": "东尹家", "耕地面积（亩）": 6, "nonsense": 1}, {"land": 7}]
    )
    assert table.numbers == [1, 2, 3]
    assert table.column("village") == ["锅上村", "东尹家", ABSENT]
    assert [note.column for note in table.notes] == ["nonsense"]
    assert table_from_dicts(COLUMNS, [["锅上村"]]).errors


def test_a_plain_integer_heading_is_no_heading():
    numbers = (Column("a", "2025", Integer()), Column("b", "2026", Integer()))
    table = table_from_sheet(numbers, sheet([2025, 2026], [1, 2]))
    assert table.numbers == [2]
