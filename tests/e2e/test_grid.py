"""A clerk who lives in WPS: cells from the clipboard to saved, mended, undone, and shared with a colleague."""

import re

from playwright.sync_api import Route, expect

from tests.e2e.browsing import PHONE
from tests.e2e.grids import Grid, wps
from villages.models import Village

FIXED, CARRIED, CHANGED = (re.compile(rf"\b{name}\b") for name in ("is-fixed", "is-carried", "is-changed"))
FACTS = "/village-facts/grid/?year="
STYLE = "<style>.et2 {mso-style-parent:style0;}</style><style>td {mso-number-format:General;}</style>"
HEADINGS = (
    "序号", "村名", "年度", "户数（户）", "户籍人口（人）", "常住人口", "党员数", "耕地面积（亩）", "林地面积",
    "经营收入", "发包及上交收入", "投资收益", "补助收入", "其他收入", "集体支出", "年末负债", "备注",
)  # fmt: skip


def sheet_of(villages: list[str], year: int) -> list[list[str]]:
    """Figures as offices type them: grouped in thousands, full-width digits, a unit, nothing as /, a line break."""
    rows = [["乳山市村情统计表", *[""] * 16], list(HEADINGS)]
    for at, village in enumerate(villages, 1):
        rows.append([
            str(at), village, str(year), str(100 + at), f"1,{at:03}", "９００", "32", f"{1400 + at}亩", "/",
            "156,000.00", "80000", "0", "50,000", "无", "120,000", "0", "东、西\n两片" if at == 1 else '老"南大洼"',
        ])  # fmt: skip
    rows.append(["", "合计", "", *["9,999"] * 13, ""])
    return rows


def test_41_villages_by_15_columns_go_from_clipboard_to_saved_in_three_actions(visit, house):
    clerk = visit("xianji")
    villages = [name for (name,) in house.sql(
        "SELECT min(name) FROM villages_village WHERE code LIKE '371083%%' GROUP BY name HAVING count(*) = 1 "
        "ORDER BY min(code) LIMIT 41"
    )]  # fmt: skip
    assert len(villages) == 41
    clerk.open("/village-facts/?year=2019")
    clerk.link("粘贴录入").first.click()  # one
    grid = Grid(clerk)
    grid.copy(*wps(sheet_of(villages, 2019)))
    grid.keys("Control+v")  # two
    expect(grid.said).to_contain_text("已粘贴 41 行")
    expect(grid.said).to_contain_text("“合计”行，未读取")
    grid.save()  # three
    expect(grid.said).to_contain_text("已保存：新增 41 行")
    # What was understood of 123 cells is told in one line, and all of it where the mouse rests.
    expect(grid.said).to_contain_text(re.compile(r"“1402亩”已按 1402 亩录入；另有 \d+ 处照此理解"))
    expect(grid.said).to_have_attribute("title", re.compile("“1441亩”已按 1441 亩录入"))
    grid.counts(rows=41, changed=0, wrong=0)
    assert house.sql("SELECT count(*), sum(residents), sum(arable_land), sum(operating_income), sum(forest_land) "
                     "FROM villages_villagefacts WHERE year = 2019") == [
        (41, 41 * 900, sum(1400 + at for at in range(1, 42)), 41 * 156_000, 0)
    ]  # fmt: skip
    first = "FROM villages_villagefacts WHERE year = 2019 AND households = 101"
    assert house.sql(f"SELECT note {first}") == [("东、西\n两片",)]

    # The same sheet of the next day, two figures changed: it finds its rows, and only these change.
    again = sheet_of(villages, 2019)
    again[2][4], again[3][6] = "2,001", "40"
    clerk.page.reload()
    grid.wait()
    grid.copy(*wps(again))
    grid.keys("Control+v")
    expect(grid.said).to_contain_text("41 行对上了原有的记录")
    grid.save()
    expect(grid.said).to_contain_text("修改")
    assert house.sql(f"SELECT population {first}") == [(2001,)]
    assert house.sql("SELECT count(*) FROM villages_villagefacts WHERE year = 2019") == [(41,)]


