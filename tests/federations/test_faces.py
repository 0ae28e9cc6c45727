"""Pages, API, export and search of federations, and what each of them tells about another town's villages."""

import datetime as dt
from io import BytesIO

import openpyxl
import pytest
from openpyxl import load_workbook
from rest_framework.test import APIClient

from federations.models import Federation, FederationVillage, FoundingDraft
from federations.registers import FederationRegister, MembershipRegister
from members.actions.people import add_member
from registers.exchange import export_workbook, import_rows
from registers.pages.widgets import lookup_name
from registers.register import register_of
from tests.federations.helpers import (
    BAISHATAN,
    FOUNDED,
    GUOSHANG,
    JIANGCUNWA,
    NORTH,
    SOUTH,
    TODAY,
    XILI,
    XILI_COMMUNITY,
    YUANQIAN,
    found,
    secretary,
)
from tests.world import patched
from villages.models import Village


@pytest.fixture
def crossing(xili, population):
    """西里新村 with figures: 7,531 people in the foreign village must be seen by nobody of the home town."""
    population({XILI: 7531, XILI_COMMUNITY: 2468, SOUTH: 246})
    return xili


def text_of(response):
    return response.content.decode()


def cells(response):
    content = b"".join(response.streaming_content)
    return [list(row) for row in openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True)]


# -- what a clerk of the home town sees of foreign member villages: code, name, role


def test_the_page_tells_code_name_and_role_only(world, crossing):
    page = text_of(world.client("zhenjie").get(f"/federations/{crossing.pk}/"))
    assert "西里" in page and XILI in page and "成员社区" in page
    assert "7,531" not in page and "7531" not in page and "2,468" not in page
    assert "246 人（不含外镇 2 个）" in page
    assert f"/villages/{XILI}/" not in page and f"/villages/{SOUTH}/" in page
    assert page.count("/leave/") == 1  # its own village only


def test_the_county_sees_all_of_it(world, crossing):
    page = text_of(world.client("xianji").get(f"/federations/{crossing.pk}/"))
    assert "7,531" in page and "10,245 人" in page and f"/villages/{XILI}/" in page
    assert page.count("/leave/") == 3


def test_the_other_towns_clerk_sees_the_federation_and_his_own_villages(world, crossing, other_town, client):
    client.force_login(other_town, backend="accounts.backends.AccountBackend")
    page = text_of(client.get(f"/federations/{crossing.pk}/"))
    assert "西里新村" in page and "7,531" in page and ">246<" not in page
    assert "编辑" not in page and "/join/" not in page
    assert client.get(f"/federations/{crossing.pk}/join/").status_code == 403
    assert client.get(f"/federations/{crossing.pk}/edit/").status_code == 403


def test_a_third_town_sees_nothing(world, crossing):
    client, api = world.client("qita"), world.api("qita")
    assert client.get(f"/federations/{crossing.pk}/").status_code == 404
    assert api.get(f"/api/v1/federations/{crossing.pk}/").status_code == 404
    assert api.get("/api/v1/federations/?count=true").json()["count"] == 0
    assert api.get("/api/v1/federation-villages/?count=true").json()["count"] == 0
    assert api.get("/api/v1/federations/?q=西里").json()["results"] == []


def test_the_api_tells_code_and_role_and_no_dates_of_foreign_villages(world, crossing):
    rows = world.api("zhenjie").get(f"/api/v1/federation-villages/?federation={crossing.pk}").json()["results"]
    by_code = {row["village_code"]: row for row in rows}
    assert set(by_code) == {XILI, XILI_COMMUNITY, SOUTH}
    assert {"federation", "village_code", "role", "from", "to"} <= set(by_code[XILI])
    assert by_code[SOUTH]["from"] == FOUNDED.isoformat() and by_code[SOUTH]["federation"] == crossing.pk
    assert by_code[XILI]["from"] is None and by_code[XILI]["role"] == "member"
    county = world.api("xianji").get(f"/api/v1/federation-villages/?federation={crossing.pk}").json()["results"]
    assert {row["from"] for row in county} == {FOUNDED.isoformat()}


