"""Samples of the registers of people and organisations."""

import datetime as dt

from members.actions.people import add_member, add_subject
from members.models import PartyOrganization, Post, Subject
from tests.registers.suite.samples import UNKNOWN_VILLAGE, Sample
from tests.villages.samples import village_in
from tests.world import World


def make_organization(world: World, town: str, number: int) -> PartyOrganization:
    village = village_in(world, town, number)
    return PartyOrganization.objects.create(
        name=f"样村{number}党总支{town[-3:]}", kind="general_branch", area_id=village.pk
    )


def organization_of(world: World, town: str) -> PartyOrganization:
    """The committee of a town, made where it is not there yet."""
    return PartyOrganization.objects.unscoped("test").get_or_create(
        name=f"中共{world.area(town).name}委员会", defaults={"kind": "committee", "area_id": town}
    )[0]


def make_member(world: World, town: str, number: int) -> Subject:
    return add_member(
        by=world.user("xianji"), name=f"党员{number}", village=village_in(world, town, number % 3),
        phone=f"1396311{number:04d}", joined_on=dt.date(2001, 7, 1) + dt.timedelta(days=number % 2),
    )  # fmt: skip


def make_household(world: World, town: str, number: int) -> Subject:
    village = village_in(world, town, number % 3)
    return add_subject(by=world.user("xianji"), kind="household", name=f"户主{number}", village=village)


def make_post(world: World, town: str, number: int) -> Post:
    member = make_member(world, town, number)
    return Post.objects.create(
        organization=organization_of(world, town), person=member.person, title="member",
        valid_from=dt.date(2025, 1, 1) + dt.timedelta(days=number),
    )  # fmt: skip


def post_texts(world: World, town: str, number: int) -> dict[str, str]:
    name = f"委员{number}"
    village = village_in(world, town, 1)
    if not Subject.objects.unscoped("test").filter(name=name, village=village).exists():
        add_member(by=world.user("xianji"), name=name, village=village)
    return {"person": name, "organization": organization_of(world, town).name, "title": "member", "from": "2025-03-01"}


PEOPLE_SAMPLES = {
    "party-organizations": Sample(
        make=make_organization,
        texts=lambda world, town, number: {
            "name": f"新{number}党支部", "kind": "branch", "area_code": village_in(world, town, 1).pk,
        },
        change=("founded_on", "2020-07-01"),
        wrong=("founded_on", "去年"),
        place=("area_code", UNKNOWN_VILLAGE),
    ),
    "posts": Sample(
        make=make_post,
        texts=post_texts,
        change=("portfolio", "环境整治"),
        wrong=("from", "去年"),
        place=("organization", "没有这个党组织"),
    ),
    "members": Sample(
        make=make_member,
        texts=lambda world, town, number: {
            "member_no": f"M{town[-3:]}{number}", "name": f"新党员{number}", "phone": f"1396322{number:04d}",
            "village_code": village_in(world, town, 1).pk,
        },
        change=("exempt_reason", "长期患病"),
        wrong=("joined_on", "去年"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
    "subjects": Sample(
        make=make_household,
        texts=lambda world, town, number: {
            "member_no": f"H{town[-3:]}{number}", "kind": "household", "name": f"新户主{number}",
            "village_code": village_in(world, town, 1).pk,
        },
        change=("exempt_reason", "常年在外"),
        wrong=("joined_on", "去年"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
}  # fmt: skip
