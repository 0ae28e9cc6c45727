"""A federation (联建): one joint party organisation over several villages (P05–P09)."""

import datetime as dt
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from lianjian import clock
from members.models import PartyOrganization
from registers.audit import audited
from registers.guarding import GuardedQuerySet
from registers.models.row import RegisterRow, effective_on
from registers.scope import Scope
from registers.sounds import InitialsField, PinyinField
from villages.models import Area


class FederationQuerySet(GuardedQuerySet):
    def changeable_by(self, user: Any, right: str = "") -> Self:
        """Changed from its home area or by an explicit grant; a member village only lets its town look."""
        scope = user.scope_for(right or self.model.change_right)
        opened = self.within(scope, f"changeable by {user}")
        return opened.filter(scope.q("area_id") | Q(pk__in=scope.ids("federation")))


@audited()
class Federation(RegisterRow):
    """A primary one (新村, 联建片区) holds a village's only slot; an overlay one (联合体, 产业链) may overlap."""

    class Kind(models.TextChoices):
        NEW_VILLAGE = "new_village", "新村"
        DISTRICT = "district", "联建片区"
        ALLIANCE = "alliance", "党建联合体"
        CHAIN = "chain", "产业链"

    PRIMARY_KINDS = (Kind.NEW_VILLAGE, Kind.DISTRICT)

    class Mode(models.TextChoices):
        STRONG_LEADS = "strong_leads", "强村带弱村"
        URBAN_RURAL = "urban_rural", "城乡一体化带动"
        COMPLEMENT = "complement", "优势互补"
        STRONG_STRONG = "strong_strong", "强强联合"
        CHAIN = "chain", "产业链联建"

    class SubMode(models.TextChoices):
        RESETTLEMENT = "resettlement", "棚改/拆迁聚居区"
        VILLAGE_COMMUNITY = "village_community", "村社共建"

    class Status(models.TextChoices):
        PLANNED = "planned", "拟建"
        REVIEWED = "reviewed", "论证"
        APPROVED = "approved", "批复"
        RUNNING = "running", "运行"
        DISSOLVED = "dissolved", "撤销"

    NEXT_STATUS: ClassVar[dict[str, tuple[str, ...]]] = {
        Status.PLANNED: (Status.REVIEWED,),
        Status.REVIEWED: (Status.APPROVED, Status.PLANNED),
        Status.APPROVED: (Status.RUNNING, Status.DISSOLVED),
        Status.RUNNING: (Status.DISSOLVED,),
        Status.DISSOLVED: (),
    }

    area_path = "area_id"
    view_right = "federations.view"
    change_right = "federations.change"

    objects: ClassVar[Any] = models.Manager.from_queryset(FederationQuerySet)()

    name = models.CharField("名称", max_length=60)
    pinyin = PinyinField()
    initials = InitialsField()
    kind = models.CharField("类别", max_length=12, choices=Kind.choices, default=Kind.NEW_VILLAGE)
    mode = models.CharField("联建模式", max_length=15, choices=Mode.choices)
    sub_mode = models.CharField("细分模式", max_length=20, choices=SubMode.choices, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.PLANNED, editable=False)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="牵头镇街", related_name="federations")
    organization = models.OneToOneField(
        PartyOrganization, models.PROTECT, verbose_name="联合党组织", related_name="federation"
    )
    founded_on = models.DateField("成立日期", null=True, blank=True, help_text="批复之日")
    ended_on = models.DateField("撤销日期", null=True, blank=True)
    evidence = models.TextField("论证依据", blank=True, help_text="区位、人口、产业、文化、治理（P07）")
    scale_reason = models.CharField("规模说明", max_length=200, blank=True, help_text="超出规模要求时必填（P06）")

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "联建单位"
        ordering = ["area_id", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "name"],
                condition=~Q(status="dissolved"),
                name="federation_named_once_per_area",
                violation_error_message="本镇街已有同名的联建单位",
            ),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            pgtrigger.Trigger(
                name="renew_memberships",
                operation=pgtrigger.UpdateOf("kind", "status"),
                when=pgtrigger.After,
                # An update of nothing runs the membership's own trigger, which copies kind and status.
                func="UPDATE federations_federationvillage SET role = role WHERE federation_id = NEW.id; RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_primary(self) -> bool:
        return self.kind in self.PRIMARY_KINDS

    @property
    def key(self) -> str:
        """What names it in digests: no id, so that a replay elsewhere gives the same."""
        return f"{self.area_id}/{self.name}"

    @classmethod
    def in_scope(cls, scope: Scope, on: dt.date | None = None) -> Q:
        """Through its home area, any current member village, or an explicit grant."""
        memberships: Any = cls.memberships.rel.related_model._default_manager
        members = memberships.unscoped("the membership is the way into the federation")
        inside = members.filter(
            effective_on(on or clock.today()) & (scope.q("village_id") | Q(village_id__in=scope.ids("village"))),
            federation=OuterRef("pk"),
        )
        return scope.q("area_id") | Q(pk__in=scope.ids("federation")) | Q(Exists(inside))


class FederationStep(models.Model):
    """A step of a federation's life, dated, with who and why; 调整 is a step that leaves the status."""

    append_only = True

    federation = models.ForeignKey(Federation, models.CASCADE, related_name="steps", verbose_name="联建单位")
    from_status = models.CharField("原状态", max_length=10, blank=True)
    to_status = models.CharField("新状态", max_length=10, choices=Federation.Status.choices)
    on = models.DateField("日期")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    reason = models.CharField("说明", max_length=300, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "联建单位历程"
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.federation} {self.get_to_status_display()} {self.on}"

    @property
    def is_adjustment(self) -> bool:
        """调整: something changed in a running federation and the status stayed."""
        return bool(self.from_status) and self.from_status == self.to_status
