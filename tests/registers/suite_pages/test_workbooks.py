"""Every register's workbooks in the browser: template, export, import of a broken and of the mended one."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from registers.models import StoredFile
from registers.workbooks.sheets import ERROR_SHEET
from tests.registers.suite_pages.browsing import every, form_of, text_of

pytestmark = pytest.mark.django_db


def content(answer) -> bytes:
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Content-Disposition"].startswith("attachment")
    return b"".join(answer.streaming_content)


def book_of(case, *rows: dict[str, str]) -> bytes:
    """A workbook of one's own with the register's headings."""
    fields = list(dict.fromkeys(name for row in rows for name in row))
    book = Workbook()
    book.active.append([case.register.column(name).full_heading for name in fields])
    for row in rows:
        book.active.append([row.get(name, "") for name in fields])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def upload(case, browser, data: bytes, name: str = "填报.xlsx"):
    return browser.post(case.page("import"), {"file": SimpleUploadedFile(name, data)})


@every("export")
def test_the_export_holds_what_the_filters_leave(case):
    case.make(range(1, 4))
    answer = case.browser().get(case.page("export"))
    sheet = load_workbook(BytesIO(content(answer))).worksheets[0]
    assert sheet.max_row >= 3 + 1
    nothing = case.browser().get(case.page("export"), {"q": "没有这样的记录"})
    if case.register.search_fields:
        assert load_workbook(BytesIO(content(nothing))).worksheets[0].max_row <= sheet.max_row - 3
    assert "filename*=utf-8''" in answer["Content-Disposition"].lower()


@every("template")
def test_the_template_is_a_workbook(case):
    book = load_workbook(BytesIO(content(case.browser().get(case.page("template")))))
    headings = {str(cell.value).strip("*") for row in book.worksheets[0].iter_rows(max_row=4) for cell in row}
    assert {column.full_heading for column in case.register.columns if column.required} <= headings


@every("new", "import")
def test_a_broken_workbook_is_told_by_cell_and_the_mended_one_comes_in(case):
    if case.sample.wrong is None:
        pytest.skip("any text is right here")
    field, text = case.sample.wrong
    browser = case.browser()
    broken = book_of(case, case.texts(1), case.texts(2) | {field: text})
    before = case.count()
    refused = upload(case, browser, broken)
    assert refused.status_code == 400 and case.count() == before
    told = next(error for error in refused.context["result"]["errors"] if error["field"] == field)
    assert told["row"] == 3 and told["value"] == text and told["message"] and told["sheet"] == "Sheet"
    marked = load_workbook(BytesIO(content(browser.get(refused.context["result"]["marked_url"]))))
    assert any(cell.value == text for row in marked[ERROR_SHEET].iter_rows() for cell in row)

    mended = upload(case, browser, book_of(case, case.texts(1), case.texts(2)))
    assert mended.status_code == 200 and case.count() == before, "checking wrote"
    assert "全部通过" in text_of(mended)
    saved = browser.post(case.page("import"), form_of(mended))
    assert saved.status_code == 200 and case.count() == before + 2
    assert saved.context["result"]["created"] == "2" and saved.context["result"]["saved"]

    again = upload(case, browser, book_of(case, case.texts(1), case.texts(2)))
    assert "没有变化" in text_of(again) and case.count() == before + 2


@every("new", "import")
def test_the_right_rows_can_be_saved_alone(case):
    if case.sample.wrong is None:
        pytest.skip("any text is right here")
    field, text = case.sample.wrong
    browser = case.browser()
    data = book_of(case, case.texts(1), case.texts(2) | {field: text})
    before = case.count()
    refused = upload(case, browser, data)
    assert refused.context["result"]["can_partial"] and case.count() == before
    saved = browser.post(case.page("import"), form_of(refused) | {"partial": "1"})
    assert saved.context["result"]["created"] == "1" and case.count() == before + 1
    assert "处没有写入" in text_of(saved) and "下载标出错误的表" in text_of(saved)


@every("import")
def test_a_token_of_somebody_else_opens_nothing(case):
    stored = StoredFile.objects.create(
        owner=case.world.user("xianji" if case.sample.writer != "xianji" else "zhenjie"), name="别人的.xlsx", size=1,
        expires_at="2027-01-01T00:00:00+08:00", is_result=False,
    )  # fmt: skip
    for token in (str(stored.pk), "x", "00000000-0000-0000-0000-000000000000"):
        answer = case.browser().post(case.page("import"), {"token": token})
        assert answer.status_code == 400 and "请重新选择文件" in text_of(answer)


@every("import")
def test_what_is_no_workbook_is_refused_in_words(case):
    browser = case.browser()
    for data, said in ((b"%PDF-1.7 ...", "PDF"), (b"", "空的")):
        answer = upload(case, browser, data)
        assert answer.status_code == 400 and said in text_of(answer)
    assert "请选择" in text_of(browser.post(case.page("import"), {}))
