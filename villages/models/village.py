"""A village (行政村) or community (社区) of a county that works with Lianjian."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from lianjian import areacodes
from registers.audit import audited
from registers.models.row import RegisterRow
from registers.scope import Scope
from registers.sounds import InitialsField, PinyinField
from villages.models.area import Area


def longitude() -> models.DecimalField:
    """Degrees east, WGS-84, within China."""
    return models.DecimalField(
        "经度（度）",
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(73), MaxValueValidator(136)],
    )


def latitude() -> models.DecimalField:
    """Degrees north, WGS-84, within China."""
    return models.DecimalField(
        "纬度（度）",
        max_digits=8,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(3), MaxValueValidator(54)],
    )


@audited()
class Village(RegisterRow):
    """What stays true of a village over the years; yearly figures stand in `VillageFacts`.

    The primary key is the area code, so a foreign key's column holds the code and needs no join to be scoped.
    """

    class Kind(models.TextChoices):
        VILLAGE = "village", "行政村"
        COMMUNITY = "community", "社区"

    class PlanningClass(models.TextChoices):
        """村庄分类 of the national plan for rural revival: what a village is meant to become, and is measured by."""

        GATHERING = "gathering", "集聚提升类"
        SUBURBAN = "suburban", "城郊融合类"
        FEATURED = "featured", "特色保护类"
        RELOCATING = "relocating", "搬迁撤并类"

    area_path = "area_id"
    view_right = "villages.view"
    change_right = "villages.change"

    area = models.OneToOneField(
        Area,
        models.PROTECT,
        primary_key=True,
        db_column="code",
        related_name="village",
        verbose_name="村居代码",
    )
    name = models.CharField("村名", max_length=60)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices, default=Kind.VILLAGE)
    planning_class = models.CharField(
        "村庄分类", max_length=12, choices=PlanningClass.choices, blank=True, help_text="没有定的留空"
    )
    pinyin = PinyinField(max_length=200, joined=True, spoken=areacodes.spoken_name)
    initials = InitialsField(max_length=60, spoken=areacodes.spoken_name)
    longitude = longitude()
    latitude = latitude()
    specialties = models.CharField("特色产业", max_length=120, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "村居"
        ordering = ["area_id"]
        indexes = [models.Index(fields=["initials"], name="village_initials")]
        constraints = [
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__isnull=False, latitude__isnull=False),
                name="village_both_coordinates",
                violation_error_message="经度和纬度要么都填，要么都不填",
            )
        ]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("area_id") | Q(pk__in=scope.ids("village"))

    @property
    def code(self) -> str:
        return self.area_id

    @property
    def town_code(self) -> str:
        return self.area_id[:9]
