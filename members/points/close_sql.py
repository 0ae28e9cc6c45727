"""The arithmetic of a close, set-based. Every figure is an integer of 0.1 point.

Mind: LEAST and GREATEST skip nulls, which is what a missing cap or floor means, but sums over nothing must be 0
before they meet a cap; sum() of bigint is numeric and slow, so sums of an item are cast to integer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2 import sql

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

FILL = f"""
    INSERT INTO members_closesubject (
        close_id, subject_id, number, name, subject_kind, subject_class, is_exempt, village_code, town_code,
        federation, federation_key, federation_name, scheme_id)
    SELECT %(close)s, subject_id, number, name, kind, subject_class, is_exempt, village_code, town_code,
           federation, federation_key, federation_name, scheme_id
      FROM ({LISTED}) AS listed
     ORDER BY subject_id
"""  # noqa: S608 -- constants

_FINGERPRINT_OF_ROW = """
    hashtextextended(concat_ws('|', number, name, {kind}, subject_class, is_exempt, village_code, federation,
                               federation_key, federation_name, scheme_id), 0)
"""
# Equal inputs, equal fingerprint; the ledger only grows, so its number of rows says whether it changed.
FINGERPRINT_OF_LISTED = f"""
    SELECT count(*), coalesce(sum({_FINGERPRINT_OF_ROW.format(kind="kind")}::numeric), 0) FROM ({LISTED}) AS listed
"""  # noqa: S608
FINGERPRINT_OF_FILLED = f"""
    SELECT count(*), coalesce(sum({_FINGERPRINT_OF_ROW.format(kind="subject_kind")}::numeric), 0)
      FROM members_closesubject WHERE close_id = %(close)s
"""  # noqa: S608
TOWNS_OF_FILLED = "SELECT DISTINCT town_code FROM members_closesubject WHERE close_id = %(close)s ORDER BY town_code"
ENTRY_COUNT = "SELECT count(*) FROM members_pointentry WHERE settle_quarter = %(quarter)s AND county_code = %(county)s"

# One chunk's scores. Exempt subjects (免于积分) are listed with base, awards and deductions, but without a total.
# `{sums}`, `{award}` and `{awards}` name the categories of the schemes one by one (see `compiled`).
_SCORES = """
WITH listed AS MATERIALIZED (
    SELECT id, subject_id, subject_class, is_exempt, village_code, town_code, federation, scheme_id
      FROM members_closesubject WHERE close_id = %(close)s AND town_code = ANY(%(towns)s)
), rule AS MATERIALIZED (
    SELECT s.id AS scheme_id, s.base, s.floor, s.rank_by_class, s.top_quota_percent,
           ARRAY(SELECT g.minimum FROM members_pointgrade g WHERE g.scheme_id = s.id ORDER BY g.minimum) AS minimums,
           ARRAY(SELECT g.name FROM members_pointgrade g WHERE g.scheme_id = s.id ORDER BY g.minimum) AS grades
      FROM members_pointscheme s WHERE s.id IN (SELECT scheme_id FROM listed)
), item AS MATERIALIZED (
    SELECT id AS item_id, scheme_id, code, category_id, quarter_cap, "group" AS highest_of, town_id
      FROM members_pointitem WHERE scheme_id IN (SELECT scheme_id FROM rule)
), undone AS MATERIALIZED (
    SELECT reverses FROM members_pointentry
     WHERE settle_quarter = %(quarter)s AND county_code = %(county)s AND reverses IS NOT NULL
), effective AS MATERIALIZED (
    SELECT l.id, e.id AS entry_id, e.points, e.occurred_on, i.item_id, i.code, i.highest_of
      FROM listed l
     CROSS JOIN LATERAL (
           SELECT id, item_code, points, occurred_on FROM members_pointentry
            WHERE settle_quarter = %(quarter)s AND county_code = %(county)s AND subject_id = l.subject_id
              AND reverses IS NULL
           OFFSET 0) AS e
      JOIN item i ON i.scheme_id = l.scheme_id AND i.code = e.item_code
     WHERE (i.town_id IS NULL OR i.town_id = l.town_code) AND e.id NOT IN (SELECT reverses FROM undone)
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
    SELECT l.id, l.subject_class, l.is_exempt, l.village_code, l.town_code, l.federation, r.*,
           coalesce(c.base, r.base) AS own_base, coalesce(b.deduct, 0) AS deduct, {awards} AS awards,
           CASE WHEN NOT l.is_exempt THEN
               GREATEST(r.floor, coalesce(c.base, r.base) + {award} - coalesce(b.deduct, 0)) END AS total,
           CASE WHEN r.rank_by_class THEN l.subject_class ELSE '' END AS ranked_class
      FROM listed l
      JOIN rule r USING (scheme_id)
      LEFT JOIN members_classbase c ON c.scheme_id = l.scheme_id AND c.subject_class = l.subject_class
      LEFT JOIN by_subject b ON b.id = l.id
), ranked AS (
    SELECT summed.*,
           rank() OVER (PARTITION BY scheme_id, village_code, ranked_class ORDER BY total DESC NULLS LAST)
               AS in_village,
           rank() OVER (PARTITION BY scheme_id, town_code, ranked_class ORDER BY total DESC NULLS LAST) AS in_town,
           rank() OVER (PARTITION BY scheme_id, federation, ranked_class ORDER BY total DESC NULLS LAST)
               AS in_federation,
           count(total) OVER (PARTITION BY scheme_id, federation ORDER BY total DESC NULLS LAST) AS not_below,
           count(total) OVER (PARTITION BY scheme_id, federation) AS scored,
           width_bucket(total, minimums) AS grade_number
      FROM summed
)
SELECT id AS close_subject_id, %(close)s AS close_id, own_base AS base, awards, deduct::integer AS deduct,
       total::integer AS total,
       coalesce(grades[grade_number - CASE
           WHEN grade_number = cardinality(minimums) AND federation IS NOT NULL AND top_quota_percent IS NOT NULL
                AND not_below > scored * top_quota_percent / 100 THEN 1 ELSE 0 END], '') AS grade,
       CASE WHEN total IS NOT NULL THEN in_village END AS rank_village,
       CASE WHEN total IS NOT NULL AND federation IS NOT NULL THEN in_federation END AS rank_federation,
       CASE WHEN total IS NOT NULL THEN in_town END AS rank_town
  FROM ranked
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
             WHERE close_id = %(close)s AND town_code = ANY(%(towns)s)) AS s
      LEFT JOIN ({scores}) AS now ON now.close_subject_id = s.id
      LEFT JOIN members_pointscore kept ON kept.close_subject_id = s.id
     WHERE (now.base, now.awards, now.deduct, now.total, now.grade, now.rank_village, now.rank_federation,
            now.rank_town) IS DISTINCT FROM
           (kept.base, kept.awards, kept.deduct, kept.total, kept.grade, kept.rank_village, kept.rank_federation,
            kept.rank_town)
     ORDER BY s.number
