"""Party organisations as people write them: full name, or the number behind a name that several bear."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from members.models import PartyOrganization
from registers.rows.columns import CellError

_NUMBERED = re.compile(r"^(.*?)\s*[（(](\d{1,12})[)）]$")
_DIGITS = re.compile(r"^\d{1,12}$", re.ASCII)


class OrganizationResolver:
    """Finds organisations within the user's own scope; one query for a whole table."""

    def resolve(self, texts: Iterable[str], context: Any) -> Mapping[str, Any]:
        asked = {text: _taken_apart(text) for text in texts}
        numbers = {number for _, number in asked.values() if number}
        names = {name for name, _ in asked.values() if name}
        rows = PartyOrganization.objects.within(context.scope).filter(Q(pk__in=numbers) | Q(name__in=names))
        by_name: dict[str, list[PartyOrganization]] = defaultdict(list)
        by_number: dict[int, PartyOrganization] = {}
        for row in rows.select_related("area").order_by("area_id", "pk"):
            by_name[row.name].append(row)
            by_number[row.pk] = row
        answers: dict[str, Any] = {}
        for text, (name, number) in asked.items():
            found = by_number.get(number) if number else None
            if found is not None and name in ("", found.name):
                answers[text] = found
            elif by_name.get(text):
                answers[text] = _single(text, by_name[text])
        return answers

    def labels(self, keys: Iterable[int], context: Any) -> Mapping[int, str]:
        """Names, with the number behind where another within the scope bears the same."""
        rows = PartyOrganization.objects.unscoped("the rows that name these organisations went through the guard")
        names = dict(rows.filter(pk__in=list(keys)).values_list("pk", "name"))
        count: dict[str, int] = defaultdict(int)
        inside = PartyOrganization.objects.within(context.scope).filter(name__in=set(names.values()))
        for name in inside.values_list("name", flat=True):
            count[name] += 1
        return {key: f"{name}（{key}）" if count[name] > 1 else name for key, name in names.items()}

    def offers(self, context: Any, limit: int) -> list[str]:
        """The organisations of the scope that stand today, by the texts that `labels` gives."""
        rows = PartyOrganization.objects.within(context.scope).filter(ended_on__isnull=True)
        keys = list(rows.order_by("area_id", "name").values_list("pk", flat=True)[:limit])
        names = self.labels(keys, context)
        return [names[key] for key in keys]


def _taken_apart(text: str) -> tuple[str, int]:
    """(name, number): either may be empty."""
    if _DIGITS.match(text):
        return "", int(text)
    numbered = _NUMBERED.match(text)
    return (numbered[1], int(numbered[2])) if numbered else (text, 0)


def _single(text: str, found: list[PartyOrganization]) -> Any:
    if len(found) == 1:
        return found[0]
    named = "、".join(f"{row.area}的（{row.pk}）" for row in found[:5])
    return CellError(
        f"填了“{text}”，这里有 {len(found)} 个同名的党组织：{named}", f"请写明编号，如“{text}（{found[0].pk}）”"
    )


ORGANIZATIONS = OrganizationResolver()
