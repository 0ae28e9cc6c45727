"""From checked rows to declared facts: who is meant, what the item is, and which claim the row already made."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from members.claim_import.columns import Candidate
from members.claim_import.identity import PREFIX, content_of, source_of
from members.models import PointClaim, PointItem
from members.points.declaring import Declaration
from members.points.duplicates import FIELD
from registers.rows.results import CheckedRow, CheckedRows

# A person is chosen by number: {row number: subject number}.
Choices = Mapping[int, str]


@dataclass
class Question:
    """A row whose person must be chosen: several of one name live in the village."""

    row: int
    name: str
    village: str
    item: str
    occurred_on: dt.date
    candidates: Sequence[Candidate]


@dataclass
class Fact:
    """A row understood: its person (once known), item and the claim that it made before, if any."""

    checked: CheckedRow
    village: str
    people: Sequence[Candidate]
    items: Mapping[str, PointItem]
    person: Candidate | None = None
    source: str = ""
    earlier: PointClaim | None = None

    @property
    def quantity(self) -> int:
        return self.checked.values.get("quantity") or 1

    @property
    def occurred_on(self) -> dt.date:
        return self.checked.values["occurred_on"]

    @property
    def reason(self) -> str:
        return self.checked.values.get("reason") or ""

    @property
    def told_source(self) -> str:
        return self.checked.values.get("source_ref") or ""

    @property
    def confirmed(self) -> str:
        """Why the row tells another fact than a like one that stands already."""
        return self.checked.values.get(FIELD) or ""

    def item_of(self, candidate: Candidate) -> PointItem:
        return self.items[candidate.subject.kind]

    def content_for(self, candidate: Candidate) -> str:
        return content_of(
            candidate.subject.number, self.item_of(candidate).code, self.quantity, self.occurred_on, self.reason
        )

    def declaration(self) -> Declaration:
        if self.person is None:
            raise RuntimeError("asked before the person was chosen")
        return Declaration(
            number=self.person.subject.number,
            item_code=self.item_of(self.person).code,
            quantity=self.quantity,
            occurred_on=self.occurred_on,
            reason=self.reason,
            source_ref=self.source,
        )

    def is_same_as(self, claim: PointClaim) -> bool:
        return (claim.quantity, claim.occurred_on, claim.reason) == (self.quantity, self.occurred_on, self.reason)


@dataclass
class Matched:
    """What is to be done: facts to declare, those that stand already, rejected ones that are not told again."""

    new: list[Fact] = field(default_factory=list)
    standing: list[Fact] = field(default_factory=list)
    rejected: list[Fact] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def understand(checked: CheckedRows) -> list[Fact]:
    """The rows as facts; those that contradict themselves are refused in `checked`."""
    facts = []
    for row in list(checked.rows):
        try:
            facts.append(_fact(row))
        except _Refused as refused:
            checked.refuse(row, refused.field, refused.problem, refused.expected, value=refused.value)
    return facts


class _Refused(Exception):
    def __init__(self, field_name: str, problem: str, expected: str = "", value: str = "") -> None:
        super().__init__(problem)
        self.field, self.problem, self.expected, self.value = field_name, problem, expected, value


def _fact(row: CheckedRow) -> Fact:
    values = row.values
    village, people, day = values["village"], values["people"], values["occurred_on"]
    items = _items(values)
    here = [one for one in people if one.village_on(day) == village.pk]
    name = people[0].subject.name if people else ""
    if not here:
        raise _Refused("occurred_on", f"“{name}”{day} 时不在“{village.name}”", "请核对日期和村", value=day.isoformat())
    if numbered := values.get("number"):
        here = [one for one in here if one.subject.pk == numbered.subject.pk]
        if not here:
            raise _Refused(
                "number",
                f"编号 {numbered.subject.number} 是“{numbered.subject.name}”",
                f"与本行的村、姓名（{village.name} {name}）不符，请核对",
                value=numbered.subject.number,
            )
    fitting = [one for one in here if one.subject.kind in items]
    if not fitting:
        item = next(iter(items.values()))
        kinds = "、".join(dict.fromkeys(one.subject.get_kind_display() for one in here))
        raise _Refused("items" if values.get("items") else "codes", f"“{item.name}”不是{kinds}的积分项目", "请核对项目")
    for one in fitting:
        if items[one.subject.kind].evidence_needed and not values.get("reason"):
            raise _Refused("reason", "没有填", f"“{items[one.subject.kind].name}”需要佐证，请在事由里写明")
    return Fact(row, village.name, fitting, items)


def _items(values: Mapping[str, Any]) -> Mapping[str, PointItem]:
    """The item by name, by code, or both where they agree."""
    named, coded = dict(values.get("items") or ()), dict(values.get("codes") or ())
    if not named and not coded:
        raise _Refused("items", "没有填", "积分项目和项目编码至少填一个")
    if not named or not coded:
        return named or coded
    both = {kind: item for kind, item in named.items() if kind in coded and coded[kind].pk == item.pk}
    if not both:
        item = next(iter(coded.values()))
        raise _Refused("codes", f"编码 {item.code} 是“{item.name}”", "与积分项目不符，请核对", value=item.code)
    return both


def match(facts: Sequence[Fact], checked: CheckedRows, choices: Choices | None) -> Matched:
    """Choose the person where several are meant, then find the claim that each row made before.

    choices  what was chosen in the browser; None where nobody can be asked: then several are an error
    """
    earlier = _Earlier(facts)
    matched = Matched()
    used: Counter[str] = Counter()
    told: dict[tuple[int, str, str], int] = {}
    for fact in facts:
        fact.person = _person(fact, choices or {}, earlier, used)
        if fact.person is None:
            if choices is None:
                named = "、".join(f"{one.subject.number}（{hint_of(one)}）" for one in fact.people)
                problem = f"“{fact.village}”有 {len(fact.people)} 位“{fact.people[0].subject.name}”：{named}"
                checked.refuse(fact.checked, "people", problem, "请在“党员编号”列写明是哪一位")
            else:
                matched.questions.append(_question(fact))
            continue
        subject, item = fact.person.subject, fact.item_of(fact.person)
        content = fact.content_for(fact.person)
        if fact.told_source:
            fact.source = fact.told_source
            key = (subject.pk, item.code, fact.source)
            if key in told:
                problem = f"与第 {told[key]} 行是同一来源、同一人、同一项目"
                checked.refuse(
                    fact.checked, "source_ref", problem, "只能保留一行，或写明不同的来源编号", value=fact.source
                )
                continue
            told[key] = fact.checked.number
        else:
            used[content] += 1
            fact.source = source_of(content, used[content])
        _place(fact, earlier.of(subject.pk, item.code, fact.source), matched, checked)
    return matched


def _place(fact: Fact, claim: PointClaim | None, matched: Matched, checked: CheckedRows) -> None:
    fact.earlier = claim
    if claim is None:
        matched.new.append(fact)
    elif claim.state == PointClaim.State.REJECTED:
        (matched.rejected if fact.is_same_as(claim) else matched.new).append(fact)
    elif fact.is_same_as(claim):
        matched.standing.append(fact)
    else:
        before = f"{claim.occurred_on}，数量 {claim.quantity}" + (f"，{claim.reason}" if claim.reason else "")
        checked.refuse(
            fact.checked,
            "source_ref",
            f"这一来源的这项已经申报过（{before}），与本行不同",
            "要更正请先驳回原来的申报，或换一个来源编号",
            value=fact.source,
        )


def _person(fact: Fact, choices: Choices, earlier: "_Earlier", used: Counter[str]) -> Candidate | None:
    if len(fact.people) == 1:
        return fact.people[0]
    chosen = choices.get(fact.checked.number)
    for candidate in fact.people:
        if candidate.subject.number == chosen:
            return candidate
    # Nobody was chosen for this row, but this very row may have been uploaded before: then he was chosen then.
    for candidate in fact.people:
        content = fact.content_for(candidate)
        source = fact.told_source or source_of(content, used[content] + 1)
        if earlier.of(candidate.subject.pk, fact.item_of(candidate).code, source):
            return candidate
    return None


def _question(fact: Fact) -> Question:
    item = fact.item_of(fact.people[0]).name
    return Question(fact.checked.number, fact.people[0].subject.name, fact.village, item, fact.occurred_on, fact.people)


def hint_of(candidate: Candidate) -> str:
    """What tells people of one name apart: gender, birth year, class; never a phone or an ID number."""
    subject, person = candidate.subject, candidate.subject.person
    parts = [subject.get_kind_display()]
    if person is not None:
        parts += [person.get_gender_display(), f"{person.birth_year} 年生" if person.birth_year else ""]
    if subject.kind == "member":
        parts.append(subject.get_subject_class_display())
    return "，".join(part for part in parts if part)


class _Earlier:
    """Claims that rows of this file may have made before; one query."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._claims: dict[tuple[int, str, str], PointClaim] = {}
        subjects = {one.subject.pk for fact in facts for one in fact.people}
        told = {fact.told_source for fact in facts if fact.told_source}
        days = {fact.occurred_on for fact in facts}
        if not subjects:
            return
        rows = PointClaim.objects.unscoped("a fact counts once, whoever told it").filter(
            subject__in=subjects, corrects__isnull=True
        )
        wanted = rows.filter(source_ref__in=told) | rows.filter(source_ref__startswith=PREFIX, occurred_on__in=days)
        states: dict[tuple[int, str, str], list[PointClaim]] = defaultdict(list)
        for claim in wanted.order_by("pk"):
            states[claim.subject_id, claim.item_code, claim.source_ref].append(claim)
        for key, claims in states.items():
            live = [claim for claim in claims if claim.state != PointClaim.State.REJECTED]
            self._claims[key] = (live or claims)[-1]

    def of(self, subject: int, item_code: str, source: str) -> PointClaim | None:
        """The live claim of that source, else the last rejected one."""
        return self._claims.get((subject, item_code, source))
