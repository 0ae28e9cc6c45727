"""The demo's federations: the six real ones of 乳山口镇, and generated ones in the other towns."""

import csv
import datetime as dt
from pathlib import Path
from random import Random
from typing import Any

from federations.actions.founding import NewPost, found_federation
from federations.actions.steps import move_status
from federations.demo_organisation import FACTS, pattern_of, topics_of
from federations.models import Federation, FederationVillage
from members.models import PartyOrganization, Post
from registers.scope import Scope
from villages.demo import COUNTY, OWN_TOWN
from villages.models import Area, Village, VillageFacts

REAL_ONES = Path(__file__).resolve().parent / "data" / "federations_rushankou.csv"
PLANNED_ON, REVIEWED_ON, APPROVED_ON, RUNNING_ON = (
    dt.date(2025, 2, 20),
    dt.date(2025, 3, 10),
    dt.date(2025, 4, 1),
    dt.date(2025, 4, 15),
)
WHY = {
    "湛江路新村": "六个村同处湛江路沿线。院前、锅上集体经济强而缺土地和劳力，其余各村闲置土地多而班子偏弱，优势互补。",
    "唐家新村": "南唐家与北唐家本是一村，地相连、人相亲，由南唐家带动。",
}
SCALE_REASON = "沿路各村产业相连、群众意愿集中，经镇党委研究按现有范围联建"
# 唐家's two villages and eight more run the oyster zone together, beside their own federations (P05).
ALLIANCE = "共同富裕党建联合体"
ALLIANCE_VILLAGES = tuple(f"371083101{n}" for n in (206, 207, 201, 202, 205, 208, 209, 210, 211, 212))
SIZES = (3, 3, 4, 4, 5)
BETWEEN = (1000, 2000)


def load_federations(random: Random, by: Any) -> list[Federation]:
    """All federations, running since 2025, and one still planned; `by` is the county's reviewer."""
    loader = _Loader(by)
    real = loader.real_ones()
    taken = {village.pk for _, _, members in real for village, _ in members}
    federations = [loader.found(name, facts, members) for name, facts, members in real]
    federations.append(loader.alliance())
    for town, villages in loader.towns.items():
        if town != OWN_TOWN:
            free = [village for village in villages if village.pk not in taken and village.kind == "village"]
            federations += [loader.found(*group) for group in loader.groups(town, free, random)]
    loader.still_planned([v for v in loader.towns[OWN_TOWN] if v.pk not in taken])
    return federations


