"""Samples of the registers of how federations are organised: rows of one federation, and rows of a village."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from federations.actions.founding import found_federation
from federations.models import (
    DutyShift,
    DutySwap,
    Enterprise,
    Federation,
    FederationEnterprise,
    FederationVillage,
    HelpTeam,
    JointPlan,
    LeadershipPattern,
    PlanItem,
    PlanningEvidence,
    PlanOpinion,
    Premises,
    VillageClass,
    VillageSupport,
    WeakVillage,
)
from tests.registers.suite.samples import UNKNOWN_VILLAGE, Sample
from tests.villages.samples import village_in
from tests.world import World

NOWHERE = ("federation", "987654321")
DAY = dt.date(2026, 1, 1)


def federation_in(world: World, town: str, kind: str = "new_village") -> Federation:
    """The federation of a town that rows hang on, made where it is not there yet."""
    name = {"new_village": "依托新村", "chain": "牡蛎产业链"}[kind]
    known = Federation.objects.unscoped("test").filter(area_id=town, name=name).first()
    if known is not None:
        return known
    return found_federation(
        by=world.user("xianji"), name=name, kind=kind, mode="complement", area=world.area(town), on=DAY,
        villages=[(village_in(world, town, 80), "centre"), (village_in(world, town, 81), "member")],
        organization_kind="chain_committee" if kind == "chain" else "joint_general_branch",
    )  # fmt: skip


def chain_with(world: World, town: str, number: int) -> tuple[Federation, Any]:
    """A chain, and a village that was made its member."""
    chain, village = federation_in(world, town, "chain"), village_in(world, town, number)
    FederationVillage.objects.unscoped("test").get_or_create(
        federation=chain, village=village, defaults={"valid_from": DAY}
    )
    return chain, village


def plan_in(world: World, town: str) -> JointPlan:
    plan, _ = JointPlan.objects.unscoped("test").get_or_create(
        federation=federation_in(world, town), name="依托规划", defaults={"from_year": 2026, "to_year": 2030}
    )
    return plan


def day(number: int) -> dt.date:
    return DAY + dt.timedelta(days=number)


def row_maker(model: Any, **facts: Any) -> Callable[[World, str, int], Any]:
    """A maker of rows of the town's federation; facts that are functions get the number."""

    def make(world: World, town: str, number: int) -> Any:
        given = {name: fact(number) if callable(fact) else fact for name, fact in facts.items()}
        return model.objects.unscoped("test").create(federation=federation_in(world, town), **given)

    return make


def typist(**texts: Any) -> Callable[[World, str, int], dict[str, Any]]:
    """What is typed for a row of the town's federation."""

    def type_in(world: World, town: str, number: int) -> dict[str, Any]:
        given = {name: text(number) if callable(text) else text for name, text in texts.items()}
        return {"federation": str(federation_in(world, town).pk)} | given

    return type_in


def make_class(world: World, town: str, number: int) -> VillageClass:
    chain, village = chain_with(world, town, number)
    return VillageClass.objects.unscoped("test").create(
        federation=chain, village=village, category="model", valid_from=day(number)
    )


def class_texts(world: World, town: str, number: int) -> dict[str, Any]:
    chain, village = chain_with(world, town, 30 + number)
    return {"federation": str(chain.pk), "village_code": village.pk, "category": "nurtured", "from": "2026-02-01"}


def enterprise_in(town: str, number: int) -> Enterprise:
    return Enterprise.objects.unscoped("test").get_or_create(name=f"样企业{number}", area_id=town)[0]


def make_enterprise_member(world: World, town: str, number: int) -> FederationEnterprise:
    return FederationEnterprise.objects.unscoped("test").create(
        federation=federation_in(world, town, "chain"), enterprise=enterprise_in(town, number), valid_from=DAY
    )


def enterprise_member_texts(world: World, town: str, number: int) -> dict[str, Any]:
    chain, enterprise = federation_in(world, town, "chain"), enterprise_in(town, 50 + number)
    return {"federation": str(chain.pk), "enterprise": str(enterprise.pk), "from": "2026-02-01"}


def make_swap(world: World, town: str, number: int) -> DutySwap:
    return DutySwap.objects.unscoped("test").create(
        federation=federation_in(world, town), on=day(number), shift="morning", given_by="王平", taken_by=f"李{number}",
        swapped_on=DAY, reason="外出开会", by=world.user("xianji"),
    )  # fmt: skip


def make_opinion(world: World, town: str, number: int) -> PlanOpinion:
    return PlanOpinion.objects.unscoped("test").create(
        plan=plan_in(world, town), on=DAY, who=f"村民{number}", content="先修路"
    )


