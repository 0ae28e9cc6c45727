"""What 审定 fixes: points (rule 1) and settle quarter (rule 2), for many claims at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from lianjian import areacodes, periods
from members.models import Placement, PointClaim
from members.points.declaring import SchemeBook
from members.points.rules import open_gates
from registers.errors import DomainError, WrongState
from registers.models.row import effective_on


@dataclass(frozen=True)
class Approval:
    claim: int
    settle_quarter: str
    points: int
    scheme: int


def weigh(claims: Sequence[PointClaim], *, settle_in: str = "") -> dict[int, Approval | DomainError]:
    """Points and quarter of each claim, or why it cannot be approved. Share-locks the gates of the quarters, unless
    `settle_in` says the quarter: that of an upheld objection.
    """
    fact_quarters = {claim.pk: str(periods.quarter_of(claim.occurred_on)) for claim in claims}
    county = {claim.pk: areacodes.county_of(claim.village_id) for claim in claims}
    wanted = {(county[claim.pk], fact_quarters[claim.pk]) for claim in claims}
    settled = dict.fromkeys(wanted, settle_in) if settle_in else open_gates(wanted)
    book = SchemeBook()
    outcomes: dict[int, Approval | DomainError] = {}
    of_towns: list[tuple[PointClaim, str, Approval]] = []
    for claim in claims:
        place, fact_quarter = county[claim.pk], fact_quarters[claim.pk]
        settle = settled[place, fact_quarter]
        then = (book.items(place, fact_quarter, claim.subject.kind) or {}).get(claim.item_code)
        now = (book.items(place, settle, claim.subject.kind) or {}).get(claim.item_code)
        if then is None or now is None:
            which = fact_quarter if then is None else settle
            outcomes[claim.pk] = WrongState(f"{which} 的积分办法里没有项目“{claim.item_code}”，不能审定，请驳回")
            continue
        approval = Approval(claim.pk, settle, claim.quantity * then.points, then.scheme_id)
        outcomes[claim.pk] = approval
        if now.town_id:
            of_towns.append((claim, now.town_id, approval))
    outcomes.update(_of_another_town(of_towns))
    return outcomes


def _of_another_town(claims: list[tuple[PointClaim, str, Approval]]) -> dict[int, DomainError]:
    """A town's own item is for its subjects: those placed there on the settle quarter's last day, as known today."""
    refused: dict[int, DomainError] = {}
    for settle in {approval.settle_quarter for _, _, approval in claims}:
        these = [(claim, town) for claim, town, approval in claims if approval.settle_quarter == settle]
        rows = Placement.objects.unscoped("the claims were checked").filter(
            effective_on(periods.parse_quarter(settle).last_day),
            subject__in=[claim.subject_id for claim, _ in these],
        )
        villages = dict(rows.values_list("subject_id", "village_id"))
        for claim, town in these:
            if not villages.get(claim.subject_id, town).startswith(town):
                refused[claim.pk] = WrongState(
                    f"“{claim.item_code}”是别的镇街自设的项目，“{claim.subject}”本季度末不在那里，不能审定，请驳回"
                )
    return refused


_APPROVE = """
    UPDATE members_pointclaim AS c SET state = 'approved', settle_quarter = a.quarter, updated_at = now()
      FROM unnest(%(claims)s::bigint[], %(quarters)s::text[]) AS a(id, quarter) WHERE c.id = a.id
"""
_ENTER = """
    INSERT INTO members_pointentry (
        county_code, settle_quarter, subject_id, village_id, claim_id, scheme_id, item_code, quantity, points,
        occurred_on, reason, source_ref, objection_id, created_by_id, created_at)
    SELECT left(c.village_id, 6), a.quarter, c.subject_id, c.village_id, c.id, a.scheme, c.item_code, c.quantity,
           a.points, c.occurred_on, c.reason, c.source_ref, %(objection)s, %(by)s, now()
      FROM unnest(%(claims)s::bigint[], %(quarters)s::text[], %(points)s::integer[], %(schemes)s::bigint[])
           WITH ORDINALITY AS a(id, quarter, points, scheme, position)
      JOIN members_pointclaim c ON c.id = a.id
     ORDER BY a.position
"""


def enter(approvals: Sequence[Approval], by: Any, *, objection: int | None = None) -> None:
    """Approve the claims and insert their entries, in the caller's transaction, which holds claims and gates;
    `objection` is the upheld one that lets them into a published quarter.
    """
    if not approvals:
        return
    values = {
        "claims": [approval.claim for approval in approvals],
        "quarters": [approval.settle_quarter for approval in approvals],
        "points": [approval.points for approval in approvals],
        "schemes": [approval.scheme for approval in approvals],
        "objection": objection,
        "by": by.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPROVE, values)
        cursor.execute(_ENTER, values)
