"""The digest of a close: SHA-256 over one line a subject, in byte order of the numbers. No ids, times or versions.

A line is a JSON array without blanks, as Python's `json.dumps(…, separators=(",", ":"), ensure_ascii=False)` writes
it: number, kind, class, village, federation key or "", town, base, awards as [[category code, points], …] in byte
order of the codes, deductions, total, grade, the ranks in village, federation and town; null where there is none.
"""

from django.db import connection
from psycopg2 import sql

from members.models import PointCategory, QuarterClose

# to_json() escapes the same characters in the same way as Python does.
_LINE = """
    SELECT s.number, concat_ws(',', '[' || to_json(s.number), to_json(s.subject_kind), to_json(s.subject_class),
           to_json(s.village_code), to_json(s.federation_key), to_json(s.town_code), p.base, '[' || {awards} || ']',
           p.deduct, coalesce(p.total::text, 'null'),
           CASE WHEN p.grade = '' THEN 'null' ELSE to_json(p.grade)::text END,
           coalesce(p.rank_village::text, 'null'), coalesce(p.rank_federation::text, 'null'),
           coalesce(p.rank_town::text, 'null') || E']\\n') AS line
      FROM members_closesubject s JOIN members_pointscore p ON p.close_subject_id = s.id
     WHERE s.close_id = {close} AND s.scheme_id = {scheme}
"""
_AWARD = """'[' || to_json({code}::text) || ',' || (p.awards ->> {code}) || ']'"""
_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def digest_of(close: QuarterClose) -> str:
    """The digest of the scores that are kept now."""
    return _ask(close, "encode(sha256(convert_to(string_agg(line, '' ORDER BY number), 'UTF8')), 'hex')") or _EMPTY


def canonical_lines(close: QuarterClose) -> str:
    """The text whose digest is kept, for whoever wants to compare it with another installation's."""
    return _ask(close, "string_agg(line, '' ORDER BY number)") or ""


def _ask(close: QuarterClose, what: str) -> str | None:
    listed = close.subjects.unscoped("a digest is over the whole close")
    schemes = list(listed.values_list("scheme_id", flat=True).distinct())
    if not schemes:
        return None
    lines = sql.SQL(" UNION ALL ").join(_lines(close.pk, scheme) for scheme in schemes)
    with connection.cursor() as cursor:
        statement = sql.SQL("SELECT {} FROM ({}) AS lines").format(sql.SQL(what), lines)
        cursor.execute(statement.as_string(cursor.connection))
        return cursor.fetchone()[0]


def _lines(close_id: int, scheme_id: int) -> sql.Composed:
    # A scheme's categories are few and known: naming them costs a tenth of unfolding each subject's awards.
    codes = sorted(PointCategory.objects.filter(scheme_id=scheme_id).values_list("code", flat=True), key=str.encode)
    awards = sql.SQL(" || ',' || ").join(sql.SQL(_AWARD).format(code=sql.Literal(code)) for code in codes)
    return sql.SQL(_LINE).format(
        awards=awards if codes else sql.SQL("''"), close=sql.Literal(close_id), scheme=sql.Literal(scheme_id)
    )
