"""What registers of rows that belong to one federation share."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters

from federations.resolvers import FEDERATIONS
from registers.register import Register
from registers.rows.columns import Column, Date, Reference

FEDERATION = Column(
    "federation", "联建单位", Reference(FEDERATIONS, what="联建单位"), required=True, width=18, example="湛江路新村",
    aliases=("新村", "联建片区", "联合体", "产业链"),
)  # fmt: skip
FROM = Column("from", "起始日期", Date(), required=True, width=12, example="2025-04-15")
TO = Column("to", "结束日期", Date(open_ended=True), width=12, help="仍在进行的留空；这一天起不再算")
DATES = {"from": "valid_from", "to": "valid_to"}


class OfFederationFilters(django_filters.FilterSet):
    federation = django_filters.NumberFilter("federation_id", label="联建单位编号")


class OfFederationRegister(Register):
    """Base of registers whose rows hang on a federation."""

    group = "联建"
    filterset_class: ClassVar[Any] = OfFederationFilters
    primary_filters: ClassVar[Sequence[str]] = ("q", "area")
    select_related: ClassVar[Sequence[str]] = ("federation",)
    lookups = {"federation": "federations"}
    view_right = "federations.view"
    change_right = "federations.change"
