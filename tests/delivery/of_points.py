"""Tasks and jobs of points: placements, accounts, closes, claims, trials of schemes."""

import datetime as dt
from dataclasses import replace
from io import BytesIO
from typing import Any

from members.actions import closes as actions
from members.actions import schemes
from members.actions.what_if import start_what_if
from members.claim_import.jobs import start_import
from members.models import Placement, PointAccount, PointClaim, PointMovement, PointScore, QuarterClose, Subject
from registers import jobs
from registers.models import CountySetting, Job
from tests.members.points import shop, stage
from tests.members.points.stage import CONTENT, GUOSHANG, YUANQIAN
from tests.members.points_pages.conftest import workbook
from tests.world import COUNTY, TOWN, World

FACTS = {"2026Q2": dt.date(2026, 5, 6), "2026Q3": dt.date(2026, 8, 9)}


def placements_due(world: World) -> None:
    """One moves today and takes points along, one leaves."""
    moving, leaving = shop.household("H1"), shop.household("H2")
    shop.credited(world, moving, 500)
    Placement.objects.unscoped("test").filter(subject__in=(moving, leaving)).update(valid_to=shop.TODAY)
    Placement.objects.create(subject=moving, village_id=YUANQIAN, valid_from=shop.TODAY)


def points_that_lay(world: World) -> None:
    CountySetting.objects.create(area_code=COUNTY, key="points.expire_months", value=12)
    for number, day in (("H1", dt.date(2025, 1, 1)), ("H2", shop.TODAY)):
        shop.credited(world, shop.household(number), 500, day)


def places_and_accounts() -> list[list[tuple]]:
    """Who is where, every line of every account, and the balances."""
    subjects = Subject.objects.unscoped("test").values_list("number", "village_id", "is_active")
    lines = PointMovement.objects.unscoped("test").values_list(
        "subject__number", "kind", "village_id", "points", "earned", "quarter", "on"
    )
    accounts = PointAccount.objects.unscoped("test").values_list("subject__number", "balance", "owed")
    told = [(job.title, job.state, job.result.get("credited")) for job in credits()]
    return [sorted(subjects), sorted(lines), sorted(accounts), told]


def credits() -> Any:
    return Job.objects.unscoped("test").filter(kind="points.credit").order_by("title")


def book(world: World) -> None:
    """A scheme, two members in two villages, something entered in each of two quarters."""
    stage.put_scheme(world.user("xianji"))
    stage.cover_town_step(TOWN)
    first, second = stage.member("3710830000001", GUOSHANG, name="王建国"), stage.member(
        "3710830000002", YUANQIAN, name="李海燕"
    )  # fmt: skip
    for day in FACTS.values():
        stage.approved(world, first, "A01", day)
        stage.approved(world, second, "B01", day, quantity=3)
        stage.approved(world, second, "D01", day)


def quarters_to_close(world: World) -> None:
    book(world)
    for quarter in FACTS:
        actions.start_close(by=world.user("xianji"), county=COUNTY, quarter=quarter)


def closes() -> list[tuple]:
    """Every version with its digest, and the scores in it."""
    found = QuarterClose.objects.unscoped("test").order_by("quarter", "number")
    scores = PointScore.objects.unscoped("test").order_by("close_subject__number")
    return [
        (close.quarter, close.number, close.state, close.digest, close.entry_count, bool(close.whole_at),
         list(scores.filter(close=close).values_list("close_subject__number", "total", "rank_village")))
        for close in found
    ]  # fmt: skip


def locked_quarters(world: World) -> None:
    county = world.user("xianji")
    for quarter in FACTS:
        actions.confirm(close=actions.publish(close=stage.closed(county, quarter), by=county), by=county)


def quarters_to_credit(world: World) -> None:
    """Members redeem here, so that two locked quarters have something to credit."""
    CountySetting.objects.create(area_code=COUNTY, key="points.redeem_members", value=True)
    book(world)
    locked_quarters(world)


def claims_to_import(world: World) -> None:
    book(world)
    clerk = world.user("zhenjie")
    for village, name, day in (("锅上", "王建国", 15), ("院前", "李海燕", 16)):
        data = workbook((village, name, "志愿服务", 2, dt.date(2026, 8, day), "清理河道"))
        stored = jobs.keep_file(BytesIO(data), f"{name}.xlsx", owner=clerk, is_result=False)
        start_import(by=clerk, stored=stored)


def claims_and_jobs() -> list[tuple]:
    rows = PointClaim.objects.unscoped("test").values_list("subject__number", "item_code", "quantity", "occurred_on")
    found = Job.objects.unscoped("test").filter(kind="points.import_claims").order_by("title")
    return [*sorted(rows), *((job.title, job.state, job.result.get("created")) for job in found)]


def schemes_to_try(world: World) -> None:
    """Two drafts on what was locked."""
    book(world)
    locked_quarters(world)
    county = world.user("xianji")
    for quarter, base in (("2027Q1", 900), ("2027Q2", 1200)):
        draft = schemes.new_version(by=county, area=COUNTY, content=replace(CONTENT, from_quarter=quarter, base=base))
        start_what_if(by=county, scheme=draft, quarters=list(FACTS))


def trials() -> list[tuple]:
    found = Job.objects.unscoped("test").filter(kind="points.what_if").order_by("created_at")
    return [(job.title, job.state, job.result.get("trials")) for job in found]
