"""A town's clerk enters what the town knows: facts, a federation, a workbook of point claims."""

import datetime as dt
import re
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect

from tests.e2e.house import PASSWORD

OWN = "371083101223"  # 锅上, where two members are called 王秀兰


def test_home_says_in_chinese_what_is_owed_and_how_the_town_stands(visit):
    clerk = visit()
    page = clerk.page
    page.goto("/")
    expect(page).to_have_title(re.compile("登录"))
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    clerk.sign_in("zhenjie")

    owed = page.get_by_role("region", name="待办")
    expect(owed).to_contain_text("填报2026年村情年报")
    expect(owed).to_contain_text("祝家庄、封增山、安家还没有填报")
    figures = page.get_by_role("region", name="本辖区数据")
    expect(figures).to_contain_text("村居数")
    expect(figures.get_by_role("link").first).to_have_text("37")
    assert figures.locator(".figure-card").count() == 8

    owed.get_by_role("link", name=re.compile("^填报")).click()
    expect(clerk.heading("导入村情年报")).to_be_visible()


def test_a_clerk_works_with_the_keyboard_alone(visit):
    clerk = visit()
    page = clerk.page
    page.goto("/")
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    for _ in range(10):
        if page.evaluate("document.activeElement.name") == "username":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("zhenjie")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(clerk.heading("工作台")).to_be_visible()
    page.wait_for_load_state()

    page.keyboard.press("/")
    page.keyboard.type("锅上")
    page.keyboard.press("Enter")
    expect(clerk.heading("搜索")).to_be_visible()
    tab_to(page, "锅上", address=f"/villages/{OWN}/")
    page.keyboard.press("Enter")
    expect(clerk.heading("锅上")).to_be_visible()
    tab_to(page, "编辑")
    page.keyboard.press("Enter")
    expect(clerk.heading("编辑")).to_be_visible()
    tab_to_field(page, "特色产业")
    page.keyboard.press("Control+A")
    page.keyboard.type("滩涂贝类与民宿")
    page.keyboard.press("Control+s")
    expect(page.locator("#messages")).to_contain_text("已保存")
    expect(page.get_by_role("main")).to_contain_text("滩涂贝类与民宿")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(clerk.heading("工作台")).to_be_visible()


def test_a_changed_fact_reaches_the_village_its_history_and_the_board(visit):
    clerk = visit("zhenjie")
    page = clerk.page
    clerk.menu("村居")
    clerk.field("查找").fill("锅上")
    clerk.button("查询").click()
    clerk.link("锅上").first.click()
    expect(clerk.heading("锅上")).to_be_visible()

    clerk.menu("村情年报")
    clerk.field("查找").fill("锅上")
    clerk.button("查询").click()
    page.get_by_role("row").filter(has_text="2026").get_by_role("link").first.click()
    clerk.link("编辑").click()
    people = clerk.field("户籍人口")
    before = int(people.input_value())
    people.fill(str(before + 100))
    clerk.field("党员数").fill("99999")
    clerk.button("保存").click()
    expect(page.get_by_role("alert")).to_contain_text(f"比户籍人口 {before + 100} 还多")
    clerk.field("党员数").fill("30")
    clerk.button("保存").click()
    expect(page.locator("#messages")).to_contain_text("已保存")
    expect(page.get_by_role("complementary", name="变更记录")).to_contain_text(f"{before + 100:,}人")

    clerk.open(f"/board/figure/population/?area={OWN}&quarter=2026Q4")
    expect(refreshed(page, page.locator(".board-figures"), f"{before + 100:,}")).to_contain_text(f"{before + 100:,}")


def test_two_people_edit_one_row_and_the_second_loses_nothing(visit):
    first, second = visit("zhenjie"), visit("zhenshen")
    for person in (first, second):
        person.open("/villages/371083101224/edit/")
    first.field("特色产业").fill("葡萄采摘")
    first.button("保存").click()
    expect(first.page.locator("#messages")).to_contain_text("已保存")

    second.field("特色产业").fill("海鲜餐饮")
    second.button("保存").click()
    told = second.page.get_by_role("alert")
    expect(told).to_contain_text("于海燕")
    expect(told).to_contain_text("葡萄采摘")
    expect(told).to_contain_text("海鲜餐饮")
    expect(second.field("特色产业")).to_have_value("海鲜餐饮")
    first.page.reload()
    expect(first.page.get_by_role("main")).to_contain_text("葡萄采摘")

    second.button("用我的覆盖").click()
    expect(second.page.locator("#messages")).to_contain_text("已保存")
    expect(second.page.get_by_role("main")).to_contain_text("海鲜餐饮")


