"""All errors of all rows at once; equal doors for workbook, paste and REST; personal values never in an error."""

import datetime as dt
import unicodedata
from decimal import Decimal as Number

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.register import registers
from registers.rows.checker import check_rows, row_hash, row_rule
from registers.rows.columns import (
    CellError,
    Choice,
    Column,
    Date,
    Decimal,
    Found,
    IdNumber,
    Integer,
    Phone,
    Reference,
    Text,
    YesNo,
)
from registers.rows.results import canonical
from registers.rows.tables import table_from_cells, table_from_dicts, table_from_sheet
from registers.workbooks.sheets import Sheet


class Villages:
    """A resolver that counts its calls."""

    def __init__(self, known):
        self.known = known
        self.calls = []

    def resolve(self, texts, context):
        texts = list(texts)
        self.calls.append((texts, context))
        return {text: self.known[text] for text in texts if text in self.known}


@pytest.fixture
def villages():
    return Villages(
        {
            "锅上村": 1,
            "锅上": Found(1, "“锅上”按“锅上村”录入"),
            "王家": CellError("填了“王家”", "有 2 个同名村，请填代码"),
        }
    )


@pytest.fixture
def columns(villages):
    return (
        Column("village", "村名", Reference(villages, "村"), required=True),
        Column("name", "姓名", Text(20, compact=True), required=True),
        Column("land", "耕地面积", Decimal(2), unit="亩"),
        Column("on", "日期", Date()),
        Column("kind", "类别", Choice((("a", "甲"), ("b", "乙")))),
        Column("id", "身份证号", IdNumber()),
        Column("phone", "电话", Phone()),
        Column("sum", "合计", Integer(), readonly=True),
    )


ROWS = [
    ["序号", "村名", "姓名", "耕地面积（亩）", "日期", "类别", "身份证号", "合计"],
    [1, "锅上村", "张 三", "1410公顷", "2026-02-30", "丙", "370000199003071230", "不管"],
    [2, "没有村", None, "5亩", "2026.9.30", "甲", None, None],
    [3, "王家", "李四", 6, None, "乙", None, None],
    [4, "锅上", "王五", "无", "/", "乙", None, None],
]


def test_all_errors_of_all_rows_in_order(columns, villages):
    checked = check_rows(columns, table_from_sheet(columns, Sheet("台账", ROWS)), context="某镇")
    assert [(error.row, error.column, error.position) for error in checked.errors] == [
        (2, "耕地面积（亩）", 4), (2, "日期", 5), (2, "类别", 6), (2, "身份证号", 7),
        (3, "村名", 2), (3, "姓名", 3), (4, "村名", 2),
    ]  # fmt: skip
    assert checked.errors[0].text == "第 2 行“耕地面积（亩）”填了“1410公顷”，这里按亩填，请换算后填写"
    assert checked.errors[4].text == "第 3 行“村名”填了“没有村”，没有找到这个村，请核对或填代码"
    assert checked.errors[0].as_dict() == {
        "sheet": "台账", "row": 2, "column": "耕地面积（亩）", "field": "land", "value": "1410公顷",
        "message": "“耕地面积（亩）”填了“1410公顷”，这里按亩填，请换算后填写",
    }  # fmt: skip
    assert not checked.ok
    assert checked.total == 4
    (good,) = checked.rows
    assert good.number == 5
    assert good.values == {"village": 1, "name": "王五", "land": None, "on": None, "kind": "b", "id": None}
    said = [note.text for note in checked.notes]
    assert "第 3 行“耕地面积（亩）”：“5亩”已按 5 亩录入" in said
    assert "第 5 行“村名”：“锅上”按“锅上村”录入" in said


def test_a_reference_is_resolved_once_for_the_whole_table(columns, villages):
    rows = [ROWS[0]] + [[n, "锅上村" if n % 2 else "锅上", f"某{n}", None, None, None, None, None] for n in range(500)]
    checked = check_rows(columns, table_from_sheet(columns, Sheet("台账", rows)), context="某镇")
    assert checked.ok
    assert len(villages.calls) == 1
    assert sorted(villages.calls[0][0]) == ["锅上", "锅上村"]
    assert villages.calls[0][1] == "某镇"
    assert [note.count for note in checked.notes] == [250]


