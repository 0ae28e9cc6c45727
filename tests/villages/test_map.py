"""The village map: what each person sees of it, placing a village, classes, hulls, tiles (P02)."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from federations.actions.founding import found_federation
from federations.actions.steps import move_status
from registers.deciding import decide
from registers.errors import Invalid
from reports.models import IndicatorValue
from tests.registers.suite_pages.browsing import text_of
from tests.world import COUNTY, OTHER_TOWN, TOWN
from villages.geometry import convex_hull
from villages.mapping import class_edges, colour_of
from villages.models import Facility, Village, VillageFacts
from villages.settings_declared import parse_tiles
from villages.townpoints import starting_point, town_points

VILLAGE, NEXT, FAR, ELSEWHERE = "371083101223", "371083101224", "371083001216", "371083102201"


def place(world, code: str, latitude: str, longitude: str) -> None:
    Village.objects.unscoped("test").filter(pk=code).update(latitude=latitude, longitude=longitude)


def data(world, username: str, **query) -> dict:
    answer = world.client(username).get(reverse("map-data"), query)
    assert answer.status_code == 200
    return answer.json()


def village_in(told: dict, code: str) -> dict:
    return next(one for one in told["villages"] if one["code"] == code)


@pytest.mark.django_db
class TestWhatIsSeen:
    def test_a_town_sees_its_own_villages_and_nothing_of_the_next(self, world):
        place(world, VILLAGE, "36.873", "121.541")
        told = data(world, "zhenjie")
        assert {one["code"][:9] for one in told["villages"]} == {TOWN}
        assert village_in(told, VILLAGE)["point"] == [36.873, 121.541] and village_in(told, VILLAGE)["placed"]
        assert [town["code"] for town in told["towns"]] == [TOWN]
        for area in (OTHER_TOWN, ELSEWHERE, COUNTY[:5], "x"):
            assert world.client("zhenjie").get(reverse("map-data"), {"area": area}).status_code == 404
        assert world.client("sysadmin").get(reverse("map")).status_code == 403
        county = data(world, "xianji")
        assert {one["code"][:9] for one in county["villages"]} > {TOWN, OTHER_TOWN}

    def test_a_village_clerk_sees_his_village_and_a_secretary_her_federation(self, world):
        assert [one["code"] for one in data(world, "cunji")["villages"]] == [VILLAGE]
        assert data(world, "cunji")["focus"] == VILLAGE
        assert world.client("cunji").get(reverse("map-data"), {"area": NEXT}).status_code == 404

    def test_a_village_without_a_place_is_drawn_beside_its_town_and_says_so(self, world):
        one = village_in(data(world, "zhenjie"), NEXT)
        assert not one["placed"] and one["may_place"]
        assert max(abs(a - b) for a, b in zip(one["point"], town_points()[TOWN], strict=True)) < 0.05
        page = text_of(world.client("zhenjie").get(reverse("map")))
        assert "未定位（画在镇街驻地旁，不是真实位置）" in page and "GeoNames（CC BY 4.0）" not in page
        assert "GeoNames（CC BY 4.0）" in world.client("zhenjie").get(reverse("map")).content.decode()

    def test_the_list_beside_it_says_what_the_map_shows(self, world):
        IndicatorValue.objects.create(
            place_kind="village", place_key=VILLAGE, period="2026Q3", indicator="assets_idle", numerator=3
        )
        page = world.client("lingdao").get(reverse("map"), {"measure": "assets_idle", "quarter": "2026Q3"})
        assert "闲置资产（件）" in text_of(page)
        assert page.context["map"].legend.missing == len(page.context["map"].villages) - 1
        told = data(world, "lingdao", measure="assets_idle", quarter="2026Q3")
        assert (village_in(told, VILLAGE)["value"], village_in(told, NEXT)["band"]) == ("3", None)
        assert not village_in(told, VILLAGE)["may_place"] and not village_in(told, VILLAGE)["place_url"]
        assert world.client("lingdao").get(reverse("map"), {"quarter": "三季度的"}).status_code == 400

    def test_who_has_no_boards_colours_nothing(self, world):
        world.user("cunji").grants.update(role="pairing_liaison")
        told = data(world, "cunji", measure="assets_idle")
        assert told["measure"] is None and told["layers"] == []

    def test_the_number_of_queries_does_not_grow_with_the_villages(self, world, django_assert_max_num_queries):
        client = world.client("xianji")
        with django_assert_max_num_queries(24):
            client.get(reverse("map-data"), {"area": COUNTY, "measure": "operating_income"})


@pytest.mark.django_db
class TestLayers:
    def test_a_hull_holds_the_villages_in_view_and_names_the_others(self, world):
        county = world.user("xianji")
        federation = found_federation(
            by=county, name="湛江路新村", kind="new_village", mode="complement", area=world.area(TOWN), evidence="相连",
            on=dt.date(2026, 1, 1), scale_reason="三村先行",
            villages=[(world.village(VILLAGE), "strong"), (world.village(NEXT), "member"),
                      (world.village(FAR), "member")],
        )  # fmt: skip
        for status in ("reviewed", "approved", "running"):
            move_status(by=county, federation=federation, to=status, on=dt.date(2026, 1, 15))
        for code, east in ((VILLAGE, "121.50"), (NEXT, "121.52"), (FAR, "121.60")):
            place(world, code, "36.90", east)
        own = data(world, "zhenjie", quarter="2026Q4")["layers"]
        hull = next(layer for layer in own if layer["key"] == "federations")["shapes"][0]
        assert [point[1] for point in hull["points"]] == [
            121.5,
            121.52,
        ]  # another town
        assert "西里（成员村）" in hull["note"] and "1 个未画出" in hull["note"] and "121.6" not in str(own)
        whole = data(world, "xianji", quarter="2026Q4")["layers"]
        assert len(next(one for one in whole if one["key"] == "federations")["shapes"][0]["points"]) == 2  # on one line
        assert not data(world, "qita", quarter="2026Q4")["layers"]

    def test_facilities_with_a_place_are_a_layer(self, world):
        Facility.objects.unscoped("test").create(
            village_id=VILLAGE, kind="clinic", name="卫生室", latitude="36.87", longitude="121.54"
        )
        layer = next(one for one in data(world, "zhenjie")["layers"] if one["key"] == "facilities")
        assert layer["shapes"][0]["note"] == "锅上卫生室，在用"


@pytest.mark.django_db
class TestPlacing:
    def put(self, world, username: str, code: str = VILLAGE, **more):
        version = Village.objects.unscoped("test").get(pk=code).version
        given = {"longitude": "121.541234", "latitude": "36.873321", "version": version} | more
        return world.client(username).post(reverse("villages:place", args=[code]), given)

    def test_a_village_is_put_where_somebody_clicked_and_the_history_tells(self, world):
        answer = self.put(world, "cunji")
        assert answer.status_code == 200 and answer.json()["point"] == [36.873321, 121.541234]
        village = Village.objects.unscoped("test").get(pk=VILLAGE)
        assert village.version == answer.json()["version"] and village.events.last().latitude == Decimal("36.873321")

    @pytest.mark.parametrize(
        ("username", "more", "status", "said"),
        [
            ("zhenjie", {"version": "0"}, 412, "别人刚刚改过"),
            ("zhenjie", {"version": ""}, 400, "没有收到"),
            ("zhenjie", {"longitude": "200"}, 400, "应在 73 到 136"),
            ("zhenjie", {"latitude": "北"}, 400, "纬度"),
            ("qita", {}, 404, ""),
            ("lingdao", {}, 403, ""),
        ],
    )
    def test_what_cannot_be_placed_is_told(self, world, username, more, status, said):
        answer = self.put(world, username, **more)
        assert answer.status_code == status and (not said or said in answer.json()["detail"])
        assert Village.objects.unscoped("test").get(pk=VILLAGE).latitude is None


@pytest.mark.django_db
class TestTiles:
    TILES = "http://10.1.2.3:8080/tiles/{z}/{x}/{y}.png"

    def test_without_tiles_nothing_may_come_from_elsewhere(self, world):
        answer = world.client("zhenjie").get(reverse("map"))
        assert "http" not in answer["Content-Security-Policy"] and 'data-map-tiles=""' in answer.content.decode()

    def test_with_tiles_pictures_come_from_that_one_host_on_the_map_alone(self, world):
        decide(by=world.user("xianji"), area_code=COUNTY, key="villages.map_tiles", text=self.TILES)
        answer = world.client("zhenjie").get(reverse("map"))
        policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
        assert policy["img-src"].split()[-1] == "http://10.1.2.3:8080" and policy["script-src"] == "'self'"
        assert self.TILES in answer.content.decode()
        assert "10.1.2.3" not in world.client("zhenjie").get("/")["Content-Security-Policy"]

    @pytest.mark.parametrize(
        "text",
        ["javascript:alert(1)", "http://a.b/{z}/{x}.png", "https://{s}.a.b/{z}/{x}/{y}.png",
         "https://a.b; script-src *//{z}/{x}/{y}", "//a.b/{z}/{x}/{y}", "http://u:p@a.b/{z}/{x}/{y}", "http://[::1/{z}"],
    )  # fmt: skip
    def test_an_address_that_would_open_more_is_refused(self, world, text):
        with pytest.raises(ValueError):
            parse_tiles(text)
        with pytest.raises(Invalid):
            decide(by=world.user("xianji"), area_code=COUNTY, key="villages.map_tiles", text=text)


@pytest.mark.django_db
class TestVillagePage:
    def test_it_tells_the_figures_and_how_they_changed(self, world):
        for year, people, income in ((2025, 800, 50_000), (2026, 760, 60_000)):
            VillageFacts.objects.unscoped("test").create(
                village_id=VILLAGE, year=year, population=people, operating_income=income
            )
        page = world.client("cunji").get(reverse("villages:detail", args=[VILLAGE]))
        text = text_of(page)
        assert "2026 年村情年报" in text and "比上年 -5.0%" in text and "比上年 +20.0%" in text
        assert [chart["title"] for chart in page.context["charts"]] == ["集体收入", "人口"]
        assert "集体资产" in text
        liaison = world.user("cunji")
        liaison.grants.update(role="pairing_liaison")
        assert "集体资产" not in text_of(world.client("cunji").get(reverse("villages:detail", args=[VILLAGE])))

    def test_the_public_sheet_tells_money_and_no_person(self, world):
        VillageFacts.objects.unscoped("test").create(
            village_id=VILLAGE, year=2026, population=760, operating_income=60_000, debt=Decimal("1200.50")
        )
        decide(by=world.user("xianji"), area_code=TOWN, key="villages.supervision_phone", text="0631-6660000")
        page = text_of(world.client("zhenjie").get(reverse("villages:sheet", args=[VILLAGE])))
        for told in (
            "乳山口镇锅上村情公开表",
            "760 人",
            "60,000.00",
            "1,200.50",
            "0631-6660000",
            "集体“三资”",
            "2026年11月20日",
        ):
            assert told in page
        world.user("cunji").grants.update(role="pairing_liaison")
        assert "集体“三资”" not in text_of(world.client("cunji").get(reverse("villages:sheet", args=[VILLAGE])))


def test_a_hull_leaves_out_what_lies_inside_and_keeps_lines_and_points():
    corners = [(0.0, 0.0), (0.0, 2.0), (2.0, 2.0), (2.0, 0.0)]
    assert sorted(convex_hull([*corners, (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)])) == sorted(corners)
    assert convex_hull([(1.0, 1.0), (1.0, 1.0)]) == [(1.0, 1.0)]
    assert convex_hull([]) == []


def test_classes_hold_about_as_many_villages_and_never_part_equals():
    values = [Decimal(n) for n in (*[0] * 50, *range(1, 51))]
    edges = class_edges(values)
    assert edges == sorted(set(edges)) and len(edges) <= 4 and edges[0] > 0
    assert class_edges([Decimal(3)] * 9) == [] and class_edges([]) == []
    assert class_edges([Decimal(1), Decimal(2)]) == [Decimal(2)]
    assert [colour_of(band, 2) for band in (0, 1)] == [0, 4] and colour_of(0, 1) == 2


def test_starting_points_are_all_different():
    points = {starting_point(TOWN, number) for number in range(100)}
    assert len(points) == 100 and starting_point("999999999", 0) is None