def test_a_federation_is_founded_with_its_scale_weighed(visit):
    clerk = visit("zhenjie")
    page = clerk.page
    clerk.menu("联建单位")
    clerk.link("新增").click()
    expect(clerk.heading("新建联建单位")).to_be_visible()
    clerk.field("名称").fill("尹家新村")
    clerk.field("类别").select_option(label="新村")
    clerk.field("联建模式").select_option(label="强村带弱村")
    clerk.field("文化").fill("前尹家、后尹家同宗同源。")
    clerk.field("论证结论").fill("地块相连，先行联建。")
    clerk.button("下一步").last.click()
    villages = page.locator("[data-formset='villages']")
    scale = page.locator("#scale")

    clerk.pick(clerk.field("村居", villages).nth(0), "前尹家", "前尹家")
    expect(scale).to_contain_text("1 个村居")
    clerk.pick(clerk.field("村居", villages).nth(1), "后尹家", "后尹家")
    clerk.field("角色", villages).nth(0).select_option(label="中心村")
    expect(scale).to_contain_text("2 个村居，960 人")
    expect(scale).to_contain_text("请核对")
    clerk.field("超出一般要求的理由").fill("两村同宗，群众要求先行联建")
    clerk.pick(clerk.field("村居", villages).nth(2), "河口", "河口")
    expect(scale).to_contain_text("3 个村居，1,418 人")
    expect(scale).to_contain_text("在一般要求之内")
    villages.get_by_role("button", name="删除此行").nth(2).click()
    expect(scale).to_contain_text("2 个村居，960 人")
    clerk.field("超出一般要求的理由").fill("两村同宗，群众要求先行联建")

    # Back and forth: nothing is lost on the way.
    clerk.button("上一步").click()
    expect(clerk.field("文化")).to_have_value("前尹家、后尹家同宗同源。")
    clerk.button("下一步").last.click()
    expect(scale).to_contain_text("2 个村居，960 人")
    expect(clerk.field("超出一般要求的理由")).to_have_value("两村同宗，群众要求先行联建")
    clerk.button("下一步").last.click()

    clerk.field("领导模式").select_option(label="模式A：强村书记任书记")
    posts = page.locator("[data-formset='posts']")
    clerk.field("姓名", posts).nth(0).fill("3710830000863")
    clerk.field("职务", posts).nth(0).select_option(label="书记")
    clerk.field("分工", posts).nth(0).fill("全面工作")
    clerk.button("下一步").last.click()
    review = page.get_by_role("main")
    for text in ("同宗同源", "地块相连", "前尹家", "960 人", "中共尹家新村联合总支委员会", "模式A", "全面工作"):
        expect(review).to_contain_text(text)
    clerk.button("登记为拟建").click()

    expect(clerk.heading("尹家新村")).to_be_visible()
    main = page.get_by_role("main")
    for text in ("拟建", "强村带弱村", "前尹家", "后尹家", "中心村", "王秀兰", "全面工作"):
        expect(main).to_contain_text(text)
    expect(main).to_contain_text("两村同宗，群众要求先行联建")

    # The town's committee approves; the clerk may only hand it in.
    clerk.link("提交论证").click()
    clerk.button("提交论证").click()
    expect(clerk.heading("尹家新村")).to_contain_text("论证")
    expect(clerk.link("批复")).to_have_count(0)
    signer = visit("zhenzhang")
    signer.open(page.url)
    signer.link("批复").first.click()
    expect(signer.page.get_by_role("status")).to_contain_text("2 个村")
    signer.button("批复").click()
    expect(signer.heading("尹家新村")).to_contain_text("批复")


def test_a_village_joins_one_federation_only(visit):
    clerk = visit("zhenjie")
    page = clerk.page
    clerk.menu("联建单位")
    clerk.link("唐家新村").click()
    clerk.link("加入村居").first.click()
    clerk.pick(clerk.field("村居"), "锅上", "锅上")
    clerk.button("加入").click()
    expect(page.get_by_role("alert")).to_contain_text("湛江路新村")


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    """A workbook as a clerk keeps it, with the mistakes that clerks make."""
    book = Workbook()
    sheet = book.active
    sheet.title = "8月积分"
    sheet.append(["村", "姓名", "积分项目", "数量", "发生日期", "事由"])
    sheet.append(["锅上", "何少华", "参加志愿服务", 2, dt.date(2026, 8, 12), "为老人理发"])
    sheet.append(["锅上村", "王秀兰", "参加圆桌协商", 1, dt.date(2026, 8, 13), "村头议事"])
    sheet.append(["锅上", "查无此人", "参加志愿服务", 1, dt.date(2026, 8, 12), ""])
    sheet.append(["锅上", "单传海", "参加志愿者服务", 1, dt.date(2026, 8, 12), ""])
    sheet.append(["海阳所", "唐卫东", "参加志愿服务", 1, dt.date(2026, 8, 12), ""])
    sheet.append(["锅上", "唐志强", "参加志愿服务", "两次", "8月40日", ""])
    book.save(tmp_path / "积分申报.xlsx")
    return tmp_path / "积分申报.xlsx"


