"""A town's clerk distributes a project's result: seen before it is done, done once, taken back once (P27)."""

import re

from playwright.sync_api import expect

PROJECT = "三村合建冷链仓储"


def newest(house) -> int:
    return house.sql("SELECT max(id) FROM federations_dividend")[0][0]


def test_a_dividend_from_preview_to_reversal(visit, house):
    clerk = visit("zhenjie")
    page = clerk.page
    clerk.menu("合办项目")
    page.get_by_role("link", name=PROJECT).click()
    expect(clerk.heading(PROJECT)).to_be_visible()
    before = newest(house)

    clerk.link("分红").first.click()
    clerk.field("分红总额").fill("30000.01")
    clerk.field("说明").fill("三季度")
    clerk.button("预览").click()
    parts = page.locator("section").filter(has=page.get_by_role("heading", name=re.compile("各村分红")))
    # 700,000 : 500,000 : 300,000 yuan by the agreed shares 7 : 5 : 3; the cent goes to the greatest remainder.
    for village, amount in (("西耿家", "14,000.01"), ("野子", "10,000.00"), ("庄头", "6,000.00")):
        expect(parts.get_by_role("row").filter(has_text=village)).to_contain_text(amount)
    assert newest(house) == before

    # What was typed after the preview is previewed again, also by the confirming button.
    clerk.field("分红总额").fill("15000.00")
    clerk.button("确认分红").click()
    expect(parts.get_by_role("row").filter(has_text="西耿家")).to_contain_text("7,000.00")
    assert newest(house) == before
    clerk.button("确认分红").click()
    expect(page.get_by_text("已分红 15,000.00 元，分给 3 个村居")).to_be_visible()
    assert newest(house) > before

    page.get_by_role("row").filter(has_text="15,000.00").get_by_role("link").first.click()
    clerk.link("冲销").first.click()
    clerk.field("冲销原因").fill("三季度的数还没有核定")
    clerk.button("冲销").click()
    expect(page.get_by_text("这是一次冲销，与原分红都不再计数。")).to_be_visible()
    page.get_by_role("link", name="看原分红").click()
    expect(page.get_by_role("main")).to_contain_text("这次分红已经冲销")
    assert page.get_by_role("main").get_by_role("link", name="冲销", exact=True).count() == 0
    lines = "SELECT village_id, sum(amount) FROM federations_dividendline WHERE dividend_id > %s GROUP BY village_id"
    sums = house.sql(lines, [before])
    assert len(sums) == 3 and all(total == 0 for _, total in sums)
