"""ID numbers and phones: checked, and never quoted in full. All numbers here are made up with no such region town."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.workbooks.errors import CellError
from registers.workbooks.identity import (
    hide_personal,
    id_check_digit,
    is_masked,
    mask,
    parse_id_number,
    parse_phone,
)

FIRST = "37000019900307123"
GOOD = FIRST + id_check_digit(FIRST)


def refused(parse, raw) -> str:
    with pytest.raises(CellError) as caught:
        parse(raw)
    message = caught.value.message
    assert str(raw)[6:14] not in message or len(str(raw)) < 10
    return message


def test_the_known_example_of_the_standard():
    assert id_check_digit("11010519491231002") == "X"
    assert parse_id_number("11010519491231002x") == "11010519491231002X"


@pytest.mark.parametrize("typed", [GOOD, f" {GOOD} ", f"'{GOOD}", " ".join(GOOD)])
def test_spellings(typed):
    assert parse_id_number(typed) == GOOD


@pytest.mark.parametrize("number", [int(GOOD[:17] + "0"), float(GOOD[:17] + "0"), f"{float(GOOD[:17] + '0'):.5E}"])
def test_numbers_have_lost_their_last_digits(number):
    message = refused(parse_id_number, number)
    assert "末几位已经丢失" in message
    assert "“文本”格式" in message


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (GOOD[:17], "现有 17 位"),
        (GOOD + "1", "现有 19 位"),
        ("370000900307123", "15 位旧"),
        (GOOD[:17] + ("1" if GOOD[17] != "1" else "2"), "校验不符"),
        ("99" + GOOD[2:], "校验不符"),
        ("00" + GOOD[2:], "省份"),
        (GOOD[:10] + "1332" + GOOD[14:], "出生日期"),
        ("张三", "不是 18 位"),
    ],
)
def test_wrong_ones(typed, said):
    assert said in refused(parse_id_number, typed)


@given(st.dates(min_value=dt.date(1900, 1, 1)), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(born, order, place, change):
    first = f"370000{born:%Y%m%d}{order:03d}"
    number = first + id_check_digit(first)
    digit = str((int(number[place]) + change) % 10)
    assert parse_id_number(number) == number
    with pytest.raises(CellError):
        parse_id_number(number[:place] + digit + number[place + 1 :])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13900001234", "13900001234"),
        (13900001234, "13900001234"),
        (13900001234.0, "13900001234"),
        ("+86 139 0000 1234", "13900001234"),
        ("86-13900001234", "13900001234"),
        ("１３９００００１２３４", "13900001234"),
        ("139-0000-1234", "13900001234"),
        ("0631-6651234", "0631-6651234"),
        ("(0631)6651234", "0631-6651234"),
        ("06316651234", "0631-6651234"),
        ("010-66512345转801", "010-66512345-801"),
        ("6651234", "6651234"),
        ("12345", "12345"),
        ("400-800-1234", "4008001234"),
        ("无", None),
        ("", None),
    ],
)
def test_phones(typed, kept):
    assert parse_phone(typed) == kept
    if kept:
        assert parse_phone(kept) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1390000123", "现有 10 位"),
        ("13900001234、13900005678", "不止一个"),
        ("13900001234/6651234", "不止一个"),
        ("没有电话", "11 位手机号"),
        ("12900001234", "不是手机号"),
    ],
)
def test_what_is_no_phone(typed, said):
    assert said in refused(parse_phone, typed)


def test_masks():
    assert mask(GOOD) == f"3700**********{GOOD[-4:]}"
    assert mask("13900001234") == "139****1234"
    assert mask("张三") == "**"
    assert is_masked(mask(GOOD))
    assert is_masked(mask("13900001234"))
    assert not is_masked(GOOD)
    assert not is_masked("*")
    assert mask(mask(GOOD)) == mask(GOOD)


def test_personal_numbers_are_hidden_inside_any_text():
    text = hide_personal(f"张三{GOOD}，电话13900001234，地址12号，编码371083100000")
    assert GOOD not in text
    assert "13900001234" not in text
    assert "371083100000" in text
    assert "12号" in text
