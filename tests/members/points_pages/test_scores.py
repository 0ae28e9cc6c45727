"""Scores with their derivation, entries and schemes in the browser, and what is owed."""

import datetime as dt
from dataclasses import replace

import pytest
from django.urls import reverse

from members.actions import claims as actions
from members.actions import schemes
from members.actions.closes import reopen
from members.actions.entries import reverse_entry
from members.actions.objections import receive
from members.models import PointEntry, PointScore, QuarterClose
from members.points.content import CategoryContent, ItemContent
from members.queries.point_derivation import derive
from members.registers.points import owed_claims, owed_closes, owed_objections
from registers import sockets
from registers.workbooks.reading import read_workbook
from tests.members.points.stage import (
    CONTENT,
    GUOSHANG,
    YUANQIAN,
    approved,
    closed,
    cover_town_step,
    declared,
    federate,
    member,
    put_scheme,
    second_county_user,
)
from tests.members.points_pages.conftest import score_of, step, text_of
from tests.reports import factories as make
from tests.world import TOWN

CLOSES = "/closes/"


# -- how a score came about


def test_the_derivation_is_told_as_it_bites(quarter):
    page = text_of(quarter.client("zhenjie").get(reverse("scores:detail", args=[score_of(quarter, "1").pk])))
    assert "本项上限 6.0 分，多出的 2.0 分不计" in page
    assert "同组当天只计最高的一项（A02，+5.0 分）" in page
    assert "100.0 + 11.0 − 0.0" in page and "111.0" in page
    assert "仅供民主评议参考" in page and "党员积分办法 第 1 版" in page and "2026-09-30 所在" in page
    assert "第 1 名" in page and "共 3 人" in page
    assert "没有变化" not in page and "积分记录又有变化" not in page


def test_category_caps_and_the_floor_are_told(points):
    cover_town_step(TOWN)
    content = replace(
        CONTENT, from_quarter="2026Q1", base=10,
        categories=(CategoryContent("ZZ", "组织生活", 30), CategoryContent("XF", "先锋作用")),
        items=(*CONTENT.items[:5], ItemContent("D01", "无故缺席", "ZZ", -200)), grades=(),
    )  # fmt: skip
    put_scheme(points.user("xianji"), **{name: getattr(content, name) for name in
               ("from_quarter", "base", "categories", "items", "grades")})  # fmt: skip
    approved(points, points.members["1"], item="A02", on=dt.date(2026, 7, 2))
    approved(points, points.members["1"], item="D01", on=dt.date(2026, 7, 3))
    points.close = closed(points.user("xianji"))
    page = text_of(points.client("zhenjie").get(reverse("scores:detail", args=[score_of(points, "1").pk])))
    assert "本类合计 5.0 分，上限 3.0 分，多出的 2.0 分不计" in page
    assert "按最低分 0.0 计" in page


def test_the_quota_is_explained(points, monkeypatch):
    federate(monkeypatch, GUOSHANG)
    cover_town_step(TOWN)
    for number in ("1", "2", "3"):
        approved(points, points.members[number], item="A02", on=dt.date(2026, 7, 2))
    points.close = closed(points.user("xianji"))
    lower, top = score_of(points, "1"), score_of(points, "3")
    assert (lower.grade, top.grade) == ("合格", "优秀")
    page = text_of(points.client("zhenjie").get(reverse("scores:detail", args=[lower.pk])))
    assert "新村7有 3 人计分，“优秀”名额 50% 即 1 人" in page and "超过名额，定为下一等次" in page
    page = text_of(points.client("zhenjie").get(reverse("scores:detail", args=[top.pk])))
    assert "总分不低于 115.0 的有 1 人，没有超过名额" in page


def test_an_exempt_member_has_no_total(points):
    member("3710830000070", GUOSHANG, name="宋广田", exempt_reason="卧病在家")
    points.close = closed(points.user("xianji"))
    rows = PointScore.objects.unscoped("test")
    score = rows.get(close=points.close, close_subject__number="3710830000070")
    page = text_of(points.client("zhenjie").get(reverse("scores:detail", args=[score.pk])))
    assert "免于积分，列入名单但不计总分" in page
    listed = text_of(points.client("zhenjie").get(reverse("closes:detail", args=[points.close.pk])))
    assert "免于积分" in listed