def test_a_reference_may_look_beside_itself():
    both = Villages({("王家", "甲镇"): "甲王家", ("王家", "乙镇"): "乙王家"})
    columns = (Column("town", "镇", Text()), Column("village", "村", Reference(both, "村", beside=("town",))))
    checked = check_rows(columns, table_from_cells(columns, "镇\t村\n甲镇\t王家\n乙镇\t王家\n丙镇\t王家\n乙镇\t\n"))
    assert [row.values["village"] for row in checked.rows] == ["甲王家", "乙王家", None]
    assert [error.row for error in checked.errors] == [4]
    assert len(both.calls) == 1


def test_all_doors_are_one(columns):
    cells = check_rows(columns, table_from_cells(columns, [[str(cell or "") for cell in row] for row in ROWS]))
    sheet = check_rows(columns, table_from_sheet(columns, Sheet("", ROWS)))
    fields = ["序号", "village", "name", "land", "on", "kind", "id", "sum"]
    dicts = check_rows(columns, table_from_dicts(columns, [dict(zip(fields, row, strict=True)) for row in ROWS[1:]]))
    told = [[(error.field, error.problem, error.expected) for error in each.errors] for each in (cells, sheet, dicts)]
    assert told[0] == told[1] == told[2]
    assert cells.rows[0].values == sheet.rows[0].values == dicts.rows[0].values


def test_personal_values_are_masked_in_every_error(columns):
    rows = [{"village": "锅上村", "name": "、".join(["13900001234"] * 3), "id": "370000199003071230",
             "phone": "1390000123", "kind": "370000199003071230"}]  # fmt: skip
    checked = check_rows(columns, table_from_dicts(columns, rows))
    everything = "\n".join(f"{error.text}{error.value}{error.as_dict()}" for error in checked.errors)
    assert len(checked.errors) == 4
    assert "199003071230" not in everything
    assert "13900001234" not in everything
    assert "1390000123" not in everything


def test_an_id_number_typed_as_a_number(columns):
    checked = check_rows(
        columns, table_from_dicts(columns, [{"village": "锅上村", "name": "张三", "id": 370000199003071200}])
    )
    assert "以数字格式录入" in checked.errors[0].message


def test_equal_natural_keys_name_all_their_rows(columns):
    rows = [
        ["村名", "姓名"],
        ["锅上村", "张三"],
        ["锅上", "张 三"],
        ["锅上村", "李四"],
        ["锅上村", None],
        ["锅上村", None],
    ]
    checked = check_rows(columns, table_from_cells(columns, rows), key=("village", "name"))
    duplicates = [error for error in checked.errors if "重复" in error.problem]
    assert [error.row for error in duplicates] == [2, 3]
    assert duplicates[0].problem == "重复：第 2、3 行的村名、姓名相同（1、张三）"
    assert [row.number for row in checked.rows] == [4]


def test_equal_rows_are_numbered_where_there_is_no_key():
    columns = (Column("a", "甲"), Column("b", "乙", Integer()))
    checked = check_rows(columns, table_from_cells(columns, "甲\t乙\nx\t1\nx\t１\ny\t1\nx\t1.0\nx\tz"))
    assert [(row.values["a"], row.occurrence) for row in checked.rows] == [("x", 1), ("x", 2), ("y", 1), ("x", 3)]


def test_rules_over_a_row(columns):
    @row_rule("name")
    def no_digits(values, context):
        if any(character.isdigit() for character in values["name"]):
            yield "name", "姓名里有数字", "请核对"

    def whole(values, context):
        seen.append(values["name"])
        return [("land", f"{context}没有耕地")] if values["land"] else None

    seen = []
    rows = [{"village": "没有村", "name": "张3", "land": 1}, {"village": "锅上村", "name": "李4", "land": 2}]
    checked = check_rows(columns, table_from_dicts(columns, rows), context="本村", row_rules=[no_digits, whole])
    assert [(error.row, error.field) for error in checked.errors] == [
        (1, "village"),
        (1, "name"),
        (2, "name"),
        (2, "land"),
    ]
    assert seen == ["李4"]  # a rule without named fields sees only rows whose cells are right
    assert checked.errors[3].message == "“耕地面积（亩）”本村没有耕地"


