"""One large county by set-based SQL: 15 towns of 40 villages, 100,000 members, 1,000,000 entries of one quarter.

Made by the owner with triggers off, as a restored backup would be; nothing of it is measured.
"""

from typing import Any

from accounts.models import Grant, User
from lianjian import clock
from members import sockets
from members.actions import schemes
from members.points.content import CategoryContent, GradeContent, ItemContent, SchemeContent
from tests.figures import owner, timed

COUNTY, QUARTER = "371083", "2026Q3"
TOWNS, VILLAGES, ITEMS = 15, 40, 40
MEMBERS, ENTRIES = 100_000, 1_000_000

_PLACES = f"""
INSERT INTO villages_area (code, name, level, parent_id, pinyin, initials, valid_from, version, created_at, updated_at)
VALUES ('37', '山东省', 1, NULL, '', '', '1949-10-01', 1, now(), now()),
       ('3710', '威海市', 2, '37', '', '', '1949-10-01', 1, now(), now()),
       ('{COUNTY}', '乳山市', 3, '3710', '', '', '1949-10-01', 1, now(), now());
INSERT INTO villages_area (code, name, level, parent_id, pinyin, initials, valid_from, version, created_at, updated_at)
SELECT '{COUNTY}' || (100 + t), '镇' || t, 4, '{COUNTY}', '', '', '1949-10-01', 1, now(), now()
  FROM generate_series(1, {TOWNS}) t;
INSERT INTO villages_area (code, name, level, parent_id, pinyin, initials, valid_from, version, created_at, updated_at)
SELECT '{COUNTY}' || (100 + t) || (200 + v), '村' || v, 5, '{COUNTY}' || (100 + t), '', '', '1949-10-01', 1, now(),
       now()
  FROM generate_series(1, {TOWNS}) t, generate_series(1, {VILLAGES}) v;
INSERT INTO villages_village (code, name, kind, planning_class, pinyin, initials, specialties, version, created_at,
                              updated_at)
SELECT code, name, 'village', '', '', '', '', 1, now(), now() FROM villages_area WHERE level = 5;
"""
_PEOPLE = f"""
CREATE TEMP TABLE made AS
SELECT n, gen_random_uuid() AS person,
       '{COUNTY}' || (101 + n %% {TOWNS}) || (201 + (n / {TOWNS}) %% {VILLAGES}) AS village,
       (ARRAY['ordinary', 'ordinary', 'ordinary', 'cadre', 'frail', 'mobile'])[1 + n %% 6] AS class
  FROM generate_series(1, %(members)s) n;
INSERT INTO members_person (id, name, pinyin, initials, gender, area_id, id_number_sealed, id_number_index,
                            phone_sealed, phone_index, version, created_at, updated_at)
SELECT person, '党员' || n, '', '', '', village, '', '', '', '', 1, now(), now() FROM made;
INSERT INTO members_subject (id, number, kind, name, person_id, subject_class, exempt_reason, is_active, village_id,
                             version, created_at, updated_at)
SELECT n, '{COUNTY}' || lpad(n::text, 7, '0'), 'member', '党员' || n, person, class,
       CASE WHEN n %% 200 = 0 THEN '因病' ELSE '' END, true, village, 1, now(), now() FROM made;
INSERT INTO members_placement (subject_id, village_id, valid_from, reason)
SELECT n, village, '2020-01-01', '' FROM made;
DROP TABLE made;
"""
_FACTS = f"""
CREATE TEMP TABLE facts AS
SELECT n, 1 + (n::bigint * 7919) %% %(members)s AS subject,
       'I' || lpad(((n::bigint * 31 + n / 977) %% {ITEMS})::text, 2, '0') AS item,
       1 + n %% 3 AS quantity, date '2026-07-01' + (n %% 92) AS day
  FROM generate_series(1, %(entries)s) n;
INSERT INTO members_pointclaim (id, subject_id, village_id, item_code, quantity, occurred_on, reason, source_ref, state,
                                settle_quarter, declared_by_id, version, created_at, updated_at)
SELECT n, subject, s.village_id, item, quantity, day, '', 'f' || n, 'approved', '{QUARTER}',
       (SELECT min(id) FROM accounts_user), 1, now(), now()
  FROM facts JOIN members_subject s ON s.id = facts.subject ORDER BY n;
INSERT INTO members_pointentry (id, county_code, settle_quarter, subject_id, village_id, claim_id, scheme_id, item_code,
                                quantity, points, occurred_on, reason, source_ref, created_by_id, created_at)
SELECT n, '{COUNTY}', '{QUARTER}', subject, s.village_id, n, i.scheme_id, item, quantity, quantity * i.points, day, '',
       'f' || n, (SELECT min(id) FROM accounts_user), now()
  FROM facts JOIN members_subject s ON s.id = facts.subject JOIN members_pointitem i ON i.code = item ORDER BY n;
INSERT INTO members_pointentry (id, county_code, settle_quarter, subject_id, village_id, scheme_id, item_code, quantity,
                                points, occurred_on, reason, source_ref, reverses, created_by_id, created_at)
SELECT %(entries)s + id, county_code, settle_quarter, subject_id, village_id, scheme_id, item_code, quantity, -points,
       occurred_on, '', source_ref, id, created_by_id, now() FROM members_pointentry WHERE id %% 200 = 0;
DROP TABLE facts;
SELECT setval('members_pointentry_id_seq', 2 * %(entries)s);
SELECT setval(pg_get_serial_sequence('members_pointclaim', 'id'), 2 * %(entries)s);
SELECT setval(pg_get_serial_sequence('members_subject', 'id'), 2 * %(members)s);
"""
_TABLES = (
    "villages_area",
    "villages_village",
    "members_person",
    "members_subject",
    "members_placement",
    "members_pointclaim",
    "members_pointentry",
    f"members_pointentry_{QUARTER.lower()}",
)
SCHEME = SchemeContent(
    code="BENCH",
    name="党员积分办法",
    subject_kind="member",
    from_quarter="2023Q1",
    base=1000,
    base_by_class={"frail": 1100, "cadre": 900},
    floor=0,
    rank_by_class=True,
    top_quota_percent=20,
    categories=tuple(CategoryContent(f"C{n}", f"类别{n}", (None, 300, 400, 500, 250)[n]) for n in range(5)),
    items=tuple(
        ItemContent(
            f"I{n:02}",
            f"项目{n}",
            f"C{n % 5}",
            -20 if n % 10 == 9 else 10 + 5 * (n % 4),
            quarter_cap=(None, 60, 100)[n % 3],
            group="G" if n % 10 in (1, 2) else "",
        )
        for n in range(ITEMS)
    ),
    grades=(
        GradeContent("优秀", 1150),
        GradeContent("良好", 1080),
        GradeContent("合格", 1000),
        GradeContent("一般", 0),
    ),
)


