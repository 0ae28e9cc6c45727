"""Register of grids (P35)."""

from collections.abc import Iterable
from typing import Any

from registers.pages.parts import Related
from registers.register import Register, register_of
from registers.rows.columns import Column, Integer, Text
from services.models import Grid
from villages.registers import VILLAGE


class GridRegister(Register):
    """Grids with their heads and households (P35)."""

    model = Grid
    slug = "grids"
    title = "网格"
    group = "服务"
    icon = "layout-grid"
    columns = (
        VILLAGE,
        Column("name", "网格名称", Text(60), required=True, width=18, example="第一网格"),
        Column("head", "网格长", Text(40, compact=True), width=12, example="于洪波"),
        Column("workers", "网格员人数", Integer(0, 1000), unit="人", example="4"),
        Column("households", "户数", Integer(), unit="户", example="280"),
        Column("people", "人数", Integer(), unit="人", example="760"),
    )
    sources = {"village_code": "village"}
    list_columns = ("name", "village_code", "head", "workers", "households", "people")
    primary_filters = ("q", "area")
    search_fields = (
        "name", "pinyin", "initials", "head", "village__name", "village__pinyin", "village__initials",
        "village__area__code",
    )  # fmt: skip
    ordering = ("village_id", "name")
    ordering_fields = ("village_id", "name", "households", "people")
    natural_key = ("village_code", "name")
    select_related = ("village",)
    view_right = "services.view"
    change_right = "services.change"
    totals = ("workers", "households", "people")
    empty_text = "还没有网格。可以逐条新增，也可以下载模板后用 Excel 导入。"


def grids_of_village(row: Any, user: Any) -> Iterable[Related]:
    """The grids under a village's page."""
    if user.can(GridRegister.view_right):
        grids = register_of("grids").rows(user).filter(village=row).order_by("name")
        yield Related(
            "网格", "grids", grids, ("name", "head", "workers", "households", "people"),
            filters={"area": row.pk}, initial={"village_code": row.pk}, empty="还没有划分网格。",
        )  # fmt: skip
