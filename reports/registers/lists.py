"""The register of assessment lists (P24)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left
from django.urls import reverse

from lianjian import areacodes, clock
from members.resolvers import NumberedResolver
from registers import sockets
from registers.pages.parts import Action, Notice, Related, RelatedTable
from registers.pages.present import list_url
from registers.register import Register, register_of
from registers.rows.checker import row_rule
from registers.rows.columns import CellError, Choice, Column, Integer, Money, Reference, Text, Year
from registers.workbooks.values import Tell
from reports.actions.assessments import PUBLISH, faults_of, remove_list, save_list, sums_by_class
from reports.assessing import grades
from reports.assessing.subjects import assessed_by, by_class, items_of
from reports.models import AssessmentList, AssessmentMark
from reports.models.assessments import CLASSES
from reports.workbooks.assessments import RIGHT as EXPORT
from villages.models import Area
from villages.resolvers import AreaResolver

VIEW, CHANGE, GROUP = "assessments.view", "assessments.change", "积分"
TOWN_DIGITS = 9
COUNTIES = AreaResolver(Area.Level.COUNTY, what="县（市、区）")
LISTS = NumberedResolver(AssessmentList, what="考核清单", name="name", where=lambda row: f"{row.area}的")
LIST = Column(
    "assessment", "考核清单", Reference(LISTS, what="考核清单"), required=True, width=28,
    example="乳山市 2026 年村居考核", aliases=("清单",),
)  # fmt: skip
STATE_TONES = {"draft": "waiting", "in_force": "info", "published": "done"}


@dataclass(frozen=True)
class Grades(Text):
    """Grade words with what they begin at and their coefficients, in the one spelling they are kept in."""

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> str | None:
        text = super().parse(raw, unit=unit, tell=tell)
        try:
            return None if text is None else grades.written(grades.read(text))
        except ValueError as error:
            raise CellError(str(error)) from error

    def advice(self) -> str:
        return "等次、最低分、绩效系数，几个等次用分号隔开"


class ListFilters(django_filters.FilterSet):
    year = django_filters.NumberFilter(label="年度", min_value=1980, max_value=2100)
    subject_kind = django_filters.ChoiceFilter(
        label="考核对象", choices=AssessmentList.Kind.choices, empty_label="全部"
    )
    state = django_filters.ChoiceFilter(label="状态", choices=AssessmentList.State.choices, empty_label="全部")


@row_rule("subject_kind", "base_pay", "village_share")
def pays_cadres(values: Mapping[str, Any], context: Any) -> Iterable[tuple[str, str, str]]:
    """Villages are paid nothing; a cadre's pay has a base, and his village a share in his result."""
    of_cadres = values["subject_kind"] == AssessmentList.Kind.CADRE
    for field in ("base_pay", "village_share"):
        if of_cadres and values[field] is None:
            yield field, "没有填", "考核村干部的清单要填"
        elif not of_cadres and values[field] is not None:
            yield field, f"填了“{values[field]}”", "考核村居的清单不填这一项"


