"""Indicator values, kept at every level, so that a county's board reads as few rows as a town's."""

from django.db import models
from django.db.models import Q

from registers.guarding import GuardedModel
from registers.scope import Scope


class IndicatorValue(GuardedModel):
    """One indicator of one area (or federation) in one period. A ratio keeps numerator and denominator, so that it
    adds up over areas; `value` is what pages show.
    """

    class PlaceKind(models.TextChoices):
        AREA = "area", "区划"
        FEDERATION = "federation", "联建单位"

    area_path = "place_key"
    view_right = "boards.view"

    place_kind = models.CharField("范围类别", max_length=10, choices=PlaceKind.choices)
    place_key = models.CharField("范围", max_length=12, db_collation="C", help_text="区划代码，或联建单位编号")
    period = models.CharField("统计期", max_length=8, db_collation="C")
    indicator = models.CharField("指标", max_length=40, db_collation="C")
    numerator = models.DecimalField("分子", max_digits=18, decimal_places=2)
    denominator = models.DecimalField("分母", max_digits=18, decimal_places=2, null=True)
    value = models.DecimalField("值", max_digits=18, decimal_places=4, null=True)
    refreshed_at = models.DateTimeField("汇总时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "指标值"
        constraints = [
            models.UniqueConstraint(
                fields=["place_kind", "place_key", "period", "indicator"], name="indicator_value_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.place_key} {self.period} {self.indicator} {self.value}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return (Q(place_kind="area") & (scope.q("place_key") | Q(place_key__in=scope.ids("village")))) | Q(
            place_kind="federation", place_key__in=[str(pk) for pk in scope.ids("federation")]
        )
