"""kill-close: the worker is killed (SIGKILL) amid a close, several times; the close ends as if it never was.

A real Celery worker on the real broker, on a queue of its own. The sweeper is run here, as beat would run it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

from celery import current_app
from django.conf import settings

from members.actions import closes
from members.models import CloseChunk, CloseSubject, PointScore, QuarterClose, Subject
from registers import jobs
from registers.models import Job
from tests.bench._county import COUNTY, QUARTER, make_county
from tests.figures import Figure, figure, note

MEMBERS, ENTRIES = 30_000, 300_000
STALLED_AFTER = 2.0
PATIENCE = 180.0


class Worker:
    """A Celery worker with all its processes, to be killed at once."""

    def __init__(self, queue: str) -> None:
        command = [
            sys.executable,
            "-m",
            "celery",
            "-q",
            "-A",
            "lianjian",
            "worker",
            "-Q",
            queue,
            "-c",
            "1",
            "-P",
            "prefork",
        ]
        command += ["-n", f"{uuid4().hex[:8]}@drill", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        environment = os.environ | {"JOB_HEARTBEAT_SECONDS": "0.4", "PYTHONWARNINGS": "ignore"}
        self._process = subprocess.Popen(command, env=environment, start_new_session=True, stdout=sys.stderr)

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@figure("kill-close")
def kill_close() -> Iterator[Figure]:
    """Kill while subjects are listed, while chunks are computed (twice), and then let it end."""
    user = make_county(MEMBERS, ENTRIES)
    queue = f"drill-{uuid4().hex[:8]}"
    _send_to(queue)
    settings.JOB_STALLED_AFTER_SECONDS = STALLED_AFTER
    close, job = closes.start_close(by=user, county=COUNTY, quarter=QUARTER)
    chunks = CloseChunk.objects.filter(close=close)
    moments: list[tuple[str, Callable[[], bool]]] = [
        ("at the start", lambda: _state(job) == Job.State.RUNNING),
        ("after the first chunk", lambda: chunks.filter(done=True).exists()),
        ("after some more", lambda: chunks.filter(done=True).count() >= 6),
    ]
    before = 0
    for name, moment in moments:
        worker = Worker(queue)
        try:
            reached = _wait_for(moment, job)
        finally:
            worker.kill()
        done = chunks.filter(done=True).count()
        note(f"  killed {name}: {done} of {chunks.count()} chunks were done")
        yield Figure(f"kill-close {name}", f"{done} chunks", f"≥ {before}, not whole", reached and not _is_whole(close))
        before = done
    worker = Worker(queue)
    start = time.monotonic()
    try:
        _wait_for(lambda: _state(job) in Job.FINISHED, job)
    finally:
        worker.kill()
    job.refresh_from_db()
    close.refresh_from_db()
    yield Figure("kill-close state", str(job.state), "done", job.state == Job.State.DONE)
    yield Figure("kill-close attempts", str(job.attempt), "4", job.attempt == 4)
    note(f"  ended {time.monotonic() - start:.1f} s after the last kill")
    listed = CloseSubject.objects.unscoped("drill").filter(close=close).count()
    scored = PointScore.objects.unscoped("drill").filter(close=close).count()
    yield Figure("kill-close scores", str(scored), str(listed), scored == listed == close.subject_count > 0)
    digest = _undisturbed(user)
    yield Figure("kill-close digest", close.digest[:12], digest[:12], close.digest == digest)
    left = QuarterClose.objects.unscoped("drill").filter(whole_at__isnull=True).count()
    yield Figure("kill-close unfinished versions", str(left), "0", left == 0)


def _send_to(queue: str) -> None:
    """Let this process send heavy jobs to the drill's own queue, so that no other worker takes them."""
    current_app.conf.task_routes = {"registers.tasks.run_heavy_job": {"queue": queue}}


def _wait_for(moment: Callable[[], bool], job: Job) -> bool:
    """Sweep as beat would until the moment has come; False where the job ended before or patience ran out."""
    deadline = time.monotonic() + PATIENCE
    swept = 0.0
    while time.monotonic() < deadline:
        if moment():
            return True
        if _state(job) in Job.FINISHED:
            return False
        if time.monotonic() - swept > 0.5:
            jobs.resend_stalled()
            swept = time.monotonic()
        time.sleep(0.005)
    return False


def _state(job: Job) -> str:
    return Job.objects.unscoped("drill").values_list("state", flat=True).get(pk=job.pk)


def _is_whole(close: QuarterClose) -> bool:
    return QuarterClose.objects.unscoped("drill").filter(pk=close.pk, whole_at__isnull=False).exists()


def _undisturbed(user) -> str:
    """The digest of the same quarter computed here without a kill; a name is no part of it, but makes a new version."""
    Subject.objects.unscoped("drill").filter(pk=1).update(name="改名")
    jobs.send = lambda job: None
    _, job = closes.start_close(by=user, county=COUNTY, quarter=QUARTER)
    jobs.run(str(job.pk))
    job.refresh_from_db()
    return job.result["digest"]
