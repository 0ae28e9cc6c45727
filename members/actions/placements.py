"""Where a subject belongs from which day on (half-open), and the daily step that makes it so."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction

from lianjian import clock
from registers.audit import acting
from registers.errors import Invalid, WrongState


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


def moved(stays: Sequence[Stay], *, village: str, organization: int | None, on: dt.date, reason: str) -> list[Stay]:
    """The stays of a subject once it moves on a day; the day may lie ahead or behind.

    The stay that holds the day is cut there and its rest goes to the new place, so later moves already entered stand.
    Raises Invalid, WrongState.
    """
    last = stays[-1].end
    if last is not None and last <= max(on, clock.today()):
        raise WrongState(f"已于 {last} 减员，不能再调动")
    if on < stays[0].start:
        raise Invalid(f"调动日期不能早于登记的起始日期 {stays[0].start}", field="on")
    held = held_on(stays, on)
    if held is None:
        raise Invalid("这一天不在册，请核对调动日期", field="on")
    if held.place == (village, organization):
        raise Invalid(f"{on} 已经在这里，不用调动", field="village_code")
    place = stays.index(held)
    before = [] if held.start == on else [replace(held, end=on)]
    return _joined([*stays[:place], *before, Stay(village, organization, on, held.end, reason), *stays[place + 1 :]])


def held_on(stays: Sequence[Stay], on: dt.date) -> Stay | None:
    """The stay that holds a day."""
    return next((stay for stay in stays if stay.start <= on and (stay.end is None or on < stay.end)), None)


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
       AND (%(subjects)s::bigint[] IS NULL OR s.id = ANY(%(subjects)s::bigint[]))
       AND (s.village_id, coalesce(s.organization_id, 0), s.is_active)
           IS DISTINCT FROM (p.village_id, coalesce(p.organization_id, 0), TRUE)
"""
_LEAVE = """
    UPDATE members_subject AS s SET is_active = FALSE, updated_at = now()
     WHERE s.is_active AND (%(subjects)s::bigint[] IS NULL OR s.id = ANY(%(subjects)s::bigint[]))
       AND NOT EXISTS (
           SELECT FROM members_placement AS p
            WHERE p.subject_id = s.id AND p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to > %(day)s))
"""
_PEOPLE = """
    UPDATE members_person AS q SET area_id = s.village_id, updated_at = now()
      FROM members_subject AS s
     WHERE s.person_id = q.id AND s.is_active AND q.area_id <> s.village_id
       AND (%(subjects)s::bigint[] IS NULL OR s.id = ANY(%(subjects)s::bigint[]))
"""


def follow_placements(*, on: dt.date | None = None, subjects: Sequence[int] | None = None) -> int:
    """Let subjects (all, or those) and their people stand where their placements of the day say.

    Gives how many changed.
    """
    day = on or clock.today()
    count = 0
    with connection.cursor() as cursor:
        # The day on which points to spend go along, which a trigger sees to (members/models/redemption.py).
        cursor.execute("SELECT set_config('lianjian.today', %s, true)", [clock.today().isoformat()])
        for statement in (_FOLLOW, _LEAVE, _PEOPLE):
            cursor.execute(statement, {"day": day, "subjects": list(subjects) if subjects is not None else None})
            count += cursor.rowcount if statement is not _PEOPLE else 0
    return count


@transaction.atomic
def apply_due_placements(*, on: dt.date | None = None) -> int:
    """Let subjects follow placements that have begun or ended by today; gives the number of changed subjects.

    Set-based, and a second run changes nothing.
    """
    with acting(None, "到期的调动和减员"):
        return follow_placements(on=on)
