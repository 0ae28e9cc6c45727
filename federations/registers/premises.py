"""The register of federations' premises (P13)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Substr
from django.urls import reverse

from federations.models import Premises
from federations.premises import in_order, items_of, missing_items, standard, unknown_items
from federations.registers.parts import FEDERATION, OfFederationFilters, OfFederationRegister
from federations.settings_declared import PREMISES_ITEMS, STANDARD
from lianjian import areacodes
from registers.models.setting import CountySetting
from registers.pages.parts import Action, Notice
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Decimal, Text

COUNTY_DIGITS = areacodes.LEVEL_LENGTHS["county"]


class PremisesFilters(OfFederationFilters):
    state = django_filters.ChoiceFilter(label="状态", choices=Premises.State.choices, empty_label="全部")


@row_rule("federation", "items")
def items_are_in_the_standard(values: Mapping[str, Any], context: Any) -> Any:
    """Only items of the county's checklist, as it is written there."""
    if values.get("items") and values.get("federation"):
        area = values["federation"].area_id
        for item in unknown_items(items_of(values["items"]), area):
            yield "items", f"“{item}”不在建设标准里", f"可填：{'、'.join(standard(area))}"


class PremisesRegister(OfFederationRegister):
    """Premises with the standard's items they have; the checklist page ticks them."""

    model = Premises
    slug = "federation-premises"
    title = "联建场所"
    menu_order = 50
    icon = "building"
    columns = (
        FEDERATION,
        Column("name", "名称", Text(60), required=True, width=24, example="湛江路新村党群服务中心"),
        Column("state", "状态", Choice(Premises.State.choices), required=True, width=8, example="启用"),
        Column("address", "地址", Text(120), width=24, example="湛江路 88 号"),
        Column("area_m2", "建筑面积", Decimal(2), unit="平方米", width=14, example="680"),
        Column("hotline", "服务热线", Text(20), width=16, example="0631-6600000", help="对外公布的电话，不填个人手机"),
        Column("opened_on", "启用日期", Date(), width=12, example="2025-07-01"),
        Column(
            "items", "已达标事项", Text(400), width=40, example="联合会议室、党员活动室",
            help="用顿号隔开，按县里的建设标准填；也可以在详情页对照标准打勾",
        ),
        Column("complete", "达标情况", Text(20), width=10, readonly=True, help="已达标项数 / 标准项数"),
        Column("note", "备注", Text(200), width=24),
    )  # fmt: skip
    list_columns = ("name", "federation", "state", "area_m2", "hotline", "complete")
    totals = ("area_m2",)
    filterset_class = PremisesFilters
    primary_filters = ("q", "state", "area")
    search_fields = ("name", "address", "federation__name", "federation__initials")
    ordering = ("federation_id", "name", "pk")
    natural_key = ("federation", "name")
    status_field = "state"
    tones = {"state": {"planned": "neutral", "building": "waiting", "open": "done", "closed": "neutral"}}
    row_rules = (items_are_in_the_standard,)
    more_views = {"checklist": ("<str:key>/checklist/", "federations.views.premises.ChecklistFace")}
    bulk_fields = ("state",)

    def rows(self, user: Any) -> QuerySet:
        return self._with_standard(super().rows(user))

    def changeable(self, user: Any) -> QuerySet:
        return self._with_standard(super().changeable(user))

    def _with_standard(self, rows: QuerySet) -> QuerySet:
        """With the county's standard, so that a list asks for it once."""
        decided = CountySetting.objects.unscoped("the standard of the county a row lies in").filter(
            key=PREMISES_ITEMS, area_code=Substr(OuterRef("federation__area_id"), 1, COUNTY_DIGITS)
        )
        return rows.annotate(decided_items=Subquery(decided.values("value")[:1]))

    def value(self, row: Premises, field: str) -> Any:
        if field == "complete":
            items = row.decided_items or STANDARD if hasattr(row, "decided_items") else standard(row.federation.area_id)
            there = set(items_of(row.items))
            return f"{sum(item in there for item in items)}/{len(items)}"
        return super().value(row, field)

    def complete(self, user: Any, rows: Sequence[dict[str, Any]]) -> None:
        """In the standard's order, as saving keeps them."""
        for row in rows:
            if row.get("items") and row.get("federation"):
                row["items"] = in_order(items_of(row["items"]), row["federation"].area_id)

    def save(self, *, by: Any, values: dict[str, Any], row: Premises | None) -> Premises:
        federation = values.get("federation") or (row.federation if row else None)
        if values.get("items") and federation is not None:
            values = values | {"items": in_order(items_of(values["items"]), federation.area_id)}
        return super().save(by=by, values=values, row=row)

    def notices(self, row: Premises, user: Any) -> Iterable[Notice]:
        missing = missing_items(row, row.federation.area_id)
        if missing and row.state != Premises.State.CLOSED:
            yield Notice(f"对照建设标准还缺：{'、'.join(missing)}。", "waiting")

    def actions(self, row: Premises, user: Any) -> Iterable[Action]:
        if row.is_changeable_by(user):
            yield Action("对照标准打勾", reverse(self.url_name("checklist"), args=[row.pk]), icon="checklist")
