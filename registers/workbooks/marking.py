"""Giving a rejected workbook back with its bad cells marked, so that the user mends it in place and uploads it again.

openpyxl must load the user's file for that, which hostile or huge files make expensive: it happens in a guarded child,
and where that does not work out the list of errors is given alone.
"""

import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson

from registers.workbooks.errorlist import error_list
from registers.workbooks.errors import WorkbookRefused
from registers.workbooks.limits import LIMITS, Limits
from registers.workbooks.processes import child

if TYPE_CHECKING:
    from registers.rows.results import RowError, RowNote

SECONDS = 60.0
MAX_BYTES = 8 * 1024 * 1024  # larger files are not marked: openpyxl would take minutes


def mark_workbook(
    data: bytes, errors: Sequence["RowError"], notes: Sequence["RowNote"] = (), *, limits: Limits = LIMITS
) -> bytes:
    """The user's .xlsx with a first sheet 错误说明 and every bad cell red with a comment.

    Marks of an earlier round are removed. Without a workbook (pasted rows), for very big ones, and where marking
    fails, it is the 错误说明 sheet alone. Either can be uploaded again: that sheet is never read.
    """
    if data.startswith(b"PK\x03\x04") and len(data) <= MAX_BYTES:
        marked = _in_child(data, errors, notes, limits)
        if marked:
            return marked
    return error_list(errors, notes)


def _in_child(data: bytes, errors: Sequence["RowError"], notes: Sequence["RowNote"], limits: Limits) -> bytes | None:
    """The marked workbook, or None where the child refused or died."""
    job = orjson.dumps(
        {
            "errors": [(e.sheet, e.row, e.position or 0, e.column, e.value, e.problem, e.expected) for e in errors],
            "notes": [(n.sheet, n.row, n.position or 0, n.column, n.message) for n in notes],
        }
    )
    try:
        seconds = min(SECONDS, limits.wall_seconds)
        with child("registers.workbooks.marking_child", struct.pack(">Q", len(job)), job, data, seconds=seconds) as run:
            marked = run.out.read()
            run.process.wait(5)
    except (WorkbookRefused, TimeoutError):
        return None
    return marked if run.process.returncode == 0 and marked.startswith(b"PK") else None
