"""Villages and areas as people write them: code, official name, short name, with the town in front or behind.

Only what lies within the user's own scope is found; anything else gets the answer of a name that does not exist.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from lianjian import areacodes, clock
from registers.errors import NotAllowed
from registers.lookups import Suggestion, register_lookup, suggested
from registers.models.row import effective_on
from registers.register import register_of
from registers.rows.columns import CellError, Found
from registers.workbooks import values
from villages.models import Area, Village

_CODE = re.compile(r"(?<!\d)(\d{12}|\d{9}|\d{6})(?!\d)")
_AROUND = re.compile(r"[()（）\[\]【】:：,，、\s]+")


class VillageResolver:
    """Finds villages by `371083101206`, `南唐家`, `南唐家村委会`, `乳山口镇南唐家村`, `南唐家（371083101206）`.

    Texts may come as tuples (village, town) where a column 镇街 stands beside. One or two queries for a whole table.
    """

    what = "村居"

    def resolve(self, texts: Iterable[Any], context: Any) -> Mapping[Any, Any]:
        asked = {text: _Asked(*(text if isinstance(text, tuple) else (text,))) for text in texts}
        found = _Villages(context, [name for one in asked.values() for name in one.names], _codes(asked))
        answers = {text: found.answer(one) for text, one in asked.items()}
        left = {text: one for text, one in asked.items() if answers[text] is None}
        if left:
            answers |= self._behind_town(left, context)
        return {text: answer for text, answer in answers.items() if answer is not None}

    def labels(self, keys: Iterable[str], context: Any) -> Mapping[str, str]:
        """Short names, with the code behind where another village within the scope bears the same one."""
        villages = Village.objects.unscoped("the rows that name these villages went through the guard")
        names = dict(villages.filter(pk__in=list(keys)).values_list("pk", "name"))
        alike = Village.objects.within(context.scope).filter(name__in=set(names.values()))
        count = Counter(alike.values_list("name", flat=True))
        return {code: f"{name}（{code}）" if count[name] > 1 else name for code, name in names.items()}

    def offers(self, context: Any, limit: int) -> list[str]:
        """The villages of the scope that stand today, by the texts that `labels` gives."""
        areas = Area.objects.within(context.scope).filter(level=Area.Level.VILLAGE).filter(effective_on(context.today))
        codes = list(areas.order_by("code").values_list("pk", flat=True)[:limit])
        names = self.labels(codes, context)
        return [names[code] for code in codes if code in names]

    def _behind_town(self, left: Mapping[Any, "_Asked"], context: Any) -> dict[Any, Any]:
        """乳山口镇南唐家: the town's name taken off the front."""
        starts = {one.text[:length] for one in left.values() for length in range(2, min(len(one.text), 12))}
        towns = Area.objects.within(context.scope).filter(level=Area.Level.TOWN, name__in=starts)
        names = set(towns.values_list("name", flat=True))
        shorter = {
            text: _Asked(one.text[len(name) :], name)
            for text, one in left.items()
            for name in names
            if one.text.startswith(name) and len(one.text) > len(name)
        }
        if not shorter:
            return {}
        found = _Villages(context, [name for one in shorter.values() for name in one.names], set())
        return {text: found.answer(one) for text, one in shorter.items()}


class AreaResolver:
    """Finds areas of certain levels by code or name within the user's scope.

    lookup  the look-up that suggests areas of these levels only
    """

    def __init__(self, *levels: int, what: str = "区划") -> None:
        self.levels = levels
        self.what = what
        self.lookup = f"areas-{'-'.join(map(str, sorted(levels)))}"
        register_lookup(self.lookup, self.suggest)

    def suggest(self, user: Any, text: str) -> Iterable[Suggestion]:
        """What a person may mean while typing. Raises NotAllowed without the right to see areas."""
        register = register_of("areas")
        if not user.can(register.view_right):
            raise NotAllowed("您没有查看区划的权限")
        rows = register.rows(user).filter(level__in=self.levels).filter(effective_on(clock.today()))
        return suggested(register, rows, text)

    def resolve(self, texts: Iterable[str], context: Any) -> Mapping[str, Any]:
        asked = {text: _named_with_code(text) for text in texts}
        names = {name for name, _ in asked.values() if name}
        codes = {code for _, code in asked.values() if code}
        areas = Area.objects.within(context.scope).filter(level__in=self.levels, valid_to__isnull=True)
        by_name: dict[str, list[Area]] = defaultdict(list)
        by_code: dict[str, Area] = {}
        for area in areas.filter(Q(pk__in=codes) | Q(name__in=names)):
            by_name[area.name].append(area)
            by_code[area.code] = area
        answers: dict[str, Any] = {}
        for text, (name, code) in asked.items():
            if code:
                found = by_code.get(code)
                if found is not None and name in ("", found.name):
                    answers[text] = found
            elif by_name.get(name):
                answers[text] = _single(text, self.what, by_name[name])
        return answers

    def labels(self, keys: Iterable[str], context: Any) -> Mapping[str, str]:
        """Names, with the code behind where another area within the scope bears the same one."""
        areas = Area.objects.unscoped("the rows that name these areas went through the guard")
        names = dict(areas.filter(pk__in=list(keys)).values_list("pk", "name"))
        inside = Area.objects.within(context.scope).filter(level__in=self.levels, name__in=set(names.values()))
        count: dict[str, int] = defaultdict(int)
        for name in inside.values_list("name", flat=True):
            count[name] += 1
        return {code: f"{name}（{code}）" if count[name] > 1 else name for code, name in names.items()}

    def offers(self, context: Any, limit: int) -> list[str]:
        """The areas of these levels in the scope that stand today, by the texts that `labels` gives."""
        areas = Area.objects.within(context.scope).filter(level__in=self.levels).filter(effective_on(context.today))
        codes = list(areas.order_by("code").values_list("pk", flat=True)[:limit])
        names = self.labels(codes, context)
        return [names[code] for code in codes]


