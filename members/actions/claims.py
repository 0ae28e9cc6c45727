"""Claims: 申报 → 支部初审 → 联合党组织复核 → 镇审定, or 驳回. Each role moves its own step."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from lianjian import clock
from members.access import reaches
from members.models import PointClaim, PointClaimStep, Subject
from members.points.approving import Approval, enter, weigh
from members.points.declaring import Declaration, check_declarations
from members.points.duplicates import Duplicate, DuplicateFound, duplicates_of
from members.points.steps import NextSteps
from registers.errors import DomainError, Invalid, NotAllowed, NotFound, WrongState
from registers.models.setting import setting
from registers.scope import Scope

State = PointClaim.State
RIGHT_OF_STEP: dict[str, str] = {
    State.BRANCH_CHECKED: "claims.branch_check",
    State.FEDERATION_CHECKED: "claims.federation_check",
    State.APPROVED: "claims.approve",
}
STEP_NAMES = {
    State.BRANCH_CHECKED: "支部初审",
    State.FEDERATION_CHECKED: "联合党组织复核",
    State.APPROVED: "镇审定",
}
BATCH = 5_000


class DeclarationsRefused(Invalid):
    """Some declarations of a batch are wrong, and nothing was written: `errors` are (position, error)."""

    def __init__(self, errors: Sequence[tuple[int, DomainError]]) -> None:
        super().__init__(f"有 {len(errors)} 条申报不能保存，全部没有写入，请改正后再试")
        self.errors = list(errors)


def declare(
    *,
    by: Any,
    subject: Subject,
    item_code: str,
    quantity: int,
    occurred_on: dt.date,
    reason: str = "",
    source_ref: str = "",
    corrects: int | None = None,
    confirmed: str | None = None,
) -> PointClaim:
    """Declare one fact. `source_ref` names its source (a meeting, a task); the same source, subject and item count
    once. `corrects` is a reversed entry that this fact replaces, `confirmed` why it is another fact than a like one.
    Raises Invalid (DuplicateFound where that wants confirming), NotAllowed.
    """
    declaration = Declaration(subject.number, item_code, quantity, occurred_on, reason, source_ref, corrects, confirmed)
    try:
        return declare_many(by=by, declarations=[declaration])[0]
    except DeclarationsRefused as refused:
        raise refused.errors[0][1] from refused


@transaction.atomic
def declare_many(*, by: Any, declarations: Sequence[Declaration]) -> list[PointClaim]:
    """Declare many facts, all or none; what was confirmed to be no duplicate is kept with its reason as a step.

    Raises DeclarationsRefused with every error, NotAllowed.
    """
    if not by.can("claims.declare"):
        raise NotAllowed("您没有申报积分的权限")
    outcomes = check_declarations(by, declarations)
    doubted = _doubted(declarations, outcomes)
    for position, duplicate in doubted.items():
        if not (declarations[position].confirmed or "").strip():
            outcomes[position] = DuplicateFound(duplicate)
    errors = [(position, found) for position, found in enumerate(outcomes) if isinstance(found, DomainError)]
    if errors:
        raise DeclarationsRefused(errors)
    claims = [found for found in outcomes if isinstance(found, PointClaim)]
    try:
        with transaction.atomic():
            PointClaim.objects.bulk_create(claims, batch_size=BATCH)
    except IntegrityError as error:
        # Somebody else declared the same between our check and our write.
        raise DeclarationsRefused([(0, Invalid("同一来源的这项积分刚刚有人申报过", field="source_ref"))]) from error
    why = {
        claims[position].pk: f"确认与{_other(duplicate, claims)}不是同一件事：{declarations[position].confirmed}"
        for position, duplicate in doubted.items()
    }
    note_steps(by, [(claim.pk, "", State.DECLARED) for claim in claims], reasons=why)
    return claims


def _doubted(declarations: Sequence[Declaration], outcomes: Sequence[PointClaim | DomainError]) -> dict[int, Duplicate]:
    """Those facts of a batch whose teller is asked whether they were told before, and were."""
    asked = [
        (position, outcome)
        for position, (told, outcome) in enumerate(zip(declarations, outcomes, strict=True))
        if told.confirmed is not None and isinstance(outcome, PointClaim)
    ]
    places = [position for position, _ in asked]
    return {
        places[at]: Duplicate(found.claim, None if found.position is None else places[found.position])
        for at, found in duplicates_of([claim for _, claim in asked]).items()
    }


def _other(duplicate: Duplicate, claims: Sequence[PointClaim]) -> str:
    other = duplicate.claim or claims[duplicate.position or 0]
    return f"第 {other.pk} 号申报"


def advance(*, claim: PointClaim, by: Any) -> PointClaim:
    """Move a claim by the step that is the user's. Raises WrongState, NotAllowed, NotFound."""
    outcome = _advance([claim.pk], by)[claim.pk]
    if isinstance(outcome, DomainError):
        raise outcome
    return PointClaim.objects.unscoped("it was moved by this user").get(pk=claim.pk)


def advance_many(*, ids: Iterable[int], by: Any) -> tuple[int, list[dict[str, Any]]]:
    """Move each claim by the step that is the user's; what cannot be moved is told and does not hold up the rest.

    Returns how many were moved, and `{id, message}` for each that was not.
    """
    outcomes = _advance(list(ids), by)
    errors = [
        {"id": pk, "message": outcome.message} for pk, outcome in outcomes.items() if isinstance(outcome, DomainError)
    ]
    return len(outcomes) - len(errors), errors


