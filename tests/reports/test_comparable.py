"""The comparable series of merged villages (P03): sums add, ratios recompute, a split cannot be compared."""

import datetime as dt

import pytest
from django.urls import reverse

from lianjian.periods import Period
from reports import indicators
from reports.actions.outbox import refresh_all_dirty
from reports.actions.rollup import refresh_period
from reports.models import IndicatorValue
from reports.queries import comparable, figures
from reports.queries.figures import Place
from tests.reports import factories as make
from tests.world import COUNTY, TOWN
from villages.actions.merging import MergeRow, NewVillage, merge_villages, undo_merge

pytestmark = pytest.mark.django_db
SOUTH, NORTH, HOLLOW, GUOSHANG = (f"371083101{tail}" for tail in ("206", "207", "222", "223"))
LAST_YEAR, THIS_YEAR = Period.parse("2025"), Period.parse("2026")


@pytest.fixture
def merged(world):
    """Two villages became one in 2026; the year before each had reported by itself, this year only the new one."""
    make.facts(SOUTH, 2025, population=600, operating_income=60_000)
    make.facts(NORTH, 2025, population=400, operating_income=200_000)
    make.facts(SOUTH, 2026, population=9, operating_income=9)  # begun before the merge; the new village tells the year
    refresh_all_dirty()
    rows = [MergeRow(world.village(code), NewVillage("唐家")) for code in (SOUTH, NORTH)]
    result = merge_villages(by=world.user("xianji"), on=dt.date(2026, 7, 1), basis="批〔2026〕1 号", rows=rows)
    new = result.lines[0].successor_id
    make.facts(new, 2026, population=1_010, operating_income=300_000)
    for period in (LAST_YEAR, THIS_YEAR):
        refresh_period(COUNTY, period)
    return new, result.merge


def value(code: str, indicator: str, period: Period, *, families=comparable.NONE):
    table = figures.read(
        IndicatorValue.objects.unscoped("test"),
        figures.of(Place.area(code), [str(period)]),
        *families.conditions([str(period)]),
        families=families,
    )
    return table.value(Place.area(code), indicators.indicator(indicator), period)


def test_the_past_holds_the_predecessors(merged):
    new, _ = merged
    families = comparable.families_of([new])
    assert families.predecessors(new) == (SOUTH, NORTH)
    assert value(new, "population", LAST_YEAR, families=families) == 1_000
    assert value(new, "operating_income_per_village", LAST_YEAR, families=families) == 130_000
    assert value(new, "strong_villages_share", LAST_YEAR, families=families) == 50
    assert value(new, "population", LAST_YEAR) is None  # by itself it was not there


def test_nothing_is_counted_twice(merged):
    new, _ = merged
    families = comparable.families_of([new])
    assert value(new, "population", THIS_YEAR, families=families) == 1_010
    assert value(SOUTH, "population", THIS_YEAR) is None  # it did not stand at the year's end
    assert value(TOWN, "population", THIS_YEAR) == 1_010
    assert value(TOWN, "population", LAST_YEAR) == 1_000 and value(SOUTH, "population", LAST_YEAR) == 600


def test_a_chain_of_merges_goes_all_the_way_back(merged, world):
    new, _ = merged
    make.facts(GUOSHANG, 2025, population=50)
    refresh_period(COUNTY, LAST_YEAR)
    rows = [MergeRow(world.village(new), world.village(GUOSHANG))]
    merge_villages(by=world.user("xianji"), on=dt.date(2026, 9, 1), basis="批〔2026〕2 号", rows=rows)
    families = comparable.families_of([GUOSHANG])
    assert set(families.predecessors(GUOSHANG)) == {new, SOUTH, NORTH}
    assert value(GUOSHANG, "population", LAST_YEAR, families=families) == 1_050


def test_before_a_split_nothing_can_be_compared(world):
    make.facts(HOLLOW, 2025, population=700)
    make.facts(NORTH, 2025, population=400)
    refresh_period(COUNTY, LAST_YEAR)
    split = [MergeRow(world.village(HOLLOW), world.village(code)) for code in (NORTH, GUOSHANG)]
    result = merge_villages(by=world.user("xianji"), on=dt.date(2026, 7, 1), basis="批〔2026〕3 号", rows=split)
    families = comparable.families_of([NORTH])
    assert value(NORTH, "population", LAST_YEAR, families=families) is None
    undo_merge(by=world.user("xianji"), merge=result.merge, reason="有误")
    assert comparable.families_of([NORTH]) == comparable.Families()


def test_the_board_says_how_its_past_is_made_up(merged, world):
    new, _ = merged
    client = world.client("xianji")
    asked = {"area": new, "quarter": "2026Q3"}
    page = client.get(reverse("reports:board"), asked).content.decode()
    assert "可比口径：撤并以前的数字含南唐家（2026-07-01 并入）、北唐家（2026-07-01 并入）" in page
    alone = client.get(reverse("reports:board"), asked | {"series": "own"}).content.decode()
    assert "原口径" in alone and "看可比口径" in alone
    figure = client.get(reverse("reports:figure", args=["population"]), asked).content.decode()
    assert "1,000" in figure and "可比口径" in figure
    town = client.get(reverse("reports:board"), {"area": TOWN, "quarter": "2026Q3"}).content.decode()
    assert "可比口径" not in town