def test_claims_come_in_from_excel_with_mistakes_and_all(visit, claims, tmp_path):
    clerk = visit("zhenjie")
    page = clerk.page
    clerk.menu("积分申报")
    clerk.link("导入").click()
    upload(page, claims)

    main = page.get_by_role("main")
    expect(main).to_contain_text("目前什么都没有写入")
    errors = page.get_by_role("row").filter(has=page.locator("td[data-label='怎么改']"))
    told = [re.sub(r"\s+", " ", text).strip() for text in errors.all_inner_texts()]
    cells = {(re.search(r"\b(\d+)\b", text).group(1), column) for text in told for column in COLUMNS if column in text}
    assert {("4", "姓名"), ("5", "积分项目"), ("6", "村"), ("7", "数量"), ("7", "发生日期")} <= cells, told
    assert any("参加志愿服务" in text for text in told if text.startswith("8月积分 5")), told

    marked = clerk.download(clerk.link("下载标出错误的表"), tmp_path)
    book = load_workbook(marked)
    sheet = book["8月积分"]
    for cell in ("B4", "C5", "A6", "D7", "E7"):
        assert sheet[cell].comment is not None, f"{cell} is not marked"
        assert sheet[cell].fill.fgColor.rgb not in ("00000000", None), f"{cell} is not coloured"
    assert sheet["A2"].comment is None

    sheet["B4"], sheet["C5"], sheet["A6"], sheet["D7"], sheet["E7"] = (
        "单传海", "参加志愿服务", "锅上", 2, dt.date(2026, 8, 14),
    )  # fmt: skip
    mended = tmp_path / "积分申报（已改）.xlsx"
    book.save(mended)

    clerk.menu("积分申报")
    clerk.link("导入").click()
    upload(page, mended)
    question = page.get_by_role("group", name=re.compile("王秀兰.*是哪一位"))
    expect(question).to_be_visible()
    question.get_by_role("radio", name=re.compile("3710830000863")).check()
    expect(main).to_contain_text("与第 4 行同人、同日、同项目")
    clerk.field("不是同一件事的理由").fill("上午和下午各一次")
    clerk.button("按所选保存").click()
    expect(main).to_contain_text("已保存")
    clerk.link("查看积分申报").click()
    clerk.field("姓名").fill("3710830000863")
    clerk.button("查询").click()
    expect(page.get_by_role("row").filter(has_text="参加圆桌协商").filter(has_text="2026-08-13")).to_have_count(1)

    clerk.link("导入").click()
    upload(page, mended)
    expect(main).to_contain_text("没有变化")
    expect(main).to_contain_text("6 行与系统中的一致")


COLUMNS = ("姓名", "积分项目", "村", "数量", "发生日期")


def upload(page: Page, file: Path) -> None:
    page.get_by_label(re.compile("^Excel 工作簿")).set_input_files(file)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_label("步骤").locator("[aria-current=step]")).not_to_have_text("选择文件")


def refreshed(page: Page, place, text: str):
    """Reload until the worker has summed up what changed; it does so every few seconds."""
    for _ in range(30):
        if text in place.inner_text():
            break
        page.wait_for_timeout(1000)
        page.reload()
    return place


def tab_to(page: Page, text: str, *, address: str = "") -> None:
    """Go on by Tab until the thing with that text (and that address) has the focus."""
    for _ in range(150):
        found = page.evaluate("[document.activeElement.innerText ?? '', document.activeElement.href ?? '']")
        if text in found[0] and address in found[1] and len(found[0]) < 80:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"“{text}” cannot be reached by Tab")


def tab_to_field(page: Page, label: str) -> None:
    for _ in range(150):
        if label in page.evaluate("[...(document.activeElement.labels ?? [])].map((l) => l.innerText).join()"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the field “{label}” cannot be reached by Tab")
