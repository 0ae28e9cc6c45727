"""Long work: kinds of jobs, starting, running, progress, cancelling, and finding the lost ones again.

Celery may lose a message or deliver it twice; the job row decides. A worker takes a job only from `queued`, a
heartbeat tells that it lives, the sweeper puts silent ones back, attempts are capped. Handlers must be idempotent:
a second run of a half-done job ends where a single run would have.
"""

import datetime as dt
import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.files.base import File
from django.db import DatabaseError, InterfaceError, OperationalError, connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from registers.audit import acting
from registers.errors import DomainError, NotFound
from registers.models.job import Job, StoredFile

logger = logging.getLogger(__name__)
KEEP_FILES_DAYS = 30
CANCELLED = "已按您的要求取消，没有写入的部分不会写入"


class JobCancelled(Exception):
    """The owner asked to stop; raised from `JobRun.progress`."""


class JobTakenOver(Exception):
    """Another worker runs this job now (the sweeper thought this one dead); stop without a trace."""


@dataclass(frozen=True)
class JobKind:
    code: str
    title: str
    handler: Callable[..., dict[str, Any] | None]
    heavy: bool


_kinds: dict[str, JobKind] = {}


def job_kind(code: str, title: str, *, heavy: bool = True) -> Callable[[Callable], Callable]:
    """Register a handler `(run: JobRun, **params) -> result`. Heavy kinds never stand before a person's small ones."""

    def register(handler: Callable[..., dict[str, Any] | None]) -> Callable[..., dict[str, Any] | None]:
        _kinds[code] = JobKind(code, title, handler, heavy)
        return handler

    return register


def start_job(code: str, *, by: Any, title: str = "", **params: Any) -> Job:
    """Write the job row and send it after the commit. The parameters must be JSON (ids, texts, numbers)."""
    kind = _kinds[code]
    job = Job.objects.create(kind=code, title=title or kind.title, owner=by, params=params, heartbeat_at=timezone.now())
    send(job)
    return job


def send(job: Job) -> None:
    """Hand the id to Celery when the transaction commits; a lost message is found by the sweeper."""
    # A kind that this version no longer knows still goes to a worker, which ends the job and says so.
    heavy = job.kind not in _kinds or _kinds[job.kind].heavy
    name = "registers.tasks.run_heavy_job" if heavy else "registers.tasks.run_quick_job"
    # robust: a broker that is down costs a delay until the sweeper comes by, not an error page after the commit.
    transaction.on_commit(current_app.signature(name, args=[str(job.pk)]).delay, robust=True)


class JobRun:
    """One attempt at a job, handed to its handler."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.attempt = job.attempt
        self._beating = False
        self._told: tuple[int, int, str] | None = None  # what the heartbeat shall write
        self._heard: type[Exception] | None = None  # what the heartbeat saw

    @property
    def owner(self) -> Any:
        """The person the work is for, with the rights of today."""
        return self.job.owner

    def progress(self, done: int, total: int, step: str = "") -> None:
        """Tell how far it is. Raises JobCancelled or JobTakenOver, so call it between idempotent pieces."""
        if transaction.get_connection().in_atomic_block and not _in_test_transaction():
            raise RuntimeError("progress() inside a transaction would show nothing and lock the job row")
        self._tell(done, total, step)
        self._ask()

    def checkpoint(self, done: int, total: int, step: str = "") -> None:
        """The same inside a transaction: told and asked through the heartbeat's own connection, seconds late."""
        if not self._beating:
            self._tell(done, total, step)
            self._ask()
            return
        self._told = (done, total, step)
        if self._heard:
            raise self._heard

    def keep_result(self, result: dict[str, Any]) -> None:
        """Inside the transaction that does the work: the result is there if and only if the work is.

        A later attempt finds it in `job.result` and has nothing left to do. Raises JobTakenOver.
        """
        if not self._mine().update(result=result):
            raise JobTakenOver
        self.job.result = result

    def require_mine(self) -> None:
        """Inside a transaction: lock the job row and raise JobTakenOver where another attempt has begun."""
        if not self._mine().select_for_update().exists():
            raise JobTakenOver

    def keep_file(self, content: Any, name: str) -> StoredFile:
        """Keep a made file under 我的文件 of the owner; a repeated attempt replaces its own file of that name."""
        StoredFile.objects.unscoped("the job's own file").filter(job=self.job, name=name).delete()
        return keep_file(content, name, owner=self.owner, job=self.job)

    def _tell(self, done: int, total: int, step: str) -> None:
        if not self._mine().update(done=done, total=total, step=step[:120], heartbeat_at=timezone.now()):
            raise JobTakenOver

    def _ask(self) -> None:
        if self._mine().filter(cancel_asked=True).exists():
            raise JobCancelled

    def _beat(self) -> None:
        """One heartbeat, on a connection of its own; what it hears is raised by the next checkpoint."""
        try:
            if self._told:
                self._tell(*self._told)
            elif not self._mine().update(heartbeat_at=timezone.now()):
                raise JobTakenOver
            self._ask()
        except (JobTakenOver, JobCancelled) as heard:
            self._heard = type(heard)

    def _mine(self) -> models.QuerySet:
        jobs = Job.objects.unscoped("the worker's own job")
        return jobs.filter(pk=self.job.pk, attempt=self.attempt, state=Job.State.RUNNING)


