"""Rows coming in: checked whole, matched with what is there, written whole or not at all."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from registers.errors import NotAllowed
from registers.exchange.as_stored import as_stored
from registers.exchange.context import RowContext
from registers.exchange.known import Known, plan_known
from registers.exchange.matching import Planned, plan
from registers.exchange.outcome import ImportOutcome
from registers.exchange.saving import Saver, TooManyRefusals
from registers.exchange.violations import Violation
from registers.register import Register
from registers.rows.checker import check_rows
from registers.rows.columns import Column
from registers.rows.results import CheckedRow, CheckedRows, RowError
from registers.rows.tables import ABSENT, Table, table_from_cells, table_from_dicts, table_from_workbook
from registers.warned import warn
from registers.workbooks.errors import WorkbookRefused
from registers.workbooks.reading import read_workbook
from registers.workbooks.writing import mark_workbook

Data = bytes | str | Sequence[Sequence[Any]] | Sequence[Mapping[str, Any]]
Checkpoint = Callable[[int, int], None]
VERSION = "version"  # names the version in errors, as a column would be named


class _NothingWritten(Exception):
    """Rolls back what was tried."""


def import_rows(
    register: Register,
    *,
    by: Any,
    data: Data,
    filename: str = "",
    dry_run: bool = False,
    partial: bool = False,
    versions: Mapping[int, int] | None = None,
    checkpoint: Checkpoint = lambda done, total: None,
    finish: Callable[[ImportOutcome], None] = lambda outcome: None,
) -> ImportOutcome:
    """Check and write rows: a workbook's bytes, pasted text or cells, or dicts by field.

    dry_run     everything is tried, the database's own refusals too, and taken back
    partial     the good rows are written although others are wrong
    versions    the version that was read of a row, by the row's number: saved since by somebody, it is refused
    checkpoint  called between batches with (done, total); may raise to stop, then nothing is written
    finish      called inside the transaction with the outcome of what is being written
    Raises NotAllowed where the user may not change this register at all.
    """
    require_change_right(register, by)
    workbook = data if isinstance(data, bytes) else b""
    try:
        table = read_table(register.columns_for(by), data, filename)
    except WorkbookRefused as refusal:
        return ImportOutcome(errors=[RowError("", 0, "", "", refusal.message)], refused=True)
    outcome = import_table(
        register, by=by, table=table, dry_run=dry_run, partial=partial, versions=versions, checkpoint=checkpoint,
        finish=finish,
    )  # fmt: skip
    if outcome.errors and workbook:
        outcome.marked_workbook = mark_workbook(workbook, outcome.errors, outcome.notes)
    return outcome


def import_table(
    register: Register,
    *,
    by: Any,
    table: Table,
    dry_run: bool = False,
    partial: bool = False,
    versions: Mapping[int, int] | None = None,
    checkpoint: Checkpoint = lambda done, total: None,
    finish: Callable[[ImportOutcome], None] = lambda outcome: None,
    known: Mapping[int, Known] | None = None,
) -> ImportOutcome:
    """The same for a table that was read before.

    known  by row number: which stored row a row is, and the version that the person had read. Then nothing is
           overwritten unseen: what somebody saved meanwhile comes back in `stale`, and nothing is written.
    """
    require_change_right(register, by)
    outcome = ImportOutcome()
    checked = check(register, register.columns_for(by), table, by)
    attempt = _Attempt(register, by, checked, table, outcome, versions or {}, known)
    try:
        with transaction.atomic():
            attempt.run(checkpoint)
            if dry_run or outcome.stale or (outcome.errors and not partial):
                raise _NothingWritten
            outcome.written = bool(outcome.created or outcome.updated)
            finish(outcome)
    except _NothingWritten:
        outcome.refused = bool(outcome.errors) and not dry_run
    return outcome


def require_change_right(register: Register, user: Any) -> None:
    """Raises NotAllowed where the user may not change rows of this register anywhere."""
    if not register.change_right:
        raise NotAllowed(f"{register.title}只能查看，不能在这里修改")
    if not user.can(register.change_right):
        raise NotAllowed(f"您没有修改{register.title}的权限。如确需修改，请联系安全管理员授权")


def read_table(columns: Sequence[Column], data: Data, filename: str = "") -> Table:
    """Find the headings and rows in whatever came. Raises WorkbookRefused."""
    if isinstance(data, bytes):
        return table_from_workbook(columns, read_workbook(data, filename=filename))
    if isinstance(data, str) or not data or not isinstance(data[0], Mapping):
        return table_from_cells(columns, data)  # type: ignore[arg-type]
    return table_from_dicts(columns, data)  # type: ignore[arg-type]


def check(register: Register, columns: Sequence[Column], table: Table, user: Any) -> CheckedRows:
    """All rows through the one door, with this register's rules."""
    shown = {column.field for column in columns}
    key = register.natural_key if shown.issuperset(register.natural_key) else ()
    context = RowContext(user, register)
    return check_rows(columns, table, context=context, row_rules=register.row_rules, key=key)


