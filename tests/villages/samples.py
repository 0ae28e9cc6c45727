"""Samples of the registers of places."""

import datetime as dt
from typing import Any

from lianjian import areacodes
from tests.registers.suite.samples import UNKNOWN_VILLAGE, Sample
from tests.world import TOWN, World
from villages.models import (
    Area,
    CollectiveAsset,
    CollectiveFund,
    CollectiveResource,
    Facility,
    Specialty,
    TownFacts,
    Village,
    VillageFacts,
    VillageMerge,
    VillageMergeLine,
)


def village_in(world: World, town: str, number: int) -> Village:
    """The village of that number in a town (from 1), made where it is not there yet."""
    code = f"{town}{600 + number % 400}"  # three digits are what a code has for villages
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
        village=village_in(world, town, number), year=2020 + number % 3, population=800 + number, party_members=30,
        operating_income=50_000,
    )  # fmt: skip


def make_town_facts(world: World, town: str, number: int) -> TownFacts:
    return TownFacts.objects.unscoped("test").create(town_id=town, year=1990 + number, population=25_000)


def facts_texts(world: World, town: str, number: int) -> dict[str, Any]:
    village = village_in(world, town, number).pk
    return {"village_code": village, "year": "2026", "population": "868", "operating_income": "9000", "debt": "1234.5"}


def make_fund(world: World, town: str, number: int) -> CollectiveFund:
    return CollectiveFund.objects.unscoped("test").create(
        village=village_in(world, town, 1 + number % 3), quarter=f"202{number % 4}Q3", kind="bank",
        name=f"第{number}账户", balance=1000 * number,
    )  # fmt: skip


def make_asset(world: World, town: str, number: int) -> CollectiveAsset:
    return CollectiveAsset.objects.unscoped("test").create(
        village=village_in(world, town, 1 + number % 3), name=f"{number}号厂房", original_value=2000 * number
    )


def make_resource(world: World, town: str, number: int) -> CollectiveResource:
    return CollectiveResource.objects.unscoped("test").create(
        village=village_in(world, town, 1 + number % 3), name=f"{number}号滩涂", kind="beach", area_mu=number
    )


def make_facility(world: World, town: str, number: int) -> Facility:
    return Facility.objects.unscoped("test").create(
        village=village_in(world, town, 1 + number % 3), name=f"{number}号广场", kind="square"
    )


def make_specialty(world: World, town: str, number: int) -> Specialty:
    return Specialty.objects.unscoped("test").create(
        village=village_in(world, town, 1 + number % 3), name=f"牡蛎{number}", year=2020 + number % 3
    )


def in_village(**texts: str) -> Any:
    """What a person types for a row of the second sample village; `#` stands for the row's number."""

    def typed(world: World, town: str, number: int) -> dict[str, str]:
        filled = {name: text.replace("#", str(number)) for name, text in texts.items()}
        return {"village_code": village_in(world, town, 2).pk, **filled}

    return typed


PLACE = ("village_code", UNKNOWN_VILLAGE)


def make_merge(world: World, town: str, number: int) -> VillageMerge:
    """A record of a merge; nothing was really closed."""
    old, new = village_in(world, town, number), village_in(world, town, 90)
    merge = VillageMerge.objects.create(
        area_id=town, on=dt.date(2026, 1, 1 + number % 3), basis=f"批〔2026〕{number} 号", done_by=world.user("xianji")
    )
    VillageMergeLine.objects.create(merge=merge, closed=old.area, successor=new.area, successor_name=new.name)
    return merge


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
        change=("residents", "321"),
        wrong=("debt", "五千多"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
    "village-merges": Sample(make=make_merge, reader="zhenjie"),
    "town-facts": Sample(
        make=make_town_facts,
        texts=lambda world, town, number: {"town_code": town, "year": str(2010 + number), "population": "25104"},
        change=("coastline_km", "35"),
        wrong=("year", "去年"),
        place=("town_code", f"{TOWN[:6]}199"),
    ),
    "collective-funds": Sample(
        make=make_fund,
        texts=in_village(quarter="2026Q3", kind="银行存款", name="新账户#", balance="86500.5"),
        change=("note", "已对账"),
        wrong=("balance", "-3"),
        place=PLACE,
    ),
    "collective-assets": Sample(
        make=make_asset,
        texts=in_village(name="新#号冷库", original_value="90", net_value="80", use="出租", contract_from="2024-01-01"),
        change=("tenant", "兴海合作社"),
        wrong=("net_value", "9999999"),
        place=PLACE,
    ),
    "collective-resources": Sample(
        make=make_resource,
        texts=in_village(name="新#号林地", kind="林地", area_mu="140"),
        change=("note", "水源地"),
        wrong=("area_mu", "一公顷"),
        place=PLACE,
    ),
    "facilities": Sample(
        make=make_facility,
        texts=in_village(name="新#号路灯", kind="路灯", count="120"),
        change=("state", "待修"),
        wrong=("built_year", "早年"),
        place=PLACE,
    ),
    "specialties": Sample(
        make=make_specialty,
        texts=in_village(name="大姜#", year="2026", scale="30", scale_unit="亩", is_geographical="是"),
        change=("brand", "乳山大姜"),
        wrong=("scale", "很多"),
        place=PLACE,
    ),
}
