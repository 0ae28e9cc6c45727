"""Registers of joint projects, what villages put in, and their quarters (P27)."""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django.urls import reverse

from federations.actions.projects import save_project
from federations.models import Project, ProjectContribution, ProjectQuarter
from federations.named import NamedResolver
from federations.registers.federations import LEADERS
from federations.resolvers import FEDERATIONS
from federations.results import result_of
from lianjian import clock, periods
from registers.pages.parts import Action, Notice, Related, RelatedTable
from registers.reading import QuarterFilter
from registers.register import Register
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Decimal, Integer, Money, Quarter, Reference, Text
from villages.registers import VILLAGE

State = Project.State
PROJECTS = NamedResolver(Project, what="项目")
TONES = {State.PLANNED: "neutral", State.BUILDING: "info", State.RUNNING: "done", State.ENDED: "neutral"}
STEP_LABELS: dict[str, str] = {State.BUILDING: "开工", State.RUNNING: "转入运营", State.ENDED: "终止"}


class ProjectFilters(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="类别", choices=Project.Kind.choices, empty_label="全部")
    state = django_filters.ChoiceFilter(label="状态", choices=State.choices, empty_label="全部")
    federation = django_filters.NumberFilter("federation_id", label="联建单位编号")


class ProjectRegister(Register):
    """Joint projects. State changes are steps with a date; dividends are distributed on the project's page."""

    model = Project
    slug = "projects"
    title = "合办项目"
    group = "产业"
    menu_order = 40
    icon = "briefcase"
    columns = (
        Column(
            "name", "项目名称", Text(80, compact=True), required=True, width=28, example="牡蛎养殖区",
            aliases=("项目",),
        ),
        Column("kind", "类别", Choice(Project.Kind.choices), required=True, width=10, example="养殖"),
        Column("state", "状态", Choice(State.choices), width=8, example="运营", help="新建时不填为谋划"),
        Column(
            "area_code", "牵头镇街", Reference(LEADERS, what="镇街"), required=True, width=16, example="乳山口镇",
            aliases=("镇街", "所在镇街"),
        ),
        Column("federation", "联建单位", Reference(FEDERATIONS, what="联建单位"), width=20, help="没有的留空"),
        Column("scale", "规模", Text(60), width=18, example="140 亩养殖区"),
        Column(
            "planned_investment", "计划总投资", Money(), unit="元", width=16, example="3000000",
            help="实际投资按季度填",
        ),
        Column("planned_jobs", "计划用工", Integer(0, 10_000_000), unit="人", example="500", help="实际用工按季度填"),
        Column("planned_start", "计划开工日期", Date(), width=14),
        Column("started_on", "实际开工日期", Date(), width=14, example="2025-03-01"),
        Column("planned_end", "计划完成日期", Date(), width=14),
        Column("ended_on", "终止日期", Date(), width=12),
        Column("note", "备注", Text(300), width=24),
    )  # fmt: skip
    sources = {"area_code": "area"}
    list_columns = ("name", "kind", "state", "area_code", "federation", "scale", "planned_investment", "started_on")
    main_columns = ("name", "state", "kind")
    filterset_class = ProjectFilters
    primary_filters = ("q", "state", "kind", "area")
    search_fields = ("name", "initials", "scale", "federation__name", "federation__initials")
    ordering = ("area_id", "name")
    ordering_fields = ("name", "kind", "state", "planned_investment", "started_on")
    totals = ("planned_investment", "planned_jobs")
    natural_key = ("area_code", "name")
    select_related = ("area", "federation")
    status_field = "state"
    tones = {"state": TONES}
    key_fields = ("area_code", "federation", "scale")
    view_right = "economy.view"
    change_right = "economy.change"
    lookups = {"federation": "federations"}
    bulk_fields = ("kind", "federation")
    end_field = "ended_on"
    views = {"detail": "federations.views.projects.ProjectFace"}
    more_views = {
        "step": ("<str:key>/step/", "federations.views.projects.StepFace"),
        "distribute": ("<str:key>/distribute/", "federations.views.dividends.DistributeFace"),
    }
    viewset = "federations.api_economy.ProjectViewSet"
    form_groups = (
        ("基本情况", ("name", "kind", "state", "area_code", "federation", "scale")),
        ("计划", ("planned_investment", "planned_jobs", "planned_start", "planned_end")),
        ("实际", ("started_on", "ended_on", "note")),
    )
    empty_text = "还没有合办项目。可以逐个新增，也可以下载模板后用 Excel 导入。"

    def save(self, *, by: Any, values: dict[str, Any], row: Project | None) -> Project:
        return save_project(by=by, register=self, values=values, project=row)

    def actions(self, row: Project, user: Any) -> Iterable[Action]:
        if not row.is_changeable_by(user):
            return
        if row.state in (State.RUNNING, State.ENDED):
            yield Action("分红", reverse(self.url_name("distribute"), args=[row.pk]), tone="primary", icon="coin-yuan")
        for to in Project.NEXT_STATE[row.state]:
            label = "恢复运营" if row.state == State.ENDED else STEP_LABELS[to]
            tone = "danger" if to == State.ENDED else ""
            yield Action(label, f"{reverse(self.url_name('step'), args=[row.pk])}?to={to}", tone=tone)

    def notices(self, row: Project, user: Any) -> Iterable[Notice]:
        if not row.is_changeable_by(user):
            return
        if row.state in (State.BUILDING, State.RUNNING):
            contributed = ProjectContribution.objects.changeable_by(user).filter(project=row)
            if not contributed.exists():
                yield Notice("还没有登记各村的投入：没有投入，就不能分红，投资和收益也分不到村。", "waiting")
            last = periods.quarter_of(clock.today()).previous()
            reported = ProjectQuarter.objects.changeable_by(user).filter(project=row, quarter=str(last))
            if (row.started_on is None or row.started_on <= last.last_day) and not reported.exists():
                new = f"{reverse('project-quarters:new')}?project={row.pk}&quarter={last}"
                yield Notice(f"还没有填报{last.label}的季报。", "waiting", new, "去填报")
        result = result_of(row)
        if result.undistributed < 0:
            yield Notice(f"已分红超过项目累计结余 {-result.undistributed:,.2f} 元，请核对季报或分红。", "late")


