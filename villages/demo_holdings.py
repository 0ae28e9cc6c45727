"""The demo's 三资, facilities and specialties. Real are only the place names and what the texts tell of 乳山口镇: the
140 mu oyster zone of 唐家 (P05) and 1,000 yuan a mu of rent (P28). Figures, tenants, dates and the
villages' places on the map are invented.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from math import cos, pi, sin
from random import Random
from typing import Any

from lianjian import clock
from lianjian.periods import Period
from villages.demo import OWN_TOWN, STILL_OWED
from villages.models import CollectiveAsset, CollectiveFund, CollectiveResource, Facility, Specialty, Village
from villages.townpoints import town_points

TENANTS = ("兴海水产养殖专业合作社", "金岭果品专业合作社", "蓝湾海产品加工厂", "惠民农机专业合作社", "远帆物流服务部")
BUILDINGS = ("村东厂房", "旧校舍", "冷藏库", "沿街房", "老村部", "粮库", "海产品晾晒场")
LANDS = (("机动地", "arable"), ("西山林", "forest"), ("村北塘", "water"), ("河滩", "waste"))
UNITS = {"牡蛎养殖": ("牡蛎", "亩"), "海参": ("海参", "亩"), "民宿": ("民宿", "栋"), "草莓": ("草莓", "棚")}
BRANDS = {"牡蛎": "乳山牡蛎", "大姜": "乳山大姜", "苹果": "乳山苹果", "茶叶": "乳山绿茶"}
GEOGRAPHICAL = ("牡蛎", "大姜", "茶叶")
NOT_PLACED = STILL_OWED
# The federations that the town's secretary named (P05), by the ends of their villages' codes.
NEIGHBOURS = ("230 224 223 222 228 221", "206 207", "233 232 234 235 236", "229 231", "219 203 204 220")
OYSTER_ZONE = "371083101206"  # 南唐家


def load_holdings(random: Random, villages: Sequence[Village]) -> None:
    """A handful of rows for every village of the county; funds of the last three quarters."""
    place_villages(random, villages)
    funds, assets, resources, facilities, specialties = [], [], [], [], []
    now = Period.of(clock.today(), "Q")
    for village in villages:
        funds += _funds(village, [now.shift(-back) for back in (1, 2, 3)], random)
        assets += _assets(village, random)
        resources += _resources(village, random)
        facilities += _facilities(village, random)
        specialties += _specialties(village, random)
    CollectiveFund.objects.bulk_create(funds, batch_size=1000)
    CollectiveAsset.objects.bulk_create(assets, batch_size=1000)
    CollectiveResource.objects.bulk_create(resources, batch_size=1000)
    Facility.objects.bulk_create(facilities, batch_size=1000)
    Specialty.objects.bulk_create(specialties, batch_size=1000)


def place_villages(random: Random, villages: Sequence[Village]) -> None:
    """Invented coordinates for the clerk's own town, around its real point: those of one federation side by side.

    A few stay without, as the map's work to do.
    """
    own = {v.pk: v for v in villages if v.town_code == OWN_TOWN and v.pk not in NOT_PLACED}
    together = [[f"{OWN_TOWN}{number}" for number in group.split()] for group in NEIGHBOURS]
    others = [code for code in own if not any(code in group for group in together)]
    together += [others[start : start + 5] for start in range(0, len(others), 5)]
    latitude, longitude = town_points()[OWN_TOWN]
    for number, group in enumerate(together):
        turn = number * 2 * pi / len(together)
        for place, code in enumerate(group):
            around = place * 2 * pi / len(group) + number
            north = 0.034 * sin(turn) + 0.0105 * sin(around) + random.uniform(-0.002, 0.002)
            east = 0.043 * cos(turn) + 0.0125 * cos(around) + random.uniform(-0.002, 0.002)
            own[code].latitude = Decimal(f"{latitude + north:.6f}")
            own[code].longitude = Decimal(f"{longitude + east:.6f}")
    Village.objects.unscoped("demo").bulk_update(own.values(), ["latitude", "longitude"])


def _funds(village: Village, quarters: Sequence[Period], random: Random) -> list[CollectiveFund]:
    money, owed = random.randint(12_000, 480_000), random.choice((0, 0, random.randint(3_000, 60_000)))
    rows = []
    for quarter in reversed(quarters):
        money = max(money + random.randint(-30_000, 45_000), 2_000)
        kinds: list[tuple[str, str, int]] = [
            ("bank", "基本账户", money),
            ("cash", "备用金", random.randint(200, 3_000)),
        ]
        if owed:
            kinds.append(("receivable", "土地承包费", owed))
        rows += [
            CollectiveFund(village=village, quarter=str(quarter), kind=kind, name=name, balance=Decimal(balance))
            for kind, name, balance in kinds
        ]
    return rows


def _assets(village: Village, random: Random) -> list[CollectiveAsset]:
    rows = [
        CollectiveAsset(
            village=village, name="村委办公用房", kind="building", use="own",
            original_value=Decimal(random.randint(18, 90) * 10_000), net_value=Decimal(random.randint(6, 17) * 10_000),
            acquired_on=dt.date(random.randint(2005, 2021), 6, 1),
        )
    ]  # fmt: skip
    for name in random.sample(BUILDINGS, random.randint(0, 3)):
        value = random.randint(12, 160) * 10_000
        facts: dict[str, Any] = {"use": "idle"}
        if random.random() < 0.7:
            began = random.randint(2021, 2025)
            facts = {
                "use": "rented", "tenant": random.choice(TENANTS), "yearly_rent": Decimal(value // 20),
                "contract_from": dt.date(began, 1, 1), "contract_to": dt.date(began + random.randint(2, 8), 1, 1),
            }  # fmt: skip
        rows.append(
            CollectiveAsset(
                village=village, name=name, kind="building", original_value=Decimal(value),
                net_value=Decimal(value * random.randint(30, 90) // 100),
                acquired_on=dt.date(random.randint(1998, 2020), random.randint(1, 12), 1), **facts,
            )
        )  # fmt: skip
    return rows


def _resources(village: Village, random: Random) -> list[CollectiveResource]:
    rows = []
    if village.pk == OYSTER_ZONE:
        rows.append(
            CollectiveResource(
                village=village, name="牡蛎养殖区", kind="beach", area_mu=Decimal(140), contractor="共富牡蛎专业合作社",
                yearly_rent=Decimal(140_000), contract_from=dt.date(2024, 1, 1), contract_to=dt.date(2034, 1, 1),
            )
        )  # fmt: skip
    for name, kind in random.sample(
        (("机动地", "arable"), ("西山林", "forest"), ("村北塘", "water"), ("河滩", "waste")), 2
    ):
        area, let = random.randint(15, 220), random.random() < 0.65
        rows.append(
            CollectiveResource(
                village=village, name=name, kind=kind, area_mu=Decimal(area),
                contractor=random.choice(TENANTS) if let else "",
                yearly_rent=Decimal(area * 1000 if kind == "arable" else area * random.randint(80, 300)) * let,
                contract_from=dt.date(2023, 1, 1) if let else None,
                contract_to=dt.date(random.randint(2026, 2033), 1, 1) if let else None,
            )
        )  # fmt: skip
    return rows


def _facilities(village: Village, random: Random) -> list[Facility]:
    rows = [
        Facility(village=village, kind="lamps", name="主街路灯", count=random.randint(20, 160), built_year=2018),
        Facility(village=village, kind="square", name="文化广场", built_year=random.randint(2009, 2022)),
    ]
    optional = (("clinic", "卫生室", 0.75), ("happy_home", "幸福院", 0.3), ("party_centre", "党群服务中心", 0.6),
                ("library", "农家书屋", 0.5), ("sports", "健身场地", 0.7))  # fmt: skip
    for kind, name, share in optional:
        if random.random() < share:
            state = "repair" if random.random() < 0.08 else "good"
            built = random.randint(2008, 2024)
            rows.append(Facility(village=village, kind=kind, name=name, built_year=built, state=state))
    for number, row in enumerate(rows[1:]):
        if village.latitude is not None and village.longitude is not None:  # beside the village's point
            row.latitude = village.latitude + Decimal("0.0008") * (number % 3 - 1)
            row.longitude = village.longitude + Decimal("0.0011") * (number // 3 + 1)
    return rows


def _specialties(village: Village, random: Random) -> list[Specialty]:
    if not village.specialties:
        return []
    name, unit = UNITS.get(village.specialties, (village.specialties, "亩"))
    scale, worth = random.randint(6, 260), random.randint(3, 22)
    year = clock.today().year
    return [
        Specialty(
            village=village, year=each, name=name, scale=Decimal(scale), scale_unit=unit,
            output_value=Decimal(scale * worth * 1000 * (100 if each == year else 92) // 100),
            brand=BRANDS.get(name, ""), is_geographical=name in GEOGRAPHICAL,
        )
        for each in (year - 1, year)
    ]  # fmt: skip
