"""Checking declared facts, many at a time: who, where he was that day, and what the item was worth then."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from lianjian import areacodes, clock, periods
from members.access import reaches
from members.models import Placement, PointClaim, PointEntry, PointItem, Subject
from members.points.rules import schemes_in_force
from registers.errors import DomainError, Invalid, NotAllowed

RIGHT = "claims.declare"
VIEW = "points.view"


@dataclass(frozen=True)
class Declaration:
    """One fact as it is told. Without `source_ref` date and reason name the source. `corrects`: a reversed entry.

    `confirmed` is why it is another fact than one of the same person, item and day that stands already; empty: not
    confirmed, and refused where there is one; None: nobody is asked. `has_evidence`: files are kept along with it.
    """

    number: str
    item_code: str
    quantity: int
    occurred_on: dt.date
    reason: str = ""
    source_ref: str = ""
    corrects: int | None = None
    confirmed: str | None = None
    has_evidence: bool = False

    @property
    def source(self) -> str:
        """Two equal facts told twice are the same fact, unless their sources differ."""
        return self.source_ref.strip() or f"手工 {self.occurred_on} {self.reason.strip()}".strip()[:80]


class SchemeBook:
    """Items by kind of subject and quarter, read once."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, str, str], dict[str, PointItem] | None] = {}

    def items(self, county: str, quarter: str, kind: str) -> dict[str, PointItem] | None:
        """Items by code of the version in force; None where there is none."""
        if (county, quarter, kind) not in self._items:
            schemes = schemes_in_force(county, quarter)
            found = schemes.get(kind)
            self._items[county, quarter, kind] = (
                {item.code: item for item in found.items.select_related("scheme")} if found else None
            )
        return self._items[county, quarter, kind]


def check_declarations(by: Any, declarations: Sequence[Declaration]) -> list[PointClaim | DomainError]:
    """A claim ready to be written, or what is wrong, for each declaration."""
    numbers = {declaration.number for declaration in declarations}
    subjects = {
        subject.number: subject
        for subject in Subject.objects.unscoped("the village of the day is checked below").filter(number__in=numbers)
    }
    placed = _placements(subjects.values())
    taken = _taken(declarations, subjects)
    reversed_entries = _reversed(declarations)
    book = SchemeBook()
    seen: set[tuple] = set()
    outcomes: list[PointClaim | DomainError] = []
    for declaration in declarations:
        try:
            subject: Any = subjects.get(declaration.number)
            village = _village_of(by, declaration, subject, placed)
            item = _check_fact(declaration, subject, village, book)
            key = (subject.pk, declaration.item_code, declaration.source)
            if declaration.corrects is not None:
                _check_correction(declaration, subject, reversed_entries)
            elif key in taken or key in seen:
                raise _told_already(declaration, subject, item, taken.get(key))
            seen.add(key)
            outcomes.append(_claim(by, declaration, subject, village))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def _claim(by: Any, declaration: Declaration, subject: Subject, village: str) -> PointClaim:
    return PointClaim(
        subject=subject,
        village_id=village,
        item_code=declaration.item_code,
        quantity=declaration.quantity,
        occurred_on=declaration.occurred_on,
        reason=declaration.reason.strip()[:200],
        source_ref=declaration.source,
        corrects=declaration.corrects,
        declared_by=by,
    )


def _told_already(declaration: Declaration, subject: Subject, item: PointItem, claim: PointClaim | None) -> Invalid:
    """The same source told the same already: `claim`, or None where it is another row of the same batch."""
    where = f"第 {claim.pk} 号，{claim.get_state_display()}" if claim else "在同一批里"
    if declaration.source_ref.strip():
        told = f"来源“{declaration.source}”里“{subject.name}”的“{item.name}”已经申报过（{where}）"
        return Invalid(f"{told}。是另一件事的，请填另一个来源编号", field="source_ref")
    told = f"“{subject.name}”{declaration.occurred_on} 的“{item.name}”已经申报过（{where}），事由也相同"
    return Invalid(f"{told}。是另一件事的，请把事由写清楚", field="reason")


