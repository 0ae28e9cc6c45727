"""Joint projects of several villages (P27): what was put in, how it goes by quarter, planned and actual apart."""

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from federations.models.amounts import people, yuan
from federations.models.cooperatives import OwnPlaceQuerySet
from federations.models.federation import Federation
from registers.audit import audited
from registers.guarding import GuardedQuerySet
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from registers.scope import Scope
from registers.sounds import InitialsField
from villages.models import Area, Village


@audited()
class Project(RegisterRow):
    """A project run by several villages, led by a town (or the county), usually inside a federation.

    It is seen from its leading area, through its federation, and by each village that puts something in; it is
    changed by the leading area only. Village autonomy (P55): what a village puts in is its own decision.
    """

    class Kind(models.TextChoices):
        PLANTING = "planting", "种植"
        BREEDING = "breeding", "养殖"
        PROCESSING = "processing", "加工"
        TOURISM = "tourism", "文旅民宿"
        TRADE = "trade", "商贸物流"
        PROPERTY = "property", "物业租赁"
        SOLAR = "solar", "光伏"
        OTHER = "other", "其他"

    class State(models.TextChoices):
        PLANNED = "planned", "谋划"
        BUILDING = "building", "在建"
        RUNNING = "running", "运营"
        ENDED = "ended", "终止"

    NEXT_STATE: ClassVar[dict[str, tuple[str, ...]]] = {
        State.PLANNED: (State.BUILDING, State.RUNNING, State.ENDED),
        State.BUILDING: (State.RUNNING, State.ENDED),
        State.RUNNING: (State.ENDED,),
        State.ENDED: (State.RUNNING,),
    }

    area_path = "area_id"
    view_right = "economy.view"
    change_right = "economy.change"

    objects: ClassVar[Any] = models.Manager.from_queryset(OwnPlaceQuerySet)()

    name = models.CharField("项目名称", max_length=80)
    initials = InitialsField()
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PLANNED)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="牵头镇街", related_name="projects")
    federation = models.ForeignKey(
        Federation, models.PROTECT, verbose_name="联建单位", null=True, blank=True, related_name="projects"
    )
    scale = models.CharField("规模", max_length=60, blank=True, help_text="如 140 亩养殖区")
    planned_investment = yuan("计划总投资")
    planned_jobs = people("计划用工")
    planned_start = models.DateField("计划开工日期", null=True, blank=True)
    started_on = models.DateField("实际开工日期", null=True, blank=True)
    planned_end = models.DateField("计划完成日期", null=True, blank=True)
    ended_on = models.DateField("终止日期", null=True, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "合办项目"
        ordering = ["area_id", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "name"],
                name="project_named_once_per_area",
                violation_error_message="这里已登记同名的项目，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=Q(planned_end__isnull=True)
                | Q(planned_start__isnull=True)
                | Q(planned_end__gte=F("planned_start")),
                name="project_planned_to_end_after_start",
                violation_error_message="计划完成日期不能早于计划开工日期",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(started_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="project_ends_after_start",
                violation_error_message="终止日期不能早于实际开工日期",
            ),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("economy.projects", "SELECT area_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        contributions: Any = cls.contributions.rel.related_model._default_manager
        inside = contributions.unscoped("the contribution is the way into the project").filter(
            scope.q("village_id") | Q(village_id__in=scope.ids("village")), project=OuterRef("pk")
        )
        return scope.q("area_id") | Q(federation_id__in=scope.ids("federation")) | Q(Exists(inside))

    def is_run_in(self, scope: Scope) -> bool:
        """Whether a scope holds the whole project, and not only one of its villages."""
        return scope.covers(self.area_id) or self.federation_id in scope.ids("federation")


class ProjectStep(models.Model):
    """A change of a project's state, dated, with who and why."""

    append_only = True

    project = models.ForeignKey(Project, models.PROTECT, related_name="steps", verbose_name="项目")
    from_state = models.CharField("原状态", max_length=10, blank=True)
    to_state = models.CharField("新状态", max_length=10, choices=Project.State.choices)
    on = models.DateField("日期")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    reason = models.CharField("说明", max_length=300, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目历程"
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.project} {self.get_to_state_display()} {self.on}"


class ProjectPartQuerySet(GuardedQuerySet):
    def changeable_by(self, user: Any, right: str = "") -> Self:
        """By whoever may change the project."""
        rows = Project.objects.changeable_by(user, right or self.model.change_right)
        return self._opened(f"changeable by {user}").filter(project__in=rows.values("pk"))


@audited()
class ProjectContribution(RegisterRow):
    """What one village puts into a project from a day on: cash, land, assets at their value, and the agreed shares.

    Dividends follow the agreed shares, or the money (cash and assets), or the land. Of a village in another town the
    amounts are seen by the project's own area and by that village's.
    """

    area_path = "village_id"
    view_right = "economy.view"
    change_right = "economy.change"

    objects: ClassVar[Any] = models.Manager.from_queryset(ProjectPartQuerySet)()

    project = models.ForeignKey(Project, models.PROTECT, verbose_name="项目", related_name="contributions")
    village = models.ForeignKey(Village, models.PROTECT, verbose_name="村居", related_name="project_contributions")
    cash = models.DecimalField(
        "现金出资", max_digits=14, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    land = models.DecimalField(
        "土地入股", max_digits=10, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    assets = models.DecimalField(
        "资产作价", max_digits=14, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    assets_named = models.CharField("资产说明", max_length=100, blank=True)
    shares = models.DecimalField(
        "约定股份", max_digits=12, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    valid_from = models.DateField("投入日期")
    valid_to = models.DateField("退出日期", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "项目投入"
        ordering = ["project_id", "village_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="contribution_ends_after_start",
                violation_error_message="退出日期应晚于投入日期",
            ),
            models.CheckConstraint(
                condition=Q(cash__gt=0) | Q(land__gt=0) | Q(assets__gt=0) | Q(shares__gt=0),
                name="contribution_is_something",
                violation_error_message="现金、土地、资产、约定股份至少填一项",
            ),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers(
                "economy.contributions",
                "SELECT p.area_id, '' FROM {rows} AS c JOIN federations_project p ON p.id = c.project_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.village}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return _in_part(scope)

    @property
    def money(self) -> Decimal:
        """Cash and assets, in yuan."""
        return self.cash + self.assets


@audited()
class ProjectQuarter(RegisterRow):
    """A project's quarter: planned figures beside actual ones, never added. Money of the quarter, people at its end."""

    area_path = "project__area_id"
    view_right = "economy.view"
    change_right = "economy.change"

    objects: ClassVar[Any] = models.Manager.from_queryset(ProjectPartQuerySet)()

    project = models.ForeignKey(Project, models.PROTECT, verbose_name="项目", related_name="quarters")
    quarter = models.CharField("季度", max_length=6, db_collation="C")
    planned_investment = yuan("计划投资")
    investment = yuan("实际投资")
    planned_income = yuan("计划收入")
    income = yuan("实际收入")
    planned_cost = yuan("计划成本")
    cost = yuan("实际成本")
    planned_wages = yuan("计划工资")
    wages = yuan("实际工资", help_text="成本中的工资")
    planned_jobs = people("计划用工")
    jobs = people("实际用工")
    households = people("带动农户")
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "项目季报"
        ordering = ["-quarter", "project_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "quarter"],
                name="project_quarter_once",
                violation_error_message="这个项目已有这一季度的季报，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=Q(quarter__regex=r"^[12][0-9]{3}Q[1-4]$"), name="project_quarter_is_a_quarter"
            ),
            models.CheckConstraint(
                condition=Q(wages__isnull=True) | Q(cost__isnull=True) | Q(wages__lte=F("cost")),
                name="wages_are_part_of_cost",
                violation_error_message="实际工资是成本的一部分，不能超过实际成本",
            ),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers(
                "economy.quarters",
                "SELECT p.area_id, q.quarter FROM {rows} AS q JOIN federations_project p ON p.id = q.project_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.quarter}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        """With the project: who puts something in sees how it goes."""
        return Q(project__in=Project.objects.within(scope).values("pk"))


def _in_part(scope: Scope) -> Q:
    """Rows of one village in a project: seen where the project is run, and by the village's own area."""
    return (
        scope.q("project__area_id")
        | Q(project__federation_id__in=scope.ids("federation"))
        | scope.q("village_id")
        | Q(village_id__in=scope.ids("village"))
    )
