"""The columns of a turnover workbook, and who is meant by the names in it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from lianjian import areacodes
from members.actions.posts import FROM_ABOVE, reaches_area
from members.models import PartyOrganization, Person, Post, Subject, Turnover
from members.queries.people import persons_named
from members.resolvers import ORGANIZATIONS
from registers.models.row import effective_on
from registers.rows.columns import Choice, Column, Reference, Text
from registers.rows.results import CheckedRow, CheckedRows

BY_POST = "任职"  # before the number of a post, in place of a member number
NEW = "new"  # chosen for a name: none of those known, but somebody not entered yet
Choices = Mapping[int, str]

COLUMNS = (
    Column(
        "organization", "党组织", Reference(ORGANIZATIONS, what="党组织"), required=True, width=30,
        example="锅上村党支部", aliases=("党组织名称", "所在党组织", "支部"),
    ),
    Column("title", "职务", Choice(Post.Title.choices), required=True, width=14, example="书记"),
    Column(
        "person", "姓名", Text(40, compact=True), required=True, width=12, example="王平",
        help="有同名的，上传后在网页上选是哪一位；也可以在“党员编号”里写明",
    ),
    Column("portfolio", "分工", Text(60), width=16, example="经济发展", help="留任的不填，按原来的分工"),
    Column(
        "source", "来源", Choice(Post.Source.choices), width=12, example="村干部",
        help="不填为村干部；留任的按原来的",
    ),
    Column("number", "党员编号", Text(20, compact=True), width=18, aliases=("编号",), help="可留空；填了就以编号为准"),
)  # fmt: skip


@dataclass(eq=False)
class Line:
    """One row of the workbook: who holds which post from the day on. Without a person he is entered newly."""

    checked: CheckedRow
    organization: PartyOrganization
    title: str
    name: str
    person: Person | None
    portfolio: str | None
    source: str | None

    @property
    def key(self) -> tuple[int, str, Any]:
        return self.organization.pk, self.title, self.person.pk if self.person else self.name


@dataclass(frozen=True)
class Option:
    """Somebody who may be meant. `likely` holds that very post already."""

    value: str
    label: str
    hint: str = ""
    likely: bool = False


@dataclass(frozen=True)
class Question:
    """A row whose person somebody must choose."""

    row: int
    name: str
    organization: str
    title: str
    options: tuple[Option, ...]


@dataclass
class Understood:
    """Rows as lines, and what must be asked first."""

    lines: list[Line] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def understand(by: Any, checked: CheckedRows, on: dt.date, choices: Choices) -> Understood:
    """Find the people. An unknown name is an error in its cell, unless its source is above the village: then he is
    entered newly, once somebody said that he is none of his namesakes. Who already holds a post of the organisation
    is known by it, even where he lives in another town. Five queries for any number of rows.
    """
    rows = list(checked.rows)
    known = persons_named(by, {row.values["person"] for row in rows} | {row.values.get("number") or "" for row in rows})
    book = _Book(by, on, known, [row.values["organization"].pk for row in rows])
    result = Understood()
    for row in rows:
        facts = row.values
        number = facts.get("number")
        if number:
            people = known.get(number, []) or book.by_post(facts["organization"], number)
            if not people or people[0].name != facts["person"]:
                said = "没有找到这个编号" if not people else f"编号 {number} 登记的姓名不是“{facts['person']}”"
                checked.refuse(row, "number", said, "请核对编号和姓名", value=number)
                continue
            result.lines.append(_line(row, people[0]))
            continue
        from_above = facts.get("source") in FROM_ABOVE
        people = book.fitting(known.get(facts["person"], []), facts["organization"], facts["person"], from_above)
        chosen = choices.get(row.number) or book.earlier(row)
        person = next((one for one in people if str(one.pk) == chosen), None)
        if person is None and len(people) == 1 and not (from_above and _is_villager(people[0])):
            person = people[0]
        if person is not None or (from_above and (not people or chosen == NEW)):
            result.lines.append(_line(row, person))
        elif people:
            result.questions.append(book.question(row, people, may_be_new=from_above))
        else:
            checked.refuse(
                row, "person", f"没有找到“{facts['person']}”",
                "请核对姓名或填党员编号；镇街干部、上级选派和大学生村官请写明“来源”", value=facts["person"],
            )  # fmt: skip
    return result


def _line(row: CheckedRow, person: Person | None) -> Line:
    facts = row.values
    return Line(
        row, facts["organization"], facts["title"], facts["person"], person, facts.get("portfolio"),
        facts.get("source"),
    )  # fmt: skip


def _is_villager(person: Person) -> bool:
    return len(person.area_id) == areacodes.LEVEL_LENGTHS["village"]


class _Book:
    """What tells people of one name apart: their village and number, the post they hold, the choice made before."""

    def __init__(
        self, by: Any, on: dt.date, known: Mapping[str, Sequence[Person]], organizations: Iterable[int]
    ) -> None:
        self.people = {person.pk: person for people in known.values() for person in people}
        subjects = Subject.objects.visible_to(by).filter(person__in=self.people)
        self.numbers: dict[UUID | None, str] = dict(subjects.values_list("person_id", "number"))
        posts = Post.objects.visible_to(by).filter(effective_on(on), organization__in=set(organizations))
        self.holders: set[tuple[int, str, UUID]] = set()
        self.posts: dict[tuple[int, str], Person] = {}
        self.team: dict[tuple[int, str], dict[UUID, Person]] = defaultdict(dict)
        for post in posts.select_related("person__area").order_by("pk"):
            self.posts[post.organization_id, f"{BY_POST}{post.pk}"] = post.person
            self.holders.add((post.organization_id, post.title, post.person_id))
            self.team[post.organization_id, post.person.name][post.person_id] = post.person
        self.chosen: dict[tuple[int, str, str], str] = {}
        earlier = Turnover.objects.visible_to(by).filter(on=on, undone_at__isnull=True).order_by("pk")
        for lines in earlier.values_list("lines", flat=True):
            for line in lines:
                self.chosen[line["organization"], line["title"], line["name"]] = line["person"]

    def fitting(
        self, known: Sequence[Person], organization: PartyOrganization, name: str, from_above: bool
    ) -> list[Person]:
        """Those who live where the organisation is, or hold a post of it, go before others; for cadres from above
        those of no village.
        """
        team = self.team.get((organization.pk, name), {})
        people = [*known, *(person for pk, person in team.items() if pk not in self.people)]
        if from_above:
            return [person for person in people if not _is_villager(person)] or people
        return [one for one in people if reaches_area(organization, one) or one.pk in team] or people

    def by_post(self, organization: PartyOrganization, text: str) -> list[Person]:
        """Who holds the post that the filled workbook names where no member number may be told (任职123)."""
        person = self.posts.get((organization.pk, text))
        return [person] if person is not None else []

    def earlier(self, row: CheckedRow) -> str:
        """The person of the same row in a turnover of the same day: the same file asks nobody twice."""
        facts = row.values
        return self.chosen.get((facts["organization"].pk, facts["title"], facts["person"]), "")

    def question(self, row: CheckedRow, people: Sequence[Person], *, may_be_new: bool) -> Question:
        facts = row.values
        post = (facts["organization"].pk, facts["title"])
        options = [
            Option(str(one.pk), self._label(one), self._hint(one, post[0]), (*post, one.pk) in self.holders)
            for one in people
        ]
        if may_be_new:
            options.append(Option(NEW, "都不是，新登记一位", "镇街或上级来的干部"))
        return Question(
            row.number, facts["person"], facts["organization"].name, Post.Title(facts["title"]).label, tuple(options)
        )

    def _label(self, person: Person) -> str:
        if person.pk not in self.people:
            return "现任"  # of another town: no more is told than that he holds the post
        return f"{person.area.short_name} {self.numbers.get(person.pk, '')}".strip()

    def _hint(self, person: Person, organization: int) -> str:
        """Gender, birth year and the post he holds there; never a telephone or an ID number."""
        held = sorted({title for team, title, pk in self.holders if (team, pk) == (organization, person.pk)})
        if person.pk not in self.people:
            return "，".join(f"现任{Post.Title(title).label}" for title in held)
        parts = [
            person.get_gender_display(),
            f"{person.birth_year} 年生" if person.birth_year else "",
            *(f"现任{Post.Title(title).label}" for title in held),
        ]
        return "，".join(part for part in parts if part)


def by_organization(lines: Iterable[Line]) -> dict[int, list[Line]]:
    """Lines in the order of the workbook."""
    found: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.organization.pk].append(line)
    return dict(found)
