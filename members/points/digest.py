"""The digest of a close: SHA-256 over one line a subject, in byte order of the numbers. No ids, times or versions.

A line is a JSON array without blanks, as Python's `json.dumps(…, separators=(",", ":"), ensure_ascii=False)` writes
it: number, kind, class, village, federation key or "", town, base, awards as [[category code, points], …] in byte
order of the codes, deductions, total, grade, the ranks in village, federation and town; null where there is none.
"""

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, nullcontext
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db import connection, transaction
from psycopg2 import sql

from members.models import PointCategory, QuarterClose
from members.points.lanes import Lanes

# to_json() escapes the same characters in the same way as Python does. The subjects of a close lie together, in the
# order of their ids, and so do their scores: with the bounds, both are read as they lie and nothing of other closes.
# OFFSET 0 keeps the planner, which has no statistics of rows written a moment ago, from another index.
_LINES = """
    SELECT s.number, concat_ws(',', '[' || to_json(s.number), to_json(s.subject_kind), to_json(s.subject_class),
           to_json(s.village_code), to_json(s.federation_key), to_json(s.town_code), p.base, '[' || {awards} || ']',
           p.deduct, coalesce(p.total::text, 'null'),
           CASE WHEN p.grade = '' THEN 'null' ELSE to_json(p.grade)::text END,
           coalesce(p.rank_village::text, 'null'), coalesce(p.rank_federation::text, 'null'),
           coalesce(p.rank_town::text, 'null') || E']\\n') AS line
      FROM (SELECT * FROM members_closesubject WHERE id BETWEEN {first} AND {last} OFFSET 0) AS s
      JOIN members_pointscore p ON p.close_subject_id = s.id
     WHERE s.close_id = {close} AND s.scheme_id = {scheme} AND p.close_subject_id BETWEEN {first} AND {last}
"""
_AWARD = "{head} || (p.awards ->> {code}) || ']'"
# In blocks, so that neither server nor worker ever holds all of a county.
_TEXT = """
    SELECT string_agg(line, '' ORDER BY number)
      FROM (SELECT number, line, width_bucket(number, {blocks}) AS block FROM ({lines}) AS lines
             WHERE number >= {first} AND number < {end}) AS numbered
     GROUP BY block ORDER BY block
"""
# Of each scheme; and a sample of the numbers, to cut them into blocks of about the same size. Read in the order in
# which the subjects lie, which is that of another index than the planner would take.
_BOUNDS = """
    SELECT scheme_id, min(id), max(id), min(number), coalesce(array_agg(number) FILTER (WHERE id %% 97 = 0), '{}')
      FROM (SELECT scheme_id, id, number FROM members_closesubject
             WHERE close_id = %s ORDER BY subject_id OFFSET 0) AS listed
     GROUP BY scheme_id ORDER BY scheme_id
"""
BLOCK = 40  # numbers of the sample to a block: some 4,000 lines
SPOOL = 1024**2  # bytes of a half that are held in memory
_BEYOND = "\U0010ffff"  # greater in byte order than any number


def digest_of(close: QuarterClose, lanes: Lanes | None = None) -> str:
    """The digest of the scores that are kept now; with `lanes` read on two connections (they must be committed)."""
    made = hashlib.sha256()
    for part in _parts(close, lanes):
        made.update(part)
    return made.hexdigest()


def canonical_lines(close: QuarterClose) -> str:
    """The text whose digest is kept, for whoever wants to compare it with another installation's."""
    return b"".join(_parts(close)).decode()


def _parts(close: QuarterClose, lanes: Lanes | None = None) -> Iterator[bytes]:
    """The text part by part. It is read in two halves, each into a file of its own that memory need not hold."""
    with connection.cursor() as cursor:
        cursor.execute(_BOUNDS, [close.pk])
        bounds = cursor.fetchall()
    if not bounds:
        return
    schemes, firsts, lasts, lowests, samples = zip(*bounds, strict=True)
    lowest, sample = min(lowests), sorted(itertools.chain(*samples))
    middle = sample[len(sample) // 2] if sample else lowest
    lines = _lines(close, schemes, min(firsts), max(lasts))
    blocks = sql.Literal(sample[::BLOCK] or [lowest])
    with ExitStack() as stack:
        halves = {start: stack.enter_context(SpooledTemporaryFile(SPOOL)) for start in (lowest, middle)}

        def read(start: str) -> None:
            bounded = {"first": sql.Literal(start), "end": sql.Literal(middle if start < middle else _BEYOND)}
            _read(sql.SQL(_TEXT).format(lines=lines, blocks=blocks, **bounded), halves[start])

        used = stack.enter_context(nullcontext(lanes) if lanes else Lanes(alone=True))
        used.side_by_side(read, list(halves))
        for file in halves.values():
            file.seek(0)
            while part := file.read(SPOOL):
                yield part


def _read(statement: sql.Composed, file: IO[bytes]) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Two connections keep two cores busy already; and all of the rows will be fetched.
            cursor.execute("SET LOCAL work_mem = '64MB'")
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            cursor.execute("SET LOCAL enable_nestloop = off")
            cursor.execute("SET LOCAL cursor_tuple_fraction = 1")
            text = statement.as_string(cursor.connection)
        with connection.chunked_cursor() as cursor:
            cursor.execute(text)
            while rows := cursor.fetchmany(1):
                file.write(rows[0][0].encode())


def _lines(close: QuarterClose, schemes: Iterable[int], first: int, last: int) -> sql.Composed:
    # A scheme's categories are few and known: naming them costs a tenth of unfolding each subject's awards.
    queries = []
    for scheme in schemes:
        codes = sorted(PointCategory.objects.filter(scheme_id=scheme).values_list("code", flat=True), key=str.encode)
        heads = {code: f"[{json.dumps(code, ensure_ascii=False)}," for code in codes}
        awards = sql.SQL(" || ',' || ").join(
            sql.SQL(_AWARD).format(head=sql.Literal(head), code=sql.Literal(code)) for code, head in heads.items()
        )
        queries.append(
            sql.SQL(_LINES).format(
                awards=awards if codes else sql.SQL("''"), close=sql.Literal(close.pk), scheme=sql.Literal(scheme),
                first=sql.Literal(first), last=sql.Literal(last),
            )
        )  # fmt: skip
    return sql.SQL(" UNION ALL ").join(queries)
