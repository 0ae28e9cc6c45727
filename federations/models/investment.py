"""Seeking investment by industry chain (P34), and enterprises that help villages (P51)."""

from django.db import models
from django.db.models import F, Q

from federations.models.amounts import people, yuan
from federations.models.enterprises import Enterprise
from federations.models.federation import Federation
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from villages.models import Area
from villages.models.rows import VillageRow


@audited()
class InvestmentLead(RegisterRow):
    """A project that a town tries to bring in: from the first clue to the ground it stands on."""

    class State(models.TextChoices):
        CLUE = "clue", "线索"
        TALKING = "talking", "在谈"
        SIGNED = "signed", "签约"
        LANDED = "landed", "落地"
        ENDED = "ended", "终止"

    area_path = "area_id"
    view_right = "economy.view"
    change_right = "economy.change"

    area = models.ForeignKey(Area, models.PROTECT, verbose_name="落地镇街", related_name="investment_leads")
    federation = models.ForeignKey(
        Federation, models.PROTECT, verbose_name="联建单位", null=True, blank=True, related_name="investment_leads"
    )
    name = models.CharField("项目名称", max_length=80)
    chain = models.CharField("产业链", max_length=40, blank=True)
    investor = models.CharField("投资方", max_length=80, blank=True)
    state = models.CharField("进展", max_length=10, choices=State.choices, default=State.CLUE)
    found_on = models.DateField("获得线索日期")
    signed_on = models.DateField("签约日期", null=True, blank=True)
    landed_on = models.DateField("落地日期", null=True, blank=True)
    planned_amount = yuan("计划投资")
    signed_amount = yuan("签约金额")
    arrived_amount = yuan("到位资金")
    planned_jobs = people("计划用工")
    jobs = people("实际用工")
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "招商项目"
        ordering = ["area_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "name"], name="lead_named_once_per_area",
                violation_error_message="本镇街已登记同名的招商项目，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "landed"]) | Q(signed_on__isnull=False), name="lead_signed_on_a_day",
                violation_error_message="“进展”填“签约”“落地”的，要填签约日期",
            ),
            models.CheckConstraint(
                condition=~Q(state="landed") | Q(landed_on__isnull=False), name="lead_landed_on_a_day",
                violation_error_message="“进展”填“落地”的，要填落地日期",
            ),
            models.CheckConstraint(
                condition=(Q(signed_on__isnull=True) | Q(signed_on__gte=F("found_on")))
                & (Q(landed_on__isnull=True) | Q(signed_on__isnull=True) | Q(landed_on__gte=F("signed_on"))),
                name="lead_dates_in_order", violation_error_message="日期应依次为获得线索、签约、落地",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("investment.leads", "SELECT area_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return self.name


@audited()
class InvestmentVisit(RegisterRow):
    """One visit (批次) in search of investment: going out, receiving, or presenting."""

    class Kind(models.TextChoices):
        OUT = "out", "外出招商"
        IN = "in", "客商来访"
        FAIR = "fair", "推介活动"

    area_path = "area_id"
    view_right = "economy.view"
    change_right = "economy.change"

    area = models.ForeignKey(Area, models.PROTECT, verbose_name="镇街", related_name="investment_visits")
    on = models.DateField("日期")
    kind = models.CharField("方式", max_length=8, choices=Kind.choices)
    place = models.CharField("地点或客商", max_length=60)
    chain = models.CharField("产业链", max_length=40, blank=True)
    people = models.PositiveSmallIntegerField("参加人数", null=True, blank=True)
    lead = models.ForeignKey(
        InvestmentLead, models.PROTECT, verbose_name="招商项目", null=True, blank=True, related_name="visits"
    )
    result = models.CharField("成果", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "招商活动"
        ordering = ["-on", "area_id", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "on", "kind", "place"], name="visit_once_a_day",
                violation_error_message="这一天的这次招商活动已经登记",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("investment.visits", """SELECT area_id, to_char("on", 'YYYY"Q"Q') FROM {rows}"""),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.place}"


@audited()
class EnterpriseHelp(VillageRow):
    """What an enterprise does for a village (百企帮百村): funds, projects, jobs, bases; planned beside actual."""

    class Kind(models.TextChoices):
        FUNDS = "funds", "资金帮扶"
        PROJECT = "project", "项目帮扶"
        JOBS = "jobs", "就业帮扶"
        BASE = "base", "共建基地"
        SALES = "sales", "采购销售"
        TRAINING = "training", "技术培训"

    view_right = "economy.view"
    change_right = "economy.change"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, verbose_name="企业", related_name="helps")
    kind = models.CharField("方式", max_length=10, choices=Kind.choices)
    matter = models.CharField("帮扶事项", max_length=80)
    valid_from = models.DateField("开始日期", null=True, blank=True)
    valid_to = models.DateField("结束日期", null=True, blank=True)
    planned_amount = yuan("计划金额")
    amount = yuan("实际金额")
    planned_jobs = people("计划带动就业")
    jobs = people("实际带动就业")
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "企业帮村"
        ordering = ["village_id", "enterprise_id", "matter"]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "enterprise", "matter"], name="help_once_per_matter",
                violation_error_message="这家企业对这个村居的这件事已经登记，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="help_ends_after_start", violation_error_message="结束日期应晚于开始日期",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("investment.helps", "SELECT village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.matter}"
