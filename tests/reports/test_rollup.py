"""The rollup: every level and federation, whole and by scope, and never out of date."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction

from lianjian.periods import Period
from members.actions.redemptions import cancel, redeem
from registers.models import CountySetting, DirtyScope
from reports import indicators
from reports.actions.outbox import refresh_all_dirty, refresh_dirty
from reports.actions.rollup import refresh_period, refresh_scope
from reports.models import IndicatorValue
from tests.members.points import shop
from tests.reports import factories as make
from tests.world import CITY_STREET, COUNTY, OTHER_TOWN, TOWN, build_world
from villages.models import Area, VillageFacts

YEAR, QUARTER = Period.parse("2026"), Period.parse("2026Q3")
SOUTH, NORTH, JIANG, POT, FRONT = (f"371083101{number}" for number in (206, 207, 222, 223, 224))
WEST, SAND = "371083001216", "371083102201"


def value(place: str, code: str, period: Period | str = QUARTER, kind: str = ""):
    kinds = {2: "province", 4: "city", 6: "county", 9: "town", 12: "village"}
    row = (
        IndicatorValue.objects.unscoped("test")
        .filter(place_kind=kind or kinds[len(place)], place_key=place, period=str(period), indicator=code)
        .first()
    )
    return indicators.indicator(code).value(row.numerator, row.denominator) if row else None


def everything() -> set[tuple]:
    return set(
        IndicatorValue.objects.unscoped("test").values_list(
            "place_kind", "place_key", "period", "indicator", "numerator", "denominator"
        )
    )


@pytest.fixture
def figures(world):
    """Two years of facts, a federation over two towns, points of two quarters and a locked close."""
    for village, income in ((SOUTH, 120_000), (NORTH, 40_000), (JIANG, 100_000), (WEST, 900_000), (SAND, 0)):
        make.facts(village, 2026, operating_income=income, debt=1_000, subsidy_income=Decimal("0.05"), arable_land=10)
        make.facts(village, 2025, operating_income=income // 2, debt=3_000)
    tang = make.federation(world, "唐家新村", [SOUTH, NORTH])
    west = make.federation(world, "西里新村", [JIANG, WEST], area=CITY_STREET)
    rules = make.scheme()
    people = {village: make.member(village) for village in (SOUTH, NORTH, WEST)}
    make.entry(world, people[SOUTH], rules)
    wrong = make.entry(world, people[NORTH], rules)
    make.entry(world, people[NORTH], rules, points=-30)
    make.reverse(world, wrong)
    make.claim(world, people[WEST])
    make.close(
        world,
        rules,
        [
            {"subject": people[SOUTH], "total": 920, "grade": "优秀", "federation": tang},
            {"subject": people[NORTH], "total": 715, "grade": "合格", "federation": tang},
            {"subject": people[WEST], "total": None, "federation": west},
        ],
    )
    return {"tang": tang, "west": west, "people": people, "rules": rules}


def refresh_all() -> None:
    for text in ("2025", "2026", "2026Q2", "2026Q3"):
        refresh_period(COUNTY, Period.parse(text))


def test_sums_and_ratios_at_every_level(figures):
    refresh_all()
    assert value(SOUTH, "operating_income", YEAR) == 120_000
    assert value(TOWN, "operating_income", YEAR) == 260_000
    assert value(CITY_STREET, "operating_income", YEAR) == 900_000
    for above in (COUNTY, "3710", "37"):
        assert value(above, "operating_income", YEAR) == 1_160_000
        assert value(above, "facts_reported", YEAR) == 5
    assert value(COUNTY, "total_income", YEAR) == Decimal("1160000.25")
    assert value(COUNTY, "debt", YEAR) == 5_000
    # A ratio is made of sums, never of ratios: 260,000 / 3 and 1,160,000 / 5.
    assert value(TOWN, "operating_income_per_village", YEAR) == Decimal("86666.67")
    assert value(COUNTY, "operating_income_per_village", YEAR) == 232_000
    assert value(TOWN, "strong_villages_share", YEAR) == Decimal("66.7")
    assert value(COUNTY, "strong_villages_share", YEAR) == 60
    bands = [value(COUNTY, f"income_band_{band}", YEAR) for band in range(6)]
    assert bands == [1, 1, 0, 2, 0, 1]  # none, under 5, 5–10, 10–30, 30–50, 50 and more (10,000 yuan)


def test_nothing_reported_is_not_zero(figures):
    refresh_all()
    assert value(POT, "operating_income", YEAR) is None
    assert value(SAND, "operating_income", YEAR) == 0
    assert value(SAND, "operating_income_per_village", YEAR) == 0
    assert value(SAND, "score_average") is None


def test_federations_are_counted_once_in_the_county_and_in_each_town_of_a_member(figures):
    refresh_all()
    assert [value(place, "federations_running") for place in (TOWN, CITY_STREET, OTHER_TOWN)] == [2, 1, 0]
    assert [value(place, "federations_running") for place in (COUNTY, "3710", "37")] == [2, 2, 2]
    assert value(TOWN, "federation_coverage") == 60
    assert value(COUNTY, "federation_coverage") == Decimal("44.4")
    # Two villages are fewer than three: both are off the scale.
    assert value(COUNTY, "federations_off_scale") == 2


def test_a_federations_figures_are_those_of_its_villages_together(figures):
    refresh_all()
    key = str(figures["west"].pk)
    assert value(key, "operating_income", YEAR, "federation") == 1_000_000
    assert value(key, "strong_villages_share", YEAR, "federation") == 100
    assert value(key, "villages", QUARTER, "federation") == 2
    assert value(str(figures["tang"].pk), "score_average", "2026Q2", "federation") == Decimal("81.8")


def test_history_keeps_a_federation_that_was(figures, world):
    steps = figures["tang"].steps
    steps.create(to_status="dissolved", on=dt.date(2026, 7, 1), by=world.user("xianji"))
    refresh_all()
    assert value(TOWN, "federations_running", "2026Q2") == 2
    assert value(TOWN, "federations_running", "2026Q3") == 1
    assert value(str(figures["tang"].pk), "villages", "2026Q2", "federation") == 2
    assert value(str(figures["tang"].pk), "villages", "2026Q3", "federation") is None


def test_points_leave_out_what_was_reversed_and_read_the_binding_close_only(figures, world):
    refresh_all()
    assert value(TOWN, "point_entries") == 2 and value(TOWN, "points_awarded") == -1
    assert value(COUNTY, "claims_waiting") == 1 and value(TOWN, "claims_waiting") == 0
    assert value(COUNTY, "members_scored", "2026Q2") == 2
    assert value(COUNTY, "score_average", "2026Q2") == Decimal("81.8")  # (92.0 + 71.5) / 2, half up
    assert value(COUNTY, "top_grade_share", "2026Q2") == 50
    make.close(
        world,
        figures["rules"],
        [{"subject": figures["people"][SOUTH], "total": 100}],
        quarter="2026Q3",
        state="trial",
    )
    refresh_all()
    assert value(COUNTY, "members_scored", "2026Q3") is None


def test_points_redeemed_count_where_and_when_and_come_off_when_put_back(world, settings):
    house, good = shop.household("H1"), shop.good(price=300)
    shop.credited(world, house, 2000)
    clerk = world.user("cunji")
    first, _ = (redeem(by=clerk, subject=house, good=good, quantity=number) for number in (1, 2))
    refresh_all_dirty()
    assert [value(place, "points_redeemed", "2026Q4") for place in (house.village_id, TOWN, COUNTY)] == [90] * 3
    settings.LIANJIAN_TODAY = dt.date(2027, 1, 5)
    cancel(by=clerk, redemption=first, reason="退回")
    refresh_all_dirty()
    assert (value(TOWN, "points_redeemed", "2026Q4"), value(TOWN, "points_redeemed", "2027Q1")) == (90, -30)
    address = indicators.indicator("points_redeemed").rows.url(Period.parse("2026Q4"), area=TOWN)
    assert world.client("zhenjie").get(address).context["count"] in (2, "2")


def test_a_closed_village_stays_in_the_past(figures):
    Area.objects.unscoped("test").filter(pk=POT).update(valid_to=dt.date(2026, 7, 1), successor=FRONT)
    refresh_all()
    assert value(TOWN, "villages", "2026Q2") == 5 and value(TOWN, "villages", "2026Q3") == 4
    assert value(POT, "villages", "2026Q3") is None


def test_whole_and_by_scope_give_the_same(figures):
    refresh_all()
    whole = everything()
    codes = Area.objects.unscoped("test").filter(level=5).values_list("pk", flat=True)
    IndicatorValue.objects.unscoped("test").all().delete()
    for village in codes:
        for text in ("2025", "2026", "2026Q2", "2026Q3"):
            refresh_scope(village, Period.parse(text))
    assert everything() == whole and len(whole) > 500


def test_the_outbox_leads_to_what_a_whole_refresh_gives(figures, world):
    """All that was written in the fixture came through triggers; then more is written, by bulk and by hand."""
    refresh_all_dirty()
    assert value(COUNTY, "operating_income", YEAR) == 1_160_000
    VillageFacts.objects.unscoped("test").filter(village=SOUTH, year=2026).update(operating_income=1)
    VillageFacts.objects.unscoped("test").filter(village=SAND).delete()
    figures["west"].memberships.unscoped("test").filter(village=WEST).delete()
    figures["tang"].steps.create(to_status="dissolved", on=dt.date(2026, 8, 1), by=world.user("xianji"))
    make.entry(world, figures["people"][WEST], figures["rules"])
    CountySetting.objects.create(area_code=COUNTY, key="reports.strong_village_income", value=50)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE villages_villagefacts SET population = 7000 WHERE village_id = %s", [JIANG])
    assert refresh_all_dirty() > 0 and refresh_all_dirty() == 0
    assert not DirtyScope.objects.exists()
    incremental = everything()
    for text in ("2025", "2026", *(f"{year}Q{q}" for year in (2025, 2026) for q in range(1, 5))):
        refresh_period(COUNTY, Period.parse(text))
    assert incremental == everything()
    assert value(COUNTY, "strong_villages_share", YEAR) == 25
    assert value(SAND, "debt", YEAR) is None
    assert value(str(figures["west"].pk), "operating_income", YEAR, "federation") == 100_000


def test_a_write_without_any_topic_of_ours_is_taken_and_forgotten(world):
    DirtyScope.objects.all().delete()
    DirtyScope.objects.create(area_code=SOUTH, period="2026", topic="unheard.of")
    DirtyScope.objects.create(area_code="37", period="", topic="villages.facts")
    DirtyScope.objects.create(area_code=SOUTH, period="nonsense", topic="villages.facts")
    assert refresh_all_dirty() == 3
    assert not DirtyScope.objects.exists()


def test_a_crash_loses_nothing(figures, monkeypatch):
    refresh_all_dirty()
    VillageFacts.objects.unscoped("test").filter(village=SOUTH, year=2026).update(operating_income=1)
    waiting = DirtyScope.objects.count()

    def crash(*args, **kwargs):
        raise RuntimeError("the worker dies")

    with monkeypatch.context() as patch:
        patch.setattr("reports.actions.outbox.refresh", crash)
        with pytest.raises(RuntimeError):
            refresh_dirty()
    assert DirtyScope.objects.count() == waiting > 0
    refresh_all_dirty()
    assert value(SOUTH, "operating_income", YEAR) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_lose_no_sum():
    """Each changes its own village and sums up; the county must hold both changes."""
    build_world()
    for village in (SOUTH, NORTH):
        make.facts(village, 2026, operating_income=0)
    refresh_all_dirty()
    start = threading.Barrier(2)
    failures = []

    def work(village: str) -> None:
        try:
            for income in range(1, 11):
                VillageFacts.objects.unscoped("test").filter(village=village).update(operating_income=income)
                start.wait(timeout=20)
                refresh_all_dirty()
        except Exception as error:  # noqa: BLE001 -- told to the test's own thread
            failures.append(error)
            start.abort()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[village]) for village in (SOUTH, NORTH)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failures
    with transaction.atomic():
        assert value(COUNTY, "operating_income", YEAR) == 20
        assert value("37", "operating_income", YEAR) == 20


def test_every_indicator_says_what_it_means():
    for one in indicators.indicators():
        assert one.meaning and one.unit and one.name, one.code
        assert one.how
    assert len({one.name for one in indicators.indicators()}) == len(indicators.indicators())
    assert sum(one.on_board for one in indicators.indicators()) >= 15
