"""worker-memory: what the heavy worker holds at most while it closes 1,000,000 entries (`FULL=1`: 10,000,000), and
whether the tenth close holds more than the first.
"""

import time
from collections.abc import Iterator

from accounts.models import User
from members import sockets
from members.actions import closes
from registers.models import Job
from registers.tasks import resend_stalled_jobs
from tests.bench._county import COUNTY, ENTRIES, MEMBERS, QUARTER, make_county, placements
from tests.bench.quarter_close import SCALE, add_fact
from tests.drill._worker import Worker, state_of, wait_for
from tests.figures import Figure, at_most, figure, note

ROUNDS = 3 if SCALE > 1 else 10
GROWTH, LEAK = 1.15, 1.05  # of a worker that has done one small task; of the first close
QUIET = 5.0  # seconds
_MEGABYTE = 1024**2


@figure("worker-memory")
def worker_memory() -> Iterator[Figure]:
    """Peaks as the kernel keeps them, of the worker with its processes together."""
    user = make_county(MEMBERS * SCALE, ENTRIES * SCALE)
    sockets.register_placement_provider(placements)
    worker = Worker("heavy")
    try:
        resend_stalled_jobs.apply_async(queue="heavy")
        idle = _settled(worker)
        peaks = [_after_close(worker, user, number) for number in range(ROUNDS)]
    finally:
        worker.kill()
    note("  " + ", ".join(f"{peak / _MEGABYTE:.1f}" for peak in (idle, *peaks)) + " MB")
    yield Figure("worker-memory at rest", f"{idle / _MEGABYTE:.1f} MB", "-", True)
    yield at_most("worker-memory of a close", peaks[0] / idle, GROWTH, " ×")
    yield at_most(f"worker-memory of {ROUNDS} closes", peaks[-1] / peaks[0], LEAK, " ×")


def _settled(worker: Worker) -> int:
    """Its peak once that has not grown for some seconds: it has started and done its small task."""
    peak, since = 0, time.monotonic()
    while time.monotonic() - since < QUIET:
        time.sleep(0.2)
        if (now := worker.peak_memory()) != peak:
            peak, since = now, time.monotonic()
    return peak


def _after_close(worker: Worker, user: User, number: int) -> int:
    add_fact(user, number)  # or the trial would be the same as before
    _, job = closes.start_close(by=user, county=COUNTY, quarter=QUARTER)
    wait_for(lambda: state_of(job) in Job.FINISHED, job)
    if state_of(job) != Job.State.DONE:
        raise RuntimeError("the close did not end well")
    return worker.peak_memory()