def test_a_wrong_cell_is_red_with_the_reason_mended_and_saved(visit, house):
    grid = Grid(visit("zhenjie"), FACTS + "2018")
    grid.paste("锅上\t2018\t326\t868\n院前\t2018\t三百户左右\t700\n没有这个村\t2018\t10\t20\n")
    grid.counts(changed=3, wrong=2)
    expect(grid.at(2, "households")).to_have_attribute("aria-invalid", "true")
    expect(grid.side).to_contain_text("第 2 行 户数")
    expect(grid.side).to_contain_text("三百户左右")
    grid.save()
    expect(grid.said).to_contain_text("没有保存：有 2 处需要改正")
    assert house.sql("SELECT count(*) FROM villages_villagefacts WHERE year = 2018") == [(0,)]

    grid.side.get_by_role("button", name="第 2 行 户数").click()
    grid.type("300")
    grid.counts(wrong=1)
    grid.side.get_by_role("button", name="第 3 行 村居").click()
    grid.page.keyboard.type("jcw")  # 江村洼, by its initials
    expect(grid.options.filter(has_text="江村洼")).to_be_visible()
    grid.keys("Enter")
    expect(grid.at(3, "village_code")).to_have_text("江村洼")
    grid.counts(wrong=0)
    grid.save()
    expect(grid.said).to_contain_text("已保存：新增 3 行")
    assert house.sql("SELECT households FROM villages_villagefacts WHERE year = 2018 ORDER BY households") == [
        (10,), (300,), (326,)
    ]  # fmt: skip


def test_two_people_at_one_row_decide_cell_by_cell(visit):
    first, second = Grid(visit("zhenjie"), FACTS + "2026"), Grid(visit("zhenshen"), FACTS + "2026")
    row = next(n for n in range(1, 18) if first.at(n, "village_code").inner_text() == "南唐家")
    before = first.at(row, "residents").inner_text()
    for grid, households, residents in ((first, "401", "601"), (second, "402", before)):
        grid.choose(row, "households")
        grid.type(households)
        grid.choose(row, "residents")
        grid.type(residents)
    second.choose(row, "note")
    second.type("核过")
    first.save()
    expect(first.said).to_contain_text("已保存：修改 1 行")

    second.save()
    expect(second.said).to_contain_text("于海燕保存了 1 行")
    expect(second.side).to_contain_text("1 格与别人刚保存的不同")
    expect(second.side).to_contain_text("填的是“401”，您填的是“402”")
    expect(second.at(row, "households")).to_have_text("402")
    expect(second.at(row, "note")).to_have_text("核过")
    expect(second.at(row, "residents")).to_have_text("601")  # not touched here: theirs
    second.save()
    expect(second.said).to_contain_text("请先在右边逐个选定")
    second.side.get_by_role("button", name="保留我的").click()
    second.save()
    expect(second.said).to_contain_text("已保存：修改 1 行")
    first.page.reload()
    first.wait()
    expect(first.at(row, "households")).to_have_text("402")
    expect(first.at(row, "residents")).to_have_text("601")
    expect(first.at(row, "note")).to_have_text("核过")


