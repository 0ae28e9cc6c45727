"""Every register's list: rows of the scope, filters, search, order, pages, totals, rights."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import django_filters
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registers import reading
from registers.ordering import ordering_of
from tests.registers.suite_pages.browsing import every, has, text_of

pytestmark = pytest.mark.django_db
QUERIES = 12  # session, user, grants, place of the shell, area choices, page, count, totals, and what a register adds


def hrefs(response) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="([^"]+)"', response.content.decode())]


@every("list", "detail")
def test_the_list_shows_the_rows_of_the_scope_as_links(case):
    mine, theirs = [case.make(1), case.make(2)], case.make(1, case.sample.away)
    answer = case.browser().get(case.page("list"), {"page_size": 100})
    assert answer.status_code == 200
    links = hrefs(answer)
    assert all(case.page("detail", row) in links for row in mine)
    assert case.page("detail", theirs) not in links


@every("list")
def test_an_empty_list_says_what_to_do(case):
    answer = case.browser().get(case.page("list"), {"q": "没有这样的记录"})
    if case.register.search_fields:
        assert "没有符合条件的记录" in text_of(answer)
    if not case.seen():
        assert case.register.empty_text in text_of(case.browser().get(case.page("list")))


@every("list")
def test_who_has_no_right_to_look_is_told_so(case):
    assert case.browser("nobody").get(case.page("list")).status_code == 403
    assert case.browser("sysadmin").get(case.page("export")).status_code == 403


@every("list", "detail")
def test_search_finds_a_row_by_each_search_field(case):
    row = case.make(1)
    case.make(2)
    user = case.world.user(case.sample.writer)
    found = 0
    for field in case.register.search_fields:
        path = field.rpartition("__")[0] if field.rpartition("__")[2] in ("icontains", "startswith") else field
        if not reading.is_stored(case.register.model, path):
            continue
        text = case.register.rows(user).filter(pk=row.pk).values_list(path, flat=True).first()
        if not text:
            continue
        answer = case.browser().get(case.page("list"), {"q": str(text)[:20], "page_size": 100})
        assert case.page("detail", row) in hrefs(answer), f"{field}={text}"
        found += 1
    assert found or not case.register.search_fields, "the sample fills none of the search fields"


@every("list", "detail")
def test_each_choice_filters(case):
    row = case.make(1)
    user = case.world.user(case.sample.writer)
    filters = reading.filterset_class(case.register).base_filters
    for name, one in filters.items():
        if not isinstance(one, django_filters.ChoiceFilter) or not reading.is_stored(
            case.register.model, one.field_name
        ):
            continue
        value = case.register.rows(user).filter(pk=row.pk).values_list(one.field_name, flat=True).get()
        for code, _ in one.extra["choices"]:
            answer = case.browser().get(case.page("list"), {name: code, "page_size": 100})
            assert answer.status_code == 200
            shown = case.page("detail", row) in hrefs(answer)
            same = str(code) in (str(value), str(value).lower())
            assert shown == same, f"{name}={code}, the row has {value}"


@every("list", "detail")
def test_the_area_filter_narrows_to_a_subtree(case):
    if "area" not in reading.filterset_class(case.register).base_filters:
        pytest.skip("this register lies in no area")
    row = case.make(1)
    user = case.sample.writer
    inside = case.browser(user).get(case.page("list"), {"area": case.sample.home, "page_size": 100})
    assert case.page("detail", row) in hrefs(inside)
    outside = case.browser(user).get(case.page("list"), {"area": case.sample.away, "page_size": 100})
    assert case.page("detail", row) not in hrefs(outside)
    wrong = case.browser(user).get(case.page("list"), {"area": "37010"})
    assert wrong.status_code == 200 and "不是区划代码" in text_of(wrong)


@every("list")
def test_pages_hold_every_row_once_in_order(case):
    case.make(range(1, 8))
    user = case.world.user(case.sample.writer)
    browser = case.browser()
    # All orders go one way through registers.ordering, tested by itself: here the plain one and a register's last.
    for ordering in ["", *(f"-{name}" for name in case.register.ordering_fields[-1:])]:
        wanted = case.register.rows(user).order_by(*ordering_of(case.register, ordering))
        expected = [case.page("detail", row) for row in wanted]
        address: str | None = f"?ordering={ordering}&page_size=3"
        walked, pages = [], 0
        while address:
            answer = browser.get(case.page("list") + address)
            walked += [link for link in hrefs(answer) if link in set(expected)]
            assert (pages := pages + 1) < 50, "a page leads back to itself"
            address = answer.context["next_url"]
        assert list(dict.fromkeys(walked)) == expected
        assert len(walked) == len(expected)
        # Back from the last page to the first, the same rows.
        back = [link for link in hrefs(answer) if link in set(expected)]
        while answer.context["previous_url"]:
            answer = browser.get(case.page("list") + answer.context["previous_url"])
            back = [link for link in hrefs(answer) if link in set(expected)] + back
        assert list(dict.fromkeys(back)) == expected


@every("list")
def test_a_stale_position_or_order_shows_the_first_page(case):
    case.make(1)
    for query in ({"cursor": "xyz"}, {"ordering": "password"}, {"page_size": "-1"}, {"page_size": "many"}):
        assert case.browser().get(case.page("list"), query).status_code == 200


@every("list")
def test_a_click_on_a_heading_turns_the_order_round(case):
    """The first one is clicked twice; of the others the second click is read from their address, as all go one way."""
    case.make(1), case.make(2)
    browser, address = case.browser(), case.page("list")
    heads = [head for head in browser.get(address).context["columns"] if head.get("sort_url")]
    for number, head in enumerate(heads):
        same = head_of(browser.get(address + head["sort_url"]), head["key"])
        assert same["sorted"] in ("asc", "desc")
        orders = {order_in(one["sort_url"]) for one in (head, same)}
        assert len(orders) == 2 and len({order.removeprefix("-") for order in orders}) == 1
        if number == 0:
            again = head_of(browser.get(address + same["sort_url"]), head["key"])
            assert {same["sorted"], again["sorted"]} == {"asc", "desc"}


def head_of(answer, key: str) -> dict:
    return next(head for head in answer.context["columns"] if head["key"] == key)


def order_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["ordering"][0]


@every("list")
def test_the_number_of_queries_does_not_grow_with_the_rows(case):
    browser = case.browser()
    case.make(range(1, 3))
    browser.get(case.page("list"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(case.page("list"), {"page_size": 100})
    case.make(range(3, 25))
    with CaptureQueriesContext(connection) as many:
        browser.get(case.page("list"), {"page_size": 100})
    assert len(many) == len(few), "\n".join(query["sql"] for query in many.captured_queries)
    assert len(many) <= QUERIES, "\n".join(query["sql"] for query in many.captured_queries)


@every("list")
def test_buttons_follow_the_rights(case):
    writer = case.browser().get(case.page("list")).context["urls"]
    reader = case.browser(case.sample.reader).get(case.page("list")).context["urls"]
    assert ("new" in writer) == has("new")(case.register) or "new" in case.register.views
    assert ("import" in writer) == bool(case.register.change_right)
    assert not {"new", "import", "template"} & set(reader)
