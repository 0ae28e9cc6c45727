"""The measure of a close: the same result columns by one flat statement a half county, over two connections.

What a careful person would write who knows this scheme, this quarter and these federations, and needs nothing of
what a product needs: no versions to publish, no frozen subjects, no resuming, no digest, no audit, no progress.
"""

import threading
from collections.abc import Iterable
from typing import Any

from tests.bench._county import COUNTY, QUARTER, SCHEME, TOWNS
from tests.figures import owner

_TABLE = """
CREATE TABLE hand_written (
    run integer NOT NULL, number varchar(20) COLLATE "C" NOT NULL, name varchar(40) NOT NULL,
    subject_class varchar(15) NOT NULL, village_code varchar(12) COLLATE "C" NOT NULL,
    town_code varchar(12) COLLATE "C" NOT NULL, federation bigint, federation_key varchar(80) NOT NULL,
    federation_name varchar(60) NOT NULL, base integer NOT NULL, awards jsonb NOT NULL, deduct integer NOT NULL,
    total integer, grade varchar(20) NOT NULL, rank_village integer, rank_federation integer, rank_town integer,
    PRIMARY KEY (run, number));
CREATE TABLE hand_federation (village varchar(12) COLLATE "C" PRIMARY KEY, id bigint, key text, name text);
"""
_CATEGORIES = range(len(SCHEME.categories))
_SUMS = ", ".join(f"coalesce(sum(LEAST(cap, plus)) FILTER (WHERE category = {n}), 0)::int AS s{n}" for n in _CATEGORIES)
_CAPPED = [
    f"LEAST({category.cap}, coalesce(s{n}, 0))" if category.cap is not None else f"coalesce(s{n}, 0)"
    for n, category in enumerate(SCHEME.categories)
]
_AWARDS = ", ".join(f"'C{n}', {_CAPPED[n]}" for n in _CATEGORIES)
_STATEMENT = f"""
WITH item AS MATERIALIZED (
    SELECT i.id AS item, i.code, i.quarter_cap AS cap, i."group" AS highest_of, right(c.code, 1)::int AS category
      FROM members_pointitem i JOIN members_pointcategory c ON c.id = i.category_id
), listed AS MATERIALIZED (
    SELECT s.id, s.number, s.name, s.subject_class, s.exempt_reason = '' AS counts, p.village_id,
           left(p.village_id, 9) AS town, f.id AS federation, coalesce(f.key, '') AS key, coalesce(f.name, '') AS fname
      FROM members_placement p JOIN members_subject s ON s.id = p.subject_id
      LEFT JOIN hand_federation f ON f.village = p.village_id
     WHERE p.village_id >= %(low)s AND p.village_id < %(high)s AND p.valid_from <= '2026-09-30'
       AND (p.valid_to IS NULL OR p.valid_to > '2026-09-30') AND s.is_active
), undone AS MATERIALIZED (
    SELECT reverses FROM members_pointentry WHERE settle_quarter = '{QUARTER}' AND reverses IS NOT NULL
), effective AS MATERIALIZED (
    SELECT e.subject_id, e.id, e.points, e.occurred_on, i.item, i.code, i.highest_of
      FROM (SELECT l.id AS subject_id, e.*
              FROM listed l
             CROSS JOIN LATERAL (
                   SELECT id, points, occurred_on, item_code FROM members_pointentry
                    WHERE settle_quarter = '{QUARTER}' AND county_code = '{COUNTY}' AND subject_id = l.id
                      AND reverses IS NULL
                   OFFSET 0) AS e
            OFFSET 0) AS e
      JOIN item i ON i.code = e.item_code
     WHERE e.id NOT IN (SELECT reverses FROM undone)
), counted AS (
    SELECT subject_id, item, points FROM effective WHERE highest_of = '' OR points < 0
    UNION ALL
    (SELECT DISTINCT ON (subject_id, highest_of, occurred_on) subject_id, item, points
       FROM effective WHERE highest_of <> '' AND points > 0
      ORDER BY subject_id, highest_of, occurred_on, points DESC, code, id)
), by_item AS (
    SELECT subject_id, item, coalesce(sum(points) FILTER (WHERE points > 0), 0)::int AS plus,
           coalesce(-sum(points) FILTER (WHERE points < 0), 0)::int AS minus
      FROM counted GROUP BY subject_id, item
), by_subject AS (
    SELECT subject_id, {_SUMS}, sum(LEAST(cap, minus))::int AS deduct
      FROM by_item JOIN item USING (item) GROUP BY subject_id
), summed AS (
    SELECT l.*, CASE subject_class WHEN 'frail' THEN 1100 WHEN 'cadre' THEN 900 ELSE 1000 END AS base,
           jsonb_build_object({_AWARDS}) AS awards, {" + ".join(_CAPPED)} AS award,
           coalesce(deduct, 0) AS deduct
      FROM listed l LEFT JOIN by_subject b ON b.subject_id = l.id
), totalled AS (
    SELECT *, CASE WHEN counts THEN greatest(0, base + award - deduct) END AS total FROM summed
), ranked AS (
    SELECT *, rank() OVER (PARTITION BY village_id, subject_class ORDER BY total DESC NULLS LAST) AS in_village,
           rank() OVER (PARTITION BY town, subject_class ORDER BY total DESC NULLS LAST) AS in_town,
           rank() OVER (PARTITION BY federation, subject_class ORDER BY total DESC NULLS LAST) AS in_federation,
           count(total) OVER (PARTITION BY federation ORDER BY total DESC NULLS LAST) AS not_below,
           count(total) OVER (PARTITION BY federation) AS scored
      FROM totalled
)
INSERT INTO hand_written
SELECT %(run)s, number, name, subject_class, village_id, town, federation, key, fname, base, awards, deduct, total,
       CASE WHEN total IS NULL THEN ''
            WHEN total >= 1150 AND (federation IS NULL OR not_below <= scored * 20 / 100) THEN '优秀'
            WHEN total >= 1080 THEN '良好' WHEN total >= 1000 THEN '合格' WHEN total >= 0 THEN '一般' ELSE '' END,
       CASE WHEN counts THEN in_village END, CASE WHEN counts AND federation IS NOT NULL THEN in_federation END,
       CASE WHEN counts THEN in_town END
  FROM ranked
"""
HALF = 8  # towns: towns 1–8 hold whole federations, and so do 9–15


