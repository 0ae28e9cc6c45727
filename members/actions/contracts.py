"""Signing duty lists (签约), one or many at once, and the results of a review (评约) of those who signed (P22)."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from lianjian import areacodes, clock
from members.access import require_target
from members.models import DutyContract, DutyList, DutyResult, Subject
from members.points.forbidden import refusal
from registers.errors import Invalid, ItemErrors, WrongState
from registers.saving import each, write

RIGHT = "duties.change"
Item = tuple[Mapping[str, Any], Any | None]


@transaction.atomic
def save_contracts(*, by: Any, items: Sequence[Item]) -> list[DutyContract]:
    """Enter or change contracts; facts: duty_list, member_no (a Subject), signed_on, note.

    Raises ItemErrors: a draft, another kind of subject, another place, a day before the list began or to come.
    """
    made: list[DutyContract] = []
    for facts, before in items:
        row = before or DutyContract()
        subject = facts.get("member_no") or row.subject
        row.duty_list = facts.get("duty_list") or row.duty_list
        if before is None or subject.pk != row.subject_id:
            row.subject, row.village_id = subject, subject.village_id
        row.signed_on = facts.get("signed_on") or row.signed_on
        row.note = (facts["note"] or "") if "note" in facts else row.note
        made.append(row)
    each(made, lambda row: _check_contract(by, row))
    write(made)
    return made


def _check_contract(by: Any, row: DutyContract) -> None:
    duty_list, subject = row.duty_list, row.subject
    require_target(by=by, right=RIGHT, code=row.village_id, field="member_no", what="积分对象")
    if duty_list.state != DutyList.State.IN_FORCE:
        raise WrongState(f"“{duty_list}”还没有启用，启用后再签约", field="duty_list")
    if subject.kind != duty_list.subject_kind:
        wanted = duty_list.get_subject_kind_display()
        raise Invalid(
            f"“{duty_list}”是{wanted}签的，“{subject.name}”（{subject.number}）是{subject.get_kind_display()}，"
            f"请填{wanted}的编号", field="member_no",
        )  # fmt: skip
    if not row.village_id.startswith(duty_list.area_id):
        raise Invalid(f"“{subject.name}”不在这份清单的村居或镇街，请核对", field="member_no")
    if not duty_list.valid_from <= row.signed_on <= clock.today():
        raise Invalid(f"签约日期应在 {duty_list.valid_from} 至今天之间", field="signed_on")


def unsigned(user: Any, duty_list: DutyList) -> QuerySet[Subject]:
    """Active subjects of the list's kind and place, within the user's reach, who have not signed this version."""
    signed = DutyContract.objects.unscoped("whether they signed, of subjects that are scoped").filter(
        duty_list=duty_list
    )
    return (
        bound(user, duty_list).exclude(pk__in=signed.values("subject_id")).select_related("village").order_by("number")
    )


def bound(user: Any, duty_list: DutyList) -> QuerySet[Subject]:
    """All whom the list is for, within the user's reach."""
    low, high = areacodes.subtree(duty_list.area_id)
    rows = Subject.objects.within(user.scope_for("duties.view"), "whom a duty list is for")
    return rows.filter(village_id__gte=low, village_id__lt=high, kind=duty_list.subject_kind, is_active=True)


@transaction.atomic
def sign_many(*, by: Any, duty_list: DutyList, subjects: Iterable[int], signed_on: dt.date) -> int:
    """Let those of the chosen who have not signed do so on one day; returns how many. Who has signed is passed over.

    Raises Invalid, WrongState as for a single contract.
    """
    chosen = unsigned(by, duty_list).filter(pk__in=set(subjects))
    items = [({"duty_list": duty_list, "member_no": one, "signed_on": signed_on}, None) for one in chosen]
    try:
        return len(save_contracts(by=by, items=items))
    except ItemErrors as errors:
        raise next(iter(errors.errors.values())) from errors


# -- results of a review


@transaction.atomic
def save_results(*, by: Any, items: Sequence[Item]) -> list[DutyResult]:
    """Enter or change results; facts: review, member_no (a Subject), result, note. One query for all who signed.

    Raises ItemErrors: one who did not sign the version or lives elsewhere, and a note on what is never scored (P24).
    """
    made: list[DutyResult] = []
    for facts, before in items:
        row = before or DutyResult()
        row.review = facts.get("review") or row.review
        row.subject = facts.get("member_no") or row.subject
        row.result = facts.get("result") or row.result
        row.note = (facts["note"] or "") if "note" in facts else row.note
        made.append(row)
    signed = set(
        DutyContract.objects.unscoped("whether they signed, of a review within reach")
        .filter(duty_list__in={row.review.duty_list_id for row in made}, subject__in={row.subject_id for row in made})
        .values_list("duty_list_id", "subject_id", "village_id")
    )
    each(made, lambda row: _check_result(by, row, signed))
    write(made)
    return made


def _check_result(by: Any, row: DutyResult, signed: set[tuple[int, int, str]]) -> None:
    review = row.review
    require_target(by=by, right=RIGHT, code=review.village_id, field="review", what="评约")
    if (review.duty_list_id, row.subject_id, review.village_id) not in signed:
        raise Invalid(f"“{row.subject.name}”没有在这个村签过“{review.duty_list}”，先登记签约再评约", field="member_no")
    if refused := refusal(row.note):
        raise Invalid(refused, field="note")


__all__ = ["bound", "save_contracts", "save_results", "sign_many", "unsigned"]
