"""Every register's workbooks: an export is a template is an import, whole or not at all."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from registers.models import StoredFile
from tests.registers.suite.samples import Case, slugs

pytestmark = pytest.mark.django_db
EVERY = slugs()
CHANGING = slugs(lambda register: bool(register.change_right))
ADDING = slugs(lambda register: bool(register.change_right) and register.can_create)


@pytest.fixture
def case(request, world) -> Case:
    return Case.of(request.param, world)


def every(names: list[str]):
    return pytest.mark.parametrize("case", names, indirect=True)


def content(answer) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def upload(case: Case, data: bytes, client=None, **more):
    file = SimpleUploadedFile("台账.xlsx", data)
    return (client or case.writer).post(f"{case.url}import/", {"file": file, **more}, format="multipart")


def filled(case: Case, *rows: dict[str, str]) -> bytes:
    """The register's own template with rows typed into it."""
    book = load_workbook(BytesIO(content(case.writer.get(f"{case.url}template.xlsx"))))
    sheet = book.worksheets[0]
    headings = {str(cell.value).strip("*"): cell.column for cell in sheet[2] if cell.value}
    for at, texts in enumerate(rows, 4):
        for field, text in texts.items():
            sheet.cell(at, headings[case.register.column(field).full_heading]).value = text
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def export(case: Case, client=None) -> bytes:
    return content((client or case.writer).get(f"{case.url}export.xlsx"))


def cells(data: bytes) -> list[list]:
    return [[cell.value for cell in row] for row in load_workbook(BytesIO(data)).worksheets[0].iter_rows()]


@every(EVERY)
def test_an_export_holds_the_rows_of_the_scope_under_the_headings(case):
    case.make(1), case.make(2)
    case.make(1, case.sample.away)
    table = cells(export(case))
    expected = [c.full_heading for c in case.register.columns_for(case.world.user(case.sample.writer))]
    at = next(index for index, row in enumerate(table) if expected[0] in row)
    assert [heading for heading in table[at] if heading != "序号"] == expected
    count = case.writer.get(case.url, {"count": "true"}).json()["count"]
    assert len(table) - at - 1 == count
    assert case.world.api("nobody").get(f"{case.url}export.xlsx").status_code == 403


@every(CHANGING)
def test_an_export_read_back_changes_nothing(case):
    case.make(range(1, 4))
    before = case.writer.get(f"{case.url}?page_size=1000").json()["results"]
    answer = upload(case, export(case))
    body = answer.json()
    assert answer.status_code == 200, body["errors"]
    assert (body["created"], body["updated"], body["unchanged"]) == (0, 0, len(before))
    assert body["written"] is False and body["marked_workbook"] is None
    assert case.writer.get(f"{case.url}?page_size=1000").json()["results"] == before


@every(ADDING)
def test_a_filled_template_comes_in_once(case):
    book = filled(case, case.texts(1), case.texts(2))
    before = case.writer.get(case.url, {"count": "true"}).json()["count"]
    tried = upload(case, book, dry_run="true")
    assert tried.status_code == 200 and tried.json()["created"] == 2, tried.json()
    assert case.writer.get(case.url, {"count": "true"}).json()["count"] == before
    assert upload(case, book, case.reader).status_code == 403
    done = upload(case, book).json()
    assert (done["created"], done["updated"], done["unchanged"], done["written"]) == (2, 0, 0, True)
    again = upload(case, book).json()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)
    assert case.writer.get(case.url, {"count": "true"}).json()["count"] == before + 2


@every(ADDING)
def test_one_wrong_cell_keeps_all_rows_out_unless_asked(case):
    field, text = case.sample.wrong
    book = filled(case, case.texts(1), case.texts(2) | {field: text})
    before = case.writer.get(case.url, {"count": "true"}).json()["count"]
    refused = upload(case, book)
    body = refused.json()
    assert refused.status_code == 400
    assert (body["created"], body["updated"], body["written"]) == (0, 0, False)
    error = body["errors"][0]
    assert (error["row"], error["field"], error["value"]) == (5, field, text) and error["message"]
    assert case.writer.get(case.url, {"count": "true"}).json()["count"] == before
    marked = case.writer.get(body["marked_workbook"])
    assert load_workbook(BytesIO(content(marked))).sheetnames[0] == "错误说明"
    assert case.reader.get(body["marked_workbook"]).status_code == 404
    partly = upload(case, book, partial="true").json()
    assert partly["created"] == 1 and len(partly["errors"]) == 1
    assert case.writer.get(case.url, {"count": "true"}).json()["count"] == before + 1


@every(CHANGING)
def test_rows_of_another_town_cannot_be_imported(case):
    """An export made by someone with a wider scope gives no way into other towns."""
    case.make(1), case.make(1, case.sample.away)
    if case.sample.writer == "xianji":
        return
    wide = export(case, case.world.api("xianji"))
    answer = upload(case, wide)
    assert answer.status_code == 400 and answer.json()["errors"]


@every(CHANGING)
@pytest.mark.parametrize("data", [b"", b"\x00" * 40, b"not a workbook", b"PK\x03\x04 broken"], ids=repr)
def test_a_broken_workbook_is_refused_in_words(case, data):
    answer = upload(case, data)
    assert answer.status_code == 400
    body = answer.json()
    assert body["errors"][0]["message"]
    assert StoredFile.objects.visible_to(case.world.user(case.sample.writer)).count() == 0


@every(CHANGING)
def test_an_upload_without_a_file_is_refused(case):
    answer = case.writer.post(f"{case.url}import/", {"dry_run": "true"}, format="multipart")
    assert answer.status_code == 400 and answer.json()["errors"][0]["field"] == "file"


@every(ADDING)
def test_rows_in_bulk_pass_the_same_door(case):
    field, text = case.sample.wrong
    url = f"{case.url}bulk/"
    refused = case.writer.post(url, {"rows": [case.texts(1), case.texts(2) | {field: text}]})
    assert refused.status_code == 400 and refused.json()["errors"][0]["row"] == 2
    done = case.writer.post(url, {"rows": [case.texts(1), case.texts(2)]})
    assert done.status_code == 200 and done.json()["created"] == 2, done.content
    assert case.reader.post(url, {"rows": [case.texts(3)]}).status_code == 403
    assert case.writer.post(url, {"rows": ["x"]}).status_code == 400
