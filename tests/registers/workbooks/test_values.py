"""One cell: what people really type, and what they are told."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.workbooks import values
from registers.workbooks.errors import CellError
from registers.workbooks.values import (
    clean,
    compact,
    parse_decimal,
    parse_integer,
    parse_number,
    parse_points,
    parse_quarter,
    parse_yes_no,
    quarter_label,
)


def refused(parse, raw, **options) -> str:
    with pytest.raises(CellError) as caught:
        parse(raw, **options)
    return caught.value.message


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("  锅上村　", "锅上村"),
        ("Ａ１２３", "A123"),
        ("第一行\r\n第二行", "第一行\n第二行"),
        ("零\u200b宽\ufeff", "零宽"),
        ("控\x00制\x1f符", "控制符"),
        ("全角（括号），保留。", "全角（括号），保留。"),
        ("120㎡…", "120㎡…"),
        ("坏\ud800代理", "坏代理"),
    ],
)
def test_clean(typed, meant):
    assert clean(typed) == meant


def test_compact_joins_padded_names():
    assert compact("王　 伟") == "王伟"


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)
    clean(text).encode()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1410", 1410),
        ("１４１０", 1410),
        ("1,410", 1410),
        ("1，410.5", Decimal("1410.5")),
        ("12,345,678", 12345678),
        ("-3.5", Decimal("-3.5")),
        ("－3", -3),
        ("+7", 7),
        (".5", Decimal("0.5")),
        ("1 410", 1410),
        ("1.2E3", 1200),
        (0.1 + 0.2, Decimal("0.3")),
        (1410, 1410),
        (Decimal("2.50"), Decimal("2.5")),
    ],
)
def test_numbers(typed, meant):
    assert parse_number(typed) == meant


@pytest.mark.parametrize("word", ["", " ", "/", "／", "无", "—", "——", "-", "－", "\\", None])
def test_words_for_nothing(word):
    told = []
    assert parse_number(word, tell=told.append) is None
    assert bool(told) == bool((word or "").strip())


def test_a_number_with_the_unit_of_its_column_is_taken_and_told():
    told = []
    assert parse_number("1410亩", unit="亩", tell=told.append) == 1410
    assert told == ["“1410亩”已按 1410 亩录入"]
    assert parse_number("1,200.5 元", unit="元") == Decimal("1200.5")
    assert parse_number("￥35", unit="元") == 35
    assert parse_number("83%", unit="%") == 83
    assert parse_number("35 m2", unit="平方米") == 35
    assert parse_number("12名", unit="人") == 12


def test_another_unit_is_refused_never_converted():
    assert refused(parse_number, "1410公顷", unit="亩") == "填了“1410公顷”，这里按亩填，请换算后填写"
    assert refused(parse_number, "3元", unit="万元") == "填了“3元”，这里按万元填，请换算后填写"
    assert refused(parse_number, "1.5万", unit="元") == "填了“1.5万”，这里按元填，请写成 15000"
    assert refused(parse_number, "1.2万", unit="人") == "填了“1.2万”，这里按人填，请写成 12000"
    assert "这里按万元填" in refused(parse_number, "1.5万亩", unit="万元")
    assert refused(parse_number, "12个") == "填了“12个”，这里只填数字，请写成 12"


@pytest.mark.parametrize(
    "nonsense", ["约三百", "1.2.3", "12-15", "3/4", "1,41", "--5", "1e99999", True, dt.date(2026, 9, 30), [1]]
)
def test_what_is_no_number(nonsense):
    assert refused(parse_number, nonsense, unit="亩")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e200, Decimal("NaN"), Decimal("Infinity")])
def test_numbers_that_are_none(number):
    refused(parse_number, number)
    refused(parse_decimal, number, places=2)


def test_integers_are_never_rounded():
    assert parse_integer(12.0) == 12
    assert parse_integer("12.0") == 12
    assert refused(parse_integer, 12.5) == "填了“12.5”，这里填整数"


def test_decimals_are_rounded_half_up_and_told():
    told = []
    assert parse_decimal(33.335, 2, tell=told.append) == Decimal("33.34")
    assert parse_decimal("2.005", 2, tell=told.append) == Decimal("2.01")
    assert told == ["“33.335”已四舍五入为 33.34", "“2.005”已四舍五入为 2.01"]
    assert parse_decimal(1.1 + 2.2, 2, tell=told.append) == Decimal("3.30")
    assert len(told) == 2


@pytest.mark.parametrize(
    ("typed", "tenths"), [("1", 10), ("1.5", 15), ("-2.0", -20), (0.3, 3), ("2分", 20), ("", None)]
)
def test_points(typed, tenths):
    assert parse_points(typed) == tenths


def test_points_beyond_one_decimal():
    assert "最多一位小数" in refused(parse_points, "1.25")


@pytest.mark.parametrize("yes", ["是", "√", "有", "Y", "yes", "ｙ", "1", 1, 1.0, True, " 对 "])
def test_yes(yes):
    assert parse_yes_no(yes) is True


@pytest.mark.parametrize("no", ["否", "×", "无", "N", "no", "0", 0, False, "没有"])
def test_no(no):
    assert parse_yes_no(no) is False


def test_neither_yes_nor_no():
    assert parse_yes_no("/") is None
    assert refused(parse_yes_no, "大概") == "填了“大概”，请填“是”或“否”"


@pytest.mark.parametrize(
    "typed",
    [
        "2026年第三季度",
        "2026年3季度",
        "2026年三季度",
        "2026Q3",
        "2026q3",
        "2026-Q3",
        "2026 年 第 3 季度",
        "２０２６Ｑ３",
        "2026第三季度",
        "2026年Q3",
    ],
)
def test_quarters(typed):
    assert parse_quarter(typed) == "2026Q3"
    assert quarter_label("2026Q3") == "2026年第三季度"
    assert parse_quarter(quarter_label("2026Q3")) == "2026Q3"


@pytest.mark.parametrize("typed", ["2026", "2026Q5", "第三季度", "2026年9月", 2026])
def test_what_is_no_quarter(typed):
    assert "2026年第三季度" in refused(parse_quarter, typed)


@given(
    st.one_of(
        st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.dates(), st.datetimes(), st.decimals()
    )
)
def test_nothing_but_a_value_or_a_cell_error_comes_out(raw):
    for parse in (parse_number, parse_integer, parse_points, parse_yes_no, parse_quarter, values.shown):
        try:
            parse(raw)
        except CellError as error:
            assert error.problem
            error.message.encode()
