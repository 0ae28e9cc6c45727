"""Grids as rows of a file: what the tests of the exchange bring in and read back."""

from typing import Any

from registers.register import Register
from registers.rows.columns import Column, Integer, Text
from services.models import Grid
from services.registers import GridRegister

VILLAGE, NEIGHBOUR, ELSEWHERE = "371083101223", "371083101222", "371083102201"
GRIDS = GridRegister()


def grid(number: int, village: str = VILLAGE, **more: Any) -> dict[str, Any]:
    return {"village_code": village, "name": f"第{number}网格", "households": str(number)} | more


def names() -> list[str]:
    return list(Grid.objects.unscoped("test").order_by("pk").values_list("name", flat=True))


class CarelessRegister(Register):
    """Takes any code: a mistake of ours that must not open other towns."""

    model = Grid
    slug = "careless"
    title = "网格"
    columns = (
        Column("village_code", "村居", Text(12), required=True),
        Column("name", "网格名称", Text(60), required=True),
        Column("households", "户数", Integer()),
    )
    sources = {"village_code": "village_id"}
    natural_key = ("village_code", "name")
    view_right = "services.view"
    change_right = "services.change"
