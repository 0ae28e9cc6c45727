"""Long work: taken once, told, cancelled, found again when lost, and its results never half there."""

import datetime as dt
import threading
import time
import uuid
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from registers import jobs, tasks
from registers.audit import acting
from registers.errors import Invalid, NotFound
from registers.exchange.saving import BATCH
from registers.models import Job, StoredFile
from registers.workbooks.writing import write_table
from services.models import Grid
from services.registers import GridRegister
from tests.world import build_world

pytestmark = pytest.mark.django_db
VILLAGE = "371083101223"


@pytest.fixture
def handler(monkeypatch):
    """Set what a job of kind `tests.work` does."""

    def use(function):
        monkeypatch.setitem(jobs._kinds, "tests.work", jobs.JobKind("tests.work", "试验", function, True))

    use(lambda run, **params: params)
    return use


@pytest.fixture
def sent(monkeypatch):
    """Ids handed to the broker."""
    ids = []
    for task in (tasks.run_heavy_job, tasks.run_quick_job):
        monkeypatch.setattr(task, "apply_async", lambda args, *more, **options: ids.append(args[0]))
    return ids


def job_of(world, username: str = "zhenjie", **params) -> Job:
    return jobs.start_job("tests.work", by=world.user(username), **params)


def now(job: Job) -> Job:
    return Job.objects.unscoped("test").get(pk=job.pk)


def test_a_job_is_sent_after_the_commit_and_runs_once(world, handler, sent, django_capture_on_commit_callbacks):
    calls = []
    handler(lambda run, **params: calls.append(params) or {"sum": 3})
    with django_capture_on_commit_callbacks(execute=True):
        job = job_of(world, number=7)
        assert sent == []
    assert sent == [str(job.pk)]
    jobs.run(job.pk)
    jobs.run(job.pk)
    assert calls == [{"number": 7}]
    assert (now(job).state, now(job).result, now(job).attempt) == ("done", {"sum": 3}, 1)


def test_a_job_that_lost_the_database_is_taken_up_again(world, handler, sent, django_capture_on_commit_callbacks):
    def lose(run, **params):
        if run.attempt == 1:
            raise OperationalError("server closed the connection unexpectedly")
        return {"sum": 3}

    handler(lose)
    with django_capture_on_commit_callbacks(execute=True):
        job = job_of(world)
    jobs.run(str(job.pk))
    assert (now(job).state, now(job).message) == ("running", "")
    Job.objects.unscoped("test").filter(pk=job.pk).update(heartbeat_at=timezone.now() - dt.timedelta(minutes=5))
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.resend_stalled() == 1
    jobs.run(str(job.pk))
    assert (now(job).state, now(job).result) == ("done", {"sum": 3})


def test_a_broker_that_is_down_loses_nothing(world, handler, monkeypatch, django_capture_on_commit_callbacks):
    def down(*args, **options):
        raise ConnectionError("broker")

    monkeypatch.setattr(tasks.run_heavy_job, "apply_async", down)
    with django_capture_on_commit_callbacks(execute=True):
        job = job_of(world)
    assert now(job).state == "queued"


def test_progress_is_told_and_a_wish_to_stop_is_heard(world, handler, sent):
    def work(run):
        run.progress(1, 3, "第一步")
        jobs.cancel(run.job)
        run.progress(2, 3, "第二步")
        raise AssertionError("went on after the wish to stop")

    handler(work)
    job = job_of(world)
    jobs.run(job.pk)
    done = now(job)
    assert (done.state, done.done, done.step) == ("cancelled", 2, "第二步") and done.message


def test_a_queued_job_stops_at_once(world, handler, sent):
    job = job_of(world)
    jobs.cancel(job)
    jobs.run(job.pk)
    assert now(job).state == "cancelled" and now(job).attempt == 0


def test_what_the_rules_refuse_is_told_and_a_bug_is_not(world, handler, sent):
    def refuse(run):
        raise Invalid("这一季度已锁定")

    def bug(run):
        raise RuntimeError("secret table name")

    handler(refuse)
    first = job_of(world)
    jobs.run(first.pk)
    assert (now(first).state, now(first).message) == ("failed", "这一季度已锁定")
    handler(bug)
    second = job_of(world)
    jobs.run(second.pk)
    assert now(second).state == "failed" and "secret" not in now(second).message


