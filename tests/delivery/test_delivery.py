"""Celery delivers at least once: whatever is sent may come once, twice, to several workers at once and in any order."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from celery import current_app
from django.db import transaction
from django.utils import timezone

from registers import jobs
from registers.models import Job
from tests.delivery.table import TABLE, Delivered, Message, tasks
from tests.threads import at_once
from tests.world import build_world

WORKERS = 4


@pytest.fixture
def sent(monkeypatch) -> list[tuple]:
    """Messages for the broker, which keeps them: this test brings them."""
    held: list[tuple] = []
    for name in tasks():
        monkeypatch.setattr(
            current_app.tasks[name],
            "apply_async",
            lambda args=None, *rest, name=name, **more: held.append((name, *args)),
        )
    return held


@contextmanager
def taken_back() -> Iterator[None]:
    """What is delivered inside did not happen."""
    undo = transaction.atomic()
    undo._from_testcase = True  # as Django marks a test's own: jobs may tell their progress inside it
    with undo:
        yield
        transaction.set_rollback(True)


def deliver(messages: Iterable[Message]) -> None:
    for name, arguments in messages:
        current_app.tasks[name](*arguments)


def sent_again(row: Delivered) -> None:
    """What the sweeper does where a worker died after the work and before it could say so."""
    found = Job.objects.unscoped("test").filter(kind=row.kind)
    found.update(state=Job.State.QUEUED, heartbeat_at=timezone.now())


def test_every_task_and_every_kind_of_job_is_in_the_table():
    assert {row.task for row in TABLE} == tasks()
    assert {row.kind for row in TABLE} - {""} == {kind for kind in jobs._kinds if not kind.startswith("tests.")}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("row", TABLE, ids=str)
def test_once_twice_in_any_order_and_at_once_come_to_the_same(row, sent):
    row.prepare(build_world())
    before, messages = row.digest(), row.messages()
    assert messages and {arguments[0] for _, arguments in messages if arguments} <= {one[-1] for one in sent}
    with taken_back():
        deliver(messages)
        once = row.digest()
        assert once != before
        deliver(messages)
        assert row.digest() == once
        sent_again(row)
        deliver(messages)
        assert row.digest() == once
    with taken_back():
        deliver([*reversed(messages), *messages])
        assert row.digest() == once
    assert row.digest() == before
    at_once(WORKERS, lambda worker: deliver(messages if worker % 2 else messages[::-1]))
    assert row.digest() == once
