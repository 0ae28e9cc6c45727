"""Indicator values, kept at every level, so that a county's board reads as few rows as a town's."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from federations.models import Federation
from registers.guarding import GuardedModel
from registers.scope import Scope


class IndicatorValue(GuardedModel):
    """One indicator of one area (or federation) in one period. A ratio keeps numerator and denominator, so that it
    adds up over areas and periods; the value that pages show is `Indicator.value(numerator, denominator)`.

    Where a place has no row, nobody has reported anything: that is not zero.
    """

    class PlaceKind(models.TextChoices):
        PROVINCE = "province", "省"
        CITY = "city", "市"
        COUNTY = "county", "县（市、区）"
        TOWN = "town", "镇街"
        VILLAGE = "village", "村居"
        FEDERATION = "federation", "联建单位"

    area_path = "place_key"
    view_right = "boards.view"

    place_kind = models.CharField("范围类别", max_length=10, choices=PlaceKind.choices, db_collation="C")
    place_key = models.CharField("范围", max_length=12, db_collation="C", help_text="区划代码，或联建单位编号")
    period = models.CharField("统计期", max_length=8, db_collation="C")
    indicator = models.CharField("指标", max_length=40, db_collation="C")
    numerator = models.DecimalField("分子", max_digits=18, decimal_places=2)
    denominator = models.DecimalField("分母", max_digits=18, decimal_places=2, null=True)
    refreshed_at = models.DateTimeField("汇总时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "指标值"
        constraints = [
            # In this order the children of an area in a period lie side by side, whatever the length of history.
            models.UniqueConstraint(
                fields=["place_kind", "period", "place_key", "indicator"], name="indicator_value_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.place_key} {self.period} {self.indicator}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        """Areas that lie inside; federations that may be seen (their figures are those of the union)."""
        federations = Federation.objects.within(scope).annotate(place=Cast("pk", models.CharField())).values("place")
        inside = scope.q("place_key") | Q(place_key__in=scope.ids("village"))
        return (~Q(place_kind="federation") & inside) | Q(place_kind="federation", place_key__in=federations)
