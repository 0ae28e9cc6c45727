"""Service points (P39): on the map of a day, on the village's page and sheet, in the figures, and in a merge."""

import datetime as dt

import pytest
from django.urls import reverse

from lianjian.periods import Period
from reports.actions.outbox import refresh_all_dirty
from reports.actions.rollup import refresh_period
from reports.models import IndicatorValue
from services.models import ServicePoint
from tests.registers.suite_pages.browsing import text_of
from tests.world import COUNTY, TOWN
from villages.actions.merging import MergeRow, merge_villages, undo_merge
from villages.models import Village

pytestmark = pytest.mark.django_db
VILLAGE, NEXT = "371083101223", "371083101224"


@pytest.fixture
def points(world):
    Village.objects.unscoped("test").filter(pk=VILLAGE).update(latitude="36.873", longitude="121.541")
    make = ServicePoint.objects.unscoped("test").create
    agency = make(
        village_id=VILLAGE, kind="agency", name="锅上代办点", hours="每天", households=200, households_near=150
    )
    make(village_id=VILLAGE, kind="parcel", name="锅上快递", latitude="36.9", longitude="121.5", workers=1)
    make(village_id=VILLAGE, kind="canteen", name="旧食堂", valid_to=dt.date(2026, 8, 1))
    make(village_id=NEXT, kind="agency", name="院前代办点", households=100, households_near=90)
    return agency


def test_the_map_shows_what_was_in_use_on_its_day(world, points):
    def drawn(**query):
        told = world.client("zhenjie").get(reverse("map-data"), query).json()
        layer = next(one for one in told["layers"] if one["key"] == "service-points")
        assert layer["title"] == "便民服务点" and not layer["on"]
        return {shape["title"]: shape for shape in layer["shapes"]}

    now = drawn(quarter="2026Q3")
    assert set(now) == {"锅上便民服务点", "锅上快递"}  # the next village has no place yet
    own = now["锅上便民服务点"]
    assert own["points"] == [[36.873, 121.541]] and own["note"].startswith("锅上代办点。没有各自的坐标")
    assert now["锅上快递"]["points"] == [[36.9, 121.5]]
    assert "旧食堂" in drawn(quarter="2026Q2")["锅上便民服务点"]["note"]  # it was closed in August


def test_the_village_tells_of_them(world, points):
    page = text_of(world.client("zhenjie").get(reverse("villages:detail", args=[VILLAGE])))
    assert "便民服务点" in page and "锅上快递" in page
    sheet = text_of(world.client("zhenjie").get(reverse("villages:sheet", args=[VILLAGE])))
    assert "锅上代办点（每天）" in sheet and "旧食堂" not in sheet


def test_near_is_part_of_served(world):
    texts = {"village_code": VILLAGE, "kind": "便民服务代办点", "name": "代办点", "households_near": "5"}
    for served, said in ((None, "“服务户数”没有填"), ("4", "比“服务户数”4 还多")):
        given = texts | ({"households": served} if served else {})
        answer = world.api("zhenjie").post("/api/v1/service-points/", given | {"households": served}, format="json")
        assert answer.status_code == 400 and said in answer.json()["errors"][0]["message"]


def test_figures_count_the_quarter_s_last_day_and_survive_a_merge(world, points):
    def figures(period: str, place: str = TOWN) -> dict:
        rows = IndicatorValue.objects.unscoped("test").filter(period=period, place_key=place)
        return {row.indicator: (row.numerator, row.denominator) for row in rows}

    rows = [MergeRow(world.village(VILLAGE), world.village(NEXT))]
    merge = merge_villages(by=world.user("xianji"), on=dt.date(2026, 9, 1), basis="批〔2026〕1 号", rows=rows).merge
    for quarter in (2, 3):
        refresh_period(COUNTY, Period(2026, "Q", quarter))
    before, after = figures("2026Q2"), figures("2026Q3")
    assert before["service_points"][0] == 4 and after["service_points"][0] == 3
    assert before["near_households_share"] == after["near_households_share"] == (240, 300)
    assert figures("2026Q2", VILLAGE)["service_points"][0] == 3 and not figures("2026Q3", VILLAGE)
    assert figures("2026Q3", NEXT)["service_points"][0] == 3
    undo_merge(by=world.user("xianji"), merge=merge, reason="批文有误")
    points.valid_to = dt.date(2026, 9, 15)
    points.save()
    refresh_all_dirty()
    refresh_period(COUNTY, Period(2026, "Q", 3))
    assert figures("2026Q3")["service_points"][0] == 2
