"""What registers of the villages' economy have in common, and columns that several of them share."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from federations.resolvers import FEDERATIONS
from registers.register import Register
from registers.rows.columns import Column, Integer, Money, Reference, Text

NOTE = Column("note", "备注", Text(200), width=24)
FEDERATION = Column(
    "federation", "联建单位", Reference(FEDERATIONS, what="联建单位"), width=16, example="湛江路新村",
    aliases=("新村", "联建片区"), help="属于哪个联建单位，没有的不填",
)  # fmt: skip


def yuan(field: str, heading: str, example: str = "", **more: object) -> Column:
    """A column of money; empty is unknown."""
    return Column(field, heading, Money(), unit="元", width=14, example=example, **more)  # type: ignore[arg-type]


def count(field: str, heading: str, unit: str = "人", example: str = "", **more: object) -> Column:
    return Column(field, heading, Integer(), unit=unit, width=12, example=example, **more)  # type: ignore[arg-type]


class OfVillage(Register):
    """Rows of one village, named once there."""

    group = "产业"
    sources: ClassVar[Mapping[str, str]] = {"village_code": "village"}
    search_fields: ClassVar[Sequence[str]] = (
        "name",
        "village__name",
        "village__area__code",
        "village__pinyin",
        "village__initials",
    )
    ordering: ClassVar[Sequence[str]] = ("village_id", "name")
    natural_key: ClassVar[Sequence[str]] = ("village_code", "name")
    select_related: ClassVar[Sequence[str]] = ("village",)
    primary_filters: ClassVar[Sequence[str]] = ("q", "area", "state")
    view_right = "economy.view"
    change_right = "economy.change"
