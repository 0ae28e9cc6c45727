"""Premises of federations: meeting room, activity room, service centre, measured by the county's standard (P13)."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models

from federations.models.base import OfFederation, outbox_of_federation
from federations.models.federation import Federation
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow


@audited()
class Premises(OfFederation):
    """A federation's premises and which items of the standard they have; the standard is a county setting."""

    class State(models.TextChoices):
        PLANNED = "planned", "规划"
        BUILDING = "building", "在建"
        OPEN = "open", "启用"
        CLOSED = "closed", "停用"

    federation = models.ForeignKey(
        Federation, models.CASCADE, related_name="premises", verbose_name="联建单位", db_index=False
    )
    name = models.CharField("名称", max_length=60)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.PLANNED)
    address = models.CharField("地址", max_length=120, blank=True)
    area_m2 = models.DecimalField(
        "建筑面积（平方米）", max_digits=9, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )  # fmt: skip
    hotline = models.CharField("服务热线", max_length=20, blank=True)
    opened_on = models.DateField("启用日期", null=True, blank=True)
    items = models.CharField("已达标事项", max_length=400, blank=True, help_text="用顿号隔开，按县里的标准清单填")
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "联建场所"
        ordering = ["federation_id", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["federation", "name"],
                name="premises_named_once",
                violation_error_message="这个联建单位已有同名的场所",
            )
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("organisation.federation", outbox_of_federation()),
        ]

    def __str__(self) -> str:
        return self.name
