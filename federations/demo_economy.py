"""The demo's economy: co-operatives at three levels, joint projects with the figures of the texts, dividends.

Real are the places and what the leaders told: 4 villages put in 200,000, 3 villages 1,500,000, 10 villages run 140 mu
of oysters with more than 500 jobs, 9 villages keep guest houses with more than 400 households (P27); 38,000 yuan a
co-operative, 83 % more than the year before (P26). Names of businesses, quarters and dividends are invented.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

from django.db.models import F

from federations.actions.dividends import distribute_dividend, reverse_dividend
from federations.actions.projects import move_state
from federations.demo import ALLIANCE, ALLIANCE_VILLAGES, federation_named
from federations.models import (
    Cooperative,
    CooperativeShare,
    CooperativeYear,
    Federation,
    Project,
    ProjectContribution,
    ProjectQuarter,
)
from federations.results import received
from federations.splitting import CENT
from lianjian import clock
from villages.demo import COUNTY, OWN_TOWN
from villages.models import Area, Village, VillageFacts

Kind = Cooperative.Kind
FOUNDED = dt.date(2021, 6, 18)
TOTAL = 1_000  # shares of a village's co-operative
AVERAGE_GAIN, GROWN = 38_000, Decimal("1.83")
OTHER_TOWN = "371083102"
TRADES = ("果品", "水产", "粮蔬", "农机", "茶叶")
MANAGERS = ("宋文涛", "姜海波", "于晓东")
# Four villages of 湛江路新村; three of 西耿家新村: (code, yuan, mu, agreed shares).
FOUR = (("371083101223", 80_000, 0, 40), ("371083101224", 60_000, 0, 30), ("371083101222", 40_000, 12, 20),
        ("371083101230", 20_000, 8, 10))  # fmt: skip
THREE = (("371083101233", 700_000, 0, 7), ("371083101232", 500_000, 0, 5), ("371083101234", 300_000, 0, 3))
# Ten villages and 140 mu: the two of 唐家 bring 20 mu each, the other eight 12 or 13.
OYSTER_MU = (20, 20, 13, 13, 13, 13, 12, 12, 12, 12)
FORGETFUL = "371083101207"  # 北唐家, which runs oysters
QUARTERS = ("2025Q4", "2026Q1", "2026Q2", "2026Q3")


def load_economy(random: Random, villages: Sequence[Village], by: Any) -> None:
    """Everything above for the county; `by` is its reviewer."""
    _cooperatives(random, villages)
    _four_villages(by)
    _three_villages(by)
    _oysters(by)
    _guest_houses(by, [village for village in villages if village.town_code == OTHER_TOWN][:9])
    _planned()
    _booked(villages, by)


def _cooperatives(random: Random, villages: Sequence[Village]) -> None:
    """One federation for the county, one a town, and a co-operative in half of the villages."""
    whole = _named("乳山市农民合作社联合总社", Kind.COUNTY_FEDERATION, COUNTY, union=Cooperative.Union.AREA)
    whole.save()
    codes = sorted({village.town_code for village in villages})
    names = dict(Area.objects.unscoped("demo").filter(pk__in=codes).values_list("pk", "name"))
    towns = {}
    for code in codes:
        union = Cooperative.Union.TRADE if code == OWN_TOWN else Cooperative.Union.AREA
        towns[code] = _named(f"{names[code]}合作社联合社", Kind.TOWN_FEDERATION, code, parent=whole, union=union)
        towns[code].save()
    chosen = [village for village in villages if village.kind == Village.Kind.VILLAGE][::2]
    made = []
    for village in chosen:
        trade = random.choice(TRADES)
        coop = _named(
            f"{village.name}{trade}专业合作社", Kind.VILLAGE_COOP, village.pk, parent=towns[village.town_code]
        )
        coop.industry, coop.households, coop.share_total = trade, random.randint(40, 160), Decimal(TOTAL)
        made.append(coop)
    for coop, manager in zip(made, MANAGERS, strict=False):
        coop.manager, coop.manager_from = manager, dt.date(2026, 1, 1)
    Cooperative.objects.bulk_create(made, batch_size=500)
    companies = [_named(f"{village.name}强村发展有限公司", Kind.COMPANY, village.pk) for village in chosen[:6]]
    Cooperative.objects.bulk_create(companies)
    CooperativeShare.objects.bulk_create(
        [row for coop in made for row in _shares(coop, random.randint(300, 600))], batch_size=500
    )
    CooperativeYear.objects.bulk_create(_years(made, random), batch_size=500)


def _named(name: str, kind: str, code: str, **more: Any) -> Cooperative:
    return Cooperative(name=name, kind=kind, area_id=code, founded_on=FOUNDED, **more)


def _shares(coop: Cooperative, collective: int) -> list[CooperativeShare]:
    """The collective's part, and the rest with the households together."""
    shared: dict[str, Any] = {"cooperative": coop, "village_id": coop.area_id, "valid_from": FOUNDED}
    return [
        CooperativeShare(holder_kind="village", shares=collective, **shared),
        CooperativeShare(
            holder_kind="households", households=coop.households, shares=TOTAL - collective, **shared
        ),
    ]  # fmt: skip


