"""What a turnover would do: for each organisation of the workbook, who goes, who stays, who comes."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from members.models import PartyOrganization, Post
from members.turnover.columns import Line, by_organization
from registers.models.row import effective_on

# Appointed from above, not elected: they stay unless the workbook names such a post of the organisation.
APPOINTED = (Post.Title.FIRST_SECRETARY, Post.Title.SENT_FIRST_SECRETARY)
SECRETARY = Post.Title.SECRETARY


@dataclass
class Stay:
    """A post that goes on, with what the workbook changes in it."""

    post: Post
    portfolio: str
    source: str

    @property
    def changes(self) -> bool:
        return (self.portfolio, self.source) != (self.post.portfolio, self.post.source)


@dataclass
class Team:
    """One organisation before and after. `kept`: posts appointed from above that the workbook does not name."""

    organization: PartyOrganization
    goes: list[Post] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    kept: list[Post] = field(default_factory=list)
    comes: list[Line] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        return bool(self.goes or self.comes or any(stay.changes for stay in self.stays))

    @property
    def has_secretary(self) -> bool:
        return any(line.title == SECRETARY for line in self.comes) or any(
            stay.post.title == SECRETARY for stay in self.stays
        )


@dataclass
class Plan:
    """Teams in the workbook's order. `problems` are (line, field, what is wrong, what would be right)."""

    on: dt.date
    teams: list[Team] = field(default_factory=list)
    problems: list[tuple[Line, str, str, str]] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        return any(team.changes for team in self.teams)

    def count(self, what: str) -> int:
        """Posts that go, stay, come or are kept."""
        return sum(len(getattr(team, what)) for team in self.teams)

    @property
    def digest(self) -> str:
        """Changes with anything that would be done: what was looked at is what is confirmed."""
        parts: list[Any] = [self.on.isoformat()]
        for team in self.teams:
            parts += [team.organization.pk, [post.pk for post in team.goes], [stay.post.pk for stay in team.stays]]
            parts += [(stay.portfolio, stay.source) for stay in team.stays if stay.changes]
            parts += [(*line.key, line.portfolio, line.source) for line in team.comes]
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def make_plan(lines: Sequence[Line], on: dt.date) -> Plan:
    """Compare the workbook with the posts of its organisations on the day. One query for any number of them.

    Refused: two 书记 of one organisation, one person twice in one post, an organisation that is no more on the day,
    posts that begin later than the day.
    """
    plan = Plan(on)
    grouped = by_organization(lines)
    standing: dict[int, list[Post]] = defaultdict(list)
    later: dict[int, list[Post]] = defaultdict(list)
    posts = Post.objects.unscoped("organisations found within the scope of who changes them").filter(
        Q(valid_from__gt=on) | effective_on(on), organization__in=grouped
    )
    for post in posts.select_related("person").order_by("valid_from", "pk"):
        (later if post.valid_from > on else standing)[post.organization_id].append(post)
    for key, own in grouped.items():
        plan.problems += _problems(own, later[key], on)
        plan.teams.append(_team(own, standing[key]))
    return plan


def _team(lines: Sequence[Line], standing: Sequence[Post]) -> Team:
    team = Team(lines[0].organization)
    named = {line.title for line in lines}
    wanted = {(line.title, line.person.pk): line for line in lines if line.person is not None}
    met = set()
    for post in standing:
        key = (post.title, post.person_id)
        line = wanted.get(key)
        if line is not None:
            met.add(key)
            team.stays.append(
                Stay(
                    post,
                    post.portfolio if line.portfolio is None else line.portfolio,
                    post.source if line.source is None else line.source,
                )
            )
        elif post.title in APPOINTED and post.title not in named:
            team.kept.append(post)
        else:
            team.goes.append(post)
    team.comes = [line for line in lines if line.person is None or (line.title, line.person.pk) not in met]
    return team


def _problems(lines: Sequence[Line], later: Sequence[Post], on: dt.date) -> list[tuple[Line, str, str, str]]:
    found: list[tuple[Line, str, str, str]] = []
    organization = lines[0].organization
    if organization.ended_on and organization.ended_on <= on:
        said = f"“{organization.name}”已于 {organization.ended_on} 撤销"
        found += [(line, "organization", said, "请删去这一行，或核对换届日期") for line in lines]
    if later:
        post = later[0]
        said = f"“{organization.name}”已登记了 {post.valid_from} 起任{post.get_title_display()}的“{post.person.name}”"
        found.append((lines[0], "organization", said, f"晚于换届日期 {on}，请先删去那一条，或改换届日期"))
    secretaries = [line for line in lines if line.title == SECRETARY]
    if len(secretaries) > 1:
        named = "、".join(str(line.checked.number) for line in secretaries)
        said = f"第 {named} 行都是“{organization.name}”的书记"
        found += [(line, "title", said, "一个党组织只能有一名书记") for line in secretaries]
    seen: dict[Any, Line] = {}
    for line in lines:
        first = seen.setdefault(line.key, line)
        if first is not line and line.title != SECRETARY:
            said = f"与第 {first.checked.number} 行是同一个人、同一职务"
            found.append((line, "person", said, "只能保留一行"))
    return found
