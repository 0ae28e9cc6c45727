"""The points book against its model; `make drill ONLY=ledger-machine` runs it far longer."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.members.points.machine import Book

RUNS, STEPS = 200, 15


@pytest.mark.django_db
def test_whatever_happens_the_book_holds_what_the_model_says():
    run_state_machine_as_test(
        Book,
        settings=settings(
            max_examples=RUNS, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
