"""kill-import: the worker is killed (SIGKILL) at random moments of an import, several times; in the end every row is
there once, and no attempt left anything behind.

A real Celery worker on the real broker, on a queue of its own. The sweeper is run here, as beat would run it.
"""

import random
import time
from collections.abc import Iterator
from io import BytesIO
from uuid import uuid4

from django.conf import settings

from members.models import Person, Placement, Subject
from registers.exchange.jobs import import_file
from registers.jobs import keep_file, start_job
from registers.models import Job
from registers.register import register_of
from tests.bench.import_members import keeper, roster
from tests.drill._worker import Worker, send_to, state_of, wait_for
from tests.figures import Figure, figure, note

MEMBERS = 20_000
STALLED_AFTER = 2.0
KILLS = 3  # with settings.JOB_ATTEMPTS at least one more


@figure("kill-import")
def kill_import() -> Iterator[Figure]:
    user = keeper()
    queue = f"drill-{uuid4().hex[:8]}"
    send_to(queue)
    settings.JOB_STALLED_AFTER_SECONDS = STALLED_AFTER
    data = roster(MEMBERS)
    job = import_file(register_of("members"), by=user, data=data, filename="党员花名册.xlsx")
    assert isinstance(job, Job)
    rng = random.Random()
    left = 0
    for number in range(KILLS):
        worker = Worker(queue)
        try:
            running = wait_for(lambda: state_of(job) == Job.State.RUNNING, job)
            waited = rng.uniform(0.2, 4.0)
            time.sleep(waited)
        finally:
            worker.kill()
        killed = running and state_of(job) == Job.State.RUNNING
        left = max(left, *_counts())
        note(f"  killed {waited:.1f} s after the start of attempt {number + 1}: {_counts()[1]} rows stand")
        if not killed:
            note("  the import had ended before")
            break
        wait_for(lambda: state_of(job) == Job.State.QUEUED, job)
    ended = state_of(job) == Job.State.DONE
    yield Figure("kill-import half writes", "0" if ended else str(left), "0", ended or left == 0)
    worker = Worker(queue)
    try:
        wait_for(lambda: state_of(job) in Job.FINISHED, job)
        job.refresh_from_db()
        yield Figure("kill-import state", str(job.state), "done", job.state == Job.State.DONE)
        told = job.result.get("created", 0)
        yield Figure("kill-import told", f"{told:,}", f"{MEMBERS:,}", told == MEMBERS)
        yield Figure("kill-import rows", str(_counts()), str((MEMBERS,) * 3), _counts() == (MEMBERS,) * 3)
        stored = keep_file(BytesIO(data), "党员花名册.xlsx", owner=user, is_result=False)
        again = start_job("registers.import", by=user, register="members", file=str(stored.pk))
        wait_for(lambda: state_of(again) in Job.FINISHED, again)
        again.refresh_from_db()
        counts = [again.result.get(name) for name in ("created", "updated", "unchanged")]
        yield Figure("kill-import again", str(counts), str([0, 0, MEMBERS]), counts == [0, 0, MEMBERS])
    finally:
        worker.kill()


def _counts() -> tuple[int, int, int]:
    return tuple(model.objects.unscoped("drill").count() for model in (Person, Subject, Placement))  # type: ignore[return-value]
