"""A sheet as read, and the names of the sheets that we add to workbooks."""

import datetime as dt
from dataclasses import dataclass, field

from registers.workbooks.errors import CellError

ERROR_SHEET = "错误说明"
GUIDE_SHEET = "填写说明"
LIST_SHEET = "选项"
CONTENTS_SHEET = "目录"
OWN_SHEETS = frozenset({ERROR_SHEET, GUIDE_SHEET, LIST_SHEET, CONTENTS_SHEET})  # never read as data

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | CellError | None


@dataclass
class Sheet:
    """One sheet. `rows[i][j]` is the cell in Excel row i + 1, column j + 1: leading empty rows and columns are kept,
    trailing ones trimmed, all rows equally long.

    Numbers are int where integral, else float; dates are `date` (or `datetime` with a time of day); an empty cell is
    None; a broken one (#REF!, a formula without a result) is a CellError, raised when the cell is parsed.
    formulas   (row, column) from 1 of cells that held a formula; their stored result was read
    merged     (first row, first column, last row, last column) from 1
    """

    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    hidden: bool = False
    formulas: set[tuple[int, int]] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def column_letter(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """A → 1, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
