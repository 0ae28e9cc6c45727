"""Role × route × scope, every address of the product; a new route that the table does not list fails."""

import re

import pytest
from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.urls import URLPattern, get_resolver, reverse

from registers.pages import errors
from tests.matrix.addresses import address, patterns
from tests.matrix.route import OWNER, Route
from tests.matrix.stage import Stage, taken_back
from tests.matrix.table import OPEN, ROUTES

pytestmark = pytest.mark.django_db
CLERK, SAME_ROLE_ELSEWHERE = "zhenjie", "qita"
_TOKENS = re.compile(rb'(csrfmiddlewaretoken" value|csrf-token"\s+content)="[^"]*"')


def methods(pattern: URLPattern) -> set[str]:
    """What a view answers to, as far as it says so; a page that inherits all methods is asked by GET at least."""
    actions = getattr(pattern.callback, "actions", None)
    return set(actions or ()) - {"head"}  # DRF adds it beside get once the view was called


def ask(stage: Stage, username: str, route: Route, *, known: bool = True) -> tuple[HttpResponseBase, bytes]:
    """The answer and its body; whatever it wrote is taken back."""
    client = stage.client(username, api=route.is_api)
    more = {"format": "json"} if route.is_api and route.method != "get" else {}
    with taken_back():
        answer = getattr(client, route.method)(address(route, stage, known=known), dict(route.given), **more)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer, _TOKENS.sub(b"", body)


def is_sign_in(answer: HttpResponseBase) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(reverse(settings.LOGIN_URL))


def served(answer: HttpResponseBase, route: Route) -> bool:
    """Whether the person was let in: a wrong body (400, 415), state (409) or no version (428) comes after that."""
    if is_sign_in(answer):
        return route.name == "accounts:logout"
    return answer.status_code in (200, 201, 202, 204, 302, 400, 409, 415, 428)


EVERY = dict(patterns(get_resolver()))
LISTED = [*ROUTES, *OPEN]


def test_the_table_lists_every_route():
    unlisted = set(EVERY) - {route.name for route in LISTED}
    assert not unlisted, f"say in tests/<app>/matrix.py who may do what at {sorted(unlisted)}"
    gone = {route.name for route in LISTED} - set(EVERY)
    assert not gone, f"the table lists what is no more: {sorted(gone)}"


def test_the_table_lists_every_method_of_the_api():
    told = {(route.name, route.method) for route in LISTED}
    missing = {(name, method) for name, pattern in EVERY.items() for method in methods(pattern)} - told
    assert not missing


def test_no_route_is_told_twice_and_every_person_is_known(stage):
    told = [str(route) for route in LISTED]
    assert len(told) == len(set(told))
    named = {username for route in LISTED for username in route.may | route.sees}
    assert named <= set(stage.users)


@pytest.fixture
def short_refusals(monkeypatch):
    """Pages of 403 and 404 say no more than that: half of the answers are such pages, and their shell is all one."""
    monkeypatch.setattr(errors, "render", lambda request, template, status: HttpResponse(template, status=status))


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_each_role_gets_what_the_table_says(stage, route, short_refusals):
    wrong = {}
    for username in stage.users:
        same = CLERK if username == SAME_ROLE_ELSEWHERE else username
        answer, _ = ask(stage, username, route)
        status = answer.status_code
        elsewhere = username == SAME_ROLE_ELSEWHERE and route.row and not route.shared
        if elsewhere:
            right = status == 404 if same in route.sees else status in (403, 404)
        elif same in route.may:
            right = served(answer, route)
        elif not route.row or same in route.sees:
            right = status == 403
        else:  # the row does not exist for him; without the right to any such row he may be told that instead
            right = status == 404 if route.sees == OWNER else status in (403, 404)
        if not right:
            wrong[username] = status
    answer, _ = ask(stage, "", route)
    if not (answer.status_code == 401 if route.is_api else is_sign_in(answer)):
        wrong["who is not signed in"] = answer.status_code
    assert not wrong, f"{route}: may {sorted(route.may)}"


def test_each_role_is_refused_on_a_whole_page(stage):
    """What the test above leaves out: the words and the shell around them, for whoever is refused."""
    pages = [route for route in ROUTES if not route.is_api and not route.row]
    for username in stage.users:
        same = CLERK if username == SAME_ROLE_ELSEWHERE else username
        closed = next(route for route in pages if same not in route.may)
        browser = stage.client(username, api=False)
        asked = (
            (closed.method, address(closed, stage), 403, "您没有这项权限"),
            ("get", "/nowhere/", 404, "没有这一页"),
        )
        for method, path, status, words in asked:
            answer = getattr(browser, method)(path)
            assert answer.status_code == status, (username, path)
            assert words in answer.content.decode() and f"<b>{username}</b>" in answer.content.decode()


@pytest.mark.parametrize("route", [route for route in ROUTES if route.row and not route.shared], ids=str)
def test_what_lies_elsewhere_answers_as_what_is_nowhere(stage, route):
    foreign, body = ask(stage, SAME_ROLE_ELSEWHERE, route)
    unknown, same = ask(stage, SAME_ROLE_ELSEWHERE, route, known=False)
    assert foreign.status_code == unknown.status_code
    assert body == same


@pytest.mark.parametrize("route", OPEN, ids=str)
def test_the_way_in_is_open(stage, route):
    answer, _ = ask(stage, "", route)
    assert answer.status_code in ((401, 404) if route.name == "api:unknown" else (200, 401))  # a wrong password