def test_a_silent_job_is_sent_again_and_the_old_worker_writes_nothing_more(world, handler, sent, settings):
    def work(run):
        later = timezone.now() - dt.timedelta(seconds=settings.JOB_STALLED_AFTER_SECONDS + 1)
        Job.objects.unscoped("test").filter(pk=run.job.pk).update(heartbeat_at=later)
        assert jobs.resend_stalled() == 1
        Job.objects.unscoped("test").filter(pk=run.job.pk).update(state="running", attempt=2)
        run.progress(5, 10)

    handler(work)
    job = job_of(world)
    jobs.run(job.pk)
    assert (now(job).state, now(job).attempt, now(job).done) == ("running", 2, 0)


def test_a_job_that_always_dies_is_given_up_in_words(world, handler, sent, settings):
    job = job_of(world)
    long_ago = timezone.now() - dt.timedelta(hours=1)
    Job.objects.unscoped("test").filter(pk=job.pk).update(
        state="running", attempt=settings.JOB_ATTEMPTS, heartbeat_at=long_ago
    )
    assert jobs.resend_stalled() == 0
    assert now(job).state == "failed" and "停止重试" in now(job).message


def test_a_kind_that_this_version_does_not_know_does_not_stop_the_sweeper(world, handler, sent):
    job = job_of(world)
    long_ago = timezone.now() - dt.timedelta(hours=1)
    Job.objects.unscoped("test").filter(pk=job.pk).update(kind="gone", heartbeat_at=long_ago)
    assert jobs.resend_stalled() == 1
    jobs.run(job.pk)
    assert now(job).state == "failed"


def test_a_result_kept_with_the_work_is_not_done_twice(world, handler, sent):
    def work(run):
        if run.job.result:
            return run.job.result
        run.keep_result({"created": 5})
        Job.objects.unscoped("test").filter(pk=run.job.pk).update(state="queued")  # the worker dies here
        return {"created": 5}

    handler(work)
    job = job_of(world)
    jobs.run(job.pk)
    jobs.run(job.pk)
    assert (now(job).state, now(job).result, now(job).attempt) == ("done", {"created": 5}, 2)


def test_nobody_sees_the_jobs_of_others(world, handler, sent):
    job = job_of(world)
    with pytest.raises(NotFound):
        jobs.job_of(world.user("xianji"), job.pk)
    address = f"/api/v1/jobs/{job.pk}/"
    assert world.api("zhenjie").get(address).json()["state"] == "queued"
    hidden, unknown = (world.api("xianji").get(f"/api/v1/jobs/{key}/") for key in (job.pk, uuid.uuid4()))
    assert hidden.status_code == unknown.status_code == 404 and hidden.json() == unknown.json()
    assert world.api("xianji").post(f"{address}cancel/").status_code == 404
    assert [row["id"] for row in world.api("zhenjie").get("/api/v1/jobs/").json()["results"]] == [str(job.pk)]
    assert world.api("xianji").get("/api/v1/jobs/").json()["results"] == []


def test_a_job_is_cancelled_by_the_api_once(world, handler, sent):
    job = job_of(world)
    client = world.api("zhenjie")
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel/").json()["state"] == "cancelled"
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel/").status_code == 409
    assert client.get("/api/v1/jobs/?state=cancelled").json()["results"]
    assert client.get("/api/v1/jobs/?state=lost").status_code == 400


def test_expired_files_go_with_their_bytes(world):
    stored = jobs.keep_file(BytesIO(b"x"), "旧.xlsx", owner=world.user("zhenjie"))
    StoredFile.objects.unscoped("test").update(expires_at=timezone.now() - dt.timedelta(days=1))
    tasks.drop_expired_files()
    assert not StoredFile.objects.unscoped("test").exists()
    assert not stored.content.storage.exists(stored.content.name)


def test_a_job_names_its_own_changes_and_none_that_follow(world, handler, sent):
    def grid(name: str) -> dict:
        return Grid.objects.unscoped("test").create(village_id=VILLAGE, name=name).events.get().pgh_context

    told = []
    handler(lambda run: told.append(grid("第2网格")))
    with acting(world.user("xianji").pk, "装入数据"):
        before = grid("第1网格")
        jobs.run(job_of(world).pk)
        assert grid("第3网格") == before == {"user": world.user("xianji").pk, "reason": "装入数据"}
    assert told == [{"user": world.user("zhenjie").pk, "reason": "任务：试验"}]


# -- imports and exports as jobs