class ListRegister(Register):
    """考核清单: one for villages and one for cadres, a county and year."""

    model = AssessmentList
    slug = "assessment-lists"
    title = "考核清单"
    group = GROUP
    menu_order = 96
    icon = "clipboard-list"
    columns = (
        Column("name", "名称", Text(80), required=True, width=28, example="乳山市 2026 年村居考核"),
        Column(
            "area_code", "县（市、区）", Reference(COUNTIES, what="县（市、区）"), required=True, width=14,
            example="乳山市", aliases=("县", "区划"),
        ),
        Column("year", "年度", Year(), required=True, width=8, example="2026"),
        Column(
            "subject_kind", "考核对象", Choice(AssessmentList.Kind.choices), required=True, width=10, example="村居",
            help="村居、村干部各一份；村干部的结果里有本村的结果",
        ),
        Column("state", "状态", Choice(AssessmentList.State.choices), readonly=True, width=10),
        Column(
            "grades", "等次", Grades(200), required=True, width=40, example=grades.USUAL,
            help="等次、最低分、绩效系数，从高到低，用分号隔开；最后一个从 0 分起",
        ),
        Column(
            "top_quota", "最高等次名额", Integer(1, 100), unit="%", width=12, example="20",
            help="占参评数的百分之几，向下取整；不限的留空",
        ),
        Column(
            "base_pay", "绩效基数", Money(), unit="元", example="12000",
            help="村干部一年的绩效基数，乘绩效系数得绩效报酬；村居的清单不填",
        ),
        Column(
            "village_share", "村居结果占比", Integer(0, 100), unit="%", width=12, example="40",
            help="村干部总分里本村结果占百分之几；村居的清单不填",
        ),
        Column("note", "说明", Text(200), width=30),
    )  # fmt: skip
    sources = {"area_code": "area"}
    list_columns = ("name", "year", "subject_kind", "state", "grades", "top_quota")
    main_columns = ("name", "subject_kind", "state")
    filterset_class = ListFilters
    primary_filters = ("q", "year", "subject_kind", "state")
    search_fields = ("name", "note")
    ordering = ("-year", "area_id", "subject_kind")
    ordering_fields = ("name", "year")
    natural_key = ("area_code", "year", "subject_kind")
    select_related = ("area",)
    view_right = VIEW
    change_right = CHANGE
    row_rules = (pays_cadres,)
    bulk_fields = None
    status_field = "state"
    tones = {"state": STATE_TONES}
    key_fields = ("year", "subject_kind", "area_code")
    form_groups = (
        ("考核清单", ("name", "area_code", "year", "subject_kind", "note")),
        ("等次与绩效", ("grades", "top_quota", "base_pay", "village_share")),
    )
    views = {"detail": "reports.views.assessments.ListFace"}
    more_views = {
        step: (f"<str:key>/{step}/", f"reports.views.assessments.{face}")
        for step, face in (
            ("put-in-force", "PutInForceFace"),
            ("withdraw", "WithdrawFace"),
            ("try-out", "TryOutFace"),
            ("publish", "PublishFace"),
            ("workbook", "WorkbookFace"),
        )
    }
    empty_text = "还没有考核清单。先建一份草稿，录入项目，各类村的满分合计都是 100 分就可以启用评分。"

    def save(self, *, by: Any, values: dict[str, Any], row: AssessmentList | None) -> AssessmentList:
        facts = {} if row is None else {name: getattr(row, self.source(name)) for name in _LIST_FACTS}
        facts |= values
        return save_list(
            by=by, assessment=row, area=facts["area_code"], year=facts["year"], subject_kind=facts["subject_kind"],
            name=facts["name"], grades_text=facts["grades"], top_quota=facts.get("top_quota"),
            base_pay=facts.get("base_pay"), village_share=facts.get("village_share"), note=facts.get("note") or "",
        )  # fmt: skip

    def delete(self, *, by: Any, row: AssessmentList) -> None:
        remove_list(by=by, assessment=row)

    def is_deletable(self, row: AssessmentList) -> bool:
        return row.state == AssessmentList.State.DRAFT

    def changeable(self, user: Any) -> QuerySet:
        """What is published has no form any more."""
        return super().changeable(user).exclude(state=AssessmentList.State.PUBLISHED)

    def defaults(self, user: Any) -> Mapping[str, Any]:
        counties = [low for low, _ in user.scope_for(CHANGE).ranges if areacodes.level_of(low) == "county"]
        county = sockets.area_names.ask(counties).get(counties[0], "") if len(counties) == 1 else ""
        return {"area_code": county, "year": str(clock.today().year), "grades": grades.USUAL}

    def hint_of(self, row: AssessmentList) -> str:
        return f"{row.area}　{row.get_subject_kind_display()}"

    def related(self, row: AssessmentList, user: Any) -> Iterable[Related | RelatedTable]:
        mine = {"assessment": row.pk}
        items = register_of("assessment-items").rows(user).filter(assessment=row).order_by("number")
        draft = row.state == AssessmentList.State.DRAFT
        yield Related(
            "项目", "assessment-items", items, ("name", "category", "source", "criteria"), filters=mine,
            initial=mine if draft else None, empty="还没有项目，可以整块粘贴。",
            paste=True,
        )  # fmt: skip
        yield _classes(row)
        if row.state == AssessmentList.State.IN_FORCE and user.can(AssessmentMark.view_right):
            yield _progress(row, user)
        results = register_of("assessment-results").rows(user).filter(assessment=row).order_by("rank", "pk")
        if not draft:
            columns = ("who", "village", "planning_class", "total", "rank", "grade")
            yield Related(
                "结果", "assessment-results", results, columns, filters=mine,
                empty="还没有试算。" if row.tried_at is None else "您的范围内没有结果。",
            )  # fmt: skip

    def actions(self, row: AssessmentList, user: Any) -> Iterable[Action]:
        def at(step: str) -> str:
            return reverse(self.url_name(step), args=[self.key_of(row)])

        mine = row.is_changeable_by(user)
        if row.state == AssessmentList.State.DRAFT and mine:
            yield Action(
                "启用", at("put-in-force"), method="post", tone="primary", icon="check",
                confirm="启用以后各镇街就可以评分，项目不能再改。现在启用吗？",
                disabled="；".join(faults_of(items_of(row))),
            )  # fmt: skip
        if row.state == AssessmentList.State.IN_FORCE:
            if user.can(AssessmentMark.change_right):
                grid = reverse(register_of("assessment-marks").url_name("grid"))
                yield Action("评分", f"{grid}?assessment={row.pk}", tone="" if mine else "primary", icon="table")
            if mine:
                yield Action("试算", at("try-out"), method="post", tone="primary", icon="calculator")
                yield Action("退回草稿", at("withdraw"), method="post", confirm=_WITHDRAW, icon="rotate")
            if row.is_changeable_by(user, PUBLISH):
                yield Action(
                    "公布", at("publish"), method="post", icon="speakerphone",
                    confirm="公布以后评分和结果都不能再改，各村看得到自己的结果。现在公布吗？",
                    disabled="" if row.tried_at else "请先试算，看过结果再公布",
                )  # fmt: skip
        results = register_of("assessment-results").rows(user).filter(assessment=row)
        if row.tried_at and user.can(EXPORT) and results.exists():
            tone = "primary" if row.state == AssessmentList.State.PUBLISHED else ""
            yield Action("绩效考核表", at("workbook"), method="post", tone=tone, icon="file-spreadsheet")

    def notices(self, row: AssessmentList, user: Any) -> Iterable[Notice]:
        if row.state == AssessmentList.State.DRAFT:
            faults = faults_of(items_of(row))
            yield Notice(f"草稿。{'；'.join(faults)}。" if faults else "草稿，可以启用了。", "waiting")
        elif row.state == AssessmentList.State.IN_FORCE:
            if row.tried_at is None:
                yield Notice("评分中，还没有试算。", "waiting")
            else:
                yield Notice(f"评分中。最近试算：{row.tried_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}。", "waiting")


