"""换届 in the browser (P08): the present posts come out as a workbook, are corrected, looked at, confirmed, undone."""

from pathlib import Path

import openpyxl
from playwright.sync_api import expect

LEFT = "离任"


def corrected(path: Path, target: Path) -> tuple[str, str, str]:
    """The first branch's secretary and first committee member change places; the second branch loses its secretary.

    Returns the two names of the first branch and the name of the second branch.
    """
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heading = next(row for row in range(1, 6) if sheet.cell(row, 2).value == "党组织")
    rows = range(heading + 1, sheet.max_row + 1)
    first = sheet.cell(heading + 1, 2).value
    own = [row for row in rows if sheet.cell(row, 2).value == first]
    secretary = next(row for row in own if sheet.cell(row, 3).value == "书记")
    member = next(row for row in own if sheet.cell(row, 3).value == "委员")
    sheet.cell(secretary, 3).value, sheet.cell(member, 3).value = "委员", "书记"
    names = (str(sheet.cell(secretary, 4).value), str(sheet.cell(member, 4).value))
    second = next(sheet.cell(row, 2).value for row in rows if sheet.cell(row, 2).value != first)
    lost = next(row for row in rows if (sheet.cell(row, 2).value, sheet.cell(row, 3).value) == (second, "书记"))
    sheet.delete_rows(lost)
    book.save(target)
    return (*names, str(second))


def test_a_whole_town_changes_its_posts_in_one_step_and_takes_it_back(visit, house, tmp_path):
    clerk = visit("zhenjie")
    page = clerk.page
    clerk.menu("换届")
    clerk.link("办理换届").click()
    present = clerk.download(clerk.link("下载现任班子，改好再传"), tmp_path)
    old, new, headless = corrected(present, tmp_path / "换届.xlsx")
    clerk.field("换届日期").fill("2026-12-01")
    page.get_by_label("Excel 工作簿").set_input_files(tmp_path / "换届.xlsx")
    clerk.button("上传并核对").click()

    main = page.get_by_role("main")
    expect(main).to_contain_text("2026-12-01 起按下表换届")
    expect(main).to_contain_text(f"1 个党组织换届后没有书记：{headless}")
    table = main.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(3)  # the heading and the two that change
    first = table.get_by_role("row").nth(1)
    expect(first.locator(f"[data-label='{LEFT}']")).to_contain_text(f"{old} 书记")
    expect(first.locator("[data-label='新任']")).to_contain_text(f"{new} 书记")
    assert house.sql("SELECT count(*) FROM members_turnover") == [(0,)]

    clerk.button("确认换届").click()
    expect(page.locator("#messages")).to_contain_text("2 人，离任 3 人")
    expect(clerk.heading("2026-12-01 换届")).to_be_visible()
    begun = "SELECT count(*) FROM members_post WHERE valid_from = '2026-12-01'"
    assert house.sql(begun) == [(2,)]

    clerk.button("撤回“2026-12-01 换届”").click()
    clerk.confirm()
    expect(main).to_contain_text("这次换届已经撤回")
    assert house.sql(begun) == [(0,)]


def test_wrong_rows_are_listed_with_the_marked_workbook(visit, house, tmp_path):
    book = openpyxl.Workbook()
    for row in (("党组织", "职务", "姓名"), ("锅上村党支部", "村长", "王平"), ("天上村党支部", "书记", "王平")):
        book.worksheets[0].append(row)
    book.save(tmp_path / "错.xlsx")
    clerk = visit("zhenjie").open("/turnovers/run/")
    clerk.page.get_by_label("Excel 工作簿").set_input_files(tmp_path / "错.xlsx")
    clerk.button("上传并核对").click()
    main = clerk.page.get_by_role("main")
    expect(main).to_contain_text("目前什么都没有写入")
    expect(main).to_contain_text("天上村党支部")
    marked = clerk.download(clerk.link("下载标出错误的表"), tmp_path)
    assert "错误说明" in openpyxl.load_workbook(marked).sheetnames
