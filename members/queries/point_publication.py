"""What of a close is posted, and the results of a year."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Max, Q, Sum

from members.models import PointScore, QuarterClose
from members.queries.point_closes import scores_in


@dataclass(frozen=True)
class Posted:
    """The list as it is posted: best first, without the lowest grade; `left_out` says how many that are."""

    rows: list[PointScore]
    left_out: int
    exempt: int


def posted(close: QuarterClose, user: Any, *, kind: str, place: Q, grades: list[str], rank: str, most: int) -> Posted:
    """The scores of a place, by `rank` (a field of PointScore). The lowest of several grades is not put on a wall."""
    rows = scores_in(close, user).filter(place, close_subject__subject_kind=kind)
    scored = rows.filter(total__isnull=False)
    lowest = Q(grade__in=[*grades[-1:], ""]) if len(grades) > 1 else Q(pk__in=[])
    counts = rows.aggregate(
        left_out=Count("pk", filter=lowest & Q(total__isnull=False)), exempt=Count("pk", filter=Q(total__isnull=True))
    )
    shown = scored.exclude(lowest).select_related("close_subject").order_by(rank, "close_subject__number")
    return Posted(list(shown[:most]), counts["left_out"], counts["exempt"])


def year_rows(user: Any, county: str, year: str, kind: str) -> Any:
    """Rule 9 for many: of each subject of the scope the sum and number of the locked quarters that scored it, with
    where and what it was in the last of them. The caller divides by `members.points.amounts.mean`.
    """
    rows = PointScore.objects.visible_to(user).filter(
        close__area_id=county, close__quarter__startswith=f"{year}Q", close__state=QuarterClose.State.LOCKED,
        close_subject__subject_kind=kind, total__isnull=False,
    )  # fmt: skip
    return (
        rows.values(number=F("close_subject__number"), subject=F("close_subject__subject_id"))
        .annotate(
            name=Max("close_subject__name"),
            village=Max("close_subject__village_code"),
            quarters=Count("pk"),
            points=Sum("total"),
            average=Avg("total"),
        )
        .order_by("-average", "number")
    )


def years_of(user: Any) -> list[tuple[str, str]]:
    """(county, year) of the locked quarters that the user may see, newest first."""
    rows = QuarterClose.objects.visible_to(user).filter(state=QuarterClose.State.LOCKED)
    found = {(county, quarter[:4]) for county, quarter in rows.values_list("area_id", "quarter")}
    return sorted(found, key=lambda one: (one[1], one[0]), reverse=True)


__all__ = ["Posted", "posted", "year_rows", "years_of"]
