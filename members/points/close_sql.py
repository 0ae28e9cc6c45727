"""The arithmetic of a close, set-based. Every figure is an integer of 0.1 point.

Mind: LEAST and GREATEST skip nulls, which is what a missing cap or floor means, but sums over nothing must be 0
before they meet a cap; sum() of bigint is numeric and slow, so sums of an item are cast to integer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

from lianjian import areacodes
from members.models import PointScheme

PAIRS_AT_ONCE = 40

# Who is listed: placed in the county on the day, of a kind that has a scheme. Somebody who left after the day was
# still active on it, and his stay has an end by now.
LISTED = """
    SELECT s.id AS subject_id, s.number, s.name, s.kind, s.subject_class,
           s.exempt_reason <> '' OR coalesce(c.exempt_reason, '') <> '' AS is_exempt,
           p.village_id AS village_code, left(p.village_id, 9) AS town_code,
           f.id AS federation, coalesce(f.key, '') AS federation_key, coalesce(f.name, '') AS federation_name,
           k.scheme_id
      FROM members_placement p
      JOIN members_subject s ON s.id = p.subject_id
      JOIN unnest(%(kinds)s::text[], %(schemes)s::bigint[]) AS k(kind, scheme_id) ON k.kind = s.kind
      LEFT JOIN members_classbase c ON c.scheme_id = k.scheme_id AND c.subject_class = s.subject_class
      LEFT JOIN unnest(%(villages)s::text[], %(federations)s::bigint[], %(keys)s::text[], %(names)s::text[])
             AS f(village_code, id, key, name) ON f.village_code = p.village_id
     WHERE p.village_id >= %(low)s AND p.village_id < %(high)s
       AND p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to > %(day)s)
       AND (s.is_active OR p.valid_to IS NOT NULL)
"""

_FINGERPRINT_OF_ROW = """
    hashtextextended(concat_ws('|', number, name, {kind}, subject_class, is_exempt, village_code, federation,
                               federation_key, federation_name, scheme_id), 0)
"""
# Lists who is scored and tells of each town and scheme how many there are, and the sum of their fingerprints.
FILL = f"""
    WITH filled AS (
        INSERT INTO members_closesubject (
            close_id, subject_id, number, name, subject_kind, subject_class, is_exempt, village_code, town_code,
            federation, federation_key, federation_name, scheme_id)
        SELECT %(close)s, subject_id, number, name, kind, subject_class, is_exempt, village_code, town_code,
               federation, federation_key, federation_name, scheme_id
          FROM ({LISTED}) AS listed
         ORDER BY subject_id
        RETURNING town_code, scheme_id, {_FINGERPRINT_OF_ROW.format(kind="subject_kind")} AS fingerprint
    )
    SELECT town_code, scheme_id, count(*), sum(fingerprint::numeric)
      FROM filled GROUP BY town_code, scheme_id
"""  # noqa: S608 -- constants
# Who is listed in a correction: those of the version that it corrects, as they stand there.
COPY_LISTED = """
    INSERT INTO members_closesubject (
        close_id, subject_id, number, name, subject_kind, subject_class, is_exempt, village_code, town_code,
        federation, federation_key, federation_name, scheme_id)
    SELECT %(close)s, subject_id, number, name, subject_kind, subject_class, is_exempt, village_code, town_code,
           federation, federation_key, federation_name, scheme_id
      FROM members_closesubject WHERE close_id = %(published)s
     ORDER BY subject_id
"""
# Equal inputs, equal fingerprint; the ledger only grows, so its number of rows says whether it changed.
FINGERPRINT_OF_LISTED = f"""
    SELECT count(*), coalesce(sum({_FINGERPRINT_OF_ROW.format(kind="kind")}::numeric), 0) FROM ({LISTED}) AS listed
