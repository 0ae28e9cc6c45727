"""The demo's district where much was packed together: another county's figures (兰陵), shown in 诸往镇.

110 million yuan put in, 15 一事一议 projects done, 36 livelihood and 18 industry projects planned with 550 jobs (P33);
1,430 mu of homesteads became 70 workshops and guest houses, halls with openly sought partners bring 800,000 yuan a
year (P29); 11 villages went from 550,000 yuan of debt on average to 200,000 of operating income a year (P32). Which
village had what is invented.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from itertools import cycle
from random import Random

from federations.models import FundPackage, IdleAsset, PublicProject
from lianjian import clock
from villages.models import Village, VillageFacts

TOWN = "371083111"  # 诸往镇
NAME = "片区连片建设打包资金"
PUT_IN = Decimal(110_000_000)
ONE_MATTER, LIVELIHOOD, INDUSTRY, JOBS = 15, 36, 18, 550
HOMESTEADS_MU, PLACES = 1430, 70
HALLS = (("旧粮站大院", 430_000), ("旧丝厂厂房", 370_000))
TURNED, DEBT, EARNED = 11, 550_000, 200_000
WORKS = {
    "one_matter": ("村内主路硬化", "排水沟改造", "路灯亮化", "村口广场"),
    "livelihood": ("自来水管网改造", "幸福院改造", "卫生室新建", "户厕改造", "健身场地"),
    "industry": ("冷链仓储", "连栋温室", "果品分拣线", "茶叶加工间"),
}


def load_district(random: Random, villages: Sequence[Village]) -> None:
    """Funds, projects, homesteads and halls of one town, and the years of eleven of its villages."""
    own = [village for village in villages if village.pk.startswith(TOWN) and village.kind == Village.Kind.VILLAGE]
    _funds(own)
    _homesteads(random, own)
    _years(random, own[:TURNED])


def _funds(villages: Sequence[Village]) -> None:
    year = clock.today().year
    package = FundPackage.objects.create(
        area_id=TOWN, year=year, name=NAME, source="city", planned=PUT_IN, arrived=PUT_IN, spent=PUT_IN
    )
    counts = {"one_matter": ONE_MATTER, "livelihood": LIVELIHOOD, "industry": INDUSTRY}
    jobs = iter([JOBS // INDUSTRY + (n < JOBS % INDUSTRY) for n in range(INDUSTRY)])
    places, rows = cycle(villages), []
    for kind, count in counts.items():
        done = kind == "one_matter"
        for number in range(count):
            names = WORKS[kind]
            rows.append(
                PublicProject(
                    village=next(places), name=f"{names[number % len(names)]}（{number + 1} 号）", kind=kind,
                    state="done" if done else "planned", package=package, planned_funds=1_500_000,
                    funds=1_480_000 if done else None, planned_jobs=next(jobs) if kind == "industry" else None,
                    planned_start=dt.date(year, 3, 1), planned_end=dt.date(year + (not done), 10, 31),
                    started_on=dt.date(year, 3, 10) if done else None,
                    finished_on=dt.date(year, 9, 20) if done else None,
                )
            )  # fmt: skip
    PublicProject.objects.bulk_create(rows)


def _homesteads(random: Random, villages: Sequence[Village]) -> None:
    count = 10
    rows = [
        IdleAsset(
            village=village, name="空置老宅片区", kind="homestead", size=HOMESTEADS_MU // count, unit="mu",
            state="revived", found_on=dt.date(2024, 5, 6), revived_on=dt.date(2025, random.randint(3, 11), 8),
            used_for="工坊、民宿", places=PLACES // count, planned_income=180_000,
            income=random.randint(12, 20) * 10_000,
        )
        for village in villages[:count]
    ]  # fmt: skip
    rows += [
        IdleAsset(
            village=village, name=name, kind="hall", size=2_400, state="revived", found_on=dt.date(2024, 5, 6),
            revived_on=dt.date(2025, 6, 18), used_for="产业园区", openly_sought=True, partner="公开遴选的经营主体",
            planned_income=income, income=income,
        )
        for village, (name, income) in zip(villages[count:], HALLS, strict=False)
    ]  # fmt: skip
    IdleAsset.objects.bulk_create(rows)


def _years(random: Random, villages: Sequence[Village]) -> None:
    """Last year in debt, this year with an income; as much on average as was told."""
    year = clock.today().year
    facts = VillageFacts.objects.unscoped("loading the demo").filter(village__in=[one.pk for one in villages])
    swings = [random.randrange(-60_000, 60_001, 10) for _ in villages[1:]]
    for village, swing in zip(villages, [-sum(swings), *swings], strict=True):
        before = {"debt": Decimal(DEBT + swing), "operating_income": Decimal(30_000)}
        now = {"debt": Decimal(0), "operating_income": Decimal(EARNED + swing // 10)}
        facts.filter(village=village, year=year - 1).update(**before)
        facts.filter(village=village, year=year).update(**now)
