"""The ledger's only correction: a reversal (冲销), in the quarter of its entry."""

from typing import Any

from django.db import IntegrityError, transaction

from lianjian import periods
from members.access import reaches
from members.models import PointEntry, PointObjection, PointQuarter
from members.points.rules import gate_state
from registers.errors import Invalid, NotAllowed, NotFound, WrongState

RIGHT = "entries.reverse"


@transaction.atomic
def reverse_entry(*, entry: PointEntry, by: Any, reason: str) -> PointEntry:
    """Take an entry back: the same fact with the opposite points; both then count for nothing.

    To enter the fact rightly, declare a claim with `corrects=entry.pk`. Raises Invalid without a reason, WrongState
    where the entry is itself a reversal, was reversed, or its quarter is published or locked; NotAllowed, NotFound.
    """
    entries = PointEntry.objects.visible_to(by).filter(pk=entry.pk, settle_quarter=entry.settle_quarter)
    if (found := entries.first()) is None:
        raise NotFound
    if not reaches(by.scope_for(RIGHT), found.village_id):
        raise NotAllowed("您可以查看这条记录，但没有冲销的权限，请由镇审核人或县委组织部办理")
    if not (reason := reason.strip()):
        raise Invalid("请写明冲销的原因", field="reason")
    if gate_state(found.county_code, found.settle_quarter) != PointQuarter.State.OPEN:
        label = periods.parse_quarter(found.settle_quarter).label
        raise WrongState(f"{label}已经公示或审定，要冲销请先由县里重新打开；公示期间可以登记异议")
    return write_reversal(found, by=by, reason=reason)


def write_reversal(entry: PointEntry, *, by: Any, reason: str, objection: PointObjection | None = None) -> PointEntry:
    """The mirror of an entry, written in the caller's transaction, which has checked the gate and the right; an upheld
    `objection` lets it into a published quarter. Raises WrongState where the entry is a reversal or was reversed.
    """
    if entry.reverses is not None:
        raise WrongState("冲销记录不能再冲销；如需恢复，请重新申报")
    reversal = PointEntry(
        county_code=entry.county_code,
        settle_quarter=entry.settle_quarter,
        subject_id=entry.subject_id,
        village_id=entry.village_id,
        scheme_id=entry.scheme_id,
        item_code=entry.item_code,
        quantity=entry.quantity,
        points=-entry.points,
        occurred_on=entry.occurred_on,
        reason=reason[:200],
        source_ref=entry.source_ref,
        reverses=entry.pk,
        objection=objection,
        created_by=by,
    )
    try:
        with transaction.atomic():
            reversal.save(force_insert=True)
    except IntegrityError as error:
        # The only key of a new entry that can be taken is the entry that it reverses.
        raise WrongState("这条记录已经冲销过了") from error
    return reversal
