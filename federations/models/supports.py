"""Backward villages and their five supports (“五个一”帮扶措施, P11)."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from members.models.organizations import DateRange
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Village


class OfVillage(RegisterRow):
    """A row of a village, seen by its town, its county and its federation's secretary."""

    area_path = "village_id"
    view_right = "federations.view"
    change_right = "federations.change"

    class Meta:
        abstract = True

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))


@audited()
class WeakVillage(OfVillage):
    """A village put on the list of backward ones, until it is accepted as a strong one (由弱变强)."""

    village = models.ForeignKey(
        Village, models.PROTECT, related_name="weak_periods", verbose_name="村居", db_index=False
    )
    listed_on = models.DateField("列入日期")
    problems = models.CharField("主要问题", max_length=300)
    team = models.CharField("整转班子", max_length=200, blank=True, help_text="一村一套班子：负责人和成员")
    accepted_on = models.DateField("验收日期", null=True, blank=True)
    accepted_by = models.CharField("验收单位", max_length=60, blank=True)
    evidence = models.CharField("验收依据", max_length=500, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "后进村整转"
        ordering = ["village_id", "listed_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_on__isnull=True) | Q(accepted_on__gt=F("listed_on")),
                name="accepted_after_listed",
                violation_error_message="验收日期应晚于列入日期",
            ),
            models.CheckConstraint(
                condition=Q(accepted_on__isnull=True) | (~Q(accepted_by="") & ~Q(evidence="")),
                name="acceptance_is_proved",
                violation_error_message="验收的，请同时填写验收单位和验收依据",
            ),
            ExclusionConstraint(
                name="village_weak_once_at_a_time",
                expressions=[
                    ("village", RangeOperators.EQUAL),
                    (DateRange("listed_on", "accepted_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="这个村居在此期间已列为后进村，请先填写上一次的验收日期",
            ),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("organisation.supports", "SELECT village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return f"{self.village} {self.listed_on}"


@audited()
class VillageSupport(OfVillage):
    """One of the five supports of a backward village, dated: at any time one of each kind."""

    class Kind(models.TextChoices):
        COUNTY_LEADER = "county_leader", "县级领导"
        TOWN_LEADER = "town_leader", "镇街领导"
        FIRST_SECRETARY = "first_secretary", "第一书记"
        UNIT = "unit", "县级以上单位"
        STRONG_VILLAGE = "strong_village", "强村"

    ALL: ClassVar[tuple[str, ...]] = tuple(Kind.values)

    village = models.ForeignKey(Village, models.PROTECT, related_name="supports", verbose_name="村居", db_index=False)
    kind = models.CharField("帮扶力量", max_length=16, choices=Kind.choices)
    name = models.CharField("姓名或名称", max_length=60)
    title = models.CharField("职务或联系人", max_length=60, blank=True)
    strong_village = models.ForeignKey(
        Village, models.PROTECT, null=True, blank=True, related_name="supported", verbose_name="结对强村"
    )
    valid_from = models.DateField("起始日期")
    valid_to = models.DateField("结束日期", null=True, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "“五个一”帮扶措施"
        ordering = ["village_id", "kind", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="support_ends_after_start",
                violation_error_message="结束日期应晚于起始日期",
            ),
            models.CheckConstraint(
                condition=Q(strong_village__isnull=True) | (Q(kind="strong_village") & ~Q(strong_village=F("village"))),
                name="strong_village_is_another",
                violation_error_message="只有帮扶力量为“强村”时填结对强村，并且不能是本村",
            ),
            ExclusionConstraint(
                name="one_support_of_a_kind",
                expressions=[
                    ("village", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="这个村居在此期间已有这一项帮扶力量，换人请先填写前一位的结束日期",
            ),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("organisation.supports", "SELECT village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return f"{self.village} {self.get_kind_display()} {self.name}"

    def clean(self) -> None:
        """Raises ValidationError where the village that helps is not told apart."""
        super().clean()
        if self.strong_village_id is not None and self.kind != self.Kind.STRONG_VILLAGE:
            raise ValidationError({"strong_village": "只有帮扶力量为“强村”时才填，其余留空"})
