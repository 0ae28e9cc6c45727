"""How to get to each picture: name → what its person does after signing in (as `zhenjie` where WHO names nobody)."""

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from playwright.sync_api import expect

from tests.e2e.browsing import Visitor
from tests.e2e.grids import Grid, wps
from tests.villages.pictures import a_landscape

WHO = {
    "board": "lingdao",
    "board-town": "lingdao",
    "figure": "lingdao",
    "workbooks": "lingdao",
    "job": "xianji",
    "close": "xianji",
    "score": "xianji",
    "claims": "cunji",
    "objections": "xianji",
    "merging": "xianji",
    "phone-claims": "cunji",
    "phone-board": "lingdao",
}


def opened(path: str) -> Callable[[Visitor], None]:
    def walk(visitor: Visitor) -> None:
        visitor.open(path)

    return walk


def at_charts(path: str) -> Callable[[Visitor], None]:
    """A page whose charts are drawn by script."""

    def walk(visitor: Visitor) -> None:
        visitor.open(path)
        expect(visitor.page.locator("main canvas, main svg").first).to_be_visible()
        visitor.page.wait_for_timeout(800)

    return walk


def of_close(rest: str = "") -> Callable[[Visitor], None]:
    """A page of the last locked quarter's close: a correction made anew has another number."""

    def walk(visitor: Visitor) -> None:
        visitor.open("/closes/")
        link = visitor.link("2026年第二季度").first.get_attribute("href")
        visitor.open(f"{link}{rest}")
        visitor.page.wait_for_timeout(800)

    return walk


def village_with_photo(visitor: Visitor) -> None:
    """The page of a village with everything on it; its photograph is drawn."""
    visitor.open("/villages/371083101223/photos/")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "村口.png"
        file.write_bytes(a_landscape())
        visitor.field("照片").set_input_files(file)
        visitor.field("说明").fill("村口（示意图）")
        visitor.button("上传").click()
        expect(visitor.page.locator("#messages")).to_contain_text("已上传")
    visitor.open("/villages/371083101223/")
    on_map(visitor)


def on_map(visitor: Visitor) -> None:
    expect(visitor.page.locator("[data-map-ready]")).to_be_attached()
    visitor.page.wait_for_timeout(800)


def coloured_map(visitor: Visitor) -> None:
    visitor.open("/map/?area=371083101&measure=operating_income&quarter=2026Q3")
    on_map(visitor)


def import_with_errors(visitor: Visitor) -> None:
    """A workbook of claims as it comes from a village, and what is wrong with it."""
    rows = [
        ("村", "姓名", "积分项目", "数量", "发生日期", "事由"),
        ("锅上", "何少华", "参加志愿服务", 2, dt.date(2026, 8, 12), "为老人理发"),
        ("锅上村", "王秀兰", "参加圆桌协商", 1, dt.date(2026, 8, 13), "村头议事"),
        ("锅上", "何绍华", "参加主题党日", 1, dt.date(2026, 8, 12), "8 月主题党日"),
        ("锅上", "单传海", "参加志愿者服务", 1, dt.date(2026, 8, 12), "清扫广场"),
        ("海阳所", "唐卫东", "参加志愿服务", 1, dt.date(2026, 8, 12), "清扫广场"),
        ("锅上", "唐志强", "护林防火值班", "两次", "8月40日", "山头值守"),
    ]
    book = Workbook()
    for row in rows:
        book.active.append(row)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "八月积分.xlsx"
        book.save(file)
        visitor.open("/claims/import/")
        visitor.page.get_by_label("Excel 工作簿").set_input_files(file)
        visitor.button("上传并核对").click()
        expect(visitor.page.get_by_role("main")).to_contain_text("需要改正")


