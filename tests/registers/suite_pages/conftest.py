"""Each test of this folder runs once for every register that has the face it is about."""

import pytest

from tests.registers.suite_pages.browsing import PageCase


@pytest.fixture
def case(request, world) -> PageCase:
    return PageCase.of(request.param, world)
