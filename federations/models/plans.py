"""Joint plans of a federation: opinions gathered, who drew them up, and items tracked (P57). Plan and actual apart."""

from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from federations.models.base import OfFederation
from federations.models.federation import Federation
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from villages.models import Village

MONEY = {"max_digits": 14, "decimal_places": 2, "null": True, "blank": True}
NOT_NEGATIVE = [MinValueValidator(Decimal(0))]


@audited()
class JointPlan(OfFederation):
    """A plan over all villages of a federation (发展规划联绘、统一规划、连片建设)."""

    class State(models.TextChoices):
        GATHERING = "gathering", "征求意见"
        DRAFTING = "drafting", "编制"
        ADOPTED = "adopted", "审定"
        RUNNING = "running", "实施"
        DONE = "done", "完成"

    federation = models.ForeignKey(
        Federation, models.CASCADE, related_name="plans", verbose_name="联建单位", db_index=False
    )
    name = models.CharField("规划名称", max_length=80)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.GATHERING)
    from_year = models.PositiveSmallIntegerField("起始年度")
    to_year = models.PositiveSmallIntegerField("结束年度")
    drawn_by = models.CharField("编制单位", max_length=80, blank=True, help_text="专业机构")
    adopted_on = models.DateField("审定日期", null=True, blank=True)
    note = models.TextField("规划要点", max_length=1000, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "联合规划"
        ordering = ["federation_id", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["federation", "name"], name="plan_named_once",
                violation_error_message="这个联建单位已有同名的规划",
            ),
            models.CheckConstraint(
                condition=Q(to_year__gte=F("from_year")), name="plan_years_in_order",
                violation_error_message="结束年度不能早于起始年度",
            ),
        ]  # fmt: skip
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return self.name


class OfPlan(OfFederation):
    area_path = "plan__federation__area_id"
    federation_path: ClassVar[str] = "plan__federation"

    class Meta:
        abstract = True


@audited()
class PlanOpinion(OfPlan):
    """What somebody said about a plan, and whether it was taken: where not, why not."""

    class Taken(models.TextChoices):
        OPEN = "open", "待研究"
        YES = "yes", "采纳"
        PARTLY = "partly", "部分采纳"
        NO = "no", "未采纳"

    plan = models.ForeignKey(JointPlan, models.PROTECT, related_name="opinions", verbose_name="规划", db_index=False)
    on = models.DateField("日期")
    who = models.CharField("提出人", max_length=80, help_text="人、村或单位，也可以写“北唐家村民代表会”")
    content = models.CharField("意见内容", max_length=500)
    taken = models.CharField("采纳情况", max_length=8, choices=Taken.choices, default=Taken.OPEN)
    why = models.CharField("说明", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "规划意见"
        ordering = ["plan_id", "on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(taken="no") | ~Q(why=""), name="refusal_gives_its_reason",
                violation_error_message="未采纳的，请写明原因",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["plan", "on"], name="opinion_of_plan")]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return f"{self.who}：{self.content[:20]}"


@audited()
class PlanItem(OfPlan):
    """A task of a plan. Planned dates and yuan, actual dates and yuan: four columns that are never added together."""

    plan = models.ForeignKey(JointPlan, models.PROTECT, related_name="items", verbose_name="规划", db_index=False)
    name = models.CharField("任务名称", max_length=80)
    village = models.ForeignKey(
        Village, models.PROTECT, null=True, blank=True, related_name="plan_items", verbose_name="所在村居"
    )
    responsible = models.CharField("责任人", max_length=60, blank=True)
    planned_from = models.DateField("计划开工", null=True, blank=True)
    planned_to = models.DateField("计划完成")
    planned_money = models.DecimalField("计划投资（元）", validators=NOT_NEGATIVE, **MONEY)  # type: ignore[arg-type]
    actual_from = models.DateField("实际开工", null=True, blank=True)
    actual_to = models.DateField("实际完成", null=True, blank=True)
    actual_money = models.DecimalField("实际投资（元）", validators=NOT_NEGATIVE, **MONEY)  # type: ignore[arg-type]
    note = models.CharField("进展", max_length=300, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "规划任务"
        ordering = ["plan_id", "planned_to", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "name"], name="plan_item_named_once",
                violation_error_message="这个规划已有同名的任务",
            ),
            models.CheckConstraint(
                condition=Q(planned_from__isnull=True) | Q(planned_to__gte=F("planned_from")),
                name="planned_dates_in_order", violation_error_message="计划完成不能早于计划开工",
            ),
            models.CheckConstraint(
                condition=Q(actual_from__isnull=True) | Q(actual_to__isnull=True) | Q(actual_to__gte=F("actual_from")),
                name="actual_dates_in_order", violation_error_message="实际完成不能早于实际开工",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers(
                "organisation.plans",
                "SELECT f.area_id, '' FROM {rows} AS r JOIN federations_jointplan p ON p.id = r.plan_id"
                " JOIN federations_federation f ON f.id = p.federation_id",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError for an end without its beginning."""
        super().clean()
        if self.actual_to is not None and self.actual_from is None:
            raise ValidationError({"actual_from": "填了实际完成的，请同时填写实际开工日期"})
