"""A federation's secretary arranges the week on the rota, and two people change their shifts."""

from playwright.sync_api import expect


def test_the_week_is_written_and_a_swap_is_kept(visit):
    secretary = visit("lianjian")
    page = secretary.page
    secretary.menu("值班表")
    expect(secretary.heading("值班表")).to_contain_text("湛江路新村")
    page.get_by_role("link", name="下一周").click()
    expect(page.get_by_role("main")).to_contain_text("2026年11月23日—29日")

    # Last week comes along and is saved only when somebody says so.
    secretary.link("带入上周").click()
    night = page.get_by_label("2026-11-25 夜间")
    expect(night).not_to_have_value("")
    page.get_by_label("2026-11-24 夜间").fill("解红霞、车海波")
    night.fill("常秋云")
    secretary.button("保存").click()
    expect(page.locator("#messages")).to_contain_text("已保存 2026年11月23日—29日 的值班表")

    page.get_by_role("row").filter(has_text="11月24日").get_by_role("link", name="车海波").click()
    expect(secretary.heading("换班")).to_be_visible()
    secretary.field("与哪一班对换").select_option(label="2026-11-25 夜间 常秋云")
    secretary.field("原因").fill("家中有事")
    secretary.button("换班").click()
    expect(page.get_by_role("row").filter(has_text="11月24日")).to_contain_text("常秋云")
    expect(page.get_by_role("row").filter(has_text="11月25日")).to_contain_text("车海波")
    swaps = page.get_by_role("region", name="本周换班")
    expect(swaps).to_contain_text("车海波 → 常秋云")
    expect(swaps).to_contain_text("家中有事")

    secretary.link("打印").click()
    expect(page.get_by_role("heading", name="湛江路新村值班表")).to_be_visible()
    expect(secretary.button("打印")).to_be_visible()
