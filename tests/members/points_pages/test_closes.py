"""Quarter closes in the browser: the steps, who sees what, filters, the change since the last quarter."""

import datetime as dt
import html
import re

import pytest
from django.urls import reverse

from members.actions.closes import start_close
from members.models import CloseSubject, QuarterClose
from members.views.points_close import CloseDetail
from registers import jobs
from registers.models import Job
from tests.members.points.stage import (
    GUOSHANG,
    YUANQIAN,
    approved,
    closed,
    cover_town_step,
    declared,
    federate,
    second_county_user,
)
from tests.members.points_pages.conftest import close_of, score_of, step, text_of, without_tokens
from tests.world import COUNTY, OTHER_TOWN, TOWN

CLOSES = "/closes/"


# -- trial, publish, confirm, reopen


def test_a_trial_from_the_page(points):
    cover_town_step(TOWN)
    approved(points, points.members["1"])
    client = points.client("xianji")
    assert "开始试算" in text_of(client.get(CLOSES))
    answer = client.post(reverse("closes:start"), {"county": COUNTY, "quarter": "2026Q3"})
    job = Job.objects.unscoped("test").get(kind="points.close")
    assert answer.status_code == 302 and str(job.pk) in answer["Location"]
    assert "2026年第三季度" not in text_of(client.get(CLOSES)).partition("<tbody>")[2]
    jobs.run(str(job.pk))
    page = text_of(client.get(answer["Location"]))
    close = QuarterClose.objects.unscoped("test").get()
    assert "查看试算结果" in page and reverse("closes:detail", args=[close.pk]) in page
    assert "2026年第三季度" in text_of(client.get(CLOSES)).partition("<tbody>")[2]


@pytest.mark.parametrize(
    ("county", "quarter", "said"),
    [("371084", "2026Q3", "没有找到"), (COUNTY, "2026Q9", "不是季度"), (COUNTY, "2020Q1", "没有已启用的积分办法")],
)
def test_a_trial_that_cannot_be(points, county, quarter, said):
    answer = points.client("xianji").post(reverse("closes:start"), {"county": county, "quarter": quarter}, follow=True)
    assert said in text_of(answer) and not QuarterClose.objects.unscoped("test").exists()


@pytest.mark.parametrize("username", ["zhenjie", "zhenshen", "zhenzhang", "lingdao", "cunji"])
def test_only_the_county_closes(quarter, username):
    page = text_of(quarter.client(username).get(CLOSES))
    assert "开始试算" not in page
    assert quarter.client(username).post(reverse("closes:start"), {"county": COUNTY}).status_code == 403
    for name in ("publish", "confirm", "reopen"):
        assert step(quarter, name, username, reason="x").status_code == 403
    detail = text_of(quarter.client(username).get(reverse("closes:detail", args=[quarter.close.pk])))
    assert f"closes/{quarter.close.pk}/publish" not in detail
    assert close_of(quarter).state == "trial"


def test_publish_confirm_and_reopen_by_a_second_person(quarter):
    page = text_of(quarter.client("xianji").get(reverse("closes:detail", args=[quarter.close.pk])))
    assert "公示“2026年第三季度”第 1 版？" in page and "这是试算" in page
    assert "只有" in text_of(step(quarter, "reopen", reason="早了")) and close_of(quarter).state == "trial"
    assert "已公示“2026年第三季度”第 1 版" in text_of(step(quarter, "publish"))
    assert "审定“2026年第三季度”第 1 版？" in text_of(step(quarter, "publish"))
    assert "已审定" in text_of(step(quarter, "confirm")) and close_of(quarter).state == "locked"
    own = text_of(quarter.client("xianji").get(reverse("closes:detail", args=[quarter.close.pk])))
    assert "须由另一位同志办理" in own and "id_reason" not in own
    assert step(quarter, "reopen", reason="自己来").status_code == 403
    quarter.users["xianji2"] = second_county_user()
    other = text_of(quarter.client("xianji2").get(reverse("closes:detail", args=[quarter.close.pk])))
    assert "重新打开“2026年第三季度”" in other
    assert "请写明重新打开的原因" in text_of(step(quarter, "reopen", "xianji2", reason=" "))
    assert "已重新打开" in text_of(step(quarter, "reopen", "xianji2", reason="漏记一次活动"))
    assert close_of(quarter).state == "superseded"
    after = text_of(quarter.client("xianji").get(reverse("closes:detail", args=[quarter.close.pk])))
    assert "漏记一次活动" in after


def test_the_page_of_a_trial_says_what_waits_and_tries_again(quarter):
    declared(quarter.user("zhenjie"), quarter.members["4"])
    client = quarter.client("xianji")
    detail = reverse("closes:detail", args=[quarter.close.pk])
    page = text_of(client.get(detail))
    assert "这个季度的事还有 1 条申报没有审定" in page and "再次试算" in page
    address = html.unescape(re.search(r'href="(/claims/[^"]*state=open[^"]*)"', page)[1])
    assert quarter.members["4"].name in text_of(client.get(address)).partition("<tbody>")[2]
    again = reverse("closes:again", args=[quarter.close.pk])
    assert "/jobs/" in client.post(again)["Location"] and quarter.client("lingdao").post(again).status_code == 403
    assert again not in text_of(quarter.client("lingdao").get(detail))


