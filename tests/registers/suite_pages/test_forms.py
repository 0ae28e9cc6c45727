"""Every register's form: the same door as workbooks and REST, errors at the field, two writers, nothing lost."""

import re

import pytest
from django.contrib.messages import get_messages

from tests.registers.suite_pages.browsing import every, form_of, text_of

pytestmark = pytest.mark.django_db


def errors_at(answer, field: str) -> str:
    return "；".join(answer.context["form"].errors.get(field, []))


def sent(case, field: str, text: str) -> str:
    """What a browser sends for a text: of a drop-down its code."""
    pairs = getattr(case.register.column(field).kind, "pairs", ())
    return next((str(code) for code, label in pairs if text == label), str(text))


@every("new", "detail")
def test_a_new_row_is_saved_and_shown(case):
    browser = case.browser()
    posted = form_of(browser.get(case.page("new"))) | case.texts(1)
    before = case.count()
    answer = browser.post(case.page("new"), posted)
    assert answer.status_code == 302, answer.context["form"].errors
    assert case.count() == before + 1
    page = browser.get(answer.url)
    assert page.status_code == 200
    assert page.context["history"][-1]["what"].startswith("新增")
    assert any("已新增" in str(message) for message in get_messages(answer.wsgi_request))


@every("new")
def test_save_and_again_opens_an_empty_form(case):
    answer = case.browser().post(case.page("new"), case.texts(1) | {"again": "1"})
    assert answer.status_code == 302 and answer.url == case.page("new")


@every("new")
def test_the_form_can_be_opened_half_filled(case):
    texts = case.texts(1)
    page = case.browser().get(case.page("new"), texts)
    values = form_of(page)
    assert {name: values[name] for name in texts} == {name: sent(case, name, text) for name, text in texts.items()}


@every("new")
def test_all_errors_are_told_at_once_and_nothing_typed_is_lost(case):
    if case.sample.wrong is None:
        pytest.skip("any text is right here")
    field, text = case.sample.wrong
    required = next(column for column in case.register.columns if column.required and not column.readonly)
    posted = case.texts(1) | {field: text}
    before = case.count()
    if required.field != field:
        posted[required.field] = ""
    answer = case.browser().post(case.page("new"), posted)
    assert answer.status_code == 400 and case.count() == before
    assert errors_at(answer, field)
    assert required.field == field or "必填" in errors_at(answer, required.field)
    kept = form_of(answer)
    # A drop-down can hold nothing but its choices.
    typed = [name for name in posted if name != field or not case.register.column(field).kind.choices()]
    assert {name: kept[name] for name in typed} == {name: sent(case, name, posted[name]) for name in typed}


@every("new")
def test_a_place_outside_the_scope_gets_the_answer_of_an_unknown_one(case):
    place, nowhere = case.sample.place
    if not place:
        pytest.skip("no column of this register names its place")
    outside, texts = case.texts(1, case.sample.away)[place], case.texts(2)
    before = case.count()
    answers = {
        code: errors_at(case.browser().post(case.page("new"), texts | {place: code}), place)
        for code in (outside, nowhere)
    }
    assert all(answers.values()) and case.count() == before
    assert re.sub(outside, "", answers[outside]) == re.sub(nowhere, "", answers[nowhere])


@every("edit", "detail")
def test_an_edit_that_changes_nothing_is_no_change(case):
    row = case.make(1)
    before = case.stored(row).version
    browser = case.browser()
    answer = browser.post(case.page("edit", row), form_of(browser.get(case.page("edit", row))))
    assert answer.status_code == 302, answer.context["form"].errors
    assert case.stored(row).version == before


@every("edit")
def test_the_second_writer_is_refused_and_loses_nothing(case):
    if case.sample.change is None:
        pytest.skip("nothing of this register is changed by hand")
    row = case.make(1)
    field, text = case.sample.change
    first, second = case.browser(), case.browser()
    page_of_first, page_of_second = (
        form_of(first.get(case.page("edit", row))),
        form_of(second.get(case.page("edit", row))),
    )
    assert first.post(case.page("edit", row), page_of_first | {field: text}).status_code == 302
    saved = case.stored(row)
    mine = _another(case, text, page_of_second[field])
    answer = second.post(case.page("edit", row), page_of_second | {field: mine})
    assert answer.status_code == 409
    assert case.stored(row).version == saved.version, "the second writer wrote"
    panel = answer.context["conflict"]
    assert panel["by"] == case.sample.writer
    told = next(entry for entry in panel["fields"] if entry.get("name") == field)
    assert told["yours"] and told["theirs"] != told["yours"]
    kept = form_of(answer)
    assert kept[field] == mine and kept["version"] == str(saved.version)
    assert second.post(case.page("edit", row), kept).status_code == 302
    assert case.stored(row).version > saved.version


@every("edit")
def test_what_only_the_other_changed_is_taken_over(case):
    if case.sample.change is None:
        pytest.skip("nothing of this register is changed by hand")
    row = case.make(1)
    field, text = case.sample.change
    first, second = case.browser(), case.browser()
    page_of_first, page_of_second = (
        form_of(first.get(case.page("edit", row))),
        form_of(second.get(case.page("edit", row))),
    )
    first.post(case.page("edit", row), page_of_first | {field: text})
    answer = second.post(case.page("edit", row), page_of_second)
    assert answer.status_code == 409
    theirs = form_of(first.get(case.page("edit", row)))[field]
    assert form_of(answer)[field] == theirs != page_of_second[field]


@every("new")
def test_without_the_right_there_is_no_form(case):
    for face in ("new", "import", "template"):
        assert case.browser(case.sample.reader).get(case.page(face)).status_code == 403
    assert case.browser(case.sample.reader).post(case.page("new"), case.texts(1)).status_code == 403


@every("edit")
def test_the_form_says_what_it_edits(case):
    row = case.make(1)
    assert case.register.title_of(case.stored(row)) in text_of(case.browser().get(case.page("edit", row)))


def _another(case, text: str, base: str) -> str:
    """A third text for the changed field, right and unlike the first and the one that stood there."""
    column = case.register.column(case.sample.change[0])
    if column.kind.choices():
        pairs = getattr(column.kind, "pairs", (("是", "是"), ("否", "否")))
        return str(next(code for code, label in pairs if not {text, base} & {str(code), label}))
    return (
        f"{text}1" if column.kind.numeric or not text[-1].isdigit() else text[:-1] + ("1" if text[-1] != "1" else "2")
    )
