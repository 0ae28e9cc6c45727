"""Adding, changing and ending people and other subjects of points, and showing a masked number in full."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction

from lianjian import clock, pinyin
from members.access import require_change, require_target
from members.actions.numbers import take_numbers
from members.models import PartyOrganization, Person, Placement, RevealLog, Subject
from members.models.subjects import SubjectClass, SubjectKind
from members.queries.people import branch_of_village
from registers.errors import Invalid, WrongState
from villages.models import Village
from villages.queries import require_open

RIGHT, VIEW = "members.change", "members.view"
REVEAL_RIGHT = "members.reveal"
SINCE_EVER = dt.date(1949, 10, 1)  # of people of whom no earlier place is known
LEAST_REASON = 4  # characters of a reason to look at a number

PERSON_FIELDS = frozenset({"name", "gender", "id_number", "phone"})
SUBJECT_FIELDS = frozenset({"name", "subject_class", "exempt_reason", "joined_on", "organization", "household_size"})

# Nothing about other areas: whoever asks only learns that this number cannot be entered here.
ID_NUMBER_TAKEN = "这个身份证号不能登记，请核对号码；核对无误的，请报县委组织部核实"

NUMBER_TAKEN = "这个编号不能使用，请留空由系统编号，或换一个编号"


@contextmanager
def refusals_explained() -> Iterator[None]:
    """Turn what the database refuses into an error that a person understands."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if constraint == "person_id_number_once":
            raise Invalid(ID_NUMBER_TAKEN, field="id_number") from error
        if constraint.startswith("members_subject_number"):
            raise Invalid(NUMBER_TAKEN, field="member_no") from error
        if constraint == "one_placement_at_a_time":
            raise Invalid("同一人同一时间只能在一个村居，请核对日期", field="on") from error
        raise


def gender_of(id_number: str) -> str:
    """The gender an ID number tells (its 17th digit: odd is male); empty for anything else."""
    if len(id_number) != 18 or not id_number[16].isdigit():
        return ""
    return Person.Gender.MALE if int(id_number[16]) % 2 else Person.Gender.FEMALE


def require_branch(organization: PartyOrganization | None, village_code: str) -> None:
    """A subject's branch lies in its town or county, and still exists. Raises Invalid."""
    if organization is None:
        return
    if organization.area_id not in (village_code, village_code[:9], village_code[:6]):
        raise Invalid(f"“{organization.name}”不在这个村居所属的镇街，请重新选择党支部", field="organization")
    if organization.ended_on and organization.ended_on <= clock.today():
        raise Invalid(f"“{organization.name}”已于 {organization.ended_on} 撤销，请重新选择党支部", field="organization")


def require_same_village(subject: Subject, village: Village | None) -> None:
    """A village changes by a dated transfer only. Raises Invalid."""
    if village is not None and village.pk != subject.village_id:
        raise Invalid(
            f"登记在“{subject.village.name}”，换村居请用“调动”办理并写明日期，这里不能直接改", field="village_code"
        )


def require_same_number(subject: Subject, number: str | None) -> None:
    """Numbers never change. Raises Invalid."""
    if number and number != subject.number:
        raise Invalid(f"编号 {subject.number} 不能修改", field="member_no")


@transaction.atomic
def add_subject(
    *,
    by: Any,
    kind: str,
    name: str,
    village: Village,
    member_no: str = "",
    organization: PartyOrganization | None = None,
    subject_class: str = SubjectClass.ORDINARY,
    gender: str = "",
    id_number: str = "",
    phone: str = "",
    joined_on: dt.date | None = None,
    exempt_reason: str = "",
    household_size: int | None = None,
    placed_on: dt.date | None = None,
) -> Subject:
    """A new subject in a village; members get a person, the other books keep only the name.

    `placed_on`: since when in this village; left out, since joining the party, or since ever. Raises Invalid.
    """
    require_target(by=by, right=RIGHT, code=village.pk, field="village_code")
    require_open(village, clock.today())
    if kind == SubjectKind.MEMBER and organization is None:
        organization = branch_of_village(village.pk)
    require_branch(organization, village.pk)
    since = placed_on or joined_on or SINCE_EVER
    person = None
    with refusals_explained():
        if kind == SubjectKind.MEMBER:
            person = Person(
                name=name,
                area_id=village.pk,
                gender=gender or gender_of(id_number),
                **pinyin.columns(name, person=True),
            )
            person.id_number, person.phone = id_number, phone
            person.save(force_insert=True)
        subject = Subject.objects.create(
            number=member_no or take_numbers(village.pk, 1)[0],
            kind=kind,
            name=name,
            person=person,
            subject_class=subject_class,
            exempt_reason=exempt_reason,
            joined_on=joined_on,
            household_size=household_size,
            is_active=since <= clock.today(),
            village=village,
            organization=organization,
        )
        Placement.objects.create(subject=subject, village=village, organization=organization, valid_from=since)
    return subject


