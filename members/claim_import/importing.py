"""Importing a claims workbook: checked whole, matched with what was declared before, declared whole or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from lianjian import areacodes, periods
from members.actions.claims import DeclarationsRefused, declare_many
from members.claim_import.columns import RIGHT, ImportContext, columns
from members.claim_import.matching import Choices, Fact, Matched, Question, match, understand
from members.models import PointQuarter
from members.points.declaring import Declaration
from members.points.duplicates import FIELD, Duplicate, DuplicateFound
from registers.errors import NotAllowed
from registers.exchange.importing import read_table
from registers.exchange.outcome import ImportOutcome
from registers.rows.checker import check_rows
from registers.rows.results import CheckedRow, CheckedRows, RowError, RowNote, RowWarning
from registers.rows.tables import Table
from registers.workbooks.errors import WorkbookRefused
from registers.workbooks.writing import mark_workbook

# Where the errors of a declaration stand in the workbook.
_COLUMN_OF = {
    "member_no": "people", "item_code": "items", "quantity": "quantity", "occurred_on": "occurred_on",
    "reason": "reason", "source_ref": "source_ref",
}  # fmt: skip


@dataclass
class ClaimImportOutcome(ImportOutcome):
    """An import's outcome, and what somebody must say first; then nothing was written.

    questions  rows whose person must be chosen
    doubted    how many rows seem to be declared already, which nobody confirmed (they stand in `warnings`)
    """

    questions: list[Question] = field(default_factory=list)
    doubted: int = 0


class _NothingWritten(Exception):
    """Rolls back what was tried."""


def import_claims(
    *,
    by: Any,
    data: bytes | str | Sequence[Any] | Table,
    filename: str = "",
    dry_run: bool = False,
    partial: bool = False,
    choices: Choices | None = None,
    confirmed: str | None = None,
    finish: Callable[[ClaimImportOutcome], None] = lambda outcome: None,
) -> ClaimImportOutcome:
    """Check and declare the rows of a workbook (or dicts by field, pasted cells, or a table read before).

    dry_run   everything is tried, the ledger's own refusals too, and taken back
    partial   the good rows are declared although others are wrong
    choices   {row number: subject number} where several people bear a name; None where nobody can be asked
    confirmed why rows of the same person, item and day as a standing claim tell another fact; empty: not said, and
              nothing is written where there are such rows; None: nobody is asked
    finish    called inside the transaction with the outcome of what is being written
    Raises NotAllowed where the user may not declare at all.
    """
    if not by.can(RIGHT):
        raise NotAllowed("您没有申报积分的权限")
    context = ImportContext(by)
    shown = columns(context.today)
    outcome = ClaimImportOutcome()
    try:
        table = data if isinstance(data, Table) else read_table(shown, data, filename)
    except WorkbookRefused as refusal:
        outcome.errors.append(RowError("", 0, "", "", refusal.message))
        outcome.refused = True
        return outcome
    checked = check_rows(shown, table, context=context)
    matched = match(understand(checked), checked, choices)
    outcome.questions = matched.questions
    _tell(matched, checked)
    try:
        with transaction.atomic():
            _declare(by, matched.new, checked, outcome, confirmed)
            outcome.unchanged = len(matched.standing) + len(matched.rejected)
            outcome.errors = sorted(checked.errors, key=lambda error: error.row)
            outcome.notes, outcome.total = checked.notes, checked.total
            if dry_run or outcome.questions or outcome.doubted or (outcome.errors and not partial):
                raise _NothingWritten
            outcome.written = bool(outcome.created)
            finish(outcome)
    except _NothingWritten:
        unasked = bool(outcome.doubted) and choices is None
        outcome.refused = (bool(outcome.errors) or unasked) and not dry_run
    if outcome.errors and isinstance(data, bytes):
        outcome.marked_workbook = mark_workbook(data, outcome.errors, outcome.notes)
    return outcome


def _declare(
    by: Any, facts: Sequence[Fact], checked: CheckedRows, outcome: ClaimImportOutcome, confirmed: str | None
) -> None:
    """Declare what is right; what the ledger's own rules refuse joins the errors of the cells, and what seems to be
    declared already and is not confirmed the warnings.
    """
    left = list(facts)
    told = confirmed
    while left:
        try:
            with transaction.atomic():
                declare_many(by=by, declarations=[_confirmed(fact, told) for fact in left])
            break
        except DeclarationsRefused as refused:
            wrong = {at: error for at, error in refused.errors if not isinstance(error, DuplicateFound)}
            for position, error in refused.errors:
                if isinstance(error, DuplicateFound):
                    outcome.doubted += 1
                    outcome.warnings.append(_doubt(error.duplicate, left, position, checked))
            told = None  # asked once; the rest is tried for its other errors
            for position, error in wrong.items():
                checked.refuse(left[position].checked, _COLUMN_OF.get(error.field, "people"), error.message)
            left = [fact for position, fact in enumerate(left) if position not in wrong]
    outcome.created = len(left)


def _confirmed(fact: Fact, told: str | None) -> Declaration:
    return replace(fact.declaration(), confirmed=told if told is None else fact.confirmed or told)


def _doubt(duplicate: Duplicate, facts: Sequence[Fact], position: int, checked: CheckedRows) -> RowWarning:
    heading, column = checked.headings.get(FIELD, checked.headings.get("people", ("", None)))
    message = duplicate.message
    if duplicate.position is not None:
        message = f"与第 {facts[duplicate.position].checked.number} 行同人、同日、同项目"
    return RowWarning(checked.sheet, facts[position].checked.number, heading, message, FIELD, column)


def _tell(matched: Matched, checked: CheckedRows) -> None:
    """Notes about facts of settled quarters, and about rows that were rejected before."""
    late: dict[tuple[str, str], list[CheckedRow]] = {}
    for fact in matched.new:
        if fact.person is not None:
            village = fact.person.village_on(fact.occurred_on) or ""
            key = (areacodes.county_of(village), str(periods.quarter_of(fact.occurred_on)))
            late.setdefault(key, []).append(fact.checked)
    states = _closed_quarters({county for county, _ in late})
    heading, position = checked.headings.get("occurred_on", ("", None))
    for (county, quarter), rows in late.items():
        state = states.get((county, quarter))
        if state is None:
            continue
        settled = periods.parse_quarter(quarter)
        label = settled.label
        while (county, str(settled)) in states:
            settled = settled.next()
        word = "正在公示" if state == PointQuarter.State.PUBLISHED else "已经审定"
        message = f"{label}{word}，这一条审定后计入{settled.label}"
        checked.notes.append(RowNote(checked.sheet, rows[0].number, heading, message, len(rows), position))
    for fact in matched.rejected:
        message = "这一行以前申报过，已被驳回，没有再次申报；如需再报，请改正后上传"
        checked.notes.append(RowNote(checked.sheet, fact.checked.number, "", message))


def _closed_quarters(counties: set[str]) -> dict[tuple[str, str], str]:
    gates = PointQuarter.objects.filter(county_code__in=counties).exclude(state=PointQuarter.State.OPEN)
    return {(gate.county_code, gate.quarter): gate.state for gate in gates}
