"""Understanding dates as people type them, and Excel's serial numbers."""

import calendar
import datetime as dt
import re

from registers.workbooks.errors import CellError
from registers.workbooks.values import Tell, as_text, is_empty_word, narrow, say_empty, shown

# 2026-09-30, 2026/9/30, 2026.9.30, 2026年9月30日(号), 20260930; a time of day behind is ignored.
_DATE = re.compile(
    r"^(\d{4})(?:\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})|\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?|(\d{2})(\d{2}))"
    r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$"
)
_MONTH = re.compile(r"^(\d{4})(?:[-/.]\d{1,2}|年\d{1,2}月?|\d{2})$")
_NO_YEAR = re.compile(r"^\d{1,2}(?:[-/.]\d{1,2}|月\d{1,2}[日号]?)$")
_OPEN_WORDS = frozenset({"至今", "长期", "今", "现在", "永久", "无期限"})
# Day 1 is 1900-01-01, and Excel believes in 1900-02-29: from March 1900 on the base is 1899-12-30.
_SERIAL_BASE = dt.date(1899, 12, 30)
_SERIAL_FIRST, _SERIAL_LAST = 7306, 73415  # 1920-01-01 … 2100-12-31: what a serial number can mean here
EXPECTED = "请填日期，如 2026-09-30"


def parse_date(raw: object, *, tell: Tell | None = None, open_ended: bool = False) -> dt.date | None:  # noqa: PLR0911
    """A date from any usual spelling, a date cell, or a serial number.

    `open_ended`: 至今 and 长期 mean "no end" and give None. Raises CellError, naming impossible days.
    """
    if type(raw) is dt.date:
        return raw
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, bool | dt.time):
        raise CellError(f"填了“{shown(raw)}”", EXPECTED)
    if isinstance(raw, int | float):
        return _from_number(raw, tell)
    original = as_text(raw)
    if is_empty_word(original):
        say_empty(original, tell)
        return None
    text = narrow(original)
    if open_ended and text in _OPEN_WORDS:
        return None
    match = _DATE.match(text)
    if match:
        year = int(match[1])
        month = int(match[2] or match[4] or match[6])
        day = int(match[3] or match[5] or match[7])
        return _day(year, month, day, shown(raw))
    if text.isascii() and text.isdigit() and _SERIAL_FIRST <= int(text[:9]) <= _SERIAL_LAST:
        return _from_number(int(text), tell)
    if _MONTH.match(text):
        raise CellError(f"填了“{shown(raw)}”，缺少日", "请写到日，如 2026-09-30")
    if _NO_YEAR.match(text):
        raise CellError(f"填了“{shown(raw)}”，缺少年份", "请写全年月日，如 2026-09-30")
    raise CellError(f"填了“{shown(raw)}”", EXPECTED)


def _from_number(raw: float, tell: Tell | None) -> dt.date:
    """20260930 or a serial number; a serial number is told, for the user saw a plain number."""
    if raw == raw and abs(raw) < 1e9:  # noqa: PLR0124
        number = int(raw)
        if number == raw and 19000101 <= number <= 21001231:
            return _day(number // 10000, number // 100 % 100, number % 100, str(number))
        if _SERIAL_FIRST <= number <= _SERIAL_LAST:
            day = _SERIAL_BASE + dt.timedelta(days=number)
            if tell:
                tell(f"“{shown(raw)}”是 Excel 日期序号，已按 {day} 录入")
            return day
    if isinstance(raw, float) and 1900 <= raw < 2101:
        raise CellError(f"填了“{shown(raw)}”，缺少日", "请写到日，如 2026-09-30")
    raise CellError(f"填了“{shown(raw)}”", EXPECTED)


def _day(year: int, month: int, day: int, quoted: str) -> dt.date:
    if not 1900 <= year <= 2100:
        raise CellError(f"填了“{quoted}”", "年份应在 1900 至 2100 之间，请核对")
    if not 1 <= month <= 12:
        raise CellError(f"填了“{quoted}”，没有 {month} 月", "请核对月份")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise CellError(f"填了“{quoted}”，{year} 年 {month} 月没有 {day} 日", f"该月只到 {last} 日，请核对")
    return dt.date(year, month, day)
