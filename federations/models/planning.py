"""Why these villages belong together: evidence by heading, dated, kept with the decision (P07)."""

from typing import Any

from django.conf import settings
from django.db import models

from federations.models.base import OfFederation
from federations.models.federation import Federation
from registers.audit import audited
from registers.models.row import RegisterRow


@audited()
class PlanningEvidence(OfFederation):
    """What was found under one heading on a day. What 批复 rested on is not changed afterwards (actions/evidence)."""

    class Topic(models.TextChoices):
        LOCATION = "location", "区位"
        POPULATION = "population", "人口"
        INDUSTRY = "industry", "产业"
        CULTURE = "culture", "文化"
        GOVERNANCE = "governance", "治理"
        PLANS = "plans", "规划衔接"

    NEEDED = (Topic.LOCATION, Topic.POPULATION, Topic.INDUSTRY, Topic.CULTURE, Topic.GOVERNANCE)

    federation = models.ForeignKey(
        Federation, models.CASCADE, related_name="evidence_rows", verbose_name="联建单位", db_index=False
    )
    topic = models.CharField("方面", max_length=12, choices=Topic.choices)
    content = models.TextField("内容", max_length=1000)
    source = models.CharField("依据来源", max_length=100, blank=True)
    on = models.DateField("日期")

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "论证依据"
        ordering = ["federation_id", "on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["federation", "topic", "on"],
                name="evidence_once_a_day_and_heading",
                violation_error_message="这一天这个方面已有论证依据，请在原记录上修改",
            )
        ]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return f"{self.federation} {self.get_topic_display()} {self.on}"


class FoundingDraft(models.Model):
    """A founding form on its way through the wizard: each step's fields as they were typed, for its owner alone."""

    owner: Any = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="填写人")
    typed = models.JSONField("已填内容", default=dict)
    updated_at = models.DateTimeField("修改时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "新建联建草稿"
        ordering = ["-updated_at", "-id"]

    def __str__(self) -> str:
        return self.name or f"草稿 {self.pk}"

    @property
    def name(self) -> str:
        return str(self.typed.get("1", {}).get("name", "")).strip()
