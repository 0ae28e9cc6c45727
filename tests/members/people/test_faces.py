"""Members and subjects over REST and in the browser, within their budgets of queries."""

import pytest

from members.registers.people import MemberRegister
from registers.exchange import import_rows
from tests.members.people.helpers import BAISHATAN, GUOSHANG, PHONE, YUANQIAN, rows_of, text_of
from tests.world import patched


def test_a_member_over_rest(world):
    api = world.api("zhenjie")
    answer = api.post("/api/v1/members/", {"name": "王平", "village_code": GUOSHANG, "phone": PHONE})
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert body["member_no"] == "3710830000001" and body["village_code"] == GUOSHANG
    assert body["subject_class"] == "ordinary" and body["organization"] is None and body["is_active"] is True
    given = api.post("/api/v1/members/", {"member_no": "M-1", "name": "李平", "village_code": GUOSHANG})
    assert given.status_code == 201 and given.json()["member_no"] == "M-1"
    changed = patched(api, "/api/v1/members/M-1/", {"subject_class": "frail"})
    assert changed.status_code == 200 and changed.json()["subject_class"] == "frail"
    moved = patched(api, "/api/v1/members/M-1/", {"village_code": YUANQIAN})
    assert moved.status_code == 400 and "调动" in moved.json()["errors"][0]["message"]
    assert api.delete("/api/v1/members/M-1/").status_code == 405


def test_a_transfer_over_rest(world, member):
    address = f"/api/v1/members/{member.number}/transfer/"
    answer = world.api("zhenjie").post(address, {"village_code": YUANQIAN, "on": "2026-11-01"})
    assert answer.status_code == 200 and answer.json()["village_code"] == YUANQIAN
    foreign = world.api("zhenjie").post(address, {"village_code": BAISHATAN, "on": "2026-11-10"})
    unknown = world.api("zhenjie").post(address, {"village_code": "999999999999", "on": "2026-11-10"})
    assert foreign.status_code == unknown.status_code == 400 and foreign.json() == unknown.json()
    assert world.api("qita").post(address, {"village_code": BAISHATAN, "on": "2026-11-10"}).status_code == 404
    assert world.api("lingdao").post(address, {"village_code": BAISHATAN, "on": "2026-11-10"}).status_code == 403
    assert world.api("zhenjie").post(address, {"village_code": YUANQIAN}).status_code == 400


def test_subjects_of_all_books(world, member):
    api = world.api("zhenjie")
    answer = api.post("/api/v1/subjects/", {"kind": "household", "name": "李家", "village_code": GUOSHANG})
    assert answer.status_code == 201, answer.json()
    assert {row["kind"] for row in api.get("/api/v1/subjects/").json()["results"]} == {"member", "household"}
    assert [row["name"] for row in api.get("/api/v1/members/").json()["results"]] == ["王平"]
    assert api.get("/api/v1/subjects/?kind=household&is_active=true").json()["results"][0]["name"] == "李家"


# -- pages


def test_a_transfer_in_the_browser(world, member):
    client = world.client("zhenjie")
    address = f"/members/{member.number}/transfer/"
    assert "已公示或审定的季度保留" in text_of(client.get(address))
    assert client.post(address, {"village_code": "院前", "on": "2026-11-01", "reason": "户口迁移"}).status_code == 302
    page = text_of(client.get(f"/members/{member.number}/"))
    assert "院前" in page and "户口迁移" in page and "2026-11-01" in page
    wrong = client.post(address, {"village_code": "白沙滩", "on": "2026-11-01"})
    assert wrong.status_code == 400 and "没有找到这个村居" in text_of(wrong)
    assert world.client("cunji").get(address).status_code == 404  # moved out of his village


def test_leaving_in_the_browser(world, member):
    client = world.client("zhenjie")
    address = f"/members/{member.number}/leave/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"on": "2026-11-20", "reason": "组织关系转出"}).status_code == 302
    assert "/leave/" not in text_of(client.get(f"/members/{member.number}/"))


@pytest.mark.parametrize("address", ["/members/", "/subjects/", "/posts/", "/party-organizations/", "/api/v1/members/"])
def test_query_budgets_do_not_grow_with_rows(world, branch, address, django_assert_max_num_queries):
    import_rows(MemberRegister(), by=world.user("zhenjie"), data=rows_of(40))
    client = world.api("zhenjie") if address.startswith("/api/") else world.client("zhenjie")
    with django_assert_max_num_queries(20):
        assert client.get(address).status_code == 200


def test_the_budget_of_a_members_page(world, branch, member, django_assert_max_num_queries):
    client = world.client("zhenjie")
    with django_assert_max_num_queries(30):
        assert client.get(f"/members/{member.number}/").status_code == 200
