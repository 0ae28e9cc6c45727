"""Changing many rows: tried whole, told before and after, refused row by row, written in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction

from registers.api.fields import Row
from registers.bulk.fields import settable
from registers.errors import Invalid
from registers.exchange.context import RowContext
from registers.exchange.importing import require_change_right
from registers.exchange.matching import Planned, differs, stored_value
from registers.exchange.saving import Saver, TooManyRefusals
from registers.exchange.violations import Violation
from registers.register import Register
from registers.rows.checker import check_rows
from registers.rows.columns import Reference
from registers.rows.results import CheckedRow, CheckedRows
from registers.rows.tables import table_from_dicts
from registers.single import RowRefused, writable_columns

MOST = 2_000  # rows of one change
STALE = "您选择之后，别人保存过这一条，请核对后重新选择"
ONLY_SEEN = "这一条您只能查看，不能修改"
GONE = "没有找到，或不在您的管辖范围内"


@dataclass(frozen=True)
class Wanted:
    """What one row is to become: `given` as a person would type it; `version` as read, None for whatever stands."""

    pk: Any
    given: Mapping[str, Any]
    version: int | None = None


@dataclass(frozen=True)
class Change:
    """One row that changes: values of the set columns before and after."""

    row: Any
    title: str
    version: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class Refusal:
    """One row that cannot be changed and why; `row` is None where it is not the user's to know."""

    row: Any | None
    title: str
    field: str
    message: str


@dataclass
class BulkOutcome:
    """What came of it. With refusals and without `partial`, nothing was written."""

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)  # (title of the row, what is unusual)
    written: bool = False
    context: str = ""  # names the change in the audit trail, so that it can be taken back


class _TakenBack(Exception):
    """Rolls back what was tried."""


def check_given(register: Register, user: Any, given: Mapping[str, Any]) -> None:
    """Refuse at once what no row could take. Raises RowRefused, Invalid where a column may not be set for many."""
    allowed = {column.field: column for column in settable(register, user)}
    for name in given:
        if name not in allowed:
            offered = "、".join(column.heading for column in allowed.values()) or "（无）"
            raise Invalid(f"“{name[:40]}”不能批量修改，可以批量修改的有：{offered}", field=name[:40])
    if not given:
        raise Invalid("请选择要改哪一项", field="set")
    columns = [allowed[name] for name in given]
    checked = check_rows(columns, table_from_dicts(columns, [given]), context=RowContext(user, register))
    if checked.errors:
        raise RowRefused((error.field, error.message) for error in checked.errors)


def keys_of(register: Register, user: Any, keys: Sequence[Any], lookup: str = "pk") -> dict[str, Any]:
    """{key as text: primary key} of those rows that the user sees, by what an address calls them."""
    field_of = register.model._meta.get_field(lookup) if lookup != "pk" else register.model._meta.pk
    good = []
    for key in keys:
        try:
            good.append(field_of.to_python(key) if "\x00" not in str(key) else None)
        except (ValidationError, ValueError, TypeError):
            continue
    found = register.rows(user).order_by().filter(**{f"{lookup}__in": [key for key in good if key is not None]})
    return {str(key): pk for key, pk in found.values_list(lookup, "pk")}


def change_many(
    register: Register,
    *,
    by: Any,
    wanted: Sequence[Wanted],
    dry_run: bool = False,
    partial: bool = False,
    reason: str = "",
) -> BulkOutcome:
    """Set what is wanted of each row, through the register's own rules and saving.

    dry_run  everything is tried, the database's own refusals too, and taken back
    partial  the rows that can be changed are, although others cannot
    reason   stands in the audit trail beside what was done; fills the register's own reason column
    Raises NotAllowed without the right, Invalid for more than 2,000 rows.
    """
    require_change_right(register, by)
    if len(wanted) > MOST:
        raise Invalid(f"一次最多修改 {MOST:,} 条，请先筛选，分几次修改")
    attempt = _Attempt(register, by, reason)
    try:
        # The audit trail keeps how many rows belonged together: one of them leads to taking all back.
        with (
            transaction.atomic(),
            pghistory.context(bulk=len(wanted), **({"reason": reason} if reason else {})) as told,
        ):
            attempt.run(wanted)
            outcome = attempt.outcome
            if dry_run or (outcome.refusals and not partial):
                raise _TakenBack
            outcome.written = bool(outcome.changes)
            outcome.context = str(told.id)
    except _TakenBack:
        pass
    return attempt.outcome


