"""Land pooled and run together, and what is grown on it year by year (P28)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from federations.models.amounts import mu, people, yuan
from federations.models.federation import Federation
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models.rows import VillageRow


@audited()
class LandParcel(VillageRow):
    """A parcel that households gave into common hands, for a rent a mu, from a day until before another."""

    class Kind(models.TextChoices):
        CROPLAND = "cropland", "耕地"
        ORCHARD = "orchard", "园地"
        GREENHOUSE = "greenhouse", "设施大棚"
        WATER = "water", "水面滩涂"
        FOREST = "forest", "林地"
        OTHER = "other", "其他"

    view_right = "economy.view"
    change_right = "economy.change"

    name = models.CharField("地块名称", max_length=60)
    kind = models.CharField("地类", max_length=12, choices=Kind.choices, default=Kind.CROPLAND)
    area_mu = models.DecimalField("面积", max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    greenhouses = people("大棚数")
    households = people("流转户数")
    operator = models.CharField("经营主体", max_length=60, blank=True)
    federation = models.ForeignKey(
        Federation, models.PROTECT, verbose_name="联建单位", null=True, blank=True, related_name="land_parcels"
    )
    rent_per_mu = yuan("每亩年租金")
    valid_from = models.DateField("流转日期", null=True, blank=True)
    valid_to = models.DateField("到期日期", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "流转地块"
        ordering = ["village_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "name"], name="parcel_named_once_per_village",
                violation_error_message="这个村居已登记同名的地块，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="parcel_ends_after_start", violation_error_message="到期日期应晚于流转日期",
            ),
            models.CheckConstraint(condition=Q(area_mu__gt=0), name="parcel_has_an_area",
                                   violation_error_message="面积应大于 0"),
        ]  # fmt: skip
        triggers = [*RegisterRow.Meta.triggers, *outbox_triggers("land.parcels", "SELECT village_id, '' FROM {rows}")]

    def __str__(self) -> str:
        return self.name


@audited()
class CropPlan(RegisterRow):
    """What is grown on a parcel in a year: planned figures beside actual ones, never added.

    What households get of it is told apart: wages, and dividends over the rent.
    """

    area_path = "parcel__village_id"
    view_right = "economy.view"
    change_right = "economy.change"

    parcel = models.ForeignKey(LandParcel, models.PROTECT, verbose_name="地块", related_name="crops", db_index=False)
    year = models.PositiveSmallIntegerField("年度", validators=[MinValueValidator(1980), MaxValueValidator(2100)])
    crop = models.CharField("作物", max_length=40)
    planned_area = mu("计划面积")
    area = mu("实际面积")
    planned_income = yuan("计划收入")
    income = yuan("实际收入")
    planned_wages = yuan("计划工资")
    wages = yuan("实际工资")
    planned_dividend = yuan("计划分红")
    dividend = yuan("实际分红")
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "种植计划"
        ordering = ["-year", "parcel_id", "crop"]
        constraints = [
            models.UniqueConstraint(
                fields=["parcel", "year", "crop"], name="crop_once_a_year",
                violation_error_message="这个地块当年已有这种作物，请在原记录上修改",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers(
                "land.crops",
                "SELECT p.village_id, c.year::text FROM {rows} AS c "
                "JOIN federations_landparcel p ON p.id = c.parcel_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parcel} {self.year} 年{self.crop}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("parcel__village_id") | Q(parcel__village_id__in=scope.ids("village"))
