"""Transfers: where a subject belongs from which day on (half-open), and the daily step that makes it so."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction

from lianjian import clock
from members.access import require_change, require_target
from members.actions.people import RIGHT, VIEW, refusals_explained, require_branch
from members.models import PartyOrganization, Placement, Subject
from members.models.subjects import SubjectKind
from members.queries.people import branch_of_village
from registers.audit import acting
from registers.errors import Invalid, WrongState
from villages.models import Village
from villages.queries import require_open


@dataclass(frozen=True)
class Stay:
    """One placement in the making."""

    village_id: str
    organization_id: int | None
    start: dt.date
    end: dt.date | None
    reason: str = ""

    @property
    def place(self) -> tuple[str, int | None]:
        return self.village_id, self.organization_id


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
    require_target(by=by, right=RIGHT, code=village.pk, field="village_code")
    require_open(village, on)
    if organization is None and subject.kind == SubjectKind.MEMBER:
        organization = branch_of_village(village.pk)
    require_branch(organization, village.pk)
    subject = Subject.objects.unscoped("checked above").select_for_update(of=("self",)).get(pk=subject.pk)
    rows = Placement.objects.unscoped("checked above").filter(subject=subject).order_by("valid_from")
    stays = [Stay(row.village_id, row.organization_id, row.valid_from, row.valid_to, row.reason) for row in rows]
    if stays[-1].end is not None and stays[-1].end <= max(on, clock.today()):
        raise WrongState(f"已于 {stays[-1].end} 减员，不能再调动")
    if on < stays[0].start:
        raise Invalid(f"调动日期不能早于登记的起始日期 {stays[0].start}", field="on")
    held = next((stay for stay in stays if stay.start <= on and (stay.end is None or on < stay.end)), None)
    if held is None:
        raise Invalid("这一天不在册，请核对调动日期", field="on")
    target = organization.pk if organization else None
    if held.place == (village.pk, target):
        raise Invalid(f"{on} 已经在“{village.name}”，不用调动", field="village_code")
    moved = Stay(village.pk, target, on, held.end, reason.strip()[:100])
    place = stays.index(held)
    before = [] if held.start == on else [replace(held, end=on)]
    wanted = _joined([*stays[:place], *before, moved, *stays[place + 1 :]])
    with refusals_explained():
        for row, stay in zip(rows, stays, strict=True):
            if stay not in wanted:
                row.delete()
        Placement.objects.bulk_create(
            Placement(
                subject=subject,
                village_id=stay.village_id,
                organization_id=stay.organization_id,
                valid_from=stay.start,
                valid_to=stay.end,
                reason=stay.reason,
            )
            for stay in wanted
            if stay not in stays
        )
        follow_placements(subject=subject.pk)
    subject.refresh_from_db()
    return subject


def _joined(stays: list[Stay]) -> list[Stay]:
    """Neighbouring stays at the same place are one."""
    joined: list[Stay] = []
    for stay in stays:
        if joined and joined[-1].place == stay.place and joined[-1].end == stay.start:
            joined[-1] = replace(joined[-1], end=stay.end)
        else:
            joined.append(stay)
    return joined


# Today's placement is copied to the subject, and a person follows his subject. Both touch only rows that differ.
_FOLLOW = """
    UPDATE members_subject AS s
       SET village_id = p.village_id, organization_id = p.organization_id, is_active = TRUE, updated_at = now()
      FROM members_placement AS p
     WHERE p.subject_id = s.id AND p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to > %(day)s)
       AND (%(subject)s::bigint IS NULL OR s.id = %(subject)s)
       AND (s.village_id, coalesce(s.organization_id, 0), s.is_active)
           IS DISTINCT FROM (p.village_id, coalesce(p.organization_id, 0), TRUE)
"""
_LEAVE = """
    UPDATE members_subject AS s SET is_active = FALSE, updated_at = now()
     WHERE s.is_active AND (%(subject)s::bigint IS NULL OR s.id = %(subject)s)
       AND NOT EXISTS (
           SELECT FROM members_placement AS p
            WHERE p.subject_id = s.id AND p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to > %(day)s))
"""
_PEOPLE = """
    UPDATE members_person AS q SET area_id = s.village_id, updated_at = now()
      FROM members_subject AS s
     WHERE s.person_id = q.id AND s.is_active AND q.area_id <> s.village_id
       AND (%(subject)s::bigint IS NULL OR s.id = %(subject)s)
"""


def follow_placements(*, on: dt.date | None = None, subject: int | None = None) -> int:
    """Let subjects (or one) and their people stand where their placements of the day say; gives how many changed."""
    day = on or clock.today()
    count = 0
    with connection.cursor() as cursor:
        for statement in (_FOLLOW, _LEAVE, _PEOPLE):
            cursor.execute(statement, {"day": day, "subject": subject})
            count += cursor.rowcount if statement is not _PEOPLE else 0
    return count


@transaction.atomic
def apply_due_placements(*, on: dt.date | None = None) -> int:
    """Let subjects follow placements that have begun or ended by today; gives the number of changed subjects.

    Set-based, and a second run changes nothing.
    """
    with acting(None, "到期的调动和减员"):
        return follow_placements(on=on)
