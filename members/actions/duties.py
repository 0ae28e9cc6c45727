"""Duty lists in versions (P22): made, copied to the next version, put in force; their affairs with point items."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from lianjian import areacodes
from lianjian.periods import quarter_of
from members.access import require_target
from members.models import DutyItem, DutyList
from members.points.forbidden import refusal
from members.queries.point_items import ItemBook
from registers.errors import Invalid, WrongState
from registers.saving import each, write
from villages.models import Area

RIGHT = "duties.change"
PLACES = (areacodes.LEVEL_LENGTHS["town"], areacodes.LEVEL_LENGTHS["village"])
_BETWEEN = re.compile(r"[、，,;；/\s]+")
_COPIED = ("number", "name", "responsible", "content", "frequency", "item_codes")

Item = tuple[Mapping[str, Any], Any | None]


@transaction.atomic
def save_list(
    *,
    by: Any,
    duty_list: DutyList | None = None,
    area: Area,
    name: str,
    subject_kind: str,
    valid_from: dt.date,
    note: str = "",
) -> DutyList:
    """Enter a draft, or change it; of a list in force only the note. A new one gets the next number of its place and
    kind. Raises Invalid for a place that is neither village nor town or out of reach, WrongState for one in force.
    """
    require_target(by=by, right=RIGHT, code=area.pk, field="area_code", what="村居或镇街")
    if len(area.pk) not in PLACES:
        raise Invalid("责任清单属于一个村居或镇街，请填村居或镇街", field="area_code")
    row = duty_list or DutyList()
    facts = {"area": area, "name": name, "subject_kind": subject_kind, "valid_from": valid_from}
    if row.state == DutyList.State.IN_FORCE and any(getattr(row, key) != value for key, value in facts.items()):
        raise WrongState("这一版已经启用，只能改说明；要改请另建新版本")
    moved = (row.area_id, row.subject_kind) != (area.pk, subject_kind)
    if not row._state.adding and row.subject_kind != subject_kind and items_of(row).exclude(item_codes="").exists():
        raise WrongState("事项里已有积分项目，换对象前请先清空这些事项的积分项目")
    for key, value in facts.items():
        setattr(row, key, value)
    row.note = note
    if moved:
        row.number = _next_number(area.pk, subject_kind)
    row.save()
    return row


def _next_number(area: str, kind: str) -> int:
    versions = DutyList.objects.unscoped("the place was checked").filter(area_id=area, subject_kind=kind)
    return (versions.aggregate(last=Max("number"))["last"] or 0) + 1


def items_of(duty_list: DutyList) -> QuerySet[DutyItem]:
    """The affairs of a list that the caller has found in the user's scope."""
    return DutyItem.objects.unscoped("of a list found in the user's scope").filter(duty_list=duty_list)


@transaction.atomic
def new_version(*, by: Any, duty_list: DutyList, name: str, valid_from: dt.date) -> DutyList:
    """A draft with the affairs of an earlier version. Raises Invalid for a name that is taken or a day not later."""
    if duty_list.valid_from >= valid_from:
        raise Invalid(f"新版本应在 {duty_list.valid_from} 以后开始", field="valid_from")
    taken = DutyList.objects.unscoped("names of one place").filter(area_id=duty_list.area_id, name=name)
    if taken.exists():
        raise Invalid("这里已有同名的责任清单，请在名称里写明第几版", field="name")
    made = save_list(by=by, area=duty_list.area, name=name, subject_kind=duty_list.subject_kind, valid_from=valid_from)
    items = items_of(duty_list).order_by("number")
    DutyItem.objects.bulk_create(
        DutyItem(duty_list=made, **{name: getattr(item, name) for name in _COPIED}) for item in items
    )
    return made


@transaction.atomic
def put_in_force(*, by: Any, duty_list: DutyList) -> DutyList:
    """From now on the list is signed and does not change. Raises WrongState for an empty or a running one."""
    require_target(by=by, right=RIGHT, code=duty_list.area_id, field="area_code", what="村居或镇街")
    row = DutyList.objects.unscoped("checked above").select_for_update().get(pk=duty_list.pk)
    if row.state == DutyList.State.IN_FORCE:
        raise WrongState("这一版已经启用")
    if not items_of(row).exists():
        raise WrongState("清单里还没有事项，请先录入事项再启用")
    row.state = DutyList.State.IN_FORCE
    row.save(update_fields=["state", "updated_at"])
    return row


@transaction.atomic
def remove_list(*, by: Any, duty_list: DutyList) -> None:
    """Drop a draft with its affairs. Raises WrongState for one in force."""
    if duty_list.state == DutyList.State.IN_FORCE:
        raise WrongState("这一版已经启用，要留着备查，不能删除")
    items_of(duty_list).delete()
    duty_list.delete()


# -- affairs


def tidy_codes(text: str | None) -> str:
    """XF03，XF04 → XF03、XF04: each code once, in the order written."""
    return "、".join(dict.fromkeys(code for code in _BETWEEN.split(text or "") if code))


@transaction.atomic
def save_items(*, by: Any, items: Sequence[Item]) -> list[DutyItem]:
    """Enter or change affairs of drafts; facts by column name. Two queries for all, whatever their number.

    Raises ItemErrors: a list in force or out of reach, what may not be scored (P24), a code the scheme does not have.
    """
    rows = [{**({} if row is None else _standing(row)), **facts} for facts, row in items]
    book = ItemBook.of(areacodes.county_of(row["duty_list"].area_id) for row in rows if row.get("item_codes"))
    befores = [before for _, before in items]
    each(zip(rows, befores, strict=True), lambda one: _check_item(by, one[0], book, one[1]))
    made: list[DutyItem] = []
    for row, before in zip(rows, befores, strict=True):
        item = before or DutyItem()
        for name, value in row.items():
            setattr(item, name, value)
        item.item_codes = tidy_codes(item.item_codes)
        made.append(item)
    write(made)
    return made


def _standing(item: DutyItem) -> dict[str, Any]:
    return {"duty_list": item.duty_list, **{name: getattr(item, name) for name in _COPIED}}


def _check_item(by: Any, row: Mapping[str, Any], book: ItemBook, before: DutyItem | None) -> None:
    duty_list: DutyList = row["duty_list"]
    require_target(by=by, right=RIGHT, code=duty_list.area_id, field="duty_list", what="责任清单")
    if duty_list.state == DutyList.State.IN_FORCE or (before and before.duty_list.state == DutyList.State.IN_FORCE):
        raise WrongState("这一版已经启用，事项不能再改；要改请另建新版本", field="duty_list")
    for field in ("name", "content"):
        if refused := refusal(row[field]):
            raise Invalid(refused, field=field)
    codes = [code for code in tidy_codes(row.get("item_codes")).split("、") if code]
    if not codes:
        return
    county, town = areacodes.county_of(duty_list.area_id), duty_list.area_id[: PLACES[0]]
    kind = duty_list.get_subject_kind_display()
    scheme = book.scheme(county, duty_list.subject_kind, str(quarter_of(duty_list.valid_from)))
    if scheme is None:
        raise Invalid(f"{duty_list.valid_from} 还没有{kind}的积分办法，积分项目请留空", field="item_codes")
    known = {item.code for item in book.items_of(scheme, town)}
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise Invalid(f"{scheme} 里没有积分项目“{'、'.join(unknown)}”，请填办法里的编码", field="item_codes")


__all__ = ["items_of", "new_version", "put_in_force", "remove_list", "save_items", "save_list", "tidy_codes"]
