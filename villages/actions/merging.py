"""Merging villages (P03): closed on a day, successors named, what is open goes along; and taken back again."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Grant
from lianjian import areacodes, clock
from registers.errors import Invalid, NotAllowed, WrongState
from registers.saving import referring, referring_relations
from registers.scope import Scope
from villages.models import Area, AreaName, Village, VillageMerge, VillageMergeLine
from villages.movers import Merging, Moved, is_trace, movers

RIGHT = "areas.change"
MOST = 500  # villages of one decision; a county has fewer


@dataclass(frozen=True)
class NewVillage:
    """A village set up by the merge. Without a code the town's next free one is taken (2xx, communities 0xx)."""

    name: str
    code: str = ""
    kind: str = Village.Kind.VILLAGE


@dataclass(frozen=True)
class MergeRow:
    """One line of the decision: this village becomes that one. A village named with itself goes on."""

    closed: Village
    successor: Village | NewVillage


@dataclass
class MergeResult:
    """What was done (or, in a trial, would be): by mover the rows of each closed village, and what to know."""

    merge: VillageMerge
    lines: list[VillageMergeLine]
    moved: dict[str, Moved] = field(default_factory=dict)  # by the mover's title
    notes: list[str] = field(default_factory=list)

    def total(self, title: str) -> int:
        return sum(self.moved[title].counts.values())

    @property
    def summary(self) -> str:
        """党组织 2、积分对象 44: what went along, in words."""
        return "、".join(f"{title} {self.total(title)}" for title in self.moved if self.total(title))[:300]


class _OnlyTried(Exception):
    """Takes a trial back."""


def try_merge(**decision: Any) -> MergeResult:
    """The same as `merge_villages`, taken back: the preview is what would really happen. Raises what it raises."""
    result: MergeResult | None = None
    try:
        with transaction.atomic():
            result = merge_villages(**decision)
            raise _OnlyTried
    except _OnlyTried:
        pass
    assert result is not None  # noqa: S101 -- set before it was taken back
    return result


@transaction.atomic
def merge_villages(*, by: Any, on: dt.date, basis: str, rows: Sequence[MergeRow], note: str = "") -> MergeResult:
    """Close villages on a day (their last day is the one before) and let what is open go to their successors.

    Codes are never reused. A village with two successors is split: it must hold nobody and nothing open any more,
    and is no part of a comparable series. Raises Invalid, NotAllowed, WrongState.
    """
    decision = _Decision(by, on, basis.strip(), rows)
    decision.check()
    made = decision.make_new_villages()
    merge = VillageMerge.objects.create(
        area_id=decision.place, on=on, basis=decision.basis, note=note.strip()[:200], done_by=by
    )
    lines = [
        VillageMergeLine(
            merge=merge, closed_id=code, successor=successor.area, successor_name=successor.name,
            is_new=successor.pk in made,
        )
        for code, successors in decision.successors.items()
        for successor in successors
    ]  # fmt: skip
    VillageMergeLine.objects.bulk_create(lines)
    result = MergeResult(merge, sorted(lines, key=lambda line: (line.successor_id or "", line.closed_id)))
    merging = decision.merging()
    record = {}
    for name, mover in movers():
        left = mover.standing(decision.split, on) if decision.split else {}
        for code, count in left.items():
            raise WrongState(f"“{decision.names[code]}”要拆分到几个村居，还有 {count} 条{mover.title}，请先逐一调动")
        moved = mover.move(merging)
        record[name] = moved.record
        result.moved[mover.title] = moved
        result.notes += moved.notes
    _close(decision)
    merge.moved, merge.summary = record, result.summary
    merge.save(update_fields=["moved", "summary", "updated_at"])
    result.notes += _grants_left(decision.names, decision.successors)
    if decision.split:
        names = "、".join(decision.names[code] for code in decision.split)
        result.notes.append(f"{names}拆分到几个村居，前后数字不可比")
    return result