def founding(visitor: Visitor) -> None:
    """Two villages chosen: fewer and with fewer people than is usual, and the page asks why (P06)."""
    visitor.open("/federations/new/")
    visitor.field("名称").fill("尹家新村")
    visitor.field("联建模式").select_option(label="优势互补")
    visitor.button("下一步").last.click()
    villages = visitor.page.locator("[data-formset='villages']")
    for row, village in enumerate(("前尹家", "后尹家")):
        visitor.pick(visitor.field("村居", villages).nth(row), village, village)
    expect(visitor.page.locator("#scale")).to_contain_text("2 个村居")
    visitor.page.locator("#scale").evaluate("part => part.scrollIntoView({ block: 'end' })")
    visitor.page.mouse.wheel(0, 120)
    visitor.page.wait_for_timeout(300)


def score_of_somebody(visitor: Visitor) -> None:
    """Somebody in the middle of the list, whose sum has awards of several categories."""
    of_close("?area=371083101")(visitor)
    visitor.page.locator("table").last.locator("td.col-name a").nth(2).click()
    expect(visitor.page.locator("table.derivation")).to_be_visible()


def merging(visitor: Visitor) -> None:
    """Three villages into two: what goes along with each, before anything is written."""
    visitor.open("/village-merges/start/")
    visitor.field("批准文件").fill("莱政批〔2026〕12 号")
    visitor.field("撤并的村居").fill("371083101206\t唐家新村\n371083101222\t唐家新村\n371083101223\t371083101224")
    visitor.button("下一步：核对").click()
    expect(visitor.button("撤并 3 个村居")).to_be_visible()


def running_job(visitor: Visitor) -> None:
    visitor.open("/closes/")
    visitor.button("开始试算").click()
    expect(visitor.page.locator("#job-progress[data-job-finished]")).to_be_visible(timeout=120_000)


def grid_with_errors(visitor: Visitor) -> None:
    """A block from WPS pasted with its headings: two cells wrong, all other rows found theirs."""
    grid = Grid(visitor, "/village-facts/grid/?year=2026")
    rows = [["村名", "年度", "户数", "户籍人口", "党员数", "耕地面积（亩）"]]
    for at, village in enumerate(["南唐家", "北唐家", "兰家庄", "择村", "康家", "河口", "新庄", "陈家"]):
        rows.append([village, "2026", str(260 + at), f"{700 + at}", "36", f"1,{410 + at}"])
    rows[3][2], rows[6][5] = "二百多户", "94公顷"
    grid.paste(*wps(rows))
    grid.counts(changed=8, wrong=2)
    grid.choose(5, "village_code")


WALKS: dict[str, Callable[[Visitor], None]] = {
    "home": opened("/"),
    "board": at_charts("/board/?quarter=2026Q2"),
    "board-town": at_charts("/board/?area=371083101&quarter=2026Q2"),
    "figure": at_charts("/board/figure/operating_income/?area=371083101&quarter=2026Q2"),
    "village": village_with_photo,
    "village-map": coloured_map,
    "village-sheet": opened("/villages/371083101223/sheet/"),
    "town-book": opened("/town-book/"),
    "merging": merging,
    "village-facts": opened("/village-facts/?year=2026"),
    "grid": grid_with_errors,
    "federation": opened("/federations/1/"),
    "federation-new": founding,
    "federation-file": opened("/federations/1/file/"),
    "rota": opened("/duty-shifts/week/?federation=1"),
    "claims": opened("/claims/"),
    "claims-import-errors": import_with_errors,
    "close": of_close(),
    "notice": of_close("notice/?area=371083101223"),
    "objections": opened("/point-objections/"),
    "score": score_of_somebody,
    "job": running_job,
    "workbooks": opened("/reports/"),
    "phone-home": opened("/"),
    "phone-grid": opened("/village-facts/grid/?year=2026"),
    "phone-claims": opened("/claims/"),
    "phone-village": opened("/villages/371083101223/"),
    "phone-sheet": opened("/villages/371083101223/sheet/"),
    "phone-notice": of_close("notice/?area=371083101223"),
    "phone-rota": opened("/duty-shifts/week/?federation=1"),
    "phone-map": coloured_map,
    "phone-board": at_charts("/board/?area=371083101&quarter=2026Q2"),
}
