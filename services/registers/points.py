"""Register of service points (P39)."""

from collections.abc import Iterable, Mapping
from typing import Any

from registers.pages.parts import Related
from registers.register import Register, register_of
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Decimal, Integer, Text
from services.models import ServicePoint
from villages.registers import VILLAGE, both_coordinates, ends_after_start


@row_rule("households", "households_near")
def near_within_served(values: Mapping[str, Any], context: Any) -> Any:
    """Of the households served, those within fifteen minutes on foot (P39)."""
    served, near = values["households"], values["households_near"]
    if near is not None and (served is None or near > served):
        told = "“服务户数”没有填" if served is None else f"比“服务户数”{served} 还多"
        yield "households_near", f"填了“{near}”，{told}", "步行 15 分钟内的户数包括在服务户数里，请核对这两列"


class ServicePointRegister(Register):
    """Where villagers have things done, fetch parcels, eat, and leave rubbish (P39)."""

    model = ServicePoint
    slug = "service-points"
    title = "便民服务点"
    group = "服务"
    menu_order = 20
    icon = "map-pin"
    columns = (
        VILLAGE,
        Column("kind", "类别", Choice(ServicePoint.Kind.choices), required=True, width=16, example="便民服务代办点"),
        Column("name", "名称", Text(60), required=True, width=20, example="院前代办点"),
        Column("operator", "运营单位", Text(60), width=20, example="院前村委会", help="单位名称，不填个人姓名"),
        Column("hours", "开放时间", Text(40), width=18, example="每天 8:00–17:00"),
        Column("workers", "服务人员", Integer(0, 1000), unit="人", example="2"),
        Column("items", "可办事项", Integer(0, 1000), unit="项", example="18", help="代办点、服务中心填"),
        Column("households", "服务户数", Integer(), unit="户", example="320"),
        Column("households_near", "步行15分钟内户数", Integer(), unit="户", width=14, example="280",
               help="服务户数里步行 15 分钟能到的"),
        Column("from", "启用日期", Date(), example="2025-05-01", help="早就有的留空"),
        Column("to", "停用日期", Date(open_ended=True), help="这一天起不再服务；仍在用的留空"),
        Column("longitude", "经度", Decimal(6, 73, 136), unit="度", help="不填按村居的位置上图"),
        Column("latitude", "纬度", Decimal(6, 3, 54), unit="度", help="不填按村居的位置上图"),
        Column("note", "备注", Text(200), width=24),
    )  # fmt: skip
    sources = {"village_code": "village", "from": "valid_from", "to": "valid_to"}
    list_columns = ("name", "village_code", "kind", "operator", "hours", "workers", "households", "to")
    primary_filters = ("q", "area", "kind")
    search_fields = (
        "name", "operator", "village__name", "village__pinyin", "village__initials", "village__area__code",
    )  # fmt: skip
    ordering = ("village_id", "kind", "name")
    ordering_fields = ("village_id", "name", "households", "workers")
    natural_key = ("village_code", "kind", "name")
    end_field = "to"
    bulk_fields = ("kind", "operator", "hours", "to")
    select_related = ("village",)
    view_right = "services.view"
    change_right = "services.change"
    row_rules = (ends_after_start, both_coordinates, near_within_served)
    main_columns = ("name", "kind", "hours")
    key_fields = ("village_code", "kind", "hours")
    totals = ("workers",)
    form_groups = (
        ("服务点", ("village_code", "kind", "name", "operator", "hours", "from", "to")),
        ("服务能力", ("workers", "items", "households", "households_near")),
        ("位置和其他", ("longitude", "latitude", "note")),
    )
    empty_text = "还没有便民服务点。可以逐条新增，也可以下载模板后用 Excel 导入。"


def points_of_village(row: Any, user: Any) -> Iterable[Related]:
    """The service points under a village's page: what is still in use first."""
    if user.can(ServicePointRegister.view_right):
        points = register_of("service-points").rows(user).filter(village=row)
        yield Related(
            "便民服务点", "service-points", points.order_by("-valid_to", "kind", "name"),
            ("name", "kind", "hours", "workers", "to"),
            filters={"area": row.pk}, initial={"village_code": row.pk}, empty="还没有登记便民服务点。",
        )  # fmt: skip
