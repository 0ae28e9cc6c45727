"""ledger-machine: the points book against its model, 5,000 runs of 50 steps (`RUNS=200` for fewer)."""

import logging
import os
import traceback
from collections.abc import Iterator

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.figures import Figure, figure, note, timed
from tests.members.points.machine import Book

RUNS, STEPS = 5_000, 50


class CountedBook(Book):
    runs = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).runs += 1


@figure("ledger-machine")
def ledger_machine() -> Iterator[Figure]:
    """Sums, caps, balances and immutability hold in whatever order; the shortest way to a fault is told."""
    logging.disable(logging.ERROR)
    wanted = int(os.environ.get("RUNS", RUNS))
    fault = ""
    with timed(f"{wanted:,} runs of up to {STEPS} steps"):
        try:
            run_state_machine_as_test(
                CountedBook,
                settings=settings(
                    max_examples=wanted, stateful_step_count=STEPS, deadline=None, database=None, print_blob=False,
                    suppress_health_check=list(HealthCheck),
                ),
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is the finding
            fault = type(error).__name__
            note(traceback.format_exc())
    yield Figure(
        "ledger-machine runs", f"{CountedBook.runs:,}", f"≥ {wanted:,}", CountedBook.runs >= wanted or bool(fault)
    )
    yield Figure("ledger-machine", fault or "0 faults", "0 faults", not fault)
