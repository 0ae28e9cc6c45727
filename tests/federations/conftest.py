"""Federations of the small county: one running in a town, and 西里新村, which crosses two towns."""

import pytest

from federations.models import Federation
from tests.federations.helpers import GUOSHANG, JIANGCUNWA, SOUTH, XILI, XILI_COMMUNITY, YUANQIAN, found
from tests.world import add_user
from villages.models import VillageFacts


@pytest.fixture
def zhanjiang(world) -> Federation:
    """湛江路新村: three villages of the town, running."""
    return found(world, "zhenjie", "湛江路新村", [GUOSHANG, YUANQIAN, JIANGCUNWA])


@pytest.fixture
def xili(world) -> Federation:
    """西里新村: led by 乳山口镇, with a village and a community of 城区街道."""
    return found(world, "xianji", "西里新村", [XILI, XILI_COMMUNITY, SOUTH])


@pytest.fixture
def population(world):
    """Sets the population of villages: population(GUOSHANG=500)."""

    def put(people: dict[str, int], year: int = 2025) -> None:
        VillageFacts.objects.bulk_create(
            VillageFacts(village_id=code, year=year, population=count) for code, count in people.items()
        )

    return put


@pytest.fixture
def other_town(world):
    """A clerk of 城区街道, whose villages 西里新村 has."""
    return add_user("chengqu", "town_clerk", "area", "371083001")


@pytest.fixture
def crossing(xili, population):
    """西里新村 with figures: 7,531 people in the foreign village must be seen by nobody of the home town."""
    population({XILI: 7531, XILI_COMMUNITY: 2468, SOUTH: 246})
    return xili
