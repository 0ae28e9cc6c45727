"""Registers of public facilities and of what a village is known for (P02, P31)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse

from registers.pages.parts import Action
from registers.register import Register
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Decimal, Integer, Money, Text, Year, YesNo
from villages.models import Facility, Specialty, VillagePhoto
from villages.registers.holdings import SEARCH
from villages.registers.places import VILLAGE, both_coordinates, ends_after_start

State = Facility.State


@row_rule("scale", "scale_unit")
def scale_has_unit(values: Mapping[str, Any], context: Any) -> Any:
    """A scale says nothing without its unit."""
    if values["scale"] is not None and not values["scale_unit"]:
        yield "scale_unit", "没有填", "填了规模的，要填单位，如 亩、吨、头"


class FacilityRegister(Register):
    """Public facilities (P02, P13)."""

    model = Facility
    slug = "facilities"
    title = "公共设施"
    group = "村居"
    menu_order = 50
    icon = "building-community"
    columns = (
        VILLAGE,
        Column("kind", "类别", Choice(Facility.Kind.choices), required=True, width=14, example="文化广场"),
        Column("name", "名称", Text(60), required=True, width=20, example="村中心广场"),
        Column("count", "数量", Integer(1, 99_999), example="1", help="如路灯填盏数；不填为 1"),
        Column("built_year", "建成年份", Integer(1980, 2100), example="2019"),
        Column("state", "状况", Choice(State.choices), example="在用"),
        Column("from", "启用日期", Date(), help="不知道哪一天的留空，按建成年份统计"),
        Column("to", "撤除日期", Date(open_ended=True), help="拆除、移交之日；仍在的留空"),
        Column("longitude", "经度", Decimal(6, 73, 136), unit="度", example="121.507200", help="可以不填"),
        Column("latitude", "纬度", Decimal(6, 3, 54), unit="度", example="36.865370", help="可以不填"),
        Column("note", "备注", Text(200), width=24),
    )
    sources = {"village_code": "village", "from": "valid_from", "to": "valid_to"}
    list_columns = ("name", "village_code", "kind", "count", "built_year", "state")
    primary_filters = ("q", "area", "kind")
    search_fields = SEARCH
    ordering = ("village_id", "kind", "name")
    ordering_fields = ("village_id", "name", "built_year")
    natural_key = ("village_code", "kind", "name")
    end_field = "to"
    bulk_fields = ("state", "built_year", "to")
    select_related = ("village",)
    view_right = "villages.view"
    change_right = "villages.change"
    row_rules = (ends_after_start, both_coordinates)
    main_columns = ("name", "kind", "state")
    status_field = "state"
    tones = {"state": {State.GOOD: "done", State.REPAIR: "waiting", State.CLOSED: "neutral"}}
    key_fields = ("village_code", "kind", "count")
    totals = ("count",)
    totals_per = ("kind",)

    def actions(self, row: Facility, user: Any) -> Iterable[Action]:
        """Its photographs hang among the village's."""
        count = VillagePhoto.objects.visible_to(user).filter(facility=row).count()
        label = f"照片（{count} 张）" if count else "上传照片"
        if count or row.is_changeable_by(user):
            yield Action(label, reverse("villages:photos", args=[row.village_id]), icon="photo")


class SpecialtyRegister(Register):
    """特色产品 by year (P02, P31)."""

    model = Specialty
    slug = "specialties"
    title = "特色产品"
    group = "村居"
    menu_order = 51
    icon = "award"
    columns = (
        VILLAGE,
        Column("year", "年度", Year(), required=True, width=8, example="2026"),
        Column("name", "产品名称", Text(40), required=True, width=16, example="牡蛎"),
        Column("scale", "规模", Decimal(2, 0, 9_999_999_999), example="140"),
        Column("scale_unit", "规模单位", Text(10, compact=True), example="亩", help="亩、吨、头、栋……"),
        Column("output_value", "年产值", Money(), unit="元", width=16, example="2800000"),
        Column("brand", "品牌", Text(60), width=18, example="乳山牡蛎"),
        Column("is_geographical", "地理标志", YesNo(), example="是", help="是否国家地理标志产品；不填为否"),
        Column("note", "备注", Text(200), width=24),
    )
    sources = {"village_code": "village"}
    list_columns = ("name", "village_code", "year", "scale", "scale_unit", "output_value", "brand", "is_geographical")
    primary_filters = ("q", "area", "year")
    search_fields = (*SEARCH, "brand")
    ordering = ("-year", "village_id", "name")
    ordering_fields = ("year", "village_id", "name", "output_value")
    natural_key = ("village_code", "year", "name")
    period_field = "year"
    select_related = ("village",)
    view_right = "villages.view"
    change_right = "villages.change"
    row_rules = (scale_has_unit,)
    main_columns = ("name", "year", "output_value")
    key_fields = ("village_code", "year", "output_value")
    totals = ("output_value",)
    totals_per = ("year",)