def workbook(rows: int, *, wrong: int = 0) -> bytes:
    file = BytesIO()
    values = [
        {"village_code": VILLAGE, "name": f"第{number}网格", "households": -1 if number == wrong else number}
        for number in range(1, rows + 1)
    ]
    columns = [GridRegister().column(name) for name in ("village_code", "name", "households")]
    write_table(file, title="网格", columns=columns, rows=values)
    return file.getvalue()


def upload(world, data: bytes, **more):
    file = SimpleUploadedFile("网格.xlsx", data)
    return world.api("zhenjie").post("/api/v1/grids/import/", {"file": file, **more}, format="multipart")


def test_a_large_import_is_a_job_with_its_outcome(world, sent):
    answer = upload(world, workbook(2_001))
    assert answer.status_code == 202, answer.content
    assert not Grid.objects.unscoped("test").exists()
    jobs.run(answer.json()["job"])
    job = world.api("zhenjie").get(f"/api/v1/jobs/{answer.json()['job']}/").json()
    assert (job["state"], job["done"], job["total"]) == ("done", 2_001, 2_001)
    assert job["result"]["created"] == 2_001 and job["result"]["marked_workbook"] is None
    assert Grid.objects.unscoped("test").count() == 2_001
    assert Grid.objects.unscoped("test").filter(village=VILLAGE).count() == 2_001


def test_a_large_import_with_one_wrong_row_writes_nothing_and_gives_the_marked_workbook(world, sent):
    answer = upload(world, workbook(2_001, wrong=1_500))
    jobs.run(answer.json()["job"])
    job = world.api("zhenjie").get(f"/api/v1/jobs/{answer.json()['job']}/").json()
    assert job["state"] == "done" and job["result"]["created"] == 0 and len(job["result"]["errors"]) == 1
    assert not Grid.objects.unscoped("test").exists()
    assert world.api("zhenjie").get(job["result"]["marked_workbook"]).status_code == 200


def test_a_cancelled_import_writes_nothing(world, sent, monkeypatch):
    answer = upload(world, workbook(BATCH + 1))
    real = jobs.JobRun.checkpoint

    def checkpoint(run, done, total, step=""):
        if done:
            jobs.cancel(run.job)
        real(run, done, total, step)

    monkeypatch.setattr(jobs.JobRun, "checkpoint", checkpoint)
    jobs.run(answer.json()["job"])
    assert Job.objects.unscoped("test").get().state == "cancelled"
    assert not Grid.objects.unscoped("test").exists()


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_carries_the_wish_to_stop_into_a_transaction(handler, sent, settings):
    """Really committed: the work holds a transaction open while its heart beats on another connection."""
    settings.JOB_HEARTBEAT_SECONDS = 0.02
    world = build_world()
    seen = []

    def work(run):
        with transaction.atomic():
            Grid.objects.create(village_id=VILLAGE, name="第1网格")
            threading.Thread(target=lambda: (jobs.cancel(run.job), connection.close())).start()
            for done in range(500):
                run.checkpoint(done, 500, "写入")
                time.sleep(0.02)
                seen.append(done)

    handler(work)
    job = job_of(world)
    jobs.run(job.pk)
    after = now(job)
    assert after.state == "cancelled" and len(seen) < 400 and (after.total, after.step) == (500, "写入")
    assert not Grid.objects.unscoped("test").exists()


def test_an_import_runs_with_the_rights_of_the_day(world, sent):
    answer = upload(world, workbook(BATCH + 1))
    world.user("zhenjie").grants.all().delete()
    jobs.run(answer.json()["job"])
    job = Job.objects.unscoped("test").get()
    assert job.state == "failed" and "权限" in job.message
    assert not Grid.objects.unscoped("test").exists()


def test_a_large_export_is_a_job_with_its_file(world, sent):
    Grid.objects.bulk_create(
        Grid(village_id=VILLAGE, name=f"第{number}网格", households=number) for number in range(5_002)
    )
    answer = world.api("zhenjie").get("/api/v1/grids/export.xlsx?q=网格")
    assert answer.status_code == 202
    jobs.run(answer.json()["job"])
    job = world.api("zhenjie").get(f"/api/v1/jobs/{answer.json()['job']}/").json()
    assert job["state"] == "done" and job["result"]["rows"] == 5_002
    assert world.api("zhenjie").get(job["result"]["file"]).status_code == 200
    assert world.api("xianji").get(job["result"]["file"]).status_code == 404
