"""Subjects of points (members, villagers' representatives, households) and where they were, by date."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from members.models.organizations import DateRange, PartyOrganization
from members.models.people import Person
from registers.audit import audited
from registers.guarding import GuardedModel
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Village


class SubjectKind(models.TextChoices):
    """Three books, never ranked together (P22)."""

    MEMBER = "member", "党员"
    REPRESENTATIVE = "representative", "村民代表"
    HOUSEHOLD = "household", "村民户"


class SubjectClass(models.TextChoices):
    """Classes that may have their own base points (P21)."""

    CADRE = "cadre", "在职干部"
    ORDINARY = "ordinary", "普通"
    FRAIL = "frail", "年老体弱"
    MOBILE = "mobile", "流动"
    PROBATIONARY = "probationary", "预备"


@audited(by_statement=True)
class Subject(RegisterRow):
    """Whoever collects points, under a number that never changes (`member_no` in the API).

    `village` and `organization` repeat the placement of today, so that lists are scoped without a join; transfers
    keep them (members/actions/placements.py) and `check_consistency` compares.
    """

    area_path = "village_id"
    view_right = "members.view"
    change_right = "members.change"

    number = models.CharField("编号", max_length=20, unique=True, db_collation="C")
    kind = models.CharField("类别", max_length=15, choices=SubjectKind.choices, default=SubjectKind.MEMBER)
    name = models.CharField("姓名", max_length=40, help_text="村民户填户主姓名")
    person = models.OneToOneField(
        Person, models.PROTECT, verbose_name="人员", null=True, blank=True, related_name="subject"
    )
    subject_class = models.CharField(
        "党员类别", max_length=15, choices=SubjectClass.choices, default=SubjectClass.ORDINARY
    )
    exempt_reason = models.CharField("免于积分原因", max_length=100, blank=True)
    joined_on = models.DateField("入党日期", null=True, blank=True)
    household_size = models.PositiveSmallIntegerField(
        "家庭人口", null=True, blank=True, help_text="村民户填，只记人数，不登记家人姓名"
    )
    is_active = models.BooleanField("在册", default=True)
    village = models.ForeignKey(
        Village, models.PROTECT, verbose_name="现所在村居", related_name="subjects", db_index=False
    )
    organization = models.ForeignKey(
        PartyOrganization,
        models.PROTECT,
        verbose_name="现所在党支部",
        null=True,
        blank=True,
        related_name="subjects",
    )

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "积分对象"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="member") | Q(person__isnull=False), name="member_is_a_person"),
            models.CheckConstraint(
                condition=Q(household_size__isnull=True) | Q(kind="household", household_size__gt=0),
                name="only_households_have_a_size",
                violation_error_message="只有村民户填家庭人口",
            ),
        ]
        indexes = [
            models.Index(fields=["village", "number"], name="subject_by_village"),
            models.Index(fields=["village", "name"], name="subject_by_village_and_name"),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("members.subjects", "SELECT village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))

    @property
    def is_exempt(self) -> bool:
        return bool(self.exempt_reason)


@audited(by_statement=True)
class Placement(GuardedModel):
    """Where a subject belonged from a day until before another (half-open); never two places at once.

    A subject counts as active on a day when a placement holds it: leaving closes the last one.
    """

    area_path = "village_id"
    view_right = "members.view"
    change_right = "members.change"

    subject = models.ForeignKey(
        Subject, models.CASCADE, verbose_name="积分对象", related_name="placements", db_index=False
    )
    village = models.ForeignKey(Village, models.PROTECT, verbose_name="村居", related_name="placements")
    organization = models.ForeignKey(
        PartyOrganization,
        models.PROTECT,
        verbose_name="党支部",
        null=True,
        blank=True,
        related_name="placements",
    )
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)
    reason = models.CharField("原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "所在记录"
        ordering = ["subject_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="placement_ends_after_start",
            ),
            ExclusionConstraint(
                name="one_placement_at_a_time",
                expressions=[
                    ("subject", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="同一人同一时间只能在一个村居",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.village_id} {self.valid_from}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))
