"""What every register's REST face must do, whatever it holds: inherited by each one that is registered."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from registers.ordering import orders
from registers.register import register_of, registers
from registers.warned import warns
from tests.registers.suite.samples import Case, sample_of, slugs

pytestmark = pytest.mark.django_db
QUERIES = 8  # of a list: the user's grants, the rows, and what a register adds


EVERY = slugs()
CHANGING = slugs(lambda register: bool(register.change_right))
ADDING = slugs(lambda register: bool(register.change_right) and register.can_create)
DELETING = slugs(lambda register: bool(register.change_right) and register.deletable)


@pytest.fixture
def case(request, world) -> Case:
    return Case.of(request.param, world)


def every(names: list[str]):
    return pytest.mark.parametrize("case", names, indirect=True)


def walk(client, url: str, way: str = "next") -> list[list[dict]]:
    """All pages from an address on."""
    pages, seen = [], set()
    while url:
        assert url not in seen, "a page leads back to itself"
        seen.add(url)
        answer = client.get(url)
        assert answer.status_code == 200, answer.content
        pages.append(answer.json()["results"])
        url = answer.json()[way]
    return pages


def last_page(client, url: str) -> str:
    while True:
        following = client.get(url).json()["next"]
        if not following:
            return url
        url = following


def key(case: Case, row) -> str:
    """What tells rows apart in answers."""
    return str(row["id"]) if "id" in row else str([row[name] for name in case.register.natural_key])


@pytest.mark.parametrize("slug", [register.slug for register in registers()])
def test_every_register_has_a_sample(slug):
    sample_of(register_of(slug))


# -- lists


@every(EVERY)
def test_a_list_shows_the_rows_of_the_scope_with_every_column(case):
    before = {key(case, row) for page in walk(case.writer, case.url) for row in page}
    case.make(1), case.make(2)
    case.make(1, case.sample.away)
    rows = [row for page in walk(case.writer, case.url) for row in page]
    assert len({key(case, row) for row in rows} - before) == 2
    user = case.world.user(case.sample.writer)
    columns = [*case.register.columns_for(user), *case.register.api_columns]
    assert {column.field for column in columns} <= set(rows[0])


@every(EVERY)
def test_rows_of_another_town_do_not_exist(case):
    mine, other = case.make(1), case.make(1, case.sample.away)
    unknown = case.writer.get(f"{case.url}999999999999/")
    hidden = case.writer.get(case.address(other))
    assert (hidden.status_code, hidden.json()) == (unknown.status_code, unknown.json())
    assert unknown.status_code == 404
    assert case.stranger.get(case.address(mine)).status_code == 404
    assert case.writer.get(case.address(mine)).status_code == 200
    area = case.writer.get(case.url, {"area": case.sample.away, "count": "true"})
    assert area.json()["results"] == [] and area.json()["count"] == 0


@every(EVERY)
def test_nobody_reads_without_credentials_or_right(case):
    assert APIClient().get(case.url).status_code == 401
    for nobody in ("nobody", "sysadmin"):
        assert case.world.api(nobody).get(case.url).status_code == 403


@every(EVERY)
def test_area_narrows_to_a_subtree(case):
    case.make(1)
    county = {key(case, row) for page in walk(case.reader, f"{case.url}?area=371083") for row in page}
    town = {key(case, row) for page in walk(case.reader, f"{case.url}?area={case.sample.home}") for row in page}
    assert town and town <= county
    for wrong in ("37108", "abc", "37' or 1=1", "３７１０８３"):
        answer = case.reader.get(case.url, {"area": wrong})
        assert answer.status_code == 400 and answer.json()["errors"][0]["field"] == "area"


@every(EVERY)
def test_pages_give_each_row_once_in_both_directions(case):
    case.make(range(1, 8))
    # All orders go one way through registers.ordering, tested by itself: here the plain one and a register's last.
    for order in ["", *(f"-{name}" for name in case.register.ordering_fields[-1:])]:
        url = f"{case.url}?page_size=3&ordering={order}"
        pages = walk(case.writer, url)
        forward = [key(case, row) for page in pages for row in page]
        assert len(forward) == len(set(forward)) >= 7
        assert all(len(page) == 3 for page in pages[:-1])
        backward = walk(case.writer, last_page(case.writer, url), "previous")
        assert [key(case, row) for page in reversed(backward) for row in page] == forward


@every(EVERY)
def test_each_order_holds_every_row_once(case):
    case.make(range(1, 4))
    client = case.writer
    found = {key(case, row) for row in client.get(f"{case.url}?page_size=1000").json()["results"]}
    for name in orders(case.register):
        for ordering in (name, f"-{name}"):
            rows = client.get(f"{case.url}?page_size=1000&ordering={ordering}").json()["results"]
            assert sorted(key(case, row) for row in rows) == sorted(found), ordering


@every(EVERY)
def test_what_is_not_understood_is_refused(case):
    client = case.writer
    for query in (
        "page_size=0", "page_size=x", "ordering=password", "cursor=nonsense", "count=maybe", "naem=x", "cursor=WyJuIl0"
    ):  # fmt: skip
        answer = client.get(f"{case.url}?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["errors"][0]["field"] == query.partition("=")[0] and answer.json()["errors"][0]["message"]


@every(EVERY)
def test_count_and_search_stay_inside_the_scope(case):
    case.make(1), case.make(1, case.sample.away)
    rows = [row for page in walk(case.writer, case.url) for row in page]
    assert case.writer.get(case.url, {"count": "true"}).json()["count"] == len(rows)
    assert "count" not in case.writer.get(case.url).json()
    if case.register.search_fields:
        found = case.writer.get(case.url, {"q": "没有这样的名字"})
        assert found.json()["results"] == []
    assert case.writer.get(case.url, {"q": "a\x00b"}).status_code == 400


@every(EVERY)
def test_a_list_takes_the_same_queries_for_more_rows(case):
    def asked() -> list[str]:
        client = case.writer  # a fresh user each time, so that reading his grants counts
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{case.url}?page_size=1000&count=true").status_code == 200
        return [query["sql"][:200] for query in queries.captured_queries]

    case.make(range(1, 3))
    few = asked()
    case.make(range(3, 15))
    many = asked()
    assert len(many) == len(few) <= QUERIES, many


# -- one row


@every(EVERY)
def test_one_row_reads_as_in_the_list(case):
    row = case.make(1)
    answer = case.writer.get(case.address(row))
    listed = [one for page in walk(case.writer, case.url) for one in page if one == answer.json()]
    assert len(listed) == 1
    if "version" not in answer.json():  # of what never changes
        return
    assert answer["ETag"].startswith(f'"{answer.json()["version"]}-')
    known = case.writer.get(case.address(row), HTTP_IF_NONE_MATCH=f"W/{answer['ETag']}")
    assert (known.status_code, known.content) == (304, b"")
    assert case.writer.get(case.address(row), HTTP_IF_NONE_MATCH='"0-0"').status_code == 200


@every(ADDING)
def test_a_new_row_is_there_afterwards(case):
    texts = case.texts(1)
    assert case.reader.post(case.url, texts).status_code == 403
    made = case.writer.post(case.url, texts)
    assert made.status_code == 201, made.content
    told = made.json()
    assert ("warnings" in told) is warns(case.register)
    told.pop("warnings", None)  # of the writing, not of the row
    assert told in case.writer.get(f"{case.url}?page_size=1000").json()["results"]
    again = case.writer.post(case.url, texts)
    if case.register.natural_key:
        assert again.status_code == 400 and again.json()["errors"][0]["message"]


@every(ADDING)
def test_a_place_outside_the_scope_is_told_like_one_that_does_not_exist(case):
    field, unknown = case.sample.place
    if not field:
        return
    texts = case.texts(1)
    outside = case.texts(1, case.sample.away)[field]
    answers = [case.writer.post(case.url, texts | {field: code}) for code in (unknown, outside)]
    assert [answer.status_code for answer in answers] == [400, 400]
    first, second = (answer.content.decode() for answer in answers)
    assert first.replace(unknown, "X") == second.replace(outside, "X")


@every(ADDING)
def test_wrong_cells_are_told_by_field_all_at_once(case):
    field, text = case.sample.wrong
    texts = case.texts(1) | {field: text}
    required = [c.field for c in case.register.columns if c.required and not c.readonly and c.field != field]
    for name in required:
        texts[name] = ""
    answer = case.writer.post(case.url, texts)
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} >= {field, *required}
    assert case.writer.post(case.url, ["x"]).status_code == 400


@every(CHANGING)
def test_a_change_raises_the_version_and_a_stale_one_is_refused(case):
    row = case.make(1)
    field, text = case.sample.change
    address = case.address(row)
    before = case.writer.get(address).json()
    read = {"version": before["version"]}
    assert case.reader.patch(address, {field: text} | read).status_code == 403
    assert case.stranger.patch(address, {field: text} | read).status_code == 404
    changed = case.writer.patch(address, {field: text} | read)
    assert changed.status_code == 200, changed.content
    after = changed.json()
    assert after[field] != before[field] and after["version"] > before["version"]
    same = {name for name in before if before[name] == after[name]}
    assert same >= set(before) - {field, "version"} - {c.field for c in case.register.columns if c.readonly}
    stale = case.writer.patch(address, {field: text} | read)
    assert stale.status_code == 412 and "重新读取" in stale.json()["detail"]
    assert case.writer.patch(address, {field: text}, HTTP_IF_MATCH=f'"{before["version"]}"').status_code == 412
    assert case.writer.patch(address, {field: text}, HTTP_IF_MATCH=changed["ETag"]).status_code == 200
    assert case.writer.patch(address, {"version": "soon"}).status_code == 400


@every(CHANGING)
def test_a_change_without_the_version_is_refused_and_writes_nothing(case):
    address = case.address(case.make(1))
    before = case.writer.get(address).json()
    field, text = case.sample.change
    whole = {name: value for name, value in before.items() if name != "version"} | {field: text}
    for answer in (
        case.writer.patch(address, {field: text}), case.writer.put(address, whole),
        case.writer.patch(address, {field: text}, HTTP_IF_MATCH="*"),
    ):  # fmt: skip
        assert answer.status_code == 428 and "If-Match" in answer.json()["detail"]
    if case.register.deletable:
        assert case.writer.delete(address).status_code == 428
    assert case.writer.get(address).json() == before


@every(CHANGING)
def test_a_whole_row_may_be_put(case):
    row = case.make(1)
    field, text = case.sample.change
    address = case.address(row)
    whole = case.writer.get(address).json()
    answer = case.writer.put(address, whole | {field: text})
    assert answer.status_code == 200, answer.content
    assert case.writer.put(address, {field: text}, HTTP_IF_MATCH=answer["ETag"]).status_code == 400


@every(CHANGING)
def test_a_wrong_change_writes_nothing(case):
    row = case.make(1)
    field, text = case.sample.wrong
    before = case.writer.get(case.address(row))
    answer = case.writer.patch(case.address(row), {field: text}, HTTP_IF_MATCH=before["ETag"])
    assert answer.status_code == 400 and answer.json()["errors"][0]["field"] == field
    assert case.writer.get(case.address(row)).json() == before.json()


@every(DELETING)
def test_a_row_that_nothing_needs_may_go(case):
    row = case.make(1)
    address = case.address(row)
    assert case.reader.delete(address).status_code == 403
    assert case.stranger.delete(address).status_code == 404
    assert case.writer.delete(address, HTTP_IF_MATCH='"77"').status_code == 412
    gone = case.writer.delete(address, HTTP_IF_MATCH=case.writer.get(address)["ETag"])
    assert gone.status_code in (204, 409)
    assert case.writer.get(address).status_code == (404 if gone.status_code == 204 else 200)


@every(slugs(lambda register: bool(register.change_right) and bool(register.natural_key)))
def test_a_bulk_row_that_somebody_saved_since_it_was_read_keeps_all_out(case):
    case.make(1), case.make(2)
    field, text = case.sample.change
    names = {column.field for column in case.register.columns if column.required} | {*case.register.natural_key}
    first, second = case.writer.get(f"{case.url}?page_size=1000").json()["results"][:2]
    rows = [
        {name: value for name, value in row.items() if name in names} | {field: text, "version": row["version"]}
        for row in (first, second)
    ]
    rows[1]["version"] += 7
    before = case.writer.get(f"{case.url}?page_size=1000").json()
    refused = case.writer.post(f"{case.url}bulk/", {"rows": rows})
    assert refused.status_code == 400
    assert [(error["row"], error["field"]) for error in refused.json()["errors"]] == [(2, "version")]
    assert case.writer.get(f"{case.url}?page_size=1000").json() == before
    rows[1]["version"] -= 7
    done = case.writer.post(f"{case.url}bulk/", {"rows": rows})
    assert done.status_code == 200 and done.json()["updated"] >= 1, done.content
    # The same sent again changes nothing, so nobody's work is overwritten: no conflict.
    assert case.writer.post(f"{case.url}bulk/", {"rows": rows}).json()["unchanged"] == 2
    odd = case.writer.post(f"{case.url}bulk/", {"rows": [rows[0] | {"version": "neu"}]})
    assert odd.status_code == 400 and odd.json()["errors"][0]["field"] == "version"


@every(slugs(lambda register: not register.change_right and not register.viewset))
def test_a_read_only_register_takes_nothing(case):
    assert case.writer.post(case.url, {}).status_code == 405
    assert case.writer.post(f"{case.url}import/").status_code in (404, 405)
