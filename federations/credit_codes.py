"""Unified social credit codes (统一社会信用代码, GB 32100-2015): 18 characters, the last one a check character."""

from dataclasses import dataclass

from registers.rows.columns import CellError, Text
from registers.workbooks.values import Tell, shown

LENGTH = 18
_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V and Z, which are mistaken for digits
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def check_character(first17: str) -> str:
    """The 18th character for the first 17. Raises ValueError for characters that no code has."""
    total = sum(_CHARACTERS.index(one) * weight for one, weight in zip(first17, _WEIGHTS, strict=True))
    return _CHARACTERS[-total % len(_CHARACTERS)]


@dataclass(frozen=True)
class CreditCode(Text):
    """A credit code, in capitals, its check character verified."""

    max_length: int = LENGTH
    compact: bool = True

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> str | None:
        if isinstance(raw, int | float) and not isinstance(raw, bool) and raw >= 10**15:
            raise CellError("是以数字格式录入的，末几位已经丢失", "请先把该列设为“文本”格式，再重新填写")
        text = Text(200, compact=True).parse(raw, unit=unit, tell=tell)
        if text is None:
            return None
        text = text.upper()
        if len(text) != LENGTH:
            raise CellError(f"填了 {len(text)} 位", f"统一社会信用代码为 {LENGTH} 位")
        if any(one not in _CHARACTERS for one in text):
            raise CellError(f"填了“{shown(text)}”", "应为数字和大写字母，不用 I、O、S、V、Z")
        if check_character(text[:-1]) != text[-1]:
            raise CellError(f"填了“{shown(text)}”，最后一位校验不符", "请核对是否有错位或漏位")
        return text

    def advice(self) -> str:
        return f"{LENGTH} 位统一社会信用代码，单元格设为文本格式"
