"""Databases of tests, made and copied as a whole.

Migrating takes long, so it happens once a session: what is migrated lies in a template that every worker's test
database, and the demo county of the journeys, is a copy of.
"""

import contextlib
import fcntl
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
from django.conf import settings
from psycopg2 import sql

from lianjian.local import processes

CHECKOUT = Path(__file__).resolve().parents[1]


def name_for(purpose: str) -> str:
    """A database that all workers of a session share."""
    base = settings.DATABASES["default"].get("TEST", {}).get("NAME") or f"test_{settings.OWNER_DATABASE['NAME']}"
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    # pytest-django may have put the worker's name behind the test database's already.
    return f"{base.removesuffix(f'_{worker}')}_{purpose}"


def once(folder: Path, name: str, make: Callable[[], None]) -> None:
    """Call `make` in the first worker that comes; the others wait until it is done."""
    done = folder / f"{name}.done"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make()
            done.touch()


def make_migrated(name: str, folder: Path) -> None:
    """A database with all tables and no rows. Raises AssertionError with the output of migrate."""
    drop_database(name)
    with _maintenance() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    env = {key: value for key, value in os.environ.items() if key not in ("DJANGO_DEBUG", "TEST_DATABASE_NAME")} | {
        "DATABASE_URL": address(settings.APPLICATION_DATABASE, name),
        "DATABASE_OWNER_URL": address(settings.OWNER_DATABASE, name),
        "DJANGO_SETTINGS_MODULE": "lianjian.settings",
        "LIANJIAN_DB_ROLE": "owner",
    }
    manage(["migrate", "--verbosity", "0"], env, folder)


def manage(arguments: Sequence[str], env: Mapping[str, str], folder: Path) -> None:
    """Run one of the product's commands. Raises AssertionError with its output."""
    log = folder / f"{arguments[0]}.log"
    command = [sys.executable, "manage.py", *arguments]
    code = processes.spawn(command, env=env, cwd=CHECKOUT, log=log).wait()
    assert code == 0, f"manage.py {arguments[0]} failed:\n{log.read_text(encoding='utf-8', errors='replace')}"


def copy_database(template: str, name: str) -> None:
    drop_database(name)
    with _maintenance() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))


def database_exists(name: str) -> bool:
    with _maintenance() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def drop_database(name: str) -> None:
    with _maintenance() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def connect(server: Mapping[str, Any], database: str) -> Any:
    return psycopg2.connect(
        host=server["HOST"] or None, port=server["PORT"] or None, user=server["USER"], password=server["PASSWORD"],
        dbname=database,
    )  # fmt: skip


def address(server: Mapping[str, Any], database: str) -> str:
    who = f"{quote(server['USER'], safe='')}:{quote(server['PASSWORD'], safe='')}"
    port = f":{server['PORT']}" if server["PORT"] else ""
    return f"postgres://{who}@{quote(server['HOST'], safe='')}{port}/{database}"


@contextlib.contextmanager
def committing(connection: Any) -> Iterator[Any]:
    """A cursor of a connection that commits each statement; both are closed afterwards."""
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _maintenance() -> contextlib.AbstractContextManager[Any]:
    return committing(connect(settings.OWNER_DATABASE, "postgres"))
