"""Understanding one cell: texts, numbers, yes/no and quarters as people really type them.

Everything here takes a raw cell (a text, or what a workbook or JSON holds) and returns a plain Python value, or
None for an empty cell, or raises CellError with what is wrong and what would be right. What was understood rather
than read literally is told through `tell`, a callable taking one Chinese sentence.
Dates are in `dates.py`, ID numbers and phones in `identity.py`.
"""

import datetime as dt
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from registers.workbooks.errors import CellError

Tell = Callable[[str], None]

# Full-width letters and digits become ASCII; full-width punctuation stays, because it belongs in Chinese prose.
# NFKC as a whole is too much: it rewrites ㎡ to m2, … to ... and unifies rare ideographs used in names.
_NARROW = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_SPACES = dict.fromkeys((0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
_INVISIBLE = [
    *(code for code in range(0x20) if code not in (0x09, 0x0A)), *range(0x7F, 0xA0),
    0xAD, *range(0x200B, 0x2010), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF,
    0xFFFE, 0xFFFF,
]  # fmt: skip
_CLEAN = {**_NARROW, **_SPACES, **dict.fromkeys(_INVISIBLE)}
# Lone surrogates can come in through JSON and cannot be stored or written.
_CLEAN.update(dict.fromkeys(range(0xD800, 0xE000)))
_ODD = re.compile(
    "[" + "".join(re.escape(chr(code)) for code in _CLEAN if not 0xD800 <= code < 0xE000) + "\ud800-\udfff]"
)
# In numbers, dates and codes the punctuation is narrowed as well.
_NARROW_ALL = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NARROW_ALL.update({0x3002: ord("."), 0x3001: ord(","), 0x2212: ord("-"), 0x2013: ord("-"), 0x2014: ord("-")})

EMPTY_WORDS = frozenset(
    {"/", "\\", "、", "无", "-", "--", "—", "——", "–", "－", "／", "…", "......", "N/A", "n/a", "NA"}
)

_NUMBER = re.compile(r"^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,3}))?$")
_NUMBER_AND_UNIT = re.compile(r"^(?:[¥￥]\s*)?([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*([^\d\s.].{0,7})$")
_GROUPED = re.compile(r"^([+-]?\d{1,3}(?:,\d{3})+)(?!\d)")
_UNIT_SPELLINGS = {
    "m2": "平方米", "㎡": "平方米", "m²": "平方米", "平米": "平方米", "平方": "平方米",
    "km2": "平方公里", "km²": "平方公里", "㎢": "平方公里", "平方千米": "平方公里",
    "km": "公里", "千米": "公里", "m": "米", "元整": "元", "块": "元", "圆": "元", "人次": "人次",
    "t": "吨", "kg": "公斤", "千克": "公斤", "市亩": "亩", "名": "人", "口": "人", "ha": "公顷",
}  # fmt: skip
_WAN = {"万": 4, "万元": 4, "亿": 8, "亿元": 8, "千元": 3}
_COUNTED = frozenset({"", "亩", "人", "户", "个", "人次"})

_YES = frozenset({"是", "有", "√", "✓", "✔", "☑", "对", "Y", "YES", "T", "TRUE", "1", "已", "真"})
_NO = frozenset({"否", "无", "没有", "×", "✗", "✘", "✕", "X", "错", "不是", "N", "NO", "F", "FALSE", "0", "未", "假"})

_QUARTER = re.compile(r"^(\d{4})\s*[-年/.]?\s*(?:年)?\s*(?:Q([1-4])|第?([1-4一二三四])季度?)$", re.IGNORECASE)
_CHINESE_DIGIT = {"一": "1", "二": "2", "三": "3", "四": "4"}


def clean(text: str) -> str:
    """Trim; full-width letters and digits to ASCII; odd spaces to a space; invisible characters away.

    Line breaks inside a text stay (`\\n`); full-width punctuation stays.
    """
    if _ODD.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").translate(_CLEAN)
    return text.strip()


def compact(text: str) -> str:
    """`clean`, and without any white space: for names padded to look aligned (王　伟) and for codes."""
    return "".join(clean(text).split())


def narrow(text: str) -> str:
    """`clean`, and full-width punctuation to ASCII too: for numbers, dates and codes."""
    return clean(text).translate(_NARROW_ALL)


def as_text(raw: object) -> str:  # noqa: PLR0911
    """Any raw cell as the text that a person saw in it, cleaned; empty for None.

    Raises CellError where the cell itself is broken, or is not one value (a list from JSON).
    """
    if isinstance(raw, str):
        return clean(raw)
    if raw is None:
        return ""
    if isinstance(raw, CellError):
        raise raw
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e18 else repr(raw)
    if isinstance(raw, Decimal):
        return format(raw, "f")
    if isinstance(raw, dt.datetime):
        return raw.strftime("%Y-%m-%d") if raw.time() == dt.time() else raw.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(raw, list | tuple | dict | set):
        raise CellError("填的不是一个值", "请只填一个值")
    return clean(str(raw))


def is_empty_word(text: str) -> bool:
    """Whether a cleaned text stands for "nothing": empty, /, 无, —, -."""
    return not text or text in EMPTY_WORDS


def say_empty(text: str, tell: Tell | None) -> None:
    """Tell, once per column, that such a word was taken as empty."""
    if text and tell:
        tell(f"“{text}”按空白录入")


def shown(raw: object, limit: int = 40) -> str:
    """A raw cell as quoted in an error: one line, shortened."""
    try:
        text = as_text(raw)
    except CellError:
        return "" if isinstance(raw, CellError) else "(不是一个值)"
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def parse_number(raw: object, *, unit: str = "", tell: Tell | None = None) -> Decimal | None:
    """A number as an exact Decimal, in `unit` (as in the heading). Floats are read as Excel shows them (15 digits).

    `1,410`, `１４１０`, `¥3.5`, `1410亩` are understood; another unit than the column's is refused, never converted.
    """
    if isinstance(raw, bool):
        raise CellError(f"填了“{'是' if raw else '否'}”", "这里填数字")
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, float):
        return _from_float(raw)
    if isinstance(raw, Decimal):
        if not raw.is_finite():
            raise CellError("填的不是有限的数", "请填具体数字")
        return raw
    if isinstance(raw, dt.date | dt.time):
        raise CellError(f"填的是日期或时间“{shown(raw)}”", "这里填数字，请把该格设为“常规”格式后重新填写")
    original = as_text(raw)
    if is_empty_word(original):
        say_empty(original, tell)
        return None
    text = narrow(original).replace(" ", "")
    grouped = _GROUPED.match(text)
    if grouped:
        text = grouped[1].replace(",", "") + text[grouped.end() :]
    match = _NUMBER.match(text)
    if match:
        if match[3] is not None and abs(int(match[3])) > 30:
            raise CellError(f"填了“{shown(raw)}”", "数值超出范围，请核对")
        return Decimal(text)
    return _with_unit(text, original, unit, tell)


def _from_float(raw: float) -> Decimal:
    """The decimal that Excel would show for a double: 0.1+0.2 is 0.3 there, and should be here."""
    if raw != raw or raw in (float("inf"), float("-inf")):  # noqa: PLR0124
        raise CellError("填的不是有限的数", "请填具体数字")
    if abs(raw) >= 1e30:
        raise CellError(f"填了“{raw!r}”", "数值超出范围，请核对")
    return Decimal(f"{raw:.15g}")


def _with_unit(text: str, original: str, unit: str, tell: Tell | None) -> Decimal:
    """Read `1410亩` against the column's unit. Raises CellError for no number or another unit."""
    quoted = f"填了“{shown(original)}”"
    match = _NUMBER_AND_UNIT.match(text) or re.match(r"^[¥￥]([+-]?[\d.]+)()$", text)
    wanted = f"这里按{unit}填" if unit else "这里只填数字"
    if not match:
        advice = f"{wanted}，请填数字" if unit else "请填数字"
        raise CellError(quoted, f"{advice}，如 {'1410' if unit == '亩' else '12'}")
    try:
        number = Decimal(match[1])
    except InvalidOperation:
        raise CellError(quoted, f"{wanted}，请填数字") from None
    found = match[2]
    if not found and unit in ("", "元"):
        return number
    if found == "%" and unit in ("%", "％"):
        return number
    if unit and _same_unit(found, unit):
        if tell:
            tell(f"“{shown(original)}”已按 {number:f} {unit}录入")
        return number
    if found in _WAN and (unit == "元" or (unit in _COUNTED and not found.endswith("元"))):
        value = number.scaleb(_WAN[found])
        raise CellError(quoted, f"{wanted}，请写成 {value.normalize():f}")
    if not unit:
        raise CellError(quoted, f"{wanted}，请写成 {number:f}")
    raise CellError(quoted, f"{wanted}，请换算后填写")


def _same_unit(found: str, unit: str) -> bool:
    spelled = found.lower()
    found = _UNIT_SPELLINGS.get(spelled, found)
    return found == _UNIT_SPELLINGS.get(unit.lower(), unit)


def parse_integer(raw: object, *, unit: str = "", tell: Tell | None = None) -> int | None:
    """A whole number. Raises CellError for fractions: they are never rounded away."""
    if type(raw) is int:
        return raw
    number = parse_number(raw, unit=unit, tell=tell)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise CellError(f"填了“{shown(raw)}”", "这里填整数")
    return int(number)


def parse_decimal(raw: object, places: int, *, unit: str = "", tell: Tell | None = None) -> Decimal | None:
    """A number with at most `places` decimals; more are rounded half up, and that is told."""
    number = parse_number(raw, unit=unit, tell=tell)
    if number is None:
        return None
    if number.adjusted() > 25:
        raise CellError(f"填了“{shown(raw)}”", "数值超出范围，请核对")
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if rounded != number and tell:
        tell(f"“{shown(raw)}”已四舍五入为 {rounded:f}")
    return rounded


def parse_points(raw: object, *, tell: Tell | None = None) -> int | None:
    """Points in integers of 0.1 point: 1 → 10, 1.5 → 15, -2.0 → -20. Raises CellError beyond one decimal."""
    number = parse_number(raw, unit="分", tell=tell)
    if number is None:
        return None
    tenths = number * 10
    if tenths != tenths.to_integral_value():
        raise CellError(f"填了“{shown(raw)}”", "积分最多一位小数，如 1.5")
    return int(tenths)


def parse_yes_no(raw: object, *, tell: Tell | None = None) -> bool | None:
    """是/否, √/×, 有/无, Y/N, 1/0."""
    if raw is True or raw is False:
        return raw
    original = as_text(raw)
    text = narrow(original).upper()
    if text in _YES:
        return True
    if text in _NO:
        return False
    if is_empty_word(original):
        say_empty(original, tell)
        return None
    raise CellError(f"填了“{shown(raw)}”", "请填“是”或“否”")


def parse_quarter(raw: object, *, tell: Tell | None = None) -> str | None:
    """A quarter as `2026Q3`, from 2026年第三季度, 2026年3季度, 2026Q3 and their like."""
    original = as_text(raw)
    if is_empty_word(original):
        say_empty(original, tell)
        return None
    match = _QUARTER.match(narrow(original).replace(" ", ""))
    if not match:
        raise CellError(f"填了“{shown(raw)}”", "请填季度，如 2026年第三季度 或 2026Q3")
    number = match[2] or _CHINESE_DIGIT.get(match[3], match[3])
    return f"{match[1]}Q{number}"


def quarter_label(quarter: str) -> str:
    """2026Q3 → 2026年第三季度."""
    return f"{quarter[:4]}年第{'零一二三四'[int(quarter[5])]}季度"
