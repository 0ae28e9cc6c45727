"""Boards: a county's against a town's, and with long history against short. What is timed is all that a board asks of
the database and puts together for the page; the page itself is the same.
"""

import statistics
import time
from collections.abc import Iterator

from accounts.models import Grant, User
from lianjian import clock
from lianjian.periods import Period
from reports.actions.rollup import refresh_period
from reports.boards.assembling import area_board
from tests.figures import Figure, at_most, figure, note, owner, timed

COUNTY, TOWN = "371083", "371083101"
TOWNS, VILLAGES, YEARS, HELD = 15, 40, 4, 4
QUARTER = Period.parse("2026Q3")
ROUNDS = 41
GOAL = 1.5

_PLACES = f"""
INSERT INTO villages_area (code, name, level, parent_id, pinyin, initials, valid_from, version, created_at, updated_at)
VALUES ('37', '山东省', 1, NULL, '', '', '1949-10-01', 1, now(), now()),
       ('3710', '威海市', 2, '37', '', '', '1949-10-01', 1, now(), now()),
       ('{COUNTY}', '乳山市', 3, '3710', '', '', '1949-10-01', 1, now(), now());
INSERT INTO villages_area (code, name, level, parent_id, pinyin, initials, valid_from, version, created_at, updated_at)
SELECT '{COUNTY}' || (100 + t), '镇' || t, 4, '{COUNTY}', '', '', '1949-10-01', 1, now(), now()
  FROM generate_series(1, {TOWNS}) t;
INSERT INTO villages_area (code, name, level, parent_id, pinyin, initials, valid_from, version, created_at, updated_at)
SELECT '{COUNTY}' || (100 + t) || (200 + v), '村' || v, 5, '{COUNTY}' || (100 + t), '', '', '1949-10-01', 1,
       now(), now()
  FROM generate_series(1, {TOWNS}) t, generate_series(1, {VILLAGES}) v;
INSERT INTO villages_village (code, name, kind, pinyin, initials, specialties, version, created_at, updated_at)
SELECT code, name, 'village', '', '', '', 1, now(), now() FROM villages_area WHERE level = 5;
"""
_FACTS = f"""
INSERT INTO villages_villagefacts (village_id, year, households, population, residents, party_members, arable_land,
    forest_land, operating_income, contract_income, investment_income, subsidy_income, other_income, expenditure, debt,
    assets, explanation, note, version, created_at, updated_at)
SELECT code, year, 200, 500 + n % 300, 400, 20, 900, 100, 30000 + n * 997 % 400000, 5000, 300, 20000, 100, 40000,
       n * 31 % 90000, 500000, '', '', 1, now(), now()
  FROM (SELECT code, row_number() OVER (ORDER BY code) AS n FROM villages_village) v,
       generate_series({QUARTER.year - YEARS + 1}, {QUARTER.year}) AS year;
"""
_FEDERATIONS = f"""
CREATE TEMP TABLE made AS
SELECT (n - 1) / {HELD} + 1 AS federation, min(left(code, 9)) OVER (PARTITION BY (n - 1) / {HELD}) AS town, code
  FROM (SELECT code, row_number() OVER (ORDER BY code) AS n FROM villages_village) v;
INSERT INTO members_partyorganization (id, name, kind, area_id, version, created_at, updated_at)
SELECT DISTINCT federation, '联合党总支' || federation, 'joint_general_branch', town, 1, now(), now() FROM made;
INSERT INTO federations_federation (id, name, kind, mode, sub_mode, status, area_id, organization_id, founded_on,
                                    evidence, scale_reason, pinyin, initials, version, created_at, updated_at)
SELECT DISTINCT federation, '新村' || federation, 'new_village', 'complement', '', 'running', town, federation,
       date '2020-01-01', '', '', '', '', 1, now(), now() FROM made;
INSERT INTO federations_federationstep (federation_id, from_status, to_status, "on", by_id, reason, created_at)
SELECT DISTINCT federation, '', 'running', date '2020-01-01', (SELECT min(id) FROM accounts_user), '', now() FROM made;
INSERT INTO federations_federationvillage (federation_id, village_id, role, valid_from, "primary", holds_slot, version,
                                           created_at, updated_at)
SELECT federation, code, 'member', date '2020-01-01', true, true, 1, now(), now() FROM made;
DROP TABLE made;
"""
# Thirty-six more years of the same: what a board must not notice.
_HISTORY = """
INSERT INTO reports_indicatorvalue (place_kind, place_key, period, indicator, numerator, denominator, refreshed_at)
SELECT place_kind, place_key, (left(period, 4)::int - 4 * back) || substr(period, 5), indicator, numerator, denominator,
       refreshed_at
  FROM reports_indicatorvalue, generate_series(1, 9) AS back;
"""
_TABLES = ("villages_area", "villages_village", "villages_villagefacts", "federations_federation",
           "federations_federationvillage", "federations_federationstep", "members_partyorganization")  # fmt: skip


def _make_county() -> User:
    user = User.objects.create(username="lingdao", name="县领导")
    Grant.objects.create(user=user, role="county_leader", scope_kind="area", scope_key=COUNTY, valid_from=clock.today())
    connection = owner()
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for script in (_PLACES, _FACTS, _FEDERATIONS):
            cursor.execute(script)
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("ANALYZE")
    periods = [Period(year, "Y", 1) for year in range(QUARTER.year - YEARS + 1, QUARTER.year + 1)]
    periods += [QUARTER.shift(-back) for back in range(4 * YEARS)]
    with timed(f"{len(periods)} periods summed up"):
        for period in periods:
            refresh_period(COUNTY, period)
    _settle(connection)
    return User.objects.get(pk=user.pk)


def _settle(connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE reports_indicatorvalue")
        cursor.execute("SELECT count(*) FROM reports_indicatorvalue")
        note(f"  {cursor.fetchone()[0]:,} values in the rollup")


def _medians(user: User, *codes: str) -> list[float]:
    """Milliseconds a board of each area takes, in turns, so that the machine's moods meet all alike."""
    taken: dict[str, list[float]] = {code: [] for code in codes}
    for _ in range(ROUNDS):
        for code in codes:
            start = time.perf_counter()
            area_board(user, code, QUARTER)
            taken[code].append((time.perf_counter() - start) * 1000)
    medians = [statistics.median(values) for values in taken.values()]
    note("  " + ", ".join(f"{code}: {value:.1f} ms" for code, value in zip(codes, medians, strict=True)))
    return medians


@figure("dashboard-scope")
def dashboard_scope() -> Iterator[Figure]:
    """A county's board against a town's."""
    user = _make_county()
    county, town = _medians(user, COUNTY, TOWN)
    yield at_most("dashboard-scope", county / town, GOAL)


@figure("dashboard-history")
def dashboard_history() -> Iterator[Figure]:
    """A county's board over ten times the history against the same with four years."""
    user = _make_county()
    (short,) = _medians(user, COUNTY)
    connection = owner()
    with connection.cursor() as cursor, timed("history"):
        cursor.execute(_HISTORY)
    _settle(connection)
    (long,) = _medians(user, COUNTY)
    yield at_most("dashboard-history", long / short, GOAL)
