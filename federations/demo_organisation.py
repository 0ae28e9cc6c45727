"""The demo's organisation of federations: premises, rota, chain, backward villages, plans; people and money invented.

The chain has the figures of P09: 14 villages, 5 leading enterprises, classes 2, 6, 6 and 2, six help teams.
"""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from federations.actions.duty import save_week, swap_duty
from federations.actions.founding import found_federation
from federations.actions.leadership import hand_over_leadership
from federations.actions.steps import move_status
from federations.models import (
    DutyShift,
    Enterprise,
    Federation,
    FederationEnterprise,
    FederationVillage,
    HelpTeam,
    JointPlan,
    PlanItem,
    PlanOpinion,
    Premises,
    Shift,
    VillageClass,
    VillageSupport,
    WeakVillage,
)
from federations.premises import standard
from lianjian import clock
from members.actions.posts import appoint, person_for_post
from members.models import PartyOrganization, Post
from registers.scope import Scope
from villages.demo import COUNTY, OWN_TOWN
from villages.models import Area, Village

FACTS: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "organisation.json").read_text(encoding="utf-8"))
SINCE = dt.date(2025, 4, 15)
CHAIN_SINCE = dt.date(2025, 5, 20)
CHAIN_VILLAGES = 14
ROTA_OF = ("湛江路新村", "唐家新村")


def topics_of(name: str) -> dict[str, str]:
    """The planning evidence of a federation by heading (P07)."""
    return FACTS["evidence"].get(name, FACTS["usual_evidence"])


def pattern_of(name: str) -> tuple[str, dt.date | None]:
    """(pattern, day by which it is to be handed over)."""
    due = FACTS["pattern_b"].get(name)
    return ("b", dt.date.fromisoformat(due)) if due else ("a", None)


def load_organisation(random: Random, by: Any) -> None:
    """Everything below the federations; `by` is the county's reviewer."""
    loader = _Loader(random, by)
    loader.leadership()
    loader.premises()
    loader.chain()
    loader.weak_villages()
    loader.plans()
    loader.rota()


