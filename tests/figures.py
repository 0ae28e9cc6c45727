"""How benches and drills run and speak: one line a figure, `name<TAB>value<TAB>goal<TAB>ok|short`.

    @figure("quarter-close")
    def quarter_close() -> Iterator[Figure]: ...

stands in any module of tests/bench or tests/drill. Each runs in a process of its own on a fresh, migrated database
(a copy, so that it costs little), as the application role; `owner()` is a connection of the owner role for making
large data. What is not a figure goes to standard error.
"""

import importlib
import os
import pkgutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg2
from psycopg2 import sql

from tests.databases import committing


@dataclass(frozen=True)
class Figure:
    name: str
    value: str
    goal: str
    ok: bool

    def __str__(self) -> str:
        return "\t".join((self.name, self.value, self.goal, "ok" if self.ok else "short"))


_known: dict[str, tuple[str, Callable[[], Iterator[Figure]]]] = {}


def figure(name: str) -> Callable[[Callable], Callable]:
    """Make a bench or drill known; it yields its figures."""

    def register(function: Callable[[], Iterator[Figure]]) -> Callable[[], Iterator[Figure]]:
        _known[name] = (function.__module__, function)
        return function

    return register


def at_most(name: str, value: float, goal: float, unit: str = "", digits: int = 2) -> Figure:
    return Figure(name, f"{value:.{digits}f}{unit}", f"≤ {goal:g}{unit}", value <= goal)


def at_least(name: str, value: float, goal: float, unit: str = "", digits: int = 2) -> Figure:
    return Figure(name, f"{value:.{digits}f}{unit}", f"≥ {goal:g}{unit}", value >= goal)


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def timed(what: str) -> Iterator[list[float]]:
    """Seconds of the block, in the list afterwards."""
    taken: list[float] = []
    start = time.perf_counter()
    yield taken
    taken.append(time.perf_counter() - start)
    note(f"  {what}: {taken[0]:.2f} s")


def owner() -> Any:
    """A connection of the owner role to this figure's database, committing by itself."""
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    connection.autocommit = True
    return connection


def main(package: str, arguments: list[str]) -> int:
    """Run all figures of a package, or the named ones; 1 where any is short or fails."""
    if arguments[:1] == ["--here"]:
        return _run_here(package, arguments[1])
    _import_all(package)
    names = arguments or sorted(_known)
    if unknown := [name for name in names if name not in _known]:
        note(f"没有 {'、'.join(unknown)}，可用的有：{'、'.join(sorted(_known))}")
        return 2
    short = False
    with _database("template") as template:
        _migrate(template)
        for name in names:
            note(f"{name} …")
            with _database(name.replace("-", "_"), template=template) as database:
                done = subprocess.run(
                    [sys.executable, "-m", package, "--here", name], check=False, env=_environment(database)
                )
            short |= done.returncode != 0
    return int(short)


def _run_here(package: str, name: str) -> int:
    _import_all(package)
    short = False
    for found in _known[name][1]():
        print(found, flush=True)
        short |= not found.ok
    return int(short)


def _import_all(package: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjian.settings")
    django.setup()
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"{package}.{module.name}")


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _environment(database: str) -> dict[str, str]:
    owner_url = os.environ.get("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
    return os.environ | {
        "DATABASE_URL": _with_database(os.environ["DATABASE_URL"], database),
        "DATABASE_OWNER_URL": _with_database(owner_url, database),
        "LIANJIAN_TODAY": "2026-11-20",
    }


@contextmanager
def _database(name: str, template: str = "template1") -> Iterator[str]:
    """A new database beside the configured one, gone afterwards."""
    url = os.environ.get("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
    database = f"{urlsplit(url).path.strip('/')}_{name}_{os.getpid()}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
    with _connected(url) as cursor:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database), sql.Identifier(template))
        )
    try:
        yield database
    finally:
        _patiently(url, drop)


def _connected(url: str) -> AbstractContextManager[Any]:
    """A cursor for one statement: a drill may kill the server between two."""
    return committing(psycopg2.connect(url))


def _patiently(url: str, drop: sql.Composed) -> None:
    """A backend of the application role may take a moment to end, and the owner may not end it."""
    for _ in range(50):
        with _connected(url) as cursor, suppress(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(drop)
            return
        time.sleep(0.2)


def _migrate(database: str) -> None:
    environment = _environment(database) | {"LIANJIAN_DB_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], env=environment, check=True)
