"""Samples of the registers of services."""

from services.models import Grid, ServicePoint
from tests.registers.suite.samples import UNKNOWN_VILLAGE, Sample
from tests.villages.samples import village_in
from tests.world import World


def make_grid(world: World, town: str, number: int) -> Grid:
    return Grid.objects.unscoped("test").create(
        village=village_in(world, town, number % 3), name=f"第{number}网格", head="于洪波", households=number
    )


def grid_texts(world: World, town: str, number: int) -> dict[str, str]:
    return {"village_code": village_in(world, town, 1).pk, "name": f"新{number}网格", "head": "于洪波", "people": "760"}


def make_point(world: World, town: str, number: int) -> ServicePoint:
    return ServicePoint.objects.unscoped("test").create(
        village=village_in(world, town, number % 3), kind="agency", name=f"第{number}代办点", operator="村委会"
    )


def point_texts(world: World, town: str, number: int) -> dict[str, str]:
    village = village_in(world, town, 1).pk
    return {
        "village_code": village, "kind": "便民服务代办点", "name": f"新{number}代办点", "households": "320",
        "households_near": "280", "from": "2025-05-01",
    }  # fmt: skip


SAMPLES = {
    "grids": Sample(
        make=make_grid,
        texts=grid_texts,
        change=("head", "宋丽华"),
        wrong=("workers", "四名左右"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
    "service-points": Sample(
        make=make_point,
        texts=point_texts,
        change=("hours", "每天 8:00–17:00"),
        wrong=("kind", "代办"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
}