"""


@dataclass(frozen=True)
class Category:
    """A category of one of the schemes of a close."""

    pk: int
    scheme: int
    code: str
    cap: int | None


def write(categories: Sequence[Category]) -> sql.Composed:
    """Insert a chunk's scores."""
    return sql.SQL(_WRITE).format(scores=_scores(categories))


def differing(categories: Sequence[Category]) -> sql.Composed:
    """Numbers of a chunk's subjects whose kept score is another than the ledger's."""
    return sql.SQL(_DIFFERING).format(scores=_scores(categories))


def _scores(categories: Sequence[Category]) -> sql.Composed:
    """The statement with a sum of its own for each category: a third faster than summing by category and folding the
    sums of each subject into an object, with two passes over all subjects and categories less.
    """
    sums = [
        sql.SQL("sum(LEAST(i.quarter_cap, b.plus)) FILTER (WHERE i.category_id = {}) AS {}").format(
            sql.Literal(category.pk), _name(category)
        )
        for category in categories
    ]
    capped = {
        category: sql.SQL("LEAST({}, coalesce(b.{}, 0))").format(sql.Literal(category.cap), _name(category))
        for category in categories
    }
    award = sql.SQL(" + ").join([sql.SQL("0"), *capped.values()])
    return sql.SQL(_SCORES).format(
        sums=sql.SQL(", ").join(sums or [sql.SQL("0 AS nothing")]), award=sql.SQL("({})").format(award),
        awards=_awards(categories, capped),
    )  # fmt: skip


def _awards(categories: Sequence[Category], capped: dict[Category, sql.Composed]) -> sql.Composable:
    """The object of awards, scheme by scheme; all its categories, zeros too."""
    cases = []
    for scheme in sorted({category.scheme for category in categories}):
        pairs = [
            sql.SQL("{}::text, {}").format(sql.Placeholder(_code(category)), capped[category])
            for category in categories
            if category.scheme == scheme
        ]
        # A function takes a hundred arguments; a scheme with more categories gets its object in parts.
        parts = [
            sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(pairs[at : at + PAIRS_AT_ONCE]))
            for at in range(0, len(pairs), PAIRS_AT_ONCE)
        ]
        cases.append(sql.SQL("WHEN {} THEN {}").format(sql.Literal(scheme), sql.SQL(" || ").join(parts)))
    if not cases:
        return sql.SQL("'{{}}'::jsonb").format()
    return sql.SQL("CASE l.scheme_id {} ELSE '{{}}'::jsonb END").format(sql.SQL(" ").join(cases))


def codes(categories: Sequence[Category]) -> dict[str, str]:
    """The parameters that the statements take beside those of the chunk."""
    return {_code(category): category.code for category in categories}


def _code(category: Category) -> str:
    return f"code_{category.pk}"


def _name(category: Category) -> sql.Identifier:
    return sql.Identifier(f"sum_{category.pk}")