class PartFilters(django_filters.FilterSet):
    project = django_filters.NumberFilter("project_id", label="项目编号")


class ContributionRegister(Register):
    """What each village puts into a project: cash, land, assets, and the agreed shares; dated."""

    model = ProjectContribution
    slug = "project-contributions"
    title = "项目投入"
    group = "产业"
    menu_order = 45
    icon = "coins"
    columns = (
        Column("project", "项目", Reference(PROJECTS, what="项目"), required=True, width=26, example="牡蛎养殖区"),
        VILLAGE,
        Column("cash", "现金出资", Money(), unit="元", width=14, example="50000"),
        Column("land", "土地入股", Decimal(2), unit="亩", width=12, example="20"),
        Column("assets", "资产作价", Money(), unit="元", width=14, example="0"),
        Column("assets_named", "资产说明", Text(100), width=20, help="如旧厂房 3 间、水面 20 亩"),
        Column("shares", "约定股份", Decimal(2), unit="股", width=12, example="50", help="各村约定的分红份额"),
        Column("from", "投入日期", Date(), required=True, width=12, example="2025-03-01"),
        Column("to", "退出日期", Date(open_ended=True), width=12, help="仍在的留空；这一天起不再分红"),
        Column("note", "备注", Text(200), width=24),
    )  # fmt: skip
    sources = {"village_code": "village", "from": "valid_from", "to": "valid_to"}
    list_columns = ("project", "village_code", "cash", "land", "assets", "shares", "from", "to")
    main_columns = ("project", "village_code", "shares")
    filterset_class = PartFilters
    primary_filters = ("q", "area")
    search_fields = ("project__name", "project__initials", "village__name", "village__initials")
    ordering = ("project_id", "village_id", "valid_from", "pk")
    ordering_fields = ("cash", "shares", "from")
    select_related = ("project", "village")
    totals = ("cash", "land", "assets", "shares")
    view_right = "economy.view"
    change_right = "economy.change"
    lookups = {"project": "projects", "village_code": "villages"}
    bulk_fields = ("to",)
    end_field = "to"
    empty_text = "还没有登记投入。可以逐条新增，也可以下载模板后用 Excel 导入。"


@row_rule("wages", "cost")
def wages_within_cost(values: Mapping[str, Any], context: Any) -> Any:
    """Wages are a part of the cost."""
    wages, cost = values["wages"], values["cost"]
    if wages is not None and cost is not None and wages > cost:
        yield "wages", f"填了“{wages}”，比实际成本 {cost} 还多", "工资是成本的一部分，请核对这两列"


