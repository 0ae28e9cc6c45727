"""A column of a register: what it is called, and what may stand in it."""

import dataclasses
from dataclasses import KW_ONLY, dataclass
from typing import Any

from registers.rows.kinds import (
    UNCHANGED,
    Choice,
    Date,
    Decimal,
    IdNumber,
    Integer,
    Kind,
    Money,
    Phone,
    Points,
    Quarter,
    Text,
    Year,
    YesNo,
)
from registers.rows.references import Found, Reference, Resolver
from registers.workbooks.errors import CellError
from registers.workbooks.values import Tell

__all__ = [
    "UNCHANGED", "CellError", "Choice", "Column", "Date", "Decimal", "Found", "IdNumber", "Integer", "Kind", "Money",
    "Phone", "Points", "Quarter", "Reference", "Resolver", "Text", "Year", "YesNo",
]  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column. `field` names it in code and REST, `heading` (with the unit in brackets) in workbooks and pages.

    width      characters in a workbook column
    unit       亩, 元, 人…; told in the heading, never in the cell
    required   empty cells are refused
    aliases    other headings under which the column is recognised
    help       one sentence for the heading's comment, the form and the 填写说明 sheet
    readonly   exported, and ignored where it comes back in
    right      name of the right needed to see it; the caller leaves such columns out, nothing here knows users
    example    how a filled cell looks (a text), for the template's 示例 row
    """

    field: str
    heading: str
    kind: Kind = dataclasses.field(default_factory=Text)
    _: KW_ONLY
    width: float = 12
    unit: str = ""
    required: bool = False
    aliases: tuple[str, ...] = ()
    help: str = ""
    readonly: bool = False
    right: str = ""
    example: str = ""

    @property
    def full_heading(self) -> str:
        """耕地面积（亩）."""
        return f"{self.heading}（{self.unit}）" if self.unit else self.heading

    def parse(self, raw: object, tell: Tell | None = None) -> Any:
        """The value of one raw cell, None where empty. Raises CellError, also for an empty required cell."""
        value = self.kind.parse(raw, unit=self.unit, tell=tell)
        if value is None and self.required:
            raise self.empty_error(raw)
        return value

    def empty_error(self, raw: object = None) -> CellError:
        """The error of an empty cell in a required column."""
        filled = isinstance(raw, str) and raw.strip()
        return CellError(f"填了“{str(raw).strip()}”" if filled else "没有填", "这里必填")

    def format(self, value: Any) -> str:
        """The value as a person reads it, without the unit."""
        return self.kind.format(value)