def make_item(world: World, town: str, number: int) -> PlanItem:
    return PlanItem.objects.unscoped("test").create(
        plan=plan_in(world, town), name=f"任务{number}", planned_to=day(number % 3), planned_money=1000
    )


def make_support(world: World, town: str, number: int) -> VillageSupport:
    return VillageSupport.objects.unscoped("test").create(
        village=village_in(world, town, number), kind="unit", name="样单位", valid_from=DAY
    )


def make_weak(world: World, town: str, number: int) -> WeakVillage:
    return WeakVillage.objects.unscoped("test").create(
        village=village_in(world, town, number), listed_on=DAY, problems="班子软弱"
    )


ORGANISATION = {
    "planning-evidence": Sample(
        make=row_maker(PlanningEvidence, topic="location", content="沿路相连", on=day),
        texts=typist(topic="industry", content="产业相近", on=lambda number: f"2026-03-{number:02d}"),
        change=("content", "同一片滩涂"),
        wrong=("on", "去年"),
        place=NOWHERE,
    ),
    "leadership-patterns": Sample(
        make=row_maker(LeadershipPattern, pattern="a", valid_from=day, valid_to=lambda number: day(number + 1)),
        texts=typist(pattern="a", **{
            "from": lambda number: f"2025-0{number}-01", "to": lambda number: f"2025-0{number}-20",
        }),
        change=("note", "强村书记兼任"),
        wrong=("from", "去年"),
        place=NOWHERE,
    ),
    "village-classes": Sample(
        make=make_class, texts=class_texts, change=("note", "示范带动"), wrong=("from", "去年"), place=NOWHERE
    ),
    "federation-enterprises": Sample(
        make=make_enterprise_member,
        texts=enterprise_member_texts,
        change=("note", "统一收购"),
        wrong=("from", "去年"),
        place=NOWHERE,
    ),
    "help-teams": Sample(
        make=row_maker(HelpTeam, name=lambda number: f"帮帮团{number}", helps_with="技术指导", valid_from=DAY),
        texts=typist(name=lambda number: f"新团{number}", helps_with="销路", **{"from": "2026-02-01"}),
        change=("head", "宋丽华"),
        wrong=("from", "去年"),
        place=NOWHERE,
    ),
    "federation-premises": Sample(
        make=row_maker(Premises, name=lambda number: f"场所{number}", state="open"),
        texts=typist(name=lambda number: f"新场所{number}", state="building", items="党员活动室、联合会议室"),
        change=("hotline", "0631-6600000"),
        wrong=("area_m2", "六百来平"),
        place=NOWHERE,
    ),
    "duty-shifts": Sample(
        make=row_maker(DutyShift, on=day, shift="morning", person="王平"),
        texts=typist(on=lambda number: f"2026-03-{number:02d}", shift="night", person="李军"),
        change=("task", "服务窗口"),
        wrong=("on", "周一"),
        place=NOWHERE,
    ),
    "duty-swaps": Sample(make=make_swap),
    "joint-plans": Sample(
        make=row_maker(JointPlan, name=lambda number: f"规划{number}", from_year=2026, to_year=2030),
        texts=typist(name=lambda number: f"新规划{number}", state="drafting", from_year="2026", to_year="2030"),
        change=("drawn_by", "规划设计院"),
        wrong=("from_year", "今年"),
        place=NOWHERE,
    ),
    "plan-items": Sample(
        make=make_item,
        texts=lambda world, town, number: {
            "plan": str(plan_in(world, town).pk), "name": f"新任务{number}", "planned_to": "2026-10-31",
        },
        change=("responsible", "王建国"),
        wrong=("planned_to", "年底"),
        place=("plan", "987654321"),
    ),
    "plan-opinions": Sample(
        make=make_opinion,
        texts=lambda world, town, number: {
            "plan": str(plan_in(world, town).pk), "on": "2026-03-05", "who": f"代表{number}", "content": "通到码头",
            "taken": "open",
        },
        change=("why", "列入二期"),
        wrong=("on", "上月"),
        place=("plan", "987654321"),
    ),
    "weak-villages": Sample(
        make=make_weak,
        texts=lambda world, town, number: {
            "village_code": village_in(world, town, 40 + number).pk, "listed_on": "2026-03-01",
            "problems": "集体无收入",
        },
        change=("team", "组长李建军"),
        wrong=("listed_on", "去年"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
    "village-supports": Sample(
        make=make_support,
        texts=lambda world, town, number: {
            "village_code": village_in(world, town, 40 + number).pk, "kind": "unit", "name": "市农业农村局",
            "from": "2026-03-01",
        },
        change=("title", "联络员张明"),
        wrong=("from", "去年"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
}  # fmt: skip
