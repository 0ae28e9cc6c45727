"""The claims list, one claim, moving claims one by one and many at once, and the form."""

import datetime as dt
from dataclasses import replace

import pytest
from django.urls import reverse

from members.actions import schemes
from members.models import PointClaim, PointEntry
from members.points.content import content_of
from members.queries.point_items import ItemBook
from members.views.claim_filters import item_choices
from registers.scope import Scope, register_scope_kind, scope_kinds
from tests.members.points.stage import GUOSHANG, IN_Q3, YUANQIAN, approved, cover_town_step, declared, federate, member
from tests.members.points_pages.conftest import text_of, without_tokens
from tests.world import COUNTY, TOWN, add_user

LIST = "/claims/"


def state_of(claim: PointClaim) -> str:
    return PointClaim.objects.unscoped("test").get(pk=claim.pk).state


def test_a_clerk_sees_his_towns_claims_and_no_others(points):
    declared(points.user("zhenjie"), points.members["1"])
    declared(points.user("qita"), points.members["9"])
    page = text_of(points.client("zhenjie").get(LIST))
    assert "王建国" in page and "孙守业" not in page
    other = text_of(points.client("qita").get(LIST))
    assert "孙守业" in other and "王建国" not in other and "锅上" not in other
    assert "1 条" in other


def test_an_empty_list_says_what_to_do(points):
    page = text_of(points.client("zhenjie").get(LIST))
    assert "还没有积分申报" in page and reverse("claims:new") in page and reverse("claims:import") in page


@pytest.mark.parametrize("username", ["sysadmin", "secadmin", "auditor", "nobody"])
def test_administrators_have_no_business_here(points, username):
    client = points.client(username)
    for name in ("claims:list", "entries:list", "closes:list", "schemes:list", "scores:list"):
        assert client.get(reverse(name)).status_code == 403


@pytest.mark.parametrize(
    ("query", "found", "left"),
    [
        ({"q": "王建国"}, "王建国", "李海燕"),
        ({"q": "3710830000004"}, "李海燕", "王建国"),
        ({"area": YUANQIAN}, "李海燕", "王建国"),
        ({"item": "B01"}, "王建国", "李海燕"),
        ({"quarter": "2026Q2"}, "李海燕", "王建国"),
        ({"state": "declared"}, "王建国", "没有符合条件"),
    ],
)
def test_filters(points, query, found, left):
    declared(points.user("zhenjie"), points.members["1"])
    declared(points.user("zhenjie"), points.members["4"], item="A01", on=dt.date(2026, 6, 1))
    rows = text_of(points.client("zhenjie").get(LIST, query)).partition("<tbody>")[2]
    assert found in rows and left not in rows


def test_the_federation_filter_takes_its_villages_of_today(points, monkeypatch):
    federate(monkeypatch, YUANQIAN)
    declared(points.user("zhenjie"), points.members["1"])
    declared(points.user("zhenjie"), points.members["4"])
    page = text_of(points.client("zhenjie").get(LIST, {"federation": 7}))
    rows = page.partition("<tbody>")[2]
    assert "李海燕" in rows and "王建国" not in rows and "新村7" in page
    assert "新村7" not in text_of(points.client("qita").get(LIST))


def test_a_place_out_of_scope_is_no_choice(points):
    declared(points.user("zhenjie"), points.members["1"])
    for area in ("371083102", "371083102201", "999999999", "'; --", "371083"):
        page = text_of(points.client("zhenjie").get(LIST, {"area": area}))
        assert "王建国" not in page


