"""全镇台账: all registers of a town as one workbook, out and in, whole or not at all."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from members.models import PartyOrganization
from registers import jobs
from registers.exchange.book_import import import_book, read_book
from registers.exchange.books import book_registers, export_book
from registers.exchange.dependencies import saving_order
from registers.models import Job, StoredFile
from registers.register import register_of
from registers.workbooks.sheets import CONTENTS_SHEET, ERROR_SHEET
from services.models import Grid
from tests.registers.suite.samples import Case
from tests.world import OTHER_TOWN, TOWN
from villages.models import VillageFacts

pytestmark = pytest.mark.django_db
URL = "/api/v1/town-book/"


def book_of(user, area: str = TOWN) -> bytes:
    file, _ = export_book(by=user, area=area)
    with file:
        return file.read()


def fill(world, *, slugs: list[str] | None = None, town: str = TOWN) -> None:
    """Two rows of every register that the clerk of the town keeps."""
    for at, register in enumerate(book_registers(world.user("zhenjie"))):
        if slugs is None or register.slug in slugs:
            Case.of(register.slug, world).make(range(10 * at + 1, 10 * at + 3), town)  # no two samples alike


def changed(data: bytes, change) -> bytes:
    book = load_workbook(BytesIO(data))
    change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def put(sheet, row: int, **cells: object) -> None:
    """Type texts into a sheet by heading."""
    headings = {str(cell.value): cell.column for cell in sheet[2] if cell.value}
    for heading, value in cells.items():
        sheet.cell(row, headings[heading]).value = value


def run(user, data: bytes, **more):
    return import_book(read_book(user, data), by=user, data=data, **more)


def test_every_register_with_the_right_to_change_has_a_sheet_and_the_contents_count_them(world):
    fill(world)
    user = world.user("zhenjie")
    book = load_workbook(BytesIO(book_of(user)))
    titles = [register.title for register in book_registers(user)]
    assert book.sheetnames == [CONTENTS_SHEET, *titles] and len(titles) >= 9
    contents = book[CONTENTS_SHEET]
    assert contents["A1"].value == "乳山口镇台账"
    assert "单位：乳山口镇" in contents["A2"].value and "2026年11月20日" in contents["A2"].value
    counts = {row[2].value: row[4].value for row in contents.iter_rows(min_row=5)}
    assert list(counts) == titles
    for title in titles:
        assert sum(1 for row in book[title].iter_rows(min_row=3) if row[0].value) == counts[title] > 0, title


def test_a_book_read_back_changes_nothing_and_says_so_of_every_sheet(world):
    fill(world)
    user = world.user("zhenjie")
    told = run(user, book_of(user))
    assert not told.errors, [error.text for error in told.errors]
    assert not told.written and told.count("created") == told.count("updated") == 0
    assert all(sheet.outcome.unchanged > 0 for sheet in told.sheets)
    assert len(told.sheets) == len(book_registers(user))


def test_a_book_holds_only_the_area_asked_for_and_only_what_may_be_changed(world):
    fill(world, slugs=["grids", "village-facts"])
    fill(world, slugs=["grids", "village-facts"], town=OTHER_TOWN)
    county = world.user("xianji")
    _, counts = export_book(by=county, area=OTHER_TOWN)
    assert counts["网格"] == 2
    _, counts = export_book(by=county, area="371083")
    assert counts["网格"] == 4
    clerk = run(world.user("zhenjie"), book_of(county, "371083"))
    assert clerk.errors and not clerk.written


def test_a_sheet_may_name_rows_of_another_sheet_whichever_stands_first(world):
    user = world.user("zhenjie")

    def add(book):
        organizations, members = book["党组织"], book["党员"]
        # The child stands above its parent, and the member in a sheet before both.
        put(organizations, 3, 名称="锅上新党支部", 类别="党支部", 所在区划="锅上村委会", 上级党组织="锅上党总支")
        put(organizations, 4, 名称="锅上党总支", 类别="党总支", 所在区划="锅上村委会")
        put(members, 3, 姓名="王平", 村居="锅上", 所在党支部="锅上新党支部")

    told = run(user, changed(book_of(user), add))
    assert not told.errors, [error.text for error in told.errors]
    assert told.written and told.count("created") == 3
    assert PartyOrganization.objects.unscoped("test").get(name="锅上新党支部").parent.name == "锅上党总支"


def test_all_errors_of_all_sheets_come_back_and_nothing_is_written(world):
    user = world.user("zhenjie")

    def spoil(book):
        put(book["网格"], 3, 村居="锅上", 网格名称="第一网格", **{"户数（户）": "很多"})
        put(book["网格"], 4, 村居="锅上", 网格名称="第二网格")
        put(book["村情年报"], 3, 村居="没有这个村", 年度=2026)

    data = changed(book_of(user), spoil)
    told = run(user, data)
    assert {(error.sheet, error.row) for error in told.errors} == {("网格", 3), ("村情年报", 3)}
    assert told.refused and not told.written and not Grid.objects.unscoped("test").exists()
    marked = load_workbook(BytesIO(told.marked_workbook))
    assert marked.sheetnames[0] == ERROR_SHEET
    assert any(cell.comment for cell in marked["网格"][3]) and any(cell.comment for cell in marked["村情年报"][3])
    partly = run(user, data, partial=True)
    assert partly.written and partly.count("created") == 1 and len(partly.errors) == 2
    assert [row.name for row in Grid.objects.unscoped("test")] == ["第二网格"]


def test_sheets_are_known_by_their_headings_and_strange_ones_are_told(world):
    user = world.user("zhenjie")

    def rename(book):
        put(book["网格"], 3, 村居="锅上", 网格名称="第一网格")
        book["网格"].title = "各村网格情况"
        book["村情年报"].title = "村情年报 (2)"
        put(book["村情年报 (2)"], 3, 村居="锅上", 年度=2026)
        strange = book.create_sheet("值班电话")
        strange["A1"], strange["B1"], strange["A2"] = "姓名", "电话", "王平"

    told = run(user, changed(book_of(user), rename))
    assert not told.errors and told.count("created") == 2
    assert {(sheet.table.sheet, sheet.register.slug) for sheet in told.sheets if sheet.outcome.created} == {
        ("各村网格情况", "grids"), ("村情年报 (2)", "village-facts"),
    }  # fmt: skip
    assert [note.sheet for note in told.unread] == ["值班电话"]


def test_two_sheets_of_one_register_are_refused(world):
    user = world.user("zhenjie")

    def double(book):
        put(book["网格"], 3, 村居="锅上", 网格名称="第一网格")
        book.copy_worksheet(book["网格"]).title = "网格 (2)"

    told = run(user, changed(book_of(user), double))
    assert told.refused and "都是网格" in told.errors[0].message and not Grid.objects.unscoped("test").exists()


def test_a_register_is_saved_behind_what_it_refers_to():
    given = ("members", "posts", "party-organizations", "village-facts", "villages")
    order = [one.slug for one in saving_order([register_of(slug) for slug in given])]
    assert order.index("party-organizations") < order.index("members")
    assert order.index("party-organizations") < order.index("posts")
    assert order.index("villages") < order.index("village-facts")


def test_who_keeps_no_register_has_no_book(world):
    assert world.client("lingdao").get(reverse("town-book")).status_code == 403
    assert world.api("lingdao").get(f"{URL}export.xlsx").status_code == 403
    assert world.api("qita").get(f"{URL}export.xlsx", {"area": TOWN}).status_code == 404
    assert world.api("zhenjie").get(f"{URL}export.xlsx", {"area": "37xx"}).status_code == 400


def test_the_book_over_rest(world):
    fill(world, slugs=["grids"])
    api = world.api("zhenjie")
    answer = api.get(f"{URL}export.xlsx", {"area": TOWN})
    data = b"".join(answer.streaming_content)
    same = api.post(f"{URL}import/", {"file": SimpleUploadedFile("台账.xlsx", data)}, format="multipart")
    assert same.status_code == 200 and same.json()["unchanged"] > 2 and not same.json()["written"]
    bad = changed(data, lambda book: put(book["网格"], 5, 网格名称="没有村"))
    refused = api.post(f"{URL}import/", {"file": SimpleUploadedFile("台账.xlsx", bad)}, format="multipart")
    body = refused.json()
    assert refused.status_code == 400 and body["marked_workbook"] and not body["written"]
    assert next(sheet for sheet in body["sheets"] if sheet["sheet"] == "网格")["error_count"] == 1
    none = api.post(f"{URL}import/", {}, format="multipart")
    assert none.status_code == 400 and none.json()["errors"][0]["field"] == "file"


def test_the_page_sends_out_and_takes_in_by_jobs(world):
    fill(world, slugs=["grids"])
    client, user = world.client("zhenjie"), world.user("zhenjie")
    url = reverse("town-book")
    page = client.get(url).content.decode()
    assert "导出台账" in page and "乳山口镇" in page and "村情年报" in page
    client.post(url, {"export": "1", "area": TOWN})
    job = Job.objects.visible_to(user).get(kind="registers.book-export")
    jobs.run(job.pk)
    stored = StoredFile.objects.visible_to(user).get(is_result=True)
    assert stored.name == "乳山口镇台账 2026-11-20.xlsx"
    with stored.content.open("rb") as content:
        data = changed(content.read(), lambda book: put(book["村情年报"], 3, 村居="锅上", 年度=2026))
    client.post(url, {"file": SimpleUploadedFile("台账.xlsx", data)})
    check = Job.objects.visible_to(user).get(kind="registers.book-import")
    jobs.run(check.pk)
    shown = client.get(f"{url}?job={check.pk}").content.decode()
    assert "全部通过" in shown and "没有变化" in shown
    assert not VillageFacts.objects.unscoped("test").exists()
    token = check.params["file"]
    client.post(url, {"token": token})
    save = Job.objects.visible_to(user).filter(kind="registers.book-import").latest("created_at")
    jobs.run(save.pk)
    assert "已保存" in client.get(f"{url}?job={save.pk}").content.decode()
    assert VillageFacts.objects.unscoped("test").count() == 1
    jobs.run(save.pk)  # told twice
    save.refresh_from_db()
    assert save.result["created"] == 1
    assert "没有收到文件" in client.post(url, {}).content.decode() or client.post(url, {}).status_code == 400
    assert world.client("qita").post(url, {"token": token}).status_code == 400
