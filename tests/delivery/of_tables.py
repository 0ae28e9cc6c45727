"""What periodic tasks look after: sessions, files, request keys, silent jobs, figures."""

import datetime as dt
from io import BytesIO
from typing import Any

from django.contrib.sessions.models import Session
from django.utils import timezone

from registers import jobs
from registers.models import DirtyScope, Job, RequestKey, StoredFile
from reports.models import IndicatorValue
from tests.reports import factories as make
from tests.world import World

LONG_AGO = dt.timedelta(days=40)
VILLAGE = "371083101223"


def sessions_kept(world: World) -> None:
    for key, age in (("old", -LONG_AGO), ("new", LONG_AGO)):
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + age)


def sessions() -> list[str]:
    return sorted(Session.objects.values_list("session_key", flat=True))


def files_kept(world: World) -> None:
    for name in ("旧.xlsx", "新.xlsx"):
        jobs.keep_file(BytesIO(b"x"), name, owner=world.user("zhenjie"))
    StoredFile.objects.unscoped("test").filter(name="旧.xlsx").update(expires_at=timezone.now() - LONG_AGO)


def file_names() -> list[str]:
    """Of the rows: bytes are in no transaction, and are gone with the first delivery."""
    return sorted(StoredFile.objects.unscoped("test").values_list("name", flat=True))


def keys_kept(world: World) -> None:
    for key in ("old", "new"):
        RequestKey.objects.create(owner=world.user("zhenjie"), key=key, digest="0" * 64)
    RequestKey.objects.unscoped("test").filter(key="old").update(created_at=timezone.now() - LONG_AGO)


def keys() -> list[str]:
    return sorted(RequestKey.objects.unscoped("test").values_list("key", flat=True))


def silent_jobs(world: World) -> None:
    """Lost before it began, lost on the way, lost too often, at work."""
    now = timezone.now()
    for title, state, attempt, heard in (
        ("queued", "queued", 0, now - LONG_AGO), ("running", "running", 1, now - LONG_AGO),
        ("hopeless", "running", 5, now - LONG_AGO), ("well", "running", 1, now),
    ):  # fmt: skip
        Job.objects.create(
            kind="registers.export", title=title, owner=world.user("zhenjie"), state=state, attempt=attempt,
            heartbeat_at=heard,
        )  # fmt: skip


def job_states() -> list[tuple]:
    return sorted(Job.objects.unscoped("test").values_list("title", "state", "attempt"))


def facts_written(world: World) -> None:
    """What triggers left to be summed up."""
    make.facts(VILLAGE, 2026, operating_income=100)
    make.federation(world, "唐家新村", [VILLAGE])


def facts_unsummed(world: World) -> None:
    """The same, of which nothing says that it waits."""
    facts_written(world)
    DirtyScope.objects.all().delete()


def figures() -> list[tuple[Any, ...]]:
    """All figures, and what still waits."""
    names = ("place_kind", "place_key", "period", "indicator", "numerator", "denominator")
    rows = IndicatorValue.objects.unscoped("test").exclude(place_kind="federation").order_by(*names)
    return [*rows.values_list(*names), (DirtyScope.objects.count(),)]