def test_a_reversal_after_the_close_is_said(quarter):
    entry = PointEntry.objects.unscoped("test").get(item_code="A02")
    client = quarter.client("zhenshen")
    answer = client.post(reverse("entries:reverse", args=[entry.pk]), {"reason": "记错了人"}, follow=True)
    assert "已冲销" in text_of(answer)
    page = text_of(client.get(reverse("scores:detail", args=[score_of(quarter, "1").pk])))
    assert "这一版结算之后积分记录又有变化" in page and "不计：已冲销" in page and "记错了人" in page


def test_the_told_sum_is_the_computed_one(quarter):
    """The derivation for people and the close's SQL agree for every subject of the stage."""
    for score in PointScore.objects.unscoped("test").select_related("close_subject__scheme"):
        subject = score.close_subject
        told = derive(
            scheme=subject.scheme,
            items=list(subject.scheme.items.select_related("category")),
            entries=PointEntry.objects.unscoped("test").filter(subject=subject.subject_id, settle_quarter="2026Q3"),
            base=score.base,
            town=subject.town_code,
        )
        assert (told.total, told.deduct) == (score.total, score.deduct)
        assert {one.code: one.award for one in told.categories} == score.awards


def test_a_members_quarters_the_year_and_the_open_quarter(quarter):
    step(quarter, "publish")
    step(quarter, "confirm")
    approved(quarter, quarter.members["1"], item="B01", on=dt.date(2026, 10, 8), quantity=3)
    page = text_of(quarter.client("zhenjie").get(reverse("scores:member", args=["3710830000001"])))
    assert "2026年第三季度" in page and "111.0" in page and "2026 年平均" in page and "（1 个季度）" in page
    assert "2026年第四季度至今" in page and "103.0 分" in page and "不排名次" in page


def test_a_derivation_takes_few_queries_whatever_the_history(quarter, django_assert_max_num_queries):
    """A quarter's score, and one person's quarters with the derivation of the one that is running."""
    client, member = quarter.client("zhenjie"), quarter.members["1"]
    pages = (
        (reverse("scores:detail", args=[score_of(quarter, "1").pk]), 10),
        (reverse("scores:member", args=["3710830000001"]), 13),
    )

    def asked() -> list[int]:
        counts = []
        for url, budget in pages:
            client.get(url)
            with django_assert_max_num_queries(budget) as captured:
                client.get(url)
            counts.append(len(captured))
        return counts

    def corrected(day: dt.date) -> None:
        wrong = approved(quarter, member, item="B01", on=day)
        reverse_entry(entry=wrong, by=quarter.user("zhenshen"), reason="记错")
        claim = declared(quarter.user("zhenjie"), member, item="B01", on=day, quantity=2, corrects=wrong.pk)
        actions.advance(claim=claim, by=quarter.user("zhenshen"))

    days = (dt.date(2026, 8, 9), dt.date(2026, 10, 8))
    for day in days:
        corrected(day)
    make.close(quarter, quarter.scheme, [{"subject": member, "total": 1000}], quarter="2026Q2")
    first = asked()
    for n in range(6):
        for day in days:
            corrected(day + dt.timedelta(n))
            approved(quarter, member, item="A01", on=day)
    for at, label in enumerate(("2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1")):
        make.close(quarter, quarter.scheme, [{"subject": member, "total": 1000 + at}], quarter=label)
    assert asked() == first


def test_queries_of_a_close_do_not_grow(points, django_assert_max_num_queries):
    client = points.client("xianji")
    client.get(CLOSES)
    counts = []
    for more in (0, 40):
        for place in range(more):
            member(f"37108300003{place:02d}", YUANQIAN, name=f"甲{place}")
        points.close = closed(points.user("xianji"))
        with django_assert_max_num_queries(26) as captured:
            client.get(reverse("closes:detail", args=[points.close.pk]))
        counts.append(len(captured))
    assert counts[0] == counts[1]


# -- entries


