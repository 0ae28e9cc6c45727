"""Federations by name or number, and the list of member villages in one cell: 锅上（强村）、院前、江村洼."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Left

from federations.models import Federation, FederationVillage, JointPlan
from lianjian import areacodes
from registers.rows.columns import CellError, Found, Reference
from villages.models import Village
from villages.resolvers import VILLAGES

_BETWEEN = re.compile(r"[、,，;；\n]+")
_WITH_ROLE = re.compile(r"^(.*?)\s*[（(]([^()（）]*[^()（）\d][^()（）]*)[)）]$")
_ROLES = {label: code for code, label in FederationVillage.Role.choices} | {
    code: code for code in FederationVillage.Role.values
}


class FederationResolver:
    """Finds federations within the user's own scope that are not dissolved; one query for a whole table."""

    def resolve(self, texts: Iterable[str], context: Any) -> Mapping[str, Any]:
        asked = [str(text) for text in texts]
        numbers = [text for text in asked if text.isascii() and text.isdigit() and len(text) < 13]
        rows = Federation.objects.within(context.scope).filter(Q(pk__in=numbers) | Q(name__in=asked))
        found: dict[str, list[Federation]] = defaultdict(list)
        for row in rows.exclude(status=Federation.Status.DISSOLVED).select_related("area").order_by("pk"):
            found[row.name].append(row)
            found[str(row.pk)].append(row)
        return {text: _single(text, found[text]) for text in asked if found.get(text)}

    def offers(self, context: Any, limit: int) -> list[str]:
        """The federations of the scope that are not dissolved; of namesakes the number, which is what is unlike."""
        rows = Federation.objects.within(context.scope).exclude(status=Federation.Status.DISSOLVED)
        found = list(rows.order_by("area_id", "name").values_list("pk", "name")[:limit])
        count = Counter(name for _, name in found)
        return [str(key) if count[name] > 1 else name for key, name in found]


def _single(text: str, found: list[Federation]) -> Any:
    if len(found) == 1:
        return found[0]
    named = "、".join(f"{row.area}的编号 {row.pk}" for row in found[:5])
    return CellError(f"填了“{text}”，有 {len(found)} 个同名的联建单位：{named}", "请填编号")


class Member(dict):
    """One member village of a list, as the API tells it: {village_code, role}; equal and hashable by its content.

    name  as the list says it; the village's own where none is given
    """

    def __init__(self, village: Village, role: str, name: str = "") -> None:
        super().__init__(village_code=village.pk, role=role)
        self.village = village
        self.name = name or village.name

    def __hash__(self) -> int:  # type: ignore[override]
        return hash((self["village_code"], self["role"]))

    @property
    def pair(self) -> tuple[Village, str]:
        return self.village, self["role"]

    @property
    def text(self) -> str:
        role = FederationVillage.Role(self["role"])
        return self.name if role == FederationVillage.Role.MEMBER else f"{self.name}（{role.label}）"


def with_namesakes(memberships: QuerySet) -> QuerySet:
    """The same, each knowing in `town` whose village it is where another of its county bears the same name."""
    county = Left(OuterRef("village_id"), areacodes.LEVEL_LENGTHS["county"])
    alike = Village.objects.unscoped("whether a name is borne twice tells nothing of who bears it").filter(
        name=OuterRef("village__name"), pk__gte=county, pk__lt=Concat(county, Value(":"))
    )
    town = Case(When(Exists(alike.exclude(pk=OuterRef("village_id"))), then=F("village__area__parent__name")))
    return memberships.select_related("village").annotate(town=town)


def members_of(memberships: Iterable[FederationVillage]) -> tuple[Member, ...]:
    """In the order of codes, as `MemberListResolver` gives them; namesakes with their town in front."""
    members = (
        Member(row.village, row.role, f"{getattr(row, 'town', None) or ''}{row.village.name}") for row in memberships
    )
    return tuple(sorted(members, key=lambda member: member["village_code"]))


class MemberListResolver:
    """Reads lists of villages with roles; the villages of all rows are found with one question."""

    def resolve(self, texts: Iterable[str], context: Any) -> Mapping[str, Any]:
        lists = {text: [_with_role(part) for part in _BETWEEN.split(text) if part.strip()] for text in texts}
        names = {name for parts in lists.values() for name, _ in parts}
        villages = VILLAGES.resolve(sorted(names), context)
        return {text: _members(text, parts, villages) for text, parts in lists.items()}


def _with_role(part: str) -> tuple[str, str]:
    matched = _WITH_ROLE.match(part.strip())
    return (matched[1].strip(), matched[2].strip()) if matched else (part.strip(), "")


def _members(text: str, parts: Sequence[tuple[str, str]], villages: Mapping[str, Any]) -> Any:
    members = []
    for name, role in parts:
        village = villages.get(name)
        if isinstance(village, Found):
            village = village.value
        if isinstance(village, CellError):
            return village
        if village is None:
            return CellError(f"其中的“{name}”没有找到", "请核对村居名称，或填 12 位代码")
        if role and role not in _ROLES:
            return CellError(f"“{name}”的角色填了“{role}”", f"可填：{'、'.join(FederationVillage.Role.labels)}")
        given = _ROLES.get(role, FederationVillage.Role.MEMBER)
        is_community = village.kind == Village.Kind.COMMUNITY and given == FederationVillage.Role.MEMBER
        members.append(Member(village, FederationVillage.Role.COMMUNITY if is_community else given))
    return tuple(sorted(members, key=lambda member: member["village_code"]))


FEDERATIONS = FederationResolver()
MEMBER_LIST = Reference(
    MemberListResolver(), what="村居", listed=True, label=lambda members: "、".join(member.text for member in members)
)


class PlanResolver:
    """Finds joint plans by number or name within the user's own scope; one query for a whole table."""

    def resolve(self, texts: Iterable[str], context: Any) -> Mapping[str, Any]:
        asked = [str(text) for text in texts]
        numbers = [text for text in asked if text.isascii() and text.isdigit() and len(text) < 13]
        rows = JointPlan.objects.within(context.scope).filter(Q(pk__in=numbers) | Q(name__in=asked))
        found: dict[str, list[JointPlan]] = defaultdict(list)
        for row in rows.select_related("federation").order_by("pk"):
            found[row.name].append(row)
            found[str(row.pk)].append(row)
        answers: dict[str, Any] = {}
        for text in asked:
            if len(found.get(text, ())) == 1:
                answers[text] = found[text][0]
            elif found.get(text):
                named = "、".join(f"{row.federation}的编号 {row.pk}" for row in found[text][:5])
                answers[text] = CellError(f"填了“{text}”，有 {len(found[text])} 个同名的规划：{named}", "请填编号")
        return answers


PLANS = PlanResolver()
