"""Kinds and columns: parse and format belong together, and errors speak the user's language."""

import datetime as dt
from decimal import Decimal as Number

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.rows.columns import (
    UNCHANGED,
    CellError,
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
    Year,
    YesNo,
)


def refused(column: Column, raw: object) -> str:
    with pytest.raises(CellError) as caught:
        column.parse(raw)
    return caught.value.message


def test_the_heading_carries_the_unit():
    assert Column("land", "耕地面积", Decimal(2), unit="亩").full_heading == "耕地面积（亩）"
    assert Column("name", "村名").full_heading == "村名"


def test_a_year_is_read_as_people_write_it():
    column = Column("year", "年度", Year())
    for text in (
        2026,
        2026.0,
        "2026",
        "２０２６",
        "2026年",
        " 2026 年 ",
        "2026年度",
        "二〇二六",
        "二○二六年",
        "二零二六",
    ):
        assert column.parse(text) == 2026, text
    for wrong in ("26年", "一九", "2026年3月", "1979年", 3000, "今年"):
        assert refused(column, wrong), wrong


def test_required_cells():
    column = Column("name", "村名", required=True)
    assert refused(column, None) == "没有填，这里必填"
    assert refused(column, " 无 ") == "填了“无”，这里必填"
    assert Column("name", "村名").parse("/") is None


def test_texts():
    assert Column("a", "备注", Text(5)).parse("　一二三 ") == "一二三"
    assert refused(Column("a", "备注", Text(5)), "一二三四五六") == "有 6 个字，最多 5 个字，请缩短"
    code = Column("a", "代码", Text(12, pattern=r"\d{12}", pattern_help="应为 12 位数字代码"))
    assert code.parse(371083100000) == "371083100000"
    assert code.parse(371083100000.0) == "371083100000"
    assert refused(code, "3710") == "填了“3710”，应为 12 位数字代码"
    assert Text(20, compact=True).parse("王　伟") == "王伟"
    assert Text(20, keep_words=True).parse("无") == "无"


def test_numbers_within_limits():
    column = Column("n", "人数", Integer(1, 999), unit="人")
    assert column.parse("12人") == 12
    assert refused(column, 0) == "填了“0”，应在 1 到 999 人之间"
    assert refused(Column("n", "人数", Integer()), -1).startswith("填了“-1”，应在 0 到")
    assert refused(Column("n", "人数", Integer(minimum=0, maximum=None)), -1) == "填了“-1”，不能小于 0"
    assert Column("m", "收入", Money(minimum=None), unit="元").parse("-12.345") == Number("-12.35")


def test_points_are_tenths():
    kind = Points(minimum=-20, maximum=100)
    assert kind.parse("1.5") == 15
    assert kind.format(15) == "1.5"
    assert kind.format(-20) == "-2.0"
    assert kind.cell(15) == 1.5
    with pytest.raises(CellError, match="应在 -2 到 10 分之间"):
        kind.parse(10.1)


def test_choices_take_label_code_and_aliases():
    kind = Choice((("", "---"), ("strong", "强村"), ("weak", "弱村"), (3, "无")), aliases={"强": "strong"})
    assert [kind.parse(raw) for raw in ("强村", " strong", "强", "弱 村", 3, "3", "无", "", None)] == [
        "strong", "strong", "strong", "weak", 3, 3, 3, None, None,
    ]  # fmt: skip
    with pytest.raises(CellError, match="填了“中村”，请从下列选项中选填：强村、弱村、无"):
        kind.parse("中村")
    assert kind.format("strong") == "强村"
    assert kind.choices() == ("强村", "弱村", "无")


def test_dates_within_limits():
    kind = Date(earliest=dt.date(1921, 7, 23), latest=dt.date(2026, 11, 20))
    with pytest.raises(CellError, match="不能早于 1921-07-23"):
        kind.parse("1921-07-22")
    with pytest.raises(CellError, match="不能晚于 2026-11-20"):
        kind.parse("2027-01-01")


def test_masked_numbers_mean_unchanged():
    assert IdNumber().parse("3710**********1234") is UNCHANGED
    assert Phone().parse("139****1234") is UNCHANGED
    assert Column("id", "身份证号", IdNumber(), required=True).parse("3710**********1234") is UNCHANGED


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        (Integer(minimum=None), st.integers(-(2**31), 2**31 - 1)),
        (Decimal(2, minimum=None), st.integers(-(10**11), 10**11).map(lambda n: Number(n).scaleb(-2))),
        (Points(), st.integers(-(10**6), 10**6)),
        (Date(), st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))),
        (YesNo(), st.booleans()),
        (Quarter(), st.sampled_from(["2025Q4", "2026Q1", "2026Q2"])),
        (Choice(((1, "甲"), ("b", "乙"))), st.sampled_from([1, "b"])),
    ],
)
def test_what_is_shown_is_understood_again(kind, made):
    @given(made)
    def round_trip(value):
        assert kind.parse(kind.format(value)) == value
        assert kind.parse(kind.cell(value)) == value

    round_trip()
    assert kind.format(None) == ""
    assert kind.cell(None) is None
    assert kind.advice()


KINDS = [
    Text(),
    Integer(),
    Decimal(),
    Money(),
    Points(),
    Date(),
    Choice(((1, "甲"),)),
    YesNo(),
    Quarter(),
    IdNumber(),
    Phone(),
]


@given(
    st.sampled_from(KINDS),
    st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.dates(), st.lists(st.integers())),
)
def test_any_cell_gives_a_value_or_a_cell_error(kind, raw):
    try:
        kind.parse(raw, unit="亩")
    except CellError as error:
        assert error.message