class HandWritten:
    """Runs the statement; each run keeps its rows, as each trial of the product does."""

    def __init__(self, placements: Iterable[Any]) -> None:
        self._connections = [owner(), owner()]
        self._run = 0
        with self._connections[0].cursor() as cursor:
            cursor.execute(_TABLE)
            for placed in placements:
                cursor.execute(
                    "INSERT INTO hand_federation VALUES (%s, %s, %s, %s)",
                    [placed.village_code, placed.federation_id, placed.federation_key, placed.federation_name],
                )
            cursor.execute("ANALYZE hand_federation")

    def __call__(self) -> None:
        self._run += 1
        edges = [f"{COUNTY}{101 + town}" for town in (0, HALF, TOWNS)]
        halves = [
            threading.Thread(target=self._half, args=(connection, edges[number], edges[number + 1]))
            for number, connection in enumerate(self._connections)
        ]
        for half in halves:
            half.start()
        for half in halves:
            half.join()

    def _half(self, connection: Any, low: str, high: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET work_mem = '64MB'; SET jit = off")
            cursor.execute(_STATEMENT, {"low": low, "high": high, "run": self._run})

    def differing(self, close: int) -> int:
        """Rows of the last run that are not as the product's close has them: both must do the whole work."""
        with self._connections[0].cursor() as cursor:
            cursor.execute(
                """
                SELECT count(*) FROM (SELECT * FROM hand_written WHERE run = %s) h
                  FULL JOIN (SELECT s.number, s.federation, p.* FROM members_closesubject s
                               JOIN members_pointscore p ON p.close_subject_id = s.id WHERE s.close_id = %s) p
                    USING (number)
                 WHERE (h.base, h.awards, h.deduct, h.total, h.grade, h.federation,
                        h.rank_village, h.rank_federation, h.rank_town) IS DISTINCT FROM
                       (p.base, p.awards, p.deduct, p.total, p.grade, p.federation,
                        p.rank_village, p.rank_federation, p.rank_town)
                """,
                [self._run, close],
            )
            return cursor.fetchone()[0]
