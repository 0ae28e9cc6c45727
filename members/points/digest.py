"""The digest of a close: SHA-256 over one line a subject, in byte order of the numbers. No ids, times or versions.

A line is a JSON array without blanks, as Python's `json.dumps(…, separators=(",", ":"), ensure_ascii=False)` writes
it: number, kind, class, village, federation key or "", town, base, awards as [[category code, points], …] in byte
order of the codes, deductions, total, grade, the ranks in village, federation and town; null where there is none.
"""

import hashlib

from django.db import connection, transaction
from psycopg2 import sql

from members.models import PointCategory, QuarterClose
from members.points.lanes import side_by_side

# to_json() escapes the same characters in the same way as Python does. Scores lie together, in the order of the ids
# of their subjects: the bounds keep the planner from reading those of other closes.
_LINES = """
    SELECT s.number, concat_ws(',', '[' || to_json(s.number), to_json(s.subject_kind), to_json(s.subject_class),
           to_json(s.village_code), to_json(s.federation_key), to_json(s.town_code), p.base, '[' || {awards} || ']',
           p.deduct, coalesce(p.total::text, 'null'),
           CASE WHEN p.grade = '' THEN 'null' ELSE to_json(p.grade)::text END,
           coalesce(p.rank_village::text, 'null'), coalesce(p.rank_federation::text, 'null'),
           coalesce(p.rank_town::text, 'null') || E']\\n') AS line
      FROM members_closesubject s JOIN members_pointscore p ON p.close_subject_id = s.id
     WHERE s.close_id = {close} AND s.scheme_id = {scheme} AND p.close_subject_id BETWEEN {first} AND {last}
"""
_AWARD = """'[' || to_json({code}::text) || ',' || (p.awards ->> {code}) || ']'"""
_TEXT = "SELECT string_agg(line, '' ORDER BY number) FROM ({}) AS lines WHERE number >= {} AND number < {}"
_BOUNDS = "SELECT min(id), max(id), min(number) FROM members_closesubject WHERE close_id = %s"
# A number about in the middle, by a sample.
_MIDDLE = """
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY number) FROM members_closesubject
     WHERE close_id = %s AND (id = %s OR id %% 97 = 0)
"""
_BEYOND = "\U0010ffff"  # greater in byte order than any number


def digest_of(close: QuarterClose, *, alone: bool = True) -> str:
    """The digest of the scores that are kept now; unless `alone`, read on two connections (they must be committed)."""
    made = hashlib.sha256()
    for part in _parts(close, alone=alone):
        made.update(part.encode())
    return made.hexdigest()


def canonical_lines(close: QuarterClose) -> str:
    """The text whose digest is kept, for whoever wants to compare it with another installation's."""
    return "".join(_parts(close, alone=True))


def _parts(close: QuarterClose, *, alone: bool) -> list[str]:
    """The text, in two parts of about the same size."""
    with connection.cursor() as cursor:
        cursor.execute(_BOUNDS, [close.pk])
        first, last, lowest = cursor.fetchone()
        if first is None:
            return []
        cursor.execute(_MIDDLE, [close.pk, first])
        middle = cursor.fetchone()[0]
    lines = _lines(close, first, last)
    parts = {lowest: "", middle: ""}

    def read(start: str) -> None:
        statement = sql.SQL(_TEXT).format(lines, sql.Literal(start), sql.Literal(middle if start < middle else _BEYOND))
        with transaction.atomic(), connection.cursor() as cursor:
            # Two connections keep two cores busy already.
            cursor.execute("SET LOCAL work_mem = '64MB'")
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            cursor.execute(statement.as_string(cursor.connection))
            parts[start] = cursor.fetchone()[0] or ""

    side_by_side(read, list(parts), alone=alone)
    return list(parts.values())


def _lines(close: QuarterClose, first: int, last: int) -> sql.Composed:
    # A scheme's categories are few and known: naming them costs a tenth of unfolding each subject's awards.
    listed = close.subjects.unscoped("a digest is over the whole close")
    queries = []
    for scheme in listed.values_list("scheme_id", flat=True).distinct():
        codes = sorted(PointCategory.objects.filter(scheme_id=scheme).values_list("code", flat=True), key=str.encode)
        awards = sql.SQL(" || ',' || ").join(sql.SQL(_AWARD).format(code=sql.Literal(code)) for code in codes)
        queries.append(
            sql.SQL(_LINES).format(
                awards=awards if codes else sql.SQL("''"), close=sql.Literal(close.pk), scheme=sql.Literal(scheme),
                first=sql.Literal(first), last=sql.Literal(last),
            )
        )  # fmt: skip
    return sql.SQL(" UNION ALL ").join(queries)
