"""Figures of the county's sampling: by town how many were approved, drawn, right and wrong, and what is filed."""

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Left

from lianjian import areacodes
from members.models import ClaimSample, PointClaim, PointEntry, QuarterFiling

Outcome = ClaimSample.Outcome


@dataclass
class TownSampling:
    """One town's quarter. `filing` is None as long as it is not filed."""

    town: str
    approved: int = 0
    drawn: int = 0
    pending: int = 0
    right: int = 0
    wrong: int = 0
    filing: QuarterFiling | None = None


def by_town(quarter: str, user: Any) -> list[TownSampling]:
    """Towns that approved claims settling in the quarter, within the user's scope. Three queries."""
    town = Left(Cast("village_id", CharField()), areacodes.LEVEL_LENGTHS["town"])
    claims = PointClaim.objects.visible_to(user).filter(settle_quarter=quarter).order_by()
    counted = claims.annotate(town=town).values("town").annotate(count=Count("pk"))
    lines = {row["town"]: TownSampling(row["town"], row["count"]) for row in counted}
    samples = ClaimSample.objects.visible_to(user).filter(quarter=quarter).order_by()
    for row in samples.values("town_id").annotate(
        drawn=Count("pk"),
        pending=Count("pk", filter=Q(outcome=Outcome.PENDING)),
        right=Count("pk", filter=Q(outcome=Outcome.TRUE)),
        wrong=Count("pk", filter=Q(outcome=Outcome.PROBLEM)),
    ):
        line = lines.setdefault(row["town_id"], TownSampling(row["town_id"]))
        line.drawn, line.pending, line.right, line.wrong = (
            row[name] for name in ("drawn", "pending", "right", "wrong")
        )
    filed = QuarterFiling.objects.visible_to(user).filter(quarter=quarter).select_related("filed_by")
    for filing in filed:
        lines.setdefault(filing.town_id, TownSampling(filing.town_id)).filing = filing
    return sorted(lines.values(), key=lambda line: line.town)


def entry_of_claim(samples: QuerySet[ClaimSample]) -> dict[int, PointEntry]:
    """The ledger's entry of each drawn claim; one query."""
    found = list(samples.values_list("claim", "quarter"))
    entries = PointEntry.objects.unscoped("of claims that the user sees").filter(
        settle_quarter__in={quarter for _, quarter in found}, claim__in=[claim for claim, _ in found]
    )
    return {entry.claim_id: entry for entry in entries if entry.claim_id is not None}


def unreversed_problems(samples: QuerySet[ClaimSample]) -> int:
    """How many of the samples found wrong still count in the ledger."""
    entries = PointEntry.objects.unscoped("of samples that the caller found").filter(
        settle_quarter=OuterRef("quarter"), claim=OuterRef("claim")
    )
    undone = PointEntry.objects.unscoped("of the entry beside").filter(
        settle_quarter=OuterRef("settle_quarter"), reverses=OuterRef("pk")
    )
    counting = entries.annotate(gone=Exists(undone)).filter(gone=False)
    return samples.filter(outcome=Outcome.PROBLEM).annotate(counts=Exists(counting)).filter(counts=True).count()


__all__ = ["TownSampling", "by_town", "entry_of_claim", "unreversed_problems"]
