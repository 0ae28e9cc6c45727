"""The duty rota of a federation's central office, and its swaps (P12)."""

from typing import Any

from django.conf import settings
from django.db import models

from federations.models.base import OfFederation
from federations.models.federation import Federation
from registers.audit import audited
from registers.models.row import RegisterRow


class Shift(models.TextChoices):
    MORNING = "morning", "上午"
    AFTERNOON = "afternoon", "下午"
    NIGHT = "night", "夜间"


class DutyRow(OfFederation):
    """What shifts and swaps share: the secretary of the federation may write them too (right `rota.change`)."""

    change_right = "rota.change"

    class Meta:
        abstract = True


@audited()
class DutyShift(DutyRow):
    """One person on one shift of one day. Twice at the same time warns, also in two federations: see duty.py."""

    federation = models.ForeignKey(
        Federation, models.CASCADE, related_name="duty_shifts", verbose_name="联建单位", db_index=False
    )
    on = models.DateField("日期")
    shift = models.CharField("班次", max_length=10, choices=Shift.choices)
    person = models.CharField("值班人", max_length=40)
    task = models.CharField("岗位", max_length=60, blank=True)
    note = models.CharField("备注", max_length=100, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "值班"
        ordering = ["federation_id", "on", "shift", "person", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["federation", "on", "shift", "person"],
                name="person_once_on_a_shift",
                violation_error_message="这个人已排在这一班",
            )
        ]
        indexes = [models.Index(fields=["on", "person"], name="duty_of_person")]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return f"{self.on} {self.get_shift_display()} {self.person}"


class DutySwap(DutyRow):
    """That one person stood in for another, and what was given in return. Rows are only added."""

    append_only = True

    federation = models.ForeignKey(
        Federation, models.CASCADE, related_name="duty_swaps", verbose_name="联建单位", db_index=False
    )
    on = models.DateField("原班日期")
    shift = models.CharField("原班次", max_length=10, choices=Shift.choices)
    given_by = models.CharField("原值班人", max_length=40)
    taken_by = models.CharField("换班人", max_length=40)
    back_on = models.DateField("对换日期", null=True, blank=True)
    back_shift = models.CharField("对换班次", max_length=10, choices=Shift.choices, blank=True)
    swapped_on = models.DateField("换班登记日期")
    reason = models.CharField("原因", max_length=200)
    by: Any = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "换班记录"
        ordering = ["-swapped_on", "-id"]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return f"{self.on} {self.get_shift_display()} {self.given_by} → {self.taken_by}"
