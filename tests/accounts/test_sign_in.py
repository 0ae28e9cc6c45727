"""Signing in: clear words, lock-out, idle and absolute limits, nothing without signing in."""

import datetime as dt

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client

from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def clerk(world):
    user = world.user("zhenjie")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, username: str = "zhenjie", password: str = PASSWORD):
    return client.post(LOGIN, {"username": username, "password": password})


def test_the_page_is_chinese_and_has_both_fields(client, world):
    page = client.get(LOGIN).content.decode()
    assert 'name="username"' in page and 'name="password"' in page and "登录" in page


def test_a_clerk_signs_in(client, clerk):
    answer = sign_in(client)
    assert answer.status_code == 302 and answer.url == "/"


def test_capitals_and_spaces_in_the_name_are_forgiven(client, clerk):
    assert sign_in(client, " ZhenJie ").status_code == 302


def test_wrong_name_and_wrong_password_get_the_same_words(client, clerk):
    wrong = sign_in(client, password="wrong-password-1").context["form"].non_field_errors()
    unknown = sign_in(client, username="unknown", password="wrong-password-1").context["form"].non_field_errors()
    assert wrong == unknown and "账号或密码不对" in wrong[0]


def test_five_wrong_passwords_lock_the_name_for_a_while(client, clerk):
    for _ in range(5):
        answer = sign_in(client, password="wrong-password-1")
    assert answer.status_code == 429
    answer = sign_in(client)
    assert answer.status_code == 429 and "15 分钟" in answer.content.decode()


def test_a_disabled_user_is_out_at_once(client, clerk):
    sign_in(client)
    clerk.is_active = False
    clerk.save()
    assert client.get("/accounts/profile/").status_code == 302


def test_an_idle_session_ends(client, clerk, settings):
    start = dt.datetime(2026, 11, 20, 1, 0, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client)
        assert client.get("/accounts/profile/").status_code == 200
        clock.shift(settings.SESSION_IDLE_SECONDS + 1)
        assert client.get("/accounts/profile/").status_code == 302


def test_a_busy_session_ends_after_the_day(client, clerk, settings):
    start = dt.datetime(2026, 11, 20, 1, 0, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client)
        step = settings.SESSION_IDLE_SECONDS - 60
        for _ in range(settings.SESSION_ABSOLUTE_SECONDS // step):
            assert client.get("/accounts/profile/").status_code == 200
            clock.shift(step)
        clock.shift(step)
        assert client.get("/accounts/profile/").status_code == 302


def test_signing_out_is_a_post(client, clerk):
    sign_in(client)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/accounts/profile/").status_code == 302


def test_a_new_password_ends_other_sessions(clerk):
    mine, other = Client(), Client()
    sign_in(mine)
    sign_in(other)
    new = "another-Pass-2027"
    answer = mine.post("/accounts/profile/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert answer.status_code == 302
    assert mine.get("/accounts/profile/").status_code == 200
    assert other.get("/accounts/profile/").status_code == 302


def test_the_profile_says_role_and_place(client, clerk):
    sign_in(client)
    page = client.get("/accounts/profile/").content.decode()
    assert "镇填报人（组织干事）" in page and "乳山口镇" in page


def test_no_page_allows_inline_script(client, world):
    policy = client.get(LOGIN).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe-inline" not in policy


def test_behind_the_proxy_the_last_address_counts(client, clerk, settings):
    settings.BEHIND_PROXY = True
    wrong = {"username": "zhenjie", "password": "wrong-password-1"}
    client.post(LOGIN, wrong, headers={"x-forwarded-for": "1.2.3.4, 10.1.1.7"})
    assert AccessAttempt.objects.get().ip_address == "10.1.1.7"
    settings.BEHIND_PROXY = False
    client.post(LOGIN, wrong, headers={"x-forwarded-for": "1.2.3.4, 10.1.1.8"})
    assert not AccessAttempt.objects.filter(ip_address="10.1.1.8").exists()


@pytest.mark.parametrize("address", ["/accounts/login/", "/api/v1/token/"])
def test_the_lock_counts_every_spelling_of_a_name_at_every_door(client, clerk, address):
    for name in ("zhenjie", "Zhenjie", " ZHENJIE ", "zhenJie", "ZhenJie"):
        answer = client.post(address, {"username": name, "password": "wrong-password-1"})
    assert answer.status_code == 429
    assert sign_in(client).status_code == 429


def test_only_pages_of_ours_are_led_to_after_signing_in(client, clerk):
    for foreign in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example/"):
        answer = client.post(f"{LOGIN}?next={foreign}", {"username": "zhenjie", "password": PASSWORD, "next": foreign})
        assert answer.status_code == 302 and answer.url == "/"
        client.post("/accounts/logout/")


def test_a_session_gets_a_new_key_when_somebody_signs_in(client, clerk):
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client)
    assert client.session.session_key != before
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


def test_a_new_password_ends_tokens_and_has_one_place(client, world):
    county = world.user("xianji")
    county.set_password(PASSWORD)
    county.save()
    token = client.post("/api/v1/token/", {"username": "xianji", "password": PASSWORD}).json()["token"]
    sign_in(client, "xianji")
    answer = client.get("/admin/password_change/")
    assert (answer.status_code, answer.url) == (302, "/accounts/profile/")
    new = "another-Pass-2027"
    given = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/admin/password_change/", given).url == "/accounts/profile/"
    assert client.post("/accounts/profile/", given).status_code == 302
    assert Client().get("/api/v1/villages/", headers={"Authorization": f"Token {token}"}).status_code == 401


@pytest.mark.parametrize("address", ["/nowhere/", "/api/v1/nowhere/", "/accounts/login/", "/admin/", "/villages/1/"])
def test_every_answer_has_the_policy_errors_too(world, address):
    for client in (Client(), world.client("xianji")):
        assert "script-src 'self'" in client.get(address).headers["Content-Security-Policy"]


def test_a_form_without_its_token_is_refused(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.user("zhenjie"), backend="accounts.backends.AccountBackend")
    for address in ("/grids/new/", "/api/v1/grids/"):
        answer = client.post(address, {"name": "x"})
        assert answer.status_code == 403 and "Content-Security-Policy" in answer.headers
