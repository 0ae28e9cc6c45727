"""Every register's detail page: facts, history, buttons, and nothing outside the scope."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registers.pages.present import text_of as shown
from tests.registers.suite_pages.browsing import every, form_of, has, same_page, text_of

pytestmark = pytest.mark.django_db
QUERIES = 24


@every("detail")
def test_the_page_shows_every_fact_the_user_may_see(case):
    row = case.make(1)
    answer = case.browser().get(case.page("detail", row))
    assert answer.status_code == 200
    page = text_of(answer)
    row = case.register.rows(case.world.user(case.sample.writer)).get(pk=row.pk)
    for column in case.register.columns_for(case.world.user(case.sample.writer)):
        assert column.heading in page or column.field == case.register.status_field
        text = " ".join(shown(column, case.register.value(row, column.field)).split())
        assert text in page, column.field


@every("detail")
def test_outside_the_scope_it_does_not_exist(case):
    theirs = case.make(1, case.sample.away)
    browser = case.browser()
    outside = browser.get(case.page("detail", theirs))
    unknown = browser.get(case.page("detail", key=case.unknown_key))
    nonsense = browser.get(case.page("detail", key="没有这个"))
    assert outside.status_code == unknown.status_code == nonsense.status_code == 404
    assert same_page(outside) == same_page(unknown) == same_page(nonsense)


@every("detail", "edit")
def test_writing_outside_the_scope_is_unknown_and_inside_without_the_right_forbidden(case):
    theirs, mine = case.make(1, case.sample.away), case.make(1)
    faces = [face for face in ("edit", "delete") if has(face)(case.register)]
    for face in faces:
        assert case.browser().post(case.page(face, theirs)).status_code == 404
        assert case.browser(case.sample.reader).post(case.page(face, mine)).status_code == 403
        assert case.browser(case.sample.stranger).post(case.page(face, mine)).status_code == 404
    assert case.stored(theirs) and case.stored(mine)
    assert case.browser(case.sample.reader).get(case.page("detail", mine)).status_code == 200
    assert "编辑" not in [
        a.label for a in case.browser(case.sample.reader).get(case.page("detail", mine)).context["actions"]
    ]


@every("detail", "edit")
def test_history_tells_who_changed_what(case):
    if case.sample.change is None:
        pytest.skip("nothing of this register is changed by hand")
    row = case.make(1)
    field, text = case.sample.change
    browser = case.browser()
    posted = form_of(browser.get(case.page("edit", row))) | {field: text}
    assert browser.post(case.page("edit", row), posted).status_code == 302
    newest = browser.get(case.page("detail", row)).context["history"][0]
    assert newest["what"].startswith("修改") and newest["who"] == case.sample.writer
    label = case.register.column(field).heading
    assert label in [entry[0] for entry in newest["changes"]]
    after = next(entry[2] for entry in newest["changes"] if entry[0] == label)
    assert after and (case.register.column(field).kind.personal or text in after.replace(",", ""))


@every("detail")
def test_history_never_shows_personal_numbers(case):
    row = case.make(1)
    page = case.browser().get(case.page("detail", row))
    assert "_sealed" not in page.content.decode() and "_index" not in page.content.decode()
    for column in case.register.columns:
        value = case.register.value(row, column.field) if column.kind.personal else None
        if value and "*" not in value:
            assert value not in page.content.decode()


@every("detail", "delete")
def test_deleting_takes_the_row_away(case):
    row = case.make(1)
    browser = case.browser()
    assert browser.get(case.page("delete", row)).status_code == 405
    answer = browser.post(case.page("delete", row), follow=True)
    gone = not type(row).objects.unscoped("test").filter(pk=row.pk).exists()
    assert gone or "不能删除" in text_of(answer)
    assert gone == (browser.get(case.page("detail", row)).status_code == 404)


@every("detail", "edit")
def test_the_number_of_queries_does_not_grow_with_the_history(case):
    if case.sample.change is None:
        pytest.skip("nothing of this register is changed by hand")
    row = case.make(1)
    browser = case.browser()
    field, text = case.sample.change
    before = form_of(browser.get(case.page("edit", row)))
    browser.post(case.page("edit", row), before | {field: text})
    with CaptureQueriesContext(connection) as few:
        browser.get(case.page("detail", row))
    for value in (before[field], text, before[field], text):
        posted = form_of(browser.get(case.page("edit", row))) | {field: value}
        browser.post(case.page("edit", row), posted)
    case.make(range(2, 8))
    with CaptureQueriesContext(connection) as many:
        browser.get(case.page("detail", row))
    assert len(many) == len(few), "\n".join(query["sql"] for query in many.captured_queries)
    assert len(many) <= QUERIES, "\n".join(query["sql"] for query in many.captured_queries)
