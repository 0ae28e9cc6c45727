"""kill-close: the worker is killed (SIGKILL) amid a close, several times; the close ends as if it never was.

A real Celery worker on the real broker, on a queue of its own. The sweeper is run here, as beat would run it.
"""

import time
from collections.abc import Callable, Iterator
from uuid import uuid4

from django.conf import settings

from members.actions import closes
from members.models import CloseChunk, CloseSubject, PointScore, QuarterClose, Subject
from registers import jobs
from registers.models import Job
from tests.bench._county import COUNTY, QUARTER, make_county
from tests.drill._worker import Worker, send_to, state_of, wait_for
from tests.figures import Figure, figure, note

MEMBERS, ENTRIES = 30_000, 300_000
STALLED_AFTER = 2.0


@figure("kill-close")
def kill_close() -> Iterator[Figure]:
    """Kill while subjects are listed, while chunks are computed (twice), and then let it end."""
    user = make_county(MEMBERS, ENTRIES)
    queue = f"drill-{uuid4().hex[:8]}"
    send_to(queue)
    settings.JOB_STALLED_AFTER_SECONDS = STALLED_AFTER
    close, job = closes.start_close(by=user, county=COUNTY, quarter=QUARTER)
    chunks = CloseChunk.objects.filter(close=close)
    moments: list[tuple[str, Callable[[], bool]]] = [
        ("at the start", lambda: state_of(job) == Job.State.RUNNING),
        ("after the first chunk", lambda: chunks.filter(done=True).exists()),
        ("after some more", lambda: chunks.filter(done=True).count() >= 6),
    ]
    before = 0
    for name, moment in moments:
        worker = Worker(queue)
        try:
            reached = wait_for(moment, job)
        finally:
            worker.kill()
        done = chunks.filter(done=True).count()
        note(f"  killed {name}: {done} of {chunks.count()} chunks were done")
        yield Figure(f"kill-close {name}", f"{done} chunks", f"≥ {before}, not whole", reached and not _is_whole(close))
        before = done
    worker = Worker(queue)
    start = time.monotonic()
    try:
        wait_for(lambda: state_of(job) in Job.FINISHED, job)
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
