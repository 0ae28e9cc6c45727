"""Founding a federation (P05–P08): the joint organisation, its villages and posts, and the first step, at once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from federations.access import CHANGE, require_village
from federations.actions.conflicts import conflicts_explained
from federations.actions.evidence import keep_evidence
from federations.actions.leadership import begin_pattern
from federations.actions.steps import add_step
from federations.models import Federation, FederationVillage
from lianjian import areacodes, clock
from members.access import require_target
from members.actions.posts import appoint, person_for_post
from members.models import PartyOrganization, Post
from registers.errors import Invalid
from villages.models import Area, Village
from villages.queries import require_open

LEAST_VILLAGES = 2
Role = FederationVillage.Role
_IN_NAMES: dict[str, str] = {
    PartyOrganization.Kind.JOINT_GENERAL_BRANCH: "联合总支委员会",
    PartyOrganization.Kind.JOINT_BRANCH: "联合支部委员会",
    PartyOrganization.Kind.JOINT_COMMITTEE: "联合委员会",
    PartyOrganization.Kind.CHAIN_COMMITTEE: "产业链联合委员会",
}


@dataclass(frozen=True)
class NewPost:
    """A post of the founding form: `person` is a name or a member number."""

    person: str
    title: str
    portfolio: str = ""
    source: str = Post.Source.VILLAGE


def organization_name_of(name: str, kind: str) -> str:
    """The usual full name of a joint organisation: 中共湛江路新村联合总支委员会."""
    stem = name.removesuffix("产业链") if kind == PartyOrganization.Kind.CHAIN_COMMITTEE else name
    return f"中共{stem}{_IN_NAMES[kind]}"


def role_for(village: Village, role: str) -> str:
    """A community that is no more than a member is a 成员社区."""
    is_community = village.kind == Village.Kind.COMMUNITY
    if is_community and role == Role.MEMBER:
        return Role.COMMUNITY
    return Role.MEMBER if role == Role.COMMUNITY and not is_community else role


@transaction.atomic
def found_federation(
    *,
    by: Any,
    name: str,
    kind: str,
    mode: str,
    area: Area,
    villages: Sequence[tuple[Village, str]],
    organization_kind: str = PartyOrganization.Kind.JOINT_GENERAL_BRANCH,
    sub_mode: str = "",
    organization_name: str = "",
    posts: Sequence[NewPost] = (),
    evidence: str = "",
    topics: Mapping[str, str] | None = None,
    evidence_source: str = "",
    pattern: str = "",
    due_on: dt.date | None = None,
    scale_reason: str = "",
    on: dt.date | None = None,
    reason: str = "",
) -> Federation:
    """A planned federation (拟建) with all that belongs to it. Its villages take no slot before 批复.

    `area` is the leading town, or the county; `topics` is the evidence by heading (P07), `pattern` a or b with the day
    by which b is to be handed over (P08). Raises Invalid, NotAllowed.
    """
    require_target(by=by, right=CHANGE, code=area.pk, field="area_code", what="镇街")
    name = name.strip()
    check_facts(name=name, mode=mode, sub_mode=sub_mode, area=area, organization_kind=organization_kind)
    for village, _ in villages:
        require_village(by=by, area_code=area.pk, village_code=village.pk, field="villages")
    day = on or clock.today()
    check_villages(villages, day)
    if day > clock.today():
        raise Invalid("提出日期不能晚于今天", field="on")
    with conflicts_explained(by=by, codes=[village.pk for village, _ in villages], since=day):
        organization = PartyOrganization.objects.create(
            name=organization_name.strip() or organization_name_of(name, organization_kind),
            kind=organization_kind,
            area=area,
            parent=_committee_of(area),
        )
        federation = Federation.objects.create(
            name=name,
            kind=kind,
            mode=mode,
            sub_mode=sub_mode,
            area=area,
            organization=organization,
            evidence=evidence.strip(),
            scale_reason=scale_reason.strip(),
        )
        FederationVillage.objects.bulk_create(
            FederationVillage(
                federation=federation, village=village, role=role_for(village, role), valid_from=day, holds_slot=False
            )
            for village, role in villages
        )
    for post in posts:
        person = person_for_post(by=by, name=post.person, organization=organization, source=post.source)
        appoint(
            by=by,
            organization=organization,
            person=person,
            title=post.title,
            portfolio=post.portfolio,
            source=post.source,
            valid_from=day,
        )
    keep_evidence(federation, topics or {}, on=day, source=evidence_source.strip())
    if pattern:
        if due_on is not None and due_on <= day:
            raise Invalid("应交接日期应晚于提出日期", field="due_on")
        begin_pattern(federation, pattern=pattern, on=day, due_on=due_on)
    add_step(federation, to=Federation.Status.PLANNED, on=day, by=by, reason=reason)
    return federation


def check_facts(*, name: str, mode: str, sub_mode: str, area: Area, organization_kind: str) -> None:
    """Raises Invalid for facts that do not go together."""
    if not name:
        raise Invalid("请填写联建单位名称", field="name")
    if area.level not in (Area.Level.TOWN, Area.Level.COUNTY):
        raise Invalid("牵头单位应为镇街，或县（市、区）", field="area_code")
    if organization_kind not in _IN_NAMES:
        raise Invalid(
            "请选择联合党组织类别：联合党支部、联合党总支、联合党委或产业链联合党委", field="organization_kind"
        )
    if sub_mode and mode != Federation.Mode.URBAN_RURAL:
        raise Invalid("只有“城乡一体化带动”才分细分模式，请留空", field="sub_mode")


def check_villages(villages: Sequence[tuple[Village, str]], on: dt.date) -> None:
    """Raises Invalid for too few villages, one named twice, or one that was closed by then."""
    codes = [village.pk for village, _ in villages]
    twice = next((village.name for village, _ in villages if codes.count(village.pk) > 1), "")
    if twice:
        raise Invalid(f"“{twice}”填了两次，只能保留一次", field="villages")
    if len(codes) < LEAST_VILLAGES:
        raise Invalid(f"联建至少要有 {LEAST_VILLAGES} 个村居", field="villages")
    for village, _ in villages:
        require_open(village, on, field="villages")


def _committee_of(area: Area) -> PartyOrganization | None:
    """The committee of the leading town (or county), where it is entered exactly once."""
    rows = PartyOrganization.objects.unscoped("the joint organisation hangs below its town's committee").filter(
        area_id__in=[area.pk, area.pk[: areacodes.LEVEL_LENGTHS["county"]]],
        kind=PartyOrganization.Kind.COMMITTEE,
        ended_on__isnull=True,
    )
    found = list(rows.filter(area=area)[:2])
    return found[0] if len(found) == 1 else None
