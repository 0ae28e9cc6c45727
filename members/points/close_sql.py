"""The arithmetic of a close, set-based. Every figure is an integer of 0.1 point.

Mind: LEAST and GREATEST skip nulls, which is what a missing cap or floor means, but sums over nothing must be 0
before they meet a cap; sum() of bigint is numeric and is cast back.
"""

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
     ORDER BY town_code, subject_id
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
ENTRY_COUNT = "SELECT count(*) FROM members_pointentry WHERE settle_quarter = %(quarter)s AND county_code = %(county)s"

# One chunk's scores. Exempt subjects (免于积分) are listed with base, awards and deductions, but without a total.
SCORES = """
WITH listed AS MATERIALIZED (
    SELECT id, subject_id, subject_class, is_exempt, village_code, town_code, federation, scheme_id
      FROM members_closesubject WHERE close_id = %(close)s AND town_code = ANY(%(towns)s)
), rule AS MATERIALIZED (
    SELECT s.id AS scheme_id, s.base, s.floor, s.rank_by_class, s.top_quota_percent,
           coalesce((SELECT jsonb_object_agg(c.code, 0) FROM members_pointcategory c WHERE c.scheme_id = s.id),
                    '{}'::jsonb) AS zeros,
           ARRAY(SELECT g.minimum FROM members_pointgrade g WHERE g.scheme_id = s.id ORDER BY g.minimum) AS minimums,
           ARRAY(SELECT g.name FROM members_pointgrade g WHERE g.scheme_id = s.id ORDER BY g.minimum) AS grades
      FROM members_pointscheme s WHERE s.id IN (SELECT scheme_id FROM listed)
), item AS MATERIALIZED (
    SELECT i.id AS item_id, i.scheme_id, i.code, i.quarter_cap, i."group" AS highest_of, i.town_id,
           c.code AS category, c.cap AS category_cap
      FROM members_pointitem i JOIN members_pointcategory c ON c.id = i.category_id
     WHERE i.scheme_id IN (SELECT scheme_id FROM rule)
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
    SELECT id, item_id, coalesce(sum(points) FILTER (WHERE points > 0), 0) AS plus,
           coalesce(-sum(points) FILTER (WHERE points < 0), 0) AS minus
      FROM counted GROUP BY id, item_id
), by_category AS (
    SELECT b.id, i.category, LEAST(min(i.category_cap), sum(LEAST(i.quarter_cap, b.plus))::bigint) AS award,
           sum(LEAST(i.quarter_cap, b.minus))::bigint AS deduct
      FROM by_item b JOIN item i USING (item_id) GROUP BY b.id, i.category
), by_subject AS (
    SELECT id, jsonb_object_agg(category, award) AS awards, sum(award)::bigint AS award, sum(deduct)::bigint AS deduct
      FROM by_category GROUP BY id
), summed AS (
    SELECT l.id, l.subject_class, l.is_exempt, l.village_code, l.town_code, l.federation, r.*,
           coalesce(c.base, r.base) AS own_base, coalesce(b.deduct, 0) AS deduct,
           CASE WHEN b.awards IS NULL THEN r.zeros ELSE r.zeros || b.awards END AS awards,
           CASE WHEN NOT l.is_exempt THEN
               GREATEST(r.floor, coalesce(c.base, r.base) + coalesce(b.award, 0) - coalesce(b.deduct, 0)) END AS total,
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

WRITE = f"""
    INSERT INTO members_pointscore (
        close_subject_id, close_id, base, awards, deduct, total, grade, rank_village, rank_federation, rank_town)
    {SCORES}
"""  # noqa: S608

# Subjects whose kept score is not what the ledger gives now.
DIFFERING = f"""
    SELECT s.number
      FROM (SELECT * FROM members_closesubject
             WHERE close_id = %(close)s AND town_code = ANY(%(towns)s)) AS s
      LEFT JOIN ({SCORES}) AS now ON now.close_subject_id = s.id
      LEFT JOIN members_pointscore kept ON kept.close_subject_id = s.id
     WHERE (now.base, now.awards, now.deduct, now.total, now.grade, now.rank_village, now.rank_federation,
            now.rank_town) IS DISTINCT FROM
           (kept.base, kept.awards, kept.deduct, kept.total, kept.grade, kept.rank_village, kept.rank_federation,
            kept.rank_town)
     ORDER BY s.number
"""  # noqa: S608
