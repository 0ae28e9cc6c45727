"""Samples of the registers of places."""

from typing import Any

from lianjian import areacodes
from tests.registers.suite.samples import UNKNOWN_VILLAGE, Sample
from tests.world import TOWN, World
from villages.models import Area, TownFacts, Village, VillageFacts


def village_in(world: World, town: str, number: int) -> Village:
    """The village of that number in a town (from 1), made where it is not there yet."""
    code = f"{town}{600 + number}"
    area, _ = Area.objects.unscoped("test").get_or_create(
        code=code, defaults={"name": f"样村{number}村委会", "level": 5, "parent_id": town}
    )
    village, _ = Village.objects.unscoped("test").get_or_create(area=area, defaults={"name": f"样村{number}"})
    return village


def make_area(world: World, town: str, number: int) -> Area:
    for code in [*areacodes.ancestors(town), town]:
        level = list(areacodes.LEVEL_LENGTHS.values()).index(len(code)) + 1
        defaults = {"name": f"区划{code}", "level": level, "parent_id": areacodes.parent_of(code)}
        Area.objects.unscoped("test").get_or_create(code=code, defaults=defaults)
    return Area.objects.unscoped("test").create(
        code=f"{town}{700 + number}", name=f"新区{number}村委会", level=5, parent_id=town
    )


def make_facts(world: World, town: str, number: int) -> VillageFacts:
    """Some share a year, so that the order needs its second key."""
    return VillageFacts.objects.unscoped("test").create(
        village=village_in(world, town, number), year=2020 + number % 3, population=800 + number, party_members=30
    )


def make_town_facts(world: World, town: str, number: int) -> TownFacts:
    return TownFacts.objects.unscoped("test").create(town_id=town, year=1990 + number, population=25_000)


def facts_texts(world: World, town: str, number: int) -> dict[str, Any]:
    return {"village_code": village_in(world, town, number).pk, "year": "2026", "population": "868", "debt": "1234.5"}


SAMPLES = {
    "areas": Sample(
        make=make_area,
        texts=lambda world, town, number: {"code": f"{town}{800 + number}", "name": f"添区{number}村委会"},
        change=("name", "改名后的村委会"),
        wrong=("code", "37108310"),
        writer="xianji",
        reader="zhenjie",
        away="371082101",
    ),
    "villages": Sample(
        make=village_in,
        change=("specialties", "牡蛎养殖"),
        wrong=("longitude", "向东"),
    ),
    "village-facts": Sample(
        make=make_facts,
        texts=facts_texts,
        change=("households", "321"),
        wrong=("debt", "五千多"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
    "town-facts": Sample(
        make=make_town_facts,
        texts=lambda world, town, number: {"town_code": town, "year": str(2010 + number), "population": "25104"},
        change=("coastline_km", "35"),
        wrong=("year", "去年"),
        place=("town_code", f"{TOWN[:6]}199"),
    ),
}
