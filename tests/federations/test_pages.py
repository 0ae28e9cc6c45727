"""Federations and memberships in the browser and by workbook rows, within their budgets of queries."""

import datetime as dt

import pytest

from federations.models import Federation, FederationVillage, FoundingDraft
from federations.registers import FederationRegister, MembershipRegister
from registers.exchange import import_rows
from tests.federations.helpers import (
    BAISHATAN,
    GUOSHANG,
    JIANGCUNWA,
    NORTH,
    SOUTH,
    YUANQIAN,
    found,
    text_of,
)

FORM = {
    "name": "湛江路新村",
    "kind": "new_village",
    "mode": "complement",
    "sub_mode": "",
    "area_code": "371083101",
    "on": "2026-11-02",
    "organization_kind": "joint_general_branch",
    "organization_name": "",
    "topic_location": "同在湛江路沿线",
    "topic_industry": "强村缺地，弱村有闲置土地",
    "source": "实地调研",
    "pattern": "b",
    "due_on": "2028-11-02",
    "villages-TOTAL_FORMS": "3",
    "villages-INITIAL_FORMS": "0",
    "villages-0-village": "锅上",
    "villages-0-role": "strong",
    "villages-1-village": YUANQIAN,
    "villages-1-role": "member",
    "villages-2-village": "",
    "villages-2-role": "member",
    "posts-TOTAL_FORMS": "1",
    "posts-INITIAL_FORMS": "0",
    "posts-0-person": "李干部",
    "posts-0-title": "first_secretary",
    "posts-0-portfolio": "",
    "posts-0-source": "town",
}


def walk(client, **changed):
    """Through the wizard with FORM, to the answer of its last button."""
    where = "/federations/new/"
    for _ in range(4):
        answer = client.post(where, FORM | changed)
        assert answer.status_code == 302, text_of(answer)
        where = answer["Location"]
    return answer


def test_a_clerk_founds_a_federation_in_the_browser(world):
    client = world.client("zhenjie")
    assert client.get("/federations/new/").status_code == 200
    answer = walk(client)
    federation = Federation.objects.unscoped("test").get()
    assert answer.status_code == 302 and answer["Location"] == f"/federations/{federation.pk}/"
    page = text_of(client.get(answer["Location"]))
    assert "拟建" in page and "李干部" in page and "中共湛江路新村联合总支委员会" in page and "提交论证" in page
    assert not FoundingDraft.objects.exists()


def test_what_is_wrong_comes_back_with_everything_typed(world):
    client = world.client("zhenjie")
    where = client.post("/federations/new/", FORM)["Location"]
    answer = client.post(where, FORM | {"villages-1-village": "白沙滩"})
    page = text_of(answer)
    assert answer.status_code == 400 and "没有找到这个村居" in page and "白沙滩" in page
    assert "同在湛江路沿线" in text_of(client.get(where.replace("step=2", "step=1")))
    assert not Federation.objects.unscoped("test").exists()


def test_the_scale_is_told_while_one_types(world, population):
    population({GUOSHANG: 950, YUANQIAN: 400, JIANGCUNWA: 500, BAISHATAN: 7531})
    client = world.client("zhenjie")
    names = ["锅上", YUANQIAN, "江村洼"]
    typed = {"kind": "new_village"} | {f"villages-{at}-village": name for at, name in enumerate(names)}
    fits = text_of(client.post("/federations/new/scale/", typed))
    assert "3 个村居，1,850 人" in fits and "在一般要求之内" in fits and "scale_reason" not in fits
    out = text_of(client.post("/federations/new/scale/", typed | {"villages-2-village": ""}))
    assert "共 2 个村居，一般为 3–5 个" in out and 'name="scale_reason"' in out
    foreign = text_of(client.post("/federations/new/scale/", typed | {"villages-3-village": "白沙滩"}))
    assert "3 个村居，1,850 人" in foreign


def test_a_village_that_has_a_federation_is_told_while_one_types(world):
    found(world, "zhenjie", "唐家新村", [NORTH, SOUTH])
    typed = {"kind": "new_village", "villages-0-village": NORTH, "villages-1-village": GUOSHANG}
    scale = world.client("zhenjie").post("/federations/new/scale/", typed)
    assert [one.village_id for one in scale.context["taken"]] == [NORTH]
    assert "（唐家新村），批复前须先退出" in text_of(scale)
    overlay = world.client("zhenjie").post("/federations/new/scale/", typed | {"kind": "alliance"})
    assert "唐家新村" not in text_of(overlay)


def test_a_villages_page_leads_to_its_federations_leaders_and_members(world, django_assert_max_num_queries):
    federation = found(world, "zhenjie", "唐家新村", [NORTH, SOUTH])
    client = world.client("zhenjie")
    client.get(f"/villages/{NORTH}/")
    with django_assert_max_num_queries(
        33
    ):  # some for each list of what belongs to a village, one for what was merged into it
        page = text_of(client.get(f"/villages/{NORTH}/"))
    assert f'<a href="/federations/{federation.pk}/">唐家新村</a>' in page
    assert "村班子" in page and "还没有登记党员" in page
    assert "唐家新村" not in text_of(client.get(f"/villages/{GUOSHANG}/"))


