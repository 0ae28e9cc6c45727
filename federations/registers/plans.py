"""Registers of joint plans, the opinions about them and their items (P57)."""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from federations.models import JointPlan, PlanItem, PlanOpinion
from federations.registers.parts import FEDERATION, OfFederationFilters, OfFederationRegister
from federations.resolvers import PLANS
from lianjian import clock
from registers.pages.parts import Related, RelatedTable
from registers.register import Register, register_of
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Integer, Money, Reference, Text
from villages.resolvers import VILLAGES

State = JointPlan.State


class PlanFilters(OfFederationFilters):
    state = django_filters.ChoiceFilter(label="状态", choices=State.choices, empty_label="全部")


class JointPlanRegister(OfFederationRegister):
    """Plans over all villages of a federation (P57)."""

    model = JointPlan
    slug = "joint-plans"
    title = "联合规划"
    menu_order = 70
    icon = "map-2"
    columns = (
        FEDERATION,
        Column("name", "规划名称", Text(80), required=True, width=30, example="湛江路新村连片发展规划"),
        Column("state", "状态", Choice(State.choices), required=True, width=10, example="征求意见"),
        Column("from_year", "起始年度", Integer(2000, 2100), required=True, width=10, example="2026"),
        Column("to_year", "结束年度", Integer(2000, 2100), required=True, width=10, example="2030"),
        Column("drawn_by", "编制单位", Text(80), width=24, help="委托的专业机构", example="威海市规划设计研究院"),
        Column("adopted_on", "审定日期", Date(), width=12),
        Column("note", "规划要点", Text(1000), width=40),
    )
    list_columns = ("name", "federation", "state", "from_year", "to_year", "drawn_by", "adopted_on")
    filterset_class = PlanFilters
    primary_filters = ("q", "state", "area")
    search_fields = ("name", "drawn_by", "federation__name", "federation__initials")
    ordering = ("federation_id", "name", "pk")
    natural_key = ("federation", "name")
    status_field = "state"
    tones = {
        "state": {
            State.GATHERING: "waiting", State.DRAFTING: "waiting", State.ADOPTED: "info", State.RUNNING: "info",
            State.DONE: "done",
        }
    }  # fmt: skip
    key_fields = ("federation", "from_year", "to_year", "drawn_by")
    bulk_fields = ("state",)

    def related(self, row: JointPlan, user: Any) -> Iterable[Related | RelatedTable]:
        initial = {"plan": row.pk} if row.is_changeable_by(user) else None
        items, opinions = register_of("plan-items").rows(user), register_of("plan-opinions").rows(user)
        yield Related(
            "规划任务", "plan-items", items.filter(plan=row).order_by("planned_to", "pk"),
            ("name", "responsible", "planned_to", "planned_money", "actual_to", "actual_money"),
            filters={"plan": row.pk}, initial=initial, empty="还没有分解任务。",
        )  # fmt: skip
        yield Related(
            "征求的意见", "plan-opinions", opinions.filter(plan=row).order_by("-on", "-pk"),
            ("content", "who", "on", "taken", "why"),
            filters={"plan": row.pk}, initial=initial, empty="还没有登记意见。规划要广泛征求意见，并说明采纳情况。",
        )  # fmt: skip


PLAN = Column(
    "plan", "规划", Reference(PLANS, what="规划"), required=True, width=28, example="湛江路新村连片发展规划",
    aliases=("规划名称", "联合规划"),
)  # fmt: skip


class OpinionFilters(django_filters.FilterSet):
    plan = django_filters.NumberFilter("plan_id", label="规划编号")
    federation = django_filters.NumberFilter("plan__federation_id", label="联建单位编号")
    taken = django_filters.ChoiceFilter(label="采纳情况", choices=PlanOpinion.Taken.choices, empty_label="全部")


@row_rule("taken", "why")
def refusal_gives_its_reason(values: Mapping[str, Any], context: Any) -> Any:
    """Who gave an opinion that was not taken is told why."""
    if values.get("taken") == PlanOpinion.Taken.NO and not values.get("why"):
        yield "why", "没有填", "未采纳的，请写明原因"


