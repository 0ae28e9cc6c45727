"""三资 in figures: what counts on a day, how shares add up, and that every figure opens its rows (P02, P29)."""

import datetime as dt
from decimal import Decimal

import pytest

from lianjian.periods import Period
from reports import indicators
from reports.actions.outbox import refresh_all_dirty
from reports.actions.rollup import refresh_period
from reports.models import IndicatorValue
from tests.world import COUNTY, TOWN
from villages.models import CollectiveAsset, CollectiveFund, CollectiveResource

pytestmark = pytest.mark.django_db
VILLAGE, NEXT = "371083101223", "371083101224"


def figures(period: str, place: str = TOWN) -> dict[str, Decimal | None]:
    rows = IndicatorValue.objects.unscoped("test").filter(period=period, place_key=place)
    return {row.indicator: indicators.indicator(row.indicator).value(row.numerator, row.denominator) for row in rows}


def asset(village: str, name: str, **facts) -> CollectiveAsset:
    return CollectiveAsset.objects.unscoped("test").create(village_id=village, name=name, **facts)


@pytest.fixture
def holdings(world):
    asset(VILLAGE, "村委", original_value=500, net_value=200)
    asset(VILLAGE, "厂房", original_value=1000, net_value=800, use="rented", yearly_rent=60,
          contract_from=dt.date(2024, 1, 1), contract_to=dt.date(2026, 8, 1))  # fmt: skip
    asset(NEXT, "旧校舍", original_value=300, net_value=100, use="rented", yearly_rent=20,
          contract_from=dt.date(2026, 5, 1))  # fmt: skip
    asset(NEXT, "粮库", original_value=90, net_value=50, use="idle", disposed_on=dt.date(2026, 7, 1))
    resources = CollectiveResource.objects.unscoped("test")
    resources.create(village_id=VILLAGE, name="南滩", kind="beach", area_mu=140, contractor="合作社", yearly_rent=70,
                     contract_from=dt.date(2026, 1, 1))  # fmt: skip
    resources.create(village_id=NEXT, name="河滩", kind="waste", area_mu=60)
    funds = CollectiveFund.objects.unscoped("test")
    for kind, balance in (("cash", 5), ("bank", 95), ("receivable", 30), ("payable", 12)):
        funds.create(village_id=VILLAGE, quarter="2026Q3", kind=kind, name="款", balance=balance)


def test_an_asset_is_let_while_its_contract_holds_and_idle_after(holdings):
    for number in (1, 2, 3):
        refresh_period(COUNTY, Period(2026, "Q", number))
    first, second, third = (figures(f"2026Q{number}") for number in (1, 2, 3))
    assert (first["assets_net"], third["assets_net"]) == (1150, 1100)  # the granary was sold in July
    assert (first["assets_idle"], second["assets_idle"], third["assets_idle"]) == (2, 1, 1)
    assert (first["assets_rent"], second["assets_rent"], third["assets_rent"]) == (60, 80, 20)
    assert third["assets_idle_value"] == 800  # the hall whose contract ran out
    assert (second["assets_let_share"], third["assets_let_share"]) == (Decimal("66.7"), Decimal("50.0"))


def test_shares_divide_sums_and_debts_are_not_added_to_money(holdings):
    refresh_period(COUNTY, Period(2026, "Q", 3))
    town = figures("2026Q3")
    assert town["resources_contracted_share"] == 70
    assert (town["funds_money"], town["funds_receivable"], town["funds_payable"]) == (100, 30, 12)
    assert "funds_money" not in figures("2026Q3", NEXT)  # nobody reported: that is not zero


def test_writing_an_asset_renews_the_figures(holdings):
    refresh_period(COUNTY, Period(2026, "Q", 4))
    refresh_all_dirty()
    CollectiveAsset.objects.unscoped("test").filter(name="厂房").update(contract_to=dt.date(2029, 1, 1))
    refresh_all_dirty()
    assert figures("2026Q4")["assets_idle"] == 0


@pytest.mark.parametrize("code", ["assets_idle", "resources_area", "funds_receivable", "party_centre_share"])
def test_a_figure_opens_its_rows(world, holdings, code):
    address = indicators.indicator(code).rows.url(Period(2026, "Q", 3), area=TOWN)
    assert world.client("zhenjie").get(address).status_code == 200
