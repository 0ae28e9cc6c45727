"""What the database refuses by itself, in raw SQL, to the application role and, where it is a law, to the owner."""

import pytest
from django.db import DatabaseError, connection, transaction

from members.actions import closes, entries
from members.models import PointEntry, PointScheme
from tests.conftest import as_owner
from tests.members.points import stage
from tests.members.points.stage import GUOSHANG
from tests.world import COUNTY, TOWN, build_world


@pytest.fixture
def entry(world):
    stage.put_scheme(world.user("xianji"))
    stage.cover_town_step(TOWN)
    return stage.approved(world, stage.member("M1"))


def refused(statement: str, params=None) -> str:
    """The SQLSTATE and text with which the database refuses."""
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
    return f"{error.value.__cause__.pgcode} {error.value}"


COLUMNS = """county_code, settle_quarter, subject_id, village_id, claim_id, scheme_id, item_code, quantity, points,
             occurred_on, reason, source_ref, reverses, created_by_id, created_at"""


def copy_of(entry: PointEntry, into: str = "members_pointentry", **changes) -> tuple[str, list]:
    """INSERT of the entry anew with some columns changed (given as SQL)."""
    values = ", ".join(changes.get(name.strip(), name.strip()) for name in COLUMNS.split(","))
    return (
        f"INSERT INTO {into} ({COLUMNS}) SELECT {values} FROM members_pointentry WHERE id = %s",
        [entry.pk],
    )


REVERSAL = {"claim_id": "NULL", "reverses": "id", "points": "-points"}


@pytest.mark.parametrize("statement", ["UPDATE {} SET points = 1", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["members_pointentry", "members_pointentry_2026q3", "members_pointclaimstep"])
def test_the_application_cannot_change_the_ledger(entry, statement, table):
    assert "permission denied" in refused(statement.format(table).replace("points = 1", "id = id"))


@pytest.mark.parametrize("statement", ["SELECT * FROM {}", "INSERT INTO {} SELECT * FROM members_pointentry"])
def test_the_application_has_no_rights_on_partitions(entry, statement):
    with connection.cursor() as cursor:
        cursor.execute("SELECT members_make_quarter('2045Q1')")
    for quarter in ("2026q3", "2045q1"):
        assert "permission denied" in refused(statement.format(f"members_pointentry_{quarter}"))
    assert refused("SELECT members_make_quarter('2026Q5')").startswith("LJ013")


@pytest.mark.parametrize(
    "changes",
    [
        {"points": "points"},
        {"points": "-points - 1"},
        {"item_code": "'A01'"},
        {"quantity": "2"},
        {"occurred_on": "occurred_on + 1"},
        {"subject_id": "(SELECT id FROM members_subject WHERE number = 'M2')"},
    ],
)
def test_a_reversal_must_mirror_its_entry(entry, changes):
    stage.member("M2")
    assert refused(*copy_of(entry, **(REVERSAL | changes))).startswith("LJ012")


def test_a_reversal_stays_in_the_quarter_and_is_not_reversed(world, entry):
    assert "reversal_in_its_entrys_quarter" in refused(*copy_of(entry, **REVERSAL, settle_quarter="'2026Q4'"))
    reversal = entries.reverse_entry(entry=entry, by=world.user("zhenshen"), reason="记错")
    assert refused(*copy_of(reversal, reverses="id", points="-points")).startswith("LJ012")
    assert "settle_quarter_reverses" in refused(*copy_of(entry, **REVERSAL))


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({}, "settle_quarter_claim_id"),
        ({"claim_id": "NULL"}, "entry_of_a_claim_or_a_reversal"),
        ({"settle_quarter": "'2026Q4'"}, "entry_of_its_approved_claim"),
        ({"county_code": "'371082'"}, "entry_of_the_villages_county"),
        ({**REVERSAL, "occurred_on": "date '2026-10-01'"}, "entry_not_before_its_quarter"),
        ({**REVERSAL, "quantity": "0"}, "entry_quantity_1_to_999"),
    ],
)
def test_an_entry_stands_on_its_approved_claim(entry, changes, constraint):
    assert constraint in refused(*copy_of(entry, **changes))


def test_no_entry_passes_a_published_or_locked_gate(world, entry):
    xianji = world.user("xianji")
    close = closes.publish(close=stage.closed(xianji), by=xianji)
    assert refused(*copy_of(entry, **REVERSAL)).startswith("LJ010 371083 的 2026Q3 正在公示")
    closes.confirm(close=close, by=xianji)
    assert refused(*copy_of(entry, **REVERSAL)).startswith("LJ010 371083 的 2026Q3 已经审定")
    assert "LJ020" in refused("UPDATE members_pointquarter SET state = 'open' WHERE quarter = '2026Q3'")
    assert "LJ020" in refused("DELETE FROM members_pointquarter WHERE quarter = '2026Q3'")
    assert "LJ020" in refused(
        "UPDATE members_pointquarter SET quarter = '2045Q1', state = 'open' WHERE quarter = '2026Q3'"
    )
    assert "LJ021" in refused("UPDATE members_quarterclose SET locked_by_id = NULL WHERE quarter = '2026Q3'")


