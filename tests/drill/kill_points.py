"""kill-points: worker, database, broker and web are killed (SIGKILL) in turn at random moments of a close and of an
import, 50 times each (`POINTS=10` for fewer). Each ends whole and once, a minute after at most.
"""

import contextlib
import json
import logging
import os
import random
import statistics
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from knox.models import AuthToken

from accounts.models import User
from members.models import CloseSubject, Person, Placement, PointEntry, PointScore, QuarterClose, Subject
from members.points.verifying import replay
from registers import jobs
from registers.models import Job
from tests.bench._county import COUNTY, QUARTER, make_county
from tests.bench.import_members import roster
from tests.bench.quarter_close import add_fact
from tests.drill._killing import Broker, Web, kill_database, until
from tests.drill._worker import Worker
from tests.figures import Figure, figure, note, owner

MEMBERS, ENTRIES, IMPORTED, POINTS = 10_000, 100_000, 2_500, 50
STALLED_AFTER = 2.0
LONGEST = 60.0  # seconds from the restart to the end
QUEUES = "quick,heavy"
TARGETS = ("worker", "database", "broker", "web")


@figure("kill-points")
def kill_points() -> Iterator[Figure]:
    """Nothing lost, nothing doubled, the same digest, soon again at work."""
    logging.disable(logging.CRITICAL)
    points = int(os.environ.get("POINTS", POINTS))
    user = make_county(MEMBERS, ENTRIES)
    drill = Drill(user)
    try:
        yield from drill.closes(points)
        yield from drill.imports(points)
    finally:
        drill.end()


class Drill:
    """One county with a web tier, a worker and a sweeper; the broker and database are the drill's own."""

    def __init__(self, user: User) -> None:
        self.user = user
        settings.JOB_STALLED_AFTER_SECONDS = STALLED_AFTER
        self.token = AuthToken.objects.create(user)[1]
        self.random = random.Random()
        self.broker, self.web, self.worker = Broker(), Web(), Worker(QUEUES)
        self.slowest, self.lengths = 0.0, [2.0]

    def end(self) -> None:
        self.web.kill()
        self.worker.kill()

    # -- a close

    def closes(self, points: int) -> Iterator[Figure]:
        wrong = 0
        for number in range(points):
            add_fact(self.user, number)
            entries = PointEntry.objects.unscoped("drill").count()
            body = json.dumps({"area_code": COUNTY, "quarter": QUARTER}).encode()
            target = TARGETS[number % len(TARGETS)]
            job = self.disturbed(target, "quarter-closes/", body, "application/json")
            whole = QuarterClose.objects.unscoped("drill").filter(state="trial", whole_at__isnull=False)
            right = job.state == Job.State.DONE and whole.count() == 1
            if right:
                close = whole.get()
                listed = CloseSubject.objects.unscoped("drill").filter(close=close).count()
                scored = PointScore.objects.unscoped("drill").filter(close=close).count()
                right = listed == scored == close.subject_count and replay(close).holds
                right = right and entries == close.entry_count == PointEntry.objects.unscoped("drill").count()
            if not right:
                note(f"  close {number}, {target} killed: {job.state} {job.message}, {whole.count()} whole versions")
            wrong += not right
        yield Figure("kill-points closes", f"{wrong} of {points} wrong", "0", not wrong)
        yield self.told_slowest("kill-points closes again at work")

    # -- an import

    def imports(self, points: int) -> Iterator[Figure]:
        self.slowest, self.lengths = 0.0, [2.0]
        wrong, workbook = 0, roster(IMPORTED)
        for number in range(points):
            patiently(empty_the_roll)
            data, kind = multipart(workbook)
            target = TARGETS[number % len(TARGETS)]
            job = self.disturbed(target, "members/import/", data, kind)
            made = [model.objects.unscoped("drill").count() for model in (Person, Subject, Placement)]
            right = job.state == Job.State.DONE and made == [IMPORTED] * 3
            if not right:
                note(f"  import {number}, {target} killed: {job.state} {job.message}, made {made}")
            wrong += not right
        yield Figure("kill-points imports", f"{wrong} of {points} wrong", "0", not wrong)
        yield self.told_slowest("kill-points imports again at work")

    def told_slowest(self, name: str) -> Figure:
        return Figure(name, f"{self.slowest:.1f} s at most", f"≤ {LONGEST:.0f} s", self.slowest <= LONGEST)

    # -- the disturbance

    def disturbed(self, target: str, path: str, body: bytes, kind: str) -> Job:
        """Post as a program would, again under the same key until it is answered; kill in between; wait for the end."""
        key, answered = uuid4().hex, threading.Event()
        told: dict[str, Any] = {}

        def post() -> None:
            while not answered.is_set():
                try:
                    told.update(self.post(path, body, kind, key))
                    answered.set()
                except (OSError, urllib.error.URLError, ValueError):
                    time.sleep(0.1)

        usual = statistics.median(self.lengths)
        start = time.monotonic()
        sender = threading.Thread(target=post, daemon=True)
        sender.start()
        # The web is killed while it answers, everything else while the job is at work.
        time.sleep(self.random.uniform(0, 0.5 if target == "web" else 1.2 * usual))
        self.kill(target)
        back = time.monotonic()
        until(answered.is_set)
        job = self.ended(told["job"])
        self.slowest = max(self.slowest, time.monotonic() - back)
        if target == "web":  # hardly disturbed: how long the work takes
            self.lengths.append(time.monotonic() - start)
        return job

    def kill(self, target: str) -> None:
        if target == "worker":
            self.worker.kill()
            self.worker = Worker(QUEUES)
        elif target == "database":
            kill_database()
        elif target == "broker":
            self.broker.kill()
        else:
            self.web.kill()
            self.web.restart()

    def post(self, path: str, body: bytes, kind: str, key: str) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 -- our own web tier
            f"http://127.0.0.1:{self.web.port}/api/v1/{path}", data=body, method="POST",
            headers={"Authorization": f"Token {self.token}", "Content-Type": kind, "Idempotency-Key": key},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.loads(answer.read())

    def ended(self, pk: str) -> Job:
        """The job when it is over; sweeps meanwhile as beat would."""
        swept = 0.0

        def over() -> bool:
            nonlocal swept
            if time.monotonic() - swept > 0.5:
                swept = time.monotonic()
                patiently(jobs.resend_stalled)
            state = patiently(lambda: Job.objects.unscoped("drill").values_list("state", flat=True).get(pk=pk))
            return state in Job.FINISHED

        until(over)
        return Job.objects.unscoped("drill").get(pk=pk)


def patiently(ask: Callable[[], Any]) -> Any:
    """What it gives, or None while the database recovers."""
    try:
        return ask()
    except (DatabaseError, InterfaceError):
        connections.close_all()
        return None


def empty_the_roll() -> None:
    with contextlib.closing(owner()) as link, link.cursor() as cursor:
        cursor.execute("TRUNCATE members_person, members_subject, members_placement CASCADE")


def multipart(workbook: bytes) -> tuple[bytes, str]:
    """The body and type of a form with one file."""
    edge = uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="members.xlsx"\r\n\r\n'.encode()
    body = BytesIO()
    for part in (head, workbook, f"\r\n--{edge}--\r\n".encode()):
        body.write(part)
    return body.getvalue(), f"multipart/form-data; boundary={edge}"
