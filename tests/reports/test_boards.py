"""Boards, figures, the home page's figures and the indicators of the API: right, and within one's scope."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Grant
from lianjian.periods import Period
from registers import sockets
from reports import indicators
from reports.actions.outbox import refresh_all_dirty
from reports.home import owed_facts, own_figures
from tests.reports import factories as make
from tests.world import CITY_STREET, COUNTY, OTHER_TOWN, TOWN, add_user

SOUTH, NORTH, JIANG, POT = (f"371083101{number}" for number in (206, 207, 222, 223))
WEST, SAND = "371083001216", "371083102201"
BUDGET = 12  # session, user, grants and the shell's names among them


@pytest.fixture
def county(world):
    """Facts of two years, two federations (one over two towns), points and a locked close of 2026Q2."""
    for village, income in ((SOUTH, 1_200_000), (NORTH, 400_000), (JIANG, 1_000_000), (WEST, 9_000_000)):
        make.facts(village, 2026, operating_income=income, population=600)
        make.facts(village, 2025, operating_income=income / 2, population=500)
    made = {
        "tang": make.federation(world, "唐家新村", [SOUTH, NORTH]),
        "west": make.federation(world, "西里新村", [JIANG, WEST], area=CITY_STREET),
    }
    rules = make.scheme()
    people = [make.member(village) for village in (SOUTH, NORTH, WEST)]
    for person in people:
        make.entry(world, person, rules, on=dt.date(2026, 5, 1))
    make.close(world, rules, [{"subject": one, "total": 900 + 10 * n, "grade": "优秀"} for n, one in enumerate(people)])
    refresh_all_dirty()
    return made


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def get_board(client, **query):
    return client.get(reverse("reports:board"), query)


@pytest.mark.parametrize(
    ("username", "area", "status"),
    [
        ("lingdao", COUNTY, 200),
        ("lingdao", TOWN, 200),
        ("lingdao", SOUTH, 200),
        ("lingdao", "3710", 404),
        ("zhenjie", TOWN, 200),
        ("zhenjie", SOUTH, 200),
        ("zhenjie", COUNTY, 404),
        ("zhenjie", OTHER_TOWN, 404),
        ("zhenjie", WEST, 404),
        ("zhenjie", "371083999", 404),
        ("zhenjie", "37108", 404),
        ("cunji", POT, 200),
        ("cunji", SOUTH, 404),
        ("cunji", TOWN, 404),
        ("qita", OTHER_TOWN, 200),
        ("sysadmin", COUNTY, 403),
        ("nobody", COUNTY, 403),
    ],
)
def test_who_opens_which_board(county, world, username, area, status):
    client = world.client(username)
    assert get_board(client, area=area, quarter="2026Q2").status_code == status
    figure = client.get(reverse("reports:figure", args=["villages"]), {"area": area, "quarter": "2026Q2"})
    assert figure.status_code == status
    assert world.api(username).get("/api/v1/indicators/", {"area": area}).status_code in (
        (status, 400) if area == "37108" else (status,)
    )


@pytest.mark.parametrize(
    ("username", "name", "status"),
    [
        ("lingdao", "west", 200),
        ("zhenjie", "west", 200),  # 江村洼 is a member
        ("zhenjie", "tang", 200),
        ("qita", "west", 404),
        ("cunji", "tang", 404),
        ("secadmin", "tang", 403),
    ],
)
def test_who_opens_which_federation(county, world, username, name, status):
    client, pk = world.client(username), county[name].pk
    assert client.get(reverse("reports:federation_board", args=[pk]), {"quarter": "2026Q2"}).status_code == status
    query = {"federation": pk, "quarter": "2026Q2"}
    assert client.get(reverse("reports:figure", args=["population"]), query).status_code == status
    assert world.api(username).get("/api/v1/indicators/", query).status_code == status


def test_outside_and_unknown_get_the_same_page(county, world):
    client = world.client("zhenjie")
    outside, unknown = (get_board(client, area=area) for area in (OTHER_TOWN, "371083998"))
    assert outside.status_code == unknown.status_code == 404 and text_of(outside) == text_of(unknown)


def test_a_clerk_sees_of_a_foreign_member_village_name_and_role_only(county, world):
    page = text_of(world.client("zhenjie").get(reverse("reports:federation_board", args=[county["west"].pk])))
    assert "西里" in page and "900.00" not in page and "1 个成员村只列名称和角色" in page
    seen = text_of(world.client("xianji").get(reverse("reports:federation_board", args=[county["west"].pk])))
    assert "900.00" in seen and "只列名称和角色" not in seen


def test_the_board_shows_the_figures_of_its_place(county, world):
    client = world.client("lingdao")
    page = text_of(get_board(client, area=COUNTY, quarter="2026Q2"))
    assert "1,160.00 万元" in page  # 11,600,000 yuan of operating income
    assert "2026年，同比 +100.0%" in page
    assert "乳山口镇" in page and "城区街道" in page
    town = get_board(client, area=TOWN, quarter="2026Q2")
    assert "260.00 万元" in text_of(town) and "唐家新村" in text_of(town)
    assert f"/board/federation/{county['tang'].pk}/?quarter=2026Q2" in town.content.decode()


def test_a_total_that_is_not_the_sum_is_marked(county, world):
    """西里新村 has villages of two towns: once in each, once in the county."""
    page = text_of(get_board(world.client("lingdao"), area=COUNTY, quarter="2026Q2"))
    assert re.search(r"合计.* 2\* ", page) and "带 * 的合计不等于各行之和" in page
    assert "带 *" not in text_of(get_board(world.client("lingdao"), area=TOWN, quarter="2026Q2"))


def test_every_figure_of_a_board_opens(county, world):
    """Each card and each figure of a table leads to a page, and that to the rows."""
    client = world.client("xianji")
    page = get_board(client, area=COUNTY, quarter="2026Q2").content.decode()
    addresses = set(re.findall(r'href="(/board/figure/[^"]+)"', page))
    assert len({address.split("/")[3] for address in addresses}) >= 15
    for address in sorted(addresses):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_a_figure_tells_its_periods_its_parts_and_what_changed(county, world):
    page = world.client("xianji").get(
        reverse("reports:figure", args=["operating_income_per_village"]), {"area": COUNTY, "quarter": "2026Q2"}
    )
    text = text_of(page)
    assert "290.00 万元" in text and "145.00 万元" in text and "+100.0%" in text
    assert "11,600,000 ÷ 4" in text
    rows = [row["cells"] for row in page.context["changes"]["rows"]]
    assert rows[0][0]["text"] == "城区街道" and rows[0][3]["text"] == "+450.00"  # the greatest change first


def test_a_counted_federation_is_named(county, world):
    page = world.client("xianji").get(
        reverse("reports:figure", args=["federations_off_scale"]), {"area": TOWN, "quarter": "2026Q2"}
    )
    assert [row["cells"][0]["text"] for row in page.context["things"]["rows"]] == ["西里新村", "唐家新村"]


def rows_page(world, code: str, quarter: str, **place: str):
    one = indicators.indicator(code)
    period = Period.parse(quarter if one.period_unit == "Q" else quarter[:4])
    return world.client("xianji").get(one.rows.url(period, **place), follow=True)


@pytest.mark.parametrize("code", [one.code for one in indicators.indicators() if one.rows])
def test_the_rows_behind_a_figure_are_found_by_filters_that_are_understood(county, world, code):
    page = rows_page(world, code, "2026Q2", area=TOWN)
    assert page.status_code == 200
    form = page.context.get("filter_form")
    assert form is not None and not form.errors
    asked = {*indicators.indicator(code).rows.filters, "area"} - {"quarter", "tab", "kind"}
    assert asked <= set(form.fields)


@pytest.mark.parametrize(
    ("code", "place", "rows"),
    [
        ("facts_reported", COUNTY, 4),
        ("facts_reported", TOWN, 3),
        ("point_entries", COUNTY, 3),
        ("point_entries", TOWN, 2),
        ("members_scored", CITY_STREET, 1),
        ("claims_waiting", TOWN, 1),
    ],
)
def test_a_figure_has_as_many_rows_as_it_says(county, world, code, place, rows):
    waiting = make.member(SOUTH, "等待")
    make.claim(world, waiting, on=dt.date(2026, 5, 1))
    make.claim(world, waiting, on=dt.date(2026, 5, 2), state="rejected")
    refresh_all_dirty()
    assert told(world, "xianji", area=place)[code]["value"] == str(rows)
    page = rows_page(world, code, "2026Q2", area=place)
    assert page.context["count"] in (rows, str(rows))


def test_points_of_a_federation_open_too(county, world):
    page = rows_page(world, "point_entries", "2026Q2", federation=str(county["tang"].pk))
    assert page.context["count"] in (2, "2")


@pytest.mark.parametrize("quarter", ["2026", "2026Q5", "x"])
def test_a_quarter_that_is_none_is_refused_in_words(county, world, quarter):
    response = get_board(world.client("lingdao"), quarter=quarter)
    assert response.status_code == 400 and "2026Q3" in response.content.decode()


def test_a_federations_secretary_opens_the_boards_of_its_villages(county, world):
    """His scope names the villages one by one; no area above them is his."""
    add_user("shuji", "federation_secretary", "federation", county["tang"].pk)
    world.users["shuji"] = type(world.user("zhenjie")).objects.get(username="shuji")
    client = world.client("shuji")
    page = client.get(f"/board/?area={SOUTH}")
    assert page.status_code == 200 and "南唐家" in page.content.decode()
    assert client.get(f"/board/figure/population/?area={SOUTH}").status_code == 200
    assert client.get(f"/board/?area={TOWN}").status_code == 404


def test_an_unknown_figure_does_not_exist(county, world):
    assert world.client("lingdao").get("/board/figure/nothing/").status_code == 404
    off_scale = reverse("reports:figure", args=["federations_off_scale"])
    assert world.client("lingdao").get(off_scale, {"federation": county["tang"].pk}).status_code == 404


def test_the_first_board_is_ones_own(county, world):
    assert "乳山口镇" in get_board(world.client("zhenjie")).context["title"]
    add_user("shuji", "federation_secretary", "federation", county["tang"].pk)
    world.users["shuji"] = type(world.user("zhenjie")).objects.get(username="shuji")
    response = get_board(world.client("shuji"))
    assert response.status_code == 302 and f"/federation/{county['tang'].pk}/" in response.url
    assert world.client("shuji").get(response.url).status_code == 200


def count(client, url, **query) -> int:
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url, query).status_code == 200
    return len(captured)


def test_a_board_costs_as_many_queries_for_a_county_with_history_as_for_a_town(county, world):
    client = world.client("xianji")
    board = reverse("reports:board")
    client.get(board)  # the session's first request writes it
    before = [count(client, board, area=area, quarter="2026Q2") for area in (COUNTY, TOWN, SOUTH)]
    for year in range(2018, 2025):
        for village in (SOUTH, NORTH, JIANG, WEST, SAND):
            make.facts(village, year)
    for number in range(5):
        make.federation(world, f"新{number}新村", [], area=TOWN)
    refresh_all_dirty()
    assert [count(client, board, area=area, quarter="2026Q2") for area in (COUNTY, TOWN, SOUTH)] == before
    assert max(before) <= BUDGET
    federation = reverse("reports:federation_board", args=[county["west"].pk])
    assert count(client, federation, quarter="2026Q2") <= BUDGET
    figure = reverse("reports:figure", args=["federations_running"])
    assert count(client, figure, area=COUNTY, quarter="2026Q2") <= BUDGET


def test_changes_that_wait_are_told(county, world):
    make.facts(SAND, 2026)
    assert "正在汇总" in text_of(get_board(world.client("qita")))
    assert "正在汇总" not in text_of(get_board(world.client("zhenjie")))
    refresh_all_dirty()
    assert "正在汇总" not in text_of(get_board(world.client("qita")))


def test_an_unfinished_year_is_not_compared(county, world):
    for village, year in ((SAND, 2025), (POT, 2025), (POT, 2026)):
        make.facts(village, year)
    refresh_all_dirty()
    page = text_of(get_board(world.client("lingdao"), area=COUNTY, quarter="2026Q2"))
    assert "2026年，已报 5/9 村，报齐后比较" in page and "同比 +100.0%" not in page


def test_the_home_page_carries_eight_figures_and_what_is_owed(county, world):
    figures = list(own_figures(world.user("zhenjie")))
    assert len(figures) == 8
    income = next(figure for figure in figures if figure.title == "集体经营性收入")
    assert (income.value, income.unit) == ("260.00", "万元") and "+100.0%" in income.trend
    assert f"area={TOWN}" in income.url
    (owed,) = owed_facts(world.user("zhenjie"))
    assert owed.count == 2 and owed.due_on == dt.date(2026, 12, 31)
    assert [name for name, _ in owed.links] == ["锅上", "院前"] and owed.note == "还没有填报"
    assert not list(owed_facts(world.user("lingdao"))) and not list(own_figures(world.user("nobody")))
    page = text_of(world.client("zhenjie").get("/"))
    assert "填报2026年村情年报" in page and "集体经营性收入" in page and "锅上 、 院前 还没有填报" in page
    assert "本辖区数据 2026年第三季度" in page
    form = world.client("zhenjie").get(owed.links[0][1])
    assert form.status_code == 200 and f'value="{POT}"' in form.content.decode()


def test_what_is_owed_is_of_ones_own_villages_and_goes_when_done(county, world):
    (owed,) = owed_facts(world.user("cunji"))
    assert owed.url == f"{reverse('village-facts:new')}?village_code={POT}&year=2026" == owed.links[0][1]
    make.facts(POT, 2026)
    assert not list(owed_facts(world.user("cunji")))


def test_the_menu_leads_to_the_boards(world):
    assert {"reports:board", "reports:workbooks"} <= {item.url_name for item in sockets.menu()}
    assert "看板" in text_of(world.client("lingdao").get("/"))
    assert "看板" not in text_of(world.client("sysadmin").get("/"))


def told(world, username="lingdao", **query) -> dict[str, dict]:
    response = world.api(username).get("/api/v1/indicators/", {"quarter": "2026Q2", **query})
    assert response.status_code == 200
    assert set(response.json()) == {"next", "previous", "results"}
    return {row["code"]: row for row in response.json()["results"]}


def test_the_api_gives_value_previous_cumulative_and_last_year(county, world):
    rows = told(world, area=COUNTY)
    income = rows["operating_income"]
    assert (income["period"], income["unit"], income["value"]) == ("2026", "元", "11600000.00")
    assert income["last_year"] == income["previous"] == "5800000.00" and income["year_on_year"] == "100.0"
    entries = rows["point_entries"]
    assert (entries["period"], entries["value"], entries["previous"]) == ("2026Q2", "3", "0")
    later = told(world, area=COUNTY, quarter="2026Q3")["point_entries"]
    assert (later["value"], later["previous"], later["cumulative"], later["last_year"]) == ("0", "3", "3", "0")
    assert later["year_on_year"] is None  # nothing can be compared with zero
    assert rows["score_average"]["value"] == "91.0" and rows["top_grade_share"]["value"] == "100.0"
    assert rows["federations_running"]["value"] == "2"
    assert told(world, "zhenjie")["federations_running"]["area_code"] == TOWN
    assert told(world, federation=county["tang"].pk)["population"]["value"] == "1200"
    assert set(told(world, area=TOWN, code="debt")) == {"debt"}


@pytest.mark.parametrize("query", [{"area": "12"}, {"federation": "x"}, {"code": "x"}, {"quarter": "x"}, {"who": "1"}])
def test_the_api_refuses_what_it_does_not_understand(county, world, query):
    expected = 404 if query == {"area": "12"} else 400
    assert world.api("lingdao").get("/api/v1/indicators/", query).status_code == expected


def test_a_right_that_ends_closes_the_board(county, world):
    Grant.objects.filter(user=world.user("lingdao")).update(valid_to=dt.date(2026, 11, 20))
    assert get_board(world.client("lingdao"), area=COUNTY).status_code == 403
