"""The same fact told twice from different sources: shown before it is saved, kept with the reason, told to checkers."""

import pytest
from django.urls import reverse

from members.actions import claims, entries
from members.claim_import import import_claims
from members.models import PointClaim, PointClaimStep
from members.points.duplicates import duplicates_of
from tests.members.points import stage
from tests.members.points.stage import IN_Q3
from tests.members.points_pages.conftest import text_of, uploaded, workbook
from tests.world import TOWN

API = "/api/v1/point-claims/"
ROW = ("锅上", "张三", "志愿服务", 1, IN_Q3, "下午扫雪")


@pytest.fixture
def county(world):
    stage.put_scheme(world.user("xianji"))
    stage.cover_town_step(TOWN)
    world.zhang = stage.member("3710830000001", name="张三")
    return world


def stored() -> int:
    return PointClaim.objects.unscoped("test").count()


def test_what_is_a_duplicate(county):
    clerk, reviewer = county.user("zhenjie"), county.user("zhenshen")
    first = stage.declared(clerk, county.zhang)
    second = stage.declared(clerk, county.zhang)
    other_item, other_day = (
        stage.declared(clerk, county.zhang, "A01"),
        stage.declared(clerk, county.zhang, on=IN_Q3.replace(day=11)),
    )
    found = duplicates_of([first, second, other_item, other_day])
    assert {at: one.claim.pk for at, one in found.items()} == {0: second.pk, 1: first.pk}
    claims.reject(claim=second, by=clerk, reason="重复")
    assert duplicates_of([first]) == {}  # a rejected one is none
    moved = claims.advance(claim=first, by=reviewer)
    third = stage.declared(clerk, county.zhang)
    assert duplicates_of([third])[0].claim.pk == first.pk
    entry = stage.PointEntry.objects.unscoped("test").get(claim=moved)
    entries.reverse_entry(entry=entry, by=reviewer, reason="记错")
    assert duplicates_of([third]) == {}  # nor one whose entry was taken back


def test_the_form_shows_it_before_saving_and_keeps_the_reason(county):
    first = stage.declared(county.user("zhenjie"), county.zhang, source_ref="会议-7")
    client = county.client("zhenjie")
    facts = {"subject": "3710830000001", "occurred_on": str(IN_Q3), "item": "B01", "quantity": "1", "reason": "扫雪"}
    answer = client.post(reverse("claims:new"), facts)
    assert answer.status_code == 400 and stored() == 1
    page = text_of(answer)
    assert f"第 {first.pk} 号申报（来源“会议-7”" in page and "confirm_duplicates" in page
    assert client.post(reverse("claims:new"), facts | {"confirm_duplicates": "下午又一场"}).status_code == 302
    second = PointClaim.objects.unscoped("test").exclude(pk=first.pk).get()
    step = PointClaimStep.objects.get(claim=second)
    assert step.reason == f"确认与第 {first.pk} 号申报不是同一件事：下午又一场"
    checker = county.client("zhenshen")
    assert "疑似重复" in text_of(checker.get(reverse("claims:list")))
    page = text_of(checker.get(reverse("claims:detail", args=[second.pk])))
    assert "疑似重复" in page and reverse("claims:detail", args=[first.pk]) in page and "下午又一场" in page


def test_rest_refuses_until_it_is_confirmed_and_warns(county):
    first = stage.declared(county.user("zhenjie"), county.zhang, source_ref="会议-7")
    client = county.api("zhenjie")
    fact = {"member_no": county.zhang.number, "item_code": "B01", "occurred_on": str(IN_Q3), "source_ref": "签到-3"}
    refused = client.post(API, fact)
    assert refused.status_code == 400 and refused.data["errors"][0]["field"] == "confirm_duplicates"
    assert f"第 {first.pk} 号" in refused.data["errors"][0]["message"]
    twice = [fact, fact | {"source_ref": "签到-4", "occurred_on": "2026-09-12"}]
    assert [one["field"] for one in client.post(API, twice).data["errors"]] == ["0.confirm_duplicates"]
    made = client.post(API, fact | {"confirm_duplicates": "两场活动"})
    assert made.status_code == 201 and f"第 {first.pk} 号" in made.data["warnings"][0]
    assert client.post(API, twice[1]).data["warnings"] == []


def test_an_import_warns_and_waits_for_the_reason(county):
    clerk = county.user("zhenjie")
    first = stage.declared(clerk, county.zhang, source_ref="会议-7")
    asked = import_claims(by=clerk, data=workbook(ROW, ROW), choices={}, confirmed="")
    assert asked.doubted == 2 and not asked.written and stored() == 1
    assert f"第 {first.pk} 号申报（来源“会议-7”" in asked.warnings[0].message
    client = county.client("zhenjie")
    page = text_of(client.post(reverse("claims:import"), {"file": uploaded(workbook(ROW))}))
    assert "确认后才能保存" in page and "confirm_duplicates" in page and stored() == 1
    token = page.partition('name="token" value="')[2].partition('"')[0]
    assert "确认后才能保存" in text_of(client.post(reverse("claims:import"), {"token": token}))
    saved = client.post(reverse("claims:import"), {"token": token, "confirm_duplicates": "上下午两场"})
    assert "已保存" in text_of(saved) and stored() == 2
    assert PointClaimStep.objects.filter(reason__contains="上下午两场").count() == 1
    again = import_claims(by=clerk, data=workbook(ROW), choices={}, confirmed="")
    assert again.unchanged == 1 and not again.doubted  # the same file again is no duplicate
    book = uploaded(workbook((*ROW[:5], "第三场")))
    answer = county.api("zhenjie").post(f"{API}import/", {"file": book}, format="multipart")
    assert answer.status_code == 400 and answer.data["warnings"] and stored() == 2
    book = uploaded(workbook((*ROW[:5], "第三场")))
    given = {"file": book, "confirm_duplicates": "第三场"}
    assert county.api("zhenjie").post(f"{API}import/", given, format="multipart").data["created"] == 1


def test_the_question_takes_the_same_number_of_queries(county, django_assert_max_num_queries):
    clerk = county.user("zhenjie")
    people = [stage.member(f"N{n}") for n in range(30)]
    made = [stage.declared(clerk, person) for person in people for _ in (1, 2)]
    for claim in made[:40]:
        claims.advance(claim=claim, by=county.user("zhenshen"))
    rows = list(PointClaim.objects.unscoped("test"))
    with django_assert_max_num_queries(3):
        assert len(duplicates_of(rows)) == 60
