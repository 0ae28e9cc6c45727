"""全镇台账: every register that a person keeps for one area, as one workbook, a sheet each; coming in: book_import.

A register that is declared later appears by itself: the book asks what there is, and nobody lists it.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db.models import QuerySet

from lianjian import areacodes, clock
from registers import sockets
from registers.errors import Invalid, NotAllowed, NotFound
from registers.exchange.exporting import SPOOL, as_written, cells_of
from registers.reading import filtered_by
from registers.register import Register, registers
from registers.rows.columns import Column, Integer, Text
from registers.workbooks.sheets import CONTENTS_SHEET
from registers.workbooks.texts import sheet_name
from registers.workbooks.writing import TableSheet, write_book

TITLE = "全镇台账"
SPARE_ROWS = 200  # below the data of each sheet, with drop-downs
_CONTENTS = (
    Column("group", "类别", Text(), width=10),
    Column("title", "台账", Text(), width=20),
    Column("sheet", "工作表", Text(), width=24),
    Column("count", "行数", Integer(), unit="行", width=10),
)


@dataclass(frozen=True)
class BookSheet:
    """One sheet of the book: a register under its name in this workbook."""

    register: Register
    name: str


def book_registers(user: Any) -> list[Register]:
    """The registers that a person keeps, in the order of the menu: what he may change goes out and comes in."""
    kept = [one for one in registers() if not one.api_only and one.change_right and user.can(one.change_right)]
    groups = {group: at for at, group in enumerate(sockets.MENU_GROUPS)}
    return sorted(kept, key=lambda one: (groups[one.group], one.menu_order, one.title))


def book_sheets(user: Any) -> list[BookSheet]:
    """Every register with the name of its sheet, unlike any other's."""
    taken: set[str] = {CONTENTS_SHEET.lower()}
    sheets = []
    for register in book_registers(user):
        name, number = sheet_name(register.title), 1
        while name.lower() in taken:
            number += 1
            name = f"{sheet_name(register.title)[:28]}{number}"
        taken.add(name.lower())
        sheets.append(BookSheet(register, name))
    return sheets


def require_keeper(user: Any) -> None:
    """Raises NotAllowed for who keeps no register at all."""
    if not book_registers(user):
        raise NotAllowed("您没有填报台账的权限。如确需填报，请联系安全管理员授权")


def book_area(user: Any, code: str) -> tuple[str, str]:
    """(code, name) of the area asked for, or of the person's own where none is.

    Raises Invalid for what is no code, NotFound outside the scope.
    """
    if code and not areacodes.is_code(code):
        raise Invalid(f"“{code[:40]}”不是区划代码", field="area")
    own = own_areas(user)
    if not code:
        return own[0] if own else ("", "")
    if not any(user.scope_for(register.change_right).covers(code) for register in book_registers(user)):
        raise NotFound
    return code, sockets.area_names.ask([code]).get(code, code)


def own_areas(user: Any) -> list[tuple[str, str]]:
    """The areas that a person's own grants name, widest first, with their names."""
    keys = {grant.scope_key for grant in user.current_grants if grant.scope_kind == "area"}
    names = sockets.area_names.ask(sorted(keys)) if keys else {}
    return [(key, names[key]) for key in sorted(keys, key=lambda key: (len(key), key)) if key in names]


def book_rows(register: Register, user: Any, area: str) -> QuerySet:
    """What of a register belongs into the book: rows of the area that the person may change."""
    mine = register.changeable(user).order_by().values("pk")
    rows = register.rows(user).filter(pk__in=mine).order_by(*register.ordering)
    return filtered_by(register, {"area": area}, rows) if area and hasattr(register.model, "in_scope") else rows


def export_book(
    *, by: Any, area: str, counted: Callable[[int, int, str], None] = lambda done, total, step: None
) -> tuple[BinaryIO, dict[str, int]]:
    """An open temporary .xlsx with 目录 in front, and the rows of each sheet. Personal columns are masked.

    counted   called now and then with (rows written, rows in all, name of the sheet)
    Raises NotAllowed, TooManyRows.
    """
    require_keeper(by)
    name = sockets.area_names.ask([area]).get(area, area) if area else ""
    sheets = book_sheets(by)
    rows = [book_rows(sheet.register, by, area) for sheet in sheets]
    counts = [part.order_by().count() for part in rows]
    total = sum(counts)
    title = book_title(name)
    tables = [_contents(title, name, by, sheets, counts)]
    before = 0
    for sheet, part, count in zip(sheets, rows, counts, strict=True):
        tables.append(_table(sheet, by, part, _teller(counted, before, total, sheet.name)))
        before += count
    file: Any = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - handed to the caller
    _, *written = write_book(file, tables)
    file.seek(0)
    return file, {sheet.name: count for sheet, count in zip(sheets, written, strict=True)}


def count_of_book(user: Any, area: str) -> int:
    """How many rows the book would hold."""
    return sum(book_rows(register, user, area).order_by().count() for register in book_registers(user))


def book_title(name: str) -> str:
    """乳山口镇台账; of a town its own word, whatever area it is of."""
    return f"{name}台账" if name else TITLE


def _teller(
    counted: Callable[[int, int, str], None], before: int, total: int, step: str
) -> Callable[[int], None]:  # fmt: skip
    return lambda done: counted(before + done, total, step)


def _table(sheet: BookSheet, user: Any, rows: QuerySet, counted: Callable[[int], None]) -> TableSheet:
    register = sheet.register
    columns = register.columns_for(user)
    cells = cells_of(register, user, rows, columns, counted)
    return TableSheet(sheet.name, register.title, as_written(columns), cells, spare=SPARE_ROWS)


def _contents(
    title: str, area: str, user: Any, sheets: Sequence[BookSheet], counts: Sequence[int]
) -> TableSheet:  # fmt: skip
    today = clock.today()
    notes = [
        f"单位：{area or '—'}　　导出日期：{today.year}年{today.month}月{today.day}日　　导出人：{user.name or user}",
        "每张工作表是一个台账，改好后整本导入即可；没有改的行不会变。表头和工作表名称不要改。",
    ]
    rows = [
        [sheet.register.group, sheet.register.title, sheet.name, count]
        for sheet, count in zip(sheets, counts, strict=True)
    ]
    return TableSheet(CONTENTS_SHEET, title, _CONTENTS, rows, notes)
