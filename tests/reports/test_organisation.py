"""Patterns of leadership, premises, five supports and plan items in the rollup (P08, P11, P13, P57)."""

import datetime as dt
from decimal import Decimal

import pytest

from federations.models import (
    Enterprise,
    Federation,
    FederationEnterprise,
    JointPlan,
    LeadershipPattern,
    PlanItem,
    Premises,
    VillageSupport,
    WeakVillage,
)
from federations.settings_declared import PREMISES_ITEMS
from lianjian.periods import Period
from members.models import DelegatedStaff
from registers.models import CountySetting
from reports.actions.outbox import refresh_all_dirty
from reports.actions.rollup import refresh_period
from tests.reports import factories as make
from tests.reports.test_rollup import JIANG, NORTH, POT, QUARTER, SAND, SOUTH, TOWN, WEST, everything, value
from tests.world import CITY_STREET, COUNTY
from villages.models import Area, Specialty

DAY = dt.date(2026, 1, 1)


@pytest.fixture
def organised(world):
    """唐家新村 in pattern A with premises of the standard; 西里新村 over two towns in pattern B without."""
    CountySetting.objects.create(area_code=COUNTY, key=PREMISES_ITEMS, value=["联合会议室", "图书室"])
    tang = make.federation(world, "唐家新村", [SOUTH, NORTH])
    west = make.federation(world, "西里新村", [JIANG, WEST], area=CITY_STREET)
    LeadershipPattern.objects.create(federation=tang, pattern="a", valid_from=DAY)
    LeadershipPattern.objects.create(federation=west, pattern="b", valid_from=DAY)
    Premises.objects.create(federation=tang, name="中心", state="open", items="联合会议室、图书室、食堂")
    Premises.objects.create(federation=west, name="中心", state="open", items="联合会议室")
    for village, kinds in ((POT, VillageSupport.ALL), (SAND, VillageSupport.ALL[:4])):
        WeakVillage.objects.create(village_id=village, listed_on=DAY, problems="弱")
        for kind in kinds:
            VillageSupport.objects.create(village_id=village, kind=kind, name="某", valid_from=DAY)
    plan = JointPlan.objects.create(federation=west, name="规划", from_year=2026, to_year=2027)
    for name, to, done, village in (
        ("甲", dt.date(2026, 6, 1), dt.date(2026, 5, 1), JIANG),
        ("乙", dt.date(2026, 7, 1), None, JIANG),
        ("丙", dt.date(2026, 12, 1), None, WEST),  # not due by the quarter's end
        ("丁", dt.date(2026, 8, 1), dt.date(2026, 8, 1), None),  # over all villages: in the leading one
    ):
        PlanItem.objects.create(
            plan=plan, name=name, planned_to=to, actual_to=done, actual_from=done, village_id=village, planned_money=1
        )
    return tang, west


def test_how_federations_are_organised_adds_up_at_every_level(organised):
    refresh_period(COUNTY, QUARTER)
    assert [value(place, "federations_pattern_a") for place in (TOWN, CITY_STREET, COUNTY)] == [1, 0, 1]
    assert [value(place, "federations_pattern_b") for place in (TOWN, CITY_STREET, COUNTY)] == [1, 1, 1]
    assert value(SOUTH, "premises_standard_share") == 100 and value(JIANG, "premises_standard_share") == 0
    assert value(COUNTY, "premises_standard_share") == 50
    assert (value(COUNTY, "weak_villages"), value(TOWN, "weak_villages")) == (2, 1)
    assert (value(COUNTY, "five_supports_share"), value(TOWN, "five_supports_share")) == (50, 100)
    assert value(COUNTY, "plan_items_done") == Decimal("66.7")
    assert value(WEST, "plan_items_done") == 100 and value(JIANG, "plan_items_done") == 50


def test_figures_of_the_organisation_follow_what_is_written(organised):
    refresh_period(COUNTY, QUARTER)
    refresh_period(COUNTY, Period.parse("2026"))
    refresh_all_dirty()
    _, west = organised
    Premises.objects.unscoped("test").filter(federation=west).update(items="联合会议室、图书室")
    LeadershipPattern.objects.unscoped("test").filter(federation=west).update(pattern="a")
    PlanItem.objects.unscoped("test").filter(name="乙").update(actual_to=dt.date(2026, 9, 1), actual_from=DAY)
    WeakVillage.objects.unscoped("test").filter(village_id=SAND).update(
        accepted_on=dt.date(2026, 8, 1), accepted_by="县委组织部", evidence="测评"
    )
    refresh_all_dirty()
    assert value(COUNTY, "premises_standard_share") == 100
    assert (value(COUNTY, "federations_pattern_a"), value(COUNTY, "federations_pattern_b")) == (2, 0)
    assert value(COUNTY, "plan_items_done") == 100
    assert (value(COUNTY, "weak_villages"), value(COUNTY, "five_supports_share")) == (1, 100)
    kept = everything()
    refresh_period(COUNTY, QUARTER)
    assert everything() == kept


def test_enterprises_of_a_chain_and_staff_sent_down_are_counted(world, organised):
    """An enterprise of two chains counts once; staff count in the leading village of their federation (P09, P56)."""
    tang, _ = organised
    area = Area.objects.unscoped("test").get(pk=TOWN)
    chains = [
        make.federation(world, name, villages, kind=Federation.Kind.CHAIN, area=TOWN)
        for name, villages in (("牡蛎链", [SOUTH, NORTH]), ("海参链", [SOUTH, POT]))
    ]
    one, two = (Enterprise.objects.create(name=name, area=area, kind="leading") for name in ("甲公司", "乙公司"))
    for chain, enterprise, end in (
        (chains[0], one, None),
        (chains[1], one, None),
        (chains[1], two, DAY.replace(month=2)),
    ):
        FederationEnterprise.objects.create(federation=chain, enterprise=enterprise, valid_from=DAY, valid_to=end)
    for name, end in (("张三", None), ("李四", None), ("王五", DAY.replace(month=2))):
        DelegatedStaff.objects.create(organization=tang.organization, name=name, valid_from=DAY, valid_to=end)
    Specialty.objects.create(village_id=SOUTH, year=2026, name="牡蛎", output_value=120_000)
    refresh_all_dirty()
    refresh_period(COUNTY, QUARTER)
    refresh_period(COUNTY, Period.parse("2026"))
    assert [value(place, "member_enterprises") for place in (SOUTH, TOWN, COUNTY)] == [1, 1, 1]
    assert (value(TOWN, "delegated_staff"), value(COUNTY, "delegated_staff")) == (2, 2)
    assert value(COUNTY, "specialty_output", period="2026") == 120_000
