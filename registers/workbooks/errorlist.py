"""The list of errors as a workbook of its own."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from rustpy_xlsxwriter import write_worksheet

from registers.workbooks.formats import cell_format, head_format
from registers.workbooks.sheets import ERROR_SHEET
from registers.workbooks.texts import safe_text

if TYPE_CHECKING:
    from registers.rows.results import RowError, RowNote


def error_list(errors: Sequence["RowError"], notes: Sequence["RowNote"] = ()) -> bytes:
    """The errors (and what was understood) as a workbook of its own: for pasted rows, and files too big to mark."""
    headings = ("工作表", "行", "列", "填写内容", "问题", "应为")
    lines: list[tuple[Any, ...]] = [(e.sheet, e.row, e.column, e.value, e.problem, e.expected) for e in errors]
    lines += [(n.sheet, n.row, n.column, "", n.message, "仅提示，不必改") for n in notes]
    records: Iterable[dict[str, Any]] = (
        {
            heading: (safe_text(cell) if isinstance(cell, str) else cell or None)
            for heading, cell in zip(headings, line, strict=True)
        }
        for line in lines or [(None,) * len(headings)]
    )
    out = BytesIO()
    write_worksheet(
        records,
        out,
        ERROR_SHEET,
        freeze_row=1,
        column_widths=[14.0, 8.0, 18.0, 24.0, 44.0, 44.0],
        column_formats=[cell_format("@"), cell_format("0"), *[cell_format("@")] * 4],
        header_format=head_format(),
        autofilter=bool(lines),
    )
    return out.getvalue()
