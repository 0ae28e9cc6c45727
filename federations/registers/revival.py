"""Registers of idle assets (P29) and workshops (P30)."""

from federations.models import IdleAsset, Workshop
from federations.registers.of_village import NOTE, OfVillage, count, yuan
from registers.rows.columns import Choice, Column, Date, Decimal, Text, YesNo
from villages.registers import VILLAGE, ends_after_start


class IdleAssetRegister(OfVillage):
    """Homesteads, halls and land from idle to revived."""

    model = IdleAsset
    slug = "idle-assets"
    title = "闲置资产盘活"
    menu_order = 80
    icon = "home-heart"
    columns = (
        VILLAGE,
        Column("name", "名称", Text(60), required=True, width=18, example="老村部院落"),
        Column("kind", "类别", Choice(IdleAsset.Kind.choices), required=True, width=14, example="闲置农房"),
        Column("size", "面积", Decimal(2), example="120", help="单位填在后一列"),
        Column("unit", "面积单位", Choice(IdleAsset.Unit.choices), example="平方米", help="不填为平方米"),
        Column("state", "状态", Choice(IdleAsset.State.choices), required=True, example="已盘活"),
        Column("found_on", "摸排日期", Date(), width=12, example="2025-04-10"),
        Column("revived_on", "盘活日期", Date(), width=12, example="2026-03-15", help="状态为“已盘活”的必填"),
        Column("used_for", "盘活用途", Text(60), width=16, example="民宿"),
        count("places", "改造成的工坊、民宿数", "处", "3"),
        Column("partner", "合作方", Text(60), width=20),
        Column("openly_sought", "公开选择合作方", YesNo(), example="是"),
        yuan("planned_income", "计划年收入", "60000"),
        yuan("income", "实际年收入", "52000"),
        count("planned_jobs", "计划用工"),
        count("jobs", "实际用工"),
        Column("from", "列入日期", Date(), width=12, help="不填为摸排之日"),
        Column("to", "移出日期", Date(open_ended=True), width=12, help="归还、出售之日；仍在册的留空"),
        NOTE,
    )
    sources = {"village_code": "village", "from": "valid_from", "to": "valid_to"}
    list_columns = ("name", "village_code", "kind", "size", "unit", "state", "used_for", "planned_income", "income")
    main_columns = ("name", "state", "income")
    ordering_fields = ("name", "state", "income", "village_id")
    status_field = "state"
    tones = {
        "state": {
            IdleAsset.State.IDLE: "waiting",
            IdleAsset.State.OFFERED: "info",
            IdleAsset.State.REVIVED: "done",
        }
    }
    totals = ("planned_income", "income")
    totals_note = "计划数和实际数分别合计，不相加"
    key_fields = ("village_code", "kind", "used_for")
    end_field = "to"
    bulk_fields = ("kind", "state", "used_for", "openly_sought", "to")
    row_rules = (ends_after_start,)


class WorkshopRegister(OfVillage):
    """Common-prosperity workshops: work near home."""

    model = Workshop
    slug = "workshops"
    title = "共富工坊"
    menu_order = 81
    icon = "building-store"
    columns = (
        VILLAGE,
        Column("name", "工坊名称", Text(60), required=True, width=18, example="海贝手工坊"),
        Column("kind", "类型", Choice(Workshop.Kind.choices), required=True, width=14, example="手工制作"),
        Column("operator", "经营主体", Text(60), width=22),
        Column("opened_on", "开办日期", Date(), width=12, example="2025-06-01"),
        Column("closed_on", "停办日期", Date(open_ended=True), width=12, help="仍在办的留空"),
        count("planned_jobs", "计划用工", example="30"),
        count("jobs", "实际用工", example="26"),
        count("poor_jobs", "其中困难群众", example="5"),
        yuan("monthly_wage", "人均月工资", "2300"),
        yuan("planned_output", "计划年产值", "500000"),
        yuan("output", "实际年产值"),
        NOTE,
    )
    list_columns = ("name", "village_code", "kind", "operator", "planned_jobs", "jobs", "monthly_wage", "closed_on")
    main_columns = ("name", "kind", "jobs")
    primary_filters = ("q", "area", "kind")
    ordering_fields = ("name", "jobs", "opened_on", "village_id")
    totals = ("planned_jobs", "jobs")
    totals_note = "计划数和实际数分别合计，不相加"
    key_fields = ("village_code", "kind", "jobs")
    end_field = "closed_on"
    bulk_fields = ("kind", "operator", "closed_on")
