"""The county writes the next version of the members' scheme: a pasted block, an error mended, tried and compared."""

from playwright.sync_api import expect

from tests.e2e.grids import wps

BLOCK = [
    ("项目名称", "类别", "每次分值（分）", "季度上限（分）", "佐证"),
    ("清理河道", "先锋作用", "2", "10", "需要"),
    ("转发朋友圈", "先锋作用", "1", "", ""),
    ("看望困难户", "群体活动", "1.5", "", ""),
    ("参加村级议事", "群体活动", "1", "5", ""),
]


def paste(page, text: str) -> None:
    """As from WPS, into the field that has the focus."""
    page.evaluate(
        """(text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(event);
        }""",
        text,
    )


def test_the_next_version_is_pasted_mended_and_tried(visit):
    county = visit("xianji")
    page = county.page
    county.menu("积分办法")
    county.link("乳山市联建党员积分管理办法").click()
    county.link("据此新建下一版").click()

    items = page.locator("[data-cells=items]")
    rows = items.locator("[data-cells-row]:visible")
    before = rows.count()
    items.get_by_label("类别").nth(before - 2).focus()
    text, _ = wps(BLOCK)
    paste(page, text)
    # Under its headings, whatever the order of the columns; two rows were free, two are added.
    expect(rows).to_have_count(before + 2)
    expect(items.get_by_label("项目名称").nth(before - 2)).to_have_value("清理河道")
    expect(items.get_by_label("佐证").nth(before - 2)).to_have_value("yes")
    expect(items.get_by_label("项目名称").nth(before + 1)).to_have_value("参加村级议事")

    # Enter walks down the column, Alt with an arrow moves a row, the last Enter adds one.
    items.get_by_label("项目名称").nth(before).focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(items.get_by_label("项目名称").nth(before)).to_have_value("参加村级议事")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(before + 3)

    page.keyboard.press("Control+s")
    expect(page.get_by_role("alert")).to_contain_text("请先改正下面 1 处")
    page.get_by_role("alert").get_by_role("link").click()
    wrong = page.locator(":focus")
    expect(wrong).to_have_value("转发朋友圈")
    wrong.fill("宣传防火知识")
    county.button("保存草稿").click()
    expect(page.locator("#messages")).to_contain_text("已存为草稿")

    county.link("与别的版本比较").click()
    expect(page.get_by_role("main")).to_contain_text("新增 4 处，取消 0 处")
    county.link("返回办法").click()
    county.link("试算比较").click()
    county.button("开始试算").click()
    county.link("查看试算比较").click()
    expect(page.get_by_role("main")).to_contain_text("不写入积分和得分")
    expect(page.get_by_role("main")).to_contain_text("总分和名次都没有变")

    # A town pastes more rows than it may have of its own: what found no place is told.
    town = visit("zhenshen")
    town.menu("积分办法")
    town.page.get_by_role("link", name="乳山市联建党员积分管理办法").first.click()
    town.link("镇街自设项目").click()
    own = town.page.locator("[data-cells=items]")
    own.get_by_label("项目名称").first.focus()
    paste(town.page, "\n".join(f"净滩 {number}\t1" for number in range(7)))
    expect(own.locator("[data-cells-said]")).to_have_text("已粘贴 5 行；最多 5 行，后面 2 行没有粘贴")
