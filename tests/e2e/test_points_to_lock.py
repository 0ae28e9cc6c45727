"""A quarter's points on their way: checked in three steps, computed, published, locked, and then out of reach."""

import re
import time
from collections.abc import Callable
from typing import Any

import psycopg2
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import Visitor
from tests.e2e.house import House

QUARTER = "2026Q3"
WAITS_FOR_SCORES = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'members_pointscore'::regclass"


def test_claims_move_forward_in_batches_step_by_step(visit, house):
    """支部 → 联合党组织 → 镇: each sees what waits for him, takes it in one go and no further."""
    steps = (
        ("cunji", "12", "branch_checked", "22 条"),
        ("lianjian", "22", "federation_checked", "36 条"),
        ("zhenshen", "36", "approved", "条"),
    )
    for username, waiting, state, then in steps:
        person = visit(username)
        page = person.page
        owed = page.get_by_role("region", name="待办").get_by_role("listitem").filter(has_text="积分申报等您办理")
        expect(owed).to_contain_text(waiting)
        owed.get_by_role("link").click()
        expect(person.heading("积分申报")).to_contain_text(f"{waiting} 条")
        page.get_by_label("选择本页全部").check()
        expect(page.locator("[data-selection-bar]")).to_contain_text(f"已选 {waiting} 条")
        person.button("通过").click()
        expect(page.locator("#messages")).to_contain_text(f"{waiting} 条")
        expect(page.get_by_role("main")).to_contain_text("没有等您办理的申报")
        person.open(f"/claims/?tab=all&area=371083101223&state={state}")
        expect(person.heading("积分申报")).to_contain_text(then)

    settled = dict(
        house.sql("SELECT settle_quarter, count(*) FROM members_pointclaim WHERE source_ref LIKE '待办%%' GROUP BY 1")
    )
    assert sum(settled.values()) == 36
    assert min(settled) >= QUARTER  # nothing reaches a locked quarter


def test_one_of_several_is_rejected_with_a_reason_and_told(visit):
    clerk = visit("zhenjie")
    page = clerk.page
    declare(clerk, "唐卫东", "2026-11-16", "帮厨")
    village = visit("cunji")
    village.menu("积分申报")
    village.link("唐卫东").first.click()
    village.page.get_by_label(re.compile("原因")).fill("这一天本人在外地")
    village.button("驳回").click()
    expect(village.page.get_by_role("main")).to_contain_text("已驳回")
    clerk.open(village.page.url)
    expect(page.get_by_role("main")).to_contain_text("这一天本人在外地")


def test_what_is_approved_is_seen_while_a_close_is_still_at_work(visit, house):
    """The close is held where it writes its scores; the entry is in the total and in the village's figures before that
    ends, because quick work does not wait behind heavy work.
    """
    declare(visit("zhenjie"), "唐志强", "2026-11-17", "清扫广场")
    ((claim, number),) = house.sql(
        "SELECT c.id, s.number FROM members_pointclaim c JOIN members_subject s ON s.id = c.subject_id "
        "ORDER BY c.id DESC LIMIT 1"
    )
    for username in ("cunji", "lianjian"):
        step(visit(username), claim)
    reviewer = visit("zhenshen").open(f"/scores/member/{number}/")
    so_far, entered = total_so_far(reviewer.page), entries_in_village(house)
    with house.holding("LOCK TABLE members_pointscore IN SHARE MODE"):
        county = visit("xianji").open("/closes/")
        county.field("季度").last.select_option(label="2026年第三季度")
        county.button("开始试算").click()
        until(lambda: house.sql(WAITS_FOR_SCORES))
        begun = time.monotonic()
        step(reviewer, claim)
        reviewer.open(f"/scores/member/{number}/")
        assert total_so_far(reviewer.page) == pytest.approx(so_far + 1.5)
        until(lambda: entries_in_village(house) == entered + 1)
        print(f"seen after {time.monotonic() - begun:.1f} s")
        assert house.sql("SELECT state FROM registers_job ORDER BY created_at DESC LIMIT 1") == [("running",)]
    follow_job(county.page)


