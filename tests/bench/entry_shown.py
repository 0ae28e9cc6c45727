"""entry-shown: how soon an approved entry is in the member's total so far and in the village's figures, while the
county's quarter is being closed. Real workers as they are deployed: one for quick work, one for heavy, and the clock.
"""

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from accounts.models import User
from members.actions import claims, closes
from members.models import CloseChunk, PointClaim, Subject
from members.views.points_scores import provisional
from registers.models import Job
from reports.models import IndicatorValue
from tests.bench._county import COUNTY, QUARTER, make_county
from tests.bench.quarter_close import clerk_of_county
from tests.drill._worker import Worker, state_of, wait_for
from tests.figures import Figure, at_least, at_most, figure, note

ROUNDS, LEAST, GOAL = 8, 2, 2.0  # seconds
PATIENCE = 30.0
DAY = dt.date(2026, 11, 5)  # in the quarter that is running


@figure("entry-shown")
def entry_shown() -> Iterator[Figure]:
    """Rounds count while the close is at work; the slowest of them is told."""
    user = make_county()
    waiting = [_one_step_away(user, number) for number in range(1, ROUNDS + 1)]
    with tempfile.TemporaryDirectory() as folder:
        workers = [Worker("heavy"), Worker("quick", "--beat", "--schedule", str(Path(folder) / "beat"))]
        try:
            taken = list(_approvals(user, waiting))
        finally:
            for worker in workers:
                worker.kill()
    yield at_least("entry-shown during a close", len(taken), LEAST, " entries", 0)
    yield at_most("entry-shown slowest", max(taken, default=PATIENCE), GOAL, " s")


def _approvals(user: User, waiting: list[PointClaim]) -> Iterator[float]:
    """Seconds from the approval until it is seen, of each that is seen before the close ends."""
    _shown(waiting[0].village_id)  # the tasks are at work before anything is measured
    close, job = closes.start_close(by=user, county=COUNTY, quarter=QUARTER)
    wait_for(CloseChunk.objects.filter(close=close, done=True).exists, job)
    for claim in waiting:
        before, total = _entries_of(claim.village_id), _so_far(claim.subject_id)
        begun = time.monotonic()
        _approve(claim, user)
        while _so_far(claim.subject_id) == total or _entries_of(claim.village_id) == before:
            if time.monotonic() - begun > PATIENCE:
                raise TimeoutError("the village's figures were not renewed")
            time.sleep(0.02)
        taken = time.monotonic() - begun
        if state_of(job) != Job.State.RUNNING:
            break
        note(f"  seen after {taken:.2f} s")
        yield taken
    wait_for(lambda: state_of(job) in Job.FINISHED, job)


def _one_step_away(user: User, number: int) -> PointClaim:
    subject = Subject.objects.unscoped("bench").get(pk=number)
    claim = claims.declare(
        by=clerk_of_county(), subject=subject, item_code="I01", quantity=1, occurred_on=DAY, source_ref=f"e{number}"
    )
    return claims.advance(claim=claim, by=user)  # the branch's step


def _approve(claim: PointClaim, user: User) -> None:
    while claim.state != PointClaim.State.APPROVED:  # the federation's step where there is one
        claim = claims.advance(claim=claim, by=user)


def _so_far(subject: int) -> int:
    found = provisional(Subject.objects.unscoped("bench").get(pk=subject))
    return found[1].total if found else 0


def _entries_of(village: str) -> int:
    rows = IndicatorValue.objects.unscoped("bench").filter(
        place_kind="village", place_key=village, period="2026Q4", indicator="point_entries"
    )
    return int(rows.values_list("numerator", flat=True).first() or 0)


def _shown(village: str) -> None:
    """Wait until what was declared is in the figures."""
    deadline = time.monotonic() + PATIENCE
    rows = IndicatorValue.objects.unscoped("bench").filter(place_key=village, indicator="claims_waiting")
    while not rows.filter(numerator__gt=0).exists():
        if time.monotonic() > deadline:
            raise TimeoutError("the worker did not sum up")
        time.sleep(0.1)
