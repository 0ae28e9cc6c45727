"""The clerk of 海阳所镇 meets 乳山口镇 nowhere but as code, name and role of a village in his own town's federation."""

import json
import re

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.e2e.browsing import Visitor

FOREIGN_VILLAGE = "371083101213"  # 康家, of 乳山口镇
FOREIGN_WORDS = ("康家", "锅上", "南唐家", "湛江路新村", "乳山口镇", "乳山市")


@pytest.fixture(scope="module")
def joined(browser, house) -> str:
    """The address of a federation of 海阳所镇 into which the county has taken 康家 of 乳山口镇."""
    county = Visitor(browser, house.address).sign_in("xianji")
    found = house.sql("SELECT id FROM federations_federation WHERE area_id = '371083102' AND kind = 'new_village'")
    address = f"/federations/{found[0][0]}/"
    county.open(f"{address}join/")
    county.pick(county.field("村居"), FOREIGN_VILLAGE, "康家")
    county.field("角色").select_option(label="强村")
    county.button("加入").click()
    expect(county.page.get_by_role("row").filter(has_text=FOREIGN_VILLAGE)).to_be_visible()
    county.context.close()
    assert not county.complaints
    return address


@pytest.fixture
def neighbour(visit, joined) -> Visitor:
    return visit("qita")


def test_pages_show_name_code_and_role_and_nothing_more(neighbour, joined):
    page = neighbour.page
    neighbour.menu("联建单位")
    page.get_by_role("row").filter(has_text="康家").get_by_role("link").first.click()
    assert page.url.endswith(joined)
    line = page.get_by_role("row").filter(has_text=FOREIGN_VILLAGE)
    expect(line).to_contain_text("康家")
    expect(line).to_contain_text("强村")
    assert line.get_by_role("link").count() == 0
    words = re.sub(r"\s+", " ", line.inner_text()).split()
    assert set(words) <= {"康家", "强村", FOREIGN_VILLAGE}, words
    expect(page.get_by_role("main")).to_contain_text("不含外镇 1 个")


def test_what_is_foreign_does_not_exist(neighbour, house):
    neighbour.open("/villages/999999999999/")
    unknown = neighbour.text()
    person = house.sql("SELECT id FROM members_subject WHERE village_id = '371083101223' LIMIT 1")[0][0]
    for path in (
        f"/villages/{FOREIGN_VILLAGE}/",
        f"/villages/{FOREIGN_VILLAGE}/edit/",
        "/villages/371083101223/",
        "/areas/371083101/",
        "/board/?area=371083101",
        "/board/?area=371083",
        f"/board/figure/population/?area={FOREIGN_VILLAGE}",
        f"/subjects/{person}/",
        "/federations/1/",
        "/board/federation/1/",
    ):
        neighbour.open(path)
        assert neighbour.text() == unknown, path


def test_search_and_lookups_find_nothing_foreign(neighbour):
    page = neighbour.page
    for word in ("唐家", "371083101", "湛江路", "王秀兰"):
        page.get_by_role("searchbox", name=re.compile("搜索村")).fill(word)
        page.keyboard.press("Enter")
        expect(neighbour.heading("搜索")).to_contain_text(word)
        addresses = page.get_by_role("main").get_by_role("link").evaluate_all("all => all.map((a) => a.href)")
        assert not [address for address in addresses if "371083101" in address], addresses
    for name, text in (("villages", "唐家"), ("villages", "371083101"), ("members", "王"), ("point-subjects", "王")):
        found = json.loads(page.evaluate(f"fetch('/lookup/{name}/?q={text}').then((r) => r.text())"))["results"]
        assert not [one for one in found if "371083101" in json.dumps(one)], (name, found)


def test_counts_and_the_api_know_only_his_own_town(neighbour, house):
    page = neighbour.page
    own = house.sql("SELECT count(*) FROM villages_village WHERE code LIKE '371083102%%'")[0][0]
    neighbour.menu("村居")
    expect(neighbour.heading("村居")).to_contain_text(f"{own} 条")
    answer = page.evaluate("fetch('/api/v1/villages/?count=true&page_size=1000').then((r) => r.json())")
    codes = {row["code"] for row in answer["results"]}
    assert len(codes) == own
    assert all(code.startswith("371083102") for code in codes)
    for path in (
        "villages",
        "village-facts",
        "members",
        "subjects",
        "posts",
        "point-claims",
        "point-entries",
        "quarter-scores",
    ):
        told = page.evaluate(f"fetch('/api/v1/{path}/?area=371083101').then((r) => r.text())")
        assert not [word for word in ("锅上", "南唐家", "康家", FOREIGN_VILLAGE) if word in told], path
    joined = page.evaluate("fetch('/api/v1/federation-villages/?page_size=1000').then((r) => r.json())")["results"]
    foreign = [row for row in joined if row["village_code"] == FOREIGN_VILLAGE]
    assert len(foreign) == 1
    assert foreign[0]["role"] == "strong"
    assert foreign[0]["from"] is None


def test_drop_downs_offer_his_own_town_only(neighbour):
    page = neighbour.page
    for path in ("/claims/", "/board/", "/reports/", "/village-facts/", "/federations/new/", "/members/"):
        neighbour.open(path)
        offered = page.locator("select option").all_inner_texts()
        assert not [text for text in offered if text.strip("　 ") in FOREIGN_WORDS], (path, offered)


def test_an_export_holds_his_own_town_only(neighbour, tmp_path):
    neighbour.menu("村情年报")
    neighbour.page.locator("summary").filter(has_text="导出").click()
    book = load_workbook(neighbour.download(neighbour.link(re.compile("^导出")).first, tmp_path))
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell}
    assert any(cell.startswith("371083102") for cell in cells) or "海阳所" in cells
    assert not [cell for cell in cells if cell.startswith("371083101") or cell in FOREIGN_WORDS]
