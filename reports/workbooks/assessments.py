"""《绩效考核表》: who was assessed, marks by category, total, places, grade, coefficient and pay; made as a job."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lianjian import areacodes
from registers.errors import NotFound, WrongState
from registers.jobs import JobRun, job_kind, start_job
from registers.models import Job
from registers.register import register_of
from reports.models import AssessmentList, AssessmentResult
from reports.workbooks.filing import make_file
from reports.workbooks.paper import Form, Head, Row
from villages.models import Area

RIGHT = "reports.view"
JOB_KIND = "reports.assessment"
TITLES = {"village": "村级绩效考核表", "cadre": "村干部绩效考核表"}
NUMBERS = {"village": "联建统 3 表", "cadre": "联建统 4 表"}


def build(user: Any, assessment: AssessmentList) -> Form:
    """The form of what the user may see of the results. Raises WrongState where that is nothing."""
    rows = register_of("assessment-results").rows(user).filter(assessment=assessment)
    results = list(rows.order_by("village_id", "rank", "pk"))
    if not results:
        raise WrongState(f"“{assessment}”还没有结果，请先试算")
    unit = _unit(user, assessment)
    categories = list(dict.fromkeys(line["category"] for one in results for line in one.lines))
    trial = "" if assessment.state == AssessmentList.State.PUBLISHED else "（试算）"
    title = TITLES[assessment.subject_kind]
    return Form(
        title=f"{unit}{assessment.year}年{title}{trial}",
        name=title,
        number=NUMBERS[assessment.subject_kind],
        unit=unit,
        period=f"{assessment.year}年",
        measure="分、元" if assessment.is_of_cadres else "分",
        heads=_heads(assessment, categories),
        rows=_rows(assessment, results, categories),
        notes=[_note(assessment, results)],
    )


def _unit(user: Any, assessment: AssessmentList) -> str:
    """The county where the user sees all of it, else his town or village."""
    scope = user.scope_for(AssessmentResult.view_right)
    if scope.covers(assessment.area_id):
        return assessment.area.name
    low, high = areacodes.subtree(assessment.area_id)
    mine = sorted(code for code, _ in scope.ranges if low <= code < high)
    names = Area.objects.within(scope, "the owner's own places").filter(pk__in=mine).order_by("pk")
    return "、".join(names.values_list("name", flat=True)) or assessment.area.name


def _heads(assessment: AssessmentList, categories: Sequence[str]) -> tuple[Head, ...]:
    def marks(text: str) -> Head:
        return Head(text, digits=2, width=10)

    people = (Head("姓名", width=10), Head("职务", width=12)) if assessment.is_of_cadres else ()
    share = assessment.village_share or 0
    sums = (
        (marks("本人合计"), marks("村居得分"), Head(f"总分（本人 {100 - share}%、村居 {share}%）", digits=2, width=12))
        if assessment.is_of_cadres
        else (marks("总分"),)
    )
    result = (Head("等次", width=9), Head("绩效系数", digits=2, width=9))
    pay = (Head("绩效报酬（元）", digits=2, width=13),) if assessment.is_of_cadres else ()
    return (
        Head("序号", width=6), Head("镇街", width=12), Head("村居", width=12), *people, Head("村庄分类", width=12),
        Head("得分（分）", (*(marks(name) for name in categories), *sums)),
        Head("名次", (Head("全县", digits=0, width=8), Head("同类", digits=0, width=8))),
        Head("结果", (*result, *pay)),
    )  # fmt: skip


def _rows(
    assessment: AssessmentList, results: Sequence[AssessmentResult], categories: Sequence[str]
) -> list[Row]:  # fmt: skip
    rows = [
        Row([
            number, str(one.village.area.parent or ""), one.village.name,
            *((one.who, one.office) if assessment.is_of_cadres else ()),
            one.get_planning_class_display() or "暂未分类",
            *_marks(one, categories), *_sums(assessment, one), one.rank, one.class_rank, one.grade, one.coefficient,
            *((one.pay,) if assessment.is_of_cadres else ()),
        ])
        for number, one in enumerate(results, 1)
    ]  # fmt: skip
    count = len(results)
    means = [
        _mean([row.values[at] for row in rows])
        for at in range(_first_marks(assessment), _first_marks(assessment) + len(categories) + _sum_count(assessment))
    ]
    pay = [sum((one.pay or Decimal(0) for one in results), Decimal(0))] if assessment.is_of_cadres else []
    who = [f"{count} 人", ""] if assessment.is_of_cadres else []
    places = "" if assessment.is_of_cadres else f"{count} 个"
    total = ["", "合计（平均分）", places, *who, "", *means, "", "", "", "", *pay]
    return [*rows, Row(total, bold=True)]


def _first_marks(assessment: AssessmentList) -> int:
    return 6 if assessment.is_of_cadres else 4


def _sum_count(assessment: AssessmentList) -> int:
    return 3 if assessment.is_of_cadres else 1


def _marks(one: AssessmentResult, categories: Sequence[str]) -> list[Decimal | str]:
    """By category; empty where no item of it applies to the class."""
    sums: dict[str, Decimal] = {}
    for line in one.lines:
        sums[line["category"]] = sums.get(line["category"], Decimal(0)) + Decimal(line["marks"])
    return [sums.get(name, "") for name in categories]


def _sums(assessment: AssessmentList, one: AssessmentResult) -> list[Decimal | None]:
    return [one.own, one.village_total, one.total] if assessment.is_of_cadres else [one.total]


def _mean(values: Sequence[Any]) -> Decimal | str:
    """Of those that have marks there; half up to two decimals."""
    found = [value for value in values if isinstance(value, Decimal)]
    return (sum(found, Decimal(0)) / len(found)).quantize(Decimal("0.01"), ROUND_HALF_UP) if found else ""


def _note(assessment: AssessmentList, results: Sequence[AssessmentResult]) -> str:
    first = results[0]
    note = (
        f"注：按《{assessment}》考核，满分 100 分，全县参评 {first.rank_of} {'人' if assessment.is_of_cadres else '个'}"
    )
    note += f"；等次、最低分、绩效系数：{assessment.grades}"
    if assessment.top_quota:
        note += f"；最高等次不超过参评数的 {assessment.top_quota}%"
    if assessment.base_pay is not None:
        note += f"；绩效报酬＝绩效基数 {assessment.base_pay:,.2f} 元×绩效系数"
    return f"{note}。合计行的得分为平均分。"


def start(*, by: Any, assessment: AssessmentList) -> Job:
    """Start making the workbook of a list that the user may see. Raises WrongState where there is nothing to tell."""
    if not register_of("assessment-results").rows(by).filter(assessment=assessment).exists():
        raise WrongState(f"“{assessment}”还没有结果，请先试算")
    title = f"{assessment.year}年{TITLES[assessment.subject_kind]}"
    return start_job(JOB_KIND, by=by, title=title, assessment=assessment.pk)


@job_kind(JOB_KIND, "生成绩效考核表")
def make_workbook(run: JobRun, *, assessment: int) -> dict[str, Any]:
    """The handler. Raises NotFound where the owner may no longer see the list."""
    lists = AssessmentList.objects.visible_to(run.owner).select_related("area")
    found = lists.filter(pk=assessment).first()
    if found is None or not run.owner.can(RIGHT):
        raise NotFound
    return make_file(run, lambda: build(run.owner, found), lambda form: f"{form.unit}{found.year}{form.name}.xlsx")
