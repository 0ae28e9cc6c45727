"""Rows of a member list that carry no number: whom they mean, and what saving would fill in by itself."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from members.actions.people import gender_of
from members.models import Subject
from members.models.subjects import SubjectClass, SubjectKind
from members.queries.people import branches_of_villages

CHUNK = 2_000


def complete_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Empty cells become what the actions would put there: the village's only branch, 普通, the gender of the ID."""
    wanting = [
        row for row in rows
        if "organization" in row and row["organization"] is None and row.get("village_code") is not None
        and row.get("kind", SubjectKind.MEMBER) == SubjectKind.MEMBER
    ]  # fmt: skip
    branches = branches_of_villages({row["village_code"].pk for row in wanting}) if wanting else {}
    for row in wanting:
        row["organization"] = branches.get(row["village_code"].pk)
    for row in rows:
        if "subject_class" in row and row["subject_class"] is None:
            row["subject_class"] = SubjectClass.ORDINARY
        if "gender" in row and row["gender"] is None and row.get("id_number"):
            row["gender"] = gender_of(row["id_number"]) or None


def recognised(subjects: QuerySet[Subject], rows: Sequence[Mapping[str, Any]]) -> list[Subject | None]:
    """The subject each row means, among those the user may change: by ID number, else by village and name where
    joining date and telephone do not speak against it. A namesake is never taken on a guess.
    """
    names = sorted({row["name"] for row in rows if row.get("name")})
    known: dict[tuple[str, str], list[Subject]] = defaultdict(list)
    for start in range(0, len(names), CHUNK):
        found = subjects.filter(name__in=names[start : start + CHUNK]).order_by("pk").select_for_update(of=("self",))
        for subject in found:
            known[(subject.village_id, subject.name)].append(subject)
    taken: set[int] = set()
    result: list[Subject | None] = []
    for row in rows:
        village = row.get("village_code")
        namesakes = known.get((village.pk, row.get("name", "")), []) if village is not None else []
        left = [subject for subject in namesakes if subject.pk not in taken and _may_be(subject, row)]
        chosen = _chosen(left, row, alone=len(namesakes) == 1)
        if chosen is not None:
            taken.add(chosen.pk)
        result.append(chosen)
    return result


def _may_be(subject: Subject, row: Mapping[str, Any]) -> bool:
    """Nothing that stays with a person for life speaks against it."""
    if row.get("kind", subject.kind) != subject.kind:
        return False
    joined = row.get("joined_on")
    if joined and subject.joined_on and joined != subject.joined_on:
        return False
    number = row.get("id_number")
    return not (number and subject.person and subject.person.id_number and subject.person.id_number != number)


def _chosen(left: Sequence[Subject], row: Mapping[str, Any], *, alone: bool) -> Subject | None:
    number, phone = row.get("id_number") or "", row.get("phone") or ""
    for subject in left:
        if number and subject.person and subject.person.id_number == number:
            return subject
    for subject in left:
        if (subject.person.phone if subject.person else "") == phone:
            return subject
    return left[0] if left and alone else None
