"""One stage for all questions: built once, kept in a transaction that is never committed."""

import logging
from collections.abc import Iterator

import pytest
from django.test import TestCase

from tests.matrix.stage import Stage, build_stage


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker) -> Iterator[Stage]:
    """Tests that use it are marked `django_db`: each runs in a savepoint of this transaction."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        logging.disable(logging.ERROR)  # hundreds of refusals are what is asked for here
        try:
            yield build_stage()
        finally:
            logging.disable(logging.NOTSET)
            TestCase._rollback_atomics(atomics)