@pytest.mark.parametrize("state", ["published", "locked"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE members_pointscore SET total = 0",
        "DELETE FROM members_pointscore",
        "UPDATE members_closesubject SET village_code = '371083101224'",
        "DELETE FROM members_closesubject",
        "INSERT INTO members_closesubject SELECT s.* FROM members_closesubject s",
        "INSERT INTO members_pointscore SELECT s.* FROM members_pointscore s",
        "DELETE FROM members_quarterclose",
        "UPDATE members_quarterclose SET digest = ''",
        "UPDATE members_quarterclose SET state = 'trial'",
        "UPDATE members_quarterclose SET state = 'superseded'",
        "UPDATE members_quarterclose SET number = 9",
        "UPDATE members_quarterclose SET published_at = NULL",
        "UPDATE members_quarterclose SET published_by_id = NULL",
        "UPDATE members_quarterclose SET published_at = published_at + interval '1 day'",
    ],
)
def test_a_published_close_stays_as_it_is(world, entry, state, statement):
    xianji = world.user("xianji")
    close = closes.publish(close=stage.closed(xianji), by=xianji)
    if state == "locked":
        closes.confirm(close=close, by=xianji)
    if statement.startswith("INSERT"):  # rows that are new in every key
        with connection.cursor() as cursor:
            cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s"
                           " ORDER BY ordinal_position", [statement.split()[2]])  # fmt: skip
            names = [name for (name,) in cursor.fetchall()]
        keys = ("id", "subject_id", "close_subject_id")
        shown = [f"{name} + 1000" if name in keys else name for name in names]
        statement = statement.replace("s.*", ", ".join(shown))
    assert refused(statement)[:5] in ("LJ021", "LJ022", "LJ023")


def test_reopening_in_sql_needs_another_person_and_a_reason(world, entry):
    xianji, second = world.user("xianji"), stage.second_county_user()
    close = closes.confirm(close=closes.publish(close=stage.closed(xianji), by=xianji), by=xianji)
    reopen = "UPDATE members_quarterclose SET state = 'superseded', reopened_by_id = %s, reopen_reason = %s"
    assert refused(reopen, [xianji.pk, "算错"]).startswith("LJ022")
    assert refused(reopen, [second.pk, ""]).startswith("LJ022")
    assert refused(reopen, [None, "算错"]).startswith("LJ022")
    with connection.cursor() as cursor:
        cursor.execute(reopen, [second.pk, "算错"])
        cursor.execute("SELECT state FROM members_pointquarter WHERE county_code = %s AND quarter = '2026Q3'", [COUNTY])
        assert cursor.fetchone() == ("open",)
    assert refused("DELETE FROM members_pointscore WHERE close_id = %s", [close.pk]).startswith("LJ023")
    # What was published once stays so for good: otherwise its results could be rewritten afterwards.
    forget = "UPDATE members_quarterclose SET published_at = NULL WHERE id = %s"
    assert refused(forget, [close.pk]).startswith("LJ021")


def test_publishing_in_sql_names_who_and_when(world, entry):
    close = stage.closed(world.user("xianji"))
    assert refused("UPDATE members_quarterclose SET state = 'published' WHERE id = %s", [close.pk]).startswith("LJ021")


@pytest.mark.parametrize("before", ["trial", "published"])
def test_a_close_takes_no_step_twice_or_back(world, entry, before):
    xianji = world.user("xianji")
    close = stage.closed(xianji)
    if before == "published":
        closes.publish(close=close, by=xianji)
    target = {"trial": "locked", "published": "trial"}[before]
    assert refused(f"UPDATE members_quarterclose SET state = '{target}'").startswith("LJ021")
    assert refused("UPDATE members_quarterclose SET digest = 'x'").startswith("LJ021")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE members_pointscheme SET base = 1",
        "UPDATE members_pointscheme SET state = 'draft'",
        "DELETE FROM members_pointscheme",
        "UPDATE members_pointitem SET points = 1",
        "DELETE FROM members_pointitem WHERE code = 'B01'",
        "UPDATE members_pointcategory SET cap = 1",
        "UPDATE members_pointgrade SET minimum = minimum + 1",
        "DELETE FROM members_classbase",
        "INSERT INTO members_pointgrade (scheme_id, name, minimum) SELECT id, 'x', 1 FROM members_pointscheme",
    ],
)
def test_a_scheme_in_force_is_frozen(world, statement):
    stage.put_scheme(world.user("xianji"))
    assert refused(statement).startswith("LJ001")


def test_nothing_moves_from_a_scheme_in_force_to_a_draft(world):
    scheme = stage.put_scheme(world.user("xianji"))
    draft = PointScheme.objects.create(
        area_id=COUNTY, code="x", name="x", subject_kind="household", from_quarter="2030Q1"
    )
    assert refused(
        "UPDATE members_pointgrade SET scheme_id = %s WHERE scheme_id = %s", [draft.pk, scheme.pk]
    ).startswith("LJ001")


@pytest.mark.django_db(transaction=True)
def test_the_owner_too_is_refused(transactional_db):
    world = build_world()
    xianji = world.user("xianji")
    stage.put_scheme(xianji)
    stage.cover_town_step(TOWN)
    entry = stage.approved(world, stage.member("M1"))
    closes.publish(close=stage.closed(xianji), by=xianji)
    with as_owner():
        for table in ("members_pointentry", "members_pointentry_2026q3"):
            assert refused(f"UPDATE {table} SET points = 1").startswith("LJ011")
            assert refused(f"DELETE FROM {table}").startswith("LJ011")
            assert refused(*copy_of(entry, into=table, **REVERSAL)).startswith("LJ010")
        assert refused("UPDATE members_pointscore SET total = 0").startswith("LJ023")
        assert refused("DELETE FROM members_closesubject").startswith("LJ023")
        assert refused("UPDATE members_pointquarter SET state = 'open'").startswith("LJ020")
        assert refused("UPDATE members_pointscheme SET base = 1").startswith("LJ001")
    assert PointEntry.objects.unscoped("test").filter(village_id=GUOSHANG).count() == 1
