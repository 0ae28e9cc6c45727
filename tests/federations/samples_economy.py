"""Samples of the registers of the economy: enterprises, co-operatives, projects and what belongs to them."""

import datetime as dt

from federations.models import Enterprise
from lianjian import pinyin
from tests.registers.suite.samples import Sample
from tests.villages.samples import village_in
from tests.world import World

UNKNOWN_PLACE = "371083101999"


def make_enterprise(world: World, town: str, number: int) -> Enterprise:
    name = f"样{number}水产公司"
    return Enterprise.objects.create(
        name=name, initials=pinyin.initials(name), kind="company", area_id=village_in(world, town, number).pk,
        industry="牡蛎养殖", valid_from=dt.date(2025, 1, 1),
    )  # fmt: skip


ECONOMY_SAMPLES = {
    "enterprises": Sample(
        make=make_enterprise,
        texts=lambda world, town, number: {
            "name": f"新{number}水产公司", "kind": "leading", "area_code": village_in(world, town, number).pk,
            "industry": "牡蛎养殖", "from": "2025-03-01",
        },
        change=("industry", "海带育苗"),
        wrong=("credit_code", "91371083MA3C0000X1"),
        place=("area_code", UNKNOWN_PLACE),
    ),
}  # fmt: skip
