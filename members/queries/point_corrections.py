"""What stands in place of a reversed entry: the claim declared rightly, and its own entry once approved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from members.models import PointClaim, PointEntry


@dataclass(frozen=True)
class Replacement:
    """A correction: `entry` is None as long as its claim is not approved."""

    claim: PointClaim
    entry: PointEntry | None


def replacements_of(originals: Sequence[int], user: Any) -> dict[int, Replacement]:
    """By the id of the reversed entry; of those that the user may see. Two queries, none where nothing was reversed."""
    if not originals:
        return {}
    claims = PointClaim.objects.visible_to(user).filter(corrects__in=originals)
    found = {
        claim.corrects: claim
        for claim in claims.exclude(state=PointClaim.State.REJECTED).select_related("declared_by")
        if claim.corrects is not None
    }
    quarters = {claim.settle_quarter for claim in found.values() if claim.settle_quarter}
    entries = PointEntry.objects.visible_to(user).filter(
        settle_quarter__in=quarters, claim__in=[claim.pk for claim in found.values()]
    )
    by_claim = {entry.claim_id: entry for entry in entries} if quarters else {}
    return {original: Replacement(claim, by_claim.get(claim.pk)) for original, claim in found.items()}