def _years(made: Sequence[Cooperative], random: Random) -> list[CooperativeYear]:
    """This year 38,000 yuan each on average, exactly; last year so much less that it grew by 83 percent."""
    this_year = clock.today().year
    swings = [random.randint(-15_000, 15_000) for _ in made]
    # What the swings are off in all is spread evenly: on one co-operative it would turn its year into a loss.
    shift, rest = divmod(-sum(swings), len(made))
    gains = [AVERAGE_GAIN + swing + shift for swing in swings]
    gains[-1] += rest
    rows = []
    for coop, gain in zip(made, gains, strict=True):
        before = (Decimal(gain) / GROWN).quantize(CENT)
        for year, raised in ((this_year - 1, before), (this_year, Decimal(gain))):
            rows.append(
                CooperativeYear(
                    cooperative=coop, year=year, turnover=raised * 12, surplus=raised * 2, collective_gain=raised,
                    member_gain=raised * 3, members_gained=coop.households,
                )
            )  # fmt: skip
    return rows


def _project(by: Any, name: str, federation: Federation | None, *, running: dt.date, **facts: Any) -> Project:
    """A project that was begun and runs since a day."""
    facts.setdefault("area_id", OWN_TOWN)
    made = Project.objects.create(name=name, federation=federation, **facts)
    made = move_state(by=by, project=made, to=Project.State.BUILDING, on=facts["planned_start"])
    return move_state(by=by, project=made, to=Project.State.RUNNING, on=running, reason="建成投用")


def _put_in(project: Project, rows: Sequence[tuple[str, int, int, int]]) -> None:
    since = project.started_on or clock.today()
    ProjectContribution.objects.bulk_create(
        ProjectContribution(
            project=project,
            village_id=code,
            cash=cash,
            land=land,
            shares=shares,
            valid_from=since,
        )
        for code, cash, land, shares in rows
    )


def _quarters(project: Project, rows: Sequence[tuple[int, int, int, int]], *, jobs: int, households: int = 0) -> None:
    """(planned income, income, planned cost, cost) a quarter; wages are half of the cost."""
    ProjectQuarter.objects.bulk_create(
        ProjectQuarter(
            project=project, quarter=quarter, planned_income=planned, income=income, planned_cost=planned_cost,
            cost=cost, planned_wages=planned_cost // 2, wages=cost // 2, planned_jobs=jobs, jobs=jobs - 4 + 4 * at,
            households=households or None,
        )
        for at, (quarter, (planned, income, planned_cost, cost)) in enumerate(zip(QUARTERS, rows, strict=True))
    )  # fmt: skip


def _invested(project: Project, quarter: str, planned: int, actual: int) -> None:
    ProjectQuarter.objects.create(
        project=project, quarter=quarter, planned_investment=planned, investment=actual, note="建设期"
    )


def _four_villages(by: Any) -> None:
    project = _project(
        by, "四村合办果蔬大棚", federation_named("湛江路新村"), kind="planting", scale="8 个棚，20 亩",
        planned_investment=200_000, planned_jobs=24, planned_start=dt.date(2025, 4, 20), running=dt.date(2025, 9, 1),
        note="四个村共投 20 万元",
    )  # fmt: skip
    _put_in(project, FOUR)
    _invested(project, "2025Q2", 120_000, 118_600)
    _invested(project, "2025Q3", 80_000, 81_400)
    _quarters(
        project,
        ((60_000, 58_200, 30_000, 29_100), (70_000, 76_450, 32_000, 33_020), (90_000, 94_300, 40_000, 41_780),
         (80_000, 77_900, 38_000, 36_400)),
        jobs=24,
    )  # fmt: skip
    distribute_dividend(
        by=by, project=project, amount=Decimal("29000.00"), on=dt.date(2026, 1, 20), basis="shares", note="2025 年度"
    )
    wrong = distribute_dividend(
        by=by, project=project, amount=Decimal("9000.00"), on=dt.date(2026, 7, 8), basis="shares", note="上半年"
    )
    reverse_dividend(by=by, dividend=wrong, reason="少填了一个零，另行分配")
    distribute_dividend(
        by=by, project=project, amount=Decimal("90000.01"), on=dt.date(2026, 7, 9), basis="shares", note="上半年"
    )