def test_the_federation_secretary_checks_his_villages_only(points, monkeypatch):
    federate(monkeypatch, GUOSHANG)
    before = scope_kinds()["federation"]
    named = Scope.named("village", [GUOSHANG])
    register_scope_kind("federation", "联建单位", lambda key: named, lambda key: "新村7")
    try:
        add_user("lianjian", "federation_secretary", "federation", "7")
        points.users["lianjian"] = type(points.user("zhenjie")).objects.get(username="lianjian")
        claim = declared(points.user("zhenjie"), points.members["1"])
        declared(points.user("zhenjie"), points.members["4"])
        points.client("cunji").post(reverse("claims:advance-one", args=[claim.pk]))
        client = points.client("lianjian")
        page = text_of(client.get(LIST))
        assert "王建国" in page and "李海燕" not in page and "待我办理" in page
        client.post(reverse("claims:advance-one", args=[claim.pk]))
        assert state_of(claim) == "federation_checked"
    finally:
        register_scope_kind(before.kind, before.label, before.resolve, before.describe)


def test_what_waits_for_me_is_what_i_can_move(points):
    """cunji checks his village; zhenshen has the last step of villages without a federation."""
    first, second = (
        declared(points.user("zhenjie"), points.members["1"]),
        declared(points.user("zhenjie"), points.members["4"]),
    )
    cunji, zhenshen = points.client("cunji"), points.client("zhenshen")
    page = text_of(cunji.get(LIST, {"tab": "mine"}))
    assert "王建国" in page and "李海燕" not in page
    assert "没有等您办理" in text_of(zhenshen.get(LIST, {"tab": "mine"}))
    cunji.post(reverse("claims:advance-one", args=[first.pk]))
    assert state_of(first) == "branch_checked"
    waiting = text_of(zhenshen.get(LIST, {"tab": "mine"})).partition("<tbody>")[2]
    assert "王建国" in waiting and "李海燕" not in waiting
    zhenshen.post(reverse("claims:advance-one", args=[first.pk]))
    assert state_of(first) == "approved" and state_of(second) == "declared"


def test_a_town_whose_step_covers_the_others_sees_every_open_claim(points):
    declared(points.user("zhenjie"), points.members["1"])
    cover_town_step(TOWN)
    assert "王建国" in text_of(points.client("zhenshen").get(LIST, {"tab": "mine"}))


def test_a_clerk_cannot_approve(points):
    claim = declared(points.user("zhenjie"), points.members["1"])
    client = points.client("zhenjie")
    assert "data-selection-bar" not in text_of(client.get(LIST))
    assert client.post(reverse("claims:advance-one", args=[claim.pk])).status_code == 403
    assert client.post(reverse("claims:advance"), {"pk": [claim.pk]}).status_code == 403
    assert client.post(reverse("claims:reject"), {"pk": [claim.pk], "reason": "不对"}).status_code == 403
    assert state_of(claim) == "declared"


def test_a_claim_out_of_scope_does_not_exist(points):
    claim = declared(points.user("zhenjie"), points.members["1"])
    client = points.client("qita")
    missing = client.get(reverse("claims:detail", args=[999_999_999]))
    outside = client.get(reverse("claims:detail", args=[claim.pk]))
    assert outside.status_code == missing.status_code == 404
    assert without_tokens(outside) == without_tokens(missing)
    assert client.post(reverse("claims:advance-one", args=[claim.pk])).status_code == 404
    assert client.post(reverse("claims:reject-one", args=[claim.pk]), {"reason": "x"}).status_code == 404


def test_many_at_once_are_told_exactly(points):
    good = [declared(points.user("zhenjie"), points.members["1"]) for _ in range(3)]
    foreign = declared(points.user("zhenjie"), points.members["4"])
    done = declared(points.user("zhenjie"), points.members["2"])
    client = points.client("cunji")
    client.post(reverse("claims:advance-one", args=[done.pk]))
    ids = [claim.pk for claim in (*good, foreign, done)]
    page = text_of(client.post(reverse("claims:advance"), {"pk": ids}))
    assert "通过 3 条，2 条没有通过" in page
    assert "没有找到，或不在您的管辖范围内" in page and "李海燕" not in page
    assert "现在应由“镇审定”办理" in page and "王秀兰" in page
    assert {state_of(claim) for claim in good} == {"branch_checked"}
    assert state_of(foreign) == "declared"


