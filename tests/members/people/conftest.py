"""A member and the branch of his village."""

import datetime as dt

import pytest

from members.actions.people import add_member
from members.models import PartyOrganization
from tests.members.people.helpers import GUOSHANG, ID_NUMBER, PHONE


@pytest.fixture
def member(world):
    return add_member(
        by=world.user("zhenjie"), name="王平", village=world.village(GUOSHANG), id_number=ID_NUMBER, phone=PHONE,
        joined_on=dt.date(2001, 7, 1),
    )  # fmt: skip


@pytest.fixture
def branch(world):
    return PartyOrganization.objects.create(name="锅上村党支部", area_id=GUOSHANG)