class _Loader:
    def __init__(self, random: Random, by: Any) -> None:
        self.random, self.by = random, by
        whole = Scope.area(COUNTY)
        rows = Federation.objects.within(whole, "demo").filter(area_id=OWN_TOWN).select_related("organization", "area")
        self.federations = {federation.name: federation for federation in rows}
        villages = Village.objects.within(whole, "demo").filter(area_id__gte=OWN_TOWN, area_id__lt=f"{OWN_TOWN}:")
        self.villages = list(villages.order_by("pk"))

    def leadership(self) -> None:
        """The town leader in charge is 党总支第一书记 (A), or led for a while and handed over (B)."""
        for name, leader in FACTS["town_leaders"].items():
            federation = self.federations[name]
            if name in FACTS["handed_over"]:
                deputy = Post.objects.within(Scope.area(COUNTY), "demo").filter(
                    organization=federation.organization, title=Post.Title.DEPUTY
                )
                hand_over_leadership(
                    by=self.by, federation=federation, person=deputy.get().person.subject.number, portfolio="全面工作",
                    on=dt.date.fromisoformat(FACTS["handed_over"][name]), note="过渡一年，班子已经理顺",
                )  # fmt: skip
            elif name not in FACTS["pattern_b"]:
                person = person_for_post(
                    by=self.by, name=leader, organization=federation.organization, source=Post.Source.TOWN
                )
                appoint(
                    by=self.by, organization=federation.organization, person=person, source=Post.Source.TOWN,
                    title=Post.Title.FIRST_SECRETARY, portfolio="包片", valid_from=SINCE,
                )  # fmt: skip

    def premises(self) -> None:
        items = standard(COUNTY)
        for name, title, state, address, area, hotline, opened, done, note in FACTS["premises"]:
            Premises.objects.create(
                federation=self.federations[name], name=title, state=state, address=address, hotline=hotline,
                area_m2=Decimal(area) if area else None, note=note, items="、".join(items[:done]),
                opened_on=dt.date.fromisoformat(opened) if opened else None,
            )  # fmt: skip

    def chain(self) -> None:
        facts = FACTS["chain"]
        members = [village for village in self.villages if village.kind == Village.Kind.VILLAGE][:CHAIN_VILLAGES]
        area = Area.objects.within(Scope.area(COUNTY), "demo").get(pk=OWN_TOWN)
        chain = found_federation(
            by=self.by, name=facts["name"], kind=Federation.Kind.CHAIN, mode=Federation.Mode.CHAIN, area=area,
            villages=[(village, FederationVillage.Role.MEMBER) for village in members],
            organization_kind=PartyOrganization.Kind.CHAIN_COMMITTEE, evidence=facts["evidence"],
            on=CHAIN_SINCE - dt.timedelta(days=60),
        )  # fmt: skip
        for status, days in (("reviewed", 30), ("approved", 10), ("running", 0)):
            chain = move_status(by=self.by, federation=chain, to=status, on=CHAIN_SINCE - dt.timedelta(days=days))
        for name, role in zip(facts["enterprises"], facts["roles"], strict=True):
            enterprise, _ = Enterprise.objects.within(Scope.area(COUNTY), "demo").get_or_create(
                name=name, area=area, defaults={"kind": Enterprise.Kind.LEADING, "industry": "牡蛎"}
            )
            FederationEnterprise.objects.create(
                federation=chain, enterprise=enterprise, valid_from=CHAIN_SINCE, note=role
            )
        # 16 places over 14 villages: two that give the example help others along, too.
        places = iter([*members, *members[2:]])
        for category, count in facts["classes"].items():
            for _ in range(count):
                VillageClass.objects.create(
                    federation=chain, village=next(places), category=category, valid_from=CHAIN_SINCE
                )
        for name, what, whom in facts["teams"]:
            HelpTeam.objects.create(
                federation=chain, name=name, helps_with=what, helps_whom=whom, valid_from=CHAIN_SINCE,
                head=self.random.choice(FACTS["plans_people"]), members="、".join(FACTS["plans_people"][:3]),
            )  # fmt: skip

    def weak_villages(self) -> None:
        held = FederationVillage.objects.within(Scope.area(COUNTY), "demo").filter(primary=True, holds_slot=True)
        taken = set(held.values_list("village_id", flat=True))
        free = [one for one in self.villages if one.pk not in taken and one.kind == Village.Kind.VILLAGE]
        for village, (listed, problems, team, count, accepted, accepted_by, evidence) in zip(
            free, FACTS["weak"], strict=False
        ):
            WeakVillage.objects.create(
                village=village, listed_on=dt.date.fromisoformat(listed), problems=problems, team=team,
                accepted_on=dt.date.fromisoformat(accepted) if accepted else None, accepted_by=accepted_by,
                evidence=evidence,
            )  # fmt: skip
            for kind, name, title in FACTS["supports"][:count]:
                VillageSupport.objects.create(
                    village=village, kind=kind, name=name, title=title, valid_from=dt.date.fromisoformat(listed)
                )

    def plans(self) -> None:
        for name, title, state, first, last, drawn_by, adopted, note in FACTS["plans"]:
            plan = JointPlan.objects.create(
                federation=self.federations[name], name=title, state=state, from_year=first, to_year=last,
                drawn_by=drawn_by, adopted_on=dt.date.fromisoformat(adopted) if adopted else None, note=note,
            )  # fmt: skip
            if state != JointPlan.State.RUNNING:
                continue
            for item in FACTS["items"]:
                paid = {"actual_money": Decimal(item[8])} if item[8] else {}
                PlanItem.objects.create(
                    plan=plan, name=item[0], responsible=item[2], planned_from=item[3], planned_to=item[4],
                    planned_money=Decimal(item[5]), actual_from=item[6] or None, actual_to=item[7] or None,
                    note=item[9], **paid,
                )  # fmt: skip
            for on, who, content, taken, why in FACTS["opinions"]:
                PlanOpinion.objects.create(plan=plan, on=on, who=who, content=content, taken=taken, why=why)

    def rota(self) -> None:
        """Last week and this one: the committee in the daytime, one by night; working together on the first day."""
        this = clock.today() - dt.timedelta(days=clock.today().weekday())
        for name in ROTA_OF:
            federation = self.federations[name]
            people = list(
                Post.objects.within(Scope.area(COUNTY), "demo")
                .filter(organization=federation.organization, valid_to__isnull=True)
                .order_by("pk").values_list("person__name", flat=True)
            )  # fmt: skip
            people = list(dict.fromkeys([*people, *FACTS["plans_people"]]))[:7]
            for monday in (this - dt.timedelta(days=7), this):
                places: dict[tuple[dt.date, str], list[str]] = {}
                for n in range(7):
                    day = monday + dt.timedelta(days=n)
                    first, second, third = (people[(n + shift) % len(people)] for shift in (0, 2, 4))
                    together = people[:4] if n == 0 else [first, second]
                    places[day, Shift.MORNING] = together if n < 5 else [first]
                    places[day, Shift.AFTERNOON] = [second] if n < 5 else []
                    places[day, Shift.NIGHT] = [third]
                save_week(by=self.by, federation=federation, monday=monday, places=places)
        rows = DutyShift.objects.within(Scope.area(COUNTY), "demo").filter(federation=self.federations[ROTA_OF[0]])
        nights = list(rows.filter(shift=Shift.NIGHT, on__gte=this).order_by("on"))
        swap_duty(by=self.by, shift=nights[1], back=nights[3], taken_by="", reason="周二到市里参加培训")
        swap_duty(by=self.by, shift=nights[5], taken_by="孙明远", reason="家中有事")