def test_the_keyboard_does_it_all(visit):
    grid = Grid(visit("zhenjie"), FACTS + "2017")
    # Type, go on by Tab and Enter, fill down, take it back and do it again.
    grid.type("锅上", "Tab")
    grid.type("2017", "Tab")
    grid.type("300")
    expect(grid.at(1, "households")).to_have_text("300")
    grid.keys("Shift+ArrowDown", "ArrowUp", "Shift+ArrowDown", "Shift+ArrowDown", "Control+d")
    grid.holds("households", 1, ["300", "300", "300"])
    grid.keys("Control+z")
    grid.holds("households", 1, ["300", "", ""])
    grid.keys("Control+y")
    grid.holds("households", 1, ["300", "300", "300"])
    # Change within the cell, give up with Escape, empty with Delete.
    grid.choose(1, "households")
    grid.keys("F2", "End")
    grid.type("5")
    expect(grid.at(1, "households")).to_have_text("3,005")
    grid.keys("F2")
    grid.page.keyboard.type("77")
    grid.keys("Escape")
    grid.keys("ArrowUp", "Delete")
    expect(grid.at(1, "households")).to_have_text("")
    grid.keys("Control+z")
    expect(grid.at(1, "households")).to_have_text("3,005")
    # Copy a block out, put it elsewhere, cut it.
    grid.choose(1, "village_code")
    grid.keys("Shift+ArrowRight", "Shift+ArrowRight", "Control+c")
    expect(grid.said).to_contain_text("已复制 1 行 3 列")
    assert grid.clipboard() == "锅上\t2017\t3005"
    grid.choose(4, "village_code")
    grid.keys("Control+v")
    expect(grid.at(4, "households")).to_have_text("3,005")
    grid.choose(4, "village_code")
    grid.keys("Shift+ArrowRight", "Shift+ArrowRight", "Control+x")
    expect(grid.at(4, "households")).to_have_text("")
    # One cell fills what is chosen.
    grid.choose(1, "residents")
    grid.keys("Shift+ArrowDown", "Shift+ArrowDown")
    grid.copy("９９９")
    grid.keys("Control+v")
    grid.holds("residents", 1, ["９９９"] * 3 + [""])
    # The two rows without a village are told, Tab leaves the sheet at its end.
    grid.counts(wrong=4)
    grid.keys("Control+End", "Control+Home")
    expect(grid.page.locator("[data-grid-where]")).to_contain_text("第 1 行 村居")
    grid.keys("Shift+Tab")
    assert not grid.page.evaluate("document.activeElement.classList.contains('grid-input')")


def test_pulling_the_corner_fills_what_it_is_pulled_over(visit):
    grid = Grid(visit("zhenjie"), FACTS + "2017")
    grid.paste(*wps([["锅上", "2017", "300", "700"], ["院前", "2017", "310"]]))
    expect(grid.at(2, "households")).to_have_text("310")
    grid.choose(1, "households")
    grid.keys("Shift+ArrowDown")
    pull(grid, (2, "households"), (5, "households"))  # two rows, over and over
    grid.holds("households", 1, ["300", "310", "300", "310", "300", ""])
    expect(grid.page.locator("[data-grid-where]")).to_contain_text("已选 5 行 1 列")
    grid.keys("Control+z")
    grid.holds("households", 1, ["300", "310", "", ""])
    grid.choose(1, "population")
    pull(grid, (1, "population"), (1, "residents"))  # to the side
    grid.holds("residents", 1, ["700", ""])
    grid.choose(4, "population")
    grid.page.keyboard.type("720")
    grid.keys("Enter")
    grid.choose(4, "population")
    pull(grid, (4, "population"), (2, "population"))  # and up
    grid.holds("population", 1, ["700", "720", "720", "720", ""])
    grid.choose(1, "population")
    pull(grid, (1, "population"), (1, "population"))  # a click on it fills nothing
    grid.holds("population", 1, ["700", "720"])


def test_cells_land_where_they_were_pasted_wherever_the_person_goes_meanwhile(visit):
    grid = Grid(visit("zhenjie"), FACTS + "2016")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    grid.page.route("**/grid/**", hold)
    grid.choose(2, "village_code")
    grid.paste(*wps([["锅上", "2016", "300"], ["院前", "2016", "310"]]))
    grid.choose(4, "population")
    held[0].continue_()
    expect(grid.at(2, "households")).to_have_text("300")
    grid.holds("households", 1, ["", "300", "310", "", ""])
    grid.page.keyboard.type("720")
    grid.keys("Enter")
    expect(grid.at(4, "population")).to_have_text("720")