def _placements(subjects: Any) -> dict[int, list[Placement]]:
    rows = Placement.objects.unscoped("the village of the day is checked by the caller")
    found: dict[int, list[Placement]] = {}
    for row in rows.filter(subject_id__in=[subject.pk for subject in subjects]):
        found.setdefault(row.subject_id, []).append(row)
    return found


def _village_of(by: Any, declaration: Declaration, subject: Subject | None, placed: dict) -> str:
    unknown = Invalid(f"没有找到编号为“{declaration.number}”的积分对象，请核对编号", field="member_no")
    if subject is None:
        raise unknown
    view = by.scope_for(VIEW)
    day = declaration.occurred_on
    for row in placed.get(subject.pk, []):
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
            if reaches(by.scope_for(RIGHT), row.village_id):
                return row.village_id
            if reaches(view, row.village_id):
                raise NotAllowed("您可以查看这里的积分，但没有申报的权限")
            if reaches(view, subject.village_id):
                raise Invalid(f"“{subject.name}”{day} 时在别的村居，请由当时所在的村居申报", field="occurred_on")
            raise unknown
    if reaches(view, subject.village_id):
        raise Invalid(f"“{subject.name}”{day} 时不在册，请核对日期", field="occurred_on")
    raise unknown


def _check_fact(declaration: Declaration, subject: Subject, village: str, book: SchemeBook) -> PointItem:
    if not 1 <= declaration.quantity <= 999:
        raise Invalid(f"数量应为 1–999 的整数，现在是 {declaration.quantity}", field="quantity")
    if declaration.occurred_on > clock.today():
        raise Invalid(f"发生日期 {declaration.occurred_on} 还没有到", field="occurred_on")
    quarter = str(periods.quarter_of(declaration.occurred_on))
    items = book.items(areacodes.county_of(village), quarter, subject.kind)
    if items is None:
        raise Invalid(f"{quarter} 没有适用于“{subject.get_kind_display()}”的积分办法", field="occurred_on")
    item = items.get(declaration.item_code)
    if item is None or (item.town_id and item.town_id != village[:9]):
        raise Invalid(f"{quarter} 的积分办法里没有项目“{declaration.item_code}”", field="item_code")
    if item.evidence_needed and not declaration.reason.strip() and not declaration.has_evidence:
        raise Invalid(f"“{item.name}”需要佐证，请在事由里写明，或上传照片、文件", field="reason")
    return item


def _taken(declarations: Sequence[Declaration], subjects: dict[str, Subject]) -> dict[tuple, PointClaim]:
    """{(subject, item, source): the live claim that told it}."""
    rows = PointClaim.objects.unscoped("a fact counts once, whoever told it").filter(
        subject__in=list(subjects.values()),
        source_ref__in={declaration.source for declaration in declarations},
        corrects__isnull=True,
    )
    live = rows.exclude(state=PointClaim.State.REJECTED)
    return {(claim.subject_id, claim.item_code, claim.source_ref): claim for claim in live}


def _reversed(declarations: Sequence[Declaration]) -> dict[int, int]:
    """Entries named as corrected that are reversed, and whose they are."""
    ids = [declaration.corrects for declaration in declarations if declaration.corrects is not None]
    if not ids:
        return {}
    rows = PointEntry.objects.unscoped("the subject is compared").filter(reverses__in=ids)
    corrected = PointClaim.objects.unscoped("a correction counts once").filter(
        ~Q(state=PointClaim.State.REJECTED), corrects__in=ids
    )
    done = set(corrected.values_list("corrects", flat=True))
    return {
        entry: subject for entry, subject in rows.values_list("reverses", "subject_id") if entry and entry not in done
    }


def _check_correction(declaration: Declaration, subject: Subject, reversed_entries: dict[int, int]) -> None:
    if reversed_entries.get(declaration.corrects or 0) != subject.pk:
        raise Invalid(
            f"记录 {declaration.corrects} 不是“{subject.name}”已冲销、还没有更正的积分记录，请先冲销", field="corrects"
        )
