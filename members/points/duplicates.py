"""The same fact told twice: claims of one person, item and day whose sources differ.

The same source is refused outright (rule of the claim's unique key). Another source may be the same meeting told by two
people, or a second meeting of that day: only people know, so it is shown, and confirmed with a reason.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from members.models import PointClaim, PointEntry
from registers.errors import Invalid

FIELD = "confirm_duplicates"
CHUNK = 5_000
_UNTOLD = ("行:", "手工 ")  # sources that nobody gave a number


@dataclass(frozen=True)
class Duplicate:
    """A live claim of the same person, item and day. `claim` is None where it is one of the same batch, `position`."""

    claim: PointClaim | None
    position: int | None = None

    @property
    def message(self) -> str:
        """Which claim it is, from which source, by whom and how far."""
        if self.claim is None:
            return "同一批里还有一条同人、同日、同项目的申报"
        told = self.claim.source_ref
        source = "没有写来源编号" if told.startswith(_UNTOLD) else f"来源“{told}”"
        reason = f"，事由“{self.claim.reason}”" if self.claim.reason else ""
        return (
            f"同人、同日、同项目已有第 {self.claim.pk} 号申报（{source}{reason}，{self.claim.declared_by.name}申报，"
            f"{self.claim.get_state_display()}）"
        )


class DuplicateFound(Invalid):
    """A fact that seems to be told already and was not confirmed to be another one."""

    def __init__(self, duplicate: Duplicate) -> None:
        super().__init__(f"{duplicate.message}。不是同一件事的，请写明理由", field=FIELD)
        self.duplicate = duplicate


def duplicates_of(claims: Sequence[PointClaim]) -> dict[int, Duplicate]:
    """By position: the earliest other claim that seems to tell the same fact. Corrections tell theirs on purpose.

    Claims may be stored or not. Rejected claims do not count, nor those whose entry was reversed. Two queries for each
    5,000 claims.
    """
    found: dict[int, Duplicate] = {}
    for start in range(0, len(claims), CHUNK):
        some = claims[start : start + CHUNK]
        there = _live_claims(some)
        for position, claim in enumerate(some, start):
            others = [one for one in there.get(_key(claim), ()) if one.pk != claim.pk]
            if claim.corrects is None and others:
                found[position] = Duplicate(others[0])
    first: dict[tuple[Any, ...], int] = {}
    for position, claim in enumerate(claims):
        if claim.corrects is None and claim.pk is None:
            before = first.setdefault(_key(claim), position)
            if before != position:
                found.setdefault(position, Duplicate(None, before))
    return found


def _key(claim: PointClaim) -> tuple[Any, ...]:
    return (claim.subject_id, claim.item_code, claim.occurred_on)


def _live_claims(claims: Sequence[PointClaim]) -> dict[tuple[Any, ...], list[PointClaim]]:
    wanted = {_key(claim) for claim in claims}
    rows = PointClaim.objects.unscoped("of the same person on the same day, whom the caller may see").filter(
        subject__in={subject for subject, _, _ in wanted},
        item_code__in={item for _, item, _ in wanted},
        occurred_on__in={day for _, _, day in wanted},
    )
    live = rows.exclude(state=PointClaim.State.REJECTED).select_related("declared_by").order_by("pk")
    met = [claim for claim in live if _key(claim) in wanted]
    undone = _reversed(met)
    there: dict[tuple[Any, ...], list[PointClaim]] = defaultdict(list)
    for claim in met:
        if claim.pk not in undone:
            there[_key(claim)].append(claim)
    return there


def _reversed(claims: Sequence[PointClaim]) -> set[int]:
    """The claims whose entry was taken back."""
    approved = [claim for claim in claims if claim.settle_quarter]
    if not approved:
        return set()
    quarters = {claim.settle_quarter for claim in approved}
    entries = PointEntry.objects.unscoped("of claims found above").filter(settle_quarter__in=quarters)
    mine = dict(entries.filter(claim__in=[claim.pk for claim in approved]).values_list("pk", "claim"))
    undone = entries.filter(reverses__in=list(mine)).values_list("reverses", flat=True)
    return {mine[entry] for entry in undone if entry in mine}
