"""调动: one subject or many moved to another village or branch from a day on, all or none (P20)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pghistory
from django.db import transaction

from members.access import reaches, require_change, require_target
from members.actions.people import RIGHT, VIEW, refusals_explained, require_branch
from members.actions.placements import Stay, follow_placements, held_on, moved
from members.models import PartyOrganization, Placement, Subject
from members.models.subjects import SubjectKind
from members.queries.people import branch_of_village
from registers.arrays import insert_rows
from registers.errors import DomainError, Invalid, NotAllowed, NotFound, WrongState
from villages.models import Village
from villages.queries import require_open

MOST = 2_000  # people of one transfer
STALE = "您选择之后，别人保存过这一条，请核对后重新选择"
NEW_PLACEMENT = ("subject", "village", "organization", "valid_from", "valid_to", "reason")


@dataclass(frozen=True)
class Move:
    """One subject that moves: the village and branch of the day before and those from the day on."""

    subject: Subject
    left: Village
    organization: PartyOrganization | None
    village: Village
    to: PartyOrganization | None


@dataclass
class Transfers:
    """What came of it. With refusals nothing was written."""

    moves: list[Move] = field(default_factory=list)
    refusals: list[tuple[Subject, DomainError]] = field(default_factory=list)
    written: bool = False


@transaction.atomic
def transfer(
    *,
    by: Any,
    subject: Subject,
    village: Village,
    on: dt.date,
    organization: PartyOrganization | None = None,
    reason: str = "",
) -> Subject:
    """Move a subject to another village from a day on; the day may lie ahead or behind.

    The stay that holds the day is cut there and its rest goes to the new village, so later moves already entered
    stand. Locked quarters keep the placement their close was computed with (CloseSubject). Without `organization`
    a member goes to the village's only branch. Raises Invalid, WrongState, NotAllowed, NotFound.
    """
    require_change(by=by, right=RIGHT, code=subject.village_id, view_right=VIEW)
    made = transfer_many(by=by, subjects=[subject], village=village, on=on, organization=organization, reason=reason)
    for _, error in made.refusals:
        raise error
    subject.refresh_from_db()
    return subject


def transfer_many(
    *,
    by: Any,
    subjects: Sequence[Subject],
    village: Village,
    on: dt.date,
    organization: PartyOrganization | None = None,
    reason: str = "",
    versions: Mapping[int, int] | None = None,
    dry_run: bool = False,
) -> Transfers:
    """Move many as `transfer` moves one: a handful of statements in one transaction, and none where one cannot.

    versions  of subjects by their key as they were read: one that was saved since is refused
    dry_run   what would come of it, nothing written
    Raises Invalid, WrongState for a village or branch nobody could go to, and for more than 2,000.
    """
    if len(subjects) > MOST:
        raise Invalid(f"一次最多调动 {MOST:,} 人，请先筛选，分几次办理")
    require_target(by=by, right=RIGHT, code=village.pk, field="village_code")
    require_open(village, on)
    require_branch(organization, village.pk)
    reason = reason.strip()[:100]
    said = "，".join(part for part in (reason, f"一起调动 {len(subjects):,} 人" if len(subjects) > 1 else "") if part)
    with transaction.atomic(), pghistory.context(**({"reason": said} if said else {})):
        attempt = _Attempt(by, village, on, organization, reason)
        attempt.plan(subjects, versions or {})
        result = attempt.result
        if not (dry_run or result.refusals):
            with refusals_explained():
                attempt.write()
            result.written = bool(result.moves)
    return result


class _Attempt:
    """One try: subjects locked in one order, their stays read at once, planned one by one, written together."""

    def __init__(
        self, by: Any, village: Village, on: dt.date, organization: PartyOrganization | None, reason: str
    ) -> None:
        self.by, self.village, self.on, self.reason = by, village, on, reason
        self.organization = organization
        self.only_branch = None if organization else branch_of_village(village.pk)
        if self.only_branch is not None:
            require_branch(self.only_branch, village.pk)
        self.result = Transfers()
        self.gone: list[int] = []
        self.new: list[tuple[Any, ...]] = []

    def plan(self, subjects: Sequence[Subject], versions: Mapping[int, int]) -> None:
        keys = {subject.pk for subject in subjects}
        rows = Subject.objects.unscoped("each is checked below").select_related("person", "village", "organization")
        # In one order, so that two such transfers wait for each other instead of dying of a deadlock.
        locked = list(rows.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
        placements = Placement.objects.unscoped("their subjects are checked below").filter(subject__in=keys)
        placements = placements.select_related("village", "organization").order_by("subject_id", "valid_from")
        held = {key: list(group) for key, group in groupby(placements, lambda row: row.subject_id)}
        mine, seen = self.by.scope_for(RIGHT), self.by.scope_for(VIEW)
        for subject in locked:
            try:
                if not reaches(mine, subject.village_id):
                    raise NotAllowed("这条您只能查看，不能调动") if reaches(seen, subject.village_id) else NotFound()
                if versions.get(subject.pk, subject.version) != subject.version:
                    raise WrongState(STALE, field="version")
                self.plan_one(subject, held[subject.pk])
            except DomainError as error:
                self.result.refusals.append((subject, error))

    def plan_one(self, subject: Subject, rows: Sequence[Placement]) -> None:
        to = self.organization or (self.only_branch if subject.kind == SubjectKind.MEMBER else None)
        target = to.pk if to else None
        stays = [Stay(row.village_id, row.organization_id, row.valid_from, row.valid_to, row.reason) for row in rows]
        wanted = moved(stays, village=self.village.pk, organization=target, on=self.on, reason=self.reason)
        left = rows[stays.index(held_on(stays, self.on))]  # type: ignore[arg-type] # moved() would have refused
        self.result.moves.append(Move(subject, left.village, left.organization, self.village, to))
        self.gone += [row.pk for row, stay in zip(rows, stays, strict=True) if stay not in wanted]
        self.new += [
            (subject.pk, stay.village_id, stay.organization_id, stay.start, stay.end, stay.reason)
            for stay in wanted
            if stay not in stays
        ]

    def write(self) -> None:
        Placement.objects.unscoped("checked while planning").filter(pk__in=self.gone).delete()
        insert_rows(Placement, NEW_PLACEMENT, self.new)
        follow_placements(subjects=[move.subject.pk for move in self.result.moves])
