"""Django's admin: opened by rights, through the guard, and never a way around the rules."""

import pytest

from accounts.models import Grant, User
from tests.world import TOWN

pytestmark = pytest.mark.django_db
PASSWORD = "initial-Pass-2026"


@pytest.mark.parametrize("who", ["zhenjie", "zhenshen", "cunji", "lingdao", "qita", "nobody"])
def test_business_users_do_not_enter(world, who):
    assert world.client(who).get("/admin/").status_code == 302


def test_there_is_one_place_to_sign_in(world, client):
    right = {"username": "sysadmin", "password": PASSWORD, "next": "/admin/"}
    world.users["sysadmin"].set_password(PASSWORD)
    world.users["sysadmin"].save()
    assert client.post("/admin/login/", right).url == "/accounts/login/?next=%2Fadmin%2F"
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
    assert world.client("zhenjie").get("/admin/", follow=True).status_code == 403
    assert world.client("sysadmin").get("/admin/login/", follow=True).status_code == 200


@pytest.mark.parametrize(
    ("who", "title"), [("sysadmin", "用户"), ("secadmin", "授权"), ("auditor", "授权检查"), ("sysadmin", "后台任务")]
)
def test_the_menu_leads_administrators_to_their_work(world, who, title):
    client = world.client(who)
    groups = client.get("/").context["navigation"]
    address = {item["title"]: item["url"] for group in groups for item in group["items"]}[title]
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditor", "xianji"])
def test_administrators_and_the_county_enter(world, who):
    page = world.client(who).get("/admin/")
    assert page.status_code == 200 and "参考数据" in page.content.decode()


def test_the_system_administrator_makes_users_without_rights(world):
    client = world.client("sysadmin")
    facts = {"username": "xinren", "name": "新人", "unit": "乳山口镇", "is_active": "on", "password_new": PASSWORD}
    assert client.post("/admin/accounts/user/add/", facts).status_code == 302
    user = User.objects.get(username="xinren")
    assert user.check_password(PASSWORD) and not user.rights


def test_a_weak_password_is_refused_with_words(world):
    facts = {"username": "xinren", "name": "新人", "is_active": "on", "password_new": "123456"}
    page = world.client("sysadmin").post("/admin/accounts/user/add/", facts)
    assert page.status_code == 200 and not User.objects.filter(username="xinren").exists()
    assert "密码太短，至少要 10 个字符" in page.content.decode() and "This password" not in page.content.decode()


def test_the_system_administrator_cannot_grant(world):
    client = world.client("sysadmin")
    assert client.get("/admin/accounts/grant/").status_code == 403
    assert client.post("/admin/accounts/grant/add/", {}).status_code == 403


def grant_facts(world, username="nobody", **changes):
    facts = {
        "user": world.user(username).pk,
        "role": "town_clerk",
        "scope_kind": "area",
        "scope_key": TOWN,
    }
    return facts | changes


def test_the_security_administrator_grants_and_ends(world):
    client = world.client("secadmin")
    assert client.post("/admin/accounts/grant/add/", grant_facts(world)).status_code == 302
    grant = Grant.objects.get(user=world.users["nobody"])
    assert grant.granted_by_id == world.users["secadmin"].pk and world.user("nobody").can("villages.view")
    answer = client.post("/admin/accounts/grant/", {"action": "end_selected", "_selected_action": [grant.pk]})
    assert answer.status_code == 302
    assert not world.user("nobody").can("villages.view")


def test_a_wrong_grant_is_refused_with_words(world):
    page = world.client("secadmin").post("/admin/accounts/grant/add/", grant_facts(world, scope_key="999999"))
    assert "没有代码为“999999”的区划" in page.content.decode()
    page = world.client("secadmin").post("/admin/accounts/grant/add/", grant_facts(world, "secadmin"))
    assert "不能给自己授权" in page.content.decode()
    assert not Grant.objects.filter(scope_key="999999").exists()


def test_the_auditor_reads_grants_and_changes_none(world):
    client = world.client("auditor")
    assert client.get("/admin/accounts/grant/").status_code == 200
    assert client.get("/admin/accounts/grant/add/").status_code == 403


def test_areas_are_seen_within_the_scope(world, django_assert_max_num_queries):
    client = world.client("xianji")
    with django_assert_max_num_queries(12):
        page = client.get("/admin/villages/area/").content.decode()
    assert "南唐家村委会" in page and "山东省" not in page
    assert client.get("/admin/villages/area/37/change/").status_code == 302
    assert client.get("/admin/villages/area/add/").status_code == 403
