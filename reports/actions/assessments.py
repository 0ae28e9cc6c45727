"""Assessment of villages and cadres (P24): lists and items, in force and back, marks, trial, publication."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from lianjian import areacodes, clock
from members.access import require_target
from members.points.forbidden import refusal
from registers.errors import Invalid, WrongState
from registers.saving import each, write
from reports import indicators
from reports.assessing import grades
from reports.assessing.computing import Computed, compute, told
from reports.assessing.subjects import assessed_by, items_of, prepare_marks
from reports.models import AssessmentItem, AssessmentList, AssessmentMark, AssessmentResult
from reports.models.assessments import CLASSES
from villages.models import Area

CHANGE, PUBLISH, MARK = "assessments.change", "assessments.publish", "marks.change"
WHOLE = Decimal(100)
Item = tuple[Mapping[str, Any], Any | None]
State = AssessmentList.State


@transaction.atomic
def save_list(
    *,
    by: Any,
    assessment: AssessmentList | None = None,
    area: Area,
    year: int,
    subject_kind: str,
    name: str,
    grades_text: str,
    top_quota: int | None = None,
    base_pay: Decimal | None = None,
    village_share: int | None = None,
    note: str = "",
) -> AssessmentList:
    """Enter a draft or change it; of a list in force only name and note.

    Raises Invalid for a place that is no county or out of reach, for grades or a name that may not be, and for what
    belongs to the other kind of list; WrongState for one in force.
    """
    require_target(by=by, right=CHANGE, code=area.pk, field="area_code", what="县（市、区）")
    if areacodes.level_of(area.pk) != "county":
        raise Invalid("考核清单由县（市、区）定，请填县（市、区）", field="area_code")
    if refused := refusal(name):
        raise Invalid(refused, field="name")
    try:
        grades_text = grades.written(grades.read(grades_text))
    except ValueError as error:
        raise Invalid(str(error), field="grades") from error
    row = assessment or AssessmentList()
    facts = {
        "area": area, "year": year, "subject_kind": subject_kind, "grades": grades_text, "top_quota": top_quota,
        "base_pay": base_pay, "village_share": village_share,
    }  # fmt: skip
    if row.state != State.DRAFT and any(getattr(row, key) != value for key, value in facts.items()):
        raise WrongState("考核清单已经启用，只能改名称和说明；要改其他的请先退回草稿")
    for key, value in (facts | {"name": name, "note": note}).items():
        setattr(row, key, value)
    row.save()
    return row


@transaction.atomic
def remove_list(*, by: Any, assessment: AssessmentList) -> None:
    """Drop a draft with its items. Raises WrongState for one in force, and where marks were typed by it once."""
    row = _locked(by, assessment, CHANGE)
    if row.state != State.DRAFT:
        raise WrongState("考核清单已经启用，不能删除；要删请先退回草稿")
    if _marks(row).exists():
        raise WrongState("按这份清单评过分，要留着备查，不能删除")
    AssessmentItem.objects.unscoped("of a list that was checked").filter(assessment=row).delete()
    row.delete()


@transaction.atomic
def save_items(*, by: Any, items: Sequence[Item]) -> list[AssessmentItem]:
    """Enter or change items of drafts; facts by model field.

    Raises ItemErrors: a list in force or out of reach, what may not be assessed (P24), a measure that does not fit.
    """
    made: list[AssessmentItem] = []
    for facts, before in items:
        row = before or AssessmentItem()
        was = row.assessment if before else None
        for name, value in facts.items():
            setattr(row, name, "" if value is None and name in _TEXTS else value)
        row.source = row.source or AssessmentItem.Source.TYPED
        made.append(row)
        if was is not None and was != row.assessment and was.state != State.DRAFT:
            row.assessment = was  # so that the check below speaks of it
    each(made, lambda row: _check_item(by, row))
    write(made)
    return made


_TEXTS = ("criteria", "indicator", "source")


def _check_item(by: Any, row: AssessmentItem) -> None:
    assessment = row.assessment
    require_target(by=by, right=CHANGE, code=assessment.area_id, field="assessment", what="考核清单")
    if assessment.state != State.DRAFT:
        raise WrongState("考核清单已经启用，项目不能再改，要改请先退回草稿", field="assessment")
    measured = row.source == AssessmentItem.Source.INDICATOR
    spoken = {"category": row.category, "name": row.name, "criteria": row.criteria}
    if measured and row.indicator:
        spoken["indicator"] = indicators.indicator(row.indicator).name
    for field, text in spoken.items():
        if refused := refusal(text):
            raise Invalid(refused, field=field)
    if row.source == AssessmentItem.Source.REVIEW and not assessment.is_of_cadres:
        raise Invalid("评约评的是人，只有村干部的清单可以按评约结果计分", field="source")
    if not any(row.full_for(code) for code, _ in CLASSES):
        raise Invalid("五类村的满分都没有填，至少填一类", field="points_gathering")


def sums_by_class(items: Sequence[AssessmentItem]) -> dict[str, Decimal]:
    """The full marks of each class together; classes that no item measures are left out."""
    sums = {code: sum((item.full_for(code) or Decimal(0) for item in items), Decimal(0)) for code, _ in CLASSES}
    return {code: total for code, total in sums.items() if total}


def faults_of(items: Sequence[AssessmentItem]) -> list[str]:
    """Why a list with these items cannot be put in force yet."""
    if not items:
        return ["清单里还没有项目"]
    names = dict(CLASSES)
    return [
        f"{names[code]}的满分合计 {grades.plain(total)} 分，应为 100 分"
        for code, total in sums_by_class(items).items()
        if total != WHOLE
    ]


@transaction.atomic
def put_in_force(*, by: Any, assessment: AssessmentList) -> AssessmentList:
    """From now on marks are typed, one row for each item and each whom it measures.

    Raises WrongState where the full marks of a class are not 100 in all, or nobody would be assessed.
    """
    row = _locked(by, assessment, CHANGE)
    if row.state != State.DRAFT:
        raise WrongState("这份清单已经启用")
    items = items_of(row)
    if faults := faults_of(items):
        raise WrongState("；".join(faults))
    if not assessed_by(row, items):
        raise WrongState("没有人会按这份清单考核：请先给村居填村庄分类，或在“暂未分类”一栏填满分")
    row.state = State.IN_FORCE
    row.save(update_fields=["state", "updated_at"])
    prepare_marks(row)
    return row


@transaction.atomic
def withdraw(*, by: Any, assessment: AssessmentList) -> AssessmentList:
    """Back to a draft, to mend its items; typed marks stay, the trial goes. Raises WrongState once published."""
    row = _locked(by, assessment, CHANGE)
    if row.state != State.IN_FORCE:
        raise WrongState("只有已启用、还没有公布的清单可以退回草稿")
    _results(row).delete()
    _marks(row).filter(marks__isnull=True).delete()
    row.state, row.tried_at = State.DRAFT, None
    row.save(update_fields=["state", "tried_at", "updated_at"])
    return row


# -- marks


@transaction.atomic
def save_marks(*, by: Any, items: Sequence[Item]) -> list[AssessmentMark]:
    """Type marks, or take them out again; facts: marks, note. Who typed and when is kept.

    Raises ItemErrors: more than the full marks, a list not in force, a village out of reach, a note on what is never
    assessed (P24).
    """
    made: list[AssessmentMark] = []
    for facts, before in items:
        if before is None:
            raise Invalid("没有这个评分编号，请导出评分表，在里面填得分", field="code")
        if "marks" in facts and facts["marks"] != before.marks:
            before.marks = facts["marks"]
            before.typed_by = by if before.marks is not None else None
            before.typed_at = clock.now() if before.marks is not None else None
        if "note" in facts:
            before.note = facts["note"] or ""
        made.append(before)
    each(made, lambda row: _check_mark(by, row))
    write(made)
    return made


def _check_mark(by: Any, row: AssessmentMark) -> None:
    require_target(by=by, right=MARK, code=row.village_id, field="code", what="评分编号")
    if row.assessment.state != State.IN_FORCE:
        raise WrongState("这份清单不在评分中，得分不能再改")
    if row.marks is not None and not 0 <= row.marks <= row.full:
        raise Invalid(f"填了 {grades.plain(row.marks)} 分，这一项满分 {grades.plain(row.full)} 分", field="marks")
    if refused := refusal(row.note):
        raise Invalid(refused, field="note")


# -- trial and publication


@transaction.atomic
def try_out(*, by: Any, assessment: AssessmentList) -> Computed:
    """Work everything out anew and keep it as the trial. Raises WrongState for a list that is not in force."""
    row = _locked(by, assessment, CHANGE)
    if row.state != State.IN_FORCE:
        raise WrongState("只有已启用、还没有公布的清单可以试算")
    prepare_marks(row)
    computed = compute(row)
    _results(row).delete()
    AssessmentResult.objects.bulk_create(computed.results, batch_size=1000)
    row.tried_at = clock.now()
    row.save(update_fields=["tried_at", "updated_at"])
    return computed


@transaction.atomic
def publish(*, by: Any, assessment: AssessmentList) -> AssessmentList:
    """Make the trial final: exactly what was looked at, or nothing.

    Raises WrongState without a trial, with marks still to be typed, where anything changed since the trial, and for
    cadres before the result of their villages is published.
    """
    row = _locked(by, assessment, PUBLISH)
    stored = {(one.village_id, one.person_id): told(one) for one in _results(row)}
    if row.state != State.IN_FORCE or not stored:
        raise WrongState("请先启用清单并试算，看过结果再公布")
    if row.is_of_cadres and not _village_list_is_published(row):
        raise WrongState("村干部的结果里有村居的结果，请先公布本年的村居考核")
    computed = compute(row)
    if computed.missing:
        raise WrongState(f"还有 {computed.missing} 项没有评分，评完再公布")
    if stored != {(one.village_id, one.person_id): told(one) for one in computed.results}:
        raise WrongState("试算以后评分或数据有变化，请重新试算，看过结果再公布")
    row.state, row.published_at, row.published_by = State.PUBLISHED, clock.now(), by
    row.save(update_fields=["state", "published_at", "published_by", "updated_at"])
    return row


def _village_list_is_published(assessment: AssessmentList) -> bool:
    lists = AssessmentList.objects.unscoped("of the same county, which was checked")
    return lists.filter(
        area=assessment.area_id, year=assessment.year, subject_kind=AssessmentList.Kind.VILLAGE, state=State.PUBLISHED
    ).exists()


def _locked(by: Any, assessment: AssessmentList, right: str) -> AssessmentList:
    require_target(by=by, right=right, code=assessment.area_id, field="area_code", what="县（市、区）")
    found: AssessmentList = (
        AssessmentList.objects.unscoped("checked above").select_for_update(of=("self",)).get(pk=assessment.pk)
    )
    return found


def _marks(assessment: AssessmentList) -> Any:
    return AssessmentMark.objects.unscoped("of a list that was checked").filter(assessment=assessment)


def _results(assessment: AssessmentList) -> Any:
    return AssessmentResult.objects.unscoped("of a list that was checked").filter(assessment=assessment)


__all__ = [
    "faults_of", "publish", "put_in_force", "remove_list", "save_items", "save_list", "save_marks",
    "sums_by_class", "try_out", "withdraw",
]  # fmt: skip