def test_a_foreign_membership_shows_no_dates_and_no_history(world, crossing):
    foreign = FederationVillage.objects.unscoped("test").get(federation=crossing, village_id=XILI)
    page = text_of(world.client("zhenjie").get(f"/federation-villages/{foreign.pk}/"))
    assert "西里" in page and "2025-03-01" not in page and "history-title" not in page
    own = FederationVillage.objects.unscoped("test").get(federation=crossing, village_id=SOUTH)
    page = text_of(world.client("zhenjie").get(f"/federation-villages/{own.pk}/"))
    assert "2025-03-01" in page and "history-title" in page


def test_the_export_holds_no_dates_of_foreign_villages(world, crossing):
    rows = cells(world.client("zhenjie").get("/federation-villages/export.xlsx"))
    lines = [[str(cell) for cell in row if cell is not None] for row in rows if any("西里新村" in str(c) for c in row)]
    assert len(lines) == 3
    assert [any("2025" in cell for cell in line) for line in lines].count(True) == 1


def test_of_two_villages_of_one_name_the_list_tells_the_town_and_comes_back(world):
    Village.objects.unscoped("test").filter(pk=BAISHATAN).update(name="锅上")
    found(world, "xianji", "锅上新村", [GUOSHANG, YUANQIAN], run=False)
    register, county = register_of("federations"), world.user("xianji")
    book = export_workbook(register, by=county, queryset=register.rows(county)).read()
    texts = [str(cell) for row in load_workbook(BytesIO(book)).worksheets[0].values for cell in row]
    assert "乳山口镇锅上、院前" in texts
    # What stands in another cell may be corrected in that file: the villages are known again.
    rows = [["" if cell is None else str(cell) for cell in row] for row in load_workbook(BytesIO(book)).active.values]
    at = next(row for row in rows if "论证依据" in row).index("论证依据")
    next(row for row in rows if "锅上新村" in row)[at] = "山水相连"
    outcome = import_rows(register, by=county, data=rows)
    assert (outcome.updated, outcome.errors) == (1, [])


def test_a_lookup_suggests_no_place_that_would_be_refused(world):
    client = world.client("zhenjie")
    for slug, field, wanted in (("projects", "area_code", "乳山口镇"), ("enterprises", "area_code", "锅上村委会")):
        register = register_of(slug)
        address = f"/lookup/{lookup_name(register, register.column(field))}/"
        labels = [each["label"] for each in client.get(address).json()["results"]]
        assert wanted in labels and "乳山市" not in labels, (slug, labels)
        assert ("锅上村委会" in labels) == (slug == "enterprises"), (slug, labels)
    assert world.client("nobody").get(address).status_code == 403


def test_nothing_else_of_a_foreign_village_opens(world, crossing):
    api = world.api("zhenjie")
    member = add_member(by=world.user("xianji"), name="外镇人", village=world.village(XILI))
    assert api.get(f"/api/v1/villages/{XILI}/").status_code == 404
    assert api.get(f"/api/v1/members/{member.number}/").status_code == 404
    assert api.get("/api/v1/village-facts/?q=西里").json()["results"] == []
    assert api.get("/api/v1/members/?count=true").json()["count"] == 0
    for address in ("/search/?q=外镇人", "/members/?q=外镇人"):
        assert member.number not in text_of(world.client("zhenjie").get(address))


def test_an_ended_foreign_membership_is_gone_from_sight(world, crossing):
    FederationVillage.objects.unscoped("test").filter(federation=crossing, village_id=XILI).update(valid_to=TODAY)
    rows = world.api("zhenjie").get("/api/v1/federation-villages/").json()["results"]
    assert XILI not in {row["village_code"] for row in rows}
    assert "西里村" not in text_of(world.client("zhenjie").get(f"/federations/{crossing.pk}/"))


