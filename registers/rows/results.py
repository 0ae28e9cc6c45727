"""What `check_rows` gives back: good rows, every error, and what was understood rather than read literally."""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong in one cell (or row, where `column` is empty). Personal values arrive here masked.

    `row` is the number a person sees: the Excel row, or the position from 1 in pasted cells and REST lists.
    `position` is the Excel column number from 1, where there is a workbook.
    """

    sheet: str
    row: int
    column: str
    value: str
    problem: str
    expected: str = ""
    field: str = ""
    position: int | None = None

    @property
    def message(self) -> str:
        """“耕地面积（亩）”填了“1410公顷”，这里按亩填，请换算后填写."""
        said = f"{self.problem}，{self.expected}" if self.expected else self.problem
        return f"“{self.column}”{said}" if self.column else said

    @property
    def text(self) -> str:
        """The message with the row in front, for lists of errors."""
        return f"第 {self.row} 行{self.message}" if self.row else self.message

    def as_dict(self) -> dict[str, Any]:
        """For REST: sheet, row, column, field, value, message."""
        return {
            "sheet": self.sheet, "row": self.row, "column": self.column, "field": self.field, "value": self.value,
            "message": self.message,
        }  # fmt: skip


@dataclass(slots=True)
class RowNote:
    """Something taken and told. Equal notes of one column are counted, with the first row named."""

    sheet: str
    row: int
    column: str
    message: str
    count: int = 1
    position: int | None = None

    @property
    def text(self) -> str:
        place = f"第 {self.row} 行" if self.row else ""
        column = f"“{self.column}”" if self.column else ""
        more = f"（共 {self.count} 处）" if self.count > 1 else ""
        return f"{place}{column}{'：' if place or column else ''}{self.message}{more}"

    def as_dict(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet, "row": self.row, "column": self.column, "message": self.message, "count": self.count,
        }  # fmt: skip


class Remark(str):
    """A sentence of a register's `warnings()` about one column; `field` names it."""

    field: str

    def __new__(cls, text: str, field: str) -> "Remark":
        made = super().__new__(cls, text)
        made.field = field
        return made


@dataclass(frozen=True, slots=True)
class RowWarning:
    """A rule of thumb that a row breaks; it is written all the same. Without a column it is about the whole row."""

    sheet: str
    row: int
    column: str
    message: str
    field: str = ""
    position: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """For REST: sheet, row, column, field, message."""
        return {
            "sheet": self.sheet, "row": self.row, "column": self.column, "field": self.field, "message": self.message,
        }  # fmt: skip


@dataclass(slots=True)
class CheckedRow:
    """One good row: values by field (only columns that were given), and its number among equal rows, from 1."""

    number: int
    values: dict[str, Any]
    occurrence: int = 1


@dataclass
class CheckedRows:
    """`rows` are the good ones, in order; `errors` and `notes` are complete. Nothing may be written unless `ok`,
    or the user chose to save the good rows. `total` counts all data rows, good and bad."""

    rows: list[CheckedRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[RowNote] = field(default_factory=list)
    total: int = 0
    sheet: str = ""
    headings: dict[str, tuple[str, int | None]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.errors

    def refuse(self, row: CheckedRow, field_name: str, problem: str, expected: str = "", *, value: str = "") -> None:
        """Add an error found later, by the database or a business rule, and take the row out of the good ones."""
        heading, position = self.headings.get(field_name, ("", None))
        self.errors.append(RowError(self.sheet, row.number, heading, value, problem, expected, field_name, position))
        self.rows = [good for good in self.rows if good is not row]


def canonical(value: Any) -> str:
    """One value as a text that is the same for equal values however they were typed: 1.50 and 1.5, NFC and NFD."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return f"b{int(value)}"
    if isinstance(value, int | float | Decimal):
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        return f"n{number.normalize():f}" if number else "n0"
    if isinstance(value, str):
        return "s" + unicodedata.normalize("NFC", value).replace("\\", "\\\\").replace("\x1f", "\\u")
    if isinstance(value, date):
        return f"d{value.isoformat()}"
    key = getattr(value, "pk", value)
    return f"o{type(value).__name__}:{key}"


def row_hash(values: Mapping[str, Any], fields: Iterable[str]) -> str:
    """SHA-256 of a normalised row over `fields`, in that order; an absent field counts as empty.

    With the row's occurrence number it identifies a row where a register has no natural key.
    """
    line = "\x1f".join(f"{name}={canonical(values.get(name))}" for name in fields)
    return hashlib.sha256(line.encode()).hexdigest()
