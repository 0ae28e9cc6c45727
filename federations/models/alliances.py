"""What alliances and industry chains have beside villages: classes of their villages and help teams (P09)."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from federations.models.base import OfFederation, OfFederationQuerySet, outbox_of_federation
from federations.models.enterprises import Enterprise
from federations.models.federation import Federation
from federations.models.membership import FederationVillage
from members.models.organizations import DateRange
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Village

ENDS = Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))


@audited()
class FederationEnterprise(OfFederation):
    """An enterprise that belongs to an alliance or a chain, dated; its role is 企业 (P09)."""

    federation = models.ForeignKey(
        Federation, models.CASCADE, related_name="enterprise_rows", verbose_name="联建单位", db_index=False
    )
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="federation_rows", verbose_name="企业")
    valid_from = models.DateField("加入日期")
    valid_to = models.DateField("退出日期", null=True, blank=True)
    note = models.CharField("作用", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "成员企业"
        ordering = ["federation_id", "enterprise_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=ENDS, name="enterprise_leaves_after_joining",
                violation_error_message="退出日期应晚于加入日期",
            ),
            ExclusionConstraint(
                name="enterprise_once_in_a_federation",
                expressions=[
                    ("federation", RangeOperators.EQUAL),
                    ("enterprise", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="这家企业在此期间已是成员",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("organisation.federation", outbox_of_federation()),
        ]

    def __str__(self) -> str:
        return f"{self.federation} {self.enterprise}"

    def clean(self) -> None:
        """Raises ValidationError for a federation of villages alone: only an overlay one has enterprises."""
        super().clean()
        if self.federation.is_primary:
            raise ValidationError({"federation": "只有党建联合体和产业链有成员企业"})


class OfMemberQuerySet(OfFederationQuerySet):
    def changeable_by(self, user: Any, right: str = "") -> Self:
        """Changed by whoever may change the federation, of villages within his own scope."""
        scope = user.scope_for(right or self.model.change_right)
        return super().changeable_by(user, right).filter(self.model.own(scope))


@audited()
class VillageClass(OfFederation):
    """How a member village of a chain is managed, dated (P09). A village may be in two classes at once: the classes of
    the real chain sum to 16 over 14 villages. Of another town's villages this is not told.
    """

    class Class(models.TextChoices):
        NURTURED = "nurtured", "孵化培育型"
        MODEL = "model", "示范引领型"
        MUTUAL = "mutual", "互鉴互学型"
        HELPING = "helping", "帮带促进型"

    area_path = "village_id"

    objects: ClassVar[Any] = models.Manager.from_queryset(OfMemberQuerySet)()

    federation = models.ForeignKey(
        Federation, models.CASCADE, related_name="village_classes", verbose_name="联建单位", db_index=False
    )
    village = models.ForeignKey(Village, models.PROTECT, related_name="chain_classes", verbose_name="村居")
    category = models.CharField("管理类型", max_length=10, choices=Class.choices)
    valid_from = models.DateField("起始日期")
    valid_to = models.DateField("结束日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "分类管理"
        ordering = ["federation_id", "village_id", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=ENDS, name="class_ends_after_start", violation_error_message="结束日期应晚于起始日期"
            ),
            ExclusionConstraint(
                name="village_once_in_a_class",
                expressions=[
                    ("federation", RangeOperators.EQUAL),
                    ("village", RangeOperators.EQUAL),
                    ("category", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="这个村居在此期间已列入这一类型",
            ),
        ]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return f"{self.village} {self.get_category_display()}"

    @classmethod
    def own(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return super().in_scope(scope) & cls.own(scope)

    def clean(self) -> None:
        """Raises ValidationError for a federation that classifies nothing, or a village that is not its member."""
        super().clean()
        if self.federation.is_primary:
            raise ValidationError({"federation": "只有党建联合体和产业链对成员村分类管理"})
        members = FederationVillage.objects.unscoped("whether the village named is a member").filter(
            federation_id=self.federation_id, village_id=self.village_id
        )
        if not members.exclude(valid_to__lte=self.valid_from).exists():
            raise ValidationError({"village": f"“{self.village}”不是“{self.federation}”的成员村，请先加入"})


@audited()
class HelpTeam(OfFederation):
    """A help team (帮帮团) of a federation: who helps, with what, whom (P09)."""

    federation = models.ForeignKey(
        Federation, models.CASCADE, related_name="help_teams", verbose_name="联建单位", db_index=False
    )
    name = models.CharField("帮帮团名称", max_length=60)
    head = models.CharField("团长", max_length=40, blank=True)
    members = models.CharField("成员", max_length=300, blank=True)
    helps_with = models.CharField("帮什么", max_length=200)
    helps_whom = models.CharField("帮扶对象", max_length=200, blank=True)
    valid_from = models.DateField("成立日期")
    valid_to = models.DateField("结束日期", null=True, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "帮帮团"
        ordering = ["federation_id", "name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=ENDS, name="help_team_ends_after_start", violation_error_message="结束日期应晚于成立日期"
            ),
            models.UniqueConstraint(
                fields=["federation", "name"],
                name="help_team_named_once",
                violation_error_message="这个联建单位已有同名的帮帮团",
            ),
        ]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return self.name
