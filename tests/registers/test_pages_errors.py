"""Error pages: in words, the same for what is hidden and what does not exist, as JSON under /api/."""

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registers.pages import errors
from registers.pages.lists import ListFace
from tests.registers.suite_pages.browsing import same_page, text_of

pytestmark = pytest.mark.django_db


def test_an_unknown_address_and_a_hidden_row_look_alike(world):
    client = world.client("zhenjie")
    unknown = client.get("/villages/999999999999/")
    hidden = client.get(reverse("villages:detail", args=["371083102201"]))
    assert unknown.status_code == hidden.status_code == 404
    assert same_page(unknown) == same_page(hidden)
    assert "没有这一页" in text_of(unknown) and "乳山市" in text_of(unknown)


def test_under_api_errors_are_json(world):
    answer = world.client("zhenjie").get("/api/v1/no-such-thing/")
    assert answer.status_code == 404 and answer["Content-Type"] == "application/json"
    for handler, status in ((errors.bad_request, 400), (errors.forbidden, 403), (errors.server_error, 500)):
        answer = handler(RequestFactory().get("/api/v1/villages/"))
        assert answer.status_code == status and b"detail" in answer.content


def test_a_form_without_its_token_is_told_to_refresh(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.user("zhenjie"), backend="accounts.backends.AccountBackend")
    answer = client.post(reverse("village-facts:new"), {"year": "2026"})
    assert answer.status_code == 403 and "请刷新后再提交" in text_of(answer)


def test_a_crash_says_so_without_asking_the_database(world, monkeypatch):
    def crash(self, request):
        raise RuntimeError("boom")

    monkeypatch.setattr(ListFace, "get", crash)
    client = world.client("zhenjie")
    client.raise_request_exception = False
    with CaptureQueriesContext(connection) as before:
        client.get("/nowhere/")
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(reverse("villages:list"))
    assert answer.status_code == 500 and "这一步没有做成" in text_of(answer)
    assert "boom" not in answer.content.decode()
    assert len(queries) < len(before), "the page of a crash asked the database for its shell"


def test_without_the_right_it_is_the_office_that_is_told(world):
    answer = world.client("lingdao").get(reverse("village-facts:new"))
    assert answer.status_code == 403 and "您没有这项权限" in text_of(answer)