def pull(grid: Grid, corner: tuple[int, str], to: tuple[int, str]) -> None:
    """Drag the handle in the corner of a cell over to another one."""
    start, end = grid.at(*corner).bounding_box(), grid.at(*to).bounding_box()
    mouse = grid.page.mouse
    mouse.move(start["x"] + start["width"] - 4, start["y"] + start["height"] - 4)
    mouse.down()
    mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=4)
    mouse.up()


def test_choices_have_a_drop_down_and_what_names_a_row_stays(visit):
    grid = Grid(visit("zhenjie"), "/villages/grid/?q=锅上")
    grid.choose(1, "kind")
    grid.keys("F2")
    expect(grid.options).to_have_count(len(Village.Kind.choices))
    grid.keys("Escape")
    expect(grid.at(1, "code")).to_have_class(FIXED)
    grid.choose(1, "code")
    grid.page.keyboard.type("1")
    expect(grid.said).to_contain_text("不能在这里改")


def test_last_years_figures_are_carried_forward_and_changes_marked(visit, house):
    clerk = visit("zhenjie")
    clerk.open("/village-facts/?year=2027")
    clerk.link("结转上年数据").click()
    grid = Grid(clerk)
    main = clerk.page.get_by_role("main")
    expect(main).to_contain_text("带到2027年")
    expect(grid.at(1, "year")).to_have_text("2027")
    expect(grid.at(1, "households")).to_have_class(CARRIED)
    grid.choose(1, "households")
    grid.type("1999")
    expect(grid.at(1, "households")).to_have_class(CHANGED)
    count = int(grid.page.locator("[data-grid-count=changed]").inner_text())
    grid.counts(wrong=0)
    grid.save()
    expect(grid.said).to_contain_text(f"已保存：新增 {count} 行")
    assert house.sql("SELECT count(*), max(households) FROM villages_villagefacts WHERE year = 2027") == [(count, 1999)]
    clerk.open("/village-facts/grid/?carry=2027")
    expect(clerk.page.get_by_role("main")).to_contain_text("没有重复带入")


def test_what_other_programs_put_on_the_clipboard(visit):
    """Cells with quotes and line ends, tables of Word with merged cells, web pages without any tab."""
    grid = Grid(visit("zhenjie"), FACTS + "2016")
    read = """async ([text, html]) => {
      const { cellsOf } = await import("/static/js/grid/clipboard.js");
      const data = new DataTransfer();
      if (text) data.setData("text/plain", text);
      if (html) data.setData("text/html", html);
      return cellsOf(data);
    }"""
    merged = (
        "<table><tr><td rowspan=2>乳山口镇</td><td>锅上</td><td>1</td></tr><tr><td>院前</td><td>2</td></tr>"
        "<tr><td colspan=2><p>合计</p></td><td>3&nbsp;</td></tr></table>"
    )
    cases = [
        ("a\tb\r\nc\td\r\n", "", [["a", "b"], ["c", "d"]]),
        ('"两\n行"\t"有""引号""\t的"\n5" 管\t好\n', "", [["两\n行", '有"引号"\t的'], ['5" 管', "好"]]),
        ('"整格引号"\t1', "", [["整格引号", "1"]]),
        ("a\t\t\n\t\tb", "", [["a", "", ""], ["", "", "b"]]),
        ("一格", "", [["一格"]]),
        ("末尾空行\t1\n\n\n", "", [["末尾空行", "1"]]),
        ("乳山口镇\n锅上\n1", merged, [["乳山口镇", "锅上", "1"], ["", "院前", "2"], ["合计", "", "3"]]),
        ("", merged, [["乳山口镇", "锅上", "1"], ["", "院前", "2"], ["合计", "", "3"]]),
        ("", "<table><tr><td>两<br>行</td><td> 空 格 </td></tr></table>", [["两\n行", "空 格"]]),
        ("甲\t乙", "<table><tr><td>丙</td></tr></table>", [["甲", "乙"]]),
        ("没有表", "<b>没有表</b>", [["没有表"]]),
        ("", wps([["锅上", "1,410"], ["两\n行", '有 style="x" 的']], style=STYLE)[1],
         [["锅上", "1,410"], ["两 行", '有 style="x" 的']]),
    ]  # fmt: skip
    for text, html, expected in cases:
        assert grid.page.evaluate(read, [text, html]) == expected, (text, html)
    back = """async (rows) => {
      const { forClipboard, fromText, fromHtml } = await import("/static/js/grid/clipboard.js");
      const { text, html } = forClipboard(rows);
      return [fromText(text), fromHtml(html)];
    }"""
    nasty = [["两\n行", 'a"b', "<b>&amp;"], ["", "x\ty", "=1+1"]]
    assert grid.page.evaluate(back, nasty)[0] == nasty


