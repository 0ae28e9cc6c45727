"""Samples of the registers of the economy: enterprises, co-operatives, projects and what belongs to them."""

import datetime as dt
from decimal import Decimal

from federations.actions.dividends import distribute_dividend
from federations.models import (
    Cooperative,
    CooperativeShare,
    CooperativeYear,
    Dividend,
    Enterprise,
    Project,
    ProjectContribution,
    ProjectQuarter,
)
from tests.registers.suite.samples import UNKNOWN_VILLAGE, Sample
from tests.villages.samples import village_in
from tests.world import TOWN, World

UNKNOWN_PLACE = UNKNOWN_VILLAGE


def make_enterprise(world: World, town: str, number: int) -> Enterprise:
    name = f"样{number}水产公司"
    return Enterprise.objects.create(
        name=name, kind="company", area_id=village_in(world, town, number).pk,
        industry="牡蛎养殖", valid_from=dt.date(2025, 1, 1),
    )  # fmt: skip


def make_cooperative(world: World, town: str, number: int) -> Cooperative:
    name = f"{town[-3:]}样{number}果品合作社"
    return Cooperative.objects.create(
        name=name, kind="village_coop", area=village_in(world, town, number).area,
        industry="苹果", households=80 + number, founded_on=dt.date(2021, 6, 18),
    )  # fmt: skip


def cooperative_of(world: World, town: str, number: int) -> Cooperative:
    """The co-operative that a row of that number belongs to, made where it is not there yet."""
    found = Cooperative.objects.unscoped("test").filter(name=f"{town[-3:]}样{number}果品合作社")
    return found.first() or make_cooperative(world, town, number)


def make_share(world: World, town: str, number: int) -> CooperativeShare:
    return CooperativeShare.objects.create(
        cooperative=cooperative_of(world, town, 300), holder_kind="village", village=village_in(world, town, number),
        shares=Decimal(100), valid_from=dt.date(2021, 7, 1),
    )  # fmt: skip


def make_year(world: World, town: str, number: int) -> CooperativeYear:
    return CooperativeYear.objects.create(
        cooperative=cooperative_of(world, town, number), year=2020 + number % 3, turnover=Decimal(860_000)
    )


def make_project(world: World, town: str, number: int) -> Project:
    name = f"{town[-3:]}样{number}养殖区"
    return Project.objects.create(
        name=name, kind="breeding", area_id=town, scale="20 亩",
        planned_investment=Decimal(200_000), started_on=dt.date(2025, 3, 1),
    )  # fmt: skip


def project_of(world: World, town: str, number: int) -> Project:
    found = Project.objects.unscoped("test").filter(name=f"{town[-3:]}样{number}养殖区")
    return found.first() or make_project(world, town, number)


def make_contribution(world: World, town: str, number: int) -> ProjectContribution:
    return ProjectContribution.objects.create(
        project=project_of(world, town, 300), village=village_in(world, town, number), cash=Decimal(50_000),
        shares=Decimal(number), valid_from=dt.date(2025, 3, 1),
    )  # fmt: skip


def make_quarter(world: World, town: str, number: int) -> ProjectQuarter:
    return ProjectQuarter.objects.create(
        project=project_of(world, town, number), quarter=f"2026Q{number % 3 + 1}", income=Decimal(300_000)
    )


def make_dividend(world: World, town: str, number: int) -> Dividend:
    """A year's dividend of a project that two villages run."""
    project = project_of(world, town, 400)
    Project.objects.unscoped("test").filter(pk=project.pk).update(state="running")
    if not project.contributions.unscoped("test").exists():
        for village in (1, 2):
            ProjectContribution.objects.create(
                project=project, village=village_in(world, town, village), shares=village, valid_from=project.started_on
            )
    return distribute_dividend(
        by=world.user("xianji"), project=Project.objects.unscoped("test").get(pk=project.pk),
        amount=Decimal(100 + number), on=dt.date(2026, 1, 1 + number % 28), basis="shares", note="年度分红",
    )  # fmt: skip


ECONOMY_SAMPLES = {
    "cooperatives": Sample(
        make=make_cooperative,
        texts=lambda world, town, number: {
            "name": f"新{number}果品合作社", "kind": "village_coop", "area_code": village_in(world, town, number).pk,
            "industry": "苹果", "share_total": "1000.00",
        },
        change=("industry", "草莓"),
        wrong=("kind", "股份公司"),
        place=("area_code", UNKNOWN_PLACE),
    ),
    "cooperative-shares": Sample(
        make=make_share,
        texts=lambda world, town, number: {
            "cooperative": cooperative_of(world, town, 310 + number).name, "holder_kind": "households",
            "village_code": village_in(world, town, number).pk, "households": "60", "shares": "400.00",
            "from": "2021-07-01",
        },
        change=("note", "以果园入股"),
        wrong=("shares", "四成"),
        place=("cooperative", "没有的合作社"),
    ),
    "cooperative-years": Sample(
        make=make_year,
        texts=lambda world, town, number: {
            "cooperative": cooperative_of(world, town, 310 + number).name, "year": "2026", "turnover": "860000.00",
            "collective_gain": "38000.00",
        },
        change=("note", "连续三年增收"),
        wrong=("year", "今年"),
        place=("cooperative", "没有的合作社"),
    ),
    "projects": Sample(
        make=make_project,
        texts=lambda world, town, number: {
            "name": f"新{number}养殖区", "kind": "breeding", "state": "planned", "area_code": town,
            "planned_jobs": "500",
        },
        change=("scale", "140 亩养殖区"),
        wrong=("planned_investment", "二十万"),
        place=("area_code", f"{TOWN[:6]}199"),
    ),
    "project-contributions": Sample(
        make=make_contribution,
        texts=lambda world, town, number: {
            "project": project_of(world, town, 310 + number).name, "village_code": village_in(world, town, number).pk,
            "cash": "50000.00", "from": "2025-03-01",
        },
        change=("assets_named", "旧厂房 3 间"),
        wrong=("from", "去年"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
    "project-quarters": Sample(
        make=make_quarter,
        texts=lambda world, town, number: {
            "project": project_of(world, town, 310 + number).name, "quarter": "2026Q3", "planned_income": "300000.00",
            "jobs": "512",
        },
        change=("jobs", "512"),
        wrong=("income", "三十万元整"),
        place=("project", "没有的项目"),
    ),
    "dividends": Sample(make=make_dividend),
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
