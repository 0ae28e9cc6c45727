"""ID numbers and phones: reading, checking, and hiding them in whatever is shown."""

import datetime as dt
import re

from registers.workbooks.errors import CellError
from registers.workbooks.values import Tell, as_text, is_empty_word, narrow, say_empty

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_ID = re.compile(r"^\d{17}[\dX]$")
_PROVINCES = frozenset(
    str(code)
    for codes in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82, 83),
    )
    for code in codes
)
_MOBILE = re.compile(r"^1[3-9]\d{9}\Z", re.ASCII)
_LANDLINE = re.compile(r"^(010|02\d|0[3-9]\d{2})?([2-9]\d{6,7})(?:(?:转|x|X|-)(\d{1,6}))?$")
_SERVICE = re.compile(r"^(?:400\d{7}|800\d{7}|1\d{4}|1[12]\d)$")
_MASKED = re.compile(r"^[\dXx*＊]*[*＊]{2,}[\dXx*＊]*$")
# Personal numbers inside any text that is about to be shown: 15- and 18-digit IDs, mobiles.
_PERSONAL = re.compile(r"(?<![\d*])(?:\d{17}[\dXx]|\d{15,17}|1[3-9]\d{9})(?!\d)")

AS_NUMBER = "是以数字格式录入的，Excel 只保留 15 位，末几位已经丢失"
AS_NUMBER_FIX = "请先把该列设为“文本”格式，再重新填写 18 位身份证号"


def id_check_digit(first17: str) -> str:
    """The 18th character for the first 17 digits (GB 11643)."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def parse_id_number(raw: object, *, tell: Tell | None = None) -> str | None:
    """An 18-character resident ID number, upper case X, its region, birth date and check digit verified.

    Raises CellError; the message never quotes the number.
    """
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        raise CellError(AS_NUMBER, AS_NUMBER_FIX)
    original = as_text(raw)
    if is_empty_word(original):
        say_empty(original, tell)
        return None
    text = narrow(original).replace(" ", "").strip("'`\"").upper()
    if re.fullmatch(r"\d(?:\.\d+)?E\+?1[4-8]", text):
        raise CellError(AS_NUMBER, AS_NUMBER_FIX)
    if not _ID.match(text):
        if re.fullmatch(r"\d{15}", text):
            raise CellError("是 15 位旧身份证号", "请填 18 位身份证号")
        raise CellError(f"不是 18 位身份证号（现有 {len(text)} 位）", "请核对后填写 18 位身份证号")
    if text[:2] not in _PROVINCES and text[0] != "9":
        raise CellError("前两位不是省份代码", "请核对")
    try:
        born = dt.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        raise CellError("第 7 至 14 位不是出生日期", "请核对") from None
    if born.year < 1880:
        raise CellError("第 7 至 14 位不是出生日期", "请核对")
    if id_check_digit(text[:17]) != text[17]:
        raise CellError("最后一位校验不符", "请核对是否有错位或漏位")
    return text


def parse_phone(raw: object, *, tell: Tell | None = None) -> str | None:
    """One telephone: a mobile (11 digits), a landline (0631-6651234, extension -801), or a service number.

    Raises CellError; the message never quotes the number.
    """
    if isinstance(raw, str) and _MOBILE.match(raw):
        return raw
    original = as_text(raw)
    if is_empty_word(original):
        say_empty(original, tell)
        return None
    text = narrow(original)
    if re.search(r"\d{7,}\s*[,;/|\n]\s*\d{7,}|\d{11}\s+\d{7,}", text):
        raise CellError("填了不止一个电话", "这里只填一个号码")
    digits = re.sub(r"[\s()\-]", "", re.sub(r"^(?:\+|00)?86[\s\-]*(?=1[3-9]\d)", "", text))
    if _MOBILE.match(digits) or _SERVICE.match(digits):
        return digits
    landline = re.sub(r"[\s()]", "", text)
    match = _LANDLINE.match(re.sub(r"^(0\d{2,3})-", r"\1", landline))
    if match:
        parts = [part for part in match.groups() if part]
        return "-".join(parts)
    if digits.isdigit() and digits.startswith("1"):
        raise CellError(f"不是手机号（现有 {len(digits)} 位）", "手机号应为 11 位，请核对")
    raise CellError("不是电话号码", "请填 11 位手机号，或带区号的座机如 0631-6651234")


def is_masked(raw: object) -> bool:
    """Whether a text is a number hidden by us (3710**********1234), as an export holds it."""
    return isinstance(raw, str) and bool(_MASKED.match(raw.strip()))


def mask(text: str) -> str:
    """Hide the middle: an ID keeps 4 + 4, a mobile 3 + 4, anything else at most a quarter."""
    if len(text) >= 15:
        return text[:4] + "*" * (len(text) - 8) + text[-4:]
    if len(text) == 11:
        return text[:3] + "****" + text[-4:]
    keep = len(text) // 4
    return text[:keep] + "*" * (len(text) - keep)


def hide_personal(text: str) -> str:
    """Mask whatever looks like an ID number or a mobile within a text (someone typed it in the wrong column)."""
    return _PERSONAL.sub(lambda match: mask(match[0]), text)
