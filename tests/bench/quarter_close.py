"""quarter-close: the product's close of 100,000 members and 1,000,000 entries against hand-written SQL.

`FULL=1` takes ten times as many, where what a close costs once weighs little.
"""

import datetime as dt
import os
import statistics
from collections.abc import Iterator
from uuid import uuid4

from accounts.models import Grant, User
from lianjian import clock
from members import sockets
from members.actions import claims, closes
from members.models import Subject
from registers import jobs
from tests.bench._county import COUNTY, ENTRIES, MEMBERS, QUARTER, make_county, placements
from tests.bench._hand_written import HandWritten
from tests.figures import Figure, at_most, figure, note, timed

IS_FULL = bool(os.environ.get("FULL"))
SCALE, ROUNDS, GOAL = (10, 3, 1.2) if IS_FULL else (1, 5, 1.5)
UNCHANGED = 0.2  # of the first: the digest of what went in tells that nothing changed


@figure("quarter-close")
def quarter_close() -> Iterator[Figure]:
    """Both ways in turn; the medians are compared, because only within a run do seconds mean something."""
    members, entries = MEMBERS * SCALE, ENTRIES * SCALE
    user = make_county(members, entries)
    sockets.register_placement_provider(placements)
    jobs.send = lambda job: None  # the job is run here, not by a worker that may be listening
    by_hand = HandWritten(placements(COUNTY, None))
    ours, theirs = [], []
    for number in range(ROUNDS + 1):
        add_fact(user, number)  # or the trial would be the same as before
        close = 0
        for way in (0, 1) if number % 2 else (1, 0):
            if way:
                with timed("product") as product:
                    close = close_quarter(user, QUARTER)
            else:
                with timed("by hand") as hand:
                    by_hand()
        if number:  # the first round warms up
            ours += product
            theirs += hand
    differing = by_hand.differing(close)
    yield Figure("quarter-close differing rows", str(differing), "0", differing == 0)
    median, measure = statistics.median(ours), statistics.median(theirs)
    note(f"  {members:,} members, {entries:,} entries: product {median:.2f} s, by hand {measure:.2f} s (medians)")
    yield Figure("quarter-close product", f"{median:.2f} s", "-", True)
    yield Figure("quarter-close by hand", f"{measure:.2f} s", "-", True)
    yield at_most("quarter-close", median / measure, GOAL)
    with timed("product, nothing changed") as again:
        same = close_quarter(user, QUARTER)
    yield Figure("quarter-close unchanged version", str(same), str(close), same == close)
    yield at_most("quarter-close unchanged", again[0] / median, UNCHANGED)


def add_fact(user: User, number: int) -> None:
    """One more approved fact of the quarter."""
    subject = Subject.objects.unscoped("bench").get(pk=1 + number)
    clerk = clerk_of_county()  # nobody advances what he declared himself
    claim = claims.declare(
        by=clerk, subject=subject, item_code="I01", quantity=1, occurred_on=dt.date(2026, 9, 1), source_ref=uuid4().hex
    )
    while claim.state != claim.State.APPROVED:  # the federation's step where there is one
        claim = claims.advance(claim=claim, by=user)


def clerk_of_county() -> User:
    """Who declares in the county, made when he is first wanted."""
    clerk, is_new = User.objects.get_or_create(username="zhenjie", defaults={"name": "填报员"})
    if is_new:
        Grant.objects.create(
            user=clerk, role="town_clerk", scope_kind="area", scope_key=COUNTY, valid_from=clock.today()
        )
    return User.objects.get(pk=clerk.pk)


def close_quarter(user: User, quarter: str) -> int:
    """What a request and its worker do: start the trial, run its job."""
    _, job = closes.start_close(by=user, county=COUNTY, quarter=quarter)
    jobs.run(str(job.pk))
    job.refresh_from_db()
    if job.state != "done":
        raise RuntimeError(job.message)
    return job.result["close"]