def test_the_county_computes_publishes_and_locks_a_quarter(visit, house):
    county = visit("xianji")
    page = county.page
    owed = page.get_by_role("region", name="待办")
    expect(owed).to_contain_text("2026年第三季度积分还没有结算")
    owed.get_by_role("link", name=re.compile("第三季度积分")).click()

    county.field("季度").last.select_option(label="2026年第三季度")
    county.button("开始试算").click()
    follow_job(page)
    county.link("查看试算结果").click()
    expect(county.heading("2026年第三季度")).to_contain_text("试算")

    county.field("镇街、村居").select_option(label="乳山口镇")
    county.button("查询").click()
    first = page.locator("#scores ~ * table, table").last.get_by_role("row").nth(1)
    total = first.locator("[data-label^='总分']").inner_text().strip()
    first.get_by_role("link").first.click()
    derivation = page.locator("table.derivation")
    expect(derivation).to_contain_text("基础分")
    expect(derivation.locator("tfoot")).to_contain_text(total)
    assert sum_of(derivation) == pytest.approx(float(total)), derivation.inner_text()
    derivation.get_by_role("link").first.click()
    expect(page.get_by_role("main")).to_contain_text("结算季度")

    county.menu("季度结算")
    county.link("2026年第三季度").first.click()
    county.button("公示").click()
    county.confirm()
    expect(page.locator("#messages")).to_contain_text("已公示")
    expect(county.heading("2026年第三季度")).to_contain_text("公示")
    county.button("审定").click()
    county.confirm()
    expect(county.heading("2026年第三季度")).to_contain_text("审定")
    expect(county.button("公示")).to_have_count(0)

    for statement in (
        "UPDATE members_pointentry SET points = points + 10 WHERE settle_quarter = '2026Q3'",
        "DELETE FROM members_pointentry WHERE settle_quarter = '2026Q3'",
        "TRUNCATE members_pointentry",
        "UPDATE members_pointscore SET total = total + 10",
        "DELETE FROM members_quarterclose WHERE quarter = '2026Q3'",
        "ALTER TABLE members_pointentry DISABLE TRIGGER ALL",
        """INSERT INTO members_pointentry (county_code, settle_quarter, subject_id, village_id, scheme_id, item_code,
             quantity, points, occurred_on, reason, source_ref, reverses, created_by_id, created_at)
           SELECT county_code, settle_quarter, subject_id, village_id, scheme_id, item_code, quantity, -points,
             occurred_on, '', source_ref, id, created_by_id, now()
             FROM members_pointentry WHERE settle_quarter = '2026Q3' AND claim_id IS NOT NULL LIMIT 1""",
    ):
        with pytest.raises(psycopg2.Error) as error:
            house.sql(statement)
        # No permission, or one of the ledger's own refusals: never a mistake in the statement itself.
        assert error.value.pgcode == "42501" or error.value.pgcode.startswith("LJ"), f"{statement}: {error.value}"


def declare(clerk: Visitor, name: str, day: str, reason: str) -> None:
    clerk.open("/claims/new/")
    clerk.pick(clerk.field("积分对象"), name, "锅上")
    clerk.field("发生日期").fill(day)
    clerk.field("发生日期").press("Tab")  # the items of that day are asked for
    clerk.page.wait_for_load_state("networkidle")
    clerk.field("积分项目").select_option(label="参加志愿服务（+1.5 分）")
    clerk.field("事由").fill(reason)
    clerk.page.get_by_role("main").get_by_role("button", name="申报", exact=True).click()
    expect(clerk.page.locator("#messages")).to_be_visible()


def step(person: Visitor, claim: int) -> None:
    person.open(f"/claims/{claim}/")
    person.button("通过").click()
    expect(person.page.locator("#messages")).to_be_visible()


def total_so_far(page: Page) -> float:
    """The running quarter's sum, which has no rank."""
    card = page.locator("section.card").filter(has_text="至今")
    expect(card).to_contain_text("还没有结算，不排名次")
    return float(card.locator("h2 .count").inner_text().removesuffix("分"))


def entries_in_village(house: House) -> int:
    ((count,),) = house.sql(
        "SELECT coalesce(sum(numerator), 0) FROM reports_indicatorvalue WHERE place_kind = 'village' "
        "AND place_key = '371083101223' AND period = '2026Q4' AND indicator = 'point_entries'"
    )
    return int(count)


def until(moment: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 60
    while not moment():
        assert time.monotonic() < deadline, "nothing came of it within a minute"
        time.sleep(0.1)


def follow_job(page: Page) -> None:
    """Stay on the job's page: it moves by itself until it is done."""
    expect(page.locator("#job-progress")).to_be_visible()
    expect(page.locator("#job-progress[data-job-finished]")).to_be_visible(timeout=120_000)
    expect(page.locator("#job-progress")).to_contain_text("已完成")


def sum_of(derivation) -> float:
    """Base and awards less deductions, as a reader adds them up from the lines of the categories."""
    total = 0.0
    for line in derivation.locator("tr.line-sum td[data-label='计入']").all_inner_texts():
        award, _, deduct = line.replace(" ", "").partition("，扣")
        total += float(award or 0) - float(deduct or 0)
    return total
