"""Kinds of cells: how a value is read, shown on a page and written to a workbook.

A kind is a small frozen dataclass. `parse` takes a raw cell and returns a value, or None for an empty cell, or raises
CellError; `format` gives the text a person reads (and `parse` understands again); `cell` what a workbook cell holds.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal as Number
from typing import Any, ClassVar

from registers.workbooks import dates, identity, values
from registers.workbooks.errors import CellError
from registers.workbooks.values import Tell

CellValue = str | int | float | bool | dt.date | None


class _Unchanged:
    """Stands for "leave what is stored": a masked number that came back in a re-imported export."""

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED = _Unchanged()


@dataclass(frozen=True)
class Kind:
    """Base of all kinds."""

    numeric: ClassVar[bool] = False  # right-aligned, a number cell in workbooks
    personal: ClassVar[bool] = False  # masked in errors, exports and lists
    verbatim: ClassVar[bool] = False  # a text value is shown as it is
    number_format: ClassVar[str] = "@"  # of the workbook column; "@" is text

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> Any:
        raise NotImplementedError

    def format(self, value: Any) -> str:
        return "" if value is None else str(value)

    def cell(self, value: Any) -> CellValue:
        return None if value is None else self.format(value)

    def cells(self, values: Sequence[Any]) -> Sequence[CellValue]:
        """What the cells of a column hold: `cell` of each, None where there is nothing."""
        return [None if value is None else self.cell(value) for value in values]

    def choices(self) -> tuple[str, ...]:
        """Labels for a drop-down, if the kind has any."""
        return ()

    def advice(self) -> str:
        """One phrase for the 填写说明 sheet: what goes into such a cell."""
        return ""


@dataclass(frozen=True)
class Text(Kind):
    """A text of at most `max_length` characters; `pattern` must match the whole, `pattern_help` says what it means.

    `compact` removes inner white space (names padded with spaces, codes). `keep_words`: 无 and / are real texts here.
    """

    verbatim: ClassVar[bool] = True
    max_length: int = 200
    pattern: str | None = None
    pattern_help: str = ""
    compact: bool = False
    keep_words: bool = False
    _compiled: re.Pattern[str] | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        if self.pattern:
            object.__setattr__(self, "_compiled", re.compile(self.pattern))

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> str | None:
        text = values.as_text(raw)
        if not text:
            return None
        if text in values.EMPTY_WORDS and not self.keep_words:
            values.say_empty(text, tell)
            return None
        if self.compact:
            text = "".join(text.split())
        if len(text) > self.max_length:
            raise CellError(f"有 {len(text)} 个字", f"最多 {self.max_length} 个字，请缩短")
        if self._compiled and not self._compiled.fullmatch(text):
            raise CellError(f"填了“{values.shown(text)}”", self.pattern_help or "格式不符，请核对")
        return text

    def advice(self) -> str:
        return self.pattern_help or f"文字，不超过 {self.max_length} 字"


def _within(value: Any, minimum: Any, maximum: Any, raw: object, unit: str) -> None:
    """Raise CellError unless minimum ≤ value ≤ maximum (each may be None)."""
    if (minimum is None or value >= minimum) and (maximum is None or value <= maximum):
        return
    unit = f" {unit}" if unit else " "
    if minimum is not None and maximum is not None:
        expected = f"应在 {minimum} 到 {maximum}{unit}之间"
    elif minimum is not None:
        expected = f"不能小于 {minimum}{unit}".rstrip()
    else:
        expected = f"不能大于 {maximum}{unit}".rstrip()
    raise CellError(f"填了“{values.shown(raw)}”", expected)


def _range_advice(what: str, minimum: Any, maximum: Any) -> str:
    if minimum is not None and maximum is not None:
        return f"{what}，{minimum} 到 {maximum}"
    if minimum is not None:
        return f"{what}，不小于 {minimum}"
    return f"{what}，不大于 {maximum}" if maximum is not None else what


@dataclass(frozen=True)
class Integer(Kind):
    """A whole number between `minimum` and `maximum`, both allowed, either may be None."""

    numeric: ClassVar[bool] = True
    number_format: ClassVar[str] = "General"  # whole numbers as they are; the fast writer likes it best
    minimum: int | None = 0
    maximum: int | None = 2_147_483_647

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> int | None:
        value = raw if type(raw) is int else values.parse_integer(raw, unit=unit, tell=tell)
        if value is not None:
            _within(value, self.minimum, self.maximum, raw, unit)
        return value

    def cell(self, value: Any) -> CellValue:
        return value

    def cells(self, values: Sequence[Any]) -> Sequence[CellValue]:
        return values

    def advice(self) -> str:
        shown = None if self.maximum == 2_147_483_647 else self.maximum
        return _range_advice("整数", self.minimum, shown)


_YEAR = re.compile("(?P<digits>[0-9]{4}|[〇○零一二三四五六七八九]{4})年?度?")
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


@dataclass(frozen=True)
class Year(Integer):
    """A year: 2026, ２０２６, 2026年, 2026年度, 二〇二六年."""

    minimum: int | None = 1980
    maximum: int | None = 2100

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> int | None:
        if isinstance(raw, str):
            found = _YEAR.fullmatch("".join(unicodedata.normalize("NFKC", raw.replace("〇", "零")).split()))
            raw = int(found["digits"].translate(_DIGITS)) if found else raw
        return super().parse(raw, unit=unit, tell=tell)


@dataclass(frozen=True)
class Decimal(Kind):
    """An exact number with `places` decimals (more are rounded half up and told)."""

    numeric: ClassVar[bool] = True
    places: int = 2
    minimum: Number | int | None = 0
    maximum: Number | int | None = 999_999_999_999

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> Number | None:
        value = values.parse_decimal(raw, self.places, unit=unit, tell=tell)
        if value is not None:
            _within(value, self.minimum, self.maximum, raw, unit)
        return value

    def format(self, value: Any) -> str:
        return "" if value is None else f"{value:f}"

    def cell(self, value: Any) -> CellValue:
        return None if value is None else float(value)

    def cells(self, values: Sequence[Any]) -> Sequence[CellValue]:
        return [None if value is None else float(value) for value in values]

    @property
    def number_format(self) -> str:  # type: ignore[override]
        return "0." + "0" * self.places if self.places else "General"

    def advice(self) -> str:
        shown = None if self.maximum == 999_999_999_999 else self.maximum
        return _range_advice(f"数字，最多 {self.places} 位小数", self.minimum, shown)


@dataclass(frozen=True)
class Money(Decimal):
    """Yuan as Decimal(14,2); negative amounts only where `minimum` says so."""

    places: int = 2


@dataclass(frozen=True)
class Points(Kind):
    """Points as integers of 0.1 point: the text 1.5 is the value 15."""

    numeric: ClassVar[bool] = True
    number_format: ClassVar[str] = "0.0"
    minimum: int | None = None
    maximum: int | None = None

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> int | None:
        value = values.parse_points(raw, tell=tell)
        if value is not None:
            least, most = (None if at is None else Number(at) / 10 for at in (self.minimum, self.maximum))
            _within(Number(value) / 10, least, most, raw, "分")
        return value

    def format(self, value: Any) -> str:
        return "" if value is None else f"{Number(value).scaleb(-1):.1f}"

    def cell(self, value: Any) -> CellValue:
        return None if value is None else value / 10

    def advice(self) -> str:
        return "分值，最多一位小数"


@dataclass(frozen=True)
class Date(Kind):
    """A day; `earliest` and `latest` are both allowed. `open_ended`: 至今 and 长期 give None."""

    number_format: ClassVar[str] = "yyyy-mm-dd"
    earliest: dt.date | None = None
    latest: dt.date | None = None
    open_ended: bool = False

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> dt.date | None:
        value = dates.parse_date(raw, tell=tell, open_ended=self.open_ended)
        if value is not None:
            if self.earliest and value < self.earliest:
                raise CellError(f"填了“{value}”", f"不能早于 {self.earliest}")
            if self.latest and value > self.latest:
                raise CellError(f"填了“{value}”", f"不能晚于 {self.latest}")
        return value

    def cell(self, value: Any) -> CellValue:
        return value

    def cells(self, values: Sequence[Any]) -> Sequence[CellValue]:
        return values

    def advice(self) -> str:
        return "日期，如 2026-09-30" + ("，未结束填“至今”或留空" if self.open_ended else "")


@dataclass(frozen=True)
class Choice(Kind):
    """One of `pairs` (code, label). Takes the label or the code, gives the code. `aliases`: {other wording: code}."""

    pairs: Sequence[tuple[Any, str]] = ()
    aliases: Mapping[str, Any] = field(default_factory=dict, hash=False)
    _codes: dict[str, Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", tuple((code, str(label)) for code, label in self.pairs if code != ""))
        for spelling, code in self.aliases.items():
            self._codes[self._plain(spelling)] = code
        for code, _ in self.pairs:
            self._codes[self._plain(str(code))] = code
        for code, label in self.pairs:  # labels last: they win over a code of the same text
            self._codes[self._plain(label)] = code

    @staticmethod
    def _plain(text: str) -> str:
        return "".join(values.narrow(text).split()).lower()

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> Any:
        text = values.as_text(raw)
        if not text:
            return None
        code = self._codes.get(self._plain(text), self)
        if code is not self:
            return code
        if text in values.EMPTY_WORDS:
            values.say_empty(text, tell)
            return None
        labels = [label for _, label in self.pairs]
        listed = "、".join(labels[:12]) + (f"等 {len(labels)} 项" if len(labels) > 12 else "")
        raise CellError(f"填了“{values.shown(raw)}”", f"请从下列选项中选填：{listed}")

    def format(self, value: Any) -> str:
        if value is None:
            return ""
        return next((label for code, label in self.pairs if code == value), str(value))

    def choices(self) -> tuple[str, ...]:
        return tuple(label for _, label in self.pairs)

    def advice(self) -> str:
        labels = self.choices()
        return "选填：" + "、".join(labels[:12]) + (f"等 {len(labels)} 项" if len(labels) > 12 else "")


@dataclass(frozen=True)
class YesNo(Kind):
    """是 or 否."""

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> bool | None:
        return values.parse_yes_no(raw, tell=tell)

    def format(self, value: Any) -> str:
        return "" if value is None else "是" if value else "否"

    def choices(self) -> tuple[str, ...]:
        return ("是", "否")

    def advice(self) -> str:
        return "填“是”或“否”"


@dataclass(frozen=True)
class Quarter(Kind):
    """A quarter as the text `2026Q3`; people read 2026年第三季度."""

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> str | None:
        return values.parse_quarter(raw, tell=tell)

    def format(self, value: Any) -> str:
        return "" if value is None else values.quarter_label(str(value))

    def advice(self) -> str:
        return "季度，如 2026年第三季度"


@dataclass(frozen=True)
class IdNumber(Kind):
    """An 18-character resident ID number. A masked one means UNCHANGED."""

    personal: ClassVar[bool] = True

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> Any:
        if identity.is_masked(raw):
            return UNCHANGED
        return identity.parse_id_number(raw, tell=tell)

    def advice(self) -> str:
        return "18 位身份证号，单元格设为文本格式"


@dataclass(frozen=True)
class Phone(Kind):
    """One telephone number. A masked one means UNCHANGED."""

    personal: ClassVar[bool] = True

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> Any:
        if identity.is_masked(raw):
            return UNCHANGED
        return identity.parse_phone(raw, tell=tell)

    def advice(self) -> str:
        return "11 位手机号，或带区号的座机"