class _Attempt:
    """Matching, comparing and writing of one checked table; errors found on the way join those of the cells."""

    def __init__(
        self, register: Register, user: Any, checked: CheckedRows, table: Table, outcome: ImportOutcome,
        versions: Mapping[int, int],
        known: Mapping[int, Known] | None = None,
    ) -> None:  # fmt: skip
        self.register = register
        self.user = user
        self.checked = checked
        self.table = table
        self.outcome = outcome
        self.versions = versions
        self.known = known
        self.columns = {column.field: column for column in register.columns}
        self.key = register.natural_key[0] if register.natural_key else ""
        self.index = {number: index for index, number in enumerate(table.numbers)}

    def run(self, checkpoint: Checkpoint) -> None:
        rows = self.checked.rows
        found = (
            plan(self.register, self.user, rows)
            if self.known is None
            else plan_known(self.register, self.user, rows, self.known)
        )
        self.outcome.stale = found.stale
        for row in found.gone:
            self.refuse(row, self.key, "这一行已不在，或不在您的管辖范围内", "请重新打开后再填")
        for row in found.beyond:
            self.refuse(row, self.key, "这一行在您的管辖范围内只能查看", "请由有权修改的单位填报")
        for row, first in found.doubled:
            self.refuse(row, self.key, f"与第 {first.number} 行是同一条记录", "只能保留一行")
        planned = [entry for entry in found.rows if entry.row is not None or self.may_be_new(entry.checked)]
        planned = [entry for entry in planned if self.is_as_read(entry)]
        changing = [entry for entry in planned if entry.changes]
        self.outcome.unchanged = len(planned) - len(changing)
        self.pass_over_unchanged({entry.row.pk for entry in found.rows if entry.row is not None})
        self.outcome.warnings = warn(self.register, self.user, self.checked, changing)
        saver = Saver(self.register, self.user, self.refuse_planned, checkpoint)
        try:
            written = saver.save(changing)
            self.outcome.done = planned
            self.outcome.created = sum(1 for entry in written if entry.row is None)
            self.outcome.updated = len(written) - self.outcome.created
        except TooManyRefusals:
            problem = "错误太多，其余的行没有继续核对，什么都没有写入"
            self.checked.errors.append(RowError(self.checked.sheet, 0, "", "", problem, "请先改正已列出的"))
            raise _NothingWritten from None
        finally:
            self.outcome.errors = sorted(self.checked.errors, key=lambda error: error.row)
            self.outcome.notes, self.outcome.total = self.checked.notes, self.checked.total

    def pass_over_unchanged(self, taken: Collection[Any]) -> None:
        """Rows that could not be checked or may not be changed, and that nobody changed, are no errors; `taken` are
        the keys of the stored rows that were matched.
        """
        numbers = {error.row for error in self.checked.errors if error.row}
        if not numbers or self.known is not None or self.versions:
            return
        same = as_stored(self.register, self.user, self.table, numbers, taken)
        self.checked.errors = [error for error in self.checked.errors if error.row not in same]
        self.outcome.unchanged += len(same)

    def is_as_read(self, entry: Planned) -> bool:
        """Whether the row is still at the version told with it. What would change nothing overwrites nobody."""
        version = self.versions.get(entry.checked.number)
        if version is None or not entry.changes or version == getattr(entry.row, "version", None):
            return True
        if entry.row is None:
            self.refuse(entry.checked, VERSION, "读取之后，这一条已被删除，或已改了名称", "请重新读取后再改")
        else:
            self.refuse(entry.checked, VERSION, "读取之后，别人保存过这一条", "请重新读取，核对后再提交")
        return False

    def may_be_new(self, row: CheckedRow) -> bool:
        """Not every register takes new rows, and a masked number is none."""
        if not self.register.can_create:
            self.refuse(row, self.key, "没有找到这一行", "这里只能修改已有的，不能新增")
            return False
        for name, column in self.columns.items():
            masked = column.kind.personal and name in self.table.places and name not in row.values
            if masked and self.table.raw(self.index[row.number], name) is not ABSENT:
                self.refuse(row, name, "是隐去中间几位的号码", "新增的行请填写完整号码，或留空")
                return False
        return True

    def refuse_planned(self, entry: Planned, violation: Violation) -> None:
        names = [self.register.field_of(field) for field in violation.fields]
        self.refuse(entry.checked, next((name for name in names if name in self.columns), ""), violation.message)

    def refuse(self, row: CheckedRow, name: str, problem: str, expected: str = "") -> None:
        heading, position = self.checked.headings.get(name, ("", None))
        value, column = "", self.columns.get(name)
        if column is not None and row.values.get(name) is not None and not column.kind.personal:
            value = column.format(row.values[name])
        self.checked.errors.append(
            RowError(self.checked.sheet, row.number, heading, value, problem, expected, name, position)
        )