class QuarterFilters(django_filters.FilterSet):
    project = django_filters.NumberFilter("project_id", label="项目编号")
    quarter = QuarterFilter("quarter", label="季度")


def _pair(
    name: str, heading: str, kind: Any, unit: str, examples: tuple[str, str], told: str = ""
) -> tuple[Column, ...]:
    """The planned and the actual column of one figure, side by side and never added."""
    return (
        Column(f"planned_{name}", f"计划{heading}", kind, unit=unit, width=14, example=examples[0]),
        Column(name, f"实际{heading}", kind, unit=unit, width=14, example=examples[1], help=told),
    )


class ProjectQuarterRegister(Register):
    """A project's quarter: planned and actual investment, income, cost, wages and jobs, apart."""

    model = ProjectQuarter
    slug = "project-quarters"
    title = "项目季报"
    group = "产业"
    menu_order = 50
    icon = "calendar-event"
    columns = (
        Column("project", "项目", Reference(PROJECTS, what="项目"), required=True, width=26, example="牡蛎养殖区"),
        Column("quarter", "季度", Quarter(), required=True, width=16, example="2026年第三季度"),
        *_pair("investment", "投资", Money(), "元", ("100000", "96000")),
        *_pair("income", "收入", Money(), "元", ("300000", "312000")),
        *_pair("cost", "成本", Money(), "元", ("180000", "176000"), "含工资"),
        *_pair("wages", "工资", Money(), "元", ("90000", "88000"), "成本中的工资"),
        *_pair("jobs", "用工", Integer(0, 10_000_000), "人", ("500", "512"), "季末在岗人数"),
        Column("households", "带动农户", Integer(0, 10_000_000), unit="户", example="400"),
        Column("note", "备注", Text(200), width=24),
    )  # fmt: skip
    list_columns = (
        "project",
        "quarter",
        "planned_investment",
        "investment",
        "planned_income",
        "income",
        "cost",
        "jobs",
    )
    main_columns = ("project", "quarter", "income")
    filterset_class = QuarterFilters
    primary_filters = ("q", "quarter", "area")
    search_fields = ("project__name", "project__initials")
    ordering = ("-quarter", "project_id")
    ordering_fields = ("quarter", "income", "jobs")
    natural_key = ("project", "quarter")
    period_field = "quarter"
    select_related = ("project",)
    totals = ("planned_investment", "investment", "planned_income", "income", "cost")
    totals_note = "计划与实际分别合计，互不相加"
    view_right = "economy.view"
    change_right = "economy.change"
    lookups = {"project": "projects"}
    row_rules = (wages_within_cost,)
    form_groups = (
        ("项目与季度", ("project", "quarter")),
        ("投资", ("planned_investment", "investment")),
        ("收支", ("planned_income", "income", "planned_cost", "cost", "planned_wages", "wages")),
        ("用工", ("planned_jobs", "jobs", "households", "note")),
    )
    empty_text = "还没有项目季报。可以逐条新增，也可以下载模板后用 Excel 导入。"

    def title_of(self, row: ProjectQuarter) -> str:
        return f"{row.project} {periods.parse_quarter(row.quarter).label}"


def projects_of_village(village: Any, user: Any) -> Iterable[Related | RelatedTable]:
    """The projects that a village puts something into, under its page."""
    if not user.can(Project.view_right):
        return
    rows = ProjectContribution.objects.visible_to(user).filter(village=village.pk)
    yield Related(
        "参与的合办项目", "project-contributions",
        rows.select_related("project", "village").order_by("-valid_from", "pk"),
        ("project", "cash", "land", "assets", "shares", "from"), filters={"area": village.pk},
        empty="还没有参与合办项目。",
    )  # fmt: skip


def projects_of_federation(federation: Any, user: Any) -> Iterable[Related]:
    """The projects of a federation, under its page."""
    if not user.can(Project.view_right):
        return
    rows = Project.objects.visible_to(user).filter(federation=federation).select_related("area", "federation")
    yield Related(
        "合办项目", "projects", rows.order_by("name"), ("name", "kind", "state", "scale", "planned_investment"),
        filters={"federation": federation.pk},
        initial={"federation": federation.pk, "area_code": federation.area_id}, empty="还没有合办项目。",
    )  # fmt: skip
