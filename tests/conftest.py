"""Fixtures for all tests: a real PostgreSQL, migrated by the owner role and used through the application role."""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

from tests.world import World, build_world

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the tests' thread


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
def _owner_makes_the_database() -> Iterator[None]:
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


@pytest.fixture(autouse=True)
def _frozen_today(settings) -> None:
    """Tests live on the demo's day unless they say otherwise."""
    settings.LIANJIAN_TODAY = dt.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _files_in_tmp(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