def test_all_gone_through_goes_back_to_the_list(points):
    claims = [declared(points.user("zhenjie"), points.members["1"]) for _ in range(2)]
    answer = points.client("cunji").post(reverse("claims:advance"), {"pk": [claim.pk for claim in claims]}, follow=True)
    assert answer.redirect_chain and "通过 2 条。" in text_of(answer)
    nothing = points.client("cunji").post(reverse("claims:advance"), {"pk": ["x", ""]}, follow=True)
    assert "请先勾选" in text_of(nothing)


def test_rejecting_many_asks_for_the_reason(points):
    claims = [declared(points.user("zhenjie"), points.members["1"]) for _ in range(2)]
    client = points.client("cunji")
    asked = client.post(reverse("claims:reject"), {"pk": [claim.pk for claim in claims]})
    assert asked.status_code == 200 and "驳回 2 条申报" in text_of(asked)
    empty = client.post(reverse("claims:reject"), {"pk": [claims[0].pk], "reason": " "})
    assert empty.status_code == 400 and "请写明驳回的原因" in text_of(empty)
    done = client.post(
        reverse("claims:reject"), {"pk": [claim.pk for claim in claims], "reason": "日期不对"}, follow=True
    )
    assert "驳回 2 条。" in text_of(done)
    assert {state_of(claim) for claim in claims} == {"rejected"}
    again = text_of(client.post(reverse("claims:reject"), {"pk": [claims[0].pk], "reason": "日期不对"}))
    assert "驳回 0 条，1 条没有驳回" in again and "已驳回" in again


def test_a_rejection_without_reason_is_told_on_the_claim(points):
    claim = declared(points.user("zhenjie"), points.members["1"])
    answer = points.client("cunji").post(reverse("claims:reject-one", args=[claim.pk]), {"reason": ""}, follow=True)
    assert "请写明驳回的原因" in text_of(answer) and state_of(claim) == "declared"


def test_the_detail_shows_steps_and_the_persons_other_claims(points):
    claim = declared(points.user("zhenjie"), points.members["1"])
    declared(points.user("zhenjie"), points.members["1"], item="A01")
    far = declared(points.user("zhenjie"), points.members["1"], item="A02", on=dt.date(2026, 1, 5))
    points.client("cunji").post(reverse("claims:advance-one", args=[claim.pk]))
    page = text_of(points.client("zhenjie").get(reverse("claims:detail", args=[claim.pk])))
    assert "志愿服务" in page and "+1.0 分" in page and "支部已初审" in page and "cunji" in page
    assert "参加主题党日" in page and reverse("claims:detail", args=[far.pk]) not in page
    assert reverse("claims:advance-one", args=[claim.pk]) not in page


def test_an_approved_claim_links_its_entry(points):
    cover_town_step(TOWN)
    entry = approved(points, points.members["1"])
    page = text_of(points.client("zhenjie").get(reverse("claims:detail", args=[entry.claim_id])))
    assert reverse("entries:detail", args=[entry.pk]) in page and "2026年第三季度" in page


def posted(**changes):
    facts = {
        "subject": "3710830000001",
        "occurred_on": "2026-08-15",
        "item": "B01",
        "quantity": "2",
        "reason": "清理河道",
    }
    return facts | changes


def test_declaring_one(points):
    client = points.client("zhenjie")
    form = text_of(client.get(reverse("claims:new")))
    assert "志愿服务（+1.0 分）" in form and "2026-11-20" in form
    answer = client.post(reverse("claims:new"), posted(), follow=True)
    assert "已申报“王建国”的积分" in text_of(answer)
    claim = PointClaim.objects.unscoped("test").get()
    assert (claim.quantity, claim.item_code, claim.village_id) == (2, "B01", GUOSHANG)
    twice = client.post(reverse("claims:new"), posted())
    assert twice.status_code == 400 and "已经申报过" in text_of(twice)