"""  # noqa: S608
_ENTRIES = "FROM members_pointentry WHERE settle_quarter = %(quarter)s AND county_code = %(county)s"
ENTRY_COUNT = f"SELECT count(*) {_ENTRIES}"
HAS_MORE_ENTRIES = f"SELECT EXISTS (SELECT {_ENTRIES} OFFSET %(number)s)"
# Whether one of the ledger's newest rows is younger than a moment: a count says the same of all, but takes longer.
HAS_NEWER_ENTRY = """
    SELECT EXISTS (
        SELECT FROM (SELECT county_code, created_at FROM members_pointentry
                      WHERE settle_quarter = %(quarter)s ORDER BY id DESC LIMIT 1000) AS newest
         WHERE county_code = %(county)s AND created_at > %(moment)s)
"""

# The scores of one chunk and one scheme, whose categories `{sums}`, `{awards}` and `{award}` name one by one. Exempt
# subjects (免于积分) are listed with base, awards and deductions, but without a total. The planner has no statistics of
# rows written a moment ago and expects one of a close that it does not know: it would join everything the wrong way
# round. (SELECT …) hides which close is meant, so that it expects as many as usual; where it knows nothing at all, it
# still expects some thousand rows of the second part of `listed`, which is empty.
_SCORES = """
WITH listed AS MATERIALIZED (
    SELECT id, subject_id, subject_class, {is_exempt} AS is_exempt, village_code, town_code, federation
      FROM members_closesubject
     WHERE close_id = (SELECT %(close)s::bigint) AND scheme_id = %(filled_with)s AND ({places})
    UNION ALL
    SELECT n, n, '', false, '', '', n FROM generate_series(1, 10000) AS n WHERE n < 0
), item AS MATERIALIZED (
    SELECT id AS item_id, code, points, category_id, quarter_cap, "group" AS highest_of, town_id
      FROM members_pointitem WHERE scheme_id = %(scheme)s
), undone AS MATERIALIZED (
    SELECT reverses FROM members_pointentry
     WHERE settle_quarter = %(quarter)s AND county_code = %(county)s AND reverses IS NOT NULL
), effective AS MATERIALIZED (
    SELECT e.id, e.entry_id, {worth} AS points, e.occurred_on, i.item_id, i.code, i.highest_of
      FROM (SELECT l.id, l.town_code, e.id AS entry_id, e.item_code, e.amount, e.occurred_on
              FROM listed l
             CROSS JOIN LATERAL (
                   SELECT id, item_code, {amount} AS amount, occurred_on FROM members_pointentry
                    WHERE settle_quarter = %(quarter)s AND county_code = %(county)s AND subject_id = l.subject_id
                      AND reverses IS NULL
                   OFFSET 0) AS e
            OFFSET 0) AS e  -- or the planner joins the items to the entries of each subject anew
      JOIN item i ON i.code = e.item_code
     WHERE (i.town_id IS NULL OR i.town_id = e.town_code) AND e.entry_id NOT IN (SELECT reverses FROM undone)
), counted AS (
    SELECT id, item_id, points FROM effective WHERE highest_of = '' OR points < 0
    UNION ALL
    (SELECT DISTINCT ON (id, highest_of, occurred_on) id, item_id, points
       FROM effective WHERE highest_of <> '' AND points > 0
      ORDER BY id, highest_of, occurred_on, points DESC, code, entry_id)
), by_item AS (
    SELECT id, item_id, coalesce(sum(points) FILTER (WHERE points > 0), 0)::integer AS plus,
           coalesce(-sum(points) FILTER (WHERE points < 0), 0)::integer AS minus
      FROM counted GROUP BY id, item_id
), by_subject AS (
    SELECT b.id, sum(LEAST(i.quarter_cap, b.minus)) AS deduct, {sums}
      FROM by_item b JOIN item i USING (item_id) GROUP BY b.id
), summed AS (
    SELECT l.*, coalesce(c.base, %(base)s) AS base, coalesce(b.deduct, 0)::integer AS deduct, {awards} AS awards,
           CASE WHEN NOT l.is_exempt THEN GREATEST(
               %(floor)s::integer, coalesce(c.base, %(base)s) + {award} - coalesce(b.deduct, 0))::integer END AS total
      FROM listed l
      LEFT JOIN members_classbase c ON c.scheme_id = %(scheme)s AND c.subject_class = l.subject_class
      LEFT JOIN by_subject b ON b.id = l.id
), ranked AS (
    SELECT *, {quota} AS within_quota, width_bucket(total, %(minimums)s::integer[]) AS grade_number,
           rank() OVER (PARTITION BY village_code{by_class} ORDER BY total DESC NULLS LAST) AS in_village,
           rank() OVER (PARTITION BY town_code{by_class} ORDER BY total DESC NULLS LAST) AS in_town,
           rank() OVER (PARTITION BY federation{by_class} ORDER BY total DESC NULLS LAST) AS in_federation
      FROM summed
)
SELECT id AS close_subject_id, %(close)s AS close_id, base, awards, deduct, total,
       coalesce((%(grades)s::text[])[grade_number - CASE
           WHEN grade_number = cardinality(%(minimums)s::integer[]) AND federation IS NOT NULL AND NOT within_quota
           THEN 1 ELSE 0 END], '') AS grade,
       CASE WHEN total IS NOT NULL THEN in_village END AS rank_village,
       CASE WHEN total IS NOT NULL AND federation IS NOT NULL THEN in_federation END AS rank_federation,
       CASE WHEN total IS NOT NULL THEN in_town END AS rank_town
  FROM ranked