def keep_file(content: Any, name: str, *, owner: Any, job: Job | None = None, is_result: bool = True) -> StoredFile:
    """Store a file for one person; `content` is an open binary file."""
    digest = hashlib.sha256()
    size = 0
    content.seek(0)
    while chunk := content.read(1 << 20):
        digest.update(chunk)
        size += len(chunk)
    content.seek(0)
    stored = StoredFile(
        owner=owner,
        job=job,
        name=name,
        size=size,
        sha256=digest.hexdigest(),
        is_result=is_result,
        expires_at=timezone.now() + dt.timedelta(days=KEEP_FILES_DAYS),
    )
    suffix = "." + name.rsplit(".", 1)[-1] if "." in name else ""
    stored.content.save(f"{stored.pk}{suffix}", File(content), save=False)
    stored.save()
    return stored


def run(job_id: str) -> None:
    """Take the job and run it; does nothing where it is not queued (delivered twice, cancelled, finished)."""
    jobs = Job.objects.unscoped("the worker takes jobs of everybody")
    now = timezone.now()
    taken = jobs.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        attempt=F("attempt") + 1,
        heartbeat_at=now,
        started_at=now,
    )
    if not taken:
        return
    job = jobs.select_related("owner").get(pk=job_id)
    attempt = JobRun(job)
    try:
        if job.cancel_asked:
            raise JobCancelled
        with _heartbeat(attempt), acting(job.owner_id, f"任务：{job.title}"):
            result = _kinds[job.kind].handler(attempt, **job.params)
    except JobTakenOver:
        return
    except JobCancelled:
        _finish(attempt, Job.State.CANCELLED, message=CANCELLED)
    except DomainError as error:
        _finish(attempt, Job.State.FAILED, message=error.message)
    except (OperationalError, InterfaceError):
        # The database went away, or broke a deadlock. The job falls silent and the sweeper sends it again, as it does
        # after a worker's death; attempts are counted.
        logger.exception("job %s (%s) lost the database", job.pk, job.kind)
    except Exception:
        logger.exception("job %s (%s) failed", job.pk, job.kind)
        _finish(attempt, Job.State.FAILED, message="程序出错，没有完成。已记入日志，请把任务编号告诉系统管理员")
    else:
        _finish(attempt, Job.State.DONE, result=result or {})


def _finish(attempt: JobRun, state: str, *, result: dict | None = None, message: str = "") -> None:
    changes: dict[str, Any] = {"state": state, "message": message, "finished_at": timezone.now()}
    if result is not None:
        changes["result"] = result
        changes["done"] = F("total")
    attempt._mine().update(**changes)


def cancel(job: Job) -> None:
    """Ask a job to stop; a queued one stops at once."""
    jobs = Job.objects.unscoped("the caller was allowed to see this job").filter(pk=job.pk)
    # First the wish, then the queued ones: a job that changes hands between the two still learns of it.
    jobs.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).update(cancel_asked=True)
    jobs.filter(state=Job.State.QUEUED).update(state=Job.State.CANCELLED, message=CANCELLED, finished_at=timezone.now())


def resend_stalled() -> int:
    """Send again what fell silent: queued messages that were lost, running jobs whose worker died."""
    limit = timezone.now() - dt.timedelta(seconds=settings.JOB_STALLED_AFTER_SECONDS)
    silent = Job.objects.unscoped("the sweeper looks after everybody's jobs").filter(heartbeat_at__lt=limit)
    count = 0
    for job in silent.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).order_by("created_at")[:200]:
        same = Job.objects.unscoped("the sweeper").filter(
            pk=job.pk, state=job.state, attempt=job.attempt, heartbeat_at=job.heartbeat_at
        )
        if job.attempt >= settings.JOB_ATTEMPTS:
            same.update(
                state=Job.State.FAILED,
                finished_at=timezone.now(),
                message=f"执行了 {job.attempt} 次都中断了，已停止重试。请把任务编号告诉系统管理员",
            )
        elif same.update(state=Job.State.QUEUED, heartbeat_at=timezone.now()):
            send(job)
            count += 1
    return count


def job_of(user: Any, pk: Any) -> Job:
    """The user's own job. Raises NotFound for everybody else's."""
    job = Job.objects.visible_to(user).filter(pk=pk).first()
    if job is None:
        raise NotFound
    return job


def unseen_finished(user: Any) -> models.QuerySet:
    """Jobs that finished since the user looked: what the bell shows."""
    return Job.objects.visible_to(user).filter(Q(state__in=Job.FINISHED) & Q(seen=False))


@contextmanager
def _heartbeat(attempt: JobRun) -> Iterator[None]:
    """Beat from a thread of its own (with its own connection), because one SQL statement may take long."""
    if _in_test_transaction():
        yield
        return
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(settings.JOB_HEARTBEAT_SECONDS):
                try:
                    attempt._beat()
                except DatabaseError:
                    logger.warning("heartbeat of job %s missed", attempt.job.pk, exc_info=True)
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{attempt.job.pk}", daemon=True)
    attempt._beating = True
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def _in_test_transaction() -> bool:
    # Inside a test's transaction a second connection would not see the job at all.
    return any(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
