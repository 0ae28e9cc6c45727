"""Dates in every usual spelling, and impossible ones named."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.workbooks.dates import parse_date
from registers.workbooks.errors import CellError

DAY = dt.date(2026, 9, 30)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-09-30", "2026/9/30", "2026.9.30", "2026年9月30日", "2026年9月30号", "2026年09月30", "20260930",
        " ２０２６－９－３０ ",
        "2026。9。30", "2026-9-30 00:00:00", "2026-09-30T08:30:00Z", "2026 年 9 月 30 日", 20260930,
        46295, 46295.5, "46295",
        DAY, dt.datetime(2026, 9, 30, 8, 30),
    ],
)  # fmt: skip
def test_spellings(typed):
    assert parse_date(typed) == DAY


def test_a_serial_number_is_told():
    told = []
    parse_date(46295, tell=told.append)
    assert told == ["“46295”是 Excel 日期序号，已按 2026-09-30 录入"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-02-30", "2026 年 2 月没有 30 日"),
        ("2025-02-29", "没有 29 日"),
        ("2026-13-01", "没有 13 月"),
        ("2026-09", "缺少日"),
        ("2026年9月", "缺少日"),
        (2026.9, "缺少日"),
        ("9月30日", "缺少年份"),
        ("9/30", "缺少年份"),
        ("0202-09-30", "1900 至 2100"),
        ("去年", "请填日期，如 2026-09-30"),
        ("26-9-30", "请填日期"),
        (5, "请填日期"),
        (True, "请填日期"),
        (float("nan"), "请填日期"),
        ("2026-09-30至2026-10-01", "请填日期"),
    ],
)
def test_what_is_no_date(typed, said):
    with pytest.raises(CellError, match=said):
        parse_date(typed)


def test_open_ends():
    assert parse_date("至今", open_ended=True) is None
    assert parse_date("/") is None
    with pytest.raises(CellError):
        parse_date("至今")


@given(st.dates(dt.date(1920, 1, 1), dt.date(2100, 12, 31)))
def test_every_day_in_every_spelling(day):
    serial = (day - dt.date(1899, 12, 30)).days
    for typed in (
        f"{day}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        serial,
    ):
        assert parse_date(typed) == day


@given(st.one_of(st.text(), st.integers(), st.floats(), st.times()))
def test_nothing_else_comes_out(raw):
    try:
        day = parse_date(raw)
    except CellError:
        return
    assert day is None or type(day) is dt.date