def test_every_rule_of_a_register_names_the_columns_it_cannot_do_without():
    """A workbook may lack any column: what reads one that did not come along would end the whole import."""
    unnamed = [
        (one.slug, rule.__name__) for one in registers() for rule in one.row_rules if not hasattr(rule, "fields")
    ]
    assert unnamed == []


def test_absent_keys_of_dicts_stay_absent(columns):
    checked = check_rows(
        columns, table_from_dicts(columns, [{"village": "锅上村", "name": "张三"}, {"name": "李四", "land": None}])
    )
    assert checked.rows[0].values == {"village": 1, "name": "张三"}
    assert [(error.row, error.field, error.problem) for error in checked.errors] == [(2, "village", "没有填")]


def test_values_of_json_are_told_apart():
    columns = (Column("n", "数", Integer()), Column("y", "是否", YesNo()), Column("t", "文", Text()))
    checked = check_rows(
        columns,
        table_from_dicts(
            columns,
            [{"n": 1, "y": 1, "t": "a"}, {"n": True, "y": True, "t": []}, {"n": 1.0, "y": False, "t": {"a": 1}}],
        ),
    )
    assert [(error.row, error.field) for error in checked.errors] == [(2, "n"), (2, "t"), (3, "t")]
    assert checked.rows[0].values == {"n": 1, "y": True, "t": "a"}


def test_errors_found_later_take_the_row_out(columns):
    checked = check_rows(columns, table_from_dicts(columns, [{"village": "锅上村", "name": "张三"}]))
    checked.refuse(checked.rows[0], "name", "该党员已在别村登记", "请先办理转移")
    assert checked.rows == []
    assert checked.errors[0].text == "第 1 行“姓名”该党员已在别村登记，请先办理转移"


def test_a_table_without_its_headings_gives_no_rows(columns):
    checked = check_rows(columns, table_from_sheet(columns, Sheet("台账", [["姓名", "日期"], ["张三", None]])))
    assert checked.rows == []
    assert "缺少必填的列：村名" in checked.errors[0].message


def test_many_errors_and_notes_stay_bounded(monkeypatch):
    monkeypatch.setattr("registers.rows.checker.MAX_ERRORS", 10)
    columns = (Column("n", "数", Integer(), unit="亩"), Column("m", "量", Decimal(0), unit="亩"))
    checked = check_rows(columns, table_from_cells(columns, [["x", f"{n}亩"] for n in range(300)]))
    assert len(checked.errors) == 11
    assert "另有 290 处" in checked.errors[-1].message
    assert len(checked.notes) == 201
    assert checked.rows == []


def test_row_hash_is_of_what_was_meant():
    one = {"a": "锅上", "b": Number("1.50"), "c": dt.date(2026, 9, 30), "d": None}
    assert (
        row_hash(one, "abcd")
        == row_hash({**one, "b": Number("1.5")}, "abcd")
        == row_hash({k: v for k, v in one.items() if v}, "abcd")
    )
    assert row_hash(one, "abcd") != row_hash({**one, "a": None}, "abcd")
    assert row_hash(one, "ab") != row_hash(one, "abc")
    assert len(row_hash(one, "abcd")) == 64
    assert row_hash({"a": "x\x1fb=sy"}, "ab") != row_hash({"a": "x", "b": "y"}, "ab")


@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.dates()), min_size=2, max_size=2))
def test_different_values_have_different_canonical_texts(pair):
    one, two = (unicodedata.normalize("NFC", v) if isinstance(v, str) else v for v in pair)
    assert (canonical(one) == canonical(two)) == (one == two and isinstance(one, bool) == isinstance(two, bool))
