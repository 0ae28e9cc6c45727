"""全镇台账 coming in: every sheet recognised, saved in the order of what refers to what, whole or not at all.

All sheets are written (or tried) inside one transaction, so that a sheet may name rows of another one of the same
workbook, and a second run of the same workbook changes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from registers.exchange.books import book_registers, require_keeper
from registers.exchange.dependencies import saving_order
from registers.exchange.importing import import_table
from registers.exchange.outcome import ERRORS_TOLD, ImportOutcome
from registers.exchange.recognising import recognise_sheets
from registers.register import Register
from registers.rows.columns import Reference
from registers.rows.results import RowError, RowNote, RowWarning
from registers.rows.tables import Table
from registers.workbooks.errors import WorkbookRefused
from registers.workbooks.reading import read_workbook
from registers.workbooks.writing import mark_workbook

MAX_ROUNDS = 12  # of rows that name rows of the same workbook: deeper chains than this do not occur

Checkpoint = Callable[[int, int, str], None]


class _NothingWritten(Exception):
    """Rolls back what was tried."""


@dataclass
class SheetOutcome:
    """What came of one sheet."""

    register: Register
    table: Table
    outcome: ImportOutcome = field(default_factory=ImportOutcome)
    tried_at: int = -1  # how many rows had been created in all when it was last tried

    def as_dict(self) -> dict[str, Any]:
        """Counts as the page and REST tell them; created and updated are what was done or would have been."""
        told = self.outcome
        return {
            "sheet": self.table.sheet,
            "register": self.register.slug,
            "title": self.register.title,
            "created": told.created,
            "updated": told.updated,
            "unchanged": told.unchanged,
            "error_count": len(told.errors),
            "total": told.total,
        }


@dataclass
class BookOutcome:
    """What came of a workbook, sheet by sheet. With errors and without `partial`, nothing was written."""

    sheets: list[SheetOutcome] = field(default_factory=list)
    unread: list[RowNote] = field(default_factory=list)
    own_errors: list[RowError] = field(default_factory=list)  # of the workbook, not of a row
    written: bool = False
    refused: bool = False
    marked_workbook: bytes | None = None

    @property
    def errors(self) -> list[RowError]:
        return [*self.own_errors, *(error for sheet in self.sheets for error in sheet.outcome.errors)]

    @property
    def notes(self) -> list[RowNote]:
        return [*self.unread, *(note for sheet in self.sheets for note in sheet.outcome.notes)]

    @property
    def warnings(self) -> list[RowWarning]:
        return [warning for sheet in self.sheets for warning in sheet.outcome.warnings]

    def count(self, name: str) -> int:
        return sum(getattr(sheet.outcome, name) for sheet in self.sheets)

    def as_dict(self) -> dict[str, Any]:
        """For REST and job results, like the outcome of one register, with `sheets` beside it."""
        errors = self.errors
        return {
            "created": 0 if self.refused else self.count("created"),
            "updated": 0 if self.refused else self.count("updated"),
            "unchanged": self.count("unchanged"),
            "errors": [error.as_dict() for error in errors[:ERRORS_TOLD]],
            "error_count": len(errors),
            "warnings": [warning.as_dict() for warning in self.warnings[:ERRORS_TOLD]],
            "notes": [note.as_dict() for note in self.notes[:ERRORS_TOLD]],
            "good": self.count("created") + self.count("updated") + self.count("unchanged"),
            "total": self.count("total"),
            "written": self.written,
            "sheets": [sheet.as_dict() for sheet in self.sheets],
        }


def read_book(by: Any, data: bytes, filename: str = "") -> BookOutcome:
    """The workbook read and its sheets recognised, nothing checked yet. Raises NotAllowed.

    A file that cannot be read, or in which no sheet is known, comes back refused.
    """
    require_keeper(by)
    try:
        sheets = read_workbook(data, filename=filename)
    except WorkbookRefused as refusal:
        return BookOutcome(own_errors=[RowError("", 0, "", "", refusal.message)], refused=True)
    found = recognise_sheets(book_registers(by), sheets, by)
    book = BookOutcome([SheetOutcome(register, table) for register, table in found.tables], found.unread)
    if not book.sheets:
        problem = "没有认出任何一张台账工作表"
        book.own_errors.append(RowError("", 0, "", "", problem, "请先导出全镇台账，在导出的工作簿里填写"))
        book.refused = True
    return book


def import_book(
    book: BookOutcome,
    *,
    by: Any,
    data: bytes = b"",
    dry_run: bool = False,
    partial: bool = False,
    checkpoint: Checkpoint = lambda done, total, step: None,
    finish: Callable[[BookOutcome], None] = lambda outcome: None,
) -> BookOutcome:
    """Check and write a book that was read; returns it with all outcomes.

    data        the workbook's bytes, to be given back marked where cells are wrong
    dry_run     everything is tried, the database's own refusals too, and taken back
    partial     the good rows of every sheet are written although others are wrong
    checkpoint  called between batches with (rows done, rows in all, name of the sheet); may raise to stop
    finish      called inside the transaction with the outcome of what is being written
    """
    if book.refused:
        return book
    try:
        with transaction.atomic():
            _Attempt(book, by, checkpoint).run()
            if dry_run or (book.errors and not partial):
                raise _NothingWritten
            book.written = bool(book.count("created") or book.count("updated"))
            finish(book)
    except _NothingWritten:
        book.refused = bool(book.errors) and not dry_run
    if book.errors and data:
        book.marked_workbook = mark_workbook(data, book.errors, book.notes)
    return book


class _Attempt:
    """Saving of all sheets inside one transaction of the caller."""

    def __init__(self, book: BookOutcome, user: Any, checkpoint: Checkpoint) -> None:
        self.book = book
        self.user = user
        self.checkpoint = checkpoint
        self.total = sum(len(sheet.table.numbers) for sheet in book.sheets)
        self.done = 0

    def run(self) -> None:
        order = saving_order(list(dict.fromkeys(sheet.register for sheet in self.book.sheets)))
        ordered = sorted(self.book.sheets, key=lambda sheet: order.index(sheet.register))
        for sheet in ordered:
            sheet.outcome = self._save(sheet, sheet.table)
            self.done += len(sheet.table.numbers)
        for _ in range(MAX_ROUNDS):
            again = [sheet for sheet in ordered if self._may_come_right(sheet)]
            if not again:
                return
            for sheet in again:
                self._try_again(sheet)

    def _save(self, sheet: SheetOutcome, table: Table) -> ImportOutcome:
        sheet.tried_at = self.book.count("created")
        name = table.sheet
        return import_table(
            sheet.register, by=self.user, table=table, partial=True,
            checkpoint=lambda done, _: self.checkpoint(min(self.done + done, self.total), self.total, name),
        )  # fmt: skip

    def _may_come_right(self, sheet: SheetOutcome) -> bool:
        """Rows that name what was not there yet, and something was added since (of their own sheet too)."""
        added = self.book.count("created") > sheet.tried_at
        return added and any(self._names_another(sheet, error) for error in sheet.outcome.errors)

    def _names_another(self, sheet: SheetOutcome, error: RowError) -> bool:
        columns = {column.field: column for column in sheet.register.columns}
        return error.field in columns and isinstance(columns[error.field].kind, Reference)

    def _try_again(self, sheet: SheetOutcome) -> None:
        """The rows that had errors once more; what was saved stays as it was told."""
        wrong = {error.row for error in sheet.outcome.errors}
        before = sheet.outcome
        now = self._save(sheet, _rows_of(sheet.table, wrong))
        now.created += before.created
        now.updated += before.updated
        now.unchanged += before.unchanged
        now.total = before.total
        told = {(note.row, note.column, note.message) for note in before.notes}
        now.notes = [*before.notes, *(n for n in now.notes if (n.row, n.column, n.message) not in told)]
        now.warnings = [*(one for one in before.warnings if one.row not in wrong), *now.warnings]
        sheet.outcome = now


def _rows_of(table: Table, numbers: set[int]) -> Table:
    """The same table with some of its rows; its notes were told already."""
    kept = [at for at, number in enumerate(table.numbers) if number in numbers]
    return replace(
        table, numbers=[table.numbers[at] for at in kept], rows=[table.rows[at] for at in kept], notes=[]
    )  # fmt: skip


def sentences(outcomes: Sequence[SheetOutcome]) -> Iterator[str]:
    """What came of each sheet in words: 村情年报 没有变化（41 行）."""
    for sheet in outcomes:
        told = sheet.outcome
        if told.errors:
            yield f"{sheet.table.sheet} 有 {len(told.errors):,} 处需要改正"
        elif told.created or told.updated:
            yield f"{sheet.table.sheet} 新增 {told.created:,} 行，更新 {told.updated:,} 行，未变 {told.unchanged:,} 行"
        else:
            yield f"{sheet.table.sheet} 没有变化（{told.unchanged:,} 行）"
