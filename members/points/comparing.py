"""What differs between two versions of a scheme, as a clerk reads it: added, gone, changed from … to …, by category.

Items, categories and grades are the same ones where their code (a grade: its name) is the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lianjian.periods import parse_quarter
from members.models.subjects import SubjectClass
from members.points.amounts import shown
from members.points.content import CategoryContent, ItemContent, SchemeContent

ADDED, GONE, CHANGED = "added", "gone", "changed"
KINDS = {ADDED: "新增", GONE: "取消", CHANGED: "改动"}


@dataclass(frozen=True)
class Change:
    """One thing that says something else: texts for people, points with their unit."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """An item, a grade or a rule that is not as it was; `told` says what an added or gone one is about."""

    kind: str
    name: str
    code: str = ""
    told: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def kind_label(self) -> str:
        return KINDS[self.kind]


@dataclass(frozen=True)
class Section:
    """What differs in one part: the rules, a category with its items, the grades."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Comparison:
    sections: tuple[Section, ...]

    def count(self, kind: str) -> int:
        return sum(line.kind == kind for section in self.sections for line in section.lines)

    @property
    def counts(self) -> list[tuple[str, int]]:
        return [(label, self.count(kind)) for kind, label in KINDS.items()]


def compare(old: SchemeContent, new: SchemeContent) -> Comparison:
    """Old beside new; parts that are the same in both are left out."""
    parts = [Section("总则", tuple(_rules(old, new)))]
    then = {category.code: category for category in old.categories}
    now = {category.code: category for category in new.categories}
    for code in [*now, *(code for code in then if code not in now)]:
        title = (now.get(code) or then[code]).name
        lines = (*_category(then.get(code), now.get(code)), *_items(code, old, new))
        parts.append(Section(title, lines))
    parts.append(Section("等次", tuple(_grades(old, new))))
    return Comparison(tuple(part for part in parts if part.lines))


def _rules(old: SchemeContent, new: SchemeContent) -> Iterator[Line]:
    before, after = _rules_of(old), _rules_of(new)
    for label, told in after.items():
        if told != before[label]:
            yield Line(CHANGED, label, changes=(Change("", before[label], told),))


def _rules_of(content: SchemeContent) -> dict[str, str]:
    quota = content.top_quota_percent
    rules = {
        "名称": content.name,
        "编码": content.code,
        "自季度起": parse_quarter(content.from_quarter).label,
        "基础分": _points(content.base),
        "最低总分": _points(content.floor, "不设"),
        "排名": "各类别分别排名" if content.rank_by_class else "不分类别一起排名",
        "最高等次名额": f"{quota}%" if quota is not None else "不限",
    }
    for code, name in SubjectClass.choices:
        if reason := content.exempt_by_class.get(code, ""):
            rules[f"{name}的基础分"] = f"免于积分（{reason}）"
        else:
            rules[f"{name}的基础分"] = _points(content.base_by_class.get(code), "同基础分")
    return rules


def _category(old: CategoryContent | None, new: CategoryContent | None) -> Iterator[Line]:
    if old is None or new is None:
        one: Any = new or old
        told = _capped(one.cap)
        yield Line(ADDED if old is None else GONE, f"类别“{one.name}”", one.code, told)
        return
    pairs = [("类别名称", old.name, new.name), ("类别季度上限", _points(old.cap, "不设"), _points(new.cap, "不设"))]
    if changes := _changes(pairs):
        yield Line(CHANGED, f"类别“{new.name}”", new.code, changes=changes)


def _items(category: str, old: SchemeContent, new: SchemeContent) -> Iterator[Line]:
    """The items of a category as it is now, and those that were in it and are gone altogether."""
    then = {item.code: item for item in old.items}
    now = {item.code: item for item in new.items}
    titles = {row.code: row.name for row in old.categories} | {row.code: row.name for row in new.categories}
    for item in new.items:
        if item.category != category:
            continue
        before = then.get(item.code)
        if before is None:
            yield Line(ADDED, item.name, item.code, _told(item))
        elif changes := _changes(_pairs(before, item, titles)):
            yield Line(CHANGED, item.name, item.code, changes=changes)
    for item in old.items:
        if item.category == category and item.code not in now:
            yield Line(GONE, item.name, item.code, _told(item))


def _pairs(old: ItemContent, new: ItemContent, titles: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [
        ("名称", old.name, new.name),
        ("类别", titles.get(old.category, old.category), titles.get(new.category, new.category)),
        ("每次分值", _points(old.points), _points(new.points)),
        ("季度上限", _points(old.quarter_cap, "不设"), _points(new.quarter_cap, "不设")),
        ("取最高分组", old.group or "无", new.group or "无"),
        ("佐证", _needed(old), _needed(new)),
    ]


def _told(item: ItemContent) -> str:
    parts = [f"每次 {_points(item.points)}", _capped(item.quarter_cap)]
    if item.group:
        parts.append(f"“{item.group}”组取最高")
    if item.evidence_needed:
        parts.append("需要佐证")
    return "，".join(parts)


def _grades(old: SchemeContent, new: SchemeContent) -> Iterator[Line]:
    then = {grade.name: grade.minimum for grade in old.grades}
    now = {grade.name: grade.minimum for grade in new.grades}
    for name in [*now, *(name for name in then if name not in now)]:
        if name not in then:
            yield Line(ADDED, name, told=f"总分不低于 {_points(now[name])}")
        elif name not in now:
            yield Line(GONE, name, told=f"总分不低于 {_points(then[name])}")
        elif changes := _changes([("总分不低于", _points(then[name]), _points(now[name]))]):
            yield Line(CHANGED, name, changes=changes)


def _changes(pairs: Iterable[tuple[str, str, str]]) -> tuple[Change, ...]:
    return tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])


def _capped(cap: int | None) -> str:
    return "不设季度上限" if cap is None else f"季度上限 {_points(cap)}"


def _needed(item: ItemContent) -> str:
    return "需要" if item.evidence_needed else "不需要"


def _points(tenths: int | None, none: str = "") -> str:
    return none if tenths is None else f"{(shown(tenths) or '').removesuffix('.0').replace('-', '−')} 分"
