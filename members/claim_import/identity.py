"""Which claim a row of a workbook means: its 来源编号, else the hash of the row and its number among equal ones."""

import datetime as dt

from registers.rows.results import row_hash

PREFIX = "行:"
_UNTOLD = (PREFIX, "手工 ")
_FIELDS = ("number", "item_code", "quantity", "occurred_on", "reason")
_HASH_LENGTH = 40  # of 64 hexadecimal digits; with the occurrence it fits the column


def is_told(source_ref: str) -> bool:
    """Whether somebody gave the source a number of its own; pages show no other."""
    return not source_ref.startswith(_UNTOLD)


def content_of(number: str, item_code: str, quantity: int, occurred_on: dt.date, reason: str) -> str:
    """The same for rows that say the same about the same person, however they were typed."""
    values = dict(zip(_FIELDS, (number, item_code, quantity, occurred_on, reason), strict=True))
    return row_hash(values, _FIELDS)[:_HASH_LENGTH]


def source_of(content: str, occurrence: int) -> str:
    """The source of a row without a number of its own: the same file again finds the same claims."""
    return f"{PREFIX}{content}-{occurrence}"
