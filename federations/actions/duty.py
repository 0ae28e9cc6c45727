"""Writing the duty rota (P12): a week at once, and swaps that are kept."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from federations.access import require
from federations.actions.steps import locked
from federations.duty import DAYS
from federations.models import DutyShift, DutySwap, Federation, Shift
from lianjian import clock
from registers.errors import Invalid, WrongState

RIGHT = DutyShift.change_right
LONGEST_NAME = 40


@transaction.atomic
def save_week(
    *, by: Any, federation: Federation, monday: dt.date, places: Mapping[tuple[dt.date, str], Sequence[str]]
) -> tuple[int, int]:
    """The whole rota of a week: `places` gives the people of each day and shift; (put down, taken off).

    People who stay keep their row with its task and note. Raises Invalid, NotAllowed, NotFound.
    """
    federation = locked(federation)
    require(by=by, federation=federation, right=RIGHT)
    last = monday + dt.timedelta(days=DAYS)
    for (day, shift), people in places.items():
        if not monday <= day < last or shift not in Shift.values:
            raise Invalid("值班表只能填这一周的班次")
        if long := next((name for name in people if len(name) > LONGEST_NAME), ""):
            raise Invalid(f"{day} 的“{long[:10]}…”太长，一格里几个人请用顿号隔开")
    rows = DutyShift.objects.unscoped("the federation was checked").filter(
        federation=federation, on__gte=monday, on__lt=last
    )
    there = {(row.on, row.shift, row.person): row for row in rows}
    wanted = dict.fromkeys((day, shift, name) for (day, shift), people in places.items() for name in people)
    gone = [row.pk for place, row in there.items() if place not in wanted]
    DutyShift.objects.unscoped("the federation was checked").filter(pk__in=gone).delete()
    new = [place for place in wanted if place not in there]  # in the order typed
    DutyShift.objects.bulk_create(
        DutyShift(federation=federation, on=day, shift=shift, person=name) for day, shift, name in new
    )
    return len(new), len(gone)


@transaction.atomic
def swap_duty(
    *, by: Any, shift: DutyShift, taken_by: str, reason: str, back: DutyShift | None = None, on: dt.date | None = None
) -> DutySwap:
    """Another person takes a shift; with `back` the two change shifts with each other. What was planned is kept in the
    swap. Raises Invalid, WrongState, NotAllowed, NotFound.
    """
    require(by=by, federation=shift.federation, right=RIGHT)
    locked(shift.federation)
    rows = DutyShift.objects.unscoped("the federation was checked").select_for_update(of=("self",))
    mine = rows.filter(pk=shift.pk).first()
    theirs = rows.filter(pk=back.pk, federation=shift.federation_id).first() if back else None
    if mine is None or (back is not None and theirs is None):
        raise WrongState("这一班刚刚有变动，请刷新值班表后再办理")
    name, reason = "".join(taken_by.split()), reason.strip()
    if theirs is not None:
        name = theirs.person
    if not name:
        raise Invalid("请填换班人，或选择对换的班次", field="taken_by")
    if name == mine.person:
        raise Invalid(f"{name}就是这一班的值班人", field="taken_by")
    if not reason:
        raise Invalid("请写明换班的原因", field="reason")
    swap = DutySwap.objects.create(
        federation=shift.federation, on=mine.on, shift=mine.shift, given_by=mine.person, taken_by=name,
        back_on=theirs.on if theirs else None, back_shift=theirs.shift if theirs else "",
        swapped_on=on or clock.today(), reason=reason[:200], by=by,
    )  # fmt: skip
    _put(mine, name)
    if theirs is not None:
        _put(theirs, swap.given_by)
    return swap


def _put(row: DutyShift, name: str) -> None:
    others = DutyShift.objects.unscoped("the federation was checked").filter(
        federation=row.federation_id, on=row.on, shift=row.shift, person=name
    )
    if others.exists():
        raise Invalid(f"{name}已排在 {row.on} {row.get_shift_display()}，不能再排一次", field="taken_by")
    row.person = name
    row.save()
