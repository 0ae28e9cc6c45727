"""Rules of thumb speak on every face and hinder nothing (P06, P32): grid, workbook, REST; the form has its own test."""

import json
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registers.exchange.importing import import_rows
from registers.pages.uploads import same_together, spans
from registers.register import register_of
from tests.registers.suite_pages.browsing import text_of
from villages.models import VillageFacts

pytestmark = pytest.mark.django_db
VILLAGE, NEXT = "371083101223", "371083101224"
SHRUNK = "户籍人口 200 不到上年 900 的三分之一"
FIGURES = {"households": "60", "population": "200", "operating_income": "5000"}


@pytest.fixture
def before(world) -> VillageFacts:
    return VillageFacts.objects.unscoped("test").create(
        village=world.village(VILLAGE), year=2025, households=70, population=900, operating_income=5000
    )


def workbook_of(rows: list[list[object]]) -> bytes:
    book, target = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(target)
    return target.getvalue()


def test_rest_tells_beside_the_row_that_is_written(world, before):
    client = world.api("zhenjie")
    made = client.post("/api/v1/village-facts/", {"village_code": VILLAGE, "year": "2026"} | FIGURES, format="json")
    assert made.status_code == 201 and made.json()["warnings"] == [{"field": "population", "message": SHRUNK}]
    address = f"/api/v1/village-facts/{made.json()['id']}/"
    assert "warnings" not in client.get(address).json() and client.get(address)["ETag"] == made["ETag"]
    mended = client.patch(address, {"population": "880", "version": 1}, format="json")
    assert mended.status_code == 200 and mended.json()["warnings"] == []
    grid = client.post("/api/v1/grids/", {"village_code": VILLAGE, "name": "第一网格"}, format="json")
    assert grid.status_code == 201 and "warnings" not in grid.json()  # a register without such rules


def test_a_workbook_is_written_and_told_row_by_row(world, before):
    rows = [
        ["村居", "年度", "户数", "户籍人口", "集体经营性收入"],
        [VILLAGE, 2026, 60, 200, 5000],
        [NEXT, 2026, 9, 20, 1],
    ]
    data = workbook_of(rows)

    def post(address, client):
        more = {"format": "multipart"} if address.startswith("/api/") else {}
        return client.post(address, {"file": SimpleUploadedFile("年报.xlsx", data)}, **more)

    page = world.client("zhenjie").post(
        reverse("village-facts:import"), {"file": SimpleUploadedFile("年报.xlsx", data)}
    )
    assert (
        page.status_code == 200 and "提醒，不影响保存" in text_of(page) and "不到上年 900 的三分之一" in text_of(page)
    )
    assert "提醒，不影响保存 1 处" in text_of(page)
    told = post("/api/v1/village-facts/import/", world.api("zhenjie")).json()
    assert told["written"] and told["created"] == 2 and told["errors"] == []
    (warning,) = told["warnings"]
    assert (warning["row"], warning["field"], warning["message"]) == (2, "population", SHRUNK)
    assert warning["sheet"] and warning["column"] == "户籍人口"
    assert post("/api/v1/village-facts/import/", world.api("zhenjie")).json()["warnings"] == []  # nothing changes


def test_the_same_words_about_many_rows_are_said_once():
    told = [
        {"sheet": "村情年报", "row": row, "column": "户数", "message": "“户数”为 0"} for row in (4, 5, 6, 9, 11, 12)
    ]
    told.append({"sheet": "村情年报", "row": 7, "column": "", "message": "收支不平"})
    once, other = same_together(told)
    assert (once["row"], once["message"], other["row"]) == ("4–6、9、11–12", "为 0", 7)
    assert spans(range(2, 60, 2)) == "2、4、6、8、10、12…（共 29 行）"


def test_a_column_that_is_not_in_the_table_is_not_taken_for_empty(world, before):
    facts = register_of("village-facts")
    rows = [{"village_code": VILLAGE, "year": "2025", "note": "已核对"}]
    outcome = import_rows(facts, by=world.user("zhenjie"), data=rows)
    assert outcome.updated == 1 and outcome.warnings == []


def test_it_costs_one_query_for_all_rows(world):
    facts, by = register_of("village-facts"), world.user("zhenjie")

    def queries(count: int) -> int:
        rows = [{"village_code": VILLAGE, "year": str(2000 + number)} | FIGURES for number in range(count)]
        with CaptureQueriesContext(connection) as made:
            import_rows(facts, by=by, data=rows, dry_run=True)
        return len(made)

    queries(1)
    assert queries(2) == queries(20)


def test_the_grid_marks_the_cell_and_saves(world, before):
    client = world.client("zhenjie")

    def ask(do, row):
        body = json.dumps({"do": do, "rows": [row]})
        answer = client.post(reverse("village-facts:grid"), body, content_type="application/json")
        assert answer.status_code == 200
        return answer.json()

    new = {"n": 3, "key": "", "version": None, "cells": {"village_code": VILLAGE, "year": "2026"} | FIGURES}
    expected = [{"n": 3, "field": "population", "message": SHRUNK}]
    checked, saved = ask("check", new), ask("save", new)
    assert checked["errors"] == [] and checked["warnings"] == expected
    assert saved["created"] == 1 and saved["warnings"] == expected
    stored = saved["saved"][0]
    again = new | {"key": stored["key"], "version": stored["version"]}
    assert ask("check", again)["warnings"] == expected
