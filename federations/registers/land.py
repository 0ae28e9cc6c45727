"""Registers of pooled land and its crops (P28)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal as Number
from typing import Any

from federations.models import CropPlan, LandParcel
from federations.named import NamedResolver
from federations.registers.of_village import FEDERATION, NOTE, OfVillage, count, yuan
from registers.pages.parts import Related
from registers.register import Register, register_of
from registers.rows.columns import Choice, Column, Date, Decimal, Reference, Text, Year
from registers.rows.results import Remark
from villages.registers import VILLAGE

PARCELS = NamedResolver(LandParcel, what="地块", place="village")


class LandParcelRegister(OfVillage):
    """Land that households pooled: rent a mu, and what it carries year by year."""

    model = LandParcel
    slug = "land-parcels"
    title = "流转地块"
    menu_order = 70
    icon = "tractor"
    columns = (
        VILLAGE,
        Column("name", "地块名称", Text(60), required=True, width=18, example="村东连片地"),
        Column("kind", "地类", Choice(LandParcel.Kind.choices), required=True, example="耕地"),
        Column("area_mu", "面积", Decimal(2), unit="亩", required=True, example="200"),
        count("greenhouses", "大棚数", "个", "28"),
        count("households", "流转户数", "户", "56"),
        Column("operator", "经营主体", Text(60), width=22, example="村集体合作社"),
        FEDERATION,
        yuan("rent_per_mu", "每亩年租金", "1000"),
        Column("from", "流转日期", Date(), width=12, example="2024-03-01"),
        Column("to", "到期日期", Date(open_ended=True), width=12, help="未约定的留空；这一天起不再流转"),
        NOTE,
    )
    sources = {"village_code": "village", "from": "valid_from", "to": "valid_to"}
    list_columns = ("name", "village_code", "kind", "area_mu", "households", "operator", "rent_per_mu", "to")
    main_columns = ("name", "area_mu", "operator")
    primary_filters = ("q", "area", "kind")
    ordering_fields = ("name", "area_mu", "rent_per_mu", "village_id")
    select_related = ("village", "federation")
    totals = ("area_mu", "households", "greenhouses")
    key_fields = ("village_code", "area_mu", "operator")
    end_field = "to"
    bulk_fields = ("kind", "operator", "federation", "rent_per_mu", "to")

    def related(self, row: LandParcel, user: Any) -> Iterable[Related]:
        yield Related(
            "种植计划", "crop-plans", register_of("crop-plans").rows(user).filter(parcel=row).order_by("-year", "crop"),
            ("year", "crop", "planned_area", "area", "planned_income", "income"),
            filters={"q": row.name}, initial={"parcel": row.name}, empty="还没有种植计划。",
        )  # fmt: skip


class CropPlanRegister(Register):
    """What a parcel carries in a year, planned beside actual."""

    model = CropPlan
    slug = "crop-plans"
    title = "种植计划"
    group = "产业"
    menu_order = 71
    icon = "plant-2"
    columns = (
        Column("parcel", "地块", Reference(PARCELS, what="地块"), required=True, width=18, example="村东连片地"),
        Column("village", "村居", Text(60), readonly=True, width=12),
        Column("year", "年度", Year(), required=True, width=8, example="2026"),
        Column("crop", "作物", Text(40), required=True, example="旱稻"),
        Column("planned_area", "计划面积", Decimal(2), unit="亩", example="200"),
        Column("area", "实际面积", Decimal(2), unit="亩", example="198"),
        yuan("planned_income", "计划收入", "800000"),
        yuan("income", "实际收入"),
        yuan("planned_wages", "计划工资", "120000"),
        yuan("wages", "实际工资"),
        yuan("planned_dividend", "计划分红", "60000"),
        yuan("dividend", "实际分红"),
        NOTE,
    )
    api_columns = (Column("village_code", "村居代码"),)
    sources = {"village_code": "parcel__village_id", "village": "parcel__village__name"}
    list_columns = ("parcel", "village", "year", "crop", "planned_area", "area", "planned_income", "income")
    main_columns = ("parcel", "village", "crop")
    primary_filters = ("q", "area", "year")
    search_fields = ("parcel__name", "crop", "parcel__village__name", "parcel__village__initials")
    ordering = ("-year", "parcel_id", "crop")
    ordering_fields = ("year", "crop", "income")
    natural_key = ("parcel", "year", "crop")
    period_field = "year"
    select_related = ("parcel__village",)
    totals = ("planned_area", "area", "planned_income", "income")
    totals_per = ("year",)
    totals_note = "计划数和实际数分别合计，不相加"
    view_right = "economy.view"
    change_right = "economy.change"
    lookups = {"parcel": "land-parcels"}
    bulk_fields = ("crop",)

    def warnings(self, values: Mapping[str, Any], *, row: CropPlan | None, by: Any) -> Iterable[str]:
        """Two harvests a year may need more than the parcel's area: said, not refused."""
        parcel = values.get("parcel") or (row.parcel if row else None)
        for field, heading in (("planned_area", "计划面积"), ("area", "实际面积")):
            given: Number | None = values.get(field)
            if parcel is not None and given is not None and given > parcel.area_mu:
                told = f"{heading} {given:f} 亩，比地块“{parcel.name}”的 {parcel.area_mu:f} 亩还大，一年两季的请说明"
                yield Remark(told, field)
