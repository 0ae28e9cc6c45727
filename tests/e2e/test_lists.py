"""The clerk arranges a list for himself, changes several rows at once and takes it back from the history."""

import re

from playwright.sync_api import expect

from tests.e2e.browsing import PHONE, Visitor


def columns_shown(visitor: Visitor) -> list[str]:
    heads = visitor.page.locator("table.grid-table thead th:not(.col-check)").all_inner_texts()
    return [head.strip() for head in heads if head.strip() and head.strip() != "操作"]


def choose_columns(visitor: Visitor) -> None:
    """性别 comes into the list, 联系电话 leaves it, and 党员类别 moves up by one."""
    page = visitor.page
    page.locator(".list-tools summary").filter(has_text="列").click()
    chooser = page.locator("form[data-columns]")
    chooser.get_by_role("checkbox", name="性别").check()
    chooser.get_by_role("checkbox", name="联系电话").uncheck()
    chooser.get_by_role("button", name="“党员类别”上移").click()
    chooser.get_by_role("button", name="应用").click()
    expect(page.get_by_role("columnheader", name="性别")).to_be_visible()


def test_a_list_is_arranged_and_rows_are_changed_and_changed_back(visit):
    clerk: Visitor = visit("zhenjie")
    page = clerk.page
    clerk.open("/members/?q=w&page_size=20")
    before = columns_shown(clerk)
    choose_columns(clerk)
    shown = columns_shown(clerk)
    assert "性别" in shown and "联系电话" not in shown
    assert shown.index("党员类别") == before.index("党员类别") - 1

    page.locator(".list-tools summary").filter(has_text="视图").click()
    page.get_by_label("把现在的筛选、列和排序存成视图").fill("常看的")
    page.get_by_role("button", name="保存视图").click()
    expect(page.get_by_text("已存为视图“常看的”")).to_be_visible()
    kept = page.url

    # Into a row and back: the list stands as it was left.
    page.locator("table.grid-table tbody a").first.click()
    clerk.page.get_by_role("navigation", name="当前位置").get_by_role("link", name="党员").click()
    assert page.url == kept

    clerk.open("/members/?page_size=20")
    boxes = page.locator("[data-select-row]")
    for number in range(3):
        boxes.nth(number).check()
    expect(page.locator("[data-selection-count]")).to_have_text("3")
    names = page.locator("table.grid-table tbody .col-name").all_inner_texts()[:3]
    page.get_by_role("button", name="批量修改").click()
    page.locator("input[name=exempt_reason]").fill("长期在外")
    clerk.button("下一步：核对").click()
    expect(page.locator(".bulk-pair ins")).to_have_text(["长期在外"] * 3)
    clerk.button("修改这 3 条").click()
    expect(page.get_by_text("已修改 3 条")).to_be_visible()
    assert "page_size=20" in page.url

    # From the history of one of them, all three are taken back.
    page.get_by_role("link", name=names[0].strip(), exact=True).first.click()
    page.get_by_role("link", name=re.compile("批量修改 3 条")).click()
    clerk.button("恢复这 3 条").click()
    expect(page.get_by_text("已恢复 3 条")).to_be_visible()
    assert not clerk.complaints


def test_the_panels_fit_the_phone(visit):
    clerk: Visitor = visit("zhenjie", viewport=PHONE)
    clerk.open("/members/")
    for name in ("视图", "列"):
        summary = clerk.page.locator(".list-tools summary").filter(has_text=name)
        summary.click()
        box = clerk.page.locator(".list-tools details[open] > .tool-panel").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
        assert clerk.overflow() <= 0
        summary.click()
    assert not clerk.complaints


def test_the_demo_has_rows_in_every_register_a_clerk_keeps(visit):
    page = visit("zhenjie").open("/town-book/").page
    rows = page.locator("main table tbody tr")
    told = {row[0].strip(): row[-1].strip() for row in (one.locator("th, td").all_inner_texts() for one in rows.all())}
    assert len(told) > 50 and not [name for name, count in told.items() if count in ("", "0")]
