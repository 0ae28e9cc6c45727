"""The register of the items of an assessment list (P24)."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal as Number
from typing import Any

import django_filters

from members.points.forbidden import refusal
from registers.register import Register
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Decimal, Integer, Text
from reports import indicators
from reports.actions.assessments import save_items
from reports.indicators import Adds
from reports.models import AssessmentItem
from reports.models.assessments import CLASSES, points_name
from reports.registers.lists import CHANGE, GROUP, LIST, VIEW

# Only what every village has a figure of its own for; what is counted once in several places is nobody's.
MEASURES = [one for one in indicators.indicators() if not one.source.of_towns and one.adds is not Adds.DISTINCT]


def _may_be_assessed(field: str) -> Any:
    """No petitions, religion, donations and their like (P24); one rule a column, so that each speaks by itself."""

    @row_rule(field)
    def may_be_assessed(values: Mapping[str, Any], context: Any) -> Iterable[tuple[str, str]]:
        if refused := refusal(values[field] or ""):
            yield field, refused

    return may_be_assessed


@row_rule("source", "indicator", "zero_at", "full_at")
def has_its_measure(values: Mapping[str, Any], context: Any) -> Iterable[tuple[str, str, str]]:
    """An indicator comes with the values that give none and all of the marks; other items with none of the three."""
    measured = values["source"] == AssessmentItem.Source.INDICATOR
    for field in ("indicator", "zero_at", "full_at"):
        if measured and values[field] is None:
            yield field, "没有填", "计分方式是“指标”的要填"
        elif not measured and values[field] is not None:
            yield field, f"填了“{values[field]}”", "只有计分方式是“指标”的才填，请清空"
    if measured and values["zero_at"] is not None and values["zero_at"] == values["full_at"]:
        yield "full_at", f"填了“{values['full_at']}”，与得零分的值相同", "两个值要不同，中间按比例计分"


class ItemFilters(django_filters.FilterSet):
    assessment = django_filters.NumberFilter(label="清单编号", min_value=1, max_value=2**63 - 1)
    source = django_filters.ChoiceFilter(label="计分方式", choices=AssessmentItem.Source.choices, empty_label="全部")


_MARKS = Decimal(2, Number("0.01"), 100)


class ItemRegister(Register):
    """What a list measures: paste the items while it is a draft."""

    model = AssessmentItem
    slug = "assessment-items"
    title = "考核项目"
    group = GROUP
    menu_order = 97
    icon = "checklist"
    columns = (
        LIST,
        Column("number", "项次", Integer(1, 999), required=True, width=8, example="1"),
        Column("category", "类别", Text(20), required=True, width=14, example="集体经济"),
        Column("name", "项目", Text(40), required=True, width=24, example="集体经营性收入", aliases=("考核项目",)),
        Column("criteria", "评分标准", Text(200), width=36, example="村内道路、沟渠、广场无垃圾，发现一处扣 1 分"),
        Column(
            "source", "计分方式", Choice(AssessmentItem.Source.choices), required=True, example="指标",
            help="评分由镇街填；指标从看板的指标里取；评约结果只用于村干部，没有评约的由镇街评分",
        ),
        Column(
            "indicator", "指标", Choice([(one.code, f"{one.name}（{one.unit}）") for one in MEASURES]), width=24,
            example="集体经营性收入（元）", help="按指标计分的才填；取本村本年的数",
        ),
        Column("zero_at", "得零分的值", Decimal(2, None, None), width=14, example="20000", help="按指标的单位填"),
        Column(
            "full_at", "得满分的值", Decimal(2, None, None), width=14, example="100000",
            help="按指标的单位填，中间按比例计分；比得零分的值小，就是越少越好",
        ),
        *(Column(points_name(code), label, _MARKS, unit="分", example="20", help=f"{label}的满分；不考核的留空")
          for code, label in CLASSES),
    )  # fmt: skip
    list_columns = ("name", "number", "category", "source", *(points_name(code) for code, _ in CLASSES), "assessment")
    main_columns = ("name", "category", "source")
    filterset_class = ItemFilters
    primary_filters = ("q", "source")
    search_fields = ("name", "category", "criteria", "assessment__name")
    ordering = ("-assessment_id", "number")
    ordering_fields = ("name", "number")
    natural_key = ("assessment", "number")
    select_related = ("assessment__area",)
    view_right = VIEW
    change_right = CHANGE
    row_rules = (*map(_may_be_assessed, ("category", "name", "criteria")), has_its_measure)
    bulk_fields = ("category",)
    key_fields = ("category", "source", "assessment")
    form_groups = (
        ("项目", ("assessment", "number", "category", "name", "criteria")),
        ("怎样计分", ("source", "indicator", "zero_at", "full_at")),
        ("各类村的满分", tuple(points_name(code) for code, _ in CLASSES)),
    )
    lookups = {"assessment": "assessment-lists"}
    empty_text = "还没有考核项目。先建考核清单，再把项目整块粘贴进来。"

    def title_of(self, row: AssessmentItem) -> str:
        return row.name

    def save(self, *, by: Any, values: dict[str, Any], row: AssessmentItem | None) -> AssessmentItem:
        return save_items(by=by, items=[(values, row)])[0]

    def save_many(self, *, by: Any, items: Iterable[tuple[dict[str, Any], Any | None]]) -> Sequence[Any]:
        return save_items(by=by, items=list(items))
