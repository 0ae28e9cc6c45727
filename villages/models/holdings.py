"""三资: what a village's collective holds (P02): funds by quarter, assets and resources with their tenancies.

Money in yuan, land in mu (亩). Dates are half-open: a tenancy that ends on a day no longer holds on it.
"""

import datetime as dt

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from villages.models.facts import money, mu
from villages.models.rows import VillageRow, ends_after_start

NOT_NEGATIVE = [MinValueValidator(0)]
# Bank cards are never collected: nothing as long as an account's number may stand in a fund's texts.
NO_ACCOUNT = RegexValidator(r"(\d[ -]?){9,}", "请不要填写银行账号，只写账户用途", inverse_match=True)


def tenancy_on(day: dt.date) -> Q:
    """Rows whose contract holds on the day."""
    return Q(contract_from__lte=day) & (Q(contract_to__isnull=True) | Q(contract_to__gt=day))


@audited()
class CollectiveFund(VillageRow):
    """资金: one account's balance, or what is owed to or by the collective, at a quarter's end; in yuan."""

    class Kind(models.TextChoices):
        CASH = "cash", "库存现金"
        BANK = "bank", "银行存款"
        INVESTMENT = "investment", "投资"
        RECEIVABLE = "receivable", "应收款项"
        PAYABLE = "payable", "应付款项"

    OWNED = (Kind.CASH, Kind.BANK, Kind.INVESTMENT, Kind.RECEIVABLE)

    view_right = "economy.view"
    change_right = "economy.change"

    quarter = models.CharField(
        "季度", max_length=6, db_collation="C", validators=[RegexValidator(r"^\d{4}Q[1-4]$", "季度应如 2026Q3")]
    )
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    name = models.CharField("账户或款项", max_length=40, validators=[NO_ACCOUNT])
    balance = money("期末余额", validators=NOT_NEGATIVE)
    note = models.CharField("备注", max_length=200, blank=True, validators=[NO_ACCOUNT])

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "集体资金"
        ordering = ["-quarter", "village_id", "kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["village", "quarter", "kind", "name"], name="fund_once_a_quarter"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="fund_not_negative"),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("villages.funds", "SELECT village_id, quarter::text FROM {rows}"),
        ]

    def __str__(self) -> str:
        return f"{self.village} {self.name}"


@audited()
class CollectiveAsset(VillageRow):
    """资产: a building, machine or investment of the collective, from its acquisition to its disposal.

    Whether it is let on a day is told by the contract's dates, so that past quarters stay true.
    """

    class Kind(models.TextChoices):
        BUILDING = "building", "房屋建筑物"
        MACHINE = "machine", "机器设备"
        INFRASTRUCTURE = "infrastructure", "农业基础设施"
        LIVING = "living", "生物资产"
        INTANGIBLE = "intangible", "无形资产"
        OTHER = "other", "其他资产"

    class Use(models.TextChoices):
        OWN = "own", "自用"
        RENTED = "rented", "出租"
        IDLE = "idle", "闲置"

    view_right = "economy.view"
    change_right = "economy.change"

    name = models.CharField("资产名称", max_length=60)
    kind = models.CharField("类别", max_length=16, choices=Kind.choices, default=Kind.BUILDING)
    original_value = money("原值", validators=NOT_NEGATIVE)
    net_value = money("净值", validators=NOT_NEGATIVE)
    acquired_on = models.DateField("取得日期", null=True, blank=True)
    use = models.CharField("使用情况", max_length=8, choices=Use.choices, default=Use.OWN)
    tenant = models.CharField("承租方", max_length=60, blank=True)
    contract_from = models.DateField("租期自", null=True, blank=True)
    contract_to = models.DateField("租期至", null=True, blank=True)
    yearly_rent = money("年租金", validators=NOT_NEGATIVE)
    disposed_on = models.DateField("处置日期", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "集体资产"
        ordering = ["village_id", "name"]
        constraints = [
            models.UniqueConstraint(fields=["village", "name"], name="asset_named_once_per_village"),
            models.CheckConstraint(
                condition=Q(net_value__lte=F("original_value")), name="asset_net_within_original",
                violation_error_message="净值不能大于原值，请核对这两列",
            ),
            models.CheckConstraint(
                condition=Q(contract_to__isnull=True) | Q(contract_to__gt=F("contract_from")),
                name="asset_contract_ends_after_start", violation_error_message="“租期至”应晚于“租期自”",
            ),
            models.CheckConstraint(
                condition=~Q(use="rented") | Q(contract_from__isnull=False), name="asset_let_has_contract",
                violation_error_message="“使用情况”填“出租”的，要填“租期自”",
            ),
            models.CheckConstraint(
                condition=Q(disposed_on__isnull=True) | Q(acquired_on__isnull=True)
                | Q(disposed_on__gte=F("acquired_on")),
                name="asset_disposed_after_acquired", violation_error_message="“处置日期”不能早于“取得日期”",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("villages.assets", "SELECT village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return self.name


@audited()
class CollectiveResource(VillageRow):
    """资源: land, forest, water or beach of the collective, in mu, and whom it is contracted to.

    It is the village's from `valid_from` (empty: always was) until `valid_to` (empty: still is).
    """

    class Kind(models.TextChoices):
        ARABLE = "arable", "耕地（机动地）"
        ORCHARD = "orchard", "园地"
        FOREST = "forest", "林地"
        GRASS = "grass", "草地"
        WATER = "water", "养殖水面"
        BEACH = "beach", "滩涂"
        WASTE = "waste", "荒地"
        BUILDING = "building", "集体建设用地"
        OTHER = "other", "其他"

    view_right = "economy.view"
    change_right = "economy.change"

    name = models.CharField("资源名称", max_length=60)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    area_mu = mu("面积")
    valid_from = models.DateField("取得日期", null=True, blank=True)
    valid_to = models.DateField("转出日期", null=True, blank=True)
    contractor = models.CharField("承包方", max_length=60, blank=True)
    yearly_rent = money("年承包费", validators=NOT_NEGATIVE)
    contract_from = models.DateField("承包期自", null=True, blank=True)
    contract_to = models.DateField("承包期至", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "集体资源"
        ordering = ["village_id", "name"]
        constraints = [
            models.UniqueConstraint(fields=["village", "name"], name="resource_named_once_per_village"),
            models.CheckConstraint(condition=Q(area_mu__gte=0), name="resource_area_not_negative"),
            ends_after_start("resource_ends_after_start", "“转出日期”应晚于“取得日期”"),
            models.CheckConstraint(
                condition=Q(contract_to__isnull=True) | Q(contract_to__gt=F("contract_from")),
                name="resource_contract_ends_after_start", violation_error_message="“承包期至”应晚于“承包期自”",
            ),
            models.CheckConstraint(
                condition=Q(contractor="") | Q(contract_from__isnull=False), name="resource_contract_has_start",
                violation_error_message="填了“承包方”的，要填“承包期自”",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("villages.resources", "SELECT village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return self.name