_LIST_FACTS = (
    "area_code", "year", "subject_kind", "name", "grades", "top_quota", "base_pay", "village_share", "note",
)  # fmt: skip
_WITHDRAW = "退回草稿以后可以改项目；已评的分保留，试算的结果清掉。现在退回吗？"


def _head(key: str, heading: str, *, css: str = "num", unit: str = "", main: bool = True) -> dict[str, Any]:
    return {"key": key, "heading": heading, "unit": unit, "css": css, "main": main, "meaning": ""}


def _row(heads: Sequence[Mapping[str, Any]], texts: Sequence[str], url: str = "") -> dict[str, Any]:
    cells = [
        {"text": text, "css": head["css"], "tone": "", "column": head} for text, head in zip(texts, heads, strict=True)
    ]
    return {"url": url, "cells": cells}


def _classes(row: AssessmentList) -> RelatedTable:
    """Each class with the sum of its full marks and how many are measured so."""
    items = items_of(row)
    counts = by_class(assessed_by(row, items))
    sums = sums_by_class(items)
    unit = "人" if row.is_of_cadres else "个"
    heads = [
        _head("class", "村庄分类", css="name"), _head("items", "项目", unit="项"), _head("full", "满分合计", unit="分"),
        _head("count", "参评", unit=unit),
    ]  # fmt: skip
    rows = [
        _row(heads, [
            label, str(sum(1 for item in items if item.full_for(code))), grades.plain(sums[code]),
            f"{counts.get(code, 0):,}",
        ])
        for code, label in CLASSES if code in sums
    ]  # fmt: skip
    return RelatedTable("分类", heads, rows, empty="填了满分的类别列在这里。", count=f"{len(rows)} 类" if rows else "")


def _progress(row: AssessmentList, user: Any) -> RelatedTable:
    """By town: how many marks are due, typed, and still open."""
    marks = AssessmentMark.objects.visible_to(user).filter(assessment=row).order_by()
    counts = (
        marks.annotate(town=Left("village_id", TOWN_DIGITS))
        .values("town")
        .annotate(due=Count("pk"), typed=Count("pk", filter=Q(marks__isnull=False)))
        .order_by("town")
    )
    found = list(counts)
    names = sockets.area_names.ask([one["town"] for one in found]) if found else {}
    register = register_of("assessment-marks")
    heads = [
        _head("town", "镇街", css="name"), _head("due", "应评", unit="项", main=False),
        _head("typed", "已评", unit="项"), _head("open", "未评", unit="项"),
    ]  # fmt: skip
    rows = []
    for one in found:
        left = one["due"] - one["typed"]
        url = list_url(register, assessment=row.pk, area=one["town"], typed="no" if left else "yes")
        numbers = (one["due"], one["typed"], left)
        rows.append(_row(heads, [names.get(one["town"], one["town"]), *(f"{number:,}" for number in numbers)], url))
    open_marks = sum(one["due"] - one["typed"] for one in found)
    return RelatedTable(
        "评分进度", heads, rows, all_url=list_url(register, assessment=row.pk), empty="没有要评分的项目。",
        count=f"还有 {open_marks:,} 项没有评" if open_marks else "",
    )  # fmt: skip
