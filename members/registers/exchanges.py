"""Registers of cadres between villages (P10), of delegated staff and delegated items (P56)."""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from members.actions.exchanges import save_exchange
from members.models import CadreExchange, DelegatedItem, DelegatedStaff
from members.registers.filters import StandingFilter
from members.resolvers import ORGANIZATIONS
from registers.register import Register
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Reference, Text, YesNo
from registers.rows.results import Remark
from villages.resolvers import TOWNS, VILLAGES

NAME = Text(40, compact=True)


class ExchangeFilters(django_filters.FilterSet):
    direction = django_filters.ChoiceFilter(label="方向", choices=CadreExchange.Direction.choices, empty_label="全部")
    kind = django_filters.ChoiceFilter(label="方式", choices=CadreExchange.Kind.choices, empty_label="全部")
    standing = StandingFilter()


class ExchangeRegister(Register):
    """Two-way exchange of village cadres (P10)."""

    model = CadreExchange
    slug = "cadre-exchanges"
    title = "干部双向交流"
    group = "党员"
    menu_order = 36
    icon = "arrows-exchange"
    columns = (
        Column("name", "姓名", NAME, required=True, width=12, example="王平", aliases=("干部姓名",)),
        Column(
            "from_village", "派出村", Reference(VILLAGES, what="村居"), required=True, width=16, example="锅上",
            help="村名或 12 位代码",
        ),
        Column(
            "to_village", "接收村", Reference(VILLAGES, what="村居"), required=True, width=16, example="江村洼",
            help="村名或 12 位代码",
        ),
        Column(
            "direction", "方向", Choice(CadreExchange.Direction.choices), required=True, width=18,
            example="强村派往弱村",
        ),
        Column("kind", "方式", Choice(CadreExchange.Kind.choices), width=12, example="挂职任职", help="不填为挂职任职"),
        Column("from", "开始日期", Date(), required=True, example="2026-03-01"),
        Column("to", "结束日期", Date(open_ended=True), help="还没有结束的留空；这一天起不再交流"),
        Column("task", "任务", Text(200), width=28, example="帮带合作社规范账目"),
        Column("result", "成效", Text(200), width=28),
    )  # fmt: skip
    sources = {"from": "valid_from", "to": "valid_to"}
    list_columns = ("name", "direction", "from_village", "to_village", "kind", "from", "to", "task")
    main_columns = ("name", "direction", "to_village")
    filterset_class = ExchangeFilters
    primary_filters = ("q", "direction", "standing")
    search_fields = (
        "name",
        "from_village__name",
        "from_village__initials",
        "to_village__name",
        "to_village__initials",
        "task",
    )
    ordering = ("from_village_id", "valid_from", "pk")
    ordering_fields = ("name", "direction")
    natural_key = ("from_village", "name", "to_village", "from")
    select_related = ("from_village", "to_village")
    view_right = "organizations.view"
    change_right = "organizations.change"
    bulk_fields = ("kind", "task", "result")
    end_field = "to"
    key_fields = ("direction", "from_village", "to_village")
    tones = {"direction": {"strong_to_weak": "info", "weak_to_strong": "waiting"}}
    lookups = {"from_village": "villages", "to_village": "villages"}
    empty_text = "还没有登记干部交流。强村派往弱村、弱村到强村学习的都登记在这里。"

    def changeable(self, user: Any) -> QuerySet:
        """Only who has both villages in reach: an exchange between towns is the county's to change."""
        scope = user.scope_for(self.change_right)
        named = scope.ids("village")
        both = (scope.q("from_village_id") | Q(from_village_id__in=named)) & (
            scope.q("to_village_id") | Q(to_village_id__in=named)
        )
        return super().changeable(user).filter(both)

    def save(self, *, by: Any, values: dict[str, Any], row: CadreExchange | None) -> CadreExchange:
        facts = {} if row is None else {name: getattr(row, name) for name in _EXCHANGE_FACTS}
        facts |= {self.source(name): value for name, value in values.items()}
        facts["kind"] = facts.get("kind") or CadreExchange.Kind.POST
        facts["task"], facts["result"] = facts.get("task") or "", facts.get("result") or ""
        return save_exchange(by=by, exchange=row, **facts)

    def hint_of(self, row: CadreExchange) -> str:
        return f"{row.from_village.name}→{row.to_village.name}"


_EXCHANGE_FACTS = (
    "name", "from_village", "to_village", "direction", "kind", "valid_from", "valid_to", "task", "result",
)  # fmt: skip


class StaffFilters(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="类别", choices=DelegatedStaff.Kind.choices, empty_label="全部")
    standing = StandingFilter()
    organization = django_filters.NumberFilter(label="党组织编号")


