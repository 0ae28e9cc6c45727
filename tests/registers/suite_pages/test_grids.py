"""Every register's grid: its rows as texts that mean the same when they come back, whole saves, rights and scope."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registers.pages.grid.cells import rows_for_grid
from tests.registers.suite.samples import slugs
from tests.registers.suite_pages.browsing import every, text_of

pytestmark = pytest.mark.django_db
QUERIES = 12  # session, user, grants, place of the shell, rows, and the names of what they refer to
ADDING = slugs(lambda register: bool(register.change_right) and register.can_create and not register.api_only)
adding = pytest.mark.parametrize("case", ADDING, indirect=True)


def post(case, body, username=""):
    return case.browser(username).post(case.page("grid"), json.dumps(body), content_type="application/json")


def data_of(answer):
    assert answer.status_code == 200, answer.content[:500]
    return answer.context["data"]


def writable(data):
    return [column["field"] for column in data["columns"] if not column["readonly"]]


def sent(data, row, number=1):
    """A row of the page as the browser sends it back."""
    cells = dict(zip((column["field"] for column in data["columns"]), row["cells"], strict=True))
    names = writable(data)
    return {"n": number, "key": row["key"], "version": row["version"], "cells": {name: cells[name] for name in names}}


@every("grid")
def test_rows_sent_back_as_they_came_change_nothing(case):
    case.make(range(1, 4))
    case.make(1, case.sample.away)
    data = data_of(case.browser().get(case.page("grid")))
    assert len(data["rows"]) == case.register.changeable(case.world.user(case.sample.writer)).count() > 0
    rows = [sent(data, row, number) for number, row in enumerate(data["rows"], 1)]
    assert post(case, {"do": "check", "rows": rows}).json()["errors"] == []
    answer = post(case, {"do": "save", "rows": rows})
    body = answer.json()
    assert answer.status_code == 200, body
    assert (body["created"], body["updated"], body["unchanged"]) == (0, 0, len(rows))
    assert {row["n"]: row["cells"] for row in body["saved"]} == {
        number: row["cells"] for number, row in enumerate(data["rows"], 1)
    }
    assert data_of(case.browser().get(case.page("grid")))["rows"] == data["rows"]


@every("grid")
def test_a_changed_cell_is_saved_and_told_with_its_new_version(case):
    if case.sample.change is None:
        pytest.skip("nothing may be changed here")
    field, text = case.sample.change
    row = case.make(1)
    data = data_of(case.browser().get(case.page("grid")))
    shown = next(each for each in data["rows"] if each["key"] == case.register.key_of(row))
    change = sent(data, shown)
    change["cells"][field] = text
    done = post(case, {"do": "save", "rows": [change]})
    assert done.status_code == 200, done.content.decode()
    assert done.json()["updated"] == 1
    (saved,) = done.json()["saved"]
    assert saved["key"] and saved["version"] != shown["version"]
    # The same again is from an old version: told cell by cell, and nothing is written.
    change["cells"][field] = shown["cells"][[column["field"] for column in data["columns"]].index(field)]
    stale = post(case, {"do": "save", "rows": [change]})
    assert stale.status_code == 409
    (conflict,) = stale.json()["conflicts"]
    assert (conflict["n"], conflict["version"], conflict["cells"]) == (1, saved["version"], saved["cells"])
    assert conflict["by"] and conflict["at"]
    assert data_of(case.browser().get(case.page("grid")))["rows"][data["rows"].index(shown)]["cells"] == saved["cells"]


@adding
def test_new_rows_are_saved_whole_or_not_at_all(case):
    field, text = case.sample.wrong
    before = case.count()
    rows = [{"n": number, "cells": case.texts(number)} for number in (1, 2)]
    wrong = [rows[0], rows[1] | {"cells": rows[1]["cells"] | {field: text}}]
    for do in ("check", "save"):
        answer = post(case, {"do": do, "rows": wrong})
        assert [(error["n"], error["field"]) for error in answer.json()["errors"]][:1] == [(2, field)]
        assert answer.status_code == (400 if do == "save" else 200)
    assert case.count() == before
    done = post(case, {"do": "save", "rows": rows})
    assert done.status_code == 200, done.content.decode()
    assert done.json()["created"] == 2
    user = case.world.user(case.sample.writer)
    for saved in done.json()["saved"]:
        path = case.register.source(case.register.lookup_field)
        stored = case.register.rows(user).get(**{path: saved["key"]})
        assert rows_for_grid(case.register, user, [stored]) == [{k: saved[k] for k in ("key", "version", "cells")}]


@every("grid")
def test_a_row_elsewhere_answers_as_one_that_is_nowhere(case):
    row, foreign = case.make(1), case.make(1, case.sample.away)
    data = data_of(case.browser().get(case.page("grid")))
    shown = next(each for each in data["rows"] if each["key"] == case.register.key_of(row))
    answers = []
    for key in (case.register.key_of(foreign), case.unknown_key):
        change = sent(data, shown | {"key": key})
        answer = post(case, {"do": "save", "rows": [change]})
        assert answer.status_code == 400
        answers.append(answer.json())
    assert answers[0] == answers[1]
    assert "不在您的管辖范围内" in answers[0]["errors"][0]["message"]


@every("grid")
def test_the_grid_follows_the_rights(case):
    assert case.browser(case.sample.reader).get(case.page("grid")).status_code == 403
    assert post(case, {"do": "save", "rows": []}, case.sample.reader).status_code == 403
    lists = case.browser().get(case.page("list")), case.browser(case.sample.reader).get(case.page("list"))
    assert [("粘贴录入" in text_of(answer)) for answer in lists] == [True, False]


@every("grid")
def test_the_number_of_queries_does_not_grow_with_the_rows(case):
    browser = case.browser()
    case.make(range(1, 3))
    browser.get(case.page("grid"))
    with CaptureQueriesContext(connection) as few:
        browser.get(case.page("grid"))
    case.make(range(3, 25))
    with CaptureQueriesContext(connection) as many:
        browser.get(case.page("grid"))
    assert len(many) <= max(len(few), QUERIES), "\n".join(query["sql"] for query in many.captured_queries)
    assert len(many) == len(few), "\n".join(query["sql"] for query in many.captured_queries)
