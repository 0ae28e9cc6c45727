"""The county looks at what towns approved: claims drawn of a quarter (抽查), each judged, and quarters filed (备案)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from members.models.claims import PointClaim
from members.models.schemes import quarter_field
from registers.audit import audited
from registers.guarding import GuardedModel
from villages.models import Area


@audited()
class ClaimSample(GuardedModel):
    """One approved claim that was drawn, and what came of looking at it.

    Drawn by the order of md5(seed, claim number) within its town, so that anybody can draw the same again.
    """

    class Outcome(models.TextChoices):
        PENDING = "pending", "待查"
        TRUE = "true", "属实"
        PROBLEM = "problem", "有问题"

    area_path = "town_id"
    view_right = "points.view"
    change_right = "closes.run"

    town = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name="镇街", db_index=False)
    quarter = quarter_field("结算季度")
    claim = models.OneToOneField(PointClaim, models.PROTECT, related_name="sample", verbose_name="申报")
    seed = models.PositiveIntegerField("种子")
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="抽取人", db_index=False
    )
    drawn_at = models.DateTimeField("抽取时间", auto_now_add=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices, default=Outcome.PENDING)
    note = models.CharField("说明", max_length=200, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="核查人", null=True, blank=True,
        db_index=False,
    )  # fmt: skip
    checked_at = models.DateTimeField("核查时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "积分抽查"
        ordering = ["pk"]
        indexes = [models.Index(fields=["quarter", "town", "outcome"], name="sample_of_town_and_quarter")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="pending", checked_by__isnull=True, checked_at__isnull=True)
                | Q(outcome="true", checked_by__isnull=False, checked_at__isnull=False)
                | Q(outcome="problem", checked_by__isnull=False, checked_at__isnull=False) & ~Q(note=""),
                name="problem_is_told_and_by_whom",
            )
        ]

    def __str__(self) -> str:
        return f"{self.quarter} {self.claim_id}"


@audited()
class QuarterFiling(GuardedModel):
    """备案: the county has looked at a town's quarter and taken it on file."""

    area_path = "town_id"
    view_right = "points.view"
    change_right = "closes.run"

    town = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name="镇街", db_index=False)
    quarter = quarter_field("结算季度")
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="备案人", db_index=False
    )
    filed_at = models.DateTimeField("备案时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "季度备案"
        ordering = ["quarter", "town"]
        constraints = [models.UniqueConstraint(fields=["town", "quarter"], name="one_filing_of_a_quarter")]

    def __str__(self) -> str:
        return f"{self.town_id} {self.quarter}"
