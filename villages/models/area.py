"""Administrative divisions, dated: codes are never reused, a rename dates the name, a merge names the successor."""

import datetime as dt
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from lianjian import areacodes
from registers.audit import audited
from registers.models.row import RegisterRow
from registers.sounds import InitialsField, PinyinField


def code_field(verbose_name: str = "区划代码", **kwargs: Any) -> models.CharField:
    """A column for a division code: up to 12 digits, compared in byte order."""
    return models.CharField(verbose_name, max_length=12, db_collation="C", **kwargs)


@audited(by_statement=True)
class Area(RegisterRow):
    """A province, city, county, town or village, by its statistical code."""

    class Level(models.IntegerChoices):
        PROVINCE = 1, "省"
        CITY = 2, "市"
        COUNTY = 3, "县（市、区）"
        TOWN = 4, "镇街"
        VILLAGE = 5, "村（社区）"

    area_path = "code"
    view_right = "areas.view"
    change_right = "areas.change"

    code = code_field(
        primary_key=True,
        validators=[RegexValidator(r"^\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$", "区划代码应为 2、4、6、9 或 12 位数字")],
    )
    name = models.CharField("名称", max_length=60)
    level = models.PositiveSmallIntegerField("级别", choices=Level.choices)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="上级",
        null=True,
        blank=True,
        related_name="children",
        db_index=False,
    )
    pinyin = PinyinField(max_length=200, joined=True)
    initials = InitialsField(max_length=60)
    valid_from = models.DateField("启用日期", default=dt.date(1949, 10, 1))
    valid_to = models.DateField("撤销日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="并入",
        null=True,
        blank=True,
        related_name="predecessors",
        db_index=False,
    )

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "区划"
        ordering = ["code"]
        indexes = [
            # Few areas have been merged; an index over 665,000 empty values would only slow the load.
            models.Index(fields=["successor"], name="area_successor", condition=Q(successor__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                # The same day: set up by a merge that was taken back; it stood for no day, its code is not used again.
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="area_ends_not_before_start",
            ),
        ]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        """A village's display name without 村委会; other names as they are."""
        return areacodes.short_name(self.name) if self.level == self.Level.VILLAGE else self.name


@audited()
class AreaName(models.Model):
    """A name an area bore, half-open in dates; the current one stands in `Area.name` too."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="names", verbose_name="区划")
    name = models.CharField("名称", max_length=60)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "曾用名"
        constraints = [models.UniqueConstraint(fields=["area", "valid_from"], name="one_name_from_a_day")]

    def __str__(self) -> str:
        return self.name
