"""Indicators of projects and co-operatives: no yuan twice, plan and actual apart (P26, P27, docs/adr/0008)."""

import datetime as dt
from decimal import Decimal

import pytest

from federations.actions.dividends import distribute_dividend, reverse_dividend
from federations.actions.projects import move_state
from federations.models import Cooperative, CooperativeYear, Project, ProjectContribution, ProjectQuarter
from lianjian.periods import Period
from reports.actions.consistency import differences
from reports.actions.outbox import known_periods, refresh_all_dirty
from reports.actions.rollup import refresh_period
from tests.reports import factories as make
from tests.reports.test_rollup import NORTH, POT, SOUTH, WEST, value
from tests.world import CITY_STREET, COUNTY, TOWN

YEAR, QUARTER, BEFORE = Period.parse("2026"), Period.parse("2026Q3"), Period.parse("2026Q2")
START = dt.date(2025, 3, 1)


def project(world, name="草莓大棚", shares=(), *, area=TOWN, federation=None) -> Project:
    made = Project.objects.create(
        name=name, kind="planting", area_id=area, federation=federation, state="building", started_on=START
    )
    for code, count in shares:
        ProjectContribution.objects.create(project=made, village_id=code, shares=count, valid_from=START)
    return move_state(by=world.user("xianji"), project=made, to="running", on=dt.date(2026, 1, 5))


def give(world, made, amount, on):
    return distribute_dividend(
        by=world.user("xianji"), project=made, amount=Decimal(amount), on=on, basis="shares", note="成员村会议通过"
    )


def refresh_all() -> None:
    for text in ("2026", "2026Q1", "2026Q2", "2026Q3", "2026Q4"):
        refresh_period(COUNTY, Period.parse(text))


@pytest.fixture
def example(world):
    """The example of docs/adr/0008: 6 : 4, 120,000 earned, half of it distributed and booked."""
    made = project(world, shares=((SOUTH, 6), (NORTH, 4)))
    ProjectQuarter.objects.create(
        project=made, quarter="2026Q2", income=300_000, cost=180_000, planned_income=900_000, investment=96_000,
        planned_investment=100_000, jobs=7, planned_jobs=12,
    )  # fmt: skip
    make.facts(SOUTH, 2026, operating_income=100_000, investment_income=36_000)
    make.facts(NORTH, 2026, operating_income=50_000, investment_income=24_000)
    give(world, made, 60_000, dt.date(2026, 8, 1))
    return made


def test_no_yuan_is_counted_twice(world, example):
    refresh_all()
    for place, own, given, left in (
        (SOUTH, 136_000, 36_000, 36_000), (NORTH, 74_000, 24_000, 24_000), (TOWN, 210_000, 60_000, 60_000),
        (COUNTY, 210_000, 60_000, 60_000),
    ):  # fmt: skip
        assert value(place, "total_income", YEAR) == own
        assert value(place, "dividends", QUARTER) == given
        assert value(place, "income_with_projects", YEAR) == own + left
        assert value(place, "project_retained", BEFORE) + value(place, "project_retained", QUARTER) == left


def test_what_is_given_of_an_earlier_year_cancels_what_villages_book(world, example, settings):
    give(world, example, 60_000, dt.date(2026, 11, 2))
    facts = make.VillageFacts.objects.unscoped("test").get(village_id=SOUTH, year=2026)
    facts.investment_income += 36_000
    facts.save()
    refresh_all()
    assert value(SOUTH, "income_with_projects", YEAR) == 172_000
    assert value(COUNTY, "project_retained", Period.parse("2026Q4")) == -60_000


def test_plan_and_actual_never_meet(world, example):
    refresh_all()
    assert value(COUNTY, "project_investment_planned", BEFORE) == 100_000
    assert value(COUNTY, "project_investment", BEFORE) == 96_000
    assert value(COUNTY, "project_income", BEFORE) == 300_000
    assert (value(COUNTY, "project_jobs", BEFORE), value(COUNTY, "project_jobs_planned", BEFORE)) == (7, 12)
    # Seven people by 6 : 4 are 4.2 and 2.8: whole people, and exactly seven.
    assert (value(SOUTH, "project_jobs", BEFORE), value(NORTH, "project_jobs", BEFORE)) == (4, 3)


def test_thirds_of_a_cent_add_up_at_every_level(world):
    made = project(world, shares=((SOUTH, 1), (NORTH, 1), (WEST, 1)))
    ProjectQuarter.objects.create(project=made, quarter="2026Q3", income=Decimal("100.00"))
    refresh_all()
    assert value(COUNTY, "project_income", QUARTER) == 100
    assert sorted(value(code, "project_income", QUARTER) for code in (SOUTH, NORTH, WEST)) == [
        Decimal("33.33"), Decimal("33.33"), Decimal("33.34"),
    ]  # fmt: skip
    assert value(WEST, "project_income", QUARTER) == Decimal("33.34")  # its code comes first
    assert value(TOWN, "project_income", QUARTER) == Decimal("66.66")


