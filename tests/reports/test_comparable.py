"""The comparable series of merged villages (P03): sums add, ratios recompute, a split cannot be compared."""

import datetime as dt

import pytest
from django.urls import reverse

from federations.models import IdleAsset
from lianjian.periods import Period
from registers.errors import WrongState
from registers.models import DirtyScope
from reports import indicators
from reports.actions.outbox import refresh_all_dirty
from reports.actions.rollup import refresh_period
from reports.models import IndicatorValue
from reports.queries import comparable, figures
from reports.queries.figures import Place
from tests.reports import factories as make
from tests.world import COUNTY, TOWN
from villages.actions.merging import MergeRow, NewVillage, merge_villages, undo_merge
from villages.models import CollectiveResource, Facility, VillagePhoto

pytestmark = pytest.mark.django_db
SOUTH, NORTH, HOLLOW, GUOSHANG = (f"371083101{tail}" for tail in ("206", "207", "222", "223"))
LAST_YEAR, THIS_YEAR = Period.parse("2025"), Period.parse("2026")
SECOND, THIRD = Period.parse("2026Q2"), Period.parse("2026Q3")


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


def test_what_a_village_holds_is_counted_where_it_was_then(world):
    """Resources, facilities and idle assets end in the old village and go on in the new: no quarter loses them."""
    for code, area in ((SOUTH, 140), (NORTH, 60)):
        village = world.village(code)
        CollectiveResource.objects.create(village=village, name="河滩", kind="beach", area_mu=area)
        Facility.objects.create(village=village, name="路灯", kind="lamps", state="repair", built_year=2018)
        IdleAsset.objects.create(
            village=village, name="旧校舍", kind="school", found_on=dt.date(2025, 4, 1), state="revived",
            revived_on=dt.date(2026, 3, 1), income=1_000,
        )  # fmt: skip
    refresh_period(COUNTY, SECOND)
    refresh_all_dirty()
    rows = [MergeRow(world.village(code), NewVillage("唐家")) for code in (SOUTH, NORTH)]
    merge = merge_villages(by=world.user("xianji"), on=dt.date(2026, 8, 1), basis="批〔2026〕1 号", rows=rows).merge
    new = merge.lines.first().successor_id
    assert {(row.area_code, row.topic, row.period) for row in DirtyScope.objects.all()} >= {
        (code, topic, "") for code in (SOUTH, NORTH, new)
        for topic in ("villages.resources", "villages.facilities", "revival.assets")
    }  # fmt: skip
    refresh_all_dirty()
    for period in (SECOND, THIRD):  # recomputed after the merge
        refresh_period(COUNTY, period)
    families = comparable.families_of([new])
    told = {"resources_area": (140, 60, 200), "facilities_broken": (1, 1, 2), "idle_income": (1_000, 1_000, 2_000)}
    for indicator, (south, north, both) in told.items():
        assert [value(code, indicator, SECOND) for code in (SOUTH, NORTH, new, TOWN)] == [south, north, None, both]
        assert [value(code, indicator, THIRD) for code in (SOUTH, NORTH, new, TOWN)] == [None, None, both, both]
        assert value(new, indicator, SECOND, families=families) == both
    names = (
        CollectiveResource.objects.unscoped("test").filter(village=new).values_list("name", "valid_from", "valid_to")
    )
    assert set(names) == {(f"{old}河滩", dt.date(2026, 8, 1), None) for old in ("南唐家", "北唐家")}
    undo_merge(by=world.user("xianji"), merge=merge, reason="批文有误")
    for model in (CollectiveResource, Facility, IdleAsset):
        rows = model.objects.unscoped("test").values_list("village", "valid_from", "valid_to")
        assert set(rows) == {(SOUTH, None, None), (NORTH, None, None)}
    refresh_all_dirty()
    refresh_period(COUNTY, THIRD)
    assert [value(code, "resources_area", THIRD) for code in (SOUTH, NORTH, TOWN)] == [140, 60, 200]


def test_a_continued_row_that_something_refers_to_is_not_taken_back(world):
    facility = Facility.objects.create(village=world.village(SOUTH), name="广场", kind="square")
    rows = [MergeRow(world.village(SOUTH), world.village(NORTH))]
    merge = merge_villages(by=world.user("xianji"), on=dt.date(2026, 8, 1), basis="批〔2026〕1 号", rows=rows).merge
    copy = Facility.objects.unscoped("test").exclude(pk=facility.pk).get()
    VillagePhoto.objects.create(
        village=world.village(NORTH), facility=copy, caption="广场", width=1, height=1, size=1, image="a", thumbnail="b"
    )
    with pytest.raises(WrongState, match="有别的记录用到“南唐家”的设施"):
        undo_merge(by=world.user("xianji"), merge=merge, reason="批文有误")
    facility.refresh_from_db()
    assert facility.valid_to == dt.date(2026, 8, 1)
