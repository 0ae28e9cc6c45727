"""Talents and attendance (P25): whom a row means, kept as one person with the members' book."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from lianjian import pinyin
from members.access import reaches, require_target
from members.models import Attendance, Person, Subject, Talent
from registers import saving
from registers.errors import Invalid, NotAllowed
from registers.personal import blind_index
from registers.saving import each, write
from villages.models import Village

TALENT_RIGHT, ATTENDANCE_RIGHT = "villages.change", "members.change"
_TALENT_FACTS = ("category", "skill", "level", "is_willing", "note")


@transaction.atomic
def save_talent(
    *, by: Any, talent: Talent | None = None, village: Village, name: str, member_no: str = "",
    phone: str | None = None, **facts: Any,
) -> Talent:  # fmt: skip
    """Enter or change a talent; facts: category, skill, level, is_willing, note. `phone` None leaves what is stored.

    With `member_no`, or with the very telephone of a member of that name there, the talent is that member. Raises
    Invalid, NotAllowed: a member's telephone is changed in the members' book by who may change it.
    """
    require_target(by=by, right=TALENT_RIGHT, code=village.pk, field="village_code")
    if talent is not None:
        require_target(by=by, right=TALENT_RIGHT, code=talent.village_id, field="village_code")
    before = talent.person if talent is not None else None
    person = _person_of(by, village, name, member_no, phone, before)
    if before is not None and person is None and (_is_member(before) or _has_other_talents(before, talent)):
        before = None  # it was somebody else's, and stays so
    if person is None:
        person = before or Person()
        person.name, person.area_id = name, village.pk
        for field, text in pinyin.columns(name, person=True).items():
            setattr(person, field, text)
    if phone is not None and person.phone != phone:
        if _is_member(person) and not reaches(by.scope_for("members.change"), person.area_id):
            raise NotAllowed("党员的电话由镇街在党员台账里修改，这里请留空", field="phone")
        person.phone = phone
    person.save()
    talent = talent or Talent()
    old = talent.person if talent.person_id and talent.person_id != person.pk else None
    talent.village, talent.name, talent.person = village, name, person
    for field in _TALENT_FACTS:
        if field in facts:
            setattr(talent, field, facts[field])
    talent.save()
    if old is not None:
        _forget(old)
    return talent


@transaction.atomic
def remove_talent(*, by: Any, talent: Talent) -> None:
    """Take a talent out of the list; a person known for nothing else goes too, with his telephone."""
    require_target(by=by, right=TALENT_RIGHT, code=talent.village_id, field="village_code")
    person = talent.person
    talent.delete()
    _forget(person)


def _person_of(
    by: Any, village: Village, name: str, member_no: str, phone: str | None, before: Person | None
) -> Person | None:
    """The member behind a talent, or the person he already is; None where a person of his own is wanted."""
    subjects = Subject.objects.visible_to(by).filter(person__isnull=False).select_related("person")
    if member_no:
        subject = subjects.filter(number=member_no).first()
        if subject is None or subject.person is None:
            raise Invalid("没有找到这个编号，请核对；不是党员的留空", field="member_no")
        if subject.name != name:
            raise Invalid(f"编号 {member_no} 登记的姓名不是“{name}”，请核对", field="member_no")
        return subject.person
    if before is not None and not _is_member(before) and before.name == name:
        return before
    if phone:
        index = blind_index(phone, column="phone")
        same = list(subjects.filter(village=village, name=name, person__phone_index=index)[:2])
        if len(same) == 1:
            return same[0].person
    return None


def _is_member(person: Person) -> bool:
    return Subject.objects.unscoped("is there a subject behind a person").filter(person=person).exists()


def _has_other_talents(person: Person, talent: Talent | None) -> bool:
    rows = Talent.objects.unscoped("other lines of one person").filter(person=person)
    return (rows.exclude(pk=talent.pk) if talent is not None else rows).exists()


def _forget(person: Person) -> None:
    if not saving.referring(person):
        person.delete()


# -- attendance


Item = tuple[Mapping[str, Any], Attendance | None]


def fill_numbers(by: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Rows that leave the number open get it where the village has one subject of that name. One query."""
    wanting = [
        row for row in rows if not row.get("member_no") and row.get("village_code") is not None and row.get("name")
    ]
    known = _subjects_named(by, {(row["village_code"].pk, row["name"]) for row in wanting})
    for row in wanting:
        found = known.get((row["village_code"].pk, row["name"]), [])
        if len(found) == 1:
            row["member_no"] = found[0].number


@transaction.atomic
def save_attendance(*, by: Any, items: Sequence[Item]) -> list[Attendance]:
    """Enter or change who came; facts: training, village_code, name, member_no, attended, note. Two queries for all.

    Raises ItemErrors: an unknown number, a number of another name, or people of one name without a number.
    """
    rows = [
        {**({} if row is None else _standing(row)), **{name: v for name, v in facts.items() if v is not None}}
        for facts, row in items
    ]
    fill_numbers(by, rows)
    numbers = {row["member_no"] for row in rows if row.get("member_no")}
    subjects = {one.number: one for one in Subject.objects.visible_to(by).filter(number__in=numbers)}
    alike = _subjects_named(by, {(row["village_code"].pk, row["name"]) for row in rows if not row.get("member_no")})
    each(rows, lambda row: _require(by, row, subjects, alike))
    made: list[Attendance] = []
    for row, (_, existing) in zip(rows, items, strict=True):
        attendance = existing or Attendance()
        attendance.training, attendance.village, attendance.name = row["training"], row["village_code"], row["name"]
        attendance.number = row.get("member_no") or ""
        attendance.subject = subjects.get(attendance.number)
        attendance.attended, attendance.note = row.get("attended", True), row.get("note") or ""
        made.append(attendance)
    write(made)
    return made


def _standing(row: Attendance) -> dict[str, Any]:
    return {
        "training": row.training, "village_code": row.village, "name": row.name, "member_no": row.number,
        "attended": row.attended, "note": row.note,
    }  # fmt: skip


def _require(by: Any, row: Mapping[str, Any], subjects: Mapping[str, Subject], alike: Mapping[Any, Any]) -> None:
    require_target(by=by, right=ATTENDANCE_RIGHT, code=row["village_code"].pk, field="village_code")
    number = row.get("member_no")
    if number:
        if number not in subjects:
            raise Invalid("没有找到这个编号，请核对；不在台账里的群众留空", field="member_no")
        if subjects[number].name != row["name"]:
            raise Invalid(f"编号 {number} 登记的姓名不是“{row['name']}”，请核对", field="member_no")
        return
    found = alike.get((row["village_code"].pk, row["name"]), [])
    if len(found) > 1:
        named = "、".join(f"{one.number}（{one.get_kind_display()}）" for one in found[:5])
        raise Invalid(
            f"“{row['village_code'].name}”有 {len(found)} 位“{row['name']}”：{named}，请填编号", field="member_no"
        )


def _subjects_named(by: Any, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], list[Subject]]:
    found: dict[tuple[str, str], list[Subject]] = defaultdict(list)
    if wanted:
        rows = Subject.objects.visible_to(by).filter(
            village_id__in={code for code, _ in wanted}, name__in={name for _, name in wanted}, is_active=True
        )
        for subject in rows.order_by("number"):
            found[subject.village_id, subject.name].append(subject)
    return found