def test_without_stakes_a_federations_villages_share_alike(world):
    tang = make.federation(world, "唐家新村", [SOUTH, NORTH])
    made = project(world, federation=tang)
    ProjectQuarter.objects.create(project=made, quarter="2026Q3", income=Decimal("10.01"))
    project(world, "没有投入的")
    refresh_all()
    assert (value(SOUTH, "project_income", QUARTER), value(NORTH, "project_income", QUARTER)) == (
        Decimal("5.01"), Decimal("5.00"),
    )  # fmt: skip
    assert value(TOWN, "projects_running", QUARTER) == 2


def test_a_project_counts_once_in_every_place_that_has_a_part(world):
    project(world, shares=((SOUTH, 1), (NORTH, 1), (WEST, 1)))
    tang = make.federation(world, "唐家新村", [SOUTH, NORTH])
    refresh_all()
    for place in (SOUTH, NORTH, WEST, TOWN, CITY_STREET, COUNTY, "3710", "37"):
        assert value(place, "projects_running", QUARTER) == 1
    assert value(POT, "projects_running", QUARTER) in (0, None)
    assert value(str(tang.pk), "projects_running", QUARTER, kind="federation") == 1
    assert value(COUNTY, "projects_running", Period.parse("2026Q1")) == 1


def test_a_reversed_dividend_counts_for_nothing(world, example):
    one = give(world, example, 100, dt.date(2026, 8, 2))
    reverse_dividend(by=world.user("xianji"), dividend=one, reason="金额有误")
    refresh_all()
    assert value(COUNTY, "dividends", QUARTER) == 60_000
    assert value(COUNTY, "dividends", Period.parse("2026Q4")) in (0, None)


def test_a_village_that_books_less_than_it_was_given_is_told_of(world, example):
    give(world, example, 300_000, dt.date(2026, 9, 1))
    refresh_all()
    assert value(SOUTH, "dividends_unbooked", YEAR) == 1
    assert value(COUNTY, "dividends_unbooked", YEAR) == 2
    facts = make.VillageFacts.objects.unscoped("test").get(village_id=SOUTH, year=2026)
    page = world.client("zhenjie").get(f"/village-facts/{facts.pk}/").content.decode()
    assert "2026 年收到合办项目分红 216,000.00 元" in page
    village = world.client("zhenjie").get(f"/villages/{SOUTH}/").content.decode()
    assert "可能漏记，请核对" in village


def test_every_write_reaches_the_rollup_by_the_outbox(world, example):
    refresh_all_dirty()
    for period in known_periods(COUNTY):
        refresh_period(COUNTY, period)
    ProjectQuarter.objects.unscoped("test").update(income=310_000)
    ProjectContribution.objects.unscoped("test").filter(village_id=NORTH).update(shares=6)
    give(world, example, 10, dt.date(2026, 9, 2))
    refresh_all_dirty()
    assert value(COUNTY, "project_income", BEFORE) == 310_000
    assert value(NORTH, "project_income", BEFORE) == 155_000
    assert value(NORTH, "dividends", QUARTER) == 24_005
    assert not list(differences(COUNTY))


def test_co_operatives_count_where_they_lie_and_what_they_raised_is_told_apart(world):
    county = Cooperative.objects.create(name="县总社", kind="county_federation", area_id=COUNTY)
    town = Cooperative.objects.create(name="镇联社", kind="town_federation", area_id=TOWN, parent=county)
    for code, gain in ((SOUTH, 38_000), (NORTH, 42_000)):
        coop = Cooperative.objects.create(
            name=f"{code}社", kind="village_coop", area_id=code, parent=town, founded_on=dt.date(2026, 5, 1)
        )
        CooperativeYear.objects.create(cooperative=coop, year=2026, collective_gain=gain, members_gained=40)
    CooperativeYear.objects.create(cooperative=town, year=2026, collective_gain=80_000)
    refresh_all()
    assert value(TOWN, "cooperatives", BEFORE) == value(COUNTY, "cooperatives", BEFORE) == 2
    assert value(TOWN, "cooperatives", Period.parse("2026Q1")) == 0
    assert (value(TOWN, "cooperative_federations", BEFORE), value(COUNTY, "cooperative_federations", BEFORE)) == (1, 2)
    assert value(COUNTY, "cooperative_gain", YEAR) == 80_000
    assert value(COUNTY, "cooperative_gain_average", YEAR) == 40_000