"""
# What the scheme says of the listed and their entries: in a close it is theirs, so both were fixed before (rules 1
# and 6); where another is tried on them, classes are exempt as it says and each fact is worth what its item is.
_AS_FIXED = {"is_exempt": "is_exempt", "amount": "points", "worth": "e.amount"}
_AS_TRIED = {
    "is_exempt": """
        (EXISTS (SELECT FROM members_classbase c WHERE c.scheme_id = %(scheme)s
                    AND c.subject_class = members_closesubject.subject_class AND c.exempt_reason <> '')
         OR is_exempt AND (
            NOT EXISTS (SELECT FROM members_classbase c WHERE c.scheme_id = %(filled_with)s
                           AND c.subject_class = members_closesubject.subject_class AND c.exempt_reason <> '')
            OR EXISTS (SELECT FROM members_subject s WHERE s.id = subject_id AND s.exempt_reason <> '')))
    """,
    "amount": "quantity",
    "worth": "e.amount * i.points",
}
_QUOTA = """
    count(total) OVER (PARTITION BY federation ORDER BY total DESC NULLS LAST)
    <= count(total) OVER (PARTITION BY federation) * %(quota)s / 100
"""

_WRITE = """
    INSERT INTO members_pointscore (
        close_subject_id, close_id, base, awards, deduct, total, grade, rank_village, rank_federation, rank_town)
    {scores}
"""

# Subjects whose kept score is not what the ledger gives now.
_DIFFERING = """
    SELECT s.number
      FROM (SELECT * FROM members_closesubject
             WHERE close_id = %(close)s AND scheme_id = %(scheme)s AND ({places})) AS s
      LEFT JOIN ({scores}) AS now ON now.close_subject_id = s.id
      LEFT JOIN members_pointscore kept ON kept.close_subject_id = s.id
     WHERE (now.base, now.awards, now.deduct, now.total, now.grade, now.rank_village, now.rank_federation,
            now.rank_town) IS DISTINCT FROM
           (kept.base, kept.awards, kept.deduct, kept.total, kept.grade, kept.rank_village, kept.rank_federation,
            kept.rank_town)
     ORDER BY s.number