@transaction.atomic
def undo_merge(*, by: Any, merge: VillageMerge, reason: str) -> VillageMerge:
    """Take a merge back whole, as long as nothing was built on it. Raises Invalid, NotAllowed, WrongState."""
    merge = VillageMerge.objects.unscoped("locked, then checked").select_for_update(of=("self",)).get(pk=merge.pk)
    if not merge.is_changeable_by(by):
        raise NotAllowed("村居撤并由县里办理")
    if merge.is_undone:
        raise WrongState("这次撤并已经撤回")
    if not reason.strip():
        raise Invalid("请写明撤回的原因", field="reason")
    lines = list(merge.lines.select_related("closed", "successor"))
    closed = {line.closed_id: line.closed for line in lines}
    for area in closed.values():
        if area.valid_to != merge.on:
            raise WrongState(f"“{area.short_name}”的撤销日期后来改过，不能撤回")
    successors = Counter(line.closed_id for line in lines)
    names = {code: area.short_name for code, area in closed.items()}
    names |= {line.successor_id: line.successor_name for line in lines if line.successor_id}
    pairs = {line.closed_id: str(line.successor_id) for line in lines if successors[line.closed_id] == 1}
    merging = Merging(pairs, merge.on, by, names, merge.created_at)
    for name, mover in reversed(movers()):
        if merge.moved.get(name) is not None:
            mover.undo(merging, merge.moved[name])
    for area in closed.values():
        area.valid_to, area.successor = None, None
    Area.objects.unscoped("checked above").bulk_update(closed.values(), ["valid_to", "successor"])
    founded = {line.successor_id for line in lines if line.is_new}
    VillageMergeLine.objects.filter(merge=merge, is_new=True).update(successor=None)
    for code in sorted(filter(None, founded)):
        _unmake(code, names[code])
    merge.undone_at, merge.undone_by, merge.undo_reason = timezone.now(), by, reason.strip()[:200]
    merge.save(update_fields=["undone_at", "undone_by", "undo_reason", "updated_at"])
    return merge


class _Decision:
    """The rows of a decision, checked and brought together by village."""

    def __init__(self, by: Any, on: dt.date, basis: str, rows: Sequence[MergeRow]) -> None:
        self.by, self.on, self.basis = by, on, basis
        self.rows = [row for row in rows if row.successor != row.closed]
        self.going_on = {row.closed.pk for row in rows if row.successor == row.closed}
        self.successors: dict[str, list[Village]] = {}
        self.names: dict[str, str] = {row.closed.pk: row.closed.name for row in self.rows}

    @property
    def split(self) -> list[str]:
        return sorted(code for code, successors in self.successors.items() if len(successors) > 1)

    @property
    def place(self) -> str:
        """The code of the town all of it lies in, else of the county."""
        towns = {code[: areacodes.LEVEL_LENGTHS["town"]] for code in self.successors}
        return towns.pop() if len(towns) == 1 else min(self.successors)[: areacodes.LEVEL_LENGTHS["county"]]

    def merging(self) -> Merging:
        pairs = {code: successors[0].pk for code, successors in self.successors.items() if len(successors) == 1}
        return Merging(pairs, self.on, self.by, self.names)

    def check(self) -> None:
        """Everything that can be said before anything is written. Raises Invalid, NotAllowed."""
        if not self.basis:
            raise Invalid("请填写批准文件，如“莱政批〔2026〕12 号”", field="basis")
        if self.on > clock.today():
            raise Invalid(f"撤并日期不能晚于今天（{clock.today()}），到那一天再办理", field="on")
        if not self.rows:
            raise Invalid("没有要撤并的村居，请至少填一行", field="rows")
        if len(self.rows) > MOST:
            raise Invalid(f"一次最多撤并 {MOST} 个村居，请分批办理", field="rows")
        counties = {row.closed.pk[:6] for row in self.rows}
        if len(counties) > 1:
            raise Invalid("一次只能撤并一个县（市、区）的村居", field="rows")
        scope = self.by.scope_for(RIGHT)
        for row in self.rows:
            self._check_row(row, scope)

    def _check_row(self, row: MergeRow, scope: Scope) -> None:
        area, name = row.closed.area, row.closed.name
        if not scope.covers(row.closed.pk):
            raise NotAllowed("村居撤并由县里办理")
        if row.closed.pk in self.going_on:
            raise Invalid(f"“{name}”既要保留又要撤销，请核对", field="rows")
        if area.valid_to is not None:
            raise Invalid(f"“{name}”已于 {area.valid_to} 撤销，请从表里去掉", field="rows")
        if self.on <= area.valid_from:
            raise Invalid(f"“{name}”{area.valid_from} 才启用，撤并日期应在这之后", field="on")
        if isinstance(row.successor, Village):
            successor = row.successor
            if successor.pk in self.names:
                raise Invalid(f"“{successor.name}”自己也要撤销，不能并入它，请填最后并入的村居", field="rows")
            if successor.area.valid_to is not None:
                raise Invalid(f"“{successor.name}”已撤销，不能并入", field="rows")
            if successor.pk[:6] != row.closed.pk[:6] or not scope.covers(successor.pk):
                raise Invalid(f"没有找到并入的村居“{successor.name}”，请核对", field="rows")
        elif not row.successor.name.strip():
            raise Invalid(f"“{name}”没有填并入哪个村居", field="rows")

    def make_new_villages(self) -> set[str]:
        """Open the villages the decision sets up, each once, and note every village's successors. Gives their codes."""
        made: dict[tuple[str, str], Village] = {}
        for row in self.rows:
            successor = row.successor
            if isinstance(successor, NewVillage):
                key = (successor.name.strip(), successor.code)
                if key not in made:
                    made[key] = self._make(successor, row.closed.pk[: areacodes.LEVEL_LENGTHS["town"]])
                successor = made[key]
            self.names[successor.pk] = successor.name
            known = self.successors.setdefault(row.closed.pk, [])
            if successor not in known:
                known.append(successor)
        return {village.pk for village in made.values()}

    def _make(self, new: NewVillage, town: str) -> Village:
        code = new.code or next_code(town, new.kind)
        if not (areacodes.is_code(code) and areacodes.level_of(code) == "village"):
            raise Invalid(f"“{new.name}”的代码“{code}”不是 12 位村居代码", field="rows")
        above = code[: areacodes.LEVEL_LENGTHS["town"]]
        areas = Area.objects.unscoped("codes are never reused, whoever used them")
        if areas.filter(pk=code).exists():
            raise Invalid(f"代码 {code} 已经用过，代码不能重复使用，请为“{new.name}”换一个或留空", field="rows")
        if above[:6] != town[:6] or not areas.filter(pk=above, valid_to__isnull=True).exists():
            raise Invalid(f"“{new.name}”的代码 {code} 不在本县的镇街之内，请核对", field="rows")
        name = new.name.strip()
        official = name if name.endswith(("会", "社区")) else f"{name}{_ENDINGS[new.kind]}"
        short = areacodes.short_name(official)
        taken = Village.objects.within(Scope.area(above), "names within a town").filter(name=short)
        if taken.filter(area__valid_to__isnull=True).exclude(pk__in=self.names).exists():
            raise Invalid(f"本镇街已有叫“{short}”的村居：要并入它，请填它的代码；要新设，请换一个名称", field="rows")
        area = Area.objects.create(
            code=code, name=official, level=Area.Level.VILLAGE, parent_id=above, valid_from=self.on
        )  # fmt: skip
        return Village.objects.create(area=area, name=short, kind=new.kind)