class _Loader:
    def __init__(self, by: Any) -> None:
        self.by = by
        whole = Scope.area(COUNTY)
        self.villages = {village.pk: village for village in Village.objects.within(whole, "demo").order_by("pk")}
        self.areas = {area.pk: area for area in Area.objects.within(whole, "demo")}
        facts = VillageFacts.objects.within(whole, "demo").order_by("year").values_list("village_id", "population")
        self.people = dict(facts)
        self.towns: dict[str, list[Village]] = {}
        for village in self.villages.values():
            self.towns.setdefault(village.town_code, []).append(village)
        secretaries = Post.objects.within(whole, "demo").filter(title=Post.Title.SECRETARY)
        self.secretary_of = dict(secretaries.values_list("organization__area_id", "person__subject__number"))

    def real_ones(self) -> list[tuple[str, dict[str, Any], list[tuple[Village, str]]]]:
        """As the town's secretary told them: mode, sub-mode, villages with their roles."""
        roles = {label: code for code, label in FederationVillage.Role.choices}
        modes = {label: code for code, label in Federation.Mode.choices}
        sub_modes = {label: code for code, label in Federation.SubMode.choices} | {"": ""}
        found: dict[str, tuple[dict[str, Any], list[tuple[Village, str]]]] = {}
        with REAL_ONES.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                facts = {"mode": modes[row["mode"]], "sub_mode": sub_modes[row["sub_mode"]], "area": row["town_code"]}
                _, members = found.setdefault(row["federation"], (facts, []))
                members.append((self.villages[row["village_code"]], roles[row["role"]]))
        return [(name, facts, members) for name, (facts, members) in found.items()]

    def groups(
        self, town: str, free: list[Village], random: Random
    ) -> list[tuple[str, dict[str, Any], list[tuple[Village, str]]]]:
        """Neighbours by code, three to five villages and 1,000 to 2,000 people (P06); half the town stays outside."""
        made: list[tuple[str, dict[str, Any], list[tuple[Village, str]]]] = []
        position = 0
        while position < len(free) // 2:
            size = random.choice(SIZES)
            group = free[position : position + size]
            position += size
            if len(group) < size or not BETWEEN[0] <= sum(self.people[v.pk] for v in group) <= BETWEEN[1]:
                continue
            mode = random.choice([m for m in Federation.Mode if m != Federation.Mode.CHAIN])
            leading = FederationVillage.Role.CENTRE
            members: list[tuple[Village, str]] = [(group[0], leading)]
            members += [(village, FederationVillage.Role.MEMBER) for village in group[1:]]
            made.append((f"{group[0].name}新村", {"mode": mode, "sub_mode": "", "area": town}, members))
        return made

    def found(self, name: str, facts: dict[str, Any], members: list[tuple[Village, str]]) -> Federation:
        federation = self._plan(name, facts, members)
        steps = (
            (Federation.Status.REVIEWED, REVIEWED_ON, "镇党委组织各村和镇直部门论证"),
            (Federation.Status.APPROVED, APPROVED_ON, "同意联建"),
            (Federation.Status.RUNNING, RUNNING_ON, "联合党组织班子到位，挂牌运行"),
        )
        for status, on, reason in steps:
            federation = move_status(
                by=self.by,
                federation=federation,
                to=status,
                on=on,
                reason=reason,
                scale_reason=SCALE_REASON if status == Federation.Status.APPROVED else "",
            )
        return federation

    def _plan(
        self, name: str, facts: dict[str, Any], members: list[tuple[Village, str]], kind: str = "new_village"
    ) -> Federation:
        pattern, due_on = pattern_of(name)
        return found_federation(
            by=self.by,
            name=name,
            kind=kind,
            mode=facts["mode"],
            sub_mode=facts["sub_mode"],
            area=self.areas[facts["area"]],
            villages=members,
            organization_kind=PartyOrganization.Kind.JOINT_GENERAL_BRANCH,
            posts=self._posts(members, FACTS["town_leaders"].get(name, "") if pattern == "b" else ""),
            topics=topics_of(name),
            evidence_source="实地调研、村情年报",
            pattern=pattern,
            due_on=due_on,
            evidence=WHY.get(name, "地域相邻、产业相近，人口与规模适宜，各村党员群众意见一致。"),
            on=PLANNED_ON,
        )

    def _posts(self, members: list[tuple[Village, str]], town_leader: str) -> list[NewPost]:
        """The leading village's secretary leads (pattern A), or is deputy to a town leader for a while (B); the others
        sit on the committee with portfolios (P08).
        """
        portfolios = ("基层党建", "经济发展", "环境整治", "民生服务", "平安建设")
        leading = sorted(members, key=lambda pair: pair[1] not in ("centre", "strong"))
        people = [self.secretary_of[village.pk] for village, _ in leading if village.pk in self.secretary_of]
        leader = NewPost(town_leader, Post.Title.SECRETARY, "全面工作", Post.Source.TOWN)
        first = Post.Title.DEPUTY if town_leader else Post.Title.SECRETARY
        return [
            *([leader] if town_leader else []),
            NewPost(person=people[0], title=first, portfolio="日常工作" if town_leader else "全面工作"),
            *(
                NewPost(person=person, title=Post.Title.MEMBER, portfolio=portfolio)
                for person, portfolio in zip(people[1:], portfolios, strict=False)
            ),
        ]

    def alliance(self) -> Federation:
        members = [
            (self.villages[code], FederationVillage.Role.CENTRE if n == 0 else FederationVillage.Role.MEMBER)
            for n, code in enumerate(ALLIANCE_VILLAGES)
        ]
        federation = found_federation(
            by=self.by,
            name=ALLIANCE,
            kind=Federation.Kind.ALLIANCE,
            mode=Federation.Mode.STRONG_STRONG,
            area=self.areas[OWN_TOWN],
            villages=members,
            organization_kind=PartyOrganization.Kind.JOINT_COMMITTEE,
            evidence="十个村合办 140 亩牡蛎养殖区。",
            on=PLANNED_ON,
        )
        for status, on in (("reviewed", REVIEWED_ON), ("approved", APPROVED_ON), ("running", RUNNING_ON)):
            federation = move_status(by=self.by, federation=federation, to=status, on=on)
        return federation

    def still_planned(self, free: list[Village]) -> None:
        """One federation that still has its way to go, so that the demo shows the beginning too."""
        group = [village for village in free if village.kind == "village"][-3:]
        members: list[tuple[Village, str]] = [(village, FederationVillage.Role.MEMBER) for village in group]
        self._plan(f"{group[0].name}新村", {"mode": "complement", "sub_mode": "", "area": OWN_TOWN}, members)


def federation_named(name: str) -> Federation:
    return Federation.objects.within(Scope.area(COUNTY), "demo").get(name=name)
