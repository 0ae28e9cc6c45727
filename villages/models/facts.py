"""Figures of villages and towns by year (P01, P02, P32). Money in yuan, land in mu, stocks at the year's end."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models.area import Area
from villages.models.village import Village


def money(verbose_name: str, **kwargs: Any) -> models.DecimalField:
    """Yuan with two decimals."""
    return models.DecimalField(verbose_name, max_digits=14, decimal_places=2, default=Decimal(0), **kwargs)


def mu(verbose_name: str) -> models.DecimalField:
    """Land in mu (亩)."""
    return models.DecimalField(
        verbose_name, max_digits=10, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(0)]
    )


YEAR_LIMITS = [MinValueValidator(1980), MaxValueValidator(2100)]


@audited()
class VillageFacts(RegisterRow):
    """A village's figures of one year: people, land and the collective's money (P02, P32)."""

    area_path = "village_id"
    view_right = "villages.view"
    change_right = "villages.change"

    village = models.ForeignKey(Village, models.PROTECT, verbose_name="村居", related_name="facts", db_index=False)
    year = models.PositiveSmallIntegerField("年度", validators=YEAR_LIMITS)
    households = models.PositiveIntegerField("户数", default=0)
    population = models.PositiveIntegerField("户籍人口", default=0)
    residents = models.PositiveIntegerField("常住人口", default=0)
    party_members = models.PositiveIntegerField("党员数", default=0)
    arable_land = mu("耕地面积")
    forest_land = mu("林地面积")
    operating_income = money("集体经营性收入", validators=[MinValueValidator(0)])
    contract_income = money("发包及上交收入", validators=[MinValueValidator(0)])
    investment_income = money("投资收益")
    subsidy_income = money("补助收入", validators=[MinValueValidator(0)])
    other_income = money("其他收入")
    expenditure = money("集体支出", validators=[MinValueValidator(0)])
    debt = money("年末负债", validators=[MinValueValidator(0)])
    assets = money("年末资产总额", validators=[MinValueValidator(0)])
    explanation = models.CharField("变动说明", max_length=200, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "村情年报"
        ordering = ["-year", "village_id"]
        constraints = [
            models.UniqueConstraint(fields=["village", "year"], name="village_facts_once_a_year"),
            models.CheckConstraint(condition=Q(party_members__lte=F("population")), name="members_within_population"),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("villages.facts", "SELECT village_id, year::text FROM {rows}"),
        ]

    def __str__(self) -> str:
        return f"{self.village} {self.year} 年"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))

    @property
    def total_income(self) -> Decimal:
        """集体总收入: the five rows of income; debt is a stock and no part of it."""
        return (
            self.operating_income
            + self.contract_income
            + self.investment_income
            + self.subsidy_income
            + self.other_income
        )


@audited()
class TownFacts(RegisterRow):
    """A town's own figures of one year, where they are not sums of its villages' (P01)."""

    area_path = "town_id"
    view_right = "villages.view"
    change_right = "villages.change"

    town = models.ForeignKey(Area, models.PROTECT, verbose_name="镇街", related_name="town_facts", db_index=False)
    year = models.PositiveSmallIntegerField("年度", validators=YEAR_LIMITS)
    area_km2 = models.DecimalField("面积", max_digits=8, decimal_places=2, default=Decimal(0))
    coastline_km = models.DecimalField("海岸线", max_digits=7, decimal_places=2, default=Decimal(0))
    villages_reported = models.PositiveIntegerField("行政村数（镇报）", default=0)
    communities_reported = models.PositiveIntegerField("社区数（镇报）", default=0)
    households = models.PositiveIntegerField("户数", default=0)
    population = models.PositiveIntegerField("户籍人口", default=0)
    fiscal_revenue = money("财政收入")
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "镇情年报"
        ordering = ["-year", "town_id"]
        constraints = [
            models.UniqueConstraint(fields=["town", "year"], name="town_facts_once_a_year"),
        ]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return f"{self.town} {self.year} 年"