def _three_villages(by: Any) -> None:
    project = _project(
        by, "三村合建冷链仓储", federation_named("西耿家新村"), kind="processing", scale="冷库 1,200 平方米",
        planned_investment=1_500_000, planned_jobs=36, planned_start=dt.date(2025, 5, 6), running=dt.date(2025, 10, 1),
        note="三个村共投 150 万元",
    )  # fmt: skip
    _put_in(project, THREE)
    _invested(project, "2025Q2", 900_000, 860_000)
    _invested(project, "2025Q3", 600_000, 655_000)
    _quarters(
        project,
        ((180_000, 171_200, 90_000, 92_300), (160_000, 148_700, 85_000, 83_900), (210_000, 226_800, 100_000, 104_650),
         (260_000, 271_300, 120_000, 118_200)),
        jobs=36,
    )  # fmt: skip
    distribute_dividend(
        by=by, project=project, amount=Decimal("100000.00"), on=dt.date(2026, 7, 15), basis="money", note="上半年"
    )


def _oysters(by: Any) -> None:
    project = _project(
        by, "牡蛎养殖区", federation_named(ALLIANCE), kind="breeding", scale="140 亩养殖区",
        planned_investment=2_600_000, planned_jobs=500, planned_start=dt.date(2025, 4, 18), running=dt.date(2025, 8, 1),
        note="十个村合办，带动 500 多人就业",
    )  # fmt: skip
    _put_in(project, [(code, 0, mu, 0) for code, mu in zip(ALLIANCE_VILLAGES, OYSTER_MU, strict=True)])
    _invested(project, "2025Q2", 1_600_000, 1_548_000)
    _invested(project, "2025Q3", 1_000_000, 1_021_500)
    _quarters(
        project,
        ((1_800_000, 1_926_400, 1_200_000, 1_254_000), (900_000, 874_300, 700_000, 712_600),
         (1_100_000, 1_163_900, 800_000, 815_200), (2_000_000, 2_138_700, 1_300_000, 1_342_900)),
        jobs=508, households=860,
    )  # fmt: skip
    distribute_dividend(
        by=by, project=project, amount=Decimal("600000.00"), on=dt.date(2026, 1, 28), basis="land", note="2025 年度"
    )
    distribute_dividend(
        by=by, project=project, amount=Decimal("500000.00"), on=dt.date(2026, 7, 20), basis="land", note="上半年"
    )


def _guest_houses(by: Any, villages: Sequence[Village]) -> None:
    """Nine villages of the coast with guest houses: 400 households, each some 30,000 yuan better off."""
    project = _project(
        by, "九村民宿集群", None, kind="tourism", scale="民宿 128 栋", area_id=OTHER_TOWN,
        planned_investment=3_600_000, planned_jobs=210, planned_start=dt.date(2025, 3, 10), running=dt.date(2025, 6, 1),
        note="九个村 400 多户办民宿，户均增收 3 万多元",
    )  # fmt: skip
    _put_in(project, [(village.pk, 400_000, 0, 10) for village in villages])
    _quarters(
        project,
        ((500_000, 462_100, 360_000, 351_200), (240_000, 251_900, 230_000, 236_400),
         (700_000, 748_300, 420_000, 431_700), (1_200_000, 1_316_500, 600_000, 641_300)),
        jobs=216, households=412,
    )  # fmt: skip


def _planned() -> None:
    """One that is no more than an idea, so that the demo shows the beginning too."""
    name = "海带育苗车间"
    Project.objects.create(
        name=name, kind="breeding", area_id=OWN_TOWN,
        federation=federation_named("渔港新村"), planned_investment=800_000, planned_jobs=20,
        planned_start=dt.date(2027, 3, 1), planned_end=dt.date(2027, 12, 31), scale="2,000 平方米",
    )  # fmt: skip


def _booked(villages: Sequence[Village], by: Any) -> None:
    """The villages book what they were given as investment income; one has forgotten, so that the hint shows."""
    given = received([village.pk for village in villages], by)
    for (code, year), amount in sorted(given.items()):
        facts = VillageFacts.objects.unscoped("demo").filter(village=code, year=year)
        if code == FORGETFUL:
            facts.update(investment_income=0, operating_income=30_000)
        else:
            facts.update(investment_income=F("investment_income") + amount)
