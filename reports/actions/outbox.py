"""Emptying the outbox of dirty scopes: taken, summed up and committed in one transaction, so that nothing is lost.

Two workers at once take different rows (SKIP LOCKED) and wait for each other at the county's lock.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection, transaction

from lianjian import areacodes, clock
from lianjian.periods import Period, PeriodError
from reports import indicators
from reports.actions.rollup import refresh
from reports.indicators import Reach, Source

BATCH = 2_000
MANY_VILLAGES = 200  # beyond, the whole county is cheaper
MEMBERSHIPS = "federations."  # topics after which a federation may hold other villages, in any period
OLDEST_YEARS = 12  # how far back a write without a period reaches


@dataclass
class _Work:
    """What to sum up in one period."""

    villages: set[str] = field(default_factory=set)
    whole_county: bool = False
    sources: dict[str, Source] = field(default_factory=dict)
    all_federations: bool = False


def refresh_dirty(limit: int = BATCH) -> int:
    """Sum up what is waiting of one county, the oldest first. The number of rows taken; 0 when nothing waits."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM registers_dirtyscope WHERE id IN (
                SELECT d.id FROM registers_dirtyscope d
                WHERE left(d.area_code, 6) = (
                    SELECT left(area_code, 6) FROM registers_dirtyscope ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
                ORDER BY d.id LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING area_code, period, topic
            """,
            [limit],
        )
        rows = cursor.fetchall()
        if rows and len(rows[0][0]) >= areacodes.LEVEL_LENGTHS["county"]:
            _sum_up(rows[0][0][:6], set(rows))
    return len(rows)


def refresh_all_dirty(most: int = 100) -> int:
    """Empty the outbox, batch by batch. `most` batches, so that one task stays short."""
    total = 0
    for _ in range(most):
        taken = refresh_dirty()
        total += taken
        if not taken:
            break
    return total


def _sum_up(county: str, rows: set[tuple[str, str, str]]) -> None:
    memberships = any(topic.startswith(MEMBERSHIPS) for _, _, topic in rows)
    needed = memberships or any(not period or _reaches_on(topic) for _, period, topic in rows)
    known = known_periods(county) if needed else []
    works: dict[Period, _Work] = defaultdict(_Work)
    if memberships:
        for period in known:
            works[period].all_federations = True
    for code, text, topic in rows:
        for source in indicators.sources():
            reach = source.topics.get(topic)
            if reach is None:
                continue
            for period in _periods(text, source.unit, reach, known):
                work = works[period]
                work.sources[source.name] = source
                _add_place(work, code)
    for period in sorted(works):
        work = works[period]
        whole = work.whole_county or len(work.villages) > MANY_VILLAGES
        refresh(
            county,
            period,
            villages=None if whole else work.villages,
            sources=work.sources.values(),
            all_federations=work.all_federations,
        )


def _add_place(work: _Work, code: str) -> None:
    if len(code) == areacodes.LEVEL_LENGTHS["village"]:
        work.villages.add(code)
    else:
        work.whole_county = True


def _reaches_on(topic: str) -> bool:
    return any(source.topics.get(topic) is Reach.ONWARD for source in indicators.sources())


def _periods(text: str, unit: str, reach: Reach, known: list[Period]) -> list[Period]:
    """The periods of a unit which a write in the period `text` concerns; an empty text concerns all known ones."""
    if not text:
        return [period for period in known if period.unit == unit]
    try:
        named = Period.parse(text)
    except PeriodError:
        return []
    if reach is Reach.ONWARD:
        return [period for period in known if period.unit == unit and period.end > named.start]
    if unit == "Y":
        return [Period(named.year, "Y", 1)]
    if named.unit != "Y":
        return [Period.of(named.start, "Q")]
    now = Period.of(clock.today(), "Q")
    return [quarter for quarter in (Period(named.year, "Q", number) for number in range(1, 5)) if quarter <= now]


def known_periods(county: str) -> list[Period]:
    """Years and quarters of a county that have anything to sum up, until today, at most `OLDEST_YEARS` back."""
    low, high = areacodes.subtree(county)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT LEAST(
                (SELECT min(year) FROM villages_villagefacts WHERE village_id >= %(low)s AND village_id < %(high)s),
                (SELECT EXTRACT(YEAR FROM min(valid_from))::int FROM federations_federationvillage
                 WHERE village_id >= %(low)s AND village_id < %(high)s),
                (SELECT min(left(quarter, 4))::int FROM members_pointquarter
                 WHERE county_code >= %(low)s AND county_code < %(high)s))
            """,
            {"low": low, "high": high},
        )
        (found,) = cursor.fetchone()
    today = clock.today()
    first = max(min(found or today.year, today.year), today.year - OLDEST_YEARS)
    now = Period.of(today, "Q")
    years = [Period(year, "Y", 1) for year in range(first, today.year + 1)]
    quarters = [Period(year, "Q", number) for year in range(first, today.year + 1) for number in range(1, 5)]
    return [*years, *(quarter for quarter in quarters if quarter <= now)]