def add_member(*, by: Any, name: str, village: Village, **facts: Any) -> Subject:
    """A party member (P20); the facts of `add_subject`."""
    return add_subject(by=by, kind=SubjectKind.MEMBER, name=name, village=village, **facts)


@transaction.atomic
def change_member(*, by: Any, subject: Subject, **changes: Any) -> Subject:
    """Change facts of a subject (PERSON_FIELDS, SUBJECT_FIELDS); the village is changed by `transfer` alone.

    Raises Invalid, NotAllowed, NotFound. An empty `id_number` or `phone` removes what is stored.
    """
    require_change(by=by, right=RIGHT, code=subject.village_id, view_right=VIEW)
    unknown = set(changes) - PERSON_FIELDS - SUBJECT_FIELDS
    if unknown:
        raise TypeError(f"unknown facts: {', '.join(sorted(unknown))}")
    subject = Subject.objects.unscoped("checked above").select_for_update(of=("self",)).get(pk=subject.pk)
    if "organization" in changes and changes["organization"] != subject.organization:
        require_branch(changes["organization"], subject.village_id)
        # The branch of today, not of the past: only the standing placement follows.
        standing = Placement.objects.unscoped("checked above").filter(subject=subject, valid_to__isnull=True)
        standing.update(organization=changes["organization"])
    with refusals_explained():
        if set_changed(subject, {field: value for field, value in changes.items() if field in SUBJECT_FIELDS}):
            subject.save()
        if subject.person_id:
            person = Person.objects.unscoped("checked above").select_for_update().get(pk=subject.person_id)
            facts = {field: value for field, value in changes.items() if field in PERSON_FIELDS}
            if set_changed(person, facts):
                person.save()
            subject.person = person
    return subject


_EMPTY = {"gender": "", "id_number": "", "phone": "", "exempt_reason": "", "subject_class": SubjectClass.ORDINARY}


def set_changed(row: Any, values: dict[str, Any]) -> bool:
    """Set what differs; a new name brings its pinyin along. Equal personal values are not sealed anew."""
    changed = False
    for field, given in values.items():
        value = _EMPTY.get(field) if given is None else given
        if getattr(row, field) != value:
            setattr(row, field, value)
            changed = True
    if isinstance(row, Person) and changed:
        for field, value in pinyin.columns(row.name, person=True).items():
            setattr(row, field, value)
    return changed


@transaction.atomic
def end_member(*, by: Any, subject: Subject, on: dt.date, reason: str) -> Subject:
    """Take a subject out of the book from a day on (迁出, 去世, 出党…); scores of earlier quarters stay."""
    require_change(by=by, right=RIGHT, code=subject.village_id, view_right=VIEW)
    if not reason.strip():
        raise Invalid("请填写减员原因，如“组织关系转出”", field="reason")
    subject = Subject.objects.unscoped("checked above").select_for_update(of=("self",)).get(pk=subject.pk)
    placements = Placement.objects.unscoped("checked above").filter(subject=subject)
    if not placements.filter(valid_to__isnull=True).exists():
        raise WrongState("已经减员，不用重复办理")
    first = placements.order_by("valid_from").values_list("valid_from", flat=True)[0]
    if on <= first:
        raise Invalid(f"减员日期应晚于登记的起始日期 {first}", field="on")
    placements.filter(valid_from__gte=on).delete()
    last = placements.order_by("-valid_from")[0]
    if last.valid_to is None or last.valid_to > on:
        last.valid_to, last.reason = on, reason.strip()[:100]
        last.save()
    if on <= clock.today():
        subject.is_active = False
        subject.village_id, subject.organization_id = last.village_id, last.organization_id
        subject.save()
    return subject


@transaction.atomic
def reveal(*, by: Any, person: Person, column: str, reason: str) -> str:
    """The full number or phone, logged with the reason (P20). Raises Invalid, NotAllowed, NotFound."""
    require_change(by=by, right=REVEAL_RIGHT, code=person.area_id, view_right=VIEW)
    if column not in RevealLog.Column.values:
        raise Invalid("只能查看身份证号或联系电话", field="column")
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid(f"请写明查看原因，不少于 {LEAST_REASON} 个字", field="reason")
    RevealLog.objects.create(person=person, area_id=person.area_id, column=column, by=by, reason=reason.strip()[:200])
    return getattr(person, column)
