"""Talents of the villages, trainings and who came (P25)."""

import uuid

from django.db import models
from django.db.models import Q

from members.models.organizations import PartyOrganization
from members.models.people import Person
from members.models.subjects import Subject
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Area, Village


@audited()
class Talent(RegisterRow):
    """What somebody of a village can do for others (P25). The person keeps the telephone, sealed.

    A member who is a talent is the same person; anybody else gets a person of his own.
    """

    class Category(models.TextChoices):
        FARMING = "farming", "种植养殖"
        CRAFT = "craft", "手工技艺"
        COMMERCE = "commerce", "电商直播"
        BUSINESS = "business", "经营管理"
        RETURNED = "returned", "返乡创业"
        BUILDING = "building", "建筑施工"
        HEALTH = "health", "医疗护理"
        CULTURE = "culture", "文艺教育"
        OTHER = "other", "其他"

    class Level(models.TextChoices):
        PROVINCE = "province", "省级及以上"
        CITY = "city", "市级"
        COUNTY = "county", "县级"
        TOWN = "town", "镇级"
        LOCAL = "local", "村里能手"

    area_path = "village_id"
    view_right = "members.view"
    change_right = "villages.change"  # who knows a village's people enters them

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    village = models.ForeignKey(Village, models.PROTECT, verbose_name="村居", related_name="talents", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, verbose_name="人员", related_name="talents")
    name = models.CharField("姓名", max_length=40)
    category = models.CharField("类别", max_length=10, choices=Category.choices)
    skill = models.CharField("特长", max_length=80, blank=True)
    level = models.CharField("层次", max_length=10, choices=Level.choices, default=Level.LOCAL)
    is_willing = models.BooleanField("愿意服务", default=False)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "乡土人才"
        ordering = ["village_id", "name", "category"]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "name", "category"], name="talent_once_per_category",
                violation_error_message="这个人的这类特长已经登记过，请在原记录上修改",
            )
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("members.talents", "SELECT village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))


@audited()
class Training(RegisterRow):
    """A lesson, course or evening of a school, held in a village, a town or a federation (P25).

    `planned_people` and `actual_people` are told by who held it; attendance is counted from its own rows.
    """

    class Kind(models.TextChoices):
        PARTY_LESSON = "party_lesson", "党课"
        SKILL = "skill", "技术培训"
        LIVE_COMMERCE = "live_commerce", "直播电商"
        NIGHT_SCHOOL = "night_school", "农民夜校"
        STUDY_TRIP = "study_trip", "外出学习"
        OTHER = "other", "其他"

    area_path = "area_id"
    view_right = "members.view"
    change_right = "members.change"

    title = models.CharField("培训名称", max_length=80)
    kind = models.CharField("类别", max_length=15, choices=Kind.choices)
    area = models.ForeignKey(
        Area, models.PROTECT, verbose_name="举办地", related_name="trainings", db_index=False,
        help_text="村、镇街或县",
    )  # fmt: skip
    organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, verbose_name="主办党组织", null=True, blank=True, related_name="trainings"
    )
    organiser = models.CharField("主办单位", max_length=80, blank=True)
    held_on = models.DateField("日期")
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1, default=1)
    planned_people = models.PositiveIntegerField("计划人数", null=True, blank=True)
    actual_people = models.PositiveIntegerField("实到人数", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "培训"
        ordering = ["-held_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "title", "held_on"], name="training_entered_once",
                violation_error_message="这次培训已经登记过，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=0), name="training_has_hours", violation_error_message="学时应大于 0"
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            # A new date moves its attendance to another quarter.
            *outbox_triggers(
                "members.trainings",
                "SELECT a.village_id, '' FROM {rows} AS t JOIN members_attendance AS a ON a.training_id = t.id",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return (
            scope.q("area_id") | Q(area_id__in=scope.ids("village")) | Q(organization_id__in=scope.ids("organization"))
        )

    @classmethod
    def seen_from(cls, scope: Scope) -> Q:
        """Also what is held elsewhere and people of the scope came to: a village sees the town's lessons it attends."""
        came = Attendance.objects.within(scope, "who came tells whose training it is").values("training_id")
        return cls.in_scope(scope) | Q(pk__in=came)


@audited()
class Attendance(RegisterRow):
    """One person at one training. `number` repeats the subject's; villagers in no book have none."""

    area_path = "village_id"
    view_right = "members.view"
    change_right = "members.change"

    training = models.ForeignKey(
        Training, models.PROTECT, verbose_name="培训", related_name="attendances", db_index=False
    )
    village = models.ForeignKey(Village, models.PROTECT, verbose_name="村居", related_name="attendances")
    name = models.CharField("姓名", max_length=40)
    number = models.CharField("编号", max_length=20, blank=True, db_collation="C")
    subject = models.ForeignKey(
        Subject, models.PROTECT, verbose_name="积分对象", null=True, blank=True, related_name="attendances"
    )
    attended = models.BooleanField("到场", default=True)
    note = models.CharField("备注", max_length=100, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "培训签到"
        ordering = ["training_id", "village_id", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["training", "village", "name", "number"], name="attendance_entered_once",
                violation_error_message="这次培训里已有这个人，请在原记录上修改",
            )
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("members.attendances", "SELECT village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.training_id}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))
