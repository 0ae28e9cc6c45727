"""Funds packed for a district, and the public projects they pay for (P33)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from federations.models.amounts import people, yuan
from federations.models.federation import Federation
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from villages.models import Area
from villages.models.rows import VillageRow


@audited()
class FundPackage(RegisterRow):
    """Money of one source packed for a town or a federation in a year: planned, arrived, spent."""

    class Source(models.TextChoices):
        CENTRAL = "central", "中央"
        PROVINCE = "province", "省级"
        CITY = "city", "市级"
        COUNTY = "county", "县级"
        TOWN = "town", "镇级"
        SOCIETY = "society", "社会捐助和企业投入"

    area_path = "area_id"
    view_right = "economy.view"
    change_right = "economy.change"

    area = models.ForeignKey(Area, models.PROTECT, verbose_name="所在镇街", related_name="fund_packages")
    federation = models.ForeignKey(
        Federation, models.PROTECT, verbose_name="联建单位", null=True, blank=True, related_name="fund_packages"
    )
    year = models.PositiveSmallIntegerField("年度", validators=[MinValueValidator(1980), MaxValueValidator(2100)])
    name = models.CharField("资金名称", max_length=60)
    source = models.CharField("资金来源", max_length=10, choices=Source.choices)
    planned = yuan("计划金额")
    arrived = yuan("到位金额")
    spent = yuan("已支出")
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "打包资金"
        ordering = ["-year", "area_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "year", "name"], name="fund_package_once_a_year",
                violation_error_message="本镇街当年已登记同名的资金，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=Q(spent__isnull=True) | Q(arrived__isnull=False, spent__lte=F("arrived")),
                name="spent_within_arrived", violation_error_message="已支出不能超过到位金额",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("funding.packages", "SELECT area_id, year::text FROM {rows}"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.year} 年）"


@audited()
class PublicProject(VillageRow):
    """A public project in a village: 一事一议, livelihood or industry; planned and actual apart."""

    class Kind(models.TextChoices):
        ONE_MATTER = "one_matter", "一事一议"
        LIVELIHOOD = "livelihood", "民生项目"
        INDUSTRY = "industry", "产业项目"
        INFRASTRUCTURE = "infrastructure", "基础设施"

    class State(models.TextChoices):
        PLANNED = "planned", "计划"
        BUILDING = "building", "在建"
        DONE = "done", "完工"
        STOPPED = "stopped", "取消"

    view_right = "economy.view"
    change_right = "economy.change"

    name = models.CharField("项目名称", max_length=80)
    kind = models.CharField("类别", max_length=15, choices=Kind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PLANNED)
    federation = models.ForeignKey(
        Federation, models.PROTECT, verbose_name="联建单位", null=True, blank=True, related_name="public_projects"
    )
    package = models.ForeignKey(
        FundPackage, models.PROTECT, verbose_name="资金", null=True, blank=True, related_name="projects"
    )
    planned_funds = yuan("计划投入")
    funds = yuan("实际投入")
    planned_jobs = people("计划用工")
    jobs = people("实际用工")
    households = people("受益户数")
    planned_start = models.DateField("计划开工日期", null=True, blank=True)
    started_on = models.DateField("实际开工日期", null=True, blank=True)
    planned_end = models.DateField("计划完工日期", null=True, blank=True)
    finished_on = models.DateField("实际完工日期", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "公共项目"
        ordering = ["village_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "name"], name="public_project_named_once_per_village",
                violation_error_message="这个村居已登记同名的项目，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=Q(planned_end__isnull=True) | Q(planned_start__isnull=True)
                | Q(planned_end__gte=F("planned_start")),
                name="public_project_planned_in_order", violation_error_message="计划完工日期不能早于计划开工日期",
            ),
            models.CheckConstraint(
                condition=Q(finished_on__isnull=True) | Q(started_on__isnull=True)
                | Q(finished_on__gte=F("started_on")),
                name="public_project_finished_after_start", violation_error_message="实际完工日期不能早于实际开工日期",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(finished_on__isnull=False), name="public_project_done_on_a_day",
                violation_error_message="“状态”填“完工”的，要填实际完工日期",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("funding.projects", "SELECT village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return self.name
