"""Replaying closes: what was published is what the ledger gives, or the difference is named."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from members.actions import closes
from members.models import QuarterClose
from tests.conftest import as_owner
from tests.members.points import stage
from tests.world import COUNTY, TOWN, build_world


def verified() -> str:
    out = io.StringIO()
    call_command("verify_ledger", stdout=out)
    return out.getvalue()


@pytest.fixture
def county(world):
    stage.put_scheme(world.user("xianji"))
    stage.cover_town_step(TOWN)
    stage.approved(world, stage.member("M1"))
    stage.member("M2")
    return world


def test_published_and_locked_quarters_replay_to_their_digest(county):
    xianji = county.user("xianji")
    close = closes.publish(close=stage.closed(xianji), by=xianji)
    stage.approved(county, stage.member("M3"))  # settles in the next quarter, after the list was frozen
    assert f"2026Q3 第 1 版（公示中）：一致 {close.digest}" in verified()
    assert "全部一致" in verified()


@pytest.mark.django_db(transaction=True)
def test_what_was_tampered_with_is_named(transactional_db):
    world = build_world()
    stage.put_scheme(world.user("xianji"))
    stage.cover_town_step(TOWN)
    stage.approved(world, stage.member("M1"))
    stage.member("M2")
    xianji = world.user("xianji")
    closes.publish(close=stage.closed(xianji), by=xianji)
    with as_owner(), connection.cursor() as cursor:
        for table in ("members_pointscore", "members_closesubject"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("UPDATE members_pointscore SET total = total + 1 WHERE close_subject_id IN"
                       " (SELECT id FROM members_closesubject WHERE number = 'M2')")  # fmt: skip
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", stdout=out)
    assert ended.value.code == 1 and "重算结果不同：M2" in out.getvalue()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE members_pointscore SET total = total - 1 WHERE close_subject_id IN"
                       " (SELECT id FROM members_closesubject WHERE number = 'M2')")  # fmt: skip
    assert "全部一致" in verified()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE members_closesubject SET federation_key = 'x' WHERE number = 'M1'")
        for table in ("members_pointscore", "members_closesubject"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    with pytest.raises(SystemExit):
        call_command("verify_ledger", stdout=out)
    assert "名单与摘要不符" in out.getvalue()


def test_close_quarter_by_command(county):
    out = io.StringIO()
    call_command("close_quarter", "2026Q3", "--area", COUNTY, stdout=out)
    close = QuarterClose.objects.unscoped("test").get()
    assert close.digest in out.getvalue() and "2 人，最高 101.0 分" in out.getvalue()
    assert close.started_by.username == "xianji"
    with pytest.raises(CommandError, match="不是季度"):
        call_command("close_quarter", "2026", "--area", COUNTY)
    with pytest.raises(CommandError, match="没有账号"):
        call_command("close_quarter", "2026Q3", "--area", COUNTY, "--by", "谁")
    with pytest.raises(CommandError, match="县委组织部"):
        call_command("close_quarter", "2026Q3", "--area", COUNTY, "--by", "zhenjie")


@pytest.mark.parametrize("changed", ["points + 1", "points * 100"])
def test_an_entry_worth_more_than_its_scheme_says_is_named(county, changed):
    """SQL may approve a claim and enter anything for it; the ledger's doors let it in, and the verification tells."""
    claim = stage.declared(county.user("zhenjie"), stage.member("M4"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_pointclaim SET state = 'approved', settle_quarter = '2026Q3' WHERE id = %s",
                       [claim.pk])  # fmt: skip
        cursor.execute(
            f"""INSERT INTO members_pointentry (county_code, settle_quarter, subject_id, village_id, claim_id,
                  scheme_id, item_code, quantity, points, occurred_on, reason, source_ref, created_by_id, created_at)
                SELECT e.county_code, e.settle_quarter, c.subject_id, c.village_id, c.id, e.scheme_id, c.item_code,
                       c.quantity, {changed}, c.occurred_on, '', c.source_ref, e.created_by_id, now()
                  FROM members_pointentry e, members_pointclaim c WHERE c.id = %s RETURNING id""",
            [claim.pk],
        )
        (forged,) = cursor.fetchone()
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_ledger", stdout=out)
    assert f"积分记录与申报或积分办法不符：编号 {forged}\n" in out.getvalue()


def test_a_claim_rewritten_after_its_approval_is_named(county):
    entry = stage.approved(county, stage.member("M5"))
    assert "不符" not in verified()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_pointclaim SET quantity = 9 WHERE id = %s", [entry.claim_id])
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_ledger", stdout=out)
    assert f"编号 {entry.pk}\n" in out.getvalue()
