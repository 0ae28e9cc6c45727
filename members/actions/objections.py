"""Objections (异议) to a published quarter: received in the town, decided by the county, answered in writing."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from lianjian import areacodes, clock, periods
from members.actions.claims import note_steps
from members.actions.closes import start_correction
from members.actions.entries import write_reversal
from members.models import CloseSubject, PointClaim, PointEntry, PointObjection, PointQuarter, QuarterClose, Subject
from members.points.approving import Approval, enter, weigh
from members.points.declaring import Declaration, check_declarations
from members.points.rules import lock_gate
from members.queries.point_closes import published_since
from registers.errors import DomainError, Invalid, NotAllowed, NotFound, WrongState
from registers.models import Job

DECIDE = "objections.decide"
Outcome = PointObjection.Outcome


@dataclass(frozen=True)
class Missing:
    """A fact that was left out, and that an objection is upheld for."""

    item_code: str
    quantity: int
    occurred_on: dt.date
    reason: str = ""


@dataclass(frozen=True)
class Decided:
    """The objection as it stands, and the version and job that compute the quarter again where it was corrected."""

    objection: PointObjection
    close: QuarterClose | None = None
    job: Job | None = None


@transaction.atomic
def receive(
    *,
    by: Any,
    objection: PointObjection | None,
    quarter: str,
    subject: Subject,
    received_on: dt.date,
    content: str,
    raised_by: str = "",
) -> PointObjection:
    """Write down an objection, or change one that waits. It must come within the time of publication.

    Raises Invalid where the quarter is not being published, the day lies outside that time or the subject is not
    listed; WrongState where it was decided.
    """
    if objection is not None and objection.outcome != Outcome.PENDING:
        raise WrongState("这条异议已经答复，不能再改")
    close = _published(subject, quarter)
    listed = CloseSubject.objects.unscoped("the subject was found in the user's scope").filter(
        close=close, subject=subject
    )
    if (place := listed.first()) is None:
        raise Invalid(f"{_label(quarter)}的公示里没有“{subject.name}”，请核对", field="member_no")
    _check_day(close, received_on)
    row = objection or PointObjection(received_by=by)
    row.close, row.quarter, row.subject, row.village_id = close, quarter, subject, place.village_code
    row.received_on, row.content, row.raised_by = received_on, content.strip(), raised_by.strip()
    row.save()
    return row


def _published(subject: Subject, quarter: str) -> QuarterClose:
    closes = QuarterClose.objects.unscoped("a county's publication is known to whoever works in it")
    county = areacodes.county_of(subject.village_id)
    found = closes.filter(area_id=county, quarter=quarter, state=QuarterClose.State.PUBLISHED).first()
    if found is None:
        raise Invalid(f"{_label(quarter)}现在没有公示，不能登记异议", field="quarter")
    return found


def _check_day(close: QuarterClose, day: dt.date) -> None:
    first, last = published_since(close), close.objections_until
    if day > clock.today():
        raise Invalid(f"{day} 还没有到", field="received_on")
    if day < first or (last is not None and day > last):
        raise Invalid(f"公示期是 {first} 至 {last}，{day} 收到的不能作为异议登记", field="received_on")


@transaction.atomic
def decide(
    *,
    objection: PointObjection,
    by: Any,
    outcome: str,
    reply: str,
    reverse: Iterable[int] = (),
    missing: Sequence[Missing] = (),
) -> Decided:
    """Answer an objection: 维持, or 更正 by reversing entries (`reverse`, their ids) and entering `missing` facts.

    While the quarter is published the result is computed again by a job, and takes the published one's place.
    Raises Invalid for what is not answered or not to be corrected, NotAllowed for who received it himself, WrongState
    where it was decided or the quarter is locked; NotFound.
    """
    found = PointObjection.objects.visible_to(by).filter(pk=objection.pk).first()
    if found is None:
        raise NotFound
    county = areacodes.county_of(found.village_id)
    if not by.scope_for(DECIDE).covers(county):
        raise NotAllowed("您可以查看这条异议，由县委组织部处理")
    gate = lock_gate(county, found.quarter)
    row = PointObjection.objects.unscoped("checked above").select_for_update().get(pk=found.pk)
    if row.outcome != Outcome.PENDING:
        raise WrongState(f"这条异议已经处理：{row.get_outcome_display()}")
    if row.received_by_id == by.pk:
        raise NotAllowed("这条异议是您受理登记的，要由另一位同志处理")
    if gate.state == PointQuarter.State.LOCKED:
        raise WrongState(f"{_label(row.quarter)}已经审定，要更正请先重新打开")
    ids, facts = list(dict.fromkeys(reverse)), list(missing)
    _check_answer(outcome, reply, bool(ids or facts))
    row.outcome, row.reply = outcome, reply.strip()[:300]
    row.decided_by, row.decided_at = by, timezone.now()
    row.save(update_fields=["outcome", "reply", "decided_by", "decided_at", "updated_at"])
    if outcome == Outcome.MAINTAINED:
        return Decided(row)
    _reverse(row, ids, by)
    _enter(row, facts, by)
    if gate.state == PointQuarter.State.OPEN:
        return Decided(row)
    close = QuarterClose.objects.unscoped("the county was checked").select_related("area")
    published = close.get(area_id=county, quarter=row.quarter, state=QuarterClose.State.PUBLISHED)
    return Decided(row, *start_correction(close=published, by=by))


def _check_answer(outcome: str, reply: str, corrects: bool) -> None:
    if outcome not in (Outcome.MAINTAINED, Outcome.CORRECTED):
        raise Invalid("请选择“维持”或“更正”", field="outcome")
    if not reply.strip():
        raise Invalid("请写明给提出人的答复", field="reply")
    if outcome == Outcome.MAINTAINED and corrects:
        raise Invalid("维持原来的结果就不能再冲销或补记，请核对", field="outcome")
    if outcome == Outcome.CORRECTED and not corrects:
        raise Invalid("更正要选中记错的积分记录，或写明漏记的积分项目", field="reverse")


def _reverse(objection: PointObjection, ids: Sequence[int], by: Any) -> None:
    entries = PointEntry.objects.unscoped("of the objection's own subject").filter(
        pk__in=ids, subject_id=objection.subject_id, settle_quarter=objection.quarter
    )
    found = {entry.pk: entry for entry in entries}
    for pk in ids:
        if pk not in found:
            raise Invalid(f"记录 {pk} 不是这个人本季度的积分记录", field="reverse")
        write_reversal(found[pk], by=by, reason=f"异议更正：{objection.reply}"[:200], objection=objection)


def _enter(objection: PointObjection, facts: Sequence[Missing], by: Any) -> None:
    """Facts go the whole way at once: the objection was looked into."""
    if not facts:
        return
    number = objection.subject.number
    declarations = [
        Declaration(number, fact.item_code, fact.quantity, fact.occurred_on, fact.reason or objection.reply,
                    f"异议 {objection.pk}-{place}")
        for place, fact in enumerate(facts, 1)
    ]  # fmt: skip
    claims = _checked(check_declarations(by, declarations))
    for claim in claims:
        if str(periods.quarter_of(claim.occurred_on)) > objection.quarter:
            raise Invalid(f"{claim.occurred_on} 在{_label(objection.quarter)}之后，请照常申报", field="occurred_on")
    PointClaim.objects.bulk_create(claims)
    approvals: list[Approval] = []
    for outcome in weigh(claims, settle_in=objection.quarter).values():
        if isinstance(outcome, DomainError):
            raise outcome
        approvals.append(outcome)
    enter(approvals, by, objection=objection.pk)
    state = PointClaim.State
    moves = [(claim.pk, "", state.DECLARED) for claim in claims]
    moves += [(claim.pk, state.DECLARED, state.APPROVED) for claim in claims]
    note_steps(by, moves, reason=f"异议 {objection.pk} 更正")


def _checked(outcomes: Iterable[PointClaim | DomainError]) -> list[PointClaim]:
    claims = []
    for outcome in outcomes:
        if isinstance(outcome, DomainError):
            raise outcome
        claims.append(outcome)
    return claims


def _label(quarter: str) -> str:
    return periods.parse_quarter(quarter).label


__all__ = ["Decided", "Missing", "decide", "receive"]