_ENDINGS: Mapping[str, str] = {Village.Kind.VILLAGE: "村委会", Village.Kind.COMMUNITY: "社区居委会"}
_FIRST: Mapping[str, tuple[int, int]] = {Village.Kind.VILLAGE: (201, 399), Village.Kind.COMMUNITY: (1, 199)}


def next_code(town: str, kind: str) -> str:
    """The next free code of a town for a village (2xx, 3xx) or a community (0xx, 1xx). Raises Invalid."""
    low, high = _FIRST[kind]
    areas = Area.objects.unscoped("codes are never reused, whoever used them")
    used = areas.filter(pk__gte=f"{town}{low:03}", pk__lte=f"{town}{high:03}").values_list("pk", flat=True)
    following = max((int(code[-3:]) for code in used), default=low - 1) + 1
    if following > high:
        raise Invalid(f"镇街 {town} 的代码已经用完，请填写新村居的代码", field="rows")
    return f"{town}{following:03}"


def _close(decision: _Decision) -> None:
    """Date the end of the closed villages; the successor stands where there is exactly one."""
    areas = []
    for code, successors in decision.successors.items():
        area = Area.objects.unscoped("checked above").get(pk=code)
        area.valid_to = decision.on
        area.successor_id = successors[0].pk if len(successors) == 1 else None
        areas.append(area)
    Area.objects.unscoped("checked above").bulk_update(areas, ["valid_to", "successor"])


def _grants_left(names: Mapping[str, str], closed: Iterable[str]) -> list[str]:
    """Rights are given by the security administrator, never by a merge."""
    granted = Grant.objects.filter(scope_kind="area", scope_key__in=list(closed)).values_list("scope_key", flat=True)
    if not granted:
        return []
    places = "、".join(names[code] for code in sorted(set(granted)))
    return [f"{places}的账号授权不会自动转到并入的村居，请安全管理员另行授权"]


def _unmake(code: str, name: str) -> None:
    """Remove a village that the merge had set up, or leave it on record for no day where moving itself left rows for
    good. Raises WrongState where anything else refers to it.
    """
    village = Village.objects.unscoped("a merge is undone").get(pk=code)
    area = village.area
    found = [(relation.related_model, relation.field.name) for relation in referring_relations(village)]
    traces = [model for model, field in found if is_trace(model, model._base_manager.filter(**{field: code}))]
    left = [str(model._meta.verbose_name) for model, _ in found if model not in traces]
    left += [kind for kind in referring(area) if kind not in _OWN]
    if left:
        raise WrongState(f"新设的“{name}”已经有{'、'.join(dict.fromkeys(left))}，不能撤回；请先处理这些记录")
    if traces:  # accounts tell that points came here and went back: the code stays used, for no day at all
        area.valid_to = area.valid_from
        area.save(update_fields=["valid_to", "updated_at"])
        return
    village.delete()
    AreaName.objects.filter(area_id=code).delete()
    area.delete()


_OWN = (str(Village._meta.verbose_name), str(AreaName._meta.verbose_name))
