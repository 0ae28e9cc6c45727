"""The demo's land, idle assets, workshops, sales, funds, public projects and investment.

Real are what the texts tell of 乳山口镇: 200 mu run together (maize last year, upland rice this year, 800,000 yuan
expected), 1,000 yuan rent a mu, 28 greenhouses on 200 mu (P28), sales of 西里新村 up by 45 % (P31), and a year's aims
of 8 new projects and 30 visits (P34). Everything else is invented.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from random import Random

from federations.models import (
    CropPlan,
    Enterprise,
    EnterpriseHelp,
    Federation,
    FederationVillage,
    FundPackage,
    IdleAsset,
    InvestmentLead,
    InvestmentVisit,
    LandParcel,
    PublicProject,
    Sale,
    Workshop,
)
from lianjian import clock
from villages.models import Village

TOWN = "371083101"  # 乳山口镇
POOLED, GREENHOUSES = "371083101223", "371083101224"  # 锅上, 院前
XILI = "371083001216"
CHAINS = ("牡蛎", "大姜", "海参", "文旅", "冷链物流")
CITIES = ("青岛", "烟台", "威海", "济南", "上海", "大连", "苏州", "宁波", "潍坊", "日照")
PRODUCTS = ("乳山牡蛎", "大姜", "苹果", "绿茶", "海参", "手工饽饽")
CRAFTS = (("海贝手工坊", "craft"), ("渔网加工点", "processing"), ("牡蛎分拣车间", "farm"), ("饽饽工坊", "farm"),
          ("直播工坊", "commerce"), ("草编工坊", "craft"), ("服装加工点", "processing"), ("果品分级车间", "farm"),
          ("民宿管家站", "tourism"), ("海产晾晒工坊", "farm"), ("电子配件加工点", "processing"))  # fmt: skip
IDLE = (("老村部院落", "house", "民宿"), ("旧粮库", "hall", "共富工坊"), ("旧校舍", "school", "党群活动室"),
        ("闲置宅基地", "homestead", "渔家民宿"), ("旧冷库", "hall", "海产加工"))  # fmt: skip
HELPS = (("jobs", "吸纳本村务工"), ("funds", "助学和困难帮扶"), ("project", "合建晾晒场"), ("base", "共建育苗基地"),
         ("sales", "订单收购"), ("training", "养殖技术培训"))  # fmt: skip
WORKS = (("村内主路硬化", "one_matter"), ("路灯亮化", "one_matter"), ("自来水管网改造", "livelihood"),
         ("幸福院改造", "livelihood"), ("冷链仓储", "industry"), ("灌溉渠清淤", "infrastructure"))  # fmt: skip


def load_industry(random: Random, villages: Sequence[Village]) -> None:
    """Rows for about every third village of the county, and for 乳山口镇 what the texts tell."""
    federations = {row.village_id: row.federation for row in _memberships()}
    chosen = [village for village in villages if village.pk.startswith(TOWN) or random.random() < 0.3]
    _land(random, chosen, federations)
    _revival(random, chosen)
    _sales(random, chosen)
    _funds(random, chosen, federations)
    _investment(random, chosen)


def _memberships() -> Iterable[FederationVillage]:
    rows = FederationVillage.objects.unscoped("loading the demo")
    return rows.filter(primary=True, valid_to__isnull=True).select_related("federation")


def _land(random: Random, villages: Sequence[Village], federations: dict[str, Federation]) -> None:
    parcels = []
    for village in villages:
        told = village.pk in (POOLED, GREENHOUSES)
        if not told and random.random() > 0.5:
            continue
        under_glass = village.pk == GREENHOUSES
        parcels.append(
            LandParcel(
                village=village,
                name="设施大棚园" if under_glass else "村东连片地",
                kind="greenhouse" if under_glass else "cropland",
                area_mu=200 if told else random.randint(30, 180),
                greenhouses=28 if under_glass else None,
                households=random.randint(15, 70),
                operator=f"{village.name}土地专业合作社",
                federation=federations.get(village.pk),
                rent_per_mu=1000 if told else random.choice((600, 700, 800, 900, 1000)),
                valid_from=dt.date(2024, 3, 1),
                valid_to=dt.date(2034, 3, 1),
            )
        )
    LandParcel.objects.bulk_create(parcels)
    crops = []
    for parcel in parcels:
        area = Decimal(parcel.area_mu)
        last, now = (
            ("玉米", "旱稻") if parcel.village_id == POOLED else random.choice((("玉米", "大姜"), ("花生", "花生")))
        )
        if parcel.kind == "greenhouse":
            last = now = "草莓"
        per_mu = 20_000 if parcel.kind == "greenhouse" else 4_000
        for year, crop in ((2025, last), (2026, now)):
            planned = area * per_mu
            done = year < clock.today().year
            crops.append(
                CropPlan(
                    parcel=parcel, year=year, crop=crop, planned_area=area, area=area if done else None,
                    planned_income=planned, income=planned * random.randint(88, 106) / 100 if done else None,
                    planned_wages=planned / 5, wages=planned / 5 if done else None,
                    planned_dividend=planned / 10, dividend=planned / 12 if done else None,
                )
            )  # fmt: skip
    CropPlan.objects.bulk_create(crops)


def _revival(random: Random, villages: Sequence[Village]) -> None:
    assets, workshops = [], []
    for village in villages:
        for name, kind, used_for in random.sample(IDLE, k=random.choice((0, 1, 1, 2))):
            revived = random.random() < 0.6
            assets.append(
                IdleAsset(
                    village=village, name=name, kind=kind, size=random.randint(2, 12) * 60,
                    state="revived" if revived else random.choice(("idle", "offered")), found_on=dt.date(2025, 4, 10),
                    revived_on=dt.date(2026, random.randint(1, 9), 15) if revived else None,
                    used_for=used_for if revived else "", openly_sought=revived and kind == "hall",
                    places=random.randint(1, 4) if revived else None, planned_income=random.randint(2, 9) * 10_000,
                    income=random.randint(15, 80) * 1_000 if revived else None, planned_jobs=random.randint(3, 12),
                    jobs=random.randint(2, 10) if revived else None,
                )
            )  # fmt: skip
    in_town = [village for village in villages if village.pk.startswith(TOWN)][: len(CRAFTS)]
    for village, (name, kind) in zip(in_town, CRAFTS, strict=False):
        jobs = random.randint(8, 40)
        workshops.append(
            Workshop(
                village=village, name=name, kind=kind, operator=f"{village.name}股份经济合作社",
                opened_on=dt.date(2025, random.randint(1, 12), 1), planned_jobs=jobs + random.randint(0, 8), jobs=jobs,
                poor_jobs=random.randint(0, 4), monthly_wage=random.randint(18, 32) * 100,
                planned_output=random.randint(20, 90) * 10_000,
            )
        )  # fmt: skip
    IdleAsset.objects.bulk_create(assets)
    Workshop.objects.bulk_create(workshops)


def _sales(random: Random, villages: Sequence[Village]) -> None:
    rows = []
    for village in villages:
        product = random.choice(PRODUCTS)
        channel = random.choice(("commerce", "hall", "festival", "help", "order"))
        base = random.randint(20, 160) * 1_000
        for quarter, part in (("2025Q3", 1), ("2026Q2", 0.8), ("2026Q3", 1.45 if village.pk == XILI else 1.1)):
            amount = Decimal(int(base * part))
            rows.append(
                Sale(
                    village=village, quarter=quarter, channel=channel, product=product, planned_amount=base,
                    brand=product if product == "乳山牡蛎" else "", amount=amount, orders=int(amount) // 160,
                )
            )  # fmt: skip
    Sale.objects.bulk_create(rows)


def _funds(random: Random, villages: Sequence[Village], federations: dict[str, Federation]) -> None:
    towns = sorted({village.town_code for village in villages})
    packages = [
        FundPackage(area_id=town, year=year, name="乡村振兴示范片区补助", source="county", planned=planned,
                    arrived=planned * 3 / 4, spent=planned / 2)
        for town in towns
        for year in (2025, 2026)
        for planned in (Decimal(random.randint(8, 30) * 100_000),)
    ]  # fmt: skip
    FundPackage.objects.bulk_create(packages)
    of_town = {package.area_id: package for package in packages if package.year == 2026}
    projects = []
    for village in villages:
        for name, kind in random.sample(WORKS, k=random.choice((0, 1, 1, 2))):
            state = random.choice(("planned", "building", "building", "done"))
            planned = Decimal(random.randint(5, 60) * 10_000)
            projects.append(
                PublicProject(
                    village=village, name=name, kind=kind, state=state, federation=federations.get(village.pk),
                    package=of_town[village.town_code], planned_funds=planned,
                    funds=None if state == "planned" else planned * random.randint(40, 104) / 100,
                    households=random.randint(40, 300), planned_start=dt.date(2026, 3, 1),
                    started_on=None if state == "planned" else dt.date(2026, 3, 20),
                    planned_end=dt.date(2026, 10, 31), finished_on=dt.date(2026, 9, 25) if state == "done" else None,
                )
            )  # fmt: skip
    PublicProject.objects.bulk_create(projects)


def _investment(random: Random, villages: Sequence[Village]) -> None:
    leads = []
    for number in range(8):
        state = ("clue", "talking", "talking", "signed", "signed", "landed", "landed", "landed")[number]
        chain = CHAINS[number % len(CHAINS)]
        found = dt.date(2026, 1 + number, 12)
        planned = Decimal(random.randint(5, 80) * 1_000_000)
        signed = state in ("signed", "landed")
        leads.append(
            InvestmentLead(
                area_id=TOWN, name=f"{chain}产业项目{number + 1}期", chain=chain, investor=f"{CITIES[number]}投资方",
                state=state, found_on=found, signed_on=found + dt.timedelta(days=40) if signed else None,
                landed_on=found + dt.timedelta(days=75) if state == "landed" else None, planned_amount=planned,
                signed_amount=planned * 9 / 10 if signed else None, planned_jobs=random.randint(20, 160),
                arrived_amount=planned / 3 if state == "landed" else None,
            )
        )  # fmt: skip
    InvestmentLead.objects.bulk_create(leads)
    visits = [
        InvestmentVisit(
            area_id=TOWN, on=dt.date(2026, 1, 6) + dt.timedelta(days=10 * number),
            kind=("out", "in", "fair")[number % 3], place=CITIES[number % len(CITIES)],
            chain=CHAINS[number % len(CHAINS)], people=random.randint(3, 9), lead=leads[number % len(leads)],
            result=random.choice(("达成初步意向", "约定回访", "签订框架协议", "")),
        )
        for number in range(30)
    ]  # fmt: skip
    InvestmentVisit.objects.bulk_create(visits)


def load_help(random: Random, villages: Sequence[Village]) -> None:
    """What the chain's enterprises do for the villages of 乳山口镇 (P51); after the enterprises are there."""
    helpers = list(Enterprise.objects.unscoped("loading the demo").order_by("pk"))
    rows = []
    for number, village in enumerate(one for one in villages if one.pk.startswith(TOWN)):
        kind, matter = HELPS[number % len(HELPS)]
        paid, hired = kind in ("funds", "project", "base", "sales"), kind in ("jobs", "project", "base")
        planned, people = random.randint(3, 12) * 10_000, random.randint(6, 24)
        rows.append(
            EnterpriseHelp(
                village=village, enterprise=random.choice(helpers), kind=kind, matter=matter,
                valid_from=dt.date(2025, 6, 1), planned_amount=planned if paid else None,
                amount=planned * random.randint(60, 110) / 100 if paid else None,
                planned_jobs=people + 4 if hired else None, jobs=people if hired else None,
            )
        )  # fmt: skip
    EnterpriseHelp.objects.bulk_create(rows)