def test_an_entry_and_its_reversal_stand_together(quarter):
    entry = PointEntry.objects.unscoped("test").get(item_code="D01")
    clerk = quarter.client("zhenjie")
    detail = reverse("entries:detail", args=[entry.pk])
    assert "id_reason" not in text_of(clerk.get(detail))
    assert clerk.post(reverse("entries:reverse", args=[entry.pk]), {"reason": "x"}).status_code == 403
    reviewer = quarter.client("zhenshen")
    assert "请写明冲销的原因" in text_of(reviewer.post(reverse("entries:reverse", args=[entry.pk]), {}, follow=True))
    page = text_of(reviewer.post(reverse("entries:reverse", args=[entry.pk]), {"reason": "请了假"}, follow=True))
    assert "两条都不计分" in page and "请了假" in page and "+2.0" in page and "按正确的重新申报" in page
    rows = text_of(reviewer.get("/entries/")).partition("<tbody>")[2]
    assert rows.index("−2.0") < rows.index(f"冲销第 {entry.pk} 号") < rows.index("+2.0")
    again = text_of(reviewer.post(reverse("entries:reverse", args=[entry.pk]), {"reason": "再来"}, follow=True))
    assert "已经冲销过" in again
    reversal = PointEntry.objects.unscoped("test").get(reverses=entry.pk)
    assert reviewer.get(reverse("entries:detail", args=[reversal.pk]))["Location"] == detail
    assert "2 条" not in rows and "王秀兰" in text_of(reviewer.get("/entries/", {"reversed": "yes"}))
    assert "王建国" not in text_of(reviewer.get("/entries/", {"reversed": "yes"})).partition("<tbody>")[2]


def test_a_reversed_entry_is_declared_rightly(quarter):
    entry = PointEntry.objects.unscoped("test").get(item_code="D01")
    reviewer = quarter.client("zhenshen")
    reviewer.post(reverse("entries:reverse", args=[entry.pk]), {"reason": "记错了项目"})
    form = text_of(reviewer.get(reverse("claims:new"), {"corrects": entry.pk}))
    assert "更正积分" in form and f'name="corrects" value="{entry.pk}"' in form and "3710830000002" in form
    facts = {"subject": "3710830000002", "occurred_on": "2026-09-10", "item": "B01", "quantity": "1",
             "reason": "其实是志愿服务", "corrects": str(entry.pk)}  # fmt: skip
    assert "已申报" in text_of(reviewer.post(reverse("claims:new"), facts, follow=True))
    twice = reviewer.post(reverse("claims:new"), facts)
    assert twice.status_code == 400 and "还没有更正" in text_of(twice)


def test_a_locked_quarters_entry_is_not_reversed(quarter):
    entry = PointEntry.objects.unscoped("test").get(item_code="D01")
    step(quarter, "publish")
    reviewer = quarter.client("zhenshen")
    page = text_of(reviewer.get(reverse("entries:detail", args=[entry.pk])))
    assert "要冲销请先由县里重新打开" in page and "id_reason" not in page
    answer = reviewer.post(reverse("entries:reverse", args=[entry.pk]), {"reason": "x"}, follow=True)
    assert "已经公示或审定" in text_of(answer)


def test_entries_of_another_town_do_not_exist(quarter):
    entry = PointEntry.objects.unscoped("test").first()
    client = quarter.client("qita")
    assert client.get(reverse("entries:detail", args=[entry.pk])).status_code == 404
    assert client.post(reverse("entries:reverse", args=[entry.pk]), {"reason": "x"}).status_code == 404
    page = text_of(client.get("/entries/"))
    assert "还没有积分记录" in page and "王建国" not in page and "锅上" not in page


@pytest.mark.parametrize("name", ["entries:export", "claims:export"])
def test_exports_hold_what_one_sees(quarter, name):
    def names(username):
        data = b"".join(quarter.client(username).get(reverse(name)).streaming_content)
        return str(read_workbook(data)[0].rows)

    assert "王建国" in names("zhenjie") and "王建国" not in names("qita")


def test_the_scores_export_names_categories(quarter):
    url = reverse("closes:export", args=[quarter.close.pk])
    text = str(read_workbook(b"".join(quarter.client("zhenjie").get(url).streaming_content))[0].rows)
    assert "组织生活" in text and "王建国" in text and "孙守业" not in text and "仅供民主评议参考" in text
    other = str(read_workbook(b"".join(quarter.client("qita").get(url).streaming_content))[0].rows)
    assert "王建国" not in other and "孙守业" in other


# -- schemes, what is owed