@transaction.atomic
def reject(*, claim: PointClaim, by: Any, reason: str) -> PointClaim:
    """驳回: by whoever has the next step, or the town at any time; who declared may take back what nobody checked.

    Raises Invalid without a reason, WrongState where it is decided, NotAllowed, NotFound.
    """
    found = PointClaim.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=claim.pk).first()
    if found is None:
        raise NotFound
    if found.state not in PointClaim.OPEN_STATES:
        raise WrongState(f"这条申报{found.get_state_display()}，不能驳回")
    rights = {RIGHT_OF_STEP[_Steps(by).next_of(found)], "claims.approve"}
    own = found.declared_by_id == by.pk and found.state == State.DECLARED
    if not own and not any(reaches(by.scope_for(right), found.village_id) for right in rights):
        raise NotAllowed("这一步不由您办理，不能驳回")
    if not (reason := reason.strip()):
        raise Invalid("请写明驳回的原因", field="reason")
    before, found.state = found.state, State.REJECTED
    found.save(update_fields=["state", "updated_at"])
    note_steps(by, [(found.pk, before, State.REJECTED)], reason=reason[:200])
    return found


@dataclass
class _Steps:
    """Whose step is next: what a user's rights, the federations of today and the towns' settings say, read once."""

    by: Any

    def __post_init__(self) -> None:
        self._scopes: dict[str, Scope] = {step: self.by.scope_for(right) for step, right in RIGHT_OF_STEP.items()}
        self._next = NextSteps()
        self._covers: dict[str, bool] = {}

    def next_of(self, claim: PointClaim) -> str:
        return self._next.next_of(claim.village_id, claim.state)

    def target(self, claim: PointClaim) -> str:
        """Where this user moves the claim to. Raises WrongState, NotAllowed (nobody moves his own declaration)."""
        if claim.state not in PointClaim.OPEN_STATES:
            raise WrongState(f"这条申报{claim.get_state_display()}，不能再办理")
        step = self.next_of(claim)
        covers = reaches(self._scopes[State.APPROVED], claim.village_id) and self._town_covers(claim.village_id[:9])
        target = step if reaches(self._scopes[step], claim.village_id) else State.APPROVED if covers else ""
        if target and claim.declared_by_id == self.by.pk:
            raise NotAllowed(f"这条积分是您自己申报的，“{STEP_NAMES[State(target)]}”要由另一位有权限的同志办理")
        if target:
            return target
        raise NotAllowed(f"这条申报现在应由“{STEP_NAMES[State(step)]}”办理，您不能代办")

    def _town_covers(self, town: str) -> bool:
        if town not in self._covers:
            self._covers[town] = bool(setting("claims.town_step_covers", town))
        return self._covers[town]


def _advance(ids: list[int], by: Any) -> dict[int, str | DomainError]:
    outcomes: dict[int, str | DomainError] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), BATCH):
        outcomes |= _advance_batch(wanted[start : start + BATCH], by)
    return outcomes


@transaction.atomic
def _advance_batch(ids: list[int], by: Any) -> dict[int, str | DomainError]:
    # Locked in the order of ids: two batches that overlap wait for each other and never cross.
    claims = list(
        PointClaim.objects.visible_to(by)
        .filter(pk__in=ids)
        .select_related("subject")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    outcomes: dict[int, str | DomainError] = {pk: NotFound() for pk in ids}
    steps = _Steps(by)
    for claim in claims:
        try:
            outcomes[claim.pk] = steps.target(claim)
        except DomainError as error:
            outcomes[claim.pk] = error
    for_approval = [claim for claim in claims if outcomes[claim.pk] == State.APPROVED]
    approvals = []
    for pk, weighed in weigh(for_approval).items():
        if isinstance(weighed, Approval):
            approvals.append(weighed)
        else:
            outcomes[pk] = weighed
    moved = [claim for claim in claims if not isinstance(outcomes[claim.pk], DomainError)]
    for step in (State.BRANCH_CHECKED, State.FEDERATION_CHECKED):
        there = [claim.pk for claim in moved if outcomes[claim.pk] == step]
        if there:
            checked = PointClaim.objects.unscoped("locked and checked above").filter(pk__in=there)
            checked.update(state=step, waiting_since=clock.now(), updated_at=timezone.now())
    enter(approvals, by)
    note_steps(by, [(claim.pk, claim.state, str(outcomes[claim.pk])) for claim in moved])
    return outcomes


def note_steps(
    by: Any,
    moves: Sequence[tuple[int, str, str]],
    *,
    reason: str = "",
    reasons: Mapping[int, str] = MappingProxyType({}),
) -> None:
    """Keep who moved each claim (id, from, to), and why; `reasons` are those of single claims."""
    PointClaimStep.objects.bulk_create(
        (
            PointClaimStep(
                claim_id=claim, from_state=before, to_state=after, by=by, reason=reasons.get(claim, reason)[:200]
            )
            for claim, before, after in moves
        ),
        batch_size=BATCH,
    )


__all__ = ["Declaration", "DeclarationsRefused", "advance", "advance_many", "declare", "declare_many", "reject"]
