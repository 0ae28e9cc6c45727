"""What changed between two versions of a quarter's close: whose result, by how much, and in which parts of the sum."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from members.models import PointCategory, PointScore, QuarterClose


@dataclass(frozen=True)
class Change:
    """One subject in two versions; None in the version that does not list it."""

    before: PointScore | None
    after: PointScore | None

    @property
    def sides(self) -> list[PointScore]:
        return [side for side in (self.before, self.after) if side]

    @property
    def shown(self) -> PointScore:
        """The newer side, which names the subject."""
        return self.sides[-1]


_CHANGES = """
    SELECT o.id, n.id
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
        pairs = cursor.fetchall()
    rows = PointScore.objects.unscoped("both sides of the changes chosen within the scope above")
    found = rows.select_related("close_subject__scheme").in_bulk(
        [pk for pair in pairs for pk in pair if pk is not None]
    )
    return [Change(found.get(before), found.get(after)) for before, after in pairs]


def category_names(found: Iterable[Change]) -> dict[str, str]:
    """The names of the categories by code, as the newest of the versions of a scheme in use calls them."""
    schemes = {side.close_subject.scheme_id for one in found for side in one.sides}
    rows = PointCategory.objects.filter(scheme__in=schemes).order_by("scheme__number")
    return dict(rows.values_list("code", "name"))


__all__ = ["Change", "category_names", "changes"]
