"""Registers of investment leads and visits (P34), and of enterprises that help villages (P51)."""

from collections.abc import Iterable, Mapping
from typing import Any

from federations.models import EnterpriseHelp, InvestmentLead, InvestmentVisit
from federations.named import NamedResolver
from federations.registers.enterprises import ENTERPRISES
from federations.registers.of_village import FEDERATION, NOTE, OfVillage, count, yuan
from registers.pages.parts import Related
from registers.register import Register, register_of
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Integer, Reference, Text
from villages.registers import VILLAGE
from villages.resolvers import TOWNS

LEADS = NamedResolver(InvestmentLead, what="招商项目")
State = InvestmentLead.State


@row_rule("state", "signed_on", "landed_on")
def steps_have_their_days(values: Mapping[str, Any], context: Any) -> Any:
    """签约 and 落地 need their days."""
    if values["state"] in (State.SIGNED, State.LANDED) and not values["signed_on"]:
        yield "signed_on", "没有填", "“进展”填“签约”“落地”的，要填签约日期"
    if values["state"] == State.LANDED and not values["landed_on"]:
        yield "landed_on", "没有填", "“进展”填“落地”的，要填落地日期"


class InvestmentLeadRegister(Register):
    """Projects that towns try to bring in, from clue to ground."""

    model = InvestmentLead
    slug = "investment-leads"
    title = "招商项目"
    group = "产业"
    menu_order = 110
    icon = "target"
    columns = (
        Column("area_code", "落地镇街", Reference(TOWNS, what="镇街"), required=True, width=14, example="乳山口镇",
               aliases=("镇街",)),
        Column("name", "项目名称", Text(80), required=True, width=24, example="牡蛎精深加工"),
        Column("chain", "产业链", Text(40), width=14, example="牡蛎"),
        Column("investor", "投资方", Text(80), width=24),
        Column("state", "进展", Choice(State.choices), required=True, example="在谈"),
        FEDERATION,
        Column("found_on", "获得线索日期", Date(), required=True, width=14, example="2026-02-18"),
        Column("signed_on", "签约日期", Date(), width=12),
        Column("landed_on", "落地日期", Date(), width=12),
        yuan("planned_amount", "计划投资", "30000000"),
        yuan("signed_amount", "签约金额"),
        yuan("arrived_amount", "到位资金"),
        count("planned_jobs", "计划用工", example="120"),
        count("jobs", "实际用工"),
        NOTE,
    )  # fmt: skip
    sources = {"area_code": "area"}
    list_columns = ("name", "area_code", "chain", "investor", "state", "planned_amount", "signed_amount", "found_on")
    main_columns = ("name", "state", "planned_amount")
    primary_filters = ("q", "area", "state")
    search_fields = ("name", "chain", "investor", "area__name", "area__initials")
    ordering = ("area_id", "name")
    ordering_fields = ("name", "state", "found_on", "planned_amount")
    natural_key = ("area_code", "name")
    select_related = ("area", "federation")
    status_field = "state"
    tones = {
        "state": {
            State.CLUE: "neutral",
            State.TALKING: "waiting",
            State.SIGNED: "info",
            State.LANDED: "done",
            State.ENDED: "neutral",
        }
    }
    totals = ("planned_amount", "signed_amount", "arrived_amount")
    totals_note = "计划、签约、到位分别合计，不相加"
    row_rules = (steps_have_their_days,)
    key_fields = ("area_code", "chain", "investor")
    view_right = "economy.view"
    change_right = "economy.change"
    bulk_fields = ("chain", "federation", "state")

    def related(self, row: InvestmentLead, user: Any) -> Iterable[Related]:
        visits = register_of("investment-visits").rows(user).filter(lead=row).order_by("-on", "pk")
        yield Related(
            "招商活动", "investment-visits", visits, ("place", "on", "kind", "people", "result"),
            filters={"area": row.area_id}, initial={"area_code": row.area_id, "lead": row.name},
            empty="还没有活动记录。",
        )  # fmt: skip


class InvestmentVisitRegister(Register):
    """Visits in search of investment, one row a 批次."""

    model = InvestmentVisit
    slug = "investment-visits"
    title = "招商活动"
    group = "产业"
    menu_order = 111
    icon = "briefcase"
    columns = (
        Column("area_code", "镇街", Reference(TOWNS, what="镇街"), required=True, width=14, example="乳山口镇"),
        Column("on", "日期", Date(), required=True, width=12, example="2026-08-20"),
        Column("kind", "方式", Choice(InvestmentVisit.Kind.choices), required=True, example="外出招商"),
        Column("place", "地点或客商", Text(60), required=True, width=20, example="青岛"),
        Column("chain", "产业链", Text(40), width=14, example="牡蛎"),
        Column("people", "参加人数", Integer(0, 10_000), unit="人", example="5"),
        Column("lead", "招商项目", Reference(LEADS, what="招商项目"), width=24),
        Column("result", "成果", Text(200), width=30),
    )
    sources = {"area_code": "area"}
    list_columns = ("place", "area_code", "on", "kind", "chain", "people", "lead", "result")
    main_columns = ("place", "on", "kind")
    primary_filters = ("q", "area", "kind")
    search_fields = ("place", "chain", "result", "area__name", "area__initials")
    ordering = ("-on", "area_id", "place", "pk")
    ordering_fields = ("on", "place")
    totals = ("people",)
    natural_key = ("area_code", "on", "kind", "place")
    select_related = ("area", "lead")
    view_right = "economy.view"
    change_right = "economy.change"
    lookups = {"lead": "investment-leads"}
    bulk_fields = ("chain", "lead")


class EnterpriseHelpRegister(OfVillage):
    """What enterprises do for villages; planned beside actual."""

    model = EnterpriseHelp
    slug = "enterprise-help"
    title = "企业帮村"
    menu_order = 61
    icon = "heart-handshake"
    columns = (
        VILLAGE,
        Column(
            "enterprise",
            "企业",
            Reference(ENTERPRISES, what="企业"),
            required=True,
            width=26,
            example="乳山口牡蛎食品有限公司",
        ),
        Column("kind", "方式", Choice(EnterpriseHelp.Kind.choices), required=True, example="就业帮扶"),
        Column("matter", "帮扶事项", Text(80), required=True, width=24, example="吸纳务工"),
        Column("from", "开始日期", Date(), width=12, example="2026-01-01"),
        Column("to", "结束日期", Date(open_ended=True), width=12, help="仍在帮扶的留空"),
        yuan("planned_amount", "计划金额", "50000"),
        yuan("amount", "实际金额"),
        count("planned_jobs", "计划带动就业", example="20"),
        count("jobs", "实际带动就业"),
        NOTE,
    )
    sources = {"village_code": "village", "from": "valid_from", "to": "valid_to"}
    list_columns = ("matter", "enterprise", "village_code", "kind", "planned_amount", "amount", "jobs", "to")
    main_columns = ("matter", "enterprise", "amount")
    primary_filters = ("q", "area", "kind")
    search_fields = ("matter", "enterprise__name", "enterprise__initials", "village__name", "village__initials")
    ordering = ("village_id", "enterprise_id", "matter")
    ordering_fields = ("matter", "amount", "village_id")
    natural_key = ("village_code", "enterprise", "matter")
    select_related = ("village", "enterprise")
    totals = ("planned_amount", "amount", "jobs")
    totals_note = "计划数和实际数分别合计，不相加"
    key_fields = ("village_code", "kind", "enterprise")
    end_field = "to"
    bulk_fields = ("kind", "to")
