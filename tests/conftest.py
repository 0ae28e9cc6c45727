"""Fixtures for all tests: a real PostgreSQL, migrated by the owner role and used through the application role."""

import datetime as dt
import gc
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from _pytest import runner
from django.conf import settings
from django.db import connections
from django.template import Context, Template
from django.test import TransactionTestCase
from django.test.signals import template_rendered
from psycopg2 import OperationalError

from lianjian.frames import roomily
from tests import databases
from tests.world import World, build_world

ROOT = Path(__file__).parents[1]
LONGEST = (
    "tests/matrix/test_matrix.py",
    "tests/registers/test_api_fuzz.py",
    "tests/registers/suite/test_api.py",
    "tests/reports/test_boards.py",
    "tests/registers/suite/test_workbooks.py",
    "tests/e2e/test_grid.py",
    "tests/registers/suite_pages/test_lists.py",
    "tests/registers/suite_pages/test_workbooks.py",
    "tests/e2e/test_town_clerk.py",
    "tests/matrix/test_no_trace.py",
    "tests/e2e/test_points_to_lock.py",
    "tests/registers/suite_pages/test_list_tools.py",
    "tests/delivery/test_delivery.py",
    "tests/members/points/test_ledger_machine.py",
)

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the tests' thread
# Else every test client lists all static files when it is made, which takes longer than most requests.
settings.WHITENOISE_USE_FINDERS, settings.STATIC_ROOT = False, None
settings.LIANJIAN_TODAY = dt.date(2026, 11, 20)  # tests live on the demo's day unless they say otherwise


@pytest.fixture(scope="session", autouse=True)
def _contexts_are_told_once(django_test_environment) -> Iterator[None]:
    """Django's tests keep a copy of the context for every part that a page includes, a sixth of the time that a page
    takes; what the page itself was given is enough.
    """
    whole = Template._render
    Template._render = _tell_context_once
    yield
    Template._render = whole


def _tell_context_once(self: Template, context: Context) -> str:
    if not getattr(context, "_told", False):
        context._told = True
        template_rendered.send(sender=self, template=self, context=context)
    return self.nodelist.render(context)


@contextmanager
def as_owner() -> Iterator[None]:
    """Connect as the owner role for a while: to migrate, and to empty tables the application may not."""
    connection = connections["default"]
    mine = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}
    owner = settings.OWNER_DATABASE
    connection.close()
    connection.settings_dict.update({key: owner[key] for key in ("USER", "PASSWORD")})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(mine)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of this session."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def migrated(shared_folder: Path, request: pytest.FixtureRequest) -> str:
    """The name of a database that is migrated, empty, and only ever copied; `--reuse-db` keeps it."""
    name = databases.name_for("migrated")
    option = request.config.getoption

    def make() -> None:
        if option("create_db") or not (option("reuse_db") and databases.database_exists(name)):
            databases.make_migrated(name, shared_folder)

    databases.once(shared_folder, "migrated", make)
    return name


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The modules of `LONGEST` begin first, in that order: what begins last keeps the other worker waiting."""
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.relative_to(ROOT).as_posix(), len(order)))


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: looking at it again and again for garbage takes a tenth of the
    time of all tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Tests lie deep below pytest, where a quarter of their time went into memory for frames."""
    return roomily(lambda: runner.pytest_runtest_protocol(item, nextitem))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Drop what all workers shared."""
    if not hasattr(session.config, "workerinput") and not session.config.getoption("reuse_db"):
        with suppress(OperationalError):  # tests without a database need no server
            for purpose in ("migrated", "journeys"):
                databases.drop_database(databases.name_for(purpose))


@pytest.fixture(scope="session")
def _owner_makes_the_database(migrated: str) -> Iterator[None]:
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = migrated
    with as_owner():
        yield


@pytest.fixture(scope="session")
def django_db_setup(_owner_makes_the_database, django_db_setup) -> Iterator[None]:
    connection = connections["default"]
    owner = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}
    application = settings.APPLICATION_DATABASE
    connection.close()
    connection.settings_dict.update({key: application[key] for key in ("USER", "PASSWORD")})
    yield
    connection.close()
    connection.settings_dict.update(owner)


_flush = TransactionTestCase._fixture_teardown


def _flush_as_owner(self) -> None:
    with as_owner():
        _flush(self)


TransactionTestCase._fixture_teardown = _flush_as_owner


@pytest.fixture
def world(db) -> World:
    """A small county with two towns, villages and one user of each role."""
    return build_world()


@pytest.fixture(scope="session")
def _folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names of folders that are not there yet, one a test.

    `tmp_path` would make each, and first read the names of all before it: 15 s of a worker's 7,000 tests.
    """
    above = tmp_path_factory.mktemp("kept")
    return (above / str(number) / "files" for number in itertools.count())


@pytest.fixture(autouse=True)
def _files_in_tmp(settings, _folders) -> None:
    settings.MEDIA_ROOT = next(_folders)