def test_a_phone_is_told_kindly_and_can_still_be_used(visit):
    person = visit("zhenjie", viewport=PHONE)
    grid = Grid(person, FACTS + "2026")
    expect(person.page.get_by_role("main")).to_contain_text("适合在电脑的宽屏上用")
    expect(person.link("上传 Excel").first).to_be_visible()
    assert person.overflow() == 0
    grid.at(2, "households").tap()
    grid.at(2, "households").tap()
    grid.page.keyboard.press("Control+a")
    grid.type("222")
    expect(grid.at(2, "households")).to_have_text("222")


def test_leaving_with_changes_asks(visit):
    grid = Grid(visit("zhenjie"), FACTS + "2015")
    grid.type("锅上")
    asked = []
    grid.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    grid.page.reload()
    assert asked == ["beforeunload"]


def test_a_thousand_rows_stay_light(visit):
    """Only the rows in view are in the page, and what is typed is checked alone."""
    grid = Grid(visit("zhenjie"), FACTS + "1950")
    villages = ["锅上", "院前", "江村洼", "南唐家", "北唐家", "河口", "新庄", "陈家", "康家", "兰家"]
    rows = [[villages[at % 10], str(1981 + at // 10), *[str(300 + at)] * 3, "30"] for at in range(1000)]
    with grid.page.expect_response(lambda answer: '"check"' in (answer.request.post_data or "")):
        grid.paste("\n".join("\t".join(row) for row in rows))
        expect(grid.said).to_contain_text("已粘贴 1000 行")
    assert grid.page.locator(".tabulator-row").count() < 60
    grid.keys("Control+End")
    expect(grid.page.locator("[data-grid-where]")).to_contain_text("第 1000 行")
    grid.counts(rows=1000, wrong=0)
    with grid.page.expect_response(lambda answer: answer.request.method == "POST") as checked:
        grid.choose(1000, "households")
        grid.type("7")
    assert [row["n"] for row in checked.value.request.post_data_json["rows"]] == [1000]


def test_a_row_that_is_there_already_is_brought_to_its_record(visit):
    grid = Grid(visit("zhenjie"), FACTS + "2026")
    grid.keys("Control+End", "ArrowDown", "Home")
    last = int(re.findall(r"\d+", grid.page.locator("[data-grid-where]").inner_text())[0])
    for text in ("锅上", "2026", "1234"):
        grid.type(text, "Tab")
    expect(grid.side).to_contain_text(f"第 {last} 行 这一条已有记录")
    # A save would not overwrite what one has not seen either.
    grid.save()
    expect(grid.said).to_contain_text("1 行原来就有记录")
    grid.page.once("dialog", lambda dialog: dialog.accept())
    grid.page.reload()
    grid.wait()
    grid.keys("Control+End", "ArrowDown", "Home")
    for text in ("锅上", "2026", "1235"):
        grid.type(text, "Tab")
    grid.side.get_by_role("button", name="并入原有的记录").click()
    grid.counts(rows=last - 1, changed=1, wrong=0)
    grid.save()
    expect(grid.said).to_contain_text("已保存：修改 1 行")
