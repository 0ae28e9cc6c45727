"""A county leader looks for ninety seconds: a figure, what is behind it, and the two workbooks for above."""

import re
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.e2e.browsing import Visitor

MONEY = re.compile(r"[\d,]+(\.\d+)?")


def test_the_board_leads_from_the_county_down_to_a_village(visit):
    leader = visit("lingdao")
    page = leader.page
    leader.menu("看板")
    expect(leader.heading("乳山市")).to_contain_text("2026年第三季度")
    cards = page.locator(".board-figures .figure-card")
    assert 14 <= cards.count() <= 18, [card.inner_text() for card in cards.all()]
    numbers = [text for text in cards.locator(".figure-value a").all_inner_texts() if re.search(r"\d", text)]
    assert len(numbers) >= 12, numbers
    expect(page.locator(".board-charts canvas, .board-charts svg").first).to_be_visible()

    below = page.get_by_role("region", name=re.compile("镇街|分镇")).get_by_role("table")
    below.get_by_role("link", name="乳山口镇", exact=True).click()
    expect(leader.heading("乳山口镇")).to_be_visible()
    page.get_by_role("link", name="湛江路新村", exact=True).first.click()
    expect(leader.heading("湛江路新村")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="锅上", exact=True).first.click()
    expect(leader.heading("锅上")).to_be_visible()


def test_a_figure_opens_to_the_rows_that_make_it(visit, house):
    leader = visit("lingdao")
    page = leader.page
    leader.open("/board/?area=371083101&quarter=2026Q2")
    card = page.locator(".figure-card").filter(has_text="党员数").first
    shown = card.locator(".figure-value a").inner_text().strip()
    counted = house.sql(
        """SELECT count(*) FROM members_placement p JOIN members_subject s ON s.id = p.subject_id
            WHERE s.kind = 'member' AND s.is_active AND p.village_id LIKE '371083101%%'
              AND p.valid_from <= '2026-06-30' AND (p.valid_to IS NULL OR p.valid_to > '2026-06-30')"""
    )[0][0]
    assert int(shown.replace(",", "")) == counted
    card.get_by_role("link").click()
    expect(leader.heading("党员数")).to_contain_text("乳山口镇")
    expect(page.locator(".board-figures")).to_contain_text("上年同期")
    leader.link("查看明细").click()
    expect(leader.heading("党员")).to_contain_text(f"{shown} 条")


def test_the_board_changes_with_area_and_quarter(visit):
    leader = visit("lingdao")
    page = leader.page
    leader.open("/board/")
    entries = page.locator(".figure-card").filter(has_text="积分记录").locator(".figure-value")
    before = entries.inner_text()
    page.get_by_label("范围", exact=True).select_option(value="371083101")
    page.get_by_label("季度", exact=True).select_option(label="2026年第二季度")
    if page.get_by_role("button", name="查看", exact=True).is_visible():
        page.get_by_role("button", name="查看", exact=True).click()
    expect(leader.heading("乳山口镇")).to_contain_text("2026年第二季度")
    assert "area=371083101" in page.url and "quarter=2026Q2" in page.url
    assert entries.inner_text() != before


def test_both_workbooks_are_made_by_a_job_and_open(visit, tmp_path):
    leader = visit("lingdao")
    federations = made(leader, "跨村联建情况统计表", "2026年第三季度", tmp_path)
    sheet = load_workbook(federations).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert cells[0].startswith("乳山市跨村联建情况统计表") or any("跨村联建情况统计表" in text for text in cells[:3])
    assert {"湛江路新村", "唐家新村", "合计"} <= {text.strip() for text in cells}
    assert any("填报单位" in text for text in cells)
    assert any("单位负责人" in text for text in cells)
    assert sheet.merged_cells.ranges, "a multi-level heading is merged"

    points = made(leader, "党员积分汇总表", "2026年第二季度", tmp_path)
    sheet = load_workbook(points).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any("党员积分汇总表" in text for text in cells[:3])
    assert {"湛江路新村", "优秀", "合计"} <= {text.strip() for text in cells}

    leader.open("/files/")
    expect(leader.page.get_by_role("row").filter(has_text="统计表.xlsx")).to_have_count(1)
    expect(leader.page.get_by_role("row").filter(has_text="汇总表.xlsx")).to_have_count(1)
    expect(leader.page.locator("#bell")).to_be_attached()


def test_a_workbook_of_an_unsettled_quarter_says_what_is_missing(visit):
    leader = visit("lingdao")
    ask(leader, "党员积分汇总表", "2026年第三季度")
    expect(leader.page.locator("#job-progress[data-job-finished]")).to_contain_text("还没有公示或审定")


def ask(leader: Visitor, title: str, quarter: str) -> None:
    leader.menu("上报表")
    leader.page.get_by_role("radio", name=re.compile(title)).check()
    leader.field("填报单位").select_option(label="乳山市")
    leader.field("统计期").select_option(label=quarter)
    leader.button("生成工作簿").click()
    expect(leader.page.locator("#job-progress")).to_be_visible()


def made(leader: Visitor, title: str, quarter: str, folder: Path) -> Path:
    """Ask for a workbook, watch its job, and download it from 我的文件."""
    ask(leader, title, quarter)
    expect(leader.page.locator("#job-progress[data-job-finished]")).to_contain_text("已完成", timeout=60_000)
    leader.open("/files/")
    return leader.download(leader.page.get_by_role("link", name=re.compile(title)).first, folder)
