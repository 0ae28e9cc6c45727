"""Every register: one value for many rows, with a look before, all or nothing, and back again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registers.bulk.fields import settable
from registers.register import Register
from tests.registers.suite.samples import slugs
from tests.registers.suite_pages.browsing import every, has, text_of

pytestmark = pytest.mark.django_db


def plain(register: Register) -> bool:
    """Registers whose sample changes a column that may be set for many."""
    asks = type(register).warnings is not Register.warnings  # rules of thumb are asked row by row
    is_plain = type(register).save is Register.save and not asks
    return has("list")(register) and bool(register.change_right) and is_plain


PLAIN = slugs(plain)


def value_for(case) -> tuple[str, str] | None:
    """A column that may be set for many rows and a text for it; None where the sample knows none."""
    field, text = case.sample.change
    names = [column.field for column in settable(case.register, case.world.user(case.sample.writer))]
    return (field, text) if field in names else None


@every("list", "detail", "edit")
def test_many_rows_are_changed_after_a_look_and_changed_back(case):
    rows = case.make(range(1, 4))
    chosen = value_for(case)
    buttons = case.browser().get(case.page("list")).context["bulk_actions"]
    assert bool(buttons) == bool(settable(case.register, case.world.user(case.sample.writer)))
    assert not case.browser(case.sample.reader).get(case.page("list")).context["bulk_actions"]
    if chosen is None:
        return
    name, text = chosen
    stored = {row.pk: case.register.value(case.stored(row), name) for row in rows}
    browser, address = case.browser(), case.page("bulk")
    asked = browser.post(address, {"pk": [row.pk for row in rows], "query": "page_size=20"})
    assert asked.status_code == 200 and asked.context["count"] == 3, text_of(asked)
    given = {"chosen": asked.context["chosen"], "query": "page_size=20", "on": name, name: text}
    looked = browser.post(address, {**given, "step": "preview"})
    assert looked.status_code == 200, text_of(looked)
    assert looked.context["change_count"] + looked.context["unchanged"] == 3, looked.context["refusals"]
    assert {row.pk: case.register.value(case.stored(row), name) for row in rows} == stored
    done = browser.post(address, {**given, "step": "save", "reason": "统一更正"})
    assert (done.status_code, done["Location"]) == (302, f"{case.page('list')}?page_size=20")
    changed = {row.pk: case.register.value(case.stored(row), name) for row in rows}
    assert len(set(map(str, changed.values()))) == 1 and changed != stored
    undo = text_of(browser.get(done["Location"]))
    assert "撤销这次修改" in undo
    trail = case.stored(rows[0]).events.order_by("-pgh_id").first()
    back = f"{case.page('bulk-undo')}?at={trail.pgh_context_id}"
    assert browser.get(back).context["change_count"] == looked.context["change_count"]
    assert browser.post(back).status_code == 302
    assert {row.pk: case.register.value(case.stored(row), name) for row in rows} == stored


@every("list", "detail", "edit")
def test_rows_elsewhere_are_not_touched(case):
    """Their keys are as those of no rows at all."""
    mine, theirs = case.make(1), case.make(1, case.sample.away)
    chosen = value_for(case)
    if chosen is None or case.sample.writer == "xianji":
        return
    name, text = chosen
    before = case.register.value(case.stored(theirs), name)
    given = {"step": "save", "on": name, name: text, "chosen": f"{mine.pk}:1,{theirs.pk}:1"}
    answer = case.browser().post(case.page("bulk"), given, follow=True)
    assert "已不在" in text_of(answer)
    api = case.writer.post(
        f"{case.url}bulk-change/",
        {"ids": [case.register.key_of(mine), case.register.key_of(theirs)], "set": {name: text}},
    )
    assert api.status_code == 400 and api.json()["errors"][0]["field"] == "ids"
    assert case.register.value(case.stored(theirs), name) == before


@pytest.mark.parametrize("case", PLAIN, indirect=True)
def test_a_look_takes_the_same_queries_for_more_rows(case):
    chosen = value_for(case)
    if chosen is None:
        return
    name, text = chosen
    rows = case.make(range(1, 4))

    def asked(number: int) -> int:
        ids = [case.register.key_of(row) for row in rows[:number]]
        client = case.writer
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(f"{case.url}bulk-change/", {"ids": ids, "set": {name: text}, "dry_run": True})
        assert answer.status_code == 200, answer.content
        return len(queries)

    few = asked(2)
    rows += case.make(range(4, 9))
    assert asked(8) <= few


@every("list", "detail", "edit")
def test_what_may_not_be_set_for_many_is_refused_in_words(case):
    row = case.make(1)
    key = case.register.key_of(row)
    offered = {column.field for column in settable(case.register, case.world.user(case.sample.writer))}
    url = f"{case.url}bulk-change/"
    for name in {*case.register.natural_key, "password", "version"} - offered:
        answer = case.writer.post(url, {"ids": [key], "set": {name: "x"}})
        assert answer.status_code == 400 and "不能批量修改" in answer.json()["errors"][0]["message"]
    assert case.reader.post(url, {"ids": [key], "set": {"x": "y"}}).status_code == 403
    for body in ({}, {"set": {}}, {"ids": [], "set": {}}, {"ids": [key], "filter": {}, "set": {"a": 1}}, {"rows": []}):
        assert case.writer.post(url, body).status_code == 400
