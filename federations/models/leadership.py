"""Who leads a federation, in which pattern (P08): A, a strong village's secretary; B, a town leader for a while."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from federations.models.base import OfFederation, outbox_of_federation
from federations.models.federation import Federation
from members.models.organizations import DateRange
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow


@audited()
class LeadershipPattern(OfFederation):
    """A pattern from a day until before another; B names the day by which it is to be handed over to A."""

    class Pattern(models.TextChoices):
        A = "a", "模式A：强村书记任书记"
        B = "b", "模式B：镇领导过渡"

    federation = models.ForeignKey(
        Federation, models.CASCADE, related_name="patterns", verbose_name="联建单位", db_index=False
    )
    pattern = models.CharField("领导模式", max_length=1, choices=Pattern.choices)
    valid_from = models.DateField("起始日期")
    valid_to = models.DateField("结束日期", null=True, blank=True)
    due_on = models.DateField("应交接日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "领导模式"
        ordering = ["federation_id", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="pattern_ends_after_start",
                violation_error_message="结束日期应晚于起始日期",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(pattern="b", due_on__gt=F("valid_from")),
                name="only_pattern_b_is_due",
                violation_error_message="只有模式B填应交接日期，并且晚于起始日期",
            ),
            ExclusionConstraint(
                name="one_pattern_at_a_time",
                expressions=[
                    ("federation", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="这个联建单位在此期间已有领导模式，请先填写前一段的结束日期",
            ),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("organisation.federation", outbox_of_federation()),
        ]

    def __str__(self) -> str:
        return f"{self.federation} {self.get_pattern_display()} {self.valid_from}"
