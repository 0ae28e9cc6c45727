"""A whole house of its own for journeys: database, web server, worker and clock, as separate programs.

The demo county is loaded once into a template database; every journey file gets a fresh copy of it, so that no
journey finds another's traces and nothing is emptied in between.
"""

import contextlib
import http.client
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from signal import SIGKILL, SIGQUIT
from typing import Any
from urllib.parse import urlsplit

import redis
from django.conf import settings

from lianjian.local import environment, processes
from tests import databases
from tests.databases import CHECKOUT

PASSWORD = "journey-Pass-2026"
PATIENCE = 90


class House:
    """One running product with the demo county on its own database. Start it, visit `address`, stop it."""

    def __init__(self, template: str, *, name: str, folder: Path) -> None:
        self.template, self.database, self.folder = template, name, folder
        self.port = environment.free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.env = environment_for(self.database, folder / "data")
        self.cookies: dict[str, Any] = {}  # of those who signed in here
        self._children: list[processes.Child] = []

    def start(self) -> None:
        """Copy the county and start the programs. Raises AssertionError, with the end of the log, where one dies."""
        self.folder.mkdir(parents=True, exist_ok=True)
        databases.copy_database(self.template, self.database)
        for name in ("CELERY_BROKER_URL", "CACHE_URL"):
            redis.Redis.from_url(self.env[name]).flushdb()
        web = ["gunicorn", "lianjian.wsgi:application", "--bind", f"127.0.0.1:{self.port}", "--workers", "1"]
        web += ["--worker-class", "gthread", "--threads", "4", "--timeout", "120", "--no-control-socket"]
        self._spawn("web", web, SIGQUIT)
        worker = ["celery", "-A", "lianjian", "worker", "-Q", "quick,heavy", "-c", "2", "--loglevel", "INFO"]
        worker += ["--without-gossip", "--without-mingle", "--beat", "--schedule", str(self.folder / "beat")]
        self._spawn("worker", worker, SIGKILL)
        self._wait_for_web()

    def stop(self) -> None:
        processes.stop_all(self._children)
        databases.drop_database(self.database)
        shutil.rmtree(self.folder / "data", ignore_errors=True)

    def sql(self, statement: str, values: Sequence[Any] = ()) -> list[tuple]:
        """Run a statement as the application role does, past every line of Python. Raises psycopg2.Error."""
        application = settings.APPLICATION_DATABASE
        with (
            contextlib.closing(databases.connect(application, self.database)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def holding(self, statement: str) -> Iterator[None]:
        """A statement whose locks are held in the meantime."""
        with contextlib.closing(databases.connect(settings.APPLICATION_DATABASE, self.database)) as connection:
            with connection.cursor() as cursor:
                cursor.execute(statement)
            yield
            connection.rollback()

    def log(self, name: str, lines: int = 30) -> str:
        text = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _spawn(self, name: str, command: list[str], signum: int) -> None:
        log = self.folder / f"{name}.log"
        process = processes.spawn([sys.executable, "-m", *command], env=self.env, cwd=CHECKOUT, log=log)
        self._children.append(processes.Child(process.pid, signum, 0))

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                link.request("GET", "/accounts/login/")
                if link.getresponse().status == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"the web server did not answer:\n{self.log('web')}")


def environment_for(database: str, data: Path) -> dict[str, str]:
    """The environment of our programs on a database of their own, with queue and cache of their own."""
    hidden = {"DJANGO_DEBUG", "LIANJIAN_DB_ROLE", "TEST_DATABASE_NAME"}
    hidden |= {f"{name}_FILE" for name in environment.FROM_FILES}
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    number = 10 + 2 * (_worker_number() % 3)  # a Redis has 16 databases; the tests' own are the first
    return env | {
        "DJANGO_SETTINGS_MODULE": "lianjian.settings",
        "DATABASE_URL": databases.address(settings.APPLICATION_DATABASE, database),
        "DATABASE_OWNER_URL": databases.address(settings.OWNER_DATABASE, database),
        "CELERY_BROKER_URL": _numbered(settings.CELERY_BROKER_URL, number),
        "CACHE_URL": _numbered(settings.CELERY_BROKER_URL, number + 1),
        "LIANJIAN_DATA_DIR": str(data),
        "LIANJIAN_TODAY": environment.DEMO_DAY,
        "LIANJIAN_DEMO": "1",
        "DEMO_PASSWORD": PASSWORD,
        "PYTHONUNBUFFERED": "1",
    }


def make_template(name: str, folder: Path, migrated: str = "") -> None:
    """A database with the demo county, made by the product's own commands from an empty one, or from a copy of one that
    is migrated. Raises AssertionError with their output.
    """
    if migrated:
        databases.copy_database(migrated, name)
    else:
        databases.make_migrated(name, folder)
    databases.manage(["load_demo"], environment_for(name, folder / "data"), folder)


def _numbered(address: str, number: int) -> str:
    parts = urlsplit(address)
    assert parts.scheme in ("redis", "rediss"), "journeys need a Redis broker"
    return parts._replace(path=f"/{number}").geturl()


def _worker_number() -> int:
    name = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(name.removeprefix("gw")) if name.startswith("gw") else 2
