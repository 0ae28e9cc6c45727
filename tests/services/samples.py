"""Samples of the registers of services."""

from services.models import Grid
from tests.registers.suite.samples import UNKNOWN_VILLAGE, Sample
from tests.villages.samples import village_in
from tests.world import World


def make_grid(world: World, town: str, number: int) -> Grid:
    return Grid.objects.unscoped("test").create(
        village=village_in(world, town, number % 3), name=f"第{number}网格", head="于洪波", households=number
    )


def grid_texts(world: World, town: str, number: int) -> dict[str, str]:
    return {"village_code": village_in(world, town, 1).pk, "name": f"新{number}网格", "head": "于洪波", "people": "760"}


SAMPLES = {
    "grids": Sample(
        make=make_grid,
        texts=grid_texts,
        change=("head", "宋丽华"),
        wrong=("workers", "四名左右"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
}