def placements(county: str, on: Any) -> list[sockets.VillagePlacement]:
    """Federations of four villages; the last of an odd town has two villages of the next one, so towns pair up."""
    found = []
    for town in range(1, TOWNS + 1):
        for village in range(1, VILLAGES + 1):
            number = town * 100 + (village - 1) // 4
            if town % 2 == 0 and village <= 2:
                number = (town - 1) * 100 + (VILLAGES - 1) // 4
            code = f"{COUNTY}{100 + town}{200 + village}"
            found.append(sockets.VillagePlacement(code, number, f"{COUNTY}/新村{number}", f"新村{number}"))
    return found


def make_county(members: int = MEMBERS, entries: int = ENTRIES) -> User:
    """The county, and the user who closes its quarter."""
    sizes = {"members": members, "entries": entries}
    make_places()
    connection = owner()
    user = User.objects.create(username="xianji", name="审核员")
    for role in ("county_reviewer", "village_clerk", "federation_secretary", "town_reviewer"):
        Grant.objects.create(user=user, role=role, scope_kind="area", scope_key=COUNTY, valid_from=clock.today())
    schemes.put_in_force(scheme=schemes.new_version(by=user, area=COUNTY, content=SCHEME), by=user)
    with connection.cursor() as cursor:
        with timed("people"):
            _without_triggers(cursor, _PEOPLE, sizes)
        _without_foreign_keys(cursor)
        with timed("entries"):
            _without_triggers(cursor, _FACTS, sizes)
        with timed("vacuum"):
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT") if _may_checkpoint(cursor) else None
    connection.close()
    return User.objects.get(pk=user.pk)


def make_places() -> None:
    """The county's towns and villages alone."""
    connection = owner()
    with connection.cursor() as cursor, timed("places"):
        _without_triggers(cursor, _PLACES, {})
    connection.close()


def _without_foreign_keys(cursor: Any) -> None:
    """Checking six keys of a million rows one by one would take most of the time; what is made here is right."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND conparentid = 0"
        " AND conrelid IN ('members_pointentry'::regclass, 'members_pointclaim'::regclass)"
    )
    for table, name in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def _may_checkpoint(cursor: Any) -> bool:
    cursor.execute("SELECT pg_has_role('pg_checkpoint', 'USAGE')")
    return cursor.fetchone()[0]


def _without_triggers(cursor: Any, script: str, sizes: dict[str, int]) -> None:
    for table in _TABLES:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    cursor.execute(script, sizes)
    for table in _TABLES:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
