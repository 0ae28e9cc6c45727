"""Jobs and files of a person: progress, cancelling, the bell, downloads; nobody else's."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook

from registers import jobs
from registers.jobs import keep_file
from registers.models import Job
from tests.registers.suite_pages.browsing import form_of, text_of
from villages.models import VillageFacts

pytestmark = pytest.mark.django_db


def make_job(user, **facts) -> Job:
    return Job.objects.create(owner=user, kind="registers.export", title="导出村居", **facts)


@pytest.fixture
def mine(world) -> Job:
    return make_job(world.user("zhenjie"), state=Job.State.RUNNING, done=300, total=1200, step="写入工作簿")


def test_a_running_job_asks_again_every_second_and_a_finished_one_does_not(world, mine):
    client = world.client("zhenjie")
    page = client.get(reverse("jobs:detail", args=[mine.pk]))
    assert 'hx-trigger="every 1s"' in page.content.decode()
    assert reverse("jobs:progress", args=[mine.pk]) in page.content.decode()
    assert "300 / 1,200" in text_of(page)
    Job.objects.visible_to(mine.owner).update(state=Job.State.DONE, result={"url": "/there/", "label": "看结果"})
    part = client.get(reverse("jobs:progress", args=[mine.pk])).content.decode()
    assert "hx-trigger" not in part and "data-job-finished" in part and 'href="/there/"' in part


def test_somebody_elses_job_does_not_exist(world, mine):
    other = world.client("zhenshen")
    for name in ("jobs:detail", "jobs:progress"):
        assert other.get(reverse(name, args=[mine.pk])).status_code == 404
    assert other.post(reverse("jobs:cancel", args=[mine.pk])).status_code == 404
    mine.refresh_from_db()
    assert not mine.cancel_asked
    assert "导出村居" not in text_of(other.get(reverse("jobs:list")))


def test_cancelling_asks_the_worker_to_stop(world, mine):
    client = world.client("zhenjie")
    assert client.get(reverse("jobs:cancel", args=[mine.pk])).status_code == 405
    assert client.post(reverse("jobs:cancel", args=[mine.pk])).url == reverse("jobs:detail", args=[mine.pk])
    mine.refresh_from_db()
    assert mine.cancel_asked
    page = text_of(client.get(reverse("jobs:detail", args=[mine.pk])))
    assert "正在取消" in page and "取消任务" not in page


def test_the_bell_counts_what_finished_unseen(world, mine):
    client = world.client("zhenjie")
    assert client.get(reverse("jobs:bell")).context["running"] == 1
    Job.objects.visible_to(mine.owner).update(state=Job.State.FAILED, message="文件已不在")
    bell = client.get(reverse("jobs:bell"))
    assert (bell.context["ready"], bell.context["running"]) == (1, 0)
    assert "导出村居" in text_of(client.get(reverse("jobs:bell"), {"list": "1"}))
    client.get(reverse("jobs:detail", args=[mine.pk]))
    assert client.get(reverse("jobs:bell")).context["ready"] == 0
    assert world.client("zhenshen").get(reverse("jobs:bell")).context["ready"] == 0


def test_a_failed_job_says_why(world, mine):
    Job.objects.visible_to(mine.owner).update(state=Job.State.FAILED, message="要导入的文件已不在，请重新上传")
    assert "要导入的文件已不在" in text_of(world.client("zhenjie").get(reverse("jobs:detail", args=[mine.pk])))


def test_a_file_is_served_to_its_owner_alone_under_its_chinese_name(world):
    stored = keep_file(BytesIO(b"<html>bytes"), "村情年报（标出错误）.xlsx", owner=world.user("zhenjie"))
    address = reverse("files:download", args=[stored.pk])
    answer = world.client("zhenjie").get(address)
    assert b"".join(answer.streaming_content) == b"<html>bytes"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%9D%91%E6%83%85")
    for username in ("zhenshen", "xianji", "sysadmin", "nobody"):
        assert world.client(username).get(address).status_code == 404
    stored.content.delete(save=False)
    assert world.client("zhenjie").get(address).status_code == 404


def test_my_files_are_listed_newest_first_and_paged(world):
    user = world.user("zhenjie")
    for number in range(35):
        keep_file(BytesIO(b"x" * 2048), f"表{number:02}.xlsx", owner=user)
    keep_file(BytesIO(b"x"), "上传的.xlsx", owner=user, is_result=False)
    client = world.client("zhenjie")
    first = client.get(reverse("files:list"))
    assert [file["name"] for file in first.context["files"]][:2] == ["表34.xlsx", "表33.xlsx"]
    assert first.context["files"][0]["size"] == "2 KB"
    second = client.get(reverse("files:list") + first.context["next_url"])
    assert [file["name"] for file in second.context["files"]] == [f"表{n:02}.xlsx" for n in (4, 3, 2, 1, 0)]
    assert "上传的" not in text_of(second)
    assert text_of(world.client("zhenshen").get(reverse("files:list"))).count("xlsx") == 0


@pytest.mark.parametrize("name", ["jobs:list", "files:list", "jobs:bell"])
def test_the_lists_ask_the_same_number_of_questions_for_many(world, name):
    user = world.user("zhenjie")
    client = world.client("zhenjie")

    def add() -> None:
        keep_file(BytesIO(b"x"), "表.xlsx", owner=user, job=make_job(user, state=Job.State.DONE))

    add()
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(name))
    for _ in range(12):
        add()
    with CaptureQueriesContext(connection) as many:
        client.get(reverse(name))
    assert len(many) == len(few) <= 8


def big_book(rows: int, wrong: bool = False) -> bytes:
    book = Workbook()
    book.active.append(["村居", "年度", "户数（户）"])
    codes = ["371083101206", "371083101207", "371083101222", "371083101223", "371083101224"]
    years = range(1980, 2101)
    pairs = [(code, year) for code in codes for year in years]
    for number in range(rows):
        code, year = pairs[number % len(pairs)]
        book.active.append([code, year, "很多" if wrong and number == 2 else 100])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_large_import_becomes_a_job_that_leads_back_to_its_outcome(world, monkeypatch):
    monkeypatch.setattr("registers.exchange.jobs.INLINE_IMPORT", 10)
    client = world.client("zhenjie")
    address = reverse("village-facts:import")
    answer = client.post(address, {"file": SimpleUploadedFile("年报.xlsx", big_book(30))})
    job = Job.objects.visible_to(world.user("zhenjie")).get()
    assert answer.url == reverse("jobs:detail", args=[job.pk])
    jobs.run(str(job.pk))
    assert not VillageFacts.objects.unscoped("test").exists(), "checking wrote"
    page = client.get(answer.url)
    assert f"{address}?job={job.pk}" in page.content.decode()
    checked = client.get(f"{address}?job={job.pk}")
    assert "全部通过" in text_of(checked) and checked.context["result"]["created"] == "30"
    assert world.client("zhenshen").get(f"{address}?job={job.pk}").context["result"] is None
    second = client.post(address, form_of(checked))
    writing = Job.objects.visible_to(world.user("zhenjie")).exclude(pk=job.pk).get()
    assert second.url == reverse("jobs:detail", args=[writing.pk])
    jobs.run(str(writing.pk))
    assert VillageFacts.objects.unscoped("test").count() == 30
    done = client.get(f"{address}?job={writing.pk}")
    assert done.context["result"]["saved"] and "已保存“年报.xlsx”" in text_of(done)
    assert "新增 30 行" in text_of(client.get(reverse("jobs:detail", args=[writing.pk])))


def test_a_large_broken_import_tells_its_cells_and_marks_the_workbook(world, monkeypatch):
    monkeypatch.setattr("registers.exchange.jobs.INLINE_IMPORT", 10)
    client = world.client("zhenjie")
    address = reverse("village-facts:import")
    client.post(address, {"file": SimpleUploadedFile("年报.xlsx", big_book(30, wrong=True))})
    job = Job.objects.visible_to(world.user("zhenjie")).get()
    jobs.run(str(job.pk))
    result = client.get(f"{address}?job={job.pk}").context["result"]
    assert [(error["row"], error["column"], error["value"]) for error in result["errors"]] == [
        (4, "户数（户）", "很多")
    ]
    assert result["can_partial"] and client.get(result["marked_url"]).status_code == 200
    client.post(address, {"token": result["token"], "partial": "1"})
    writing = Job.objects.visible_to(world.user("zhenjie")).exclude(pk=job.pk).get()
    jobs.run(str(writing.pk))
    assert VillageFacts.objects.unscoped("test").count() == 29


def test_a_large_export_becomes_a_job(world, monkeypatch):
    monkeypatch.setattr("registers.exchange.jobs.INLINE_EXPORT", 2)
    client = world.client("zhenjie")
    answer = client.get(reverse("villages:export"), {"kind": "village"})
    job = Job.objects.visible_to(world.user("zhenjie")).get()
    assert answer.url == reverse("jobs:detail", args=[job.pk])
    jobs.run(str(job.pk))
    page = client.get(answer.url)
    assert "下载“村居.xlsx”" in text_of(page)


def test_a_job_that_no_worker_takes_says_how_long_it_has_waited(world):
    job = make_job(world.user("zhenjie"))
    client = world.client("zhenjie")
    page = reverse("jobs:detail", args=[job.pk])
    assert "正在等待前面的任务" in text_of(client.get(page))
    long_ago = job.created_at - timedelta(minutes=3)
    Job.objects.visible_to(job.owner).filter(pk=job.pk).update(created_at=long_ago)
    assert re.search(r"已等 3 分.*请告诉系统管理员", text_of(client.get(page)))
