"""Points declared from WPS: a sheet pasted, its wrong cells mended, what seems declared already asked about, saved."""

from playwright.sync_api import expect

from tests.e2e.grids import Grid, wps

SHEET = [
    ["锅上村 11 月积分登记表", "", "", "", "", ""],
    ["村名", "姓名", "积分项目", "数量", "日期", "事由"],
    ["锅上村", "何少华", "参加志愿服务", "2", "2026.11.5", "为老人理发\n两次"],
    ["锅上", "唐卫东", "参加主题党日", "", "2026年11月3日", "11 月主题党日"],
    ["锅上", "单传海", "参加志愿者服务活动", "1", "2026/11/6", "清扫广场"],
    ["锅上", "唐志强", "参加志愿服务", "两次", "11月40日", "山头值守"],
]


def test_a_sheet_of_facts_goes_from_the_clipboard_to_declared(visit, house):
    def declared() -> int:
        return house.sql("SELECT count(*) FROM members_pointclaim WHERE occurred_on >= '2026-11-01'")[0][0]

    clerk = visit("zhenjie")
    before = declared()
    clerk.menu("积分申报")
    clerk.link("粘贴录入").first.click()
    grid = Grid(clerk)
    grid.copy(*wps(SHEET))
    grid.keys("Control+v")
    expect(grid.said).to_contain_text("已粘贴 4 行")
    grid.counts(changed=4, wrong=3)
    expect(grid.at(3, "items")).to_have_attribute("aria-invalid", "true")
    grid.save()
    expect(grid.said).to_contain_text("没有保存：有 3 处需要改正")
    assert declared() == before

    for place, typed in (
        ("第 3 行 积分项目", "参加志愿服务"),
        ("第 4 行 数量", "2"),
        ("第 4 行 发生日期", "2026.11.7"),
    ):
        grid.side.get_by_role("button", name=place).click()
        grid.type(typed)
    grid.counts(wrong=0)
    grid.save()
    expect(grid.said).to_contain_text("已保存：新增 4 行")
    assert declared() == before + 4

    # The same person, item and day from elsewhere: asked about before it is saved, and taken with the reason.
    clerk.page.reload()
    grid.wait()
    grid.copy(*wps([["锅上", "何少华", "参加志愿服务", "1", "2026-11-05", "巡山"]]))
    grid.keys("Control+v")
    expect(grid.side).to_contain_text("不是同一件事的，在这一格写明理由")
    grid.save()
    expect(grid.said).to_contain_text("没有保存：有 1 处需要改正")
    assert declared() == before + 4
    grid.side.get_by_role("button", name="第 1 行 不是重复的理由").click()
    grid.type("上午理发，下午巡山")
    grid.counts(wrong=0)
    grid.save()
    expect(grid.said).to_contain_text("已保存：新增 1 行")
    assert declared() == before + 5
    clerk.open("/claims/?tab=all&q=何少华")
    expect(clerk.page.get_by_role("main")).to_contain_text("巡山")
