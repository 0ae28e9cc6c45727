"""quarter-close: the product's close of 100,000 members and 1,000,000 entries against hand-written SQL."""

import statistics
from collections.abc import Iterator

from accounts.models import User
from members import sockets
from members.actions import closes
from members.models import Subject
from registers import jobs
from tests.bench._county import COUNTY, ENTRIES, MEMBERS, QUARTER, make_county, placements
from tests.bench._hand_written import HandWritten
from tests.figures import Figure, at_most, figure, note, timed

ROUNDS = 5
GOAL = 1.5


@figure("quarter-close")
def quarter_close() -> Iterator[Figure]:
    """Both ways in turn; the medians are compared, because only within a run do seconds mean something."""
    user = make_county()
    sockets.register_placement_provider(placements)
    jobs.send = lambda job: None  # the job is run here, not by a worker that may be listening
    by_hand = HandWritten(placements(COUNTY, None))
    ours, theirs = [], []
    for number in range(ROUNDS + 1):
        with timed("by hand") as hand:
            by_hand()
        # Something changes, or the trial would be the same as before.
        Subject.objects.unscoped("bench").filter(pk=1 + number).update(name="改名")
        with timed("product") as product:
            close = _close(user)
        if number:  # the first round warms up
            ours += product
            theirs += hand
    differing = by_hand.differing(close)
    yield Figure("quarter-close differing rows", str(differing), "0", differing == 0)
    median, measure = statistics.median(ours), statistics.median(theirs)
    note(f"  {MEMBERS:,} members, {ENTRIES:,} entries: product {median:.2f} s, by hand {measure:.2f} s (medians)")
    yield Figure("quarter-close product", f"{median:.2f} s", "-", True)
    yield Figure("quarter-close by hand", f"{measure:.2f} s", "-", True)
    yield at_most("quarter-close", median / measure, GOAL)


def _close(user: User) -> int:
    """What a request and its worker do: start the trial, run its job."""
    _, job = closes.start_close(by=user, county=COUNTY, quarter=QUARTER)
    jobs.run(str(job.pk))
    job.refresh_from_db()
    if job.state != "done":
        raise RuntimeError(job.message)
    return job.result["close"]