_NAME_AND_CODE = re.compile(r"^(.*?)\s*[（(]?(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})[)）]?$", re.ASCII)


def _named_with_code(text: str) -> tuple[str, str]:
    """(name, code) of 锅上村委会, 371083101223 or 锅上村委会（371083101223）; either may be empty."""
    found = _NAME_AND_CODE.match(values.compact(text))
    return (found[1], found[2]) if found else (text, "")


class _Asked:
    """One text taken apart: a code in it, the names it may mean, the town that stands beside."""

    def __init__(self, text: str, town: str = "") -> None:
        self.text = values.compact(text)
        self.town = values.compact(town)
        code = _CODE.search(self.text)
        self.code = code[1] if code else ""
        self.name = _AROUND.sub("", self.text.replace(self.code, "")) if self.code else self.text
        short = areacodes.short_name(self.name)
        bare = short.removesuffix("村") if len(short) > 2 else short
        self.names = list(dict.fromkeys(name for name in (self.name, short, bare) if name))


def _codes(asked: Mapping[Any, _Asked]) -> set[str]:
    return {one.code for one in asked.values() if len(one.code) == areacodes.LEVEL_LENGTHS["village"]}


class _Villages:
    """The villages of the scope that some texts may mean, read in one query."""

    def __init__(self, context: Any, names: list[str], codes: set[str]) -> None:
        self.today = context.today
        wanted = Q(name__in=names) | Q(area__name__in=names) | Q(pk__in=codes)
        villages = Village.objects.within(context.scope).filter(wanted).select_related("area", "area__parent")
        self.by_code: dict[str, Village] = {}
        self.by_name: dict[str, list[Village]] = defaultdict(list)
        for village in villages.order_by("pk"):
            self.by_code[village.pk] = village
            if village.area.valid_to is None or village.area.valid_to > self.today:
                for name in {village.name, village.area.name}:
                    self.by_name[name].append(village)

    def answer(self, asked: _Asked) -> Any:
        """A village, Found with what was understood, CellError, or None where nothing fits."""
        if asked.code:
            village = self.by_code.get(asked.code)
            if village is None or not asked.name or _is_named(village, asked.names):
                return village
            return CellError(f"填了“{asked.text}”", f"代码 {asked.code} 是“{village.name}”，与名称不符，请核对")
        for name in asked.names:
            fitting = [one for one in self.by_name.get(name, ()) if not asked.town or _is_in(one, asked.town)]
            if fitting:
                answer = _single(asked.text, "村居", fitting)
                if isinstance(answer, Village) and asked.text not in (answer.name, answer.area.name):
                    return Found(answer, f"“{asked.text}”按“{answer.name}”（{answer.pk}）录入")
                return answer
        return None


def _is_named(village: Village, names: list[str]) -> bool:
    return any(name in (village.name, village.area.name) for name in names)


def _is_in(village: Village, town: str) -> bool:
    return town in (village.town_code, village.area.parent.name if village.area.parent else "")


def _single(text: str, what: str, found: list[Any]) -> Any:
    if len(found) == 1:
        return found[0]
    named = "、".join(f"{_place(one)}（{one.pk}）" for one in found[:5])
    return CellError(f"填了“{text}”，这里有 {len(found)} 个同名的{what}：{named}", "请填代码，或在名称前写明镇街")


def _place(one: Any) -> str:
    if isinstance(one, Village):
        return f"{one.area.parent.name if one.area.parent else ''}{one.name}"
    return str(one)


VILLAGES = VillageResolver()
TOWNS = AreaResolver(Area.Level.TOWN, what="镇街")
AREAS = AreaResolver(*Area.Level.values)
