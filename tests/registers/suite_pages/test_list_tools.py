"""Every register's list: chosen columns, views of one's own, and exports of exactly what is shown."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from registers.models import ListView
from registers.ordering import orders
from tests.registers.suite_pages.browsing import every

pytestmark = pytest.mark.django_db


def keys(response) -> list[str]:
    return [head["key"] for head in response.context["columns"]]


def table(response) -> list[list]:
    assert response.status_code == 200
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


@every("list")
def test_chosen_columns_stay_with_their_person_in_their_order(case):
    case.make(1)
    browser, other = case.browser(), case.browser(case.sample.reader)
    usual = keys(other.get(case.page("list")))
    mine = [column.field for column in case.register.columns_for(case.world.user(case.sample.writer))]
    wanted = list(reversed(mine))[:3]
    answer = browser.post(case.page("columns"), {"columns": [*wanted, "password", wanted[0]], "query": "q=x&cursor=y"})
    assert (answer.status_code, answer["Location"]) == (302, f"{case.page('list')}?q=x")
    assert keys(browser.get(case.page("list"))) == wanted
    assert keys(other.get(case.page("list"))) == usual
    assert keys(browser.get(case.page("list"), {"columns": f"nothing,{mine[0]}"})) == [mine[0]]
    assert keys(browser.get(case.page("list"), {"columns": "nothing,id,pk"})) == wanted
    browser.post(case.page("columns"), {"columns": wanted, "usual": "1"})
    assert not ListView.objects.unscoped("test").exists()


@every("list")
def test_all_columns_take_the_same_queries_for_more_rows(case):
    names = ",".join(column.field for column in case.register.columns)
    browser = case.browser()
    case.make(range(1, 3))
    browser.get(case.page("list"))
    with CaptureQueriesContext(connection) as few:
        browser.get(case.page("list"), {"columns": names})
    case.make(range(3, 12))
    with CaptureQueriesContext(connection) as many:
        browser.get(case.page("list"), {"columns": names})
    assert len(many) == len(few), "\n".join(query["sql"] for query in many.captured_queries)


@every("list")
def test_the_list_is_sorted_by_every_sensible_column(case):
    case.make(range(1, 4))
    browser = case.browser()
    for name in orders(case.register):
        shown = [
            [row["pk"] for row in browser.get(case.page("list"), {"ordering": sign + name}).context["rows"]]
            for sign in ("", "-")
        ]
        assert len(shown[0]) >= 3 and sorted(map(str, shown[0])) == sorted(map(str, shown[1]))


@every("list")
def test_an_export_holds_what_is_shown_and_what_an_import_needs(case):
    case.make(range(1, 4))
    browser = case.browser()
    shown = case.register.columns_for(case.world.user(case.sample.writer))[-2:]
    names = {"columns": ",".join(column.field for column in shown)}
    order = next(iter(orders(case.register)))
    links = browser.get(case.page("list"), {**names, "ordering": f"-{order}"}).context["exports"]
    rows = table(browser.get(links[0]["url"]))
    at = next(index for index, row in enumerate(rows) if shown[0].full_heading in row)
    headings = [heading for heading in rows[at] if heading and heading != "序号"]
    assert headings[: len(shown)] == [column.full_heading for column in shown]
    needed = {c.full_heading for c in case.register.columns if c.field in case.register.natural_key and not c.readonly}
    assert set(headings) >= needed
    listed = browser.get(case.page("list"), {"ordering": f"-{order}", "page_size": 100}).context["rows"]
    assert len(rows) - at - 1 == len(listed)
    if case.register.change_right and case.register.natural_key:
        data = b"".join(browser.get(links[0]["url"]).streaming_content)
        read = case.writer.post(
            f"{case.url}import/", {"file": SimpleUploadedFile("x.xlsx", data)}, format="multipart"
        ).json()
        assert (read["unchanged"], read["created"], read["updated"]) == (len(listed), 0, 0), read["errors"]
    assert case.writer.get(f"{case.url}export.xlsx", {"columns": "password"}).status_code == 400