"""


@dataclass(frozen=True)
class Rule:
    """A scheme as the statements need it; categories are (id, code, cap), grades from the lowest limit up.

    filled_with  the scheme that the close was filled with, where this is another one tried on it (what if)
    """

    scheme: int
    base: int
    floor: int | None
    by_class: bool
    quota: int | None
    categories: tuple[tuple[int, str, int | None], ...]
    grades: tuple[tuple[int, str], ...]
    filled_with: int | None = None

    @classmethod
    def of(cls, scheme: PointScheme, filled_with: int | None = None) -> "Rule":
        return cls(
            filled_with=filled_with,
            scheme=scheme.pk,
            base=scheme.base,
            floor=scheme.floor,
            by_class=scheme.rank_by_class,
            quota=scheme.top_quota_percent,
            categories=tuple(scheme.categories.order_by("pk").values_list("pk", "code", "cap")),
            grades=tuple(scheme.grades.order_by("minimum").values_list("minimum", "name")),
        )

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "scheme": self.scheme,
            "filled_with": self.scheme if self.filled_with is None else self.filled_with,
            "base": self.base,
            "floor": self.floor,
            "quota": self.quota,
            "minimums": [minimum for minimum, _ in self.grades],
            "grades": [name for _, name in self.grades],
            **{f"code_{pk}": code for pk, code, _ in self.categories},
        }


def write(rule: Rule, towns: Sequence[str]) -> sql.Composed:
    """Insert a chunk's scores."""
    return sql.SQL(_WRITE).format(scores=scores(rule, towns))


def differing(rule: Rule, towns: Sequence[str]) -> sql.Composed:
    """Numbers of a chunk's subjects whose kept score is another than the ledger's."""
    return sql.SQL(_DIFFERING).format(scores=scores(rule, towns), places=_places(towns))


def scores(rule: Rule, towns: Sequence[str]) -> sql.Composed:
    """A chunk's scores as a query.

    It has a sum of its own for each category: a third faster than summing by category and folding the sums of each
    subject into an object.
    """
    sums = [
        sql.SQL("sum(LEAST(i.quarter_cap, b.plus)) FILTER (WHERE i.category_id = {}) AS {}").format(
            sql.Literal(pk), _sum(pk)
        )
        for pk, _, _ in rule.categories
    ]
    capped = [
        sql.SQL("LEAST({}, coalesce(b.{}, 0))").format(sql.Literal(cap), _sum(pk)) for pk, _, cap in rule.categories
    ]
    by_class = sql.SQL(", subject_class" if rule.by_class else "")
    return sql.SQL(_SCORES).format(
        **{name: sql.SQL(text) for name, text in (_AS_FIXED if rule.filled_with is None else _AS_TRIED).items()},
        places=_places(towns),
        by_class=by_class,
        sums=sql.SQL(", ").join(sums or [sql.SQL("0 AS nothing")]),
        award=sql.SQL("({})").format(sql.SQL(" + ").join([sql.SQL("0"), *capped])),
        awards=_awards(rule, capped),
        quota=sql.SQL("true" if rule.quota is None else _QUOTA),
    )


def _awards(rule: Rule, capped: Sequence[sql.Composed]) -> sql.Composable:
    """The object of awards: all categories, zeros too."""
    pairs = [
        sql.SQL("{}::text, {}").format(sql.Placeholder(f"code_{pk}"), award)
        for (pk, _, _), award in zip(rule.categories, capped, strict=True)
    ]
    # A function takes a hundred arguments; a scheme with more categories gets its object in parts.
    parts = [
        sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(pairs[at : at + PAIRS_AT_ONCE]))
        for at in range(0, len(pairs) or 1, PAIRS_AT_ONCE)
    ]
    return sql.SQL(" || ").join(parts)


def _places(towns: Sequence[str]) -> sql.Composable:
    """Village codes of these towns, as spans that an index finds."""
    spans = [
        sql.SQL("(village_code >= {} AND village_code < {})").format(*map(sql.Literal, areacodes.subtree(town)))
        for town in towns
    ]
    return sql.SQL(" OR ").join(spans or [sql.SQL("false")])


def _sum(pk: int) -> sql.Identifier:
    return sql.Identifier(f"sum_{pk}")
