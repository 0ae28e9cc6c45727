"""Things of the economy as people write them: by name, or by the number behind a name that several bear."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from registers.rows.columns import CellError

_NUMBERED = re.compile(r"^(.*?)\s*[（(](\d{1,12})[)）]$", re.ASCII)
_DIGITS = re.compile(r"^\d{1,12}$", re.ASCII)


class NamedResolver:
    """Finds rows of one model within the user's own scope; one query for a whole table.

    `model` has a `name` and lies at a place (a foreign key, `area` by default).
    Understood: 锅上果品专业合作社, 12, 锅上果品专业合作社（12）.
    """

    def __init__(self, model: Any, *, what: str, place: str = "area") -> None:
        self.model = model
        self.what = what
        self.place = place

    def resolve(self, texts: Iterable[str], context: Any) -> Mapping[str, Any]:
        asked = {text: _taken_apart(text) for text in texts}
        numbers = {number for _, number in asked.values() if number}
        names = {*asked, *(name for name, _ in asked.values())}
        rows = self.model.objects.within(context.scope).filter(Q(pk__in=numbers) | Q(name__in=names))
        by_name: dict[str, list[Any]] = defaultdict(list)
        by_number: dict[int, Any] = {}
        for row in rows.select_related(self.place).order_by("pk"):
            by_name[row.name].append(row)
            by_number[row.pk] = row
        answers: dict[str, Any] = {}
        for text, (name, number) in asked.items():
            found = by_number.get(number) if number else None
            if found is not None and name in ("", found.name):
                answers[text] = found
            elif by_name.get(text):
                answers[text] = self._single(text, by_name[text])
        return answers

    def labels(self, keys: Iterable[int], context: Any) -> Mapping[int, str]:
        """Names, with the number behind where another within the scope bears the same."""
        rows = self.model.objects.unscoped("the rows that name these things went through the guard")
        names = dict(rows.filter(pk__in=list(keys)).values_list("pk", "name"))
        inside = self.model.objects.within(context.scope).filter(name__in=set(names.values()))
        count = Counter(inside.values_list("name", flat=True))
        return {key: f"{name}（{key}）" if count[name] > 1 else name for key, name in names.items()}

    def _single(self, text: str, found: list[Any]) -> Any:
        if len(found) == 1:
            return found[0]
        named = "、".join(f"{getattr(row, self.place)}的（{row.pk}）" for row in found[:5])
        return CellError(
            f"填了“{text}”，这里有 {len(found)} 个同名的{self.what}：{named}",
            f"请写明编号，如“{text}（{found[0].pk}）”",
        )


def _taken_apart(text: str) -> tuple[str, int]:
    """(name, number): either may be empty."""
    if _DIGITS.match(text):
        return "", int(text)
    numbered = _NUMBERED.match(text)
    return (numbered[1], int(numbered[2])) if numbered else (text, 0)