def test_locking_before_the_end_of_publication_is_told_and_kept(quarter):
    step(quarter, "publish")
    page = text_of(quarter.client("xianji").get(reverse("closes:detail", args=[quarter.close.pk])))
    assert "公示到 2026-11-27，现在还没有满" in page
    assert "审定（公示未满）" in text_of(step(quarter, "confirm"))


def test_books_stand_beside_each_other(quarter):
    """P22: three books, never ranked together; each has its own tab, and one alone needs none."""
    page = text_of(quarter.client("xianji").get(reverse("closes:detail", args=[quarter.close.pk])))
    assert 'aria-label="积分对象"' not in page
    tabs = CloseDetail().tabs({"member": 1_200, "household": 3}, "household")
    assert [(tab["title"], tab["badge"], tab["active"]) for tab in tabs] == [
        ("党员", "1,200", False), ("村民户", "3", True),
    ]  # fmt: skip


def test_a_running_quarter_cannot_be_published(points):
    points.close = closed(points.user("xianji"), "2026Q4")
    page = text_of(points.client("xianji").get(reverse("closes:detail", args=[points.close.pk])))
    assert "还没有结束，结束后才能公示" in page
    assert "还没有结束" in text_of(step(points, "publish")) and close_of(points).state == "trial"


def test_an_unfinished_close_is_invisible(points):
    close, _ = start_close(by=points.user("xianji"), county=COUNTY, quarter="2026Q3")
    assert points.client("xianji").get(reverse("closes:detail", args=[close.pk])).status_code == 404
    assert "2026年第三季度" not in text_of(points.client("lingdao").get(CLOSES)).partition("<tbody>")[2]


# -- who sees what


def test_a_town_sees_its_part(quarter):
    url = reverse("closes:detail", args=[quarter.close.pk])
    mine, other = text_of(quarter.client("zhenjie").get(url)), text_of(quarter.client("qita").get(url))
    assert "王建国" in mine and "孙守业" not in mine and "分镇街" not in mine
    assert "孙守业" in other and "王建国" not in other and "锅上" not in other
    whole = text_of(quarter.client("xianji").get(url))
    assert "王建国" in whole and "孙守业" in whole and "分镇街" in whole and "海阳所镇" in whole
    assert "1 人" in other and "5 人" in whole and "4 人" in mine


def test_a_village_clerk_sees_his_village(quarter):
    page = text_of(quarter.client("cunji").get(reverse("closes:detail", args=[quarter.close.pk])))
    assert "王建国" in page and "李海燕" not in page


def test_a_score_out_of_scope_does_not_exist(quarter):
    outside = quarter.client("qita").get(reverse("scores:detail", args=[score_of(quarter, "1").pk]))
    missing = quarter.client("qita").get(reverse("scores:detail", args=[999_999_999]))
    assert outside.status_code == missing.status_code == 404
    assert without_tokens(outside) == without_tokens(missing)
    assert quarter.client("qita").get(reverse("scores:member", args=["3710830000001"])).status_code == 404
    assert quarter.client("zhenjie").get(reverse("scores:detail", args=[score_of(quarter, "1").pk])).status_code == 200


@pytest.mark.parametrize(
    ("query", "found", "left"),
    [
        ({"q": "王建国"}, "王建国", "李海燕"),
        ({"area": OTHER_TOWN}, "孙守业", "王建国"),
        ({"area": YUANQIAN}, "李海燕", "王建国"),
        ({"subject_class": "frail"}, "3710830000003", "王建国"),
        ({"grade": "不合格"}, "王秀兰", "王建国"),
        ({"federation": "7"}, "王建国", "李海燕"),
        ({"area": "000000"}, "没有符合条件", "王建国"),
    ],
)
def test_filters_of_scores(points, monkeypatch, query, found, left):
    federate(monkeypatch, GUOSHANG)
    cover_town_step(TOWN)
    approved(points, points.members["2"], item="D01")
    close = closed(points.user("xianji"))
    page = text_of(points.client("xianji").get(reverse("closes:detail", args=[close.pk]), query))
    rows = page.partition('id="scores"')[2].partition("<form")[2].partition("</form>")[2]
    if found.isdigit():
        found = reverse("scores:detail", args=[CloseSubject.objects.unscoped("t").get(close=close, number=found).pk])
    assert found in rows and left not in rows


def test_the_change_since_the_last_locked_quarter(quarter):
    step(quarter, "publish")
    step(quarter, "confirm")
    approved(quarter, quarter.members["1"], item="B01", on=dt.date(2026, 10, 8), quantity=3)
    later = closed(quarter.user("xianji"), "2026Q4")
    page = text_of(quarter.client("xianji").get(reverse("closes:detail", args=[later.pk])))
    assert "比上次" in page and "−8.0" in page and "+2.0" in page
    assert "比2026年第三季度" in page


def test_the_score_index_leads_to_the_newest_binding_close(quarter):
    client = quarter.client("zhenjie")
    assert client.get("/scores/")["Location"] == CLOSES
    step(quarter, "publish")
    assert client.get("/scores/")["Location"] == reverse("closes:detail", args=[quarter.close.pk])