class _Attempt:
    """One try: rows locked, compared by version, checked, and handed to the saver."""

    def __init__(self, register: Register, user: Any, reason: str) -> None:
        self.register = register
        self.user = user
        self.reason = reason
        self.outcome = BulkOutcome()

    def run(self, wanted: Sequence[Wanted]) -> None:
        rows = self.locked([one.pk for one in wanted])
        ready = [(rows[one.pk], one) for one in wanted if one.pk in rows and self.is_as_read(rows[one.pk], one)]
        checked = self.checked(ready)
        planned = []
        for row, one, whole in checked:
            values = {name: whole.values[name] for name in one.given if name in whole.values}
            if not differs(self.register, row, values):
                self.outcome.unchanged += 1
                continue
            self.note(row, values, whole)
            planned.append(Planned(CheckedRow(whole.number, self.with_reason(values)), row))
        try:
            Saver(self.register, self.user, self.refuse_planned, lambda done, total: None).save(planned)
        except TooManyRefusals:
            self.outcome.refusals.append(Refusal(None, "", "", "不能修改的太多，其余的没有继续核对，请缩小选择的范围"))

    def locked(self, keys: Sequence[Any]) -> dict[Any, Any]:
        """The rows that the user may change, locked; the others are refused in words."""
        register, user = self.register, self.user
        mine = set(register.changeable(user).order_by().filter(pk__in=keys).values_list("pk", flat=True))
        others = [key for key in dict.fromkeys(keys) if key not in mine]
        if others:
            seen = {row.pk: row for row in register.rows(user).filter(pk__in=others)}
            for key in others:
                row = seen.get(key)
                title, why = (register.title_of(row), ONLY_SEEN) if row is not None else ("", GONE)
                self.outcome.refusals.append(Refusal(row, title, "", why))
        rows = register.model._base_manager.filter(pk__in=mine).select_related(*register.select_related)
        # In one order, so that two such changes wait for each other instead of dying of a deadlock.
        return {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}

    def is_as_read(self, row: Any, one: Wanted) -> bool:
        if one.version is None or one.version == row.version:
            return True
        self.refuse(row, "version", STALE)
        return False

    def checked(self, ready: Sequence[tuple[Any, Wanted]]) -> list[tuple[Any, Wanted, CheckedRow]]:
        """Each row as it stands with what is wanted, through the one door: rules look at more than one cell."""
        columns = [
            column
            for column in writable_columns(self.register, self.user)
            if not (isinstance(column.kind, Reference) and column.kind.listed)
        ]
        names = {column.field for column in columns}
        shown = Row(self.register, self.user)
        dicts = []
        for row, one in ready:
            standing = {name: value for name, value in shown.of_object(row).items() if name in names}
            dicts.append(standing | dict(one.given))
        table = table_from_dicts(columns, dicts)
        context = RowContext(self.user, self.register)
        found: CheckedRows = check_rows(columns, table, context=context, row_rules=self.register.row_rules)
        told = set()
        for error in found.errors:
            if error.row and error.row not in told:  # the first says enough; a row stands once among those refused
                told.add(error.row)
                self.refuse(ready[error.row - 1][0], error.field, error.message)
        return [(*ready[one.number - 1], one) for one in found.rows]

    def note(self, row: Any, values: Mapping[str, Any], whole: CheckedRow) -> None:
        """What will change, kept before the row is filled, and what is unusual about it."""
        register = self.register
        before = {name: stored_value(register, row, name) for name in values}
        title = register.title_of(row)
        self.outcome.changes.append(Change(row, title, row.version, before, dict(values)))
        if type(register).warnings is not Register.warnings:
            said = register.warnings(whole.values, row=row, by=self.user)
            self.outcome.warnings += [(title, text) for text in said]

    def with_reason(self, values: dict[str, Any]) -> dict[str, Any]:
        name = self.register.reason_field
        return {**values, name: self.reason} if name and self.reason else values

    def refuse_planned(self, planned: Planned, violation: Violation) -> None:
        fields = [self.register.field_of(name) for name in violation.fields]
        self.refuse(planned.row, fields[0] if fields else "", violation.message)

    def refuse(self, row: Any, name: str, message: str) -> None:
        outcome = self.outcome
        kept = next((change for change in outcome.changes if change.row is row), None)
        title = kept.title if kept else self.register.title_of(row)
        outcome.changes = [change for change in outcome.changes if change is not kept]
        if not any(refusal.row is row for refusal in outcome.refusals):
            outcome.refusals.append(Refusal(row, title, name, message))


def wanted_of(pks: Iterable[Any], given: Mapping[str, Any], versions: Mapping[str, int] | None = None) -> list[Wanted]:
    """The same for all rows."""
    versions = versions or {}
    return [Wanted(pk, given, versions.get(str(pk))) for pk in pks]
