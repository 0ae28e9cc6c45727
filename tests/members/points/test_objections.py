"""Objections to a published quarter: who may, when, what a correction lets into the ledger, and what follows it."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from members.actions import closes, entries, objections
from members.actions.objections import Missing
from members.models import PointEntry, PointObjection, PointScore, QuarterClose, Subject
from registers import jobs
from registers.errors import Invalid, NotAllowed, WrongState
from tests.members.points import stage
from tests.members.points.stage import GUOSHANG, YUANQIAN
from tests.world import TOWN

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def county(world, monkeypatch):
    stage.put_scheme(world.user("xianji"))
    stage.cover_town_step(TOWN)
    stage.federate(monkeypatch, GUOSHANG, YUANQIAN)
    world.zhang = stage.member("M1", GUOSHANG, name="张三")
    world.li = stage.member("M2", YUANQIAN, name="李四")
    world.entry = stage.approved(world, world.zhang, "B01", quantity=2)
    world.close = closes.publish(close=stage.closed(world.user("xianji")), by=world.user("xianji"))
    return world


def received(county, subject=None, who="zhenjie", **changes) -> PointObjection:
    given = {
        "quarter": "2026Q3",
        "subject": subject or county.zhang,
        "received_on": TODAY,
        "content": "记多了",
    } | changes
    return objections.receive(by=county.user(who), objection=None, **given)


def decided(county, objection, outcome="corrected", reply="查实", **given):
    done = objections.decide(objection=objection, by=county.user("xianji"), outcome=outcome, reply=reply, **given)
    if done.job:
        jobs.run(str(done.job.pk))
        done.job.refresh_from_db()
        assert done.job.state == "done", done.job.message
    return done


def totals(close) -> dict[str, int]:
    rows = PointScore.objects.unscoped("test").filter(close=close)
    return dict(rows.values_list("close_subject__name", "total"))


def binding() -> QuarterClose:
    return QuarterClose.objects.unscoped("test").get(quarter="2026Q3", state__in=("published", "locked"))


def test_a_correction_reverses_and_adds_and_takes_the_place_of_what_was_published(county):
    assert totals(county.close) == {"张三": 1020, "李四": 1000}
    # Transfers and new facts after publication are no part of it: the list stays as it was.
    Subject.objects.unscoped("test").filter(pk=county.li.pk).update(subject_class="frail")
    first = decided(county, received(county), reverse=[county.entry.pk])
    second = decided(county, received(county, county.li), missing=[Missing("A02", 1, stage.IN_Q3)])
    found = binding()
    assert found == QuarterClose.objects.unscoped("test").get(pk=second.close.pk)
    assert (found.number, found.state, found.is_correction) == (3, "published", True)
    assert found.objections_until == county.close.objections_until
    assert totals(found) == {"张三": 1000, "李四": 1050}
    states = QuarterClose.objects.unscoped("test").order_by("number").values_list("state", flat=True)
    assert list(states) == ["superseded", "superseded", "published"]
    assert QuarterClose.objects.unscoped("test").get(pk=first.close.pk).digest != county.close.digest
    corrections = PointEntry.objects.unscoped("test").filter(objection__isnull=False).order_by("pk")
    assert [(row.points, row.settle_quarter) for row in corrections] == [(-20, "2026Q3"), (50, "2026Q3")]
    assert corrections.last().claim.state == "approved"
    assert closes.confirm(close=found, by=county.user("xianji")).state == "locked"


def test_maintaining_changes_nothing_but_the_answer(county):
    done = decided(county, received(county), "maintained", "佐证齐全")
    assert (done.objection.outcome, done.objection.reply, done.close) == ("maintained", "佐证齐全", None)
    assert binding() == county.close
    assert PointEntry.objects.unscoped("test").count() == 1


def test_two_corrections_in_the_queue_are_computed_once(county):
    one, two = received(county), received(county, county.li)
    first = objections.decide(
        objection=one, by=county.user("xianji"), outcome="corrected", reply="查实", reverse=[county.entry.pk]
    )
    second = decided(county, two, missing=[Missing("A01", 1, stage.IN_Q3)])
    assert first.close == second.close
    assert totals(binding()) == {"张三": 1000, "李四": 1020}


def test_locking_waits_for_answers_and_for_the_new_result(county):
    xianji = county.user("xianji")
    waiting = received(county)
    with pytest.raises(WrongState, match="1 条异议没有处理"):
        closes.confirm(close=county.close, by=xianji)
    objections.decide(objection=waiting, by=xianji, outcome="corrected", reply="查实", reverse=[county.entry.pk])
    with pytest.raises(WrongState, match="还在计算"):
        closes.confirm(close=county.close, by=xianji)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"outcome": "pending"}, "维持"),
        ({"reply": "  "}, "答复"),
        ({}, "更正要选中"),
        ({"outcome": "maintained", "reverse": [1]}, "不能再冲销"),
        ({"reverse": [987654]}, "987654"),
        ({"missing": [Missing("Z99", 1, stage.IN_Q3)]}, "Z99"),
        ({"missing": [Missing("A01", 1, dt.date(2026, 10, 3))]}, "照常申报"),
        ({"missing": [Missing("B02", 1, stage.IN_Q3), Missing("A01", 1000, stage.IN_Q3)]}, "1–999"),
    ],
)
def test_a_wrong_answer_writes_nothing(county, given, said):
    objection = received(county)
    with pytest.raises(Invalid, match=said):
        decided(county, objection, **given)
    objection.refresh_from_db()
    assert (objection.outcome, PointEntry.objects.unscoped("test").count()) == ("pending", 1)


def test_only_within_the_publication_and_for_who_is_listed(county):
    for changes, said in (
        ({"quarter": "2026Q2"}, "没有公示"),
        ({"received_on": dt.date(2026, 11, 19)}, "公示期"),
        ({"received_on": dt.date(2026, 11, 21)}, "还没有到"),
        ({"subject": stage.member("M9", GUOSHANG, since=TODAY)}, "没有“M9”"),
    ):
        with pytest.raises(Invalid, match=said):
            received(county, **changes)


def test_nobody_decides_what_he_received_and_a_town_decides_nothing(county):
    own = received(county, who="xianji")
    with pytest.raises(NotAllowed, match="另一位同志"):
        decided(county, own, "maintained")
    with pytest.raises(NotAllowed, match="县委组织部"):
        objections.decide(objection=own, by=county.user("zhenshen"), outcome="maintained", reply="无误")


def test_what_was_decided_stays(county):
    objection = received(county)
    decided(county, objection, "maintained", "无误")
    with pytest.raises(WrongState, match="已经处理"):
        decided(county, objection, "corrected", reverse=[county.entry.pk])
    objection.refresh_from_db()
    with pytest.raises(WrongState, match="已经答复"):
        objections.receive(
            by=county.user("zhenjie"), objection=objection, quarter="2026Q3", subject=county.zhang, received_on=TODAY,
            content="再写",
        )  # fmt: skip
    rows = PointObjection.objects.unscoped("test").filter(pk=objection.pk)
    for change in (lambda: rows.update(outcome="corrected"), lambda: rows.update(reply="改"), rows.delete):
        with pytest.raises(DatabaseError, match="不能再改"), transaction.atomic():
            change()


def test_the_database_lets_no_other_entry_into_a_published_quarter(county):
    pending, maintained = received(county), received(county, county.li)
    decided(county, maintained, "maintained", "无误")
    for objection in (None, pending, maintained):
        with pytest.raises(DatabaseError, match="正在公示"), transaction.atomic():
            entries.write_reversal(county.entry, by=county.user("xianji"), reason="绕过", objection=objection)
    closes.reopen(close=county.close, by=stage.second_county_user(), reason="名单有误")
    assert entries.reverse_entry(entry=county.entry, by=county.user("zhenshen"), reason="记错").points == -20


def test_no_published_version_gives_way_without_its_correction(county):
    QuarterClose.objects.create(
        area=county.close.area, quarter="2026Q3", number=9, started_by=county.user("xianji"), is_correction=True,
        whole_at=county.close.whole_at, digest="x",
    )  # fmt: skip
    rows = QuarterClose.objects.unscoped("test").filter(pk=county.close.pk)
    with pytest.raises(DatabaseError, match="重新打开要由另一个人"), transaction.atomic():
        rows.update(state="superseded")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_in_the_browser_and_by_api(county):
    clerk, reviewer = county.client("zhenjie"), county.client("xianji")
    answer = clerk.post(
        "/point-objections/new/",
        {"quarter": "2026Q3", "member_no": "张三", "received_on": "2026-11-20", "content": "志愿服务多记一次"},
    )
    assert answer.status_code == 302
    objection = PointObjection.objects.unscoped("test").get()
    assert clerk.get(f"/point-objections/{objection.pk}/decide/").status_code == 403
    page = reviewer.get(f"/point-objections/{objection.pk}/decide/").content.decode()
    assert "志愿服务" in page and "+2.0 分" in page
    wrong = reviewer.post(f"/point-objections/{objection.pk}/decide/", {"outcome": "corrected", "reply": "查实"})
    assert wrong.status_code == 400 and "更正要选中" in wrong.content.decode()
    done = reviewer.post(
        f"/point-objections/{objection.pk}/decide/",
        {"outcome": "corrected", "reply": "查实", "reverse": [str(county.entry.pk)], "quantity": "1"},
    )
    assert done.status_code == 302 and done["Location"].startswith("/jobs/")
    again = county.api("xianji").post(
        f"/api/v1/point-objections/{objection.pk}/decide/", {"outcome": "maintained", "reply": "无误"}, format="json"
    )
    assert again.status_code == 409


def test_the_page_of_an_answered_objection_names_what_was_corrected_and_offers_no_change(county):
    objection = received(county)
    page = county.client("zhenjie").get(f"/point-objections/{objection.pk}/").content.decode()
    assert f"/point-objections/{objection.pk}/edit/" in page and "更正的积分记录" not in page
    fact = Missing(item_code="A01", quantity=1, occurred_on=dt.date(2026, 9, 3))
    decided(county, objection, reverse=[county.entry.pk], missing=[fact])
    page = county.client("zhenjie").get(f"/point-objections/{objection.pk}/").content.decode()
    added = PointEntry.objects.unscoped("test").get(objection=objection, reverses=None)
    assert f"冲销第 {county.entry.pk} 号" in page and f"补记第 {added.pk} 号" in page
    assert f"/entries/{county.entry.pk}/" in page and f"/entries/{added.pk}/" in page
    assert f"/point-objections/{objection.pk}/edit/" not in page