class StaffRegister(Register):
    """Office staff sent down, village cadres raised, full-time staff (P56: five to eight a community)."""

    model = DelegatedStaff
    slug = "delegated-staff"
    title = "下沉上提人员"
    group = "党员"
    menu_order = 37
    icon = "users-group"
    columns = (
        Column("name", "姓名", NAME, required=True, width=12, example="于海"),
        Column("kind", "类别", Choice(DelegatedStaff.Kind.choices), required=True, width=16, example="机关干部下沉"),
        Column("unit", "原单位", Text(60), width=20, example="镇农业综合服务中心", help="上提的村干部填原来的村"),
        Column(
            "organization", "服务的党组织", Reference(ORGANIZATIONS, what="党组织"), required=True, width=30,
            example="中共湛江路新村联合总支委员会", aliases=("党组织", "社区"),
        ),
        Column("is_full_time", "专职", YesNo(), width=8, example="是", help="不填为是"),
        Column("from", "到岗日期", Date(), required=True, example="2026-03-01"),
        Column("to", "离岗日期", Date(open_ended=True), help="在岗的留空；这一天起不再在岗"),
        Column("duties", "职责", Text(200), width=28, example="便民服务、矛盾调处"),
    )  # fmt: skip
    sources = {"from": "valid_from", "to": "valid_to"}
    list_columns = ("name", "kind", "organization", "unit", "is_full_time", "from", "to")
    main_columns = ("name", "kind", "organization")
    filterset_class = StaffFilters
    primary_filters = ("q", "kind", "standing")
    search_fields = ("name", "unit", "organization__name", "organization__initials", "duties")
    ordering = ("organization_id", "valid_from", "pk")
    ordering_fields = ("name", "kind")
    natural_key = ("organization", "name", "from")
    select_related = ("organization",)
    view_right = "organizations.view"
    change_right = "organizations.change"
    bulk_fields = ("is_full_time", "unit", "duties")
    end_field = "to"
    key_fields = ("kind", "organization")
    lookups = {"organization": "party-organizations"}
    empty_text = "还没有登记下沉上提人员。"


@row_rule("category")
def stays_with_town(values: Mapping[str, Any], context: Any) -> Iterable[tuple[str, str, str]]:
    """Big spending, contracts and setting up bodies are not handed down (P56)."""
    if values["category"] in DelegatedItem.KEPT:
        label = DelegatedItem.Category(values["category"]).label
        yield "category", f"“{label}”不下放", "大额资金使用、合同签订、机构设置由镇街保留，不交给社区办"


KEPT_WORDS = ("大额", "合同", "协议签订", "机构设置", "设立机构", "编制")


class DelegatedItemRegister(Register):
    """What a town hands to its communities: 54 items in practice, three kinds of matters never (P56)."""

    model = DelegatedItem
    slug = "delegated-items"
    title = "下放事项"
    group = "党员"
    menu_order = 38
    icon = "list-check"
    columns = (
        Column(
            "town", "下放镇街", Reference(TOWNS, what="镇街"), required=True, width=14, example="乳山口镇",
            aliases=("镇街", "所在镇街"),
        ),
        Column("name", "事项", Text(80), required=True, width=28, example="高龄津贴初审", aliases=("事项名称",)),
        Column("category", "类别", Choice(DelegatedItem.Category.choices), required=True, width=14, example="民生服务"),
        Column("receiver", "承接单位", Text(80), width=22, example="各联建社区", help="不填为各社区"),
        Column("basis", "依据", Text(120), required=True, width=30, example="乳山口镇社区事项清单（2026 年）"),
        Column("delegated_on", "下放日期", Date(), required=True, example="2026-03-01"),
        Column("withdrawn_on", "收回日期", Date(), help="仍在社区办理的留空"),
    )  # fmt: skip
    list_columns = ("name", "category", "town", "receiver", "basis", "delegated_on")
    main_columns = ("name", "category", "delegated_on")
    primary_filters = ("q", "category", "area")
    search_fields = ("name", "basis", "receiver")
    ordering = ("town_id", "name")
    ordering_fields = ("name", "delegated_on")
    natural_key = ("town", "name")
    select_related = ("town",)
    view_right = "organizations.view"
    change_right = "organizations.change"
    row_rules = (stays_with_town,)
    bulk_fields = ("receiver", "basis")
    end_field = "withdrawn_on"
    empty_text = "还没有登记下放事项。大额资金使用、合同签订、机构设置不下放。"

    def warnings(self, values: Mapping[str, Any], *, row: Any | None, by: Any) -> Iterable[str]:
        name = values.get("name") or ""
        found = next((word for word in KEPT_WORDS if word in name), "")
        if found:
            told = f"事项里有“{found}”：大额资金使用、合同签订、机构设置不下放，请确认不属于这三类"
            yield Remark(told, "name")


EXCHANGE_REGISTERS = (ExchangeRegister, StaffRegister, DelegatedItemRegister)
