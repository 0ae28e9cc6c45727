"""The demo's places: the real divisions of 乳山市, with invented figures of two years."""

from decimal import Decimal
from random import Random

from lianjian import areacodes, clock
from registers.scope import Scope
from villages.actions.areas import load_areas
from villages.models import Area, TownFacts, Village, VillageFacts

COUNTY = "371083"
OWN_TOWN = "371083101"
# What the town's secretary counts (P01); the divisions' own count differs, and both stay visible.
RUSHANKOU = {
    "area_km2": Decimal("98.1"),
    "coastline_km": Decimal(35),
    "villages_reported": 41,
    "communities_reported": 3,
    "households": 12461,
    "population": 25104,
}
# Villages of the clerk's own town whose figures of this year are still owed, so that the demo's home has work.
STILL_OWED = ("371083101201", "371083101212", "371083101226")
CLASS_WEIGHTS = (52, 12, 14, 12, 10)  # gathering, suburban, featured, relocating, none yet
SPECIALTIES = ("牡蛎养殖", "苹果", "大姜", "草莓", "茶叶", "海参", "花生", "民宿", "葡萄", "")


def load_places(random: Random) -> list[Village]:
    """Areas, villages, and the figures of last year and this; returns the county's villages in code order."""
    load_areas(COUNTY)
    whole = Scope.area(COUNTY)
    villages = list(Village.objects.within(whole, "demo").order_by("pk"))
    for village in villages:
        village.specialties = random.choice(SPECIALTIES)
    Village.objects.within(whole, "demo").bulk_update(villages, ["specialties"], batch_size=500)
    this_year = clock.today().year
    facts = []
    for village in villages:
        last = _facts_of(village, this_year - 1, random)
        facts.append(last)
        if village.pk not in STILL_OWED:
            facts.append(_a_year_later(last, random))
    VillageFacts.objects.bulk_create(facts, batch_size=500)
    _load_town_facts(this_year)
    return villages


def load_classes(random: Random, villages: list[Village]) -> None:
    """村庄分类: what lies by the town's streets is suburban; communities and a few villages have none yet."""
    classes = Village.PlanningClass
    for village in villages:
        drawn = random.choices((*classes, ""), CLASS_WEIGHTS)[0]
        if village.kind == Village.Kind.COMMUNITY:
            drawn = ""
        elif village.pk[6] == "0" and drawn != classes.RELOCATING:  # of a street (街道)
            drawn = classes.SUBURBAN
        village.planning_class = drawn
    Village.objects.within(Scope.area(COUNTY), "demo").bulk_update(villages, ["planning_class"], batch_size=500)


def _facts_of(village: Village, year: int, random: Random) -> VillageFacts:
    is_community = village.kind == Village.Kind.COMMUNITY
    population = random.randint(1800, 5200) if is_community else random.randint(180, 760)
    strong = random.random() < 0.3
    income = Decimal(random.randint(110_000, 680_000) if strong else random.randint(18_000, 140_000))
    return VillageFacts(
        village=village,
        year=year,
        households=population * 10 // random.randint(23, 28),
        population=population,
        residents=population * random.randint(55, 98) // 100,
        party_members=population * random.randint(3, 8) // 100,
        arable_land=Decimal(0 if is_community else population * random.randint(9, 26) // 10),
        forest_land=Decimal(0 if is_community else random.randint(0, 900)),
        operating_income=income,
        contract_income=Decimal(random.randint(0, 90_000)),
        investment_income=Decimal(random.choice((0, 0, 0, random.randint(2_000, 40_000)))),
        subsidy_income=Decimal(random.randint(20_000, 120_000)),
        other_income=Decimal(random.randint(0, 15_000)),
        expenditure=income * random.randint(50, 95) / 100,
        debt=Decimal(random.choice((0, 0, random.randint(20_000, 550_000)))),
        assets=income * random.randint(6, 20),
    )


def _a_year_later(last: VillageFacts, random: Random) -> VillageFacts:
    growth = Decimal(random.randint(96, 131)) / 100
    return VillageFacts(
        village_id=last.village_id,
        year=last.year + 1,
        households=last.households,
        population=last.population - random.randint(0, 6),
        residents=max(last.residents - random.randint(-4, 10), 0),
        party_members=last.party_members,
        arable_land=last.arable_land,
        forest_land=last.forest_land,
        operating_income=(last.operating_income * growth).quantize(Decimal("0.01")),
        contract_income=last.contract_income,
        investment_income=last.investment_income,
        subsidy_income=last.subsidy_income,
        other_income=last.other_income,
        expenditure=(last.expenditure * growth).quantize(Decimal("0.01")),
        debt=last.debt * random.randint(60, 100) / 100,
        assets=(last.assets * growth).quantize(Decimal("0.01")),
    )


def _load_town_facts(this_year: int) -> None:
    towns = Area.objects.within(Scope.area(COUNTY), "demo").filter(level=Area.Level.TOWN)
    own = [town for town in towns if town.code == OWN_TOWN]
    TownFacts.objects.bulk_create(
        TownFacts(town=town, year=year, **RUSHANKOU) for town in own for year in (this_year - 1, this_year)
    )


def town_codes(villages: list[Village]) -> list[str]:
    return sorted({areacodes.town_of(village.pk) for village in villages})
