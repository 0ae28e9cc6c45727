"""Samples of the registers of points."""

import datetime as dt

from members.actions.objections import receive
from members.actions.redemptions import redeem
from members.models import PointAccount, PointMovement, PointObjection, RewardGood, Subject
from tests.members.points import shop
from tests.members.points.stage import member, posted
from tests.registers.suite.samples import UNKNOWN_VILLAGE, Sample
from tests.villages.samples import village_in
from tests.world import OTHER_TOWN, TOWN, World

QUARTER = "2023Q4"
FIRST = dt.date(2024, 1, 1)


def listed(world: World, town: str) -> Subject:
    """The one of a town who stands in the published list, which is made when it is first wanted."""
    rows = Subject.objects.unscoped("test")
    if not rows.filter(number=f"Y{TOWN}").exists():
        posted(world, QUARTER, *(
            member(f"Y{each}", village_in(world, each, 1).pk, name="于成") for each in (TOWN, OTHER_TOWN)
        ))  # fmt: skip
    return rows.get(number=f"Y{town}")


def make_objection(world: World, town: str, number: int) -> PointObjection:
    return receive(
        by=world.user("zhenshen"), objection=None, quarter=QUARTER, subject=listed(world, town),
        received_on=FIRST + dt.timedelta(days=number), content=f"少记了 {number} 次志愿服务", raised_by="李四",
    )  # fmt: skip


def objection_texts(world: World, town: str, number: int) -> dict[str, str]:
    return {
        "quarter": QUARTER, "member_no": listed(world, town).number,
        "received_on": str(FIRST + dt.timedelta(days=100 + number)), "content": "党课没有记上",
    }  # fmt: skip


def make_good(world: World, town: str, number: int) -> RewardGood:
    return shop.good(village_in(world, town, 1).pk, name=f"物品{number:03}", price=10 + number)


def good_texts(world: World, town: str, number: int) -> dict[str, str]:
    return {
        "area_code": village_in(world, town, 1).pk, "name": f"香皂{number:03}", "unit": "块", "price": f"{number}.5",
        "supplied": "20", "from": "2026-01-01",
    }  # fmt: skip


def make_account(world: World, town: str, number: int) -> PointAccount:
    house = shop.household(f"{town}H{number:05}", village_in(world, town, 1).pk, name=f"宋丽华{number}")
    shop.credited(world, house, 100 * number)
    return PointAccount.objects.unscoped("test").get(subject=house)


def make_redemption(world: World, town: str, number: int) -> PointMovement:
    account = make_account(world, town, number + 500)
    good = make_good(world, town, number + 500)
    return redeem(by=world.user("xianji"), subject=account.subject, good=good, quantity=1)


POINT_SAMPLES = {
    "point-goods": Sample(
        make=make_good,
        texts=good_texts,
        change=("note", "镇里补助"),
        wrong=("supplied", "二十左右"),
        place=("area_code", UNKNOWN_VILLAGE),
    ),  # fmt: skip
    "point-accounts": Sample(make=make_account),
    "point-redemptions": Sample(make=make_redemption),
    "point-objections": Sample(
        make=make_objection,
        texts=objection_texts,
        change=("content", "讲党课没有记上"),
        wrong=("received_on", "公示后几天"),
        place=("member_no", "Y0"),
    ),
}
