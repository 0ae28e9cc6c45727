"""Texts that are safe to write into a workbook cell, and the styles shared by all sheets that we write."""

import re
from collections.abc import Iterable
from typing import Any

MAX_CELL = 32_767  # characters, Excel's limit
# Forbidden in XML 1.0, non-characters and lone surrogates. Tab and line feed stay.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
HEAD_FILL = "E9ECEF"
BAD_FILL = "FFC7CE"
EXAMPLE_GREY = "7A7F85"


def safe_text(text: str) -> str:
    """A text without control characters, line ends as `\\n`, cut to what a cell can hold.

    It is not changed otherwise: what begins with = + - @ stays as it is and is written as a text cell.
    """
    if _FORBIDDEN.search(text):
        text = _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…"


def are_safe(texts: Iterable[str]) -> bool:
    """Whether `safe_text` would change none of them: one look at all together."""
    parts = list(texts)
    return not parts or (max(map(len, parts)) <= MAX_CELL and not _FORBIDDEN.search("".join(parts)))


def put_text(cell: Any, text: str) -> None:
    """Write into an openpyxl cell as text, whatever it begins with: openpyxl itself would make `=1+1` a formula."""
    cell.value = safe_text(text)
    if cell.value is not None:
        cell.data_type = "s"


def sheet_name(text: str) -> str:
    """A text as a legal sheet name: at most 31 characters, none of []:*?/\\ and no quotes at the ends."""
    return re.sub(r"[\[\]:*?/\\]", " ", safe_text(text)).strip().strip("'")[:31].strip() or "台账"
