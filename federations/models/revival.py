"""Idle assets brought to life (P29) and common-prosperity workshops (P30)."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from federations.models.amounts import people, yuan
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from villages.models.rows import VillageRow, ends_after_start


@audited()
class IdleAsset(VillageRow):
    """Homesteads, halls, school houses and land that stood idle: found, offered, revived by a partner.

    It is on the village's list from `valid_from` (empty: since it was found) until `valid_to` (empty: still is).
    """

    class Kind(models.TextChoices):
        HOMESTEAD = "homestead", "闲置宅基地"
        HOUSE = "house", "闲置农房"
        HALL = "hall", "厂房仓库"
        SCHOOL = "school", "旧校舍"
        LAND = "land", "闲置土地"
        OTHER = "other", "其他"

    class Unit(models.TextChoices):
        MU = "mu", "亩"
        SQUARE_METRE = "m2", "平方米"

    class State(models.TextChoices):
        IDLE = "idle", "闲置"
        OFFERED = "offered", "招商中"
        REVIVED = "revived", "已盘活"

    view_right = "economy.view"
    change_right = "economy.change"

    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=12, choices=Kind.choices, default=Kind.HOUSE)
    size = models.DecimalField("面积", max_digits=10, decimal_places=2, null=True, blank=True,
                               validators=[MinValueValidator(0)])  # fmt: skip
    unit = models.CharField("面积单位", max_length=4, choices=Unit.choices, default=Unit.SQUARE_METRE)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.IDLE)
    found_on = models.DateField("摸排日期", null=True, blank=True)
    revived_on = models.DateField("盘活日期", null=True, blank=True)
    used_for = models.CharField("盘活用途", max_length=60, blank=True)
    places = people("改造成的工坊、民宿数")
    partner = models.CharField("合作方", max_length=60, blank=True)
    openly_sought = models.BooleanField("公开选择合作方", default=False)
    planned_income = yuan("计划年收入")
    income = yuan("实际年收入")
    planned_jobs = people("计划用工")
    jobs = people("实际用工")
    valid_from = models.DateField("列入日期", null=True, blank=True)
    valid_to = models.DateField("移出日期", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "闲置资产"
        ordering = ["village_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "name"], name="idle_asset_named_once_per_village",
                violation_error_message="这个村居已登记同名的闲置资产，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=~Q(state="revived") | Q(revived_on__isnull=False), name="revived_on_a_day",
                violation_error_message="“状态”填“已盘活”的，要填盘活日期",
            ),
            models.CheckConstraint(
                condition=Q(revived_on__isnull=True) | Q(found_on__isnull=True) | Q(revived_on__gte=F("found_on")),
                name="revived_after_found", violation_error_message="盘活日期不能早于摸排日期",
            ),
            ends_after_start("idle_asset_ends_after_start", "“移出日期”应晚于“列入日期”"),
        ]  # fmt: skip
        triggers = [*RegisterRow.Meta.triggers, *outbox_triggers("revival.assets", "SELECT village_id, '' FROM {rows}")]

    def __str__(self) -> str:
        return self.name


@audited()
class Workshop(VillageRow):
    """A common-prosperity workshop (共富工坊): work near home, from its opening to its closing."""

    class Kind(models.TextChoices):
        PROCESSING = "processing", "来料加工"
        FARM = "farm", "农产品加工"
        CRAFT = "craft", "手工制作"
        COMMERCE = "commerce", "电商直播"
        TOURISM = "tourism", "农旅融合"
        OTHER = "other", "其他"

    view_right = "economy.view"
    change_right = "economy.change"

    name = models.CharField("工坊名称", max_length=60)
    kind = models.CharField("类型", max_length=12, choices=Kind.choices, default=Kind.PROCESSING)
    operator = models.CharField("经营主体", max_length=60, blank=True)
    opened_on = models.DateField("开办日期", null=True, blank=True)
    closed_on = models.DateField("停办日期", null=True, blank=True)
    planned_jobs = people("计划用工")
    jobs = people("实际用工")
    poor_jobs = people("其中困难群众")
    monthly_wage = yuan("人均月工资")
    planned_output = yuan("计划年产值")
    output = yuan("实际年产值")
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "共富工坊"
        ordering = ["village_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "name"], name="workshop_named_once_per_village",
                violation_error_message="这个村居已登记同名的工坊，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(opened_on__isnull=True) | Q(closed_on__gt=F("opened_on")),
                name="workshop_closes_after_opening", violation_error_message="停办日期应晚于开办日期",
            ),
            models.CheckConstraint(
                condition=Q(poor_jobs__isnull=True) | Q(jobs__isnull=True) | Q(poor_jobs__lte=F("jobs")),
                name="poor_jobs_within_jobs", violation_error_message="困难群众人数不能超过实际用工",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("revival.workshops", "SELECT village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return self.name
