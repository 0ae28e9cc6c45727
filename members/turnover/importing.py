"""A turnover workbook: checked whole, people asked about, planned, and done whole or not at all."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from members.actions.turnovers import PlanChanged, replace_posts, require_day
from members.models import PartyOrganization, Post, Turnover
from members.queries.people import organizations_with_posts
from members.turnover.columns import COLUMNS, Choices, Question, understand
from members.turnover.planning import Plan, make_plan
from registers.errors import NotAllowed, WrongState
from registers.exchange.context import RowContext
from registers.exchange.importing import Data, read_table
from registers.exchange.outcome import ImportOutcome
from registers.register import register_of
from registers.rows.checker import check_rows
from registers.rows.results import RowError
from registers.workbooks.errors import WorkbookRefused
from registers.workbooks.writing import mark_workbook

RIGHT = "organizations.change"
MOST_ROWS = 5_000


@dataclass
class TurnoverOutcome(ImportOutcome):
    """An import's outcome with the plan; `created` come, `updated` go or change, `unchanged` stay as they are.

    questions   rows whose person somebody must choose first; then nothing was written
    plan        None where rows are wrong or something is asked
    untouched   organisations of the scope with standing posts that the workbook does not name
    moved       the plan is not the one that was looked at: look again
    turnover    what was done; None for a preview, and where nothing changes
    """

    questions: list[Question] = field(default_factory=list)
    plan: Plan | None = None
    untouched: list[PartyOrganization] = field(default_factory=list)
    moved: str = ""
    turnover: Turnover | None = None

    @property
    def same(self) -> bool:
        """Nothing in the workbook is new."""
        return self.plan is not None and not self.plan.changes


def run_turnover(
    *,
    by: Any,
    data: Data,
    on: dt.date,
    filename: str = "",
    dry_run: bool = False,
    choices: Choices | None = None,
    digest: str = "",
) -> TurnoverOutcome:
    """Check a workbook (or rows) and, unless `dry_run`, do what it says from the day on.

    choices   {row number: key of the person, or "new"} for names that several bear
    digest    of the plan that was looked at; where it would do something else by now nothing is written
    One wrong row, or one question, and nothing is written. Raises NotAllowed, Invalid (a day that cannot be).
    """
    if not by.can(RIGHT):
        raise NotAllowed("您没有修改班子任职的权限")
    require_day(on)
    outcome = TurnoverOutcome()
    try:
        table = read_table(COLUMNS, data, filename)
        if len(table.numbers) > MOST_ROWS:
            raise WorkbookRefused(f"有 {len(table.numbers):,} 行，一次换届最多 {MOST_ROWS:,} 行，请按镇街分开")
    except WorkbookRefused as refusal:
        outcome.errors.append(RowError("", 0, "", "", refusal.message))
        outcome.refused = True
        return outcome
    checked = check_rows(COLUMNS, table, context=RowContext(by, register_of("posts")))
    understood = understand(by, checked, on, choices or {})
    plan = make_plan(understood.lines, on)
    for line, name, problem, expected in plan.problems:
        value = {"organization": line.organization.name, "title": Post.Title(line.title).label}.get(name, line.name)
        checked.refuse(line.checked, name, problem, expected, value=value)
    outcome.errors = sorted(checked.errors, key=lambda error: error.row)
    outcome.notes, outcome.total, outcome.questions = checked.notes, checked.total, understood.questions
    if not outcome.errors and not table.numbers:
        outcome.errors.append(RowError(table.sheet, 0, "", "", "表头下面没有填写内容", "请填好后再上传"))
    if outcome.errors or outcome.questions:
        outcome.refused = bool(outcome.errors) and not dry_run
    else:
        _tell(outcome, plan, by)
        if not dry_run:
            _write(outcome, by=by, lines=understood.lines, filename=filename, digest=digest)
    if outcome.errors and isinstance(data, bytes):
        outcome.marked_workbook = mark_workbook(data, outcome.errors, outcome.notes)
    return outcome


def _tell(outcome: TurnoverOutcome, plan: Plan, by: Any) -> None:
    outcome.plan = plan
    outcome.created = plan.count("comes")
    changed = sum(1 for team in plan.teams for stay in team.stays if stay.changes)
    outcome.updated = plan.count("goes") + changed
    outcome.unchanged = plan.count("stays") - changed + plan.count("kept")
    named = {team.organization.pk for team in plan.teams}
    outcome.untouched = [one for one in organizations_with_posts(by, plan.on) if one.pk not in named]


def _write(outcome: TurnoverOutcome, *, by: Any, lines: Sequence[Any], filename: str, digest: str) -> None:
    assert outcome.plan is not None  # noqa: S101 -- told before
    try:
        outcome.turnover = replace_posts(by=by, on=outcome.plan.on, lines=lines, file_name=filename, digest=digest)
    except PlanChanged as changed:
        outcome.moved = changed.message
    except WrongState as refused:
        outcome.moved = refused.message
    outcome.written = outcome.turnover is not None
