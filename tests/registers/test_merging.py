"""合表: copies of one workbook, as they come by chat, put together and compared."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from registers import jobs
from registers.exchange.merge_files import merged_workbook
from registers.exchange.merging import merge, read_files, recognise
from registers.models import Job, StoredFile
from registers.register import register_of
from tests.members.samples_people import organization_of
from tests.world import TOWN
from villages.models import VillageFacts

pytestmark = pytest.mark.django_db
HEAD = ("序号", "村名", "年度", "户数（户）", "户籍人口（人）", "党员数（人）", "备注")


def sheet_of(*rows: tuple[Any, ...], head: tuple[str, ...] = HEAD, name: str = "Sheet1", title: str = "") -> bytes:
    """A workbook as an office makes it: a title, headings, rows."""
    book = Workbook()
    sheet = book.active
    sheet.title = name
    if title:
        sheet.append([title])
    sheet.append(head)
    for row in rows:
        sheet.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


TANG = sheet_of(
    (1, "锅上村", 2026, 326, 868, 52, None),
    (2, "江村洼", 2026, 210, 600, 30, "无"),
    ("合计", None, None, 536, 1468, 82, None),
    title="乳山口镇村情",
)
MOVED = sheet_of(
    ("锅上", 326, "52人", 868, 2026),
    ("院前", 190, 21, 500, 2026),
    ("填表人：于洪波", None, None, None, None),
    head=("村（社区）", "户数", "党员", "人口", "年度"),
    name="院前报来",
)
AWAY = sheet_of((1, "海阳所", 2026, "很多", 900, 40, None), (2, "所陈家", 2026, 88, 240, 12, None), name="表一")


def merged_of(world, *files: tuple[str, bytes], user: str = "xianji"):
    by = world.user(user)
    read = read_files(files)
    return merge(recognise(read, by), read, by)


def test_columns_are_matched_by_heading_and_equal_rows_are_kept_once(world):
    merged = merged_of(world, ("乳山口.xlsx", TANG), ("院前.xlsx", MOVED))
    assert merged.register.slug == "village-facts"
    assert [source.rows for source in merged.files] == [2, 2] and not merged.checked.errors
    assert [merged.place_of(number, "")[0] for number in merged.repeats] == ["院前.xlsx"]
    assert not merged.conflicts


def test_errors_are_told_by_file_sheet_row_and_cell(world):
    merged = merged_of(world, ("乳山口.xlsx", TANG), ("海阳所.xlsx", AWAY))
    (told,) = [merged.told(error) for error in merged.checked.errors]
    assert (told["file"], told["sheet"], told["row"], told["cell"]) == ("海阳所.xlsx", "表一", 2, "D2")
    assert told["column"] == "户数（户）" and told["value"] == "很多"


def test_who_is_missing_is_told_of_the_towns_of_the_county_or_the_villages_of_the_town(world):
    county = merged_of(world, ("乳山口.xlsx", TANG))
    assert len(county.missing) == 2 and {name[:2] for name in county.missing} == {"城区", "海阳"}
    town = merged_of(world, ("乳山口.xlsx", TANG), user="zhenjie")
    assert set(town.missing) == {"南唐家", "北唐家", "院前"}
    # A row with a mistake somewhere was handed in all the same.
    away = merged_of(world, ("一.xlsx", sheet_of((1, "海阳所", 2026, "很多", 900, 40, None))))
    assert away.checked.errors and all("海阳所" not in name for name in away.missing)


def test_rows_of_two_files_that_differ_stand_side_by_side(world):
    other = sheet_of((1, "锅上", 2026, 330, 868, 52, "迁入"))
    merged = merged_of(world, ("一.xlsx", TANG), ("二.xlsx", other))
    (conflict,) = merged.conflicts
    assert conflict.key == "锅上 2026" and conflict.headings == ["户数（户）", "备注"]
    assert conflict.cells == [["326", ""], ["330", "迁入"]]
    table, unresolved = merged.chosen({})
    assert unresolved == [0] and len(table.numbers) == 1
    table, unresolved = merged.chosen({0: conflict.numbers[1]})
    assert not unresolved and len(table.numbers) == 2
    assert merged.chosen({0: 99})[1] == [0]


def test_the_merged_workbook_names_each_rows_file_and_can_be_read_back(world):
    merged = merged_of(world, ("乳山口.xlsx", TANG), ("院前.xlsx", MOVED), ("海阳所.xlsx", AWAY))
    data = merged_workbook(merged, world.user("xianji")).getvalue()
    rows = list(load_workbook(BytesIO(data)).worksheets[0].iter_rows(values_only=True))
    head = rows[1]
    lines = [dict(zip(head, row, strict=True)) for row in rows[2:]]
    assert [line["来源文件"] for line in lines] == [
        "乳山口.xlsx、院前.xlsx", "乳山口.xlsx", "院前.xlsx", "海阳所.xlsx", "海阳所.xlsx",
    ]  # fmt: skip
    assert lines[0]["户数（户）"] == 326 and lines[3]["户数（户）"] == "很多"
    assert "很多" in lines[3]["核对"] and lines[4]["核对"] == "通过" and lines[4]["来源位置"] == "表一 第 3 行"
    again = merged_of(world, ("合并.xlsx", data))
    assert again.files[0].rows == 5 and len(again.checked.errors) == 1


def test_files_that_cannot_be_read_are_told_and_the_others_go_on(world):
    merged = merged_of(
        world, ("坏.xlsx", b"PK\x03\x04 broken"), ("别的.xlsx", sheet_of(("甲",), head=("乙",))), ("好.xlsx", TANG)
    )
    assert [bool(source.problem) for source in merged.files] == [True, True, False]
    assert merged.files[2].rows == 2 and merged.missing


def test_a_column_that_a_file_lacks_is_left_as_it_is(world):
    VillageFacts.objects.unscoped("test").create(village=world.village("371083101224"), year=2026, note="旧备注")
    merged = merged_of(world, ("院前.xlsx", MOVED), ("乳山口.xlsx", TANG))
    assert "note" in merged.table.places
    row = next(row for row in merged.checked.rows if row.values["village_code"].name == "院前")
    assert "note" not in row.values


def test_without_a_key_equal_rows_of_one_file_are_two_and_of_two_files_the_same_two(world):
    head = ("姓名", "党组织", "职务", "任职日期")
    post = ("王平", "中共乳山口镇委员会", "委员", "2025-03-01")
    world_post = register_of("posts")
    from_two = [sheet_of(post, post, head=head), sheet_of(post, head=head)]
    by = world.user("xianji")
    organization_of(world, TOWN)
    merged = merge(world_post, read_files([("一.xlsx", from_two[0]), ("二.xlsx", from_two[1])]), by)
    assert not merged.checked.errors and list(merged.repeats) == [3]


def post_files(client, *files: tuple[str, bytes], **more):
    uploads = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post(reverse("merge"), {"files": uploads, **more})


def run_last(user, kind: str) -> Job:
    job = Job.objects.visible_to(user).filter(kind=kind).latest("created_at")
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def test_the_page_merges_shows_and_imports_what_was_chosen(world):
    client, user = world.client("xianji"), world.user("xianji")
    other = sheet_of((1, "锅上", 2026, 330, 868, 52, None))
    assert post_files(client, ("乳山口.xlsx", TANG), ("二.xlsx", other)).status_code == 302
    job = run_last(user, "registers.merge")
    assert job.state == "done", job.message
    page = client.get(f"{reverse('merge')}?job={job.pk}").content.decode()
    assert "各说各的" in page and "326" in page and "330" in page and "海阳所" in page
    assert "乳山口.xlsx" in page and StoredFile.objects.visible_to(user).filter(is_result=True).count() == 1
    assert not VillageFacts.objects.unscoped("test").exists()
    # Nothing is imported while the files differ and nobody chose.
    client.post(reverse("merge"), {"merge": str(job.pk)})
    refused = run_last(user, "registers.merge-import")
    assert refused.result["error_count"] == 1 and not VillageFacts.objects.unscoped("test").exists()
    assert "请选定以哪一行为准" in client.get(f"{reverse('merge')}?job={refused.pk}").content.decode()
    number = job.result["conflicts"][0]["rows"][1]["number"]
    client.post(reverse("merge"), {"merge": str(job.pk), "pick-0": str(number)})
    done = run_last(user, "registers.merge-import")
    assert (done.result["created"], done.result["error_count"]) == (2, 0)
    assert VillageFacts.objects.unscoped("test").get(village="371083101223").households == 330
    jobs.run(done.pk)
    assert VillageFacts.objects.unscoped("test").count() == 2
    assert "已导入" in client.get(f"{reverse('merge')}?job={done.pk}").content.decode()
    assert world.client("qita").post(reverse("merge"), {"merge": str(job.pk)}).status_code == 404


def test_the_page_says_what_it_cannot_take(world, settings):
    client, user = world.client("xianji"), world.user("xianji")
    assert "请选择要合并的" in client.post(reverse("merge"), {}).content.decode()
    settings.WORKBOOK_MAX_BYTES = 10
    assert post_files(client, ("大.xlsx", TANG)).status_code == 400
    settings.WORKBOOK_MAX_BYTES = 10**7
    assert "最多 60 个文件" in post_files(client, *[(f"{n}.xlsx", b"x") for n in range(61)]).content.decode()
    assert post_files(client, ("一.xlsx", TANG), register="areas-of-others").status_code == 400
    post_files(client, ("无关.xlsx", sheet_of(("甲",), head=("乙",))))
    job = run_last(user, "registers.merge")
    assert job.state == "failed" and "没有认出" in job.message


def test_the_api_merges_tells_tries_and_imports(world):
    api, user = world.api("xianji"), world.user("xianji")
    other = sheet_of((1, "锅上", 2026, 330, 868, 52, None))
    uploads = [SimpleUploadedFile(name, data) for name, data in (("乳山口.xlsx", TANG), ("二.xlsx", other))]
    started = api.post("/api/v1/merge/", {"files": uploads}, format="multipart")
    assert started.status_code == 202, started.content
    address = f"/api/v1/merge/{started.json()['job']}/"
    assert api.get(address).status_code == 202 and api.post(f"{address}import/", {}).status_code == 409
    run_last(user, "registers.merge")
    told = api.get(address).json()
    assert (told["register"], told["rows"], told["merged"], told["conflict_count"]) == ("village-facts", 3, 3, 1)
    assert any("海阳所" in name for name in told["missing"]) and [file["rows"] for file in told["files"]] == [2, 1]
    rows = told["conflicts"][0]["rows"]
    assert [row["cells"] for row in rows] == [["326", ""], ["330", ""]] or rows[1]["file"] == "二.xlsx"
    assert api.get(told["file"]).status_code == 200
    picks = {"picks": {"0": rows[1]["number"]}}
    assert api.post(f"{address}import/", picks | {"dry_run": True}).status_code == 202
    tried = run_last(user, "registers.merge-import")
    assert tried.result["created"] == 2 and not tried.result["written"]
    assert not VillageFacts.objects.unscoped("test").exists()
    open_one = api.post(f"{address}import/", {}).json()["job"]
    run_last(user, "registers.merge-import")
    refused = api.get(f"/api/v1/jobs/{open_one}/").json()["result"]
    assert refused["error_count"] == 1 and not VillageFacts.objects.unscoped("test").exists()
    api.post(f"{address}import/", picks)
    done = run_last(user, "registers.merge-import")
    assert done.result["written"] and VillageFacts.objects.unscoped("test").count() == 2
    assert api.post(f"{address}import/", {"picks": {"0": "甲"}}).status_code == 400
    for stranger in (world.api("qita"), world.api("zhenjie"), world.api("lingdao")):
        assert stranger.get(address).status_code == 404 and stranger.post(f"{address}import/", {}).status_code == 404
    assert world.api("lingdao").post("/api/v1/merge/", {}, format="multipart").status_code == 403
    assert api.get(f"/api/v1/merge/{done.pk}/").status_code == 404


def test_the_api_says_what_it_cannot_take(world):
    api, user = world.api("xianji"), world.user("xianji")
    none = api.post("/api/v1/merge/", {}, format="multipart")
    assert none.status_code == 400 and none.json()["errors"][0]["field"] == "files"
    uploads = [SimpleUploadedFile("无关.xlsx", sheet_of(("甲",), head=("乙",)))]
    job = api.post("/api/v1/merge/", {"files": uploads}, format="multipart").json()["job"]
    run_last(user, "registers.merge")
    failed = api.get(f"/api/v1/merge/{job}/")
    assert failed.status_code == 409 and "没有认出" in failed.json()["detail"]
    assert api.get("/api/v1/merge/").status_code == 405
