"""Samples of the registers of points."""

import datetime as dt

from members.actions.objections import receive
from members.models import PointObjection, Subject
from tests.members.points.stage import member, posted
from tests.registers.suite.samples import Sample
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


POINT_SAMPLES = {
    "point-objections": Sample(
        make=make_objection,
        texts=objection_texts,
        change=("content", "讲党课没有记上"),
        wrong=("received_on", "公示后几天"),
        place=("member_no", "Y0"),
    ),
}
