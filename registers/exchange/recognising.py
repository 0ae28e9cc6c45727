"""Which register each sheet of a workbook is: by the sheet's name, else by its headings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from registers.register import Register, registers
from registers.rows.results import RowError, RowNote
from registers.rows.tables import HEADING_ROWS_SEARCHED, Table, table_from_sheet
from registers.workbooks.sheets import OWN_SHEETS, Sheet
from registers.workbooks.texts import sheet_name

_COPY = re.compile(r"[\s（(]*(?:副本|\d{1,3})[)）]?$")  # 村情年报 (2), 村情年报（副本）
_LEAST_SHARE, _LEAST_COLUMNS = 0.6, 3  # of a strange sheet's headings that a register must know


@dataclass
class Recognised:
    """The sheets that are known, each with its table, and those that were left, with the reason."""

    tables: list[tuple[Register, Table]] = field(default_factory=list)
    unread: list[RowNote] = field(default_factory=list)


def recognise_sheets(kept: Sequence[Register], sheets: Sequence[Sheet], user: Any) -> Recognised:
    """Give every visible sheet with rows to one of the registers a person keeps. Two sheets of one are an error."""
    result = Recognised()
    taken: dict[str, str] = {}
    for sheet in sheets:
        if sheet.hidden or sheet.name in OWN_SHEETS or not sheet.rows:
            continue
        register = register_of_sheet(kept, sheet, user)
        if register is None:
            result.unread.append(RowNote(sheet.name, 0, "", _why_unread(sheet)))
            continue
        table = table_from_sheet(register.columns_for(user), sheet)
        if register.slug in taken:
            problem = f"“{sheet.name}”和“{taken[register.slug]}”都是{register.title}"
            table.errors.append(RowError(sheet.name, 0, "", "", problem, "请并成一张工作表"))
        taken.setdefault(register.slug, sheet.name)
        result.tables.append((register, table))
    return result


def register_of_sheet(kept: Sequence[Register], sheet: Sheet, user: Any) -> Register | None:
    """The register that a sheet belongs to; None where no name and no headings tell it."""
    for name in (sheet.name.strip(), _COPY.sub("", sheet.name.strip())):
        named = [register for register in kept if sheet_name(register.title) == name]
        if named:
            return named[0]
    return register_by_headings(kept, sheet, user)


def register_by_headings(kept: Sequence[Register], sheet: Sheet, user: Any) -> Register | None:
    """The register that knows most of a sheet's headings, where one surely does; the fuller fit wins."""
    head = replace(sheet, rows=sheet.rows[: HEADING_ROWS_SEARCHED + 1], formulas=set())
    best: tuple[float, int] = (_LEAST_SHARE, _LEAST_COLUMNS - 1)
    found = None
    for register in kept:
        table = table_from_sheet(register.columns_for(user), head)
        known, unknown = len(table.places), sum(1 for note in table.notes if note.position is not None)
        fit = (known / (known + unknown), known) if known else (0.0, 0)
        if not table.errors and known >= _LEAST_COLUMNS and fit > best:
            best, found = fit, register
    return found


def _why_unread(sheet: Sheet) -> str:
    known = next((one for one in registers() if sheet_name(one.title) == sheet.name.strip()), None)
    if known is not None:
        return f"{known.title}不由您填报，未读取"
    return "不认识这张工作表，未读取"