class OpinionRegister(Register):
    """Opinions gathered about a plan: who, what, taken or not and why."""

    model = PlanOpinion
    slug = "plan-opinions"
    title = "规划意见"
    group = "联建"
    menu_order = 72
    icon = "message-2"
    columns = (
        PLAN,
        Column("on", "日期", Date(), required=True, width=12, example="2026-03-05"),
        Column(
            "who", "提出人", Text(80), required=True, width=20, example="北唐家村民代表会", help="人、村或单位"
        ),
        Column("content", "意见内容", Text(500), required=True, width=40, example="环村路先通到码头"),
        Column("taken", "采纳情况", Choice(PlanOpinion.Taken.choices), width=10, example="采纳", help="不填为待研究"),
        Column("why", "说明", Text(200), width=30, help="怎样采纳的；未采纳的必须写原因"),
    )  # fmt: skip
    list_columns = ("content", "plan", "who", "on", "taken", "why")
    filterset_class = OpinionFilters
    primary_filters = ("q", "taken", "area")
    search_fields = ("content", "who", "plan__name", "plan__federation__initials")
    ordering = ("plan_id", "on", "pk")
    natural_key = ("plan", "on", "who", "content")
    select_related = ("plan__federation",)
    lookups = {"plan": "joint-plans"}
    view_right = "federations.view"
    change_right = "federations.change"
    tones = {"taken": {"open": "waiting", "yes": "done", "partly": "info", "no": "neutral"}}
    row_rules = (refusal_gives_its_reason,)
    bulk_fields = ("taken",)


class ItemFilters(django_filters.FilterSet):
    plan = django_filters.NumberFilter("plan_id", label="规划编号")
    federation = django_filters.NumberFilter("plan__federation_id", label="联建单位编号")
    progress = django_filters.ChoiceFilter(
        label="进度", choices=[("waiting", "未开工"), ("running", "进行中"), ("done", "已完成"), ("late", "逾期未完")],
        empty_label="全部", method="by_progress",
    )  # fmt: skip

    def by_progress(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(PROGRESS[value]())


PROGRESS = {
    "waiting": lambda: Q(actual_from__isnull=True),
    "running": lambda: Q(actual_from__isnull=False, actual_to__isnull=True),
    "done": lambda: Q(actual_to__isnull=False),
    "late": lambda: Q(actual_to__isnull=True, planned_to__lt=clock.today()),
}


def progress_of(row: PlanItem) -> str:
    """未开工, 进行中, 已完成, and late ones said so."""
    if row.actual_to is not None:
        return "已完成"
    return ("进行中" if row.actual_from else "未开工") + ("（逾期）" if row.planned_to < clock.today() else "")


class PlanItemRegister(Register):
    """Items of plans, planned and actual side by side and never added."""

    model = PlanItem
    slug = "plan-items"
    title = "规划任务"
    group = "联建"
    menu_order = 71
    icon = "list-check"
    columns = (
        PLAN,
        Column("name", "任务名称", Text(80), required=True, width=26, example="环村路硬化 3.2 公里"),
        Column("village", "所在村居", Reference(VILLAGES, what="村居"), width=14, help="跨村的留空"),
        Column("responsible", "责任人", Text(60), width=14, example="王建国"),
        Column("planned_from", "计划开工", Date(), width=12, example="2026-03-01"),
        Column("planned_to", "计划完成", Date(), required=True, width=12, example="2026-10-31"),
        Column("planned_money", "计划投资", Money(), unit="元", width=14, example="1200000"),
        Column("actual_from", "实际开工", Date(), width=12),
        Column("actual_to", "实际完成", Date(), width=12, help="填了即为完成"),
        Column("actual_money", "实际投资", Money(), unit="元", width=14, help="已经支出的，与计划分开"),
        Column("progress", "进度", Text(12), width=12, readonly=True),
        Column("note", "进展", Text(300), width=30),
    )
    list_columns = (
        "name", "plan", "responsible", "planned_to", "planned_money", "actual_to", "actual_money", "progress",
    )  # fmt: skip
    form_groups = (
        ("任务", ("plan", "name", "village", "responsible")),
        ("计划", ("planned_from", "planned_to", "planned_money")),
        ("实际", ("actual_from", "actual_to", "actual_money", "progress", "note")),
    )
    filterset_class = ItemFilters
    primary_filters = ("q", "progress", "area")
    search_fields = ("name", "responsible", "plan__name", "plan__federation__initials")
    ordering = ("plan_id", "planned_to", "pk")
    natural_key = ("plan", "name")
    select_related = ("plan__federation", "village")
    lookups = {"plan": "joint-plans", "village": "villages"}
    view_right = "federations.view"
    change_right = "federations.change"
    totals = ("planned_money", "actual_money")
    totals_note = "计划与实际分别合计，不相加"
    bulk_fields = ("responsible", "planned_to")

    def value(self, row: PlanItem, field: str) -> Any:
        return progress_of(row) if field == "progress" else super().value(row, field)
