"""quarter-history: a close of 100,000 members and 1,000,000 entries takes no longer after years of quarters."""

import statistics
from collections.abc import Iterator

from lianjian.periods import parse_quarter
from members import sockets
from registers import jobs
from tests.bench._county import ENTRIES, QUARTER, make_county, placements
from tests.bench.quarter_close import add_fact, close_quarter
from tests.figures import Figure, at_most, figure, note, owner, timed

ROUNDS = 5
TIMES = (3, 12)  # as much in all as the quarter alone
GOAL = 1.15
# The quarter's own rows, some quarters earlier.
_COPY = """
    INSERT INTO members_pointentry (
        id, county_code, settle_quarter, subject_id, village_id, claim_id, scheme_id, item_code, quantity, points,
        occurred_on, reason, source_ref, reverses, created_by_id, created_at)
    SELECT id + %(back)s * 4 * %(entries)s, county_code, %(quarter)s, subject_id, village_id,
           claim_id + %(back)s * 4 * %(entries)s, scheme_id, item_code, quantity, points,
           occurred_on - (%(back)s * interval '3 months 5 days'), reason, source_ref,
           reverses + %(back)s * 4 * %(entries)s, created_by_id, created_at
      FROM members_pointentry WHERE settle_quarter = %(from)s
"""


@figure("quarter-history")
def quarter_history() -> Iterator[Figure]:
    """Medians of the same close with nothing before it, and with closed quarters before it."""
    user = make_county()
    sockets.register_placement_provider(placements)
    jobs.send = lambda job: None  # the job is run here, not by a worker that may be listening
    facts = iter(range(1, 1000))
    alone = _median(user, facts)
    back = 0
    for times in TIMES:
        with timed(f"{times - 1 - back} more quarters"):
            while back < times - 1:
                back += 1
                _earlier(user, back)
            _settle()
        after = _median(user, facts)
        note(f"  alone {alone:.2f} s, with {times} times as much {after:.2f} s")
        yield at_most(f"quarter-history {times}×", after / alone, GOAL)


def _median(user, facts) -> float:
    taken = []
    for number in range(ROUNDS + 1):
        add_fact(user, next(facts))
        with timed("close") as seconds:
            close_quarter(user, QUARTER)
        if number:  # the first one warms up
            taken += seconds
    return statistics.median(taken)


def _earlier(user, back: int) -> None:
    """A quarter with as many entries, and its close."""
    quarter = str(parse_quarter(QUARTER).shift(-back))
    connection = owner()
    with connection.cursor() as cursor:
        cursor.execute("SELECT members_make_quarter(%s)", [quarter])
        for table in ("members_pointentry", f"members_pointentry_{quarter.lower()}"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(_COPY, {"back": back, "quarter": quarter, "from": QUARTER, "entries": ENTRIES})
        for table in ("members_pointentry", f"members_pointentry_{quarter.lower()}"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    connection.close()
    close_quarter(user, quarter)


def _settle() -> None:
    connection = owner()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()