def test_schemes_are_read_by_everybody_of_the_county(points):
    for username in ("zhenjie", "cunji", "lingdao", "qita"):
        page = text_of(points.client(username).get("/schemes/"))
        assert "党员积分办法" in page
        sheet = text_of(points.client(username).get(reverse("schemes:detail", args=[points.scheme.pk])))
        assert (
            "参加主题党日" in sheet
            and "每季度最多计 30.0 分" in sheet
            and "与“讲”组的项目同一天只计最高的一项" in sheet
        )
        assert "最高等次名额" in sheet and "50%" in sheet


def test_a_draft_is_the_countys_own(points):
    draft = schemes.copy_version(scheme=points.scheme, by=points.user("xianji"), from_quarter="2027Q1")
    assert points.client("zhenjie").get(reverse("schemes:detail", args=[draft.pk])).status_code == 404
    assert "草稿" in text_of(points.client("xianji").get(reverse("schemes:detail", args=[draft.pk])))


def test_a_towns_own_item_is_shown_to_that_town(points):
    items = (*CONTENT.items, ItemContent("T01", "护海值班", "XF", 10, town=TOWN))
    scheme = put_scheme(points.user("xianji"), from_quarter="2027Q1", items=items)
    url = reverse("schemes:detail", args=[scheme.pk])
    assert "护海值班" in text_of(points.client("zhenjie").get(url))
    assert "护海值班" in text_of(points.client("cunji").get(url))
    assert "护海值班" not in text_of(points.client("qita").get(url))


def test_what_is_owed(quarter):
    assert not list(owed_claims(quarter.user("zhenshen"))) and not list(owed_claims(quarter.user("zhenjie")))
    declared(quarter.user("zhenjie"), quarter.members["4"])
    declared(quarter.user("zhenjie"), quarter.members["1"])
    (owed,) = owed_claims(quarter.user("cunji"))
    assert owed.count == 1 and owed.url == "/claims/?tab=mine"
    (owed,) = owed_claims(quarter.user("zhenshen"))
    assert owed.count == 2
    (owed,) = owed_closes(quarter.user("xianji"))
    assert "2026年第三季度积分还没有结算" in owed.title
    step(quarter, "publish")
    (owed,) = owed_closes(quarter.user("xianji"))
    assert "待审定" in owed.title and owed.due_on == dt.date(2026, 11, 27)
    step(quarter, "confirm")
    assert not list(owed_closes(quarter.user("xianji"))) and not list(owed_closes(quarter.user("zhenshen")))
    assert any("积分申报等您办理" in one.title for one in sockets.owed.ask(quarter.user("zhenshen")))


def test_objections_and_reopened_quarters_are_owed(quarter):
    step(quarter, "publish")
    receive(
        by=quarter.user("zhenjie"), objection=None, quarter="2026Q3", subject=quarter.members["1"],
        received_on=dt.date(2026, 11, 20), content="记多了",
    )  # fmt: skip
    (owed,) = owed_objections(quarter.user("xianji"))
    assert owed.count == 1 and owed.due_on == dt.date(2026, 11, 27)
    assert "记多了" in text_of(quarter.client("xianji").get(owed.url)).partition("<tbody>")[2]
    assert not list(owed_objections(quarter.user("zhenjie")))
    reopen(close=QuarterClose.objects.unscoped("test").get(), by=second_county_user(), reason="漏记")
    (owed,) = owed_closes(quarter.user("xianji"))
    assert "重新打开后还没有公示" in owed.title


def test_a_late_fact_is_told_where_it_settles(quarter):
    claim = declared(quarter.user("zhenjie"), quarter.members["1"])
    step(quarter, "publish")
    answer = quarter.client("zhenshen").post(reverse("claims:advance-one", args=[claim.pk]), follow=True)
    assert "2026年第三季度已经公示，计入2026年第四季度" in text_of(answer)


def test_rejecting_and_taking_back(points):
    claim = declared(points.user("zhenjie"), points.members["1"])
    page = text_of(points.client("zhenjie").get(reverse("claims:detail", args=[claim.pk])))
    assert "撤回" in page
    points.client("zhenjie").post(reverse("claims:reject-one", args=[claim.pk]), {"reason": "填错了"})
    with pytest.raises(Exception, match="不能驳回"):
        actions.reject(claim=claim, by=points.user("zhenjie"), reason="再来")
