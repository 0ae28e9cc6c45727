"""Registers of packed funds and public projects (P33)."""

from collections.abc import Iterable, Mapping
from typing import Any

from federations.models import FundPackage, PublicProject
from federations.named import NamedResolver
from federations.registers.of_village import FEDERATION, NOTE, OfVillage, count, yuan
from registers.pages.parts import Related
from registers.register import Register, register_of
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Reference, Text, Year
from villages.registers import VILLAGE
from villages.resolvers import TOWNS

PACKAGES = NamedResolver(FundPackage, what="资金")
State = PublicProject.State


@row_rule("spent", "arrived")
def spent_within_arrived(values: Mapping[str, Any], context: Any) -> Any:
    """已支出 ≤ 到位金额."""
    spent, arrived = values["spent"], values["arrived"]
    if spent is not None and spent > (arrived or 0):
        yield "spent", f"填了“{spent:f}”，比到位金额 {arrived or 0:f} 还多", "请核对这两列"


class FundPackageRegister(Register):
    """Money packed for a town or a federation: planned, arrived, spent."""

    model = FundPackage
    slug = "fund-packages"
    title = "打包资金"
    group = "产业"
    menu_order = 100
    icon = "coin-yuan"
    columns = (
        Column("area_code", "所在镇街", Reference(TOWNS, what="镇街"), required=True, width=14, example="乳山口镇",
               aliases=("镇街",)),
        Column("year", "年度", Year(), required=True, width=8, example="2026"),
        Column("name", "资金名称", Text(60), required=True, width=24, example="乡村振兴示范片区补助"),
        Column("source", "资金来源", Choice(FundPackage.Source.choices), required=True, width=16, example="县级"),
        FEDERATION,
        yuan("planned", "计划金额", "2000000"),
        yuan("arrived", "到位金额", "1500000"),
        yuan("spent", "已支出", "900000"),
        NOTE,
    )  # fmt: skip
    sources = {"area_code": "area"}
    list_columns = ("name", "area_code", "year", "source", "federation", "planned", "arrived", "spent")
    main_columns = ("name", "year", "arrived")
    primary_filters = ("q", "area", "year")
    search_fields = ("name", "area__name", "area__initials", "federation__name", "federation__initials")
    ordering = ("-year", "area_id", "name")
    ordering_fields = ("year", "name", "planned", "arrived")
    natural_key = ("area_code", "year", "name")
    period_field = "year"
    select_related = ("area", "federation")
    totals = ("planned", "arrived", "spent")
    totals_per = ("year",)
    totals_note = "计划、到位、支出分别合计，不相加"
    row_rules = (spent_within_arrived,)
    view_right = "economy.view"
    change_right = "economy.change"
    bulk_fields = ("source", "federation")

    def related(self, row: FundPackage, user: Any) -> Iterable[Related]:
        projects = register_of("public-projects").rows(user).filter(package=row).order_by("village_id", "name")
        yield Related(
            "用这笔资金的项目", "public-projects", projects,
            ("name", "village_code", "kind", "state", "planned_funds", "funds"),
            filters={"area": row.area_id}, empty="还没有登记用这笔资金的项目。",
        )  # fmt: skip


@row_rule("state", "finished_on")
def done_on_a_day(values: Mapping[str, Any], context: Any) -> Any:
    """完工 needs its day."""
    if values["state"] == State.DONE and not values["finished_on"]:
        yield "finished_on", "没有填", "“状态”填“完工”的，要填实际完工日期"


class PublicProjectRegister(OfVillage):
    """一事一议, livelihood and industry projects in villages; planned and actual apart."""

    model = PublicProject
    slug = "public-projects"
    title = "公共项目"
    menu_order = 101
    icon = "building-community"
    columns = (
        VILLAGE,
        Column("name", "项目名称", Text(80), required=True, width=24, example="村内主路硬化"),
        Column("kind", "类别", Choice(PublicProject.Kind.choices), required=True, example="一事一议"),
        Column("state", "状态", Choice(State.choices), required=True, example="在建"),
        FEDERATION,
        Column("package", "资金", Reference(PACKAGES, what="资金"), width=22, help="打包资金里的名称，没有的不填"),
        yuan("planned_funds", "计划投入", "300000"),
        yuan("funds", "实际投入", "180000"),
        count("planned_jobs", "计划用工"),
        count("jobs", "实际用工"),
        count("households", "受益户数", "户", "210"),
        Column("planned_start", "计划开工日期", Date(), width=14, example="2026-03-01"),
        Column("started_on", "实际开工日期", Date(), width=14),
        Column("planned_end", "计划完工日期", Date(), width=14, example="2026-10-31"),
        Column("finished_on", "实际完工日期", Date(), width=14),
        NOTE,
    )
    list_columns = ("name", "village_code", "kind", "state", "planned_funds", "funds", "planned_end", "finished_on")
    main_columns = ("name", "state", "funds")
    ordering_fields = ("name", "state", "planned_end", "village_id")
    select_related = ("village", "federation", "package")
    status_field = "state"
    tones = {
        "state": {
            State.PLANNED: "neutral",
            State.BUILDING: "info",
            State.DONE: "done",
            State.STOPPED: "neutral",
        }
    }
    totals = ("planned_funds", "funds", "households")
    totals_note = "计划数和实际数分别合计，不相加"
    row_rules = (done_on_a_day,)
    key_fields = ("village_code", "kind", "planned_end")
    lookups = {"package": "fund-packages"}
    bulk_fields = ("kind", "federation", "package", "state")