def test_declaring_by_name_and_the_next_one_keeps_the_occasion(points):
    answer = points.client("zhenjie").post(reverse("claims:new"), posted(subject="李海燕", again="1"))
    assert (
        answer.status_code == 302
        and "occurred_on=2026-08-15" in answer["Location"]
        and "item=B01" in answer["Location"]
    )
    assert "subject" not in answer["Location"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subject": "王秀兰"}, "有 2 位“王秀兰”"),
        ({"subject": "孙守业"}, "没有找到这个人"),
        ({"subject": "查无此人"}, "没有找到这个人"),
        ({"occurred_on": "2026-12-01"}, "还没有到"),
        ({"occurred_on": "昨天"}, "请填日期"),
        ({"quantity": "1000"}, "1 到 999"),
        ({"quantity": "0"}, "1 到 999"),
        ({"item": "ZZZ"}, "没有项目"),
        ({"item": "B02", "reason": ""}, "需要佐证"),
        ({"occurred_on": "2024-03-01"}, "没有适用于“党员”的积分办法"),
    ],
)
def test_what_the_form_refuses(points, changes, said):
    answer = points.client("zhenjie").post(reverse("claims:new"), posted(**changes))
    assert answer.status_code == 400 and said in text_of(answer)
    assert not PointClaim.objects.unscoped("test").exists()


def test_a_member_of_another_town_reads_like_an_unknown_one(points):
    client = points.client("zhenjie")
    outside = client.post(reverse("claims:new"), posted(subject="3710830000009"))
    unknown = client.post(reverse("claims:new"), posted(subject="3710839999999"))
    strip = lambda page, number: text_of(page).replace(number, "")  # noqa: E731
    assert outside.status_code == unknown.status_code == 400
    assert "没有找到编号为" in text_of(outside)
    assert "孙守业" not in text_of(outside)
    cut = [strip(page, number).partition("<form class=\"form-page\"")[2].partition("csrfmiddlewaretoken")[0]
           for page, number in ((outside, "3710830000009"), (unknown, "3710839999999"))]  # fmt: skip
    assert cut[0] == cut[1]


def test_the_look_up_of_people_stays_in_the_scope(points):
    found = points.client("cunji").get("/lookup/point-subjects/", {"q": "王"}).json()["results"]
    assert {one["value"][-1] for one in found} == {"1", "2", "3"}
    assert points.client("cunji").get("/lookup/point-subjects/", {"q": "李海燕"}).json()["results"] == []
    assert points.client("qita").get("/lookup/point-subjects/", {"q": "王建国"}).json()["results"] == []


def test_the_items_follow_the_day(points):
    client = points.client("zhenjie")
    now = text_of(client.get(reverse("claims:items"), {"occurred_on": "2026-08-15", "subject": "3710830000001"}))
    before = text_of(client.get(reverse("claims:items"), {"occurred_on": "2024-01-01"}))
    assert "志愿服务" in now and "先锋作用" in now and "志愿服务" not in before


def test_who_only_looks_cannot_declare(points):
    for username in ("lingdao", "zhenzhang"):
        client = points.client(username)
        assert client.get(reverse("claims:new")).status_code == 403
        assert client.get(reverse("claims:import")).status_code == 403
        assert client.get(LIST).status_code == 200


@pytest.mark.parametrize("name", ["claims:list", "entries:list"])
def test_queries_do_not_grow_with_the_rows(points, name, django_assert_max_num_queries):
    cover_town_step(TOWN)
    for _ in range(2):
        approved(points, points.members["1"])
    client = points.client("zhenshen")
    client.get(reverse(name))  # the first request of a session writes it
    counts = []
    for more in (0, 25):
        people = [member(f"37108300001{more:02d}{place:02d}", YUANQIAN, name=f"甲{place}") for place in range(more)]
        for person in people:
            approved(points, person)
            declared(points.user("zhenjie"), person, item="A01")
        with django_assert_max_num_queries(20) as captured:
            assert client.get(reverse(name), {"tab": "all"}).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert PointEntry.objects.unscoped("test").count() == 27