def test_a_step_is_taken_in_the_browser(world, population):
    federation = found(world, "zhenjie", "唐家新村", [NORTH, SOUTH], run=False)
    clerk, signer = world.client("zhenjie"), world.client("zhenzhang")
    step = f"/federations/{federation.pk}/step/"
    clerk.post(f"{step}?to=reviewed", {"on": "2026-11-10", "reason": ""})
    assert clerk.get(f"{step}?to=approved").status_code == 403
    assert "批复“唐家新村”" in text_of(signer.get("/")) and "批复“唐家新村”" not in text_of(clerk.get("/"))
    assert "等您批复" in text_of(signer.get(f"/federations/{federation.pk}/"))
    page = text_of(signer.get(f"{step}?to=approved"))
    assert "一般为 3–5 个" in page and "规模说明" in page
    refused = signer.post(f"{step}?to=approved", {"on": "2026-11-12", "scale_reason": "", "reason": ""})
    assert refused.status_code == 400
    done = signer.post(f"{step}?to=approved", {"on": "2026-11-12", "scale_reason": "两村同宗", "reason": ""})
    assert done.status_code == 302
    federation.refresh_from_db()
    assert (federation.status, federation.founded_on) == ("approved", dt.date(2026, 11, 12))


def test_a_village_joins_and_leaves_in_the_browser(world, zhanjiang):
    client = world.client("zhenjie")
    assert client.get(f"/federations/{zhanjiang.pk}/join/").status_code == 200
    facts = {"village_code": "北唐家", "role": "member", "on": "2026-07-01", "reason": ""}
    assert client.post(f"/federations/{zhanjiang.pk}/join/", facts).status_code == 302
    membership = FederationVillage.objects.unscoped("test").get(village_id=NORTH)
    leave = f"/federation-villages/{membership.pk}/leave/"
    assert client.get(leave).status_code == 200
    assert client.post(leave, {"on": "2026-11-01", "reason": "自愿退出"}).status_code == 302
    membership.refresh_from_db()
    assert membership.valid_to == dt.date(2026, 11, 1)
    page = text_of(client.get(f"/federations/{zhanjiang.pk}/"))
    assert "北唐家 自 2026-11-01 退出：自愿退出" in page and "调整" in page


def test_a_federation_is_adjusted_in_the_browser(world, zhanjiang):
    client = world.client("zhenjie")
    address = f"/federations/{zhanjiang.pk}/edit/"
    assert client.get(address).status_code == 200
    facts = {
        "name": "湛江路新村", "kind": "new_village", "mode": "strong_strong", "sub_mode": "", "evidence": "",
        "scale_reason": "历史上同属一个管区", "on": "2026-11-20", "reason": "调整模式",
    }  # fmt: skip
    assert client.post(address, facts).status_code == 302
    assert zhanjiang.steps.last().reason == "调整模式"


# -- workbooks


def test_federations_come_in_by_workbook_rows(world):
    row = {
        "name": "湛江路新村", "kind": "新村", "mode": "优势互补", "area_code": "乳山口镇",
        "villages": "锅上（强村）、院前、江村洼",
    }  # fmt: skip
    first = import_rows(FederationRegister(), by=world.user("zhenjie"), data=[row])
    assert (first.created, [error.text for error in first.errors]) == (1, [])
    again = import_rows(FederationRegister(), by=world.user("zhenjie"), data=[row])
    assert (again.created, again.updated, again.unchanged, again.errors) == (0, 0, 1, [])


def test_memberships_come_in_by_workbook_rows(world, zhanjiang):
    row = {"federation": "湛江路新村", "village_code": "北唐家", "role": "成员村", "from": "2026-07-01"}
    first = import_rows(MembershipRegister(), by=world.user("zhenjie"), data=[row])
    assert (first.created, [error.text for error in first.errors]) == (1, [])
    again = import_rows(MembershipRegister(), by=world.user("zhenjie"), data=[row])
    assert (again.unchanged, again.errors) == (1, [])


# -- query budgets


@pytest.mark.parametrize(
    ("address", "budget"),
    [("/federations/", 22), ("/federation-villages/", 22), ("/federations/{pk}/", 36), ("/api/v1/federations/", 12)],
)
def test_query_budgets_do_not_grow_with_rows(world, zhanjiang, xili, django_assert_max_num_queries, address, budget):
    found(world, "zhenjie", "牡蛎联合体", [GUOSHANG, NORTH, SOUTH, YUANQIAN], kind="alliance")
    client = world.client("xianji")
    if address.startswith("/api/"):
        client = world.api("xianji")
    with django_assert_max_num_queries(budget):
        assert client.get(address.format(pk=zhanjiang.pk)).status_code == 200
