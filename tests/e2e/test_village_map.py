"""A clerk puts villages on the map and a photograph on a page; no request leaves the house."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.villages.pictures import a_landscape

TOWN = "371083101"


def ready(page: Page) -> None:
    expect(page.locator("[data-map-ready]")).to_be_visible()


def test_a_village_is_put_in_its_place_by_a_click_and_by_the_keyboard(visit):
    clerk = visit("zhenjie")
    page = clerk.page
    clerk.menu("村情地图")
    ready(page)
    # Nobody has placed these three: they are drawn beside the town's seat, and the page says so.
    expect(page.locator("[data-map-list] li.unplaced")).to_have_count(3)
    expect(page.locator("path.map-unplaced")).to_have_count(3)

    clerk.button("定位 安家").click()
    expect(page.locator("#map-status")).to_contain_text("请在地图上点击“安家”的位置")
    box = page.locator("[data-map]").bounding_box()
    page.mouse.click(box["x"] + 60, box["y"] + 120)
    expect(page.locator("#map-status")).to_have_text("“安家”已定位。")
    expect(page.locator("path.map-unplaced")).to_have_count(2)

    clerk.button("定位 祝家庄").press("Enter")
    expect(page.locator("#map-status")).to_contain_text("回车放在十字处")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)  # the map glides
    page.keyboard.press("Enter")
    expect(page.locator("#map-status")).to_have_text("“祝家庄”已定位。")
    expect(page.locator("[data-map-count]")).to_contain_text("1 个未定位")

    page.reload()
    ready(page)
    expect(page.locator("[data-map-list] li.unplaced")).to_have_count(1)
    page.get_by_role("button", name="安家", exact=True).click()
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("安家")
    popup.get_by_role("link", name="安家").click()
    expect(clerk.heading("安家")).to_be_visible()
    expect(page.get_by_role("complementary", name="变更记录")).to_contain_text("纬度")


def test_the_map_is_coloured_and_its_layers_come_and_go(visit):
    leader = visit("lingdao")
    page = leader.page
    leader.open(f"/map/?area={TOWN}&quarter=2026Q3")
    ready(page)
    page.get_by_label("按指标着色").select_option(label="集体经营性收入")
    ready(page)
    expect(page.get_by_label("图例")).to_contain_text("集体经营性收入（万元）")
    expect(page.locator("path.map-class-4").first).to_be_visible()
    expect(page.locator("path.map-hull")).to_have_count(5)
    page.get_by_label("公共设施").check()
    expect(page.locator("path.map-point").first).to_be_visible()
    page.get_by_label("新村和联建片区").uncheck()
    expect(page.locator("path.map-hull")).to_have_count(0)
    page.get_by_label("在清单中查找").fill("唐家")
    expect(page.locator("[data-map-list] li:visible")).to_have_count(2)
    assert not leader.button("定位").count() and not leader.button("移动").count()


def test_a_photograph_is_uploaded_and_seen_on_the_village_page(visit, tmp_path: Path):
    clerk = visit("cunji")
    page = clerk.page
    file = tmp_path / "村口.png"
    file.write_bytes(a_landscape())
    clerk.open("/villages/371083101223/")
    clerk.link("上传和管理").click()
    clerk.field("照片").set_input_files(file)
    clerk.field("说明").fill("村口")
    clerk.button("上传").click()
    expect(page.locator("#messages")).to_contain_text("已上传照片“村口”")
    clerk.open("/villages/371083101223/")
    picture = page.get_by_role("img", name="村口")
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    page.wait_for_function("document.querySelector('img[alt=\"村口\"]').naturalWidth > 0")
    clerk.link("村情公开表").click()
    expect(page.get_by_role("article")).to_contain_text("集体收支")
    printed = page.pdf(format="A4", print_background=False)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1  # one sheet of paper a village

    file.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    clerk.open("/villages/371083101223/photos/")
    upload = page.get_by_role("complementary", name="上传照片")
    clerk.field("照片", upload).set_input_files(file)
    clerk.field("说明", upload).fill("图")
    clerk.button("上传").click()
    expect(page.get_by_role("alert")).to_contain_text("请上传 jpg、png 或 webp 格式的照片")