def test_moving_many_takes_the_same_number_of_queries(points, django_assert_max_num_queries):
    client = points.client("cunji")
    client.get(LIST)  # the first request of a session writes it
    counts = []
    for many in (2, 30):
        ids = [declared(points.user("zhenjie"), points.members["1"], on=IN_Q3).pk for _ in range(many)]
        with django_assert_max_num_queries(20) as captured:
            client.post(reverse("claims:advance"), {"pk": ids})
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_ways_in_are_shown_to_those_who_may_go_in_and_the_hint_stands_in_sight(points):
    declared(points.user("zhenjie"), points.members["1"])
    for who, may in (("zhenjie", True), ("zhenzhang", False), ("lingdao", False)):
        page = text_of(points.client(who).get(LIST))
        assert [reverse(f"claims:{name}") in page for name in ("new", "grid", "import")] == [may] * 3, who
    cover_town_step(TOWN)
    heads = [one["heading"] for one in points.client("zhenshen").get(LIST).context["columns"]]
    assert heads.index("提醒") < heads.index("应办日期") and "应由谁办" not in heads
    phone = [one["key"] for one in points.client("zhenshen").get(LIST).context["columns"] if one["main"]]
    assert phone == ["name", "item", "due"]
    assert "应由谁办" in [
        one["heading"] for one in points.client("zhenshen").get(LIST, {"tab": "all"}).context["columns"]
    ]


def test_items_of_one_name_in_several_books_say_which_book(points):
    county = points.user("xianji")
    content = content_of(points.scheme)
    items = tuple(replace(one, code=f"{one.code}H") for one in content.items)
    draft = schemes.new_version(
        by=county, area=COUNTY, content=replace(content, subject_kind="household", code="CMH", items=items)
    )
    schemes.put_in_force(scheme=draft, by=county)
    names = dict(item_choices(ItemBook.of([COUNTY]), county.scope_for("points.view")))
    assert (names["B01"], names["B01H"]) == ("志愿服务（党员）", "志愿服务（村民户）")


def test_all_that_waits_within_the_filters_goes_through_but_what_is_doubted(points):
    """More than a page, in one press: the filters hold, and what seems told twice is left to be looked at."""
    cover_town_step(TOWN)
    clerk = points.user("zhenjie")
    days = [IN_Q3 + dt.timedelta(days=number) for number in range(21)]
    many = [declared(clerk, points.members["1"], on=day) for day in days]
    twice = declared(clerk, points.members["1"], on=IN_Q3, confirmed="下午又一场")
    other = declared(clerk, points.members["4"])
    client = points.client("zhenshen")
    page = text_of(client.get(LIST, {"q": "王建国", "page_size": "20"}))
    assert 'data-selection-all="22"' in page and "筛选出的全部 22 条" in " ".join(page.split())
    query = "q=王建国&page_size=20&tab=mine"
    answer = client.post(reverse("claims:advance"), {"all": "1", "query": query, "pk": [other.pk]})
    told = text_of(answer)
    assert "通过 20 条，2 条没有通过" in told and told.count("疑似重复，请打开核对后单独办理") == 2
    assert [state_of(one) for one in many[1:]] == ["approved"] * 20
    assert {state_of(one) for one in (many[0], twice, other)} == {"declared"}
    asked = text_of(client.post(reverse("claims:reject"), {"all": "1", "query": query}))
    assert "驳回 2 条申报" in asked
    both = {"pk": [many[0].pk, twice.pk], "reason": "报重了", "all": "1", "query": query}
    client.post(reverse("claims:reject"), both)
    assert {state_of(many[0]), state_of(twice)} == {"rejected"} and state_of(other) == "declared"
