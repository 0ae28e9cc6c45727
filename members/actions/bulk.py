"""Thousands of subjects at once (imports): checked set-based, written in a handful of statements."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from lianjian import clock, pinyin
from members.access import require_target
from members.actions.numbers import take_numbers
from members.actions.people import (
    ID_NUMBER_TAKEN,
    NUMBER_TAKEN,
    PERSON_FIELDS,
    RIGHT,
    SINCE_EVER,
    SUBJECT_FIELDS,
    gender_of,
    require_branch,
    require_same_number,
    require_same_village,
    set_changed,
)
from members.models import Person, Placement, Subject
from members.models.subjects import SubjectClass, SubjectKind
from members.queries.people import branches_of_villages
from registers.arrays import insert_rows, take_ids
from registers.errors import DomainError, Invalid, ItemErrors
from registers.personal import blind_index
from villages.queries import require_open

BATCH = 1_000
PERSON_COLUMNS = (
    "name", "pinyin", "initials", "gender", "id_number_sealed", "id_number_index", "phone_sealed", "phone_index",
    "updated_at",
)  # fmt: skip
SUBJECT_COLUMNS = (
    "name", "subject_class", "exempt_reason", "joined_on", "organization", "household_size", "updated_at",
)  # fmt: skip

Item = tuple[Mapping[str, Any], Subject | None]


@transaction.atomic
def save_subjects(*, by: Any, items: Sequence[Item]) -> list[Subject]:
    """Add those without a row and change the others; facts as in `add_subject`, `village` and `kind` among them.

    Raises ItemErrors naming every wrong item; then nothing is written.
    """
    wrong = _wrong_items(by, items)
    if wrong:
        raise ItemErrors(wrong)
    new = [(index, facts) for index, (facts, row) in enumerate(items) if row is None]
    added = dict(zip((index for index, _ in new), _add([facts for _, facts in new]), strict=True))
    _change([(facts, row) for facts, row in items if row is not None])
    return [added[index] if row is None else row for index, (_, row) in enumerate(items)]


def _wrong_items(by: Any, items: Sequence[Item]) -> dict[int, DomainError]:
    """What the single actions would refuse, found with a few queries for all items."""
    wrong: dict[int, DomainError] = {}
    for index, (facts, row) in enumerate(items):
        try:
            if row is None:
                require_target(by=by, right=RIGHT, code=facts["village"].pk, field="village_code")
                require_open(facts["village"], clock.today())
                require_branch(facts.get("organization"), facts["village"].pk)
            else:
                require_same_village(row, facts.get("village"))
                require_same_number(row, facts.get("member_no"))
                if facts.get("organization") and facts["organization"].pk != row.organization_id:
                    require_branch(facts["organization"], row.village_id)
        except DomainError as error:
            wrong[index] = error
    wrong |= _taken_numbers(items) | _taken_id_numbers(items)
    return wrong


def _taken_numbers(items: Sequence[Item]) -> dict[int, DomainError]:
    asked = {
        facts["member_no"]: index for index, (facts, row) in enumerate(items) if row is None and facts.get("member_no")
    }
    rows = Subject.objects.unscoped("numbers are unique everywhere").filter(number__in=asked)
    return {asked[number]: Invalid(NUMBER_TAKEN, field="member_no") for number in rows.values_list("number", flat=True)}


def _taken_id_numbers(items: Sequence[Item]) -> dict[int, DomainError]:
    """Numbers that somebody else holds, in the database or earlier among the items."""
    asked: dict[str, list[tuple[int, Any]]] = {}
    for index, (facts, row) in enumerate(items):
        if facts.get("id_number"):
            digest = blind_index(facts["id_number"], column="id_number")
            asked.setdefault(digest, []).append((index, row.person_id if row is not None else None))
    people = Person.objects.unscoped("ID numbers are unique everywhere; nothing about the holder is told")
    held = dict(people.filter(id_number_index__in=asked).values_list("id_number_index", "pk"))
    wrong: dict[int, DomainError] = {}
    for digest, uses in asked.items():
        holder = held.get(digest)
        for place, (index, person) in enumerate(uses):
            if (holder is not None and holder != person) or (place and holder is None):
                wrong[index] = Invalid(ID_NUMBER_TAKEN, field="id_number")
    return wrong


def _add(rows: Sequence[Mapping[str, Any]]) -> list[Subject]:
    today = clock.today()
    branches = branches_of_villages({facts["village"].pk for facts in rows})
    unnumbered: dict[str, int] = {}
    for facts in rows:
        if not facts.get("member_no"):
            county = facts["village"].pk[:6]
            unnumbered[county] = unnumbered.get(county, 0) + 1
    numbers = {county: iter(take_numbers(county, count)) for county, count in sorted(unnumbered.items())}
    people: list[tuple[Any, ...]] = []
    subjects: list[tuple[Any, ...]] = []
    placements: list[tuple[Any, ...]] = []
    keys = take_ids(Subject, len(rows))
    for key, facts in zip(keys, rows, strict=True):
        village = facts["village"]
        is_member = facts["kind"] == SubjectKind.MEMBER
        organization = facts.get("organization") or (branches.get(village.pk) if is_member else None)
        branch = organization.pk if organization is not None else None
        person = uuid4() if is_member else None
        if person is not None:
            people.append(_new_person(person, facts))
        since = facts.get("placed_on") or facts.get("joined_on") or SINCE_EVER
        subjects.append(
            (
                key,
                facts.get("member_no") or next(numbers[village.pk[:6]]),
                facts["kind"],
                facts["name"],
                person,
                facts.get("subject_class") or SubjectClass.ORDINARY,
                facts.get("exempt_reason") or "",
                facts.get("joined_on"),
                facts.get("household_size"),
                since <= today,
                village.pk,
                branch,
            )
        )
        placements.append((key, village.pk, branch, since))
    insert_rows(Person, NEW_PERSON, people)
    insert_rows(Subject, NEW_SUBJECT, subjects)
    insert_rows(Placement, NEW_PLACEMENT, placements)
    # Only their keys are known here: whoever asks for more reads it, and importing thousands asks for nothing.
    return [Subject.from_db(None, ["id"], [key]) for key in keys]


NEW_PERSON = (
    "id", "name", "area", "gender", "pinyin", "initials", "id_number_sealed", "id_number_index", "phone_sealed",
    "phone_index",
)  # fmt: skip
NEW_SUBJECT = (
    "id", "number", "kind", "name", "person", "subject_class", "exempt_reason", "joined_on", "household_size",
    "is_active", "village", "organization",
)  # fmt: skip
NEW_PLACEMENT = ("subject", "village", "organization", "valid_from")


def _new_person(key: UUID, facts: Mapping[str, Any]) -> tuple[Any, ...]:
    """A row of NEW_PERSON, its numbers sealed."""
    id_number, phone = facts.get("id_number") or "", facts.get("phone") or ""
    sounds = pinyin.columns(facts["name"], person=True)
    return (
        key,
        facts["name"],
        facts["village"].pk,
        facts.get("gender") or gender_of(id_number),
        sounds["pinyin"],
        sounds["initials"],
        *Person.id_number.columns(id_number, row=key),
        *Person.phone.columns(phone, row=key),
    )


def _change(items: Sequence[tuple[Mapping[str, Any], Subject]]) -> None:
    """The rows were locked by the caller; people are locked here, in one order."""
    now = timezone.now()
    ids = [row.person_id for _, row in items if row.person_id]
    locked = Person.objects.unscoped("their subjects may be changed").select_for_update().order_by("pk")
    people = {person.pk: person for person in locked.filter(pk__in=ids)}
    subjects: list[Subject] = []
    persons: list[Person] = []
    moved: dict[Any, list[int]] = {}
    for facts, row in items:
        before = row.organization_id
        if set_changed(row, {field: value for field, value in facts.items() if field in SUBJECT_FIELDS}):
            row.updated_at = now
            subjects.append(row)
            if row.organization_id != before:
                moved.setdefault(row.organization_id, []).append(row.pk)
        person = people.get(row.person_id) if row.person_id else None
        if person is not None:
            if set_changed(person, {field: value for field, value in facts.items() if field in PERSON_FIELDS}):
                person.updated_at = now
                persons.append(person)
            row.person = person
    Subject.objects.unscoped("checked by the caller").bulk_update(subjects, SUBJECT_COLUMNS, batch_size=BATCH)
    Person.objects.unscoped("checked by the caller").bulk_update(persons, PERSON_COLUMNS, batch_size=BATCH)
    standing = Placement.objects.unscoped("checked by the caller").filter(valid_to__isnull=True)
    for organization, keys in moved.items():
        standing.filter(subject__in=keys).update(organization=organization)
