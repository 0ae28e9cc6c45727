"""What of a close is posted, what changed between two versions, and the results of a year."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
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


@dataclass(frozen=True)
class Change:
    """One subject in two versions; None in a version that does not list it (or, of total and ranks, does not score)."""

    score: int | None  # of the newer version: its page
    number: str
    name: str
    village: str
    listed_before: bool
    total_before: int | None
    grade_before: str
    rank_before: int | None
    listed: bool
    total: int | None
    grade: str
    rank: int | None


_CHANGES = """
    SELECT n.id, coalesce(n.number, o.number), coalesce(n.name, o.name), coalesce(n.village_code, o.village_code),
           o.id IS NOT NULL, o.total, coalesce(o.grade, ''), coalesce(o.rank_federation, o.rank_village),
           n.id IS NOT NULL, n.total, coalesce(n.grade, ''), coalesce(n.rank_federation, n.rank_village)
      FROM (SELECT s.*, p.total, p.grade, p.rank_village, p.rank_federation, p.awards, p.base, p.deduct
              FROM members_closesubject s JOIN members_pointscore p ON p.close_subject_id = s.id
             WHERE s.close_id = %(old)s) AS o
      FULL JOIN (SELECT s.*, p.total, p.grade, p.rank_village, p.rank_federation, p.awards, p.base, p.deduct
                   FROM members_closesubject s JOIN members_pointscore p ON p.close_subject_id = s.id
                  WHERE s.close_id = %(new)s) AS n ON n.subject_id = o.subject_id
     WHERE (o.total, o.grade, o.village_code, o.rank_village, o.rank_federation, o.awards, o.base, o.deduct)
           IS DISTINCT FROM
           (n.total, n.grade, n.village_code, n.rank_village, n.rank_federation, n.awards, n.base, n.deduct)
       AND (coalesce(n.village_code, o.village_code) = ANY (%(villages)s)
            OR EXISTS (SELECT FROM unnest(%(lows)s::text[], %(highs)s::text[]) AS span(low, high)
                        WHERE coalesce(n.village_code, o.village_code) >= low
                          AND coalesce(n.village_code, o.village_code) < high))
     ORDER BY abs(coalesce(n.total, 0) - coalesce(o.total, 0)) DESC, coalesce(n.number, o.number)
     LIMIT %(most)s
"""


def changes(old: QuarterClose, new: QuarterClose, scope: Any, most: int) -> list[Change]:
    """Subjects of the scope whose result differs between two versions, the greatest moves first."""
    spans = [("0", "a")] if scope.everywhere else list(scope.ranges)
    given: dict[str, Any] = {
        "old": old.pk,
        "new": new.pk,
        "lows": [low for low, _ in spans],
        "highs": [high for _, high in spans],
        "villages": [str(code) for code in scope.ids("village")],
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, given)
        return [Change(*row) for row in cursor.fetchall()]


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


__all__ = ["Change", "Posted", "changes", "posted", "year_rows", "years_of"]
