"""What stands in place of a reversed entry: the claim declared rightly, and its own entry once approved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from members.models import PointClaim, PointEntry


@dataclass(frozen=True)
class NewEntry:
    """The ledger's entry of a correction; points in 0.1 point."""

    pk: int
    points: int
    settle_quarter: str


@dataclass(frozen=True)
class Replacement:
    """A correction: `entry` is None as long as its claim is not approved."""

    claim: PointClaim
    entry: NewEntry | None


def replacements_of(originals: Sequence[int], user: Any) -> dict[int, Replacement]:
    """By the id of the reversed entry; of those that the user may see. One query, none where nothing was reversed."""
    if not originals:
        return {}
    entries = PointEntry.objects.visible_to(user).filter(
        settle_quarter=OuterRef("settle_quarter"), claim=OuterRef("pk"), reverses__isnull=True
    )
    told = JSONObject(pk="pk", points="points", settle_quarter="settle_quarter")
    claims = PointClaim.objects.visible_to(user).filter(corrects__in=originals)
    claims = claims.exclude(state=PointClaim.State.REJECTED).select_related("declared_by")
    return {
        claim.corrects: Replacement(claim, NewEntry(**claim.made) if claim.made else None)
        for claim in claims.annotate(made=Subquery(entries.values(told=told)[:1]))
        if claim.corrects is not None
    }


__all__ = ["NewEntry", "Replacement", "replacements_of"]
