"""Registers of what is typed and of what came out of an assessment (P24)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet

from members.points.forbidden import refusal
from registers.pages.parts import Notice, Related
from registers.register import Register, register_of
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Decimal, Integer, Money, Text, Year
from reports.actions.assessments import save_marks
from reports.models import AssessmentList, AssessmentMark, AssessmentResult
from reports.registers.lists import GROUP, STATE_TONES, VIEW
from villages.models import Village

STATES = ((AssessmentList.State.IN_FORCE, "试算"), (AssessmentList.State.PUBLISHED, "已公布"))
KIND = Choice(AssessmentList.Kind.choices)
_MARKS = Decimal(2, 0, 100)


@row_rule("note")
def may_be_told(values: Mapping[str, Any], context: Any) -> Iterable[tuple[str, str]]:
    """Marks are not given or taken for petitions, donations and their like (P24)."""
    if refused := refusal(values["note"] or ""):
        yield "note", refused


class _OfAssessment(django_filters.FilterSet):
    """What both lists are narrowed by."""

    assessment = django_filters.NumberFilter(label="清单编号", min_value=1, max_value=2**63 - 1)
    year = django_filters.NumberFilter(field_name="assessment__year", label="年度", min_value=1980, max_value=2100)
    subject_kind = django_filters.ChoiceFilter(
        field_name="assessment__subject_kind", label="考核对象", choices=AssessmentList.Kind.choices, empty_label="全部"
    )


class MarkFilters(_OfAssessment):
    item = django_filters.NumberFilter(label="项目编号", min_value=1, max_value=2**63 - 1)
    typed = django_filters.ChoiceFilter(
        label="评分", choices=[("no", "未评"), ("yes", "已评")], empty_label="全部", method="by_typed"
    )

    def by_typed(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(marks__isnull=value == "no")


class MarkRegister(Register):
    """考核评分: the rows are there once a list is in force; towns type the marks of their own villages."""

    model = AssessmentMark
    slug = "assessment-marks"
    title = "考核评分"
    group = GROUP
    menu_order = 98
    icon = "edit"
    columns = (
        Column("code", "评分编号", Text(60, compact=True), required=True, width=20, example="12-371083101206"),
        Column("who", "对象", Text(60), readonly=True, width=14, help="村居，或村干部的姓名"),
        Column("item", "项目", Text(40), readonly=True, width=22),
        Column("full", "满分", Decimal(2), readonly=True, unit="分", width=8),
        Column("marks", "得分", _MARKS, unit="分", width=8, example="8.5", help="0 到满分，最多两位小数"),
        Column("note", "评分说明", Text(100), width=26, example="检查发现两处垃圾"),
        Column("village", "村居", Text(60), readonly=True, width=14),
        Column("criteria", "评分标准", Text(200), readonly=True, width=36),
        Column("assessment", "考核清单", Text(80), readonly=True, width=26),
        Column("year", "年度", Year(), readonly=True, width=8),
    )
    sources = {
        "village": "village__name", "item": "item__name", "criteria": "item__criteria",
        "assessment": "assessment__name", "year": "assessment__year",
    }  # fmt: skip
    list_columns = ("who", "village", "item", "full", "marks", "note", "assessment")
    main_columns = ("who", "item", "marks")
    filterset_class = MarkFilters
    primary_filters = ("q", "year", "typed", "area")
    search_fields = ("who", "village__name", "village__initials", "item__name", "assessment__name")
    ordering = ("-assessment_id", "item_id", "village_id", "code")
    ordering_fields = ("marks",)
    natural_key = ("code",)
    lookup_field = "code"
    select_related = ("village", "item", "assessment")
    view_right = AssessmentMark.view_right
    change_right = AssessmentMark.change_right
    row_rules = (may_be_told,)
    bulk_fields = ("marks", "note")
    can_create = False  # made by putting a list in force
    deletable = False
    key_fields = ("item", "full", "assessment")
    empty_text = "还没有要评的分。考核清单启用以后，每个村居、每个村干部的每一项列在这里。"

    def changeable(self, user: Any) -> QuerySet:
        return super().changeable(user).filter(assessment__state=AssessmentList.State.IN_FORCE)

    def title_of(self, row: AssessmentMark) -> str:
        return f"{row.who} {row.item.name}"

    def save(self, *, by: Any, values: dict[str, Any], row: AssessmentMark | None) -> AssessmentMark:
        return save_marks(by=by, items=[(values, row)])[0]

    def save_many(self, *, by: Any, items: Iterable[tuple[dict[str, Any], Any | None]]) -> Sequence[Any]:
        return save_marks(by=by, items=list(items))


class ResultFilters(_OfAssessment):
    planning_class = django_filters.ChoiceFilter(
        label="村庄分类", choices=Village.PlanningClass.choices, empty_label="全部"
    )


class ResultRegister(Register):
    """考核结果: who came out how, by whose result, and in which place. Read-only: a trial writes it."""

    model = AssessmentResult
    slug = "assessment-results"
    title = "考核结果"
    group = GROUP
    menu_order = 99
    icon = "award"
    columns = (
        Column("who", "对象", Text(60), width=14),
        Column("office", "职务", Text(60), width=14),
        Column("village", "村居", Text(60), width=14),
        Column("town", "镇街", Text(60), width=14),
        Column("planning_class", "村庄分类", Choice(Village.PlanningClass.choices), width=14),
        Column("own", "本人得分", Decimal(2), unit="分"),
        Column("village_total", "村居得分", Decimal(2), unit="分"),
        Column("total", "总分", Decimal(2), unit="分"),
        Column("rank", "全县名次", Integer()),
        Column("rank_of", "全县参评数", Integer()),
        Column("class_rank", "同类名次", Integer()),
        Column("class_of", "同类参评数", Integer()),
        Column("grade", "等次", Text(10)),
        Column("coefficient", "绩效系数", Decimal(2)),
        Column("pay", "绩效报酬", Money(), unit="元"),
        Column("year", "年度", Year(), width=8),
        Column("subject_kind", "考核对象", KIND),
        Column("state", "状态", Choice(STATES)),
        Column("assessment", "考核清单", Text(80), width=26),
    )
    sources = {
        "village": "village__name", "town": "village__area__parent__name", "assessment": "assessment__name",
        "year": "assessment__year", "subject_kind": "assessment__subject_kind", "state": "assessment__state",
    }  # fmt: skip
    list_columns = (
        "who", "office", "village", "town", "planning_class", "total", "rank", "rank_of", "class_rank", "grade", "pay",
        "year", "state",
    )  # fmt: skip
    main_columns = ("who", "total", "grade")
    filterset_class = ResultFilters
    primary_filters = ("q", "year", "subject_kind", "area")
    search_fields = ("who", "village__name", "village__initials", "assessment__name")
    ordering = ("-assessment_id", "rank", "pk")
    ordering_fields = ("total",)
    select_related = ("village__area__parent", "assessment")
    view_right = VIEW
    status_field = "state"
    tones = {"state": STATE_TONES}
    key_fields = ("total", "grade", "village")
    views = {"detail": "reports.views.assessments.ResultFace"}
    empty_text = "还没有考核结果。考核清单启用、评分以后试算；公布以后各村看得到自己的结果。"

    def rows(self, user: Any) -> QuerySet:
        return super().rows(user).filter(AssessmentResult.seen_by(user))

    def title_of(self, row: AssessmentResult) -> str:
        return f"{row.who} {row.assessment.year} 年考核结果"

    def notices(self, row: AssessmentResult, user: Any) -> Iterable[Notice]:
        if row.assessment.state != AssessmentList.State.PUBLISHED:
            yield Notice("试算的结果，还没有公布，可能再变。", "waiting")


def results_of_village(village: Any, user: Any) -> Iterable[Related]:
    """How a village and its cadres came out, under its page; nothing where there is nothing."""
    if not user.can(VIEW):
        return
    register = register_of("assessment-results")
    rows = register.rows(user).filter(village=village)
    if rows.exists():
        yield Related(
            "考核结果", register.slug, rows.order_by("-assessment__year", "-assessment__subject_kind", "rank"),
            ("who", "year", "total", "rank", "class_rank", "grade", "state"), filters={"area": village.pk},
        )  # fmt: skip