def test_the_secretary_sees_the_members_of_all_his_villages(world, crossing):
    add_member(by=world.user("xianji"), name="外镇人", village=world.village(XILI))
    add_member(by=world.user("xianji"), name="别处人", village=world.village(BAISHATAN))
    api = APIClient()
    api.force_authenticate(secretary(crossing))
    assert [row["name"] for row in api.get("/api/v1/members/").json()["results"]] == ["外镇人"]
    assert [row["name"] for row in api.get("/api/v1/federations/").json()["results"]] == ["西里新村"]
    assert api.post("/api/v1/members/", {"name": "新人", "village_code": XILI}).status_code == 403


# -- REST


def test_a_federation_is_founded_over_rest(world):
    answer = world.api("zhenjie").post(
        "/api/v1/federations/",
        {
            "name": "湛江路新村",
            "kind": "new_village",
            "mode": "complement",
            "area_code": "371083101",
            "villages": [{"village_code": GUOSHANG, "role": "strong"}, {"village_code": YUANQIAN}],
        },
    )
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert body["status"] == "planned" and body["founded_on"] is None and body["area_code"] == "371083101"
    assert body["villages"] == [
        {"village_code": GUOSHANG, "role": "strong"},
        {"village_code": YUANQIAN, "role": "member"},
    ]
    assert body["organization"] == Federation.objects.unscoped("test").get().organization_id


def test_the_county_enters_a_running_federation_at_once(world):
    body = {
        "name": "湛江路新村",
        "kind": "new_village",
        "mode": "complement",
        "area_code": "371083101",
        "status": "running",
        "founded_on": "2025-03-01",
        "villages": [{"village_code": code, "role": "member"} for code in (GUOSHANG, YUANQIAN, JIANGCUNWA)],
    }
    refused = world.api("zhenjie").post("/api/v1/federations/", body)
    assert refused.status_code == 403 and not Federation.objects.unscoped("test").exists()
    answer = world.api("xianji").post("/api/v1/federations/", body)
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["status"], answer.json()["founded_on"]) == ("running", "2025-03-01")


@pytest.mark.parametrize("code", ["371083102201", "999999999999"])
def test_a_village_out_of_scope_reads_like_an_unknown_one(world, code):
    answer = world.api("zhenjie").post(
        "/api/v1/federations/",
        {
            "name": "甲新村", "kind": "new_village", "mode": "complement", "area_code": "371083101",
            "villages": [{"village_code": GUOSHANG}, {"village_code": code}],
        },
    )  # fmt: skip
    assert answer.status_code == 400
    assert "没有找到" in answer.json()["errors"][0]["message"].replace(code, "")


def test_a_patch_adjusts_and_refuses_what_has_its_own_page(world, zhanjiang):
    api = world.api("zhenjie")
    assert (
        patched(api, f"/api/v1/federations/{zhanjiang.pk}/", {"mode": "strong_leads"}).json()["mode"] == "strong_leads"
    )
    assert zhanjiang.steps.last().is_adjustment
    assert patched(api, f"/api/v1/federations/{zhanjiang.pk}/", {"status": "dissolved"}).status_code == 400
    assert api.delete(f"/api/v1/federations/{zhanjiang.pk}/").status_code in (403, 405)


def test_a_patch_by_the_home_town_works_on_a_federation_that_crosses(world, crossing):
    answer = patched(world.api("zhenjie"), f"/api/v1/federations/{crossing.pk}/", {"evidence": "同一商圈"})
    assert answer.status_code == 200, answer.json()


def test_a_membership_comes_and_goes_over_rest(world, zhanjiang, xili):
    api = world.api("zhenjie")
    answer = api.post(
        "/api/v1/federation-villages/",
        {"federation": zhanjiang.pk, "village_code": NORTH, "role": "member", "from": "2026-07-01"},
    )
    assert answer.status_code == 201, answer.json()
    taken = api.post(
        "/api/v1/federation-villages/",
        {"federation": zhanjiang.pk, "village_code": SOUTH, "role": "member", "from": "2026-07-01"},
    )
    assert taken.status_code == 400 and "属于“西里新村”" in taken.json()["errors"][0]["message"]
    pk = answer.json()["id"]
    assert patched(api, f"/api/v1/federation-villages/{pk}/", {"to": "2026-11-01"}).json()["to"] == "2026-11-01"


# -- pages


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
