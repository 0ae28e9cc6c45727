"""How one score came about, step by step (rules 3–6): for reading, entry by entry. The close itself is set-based SQL;
this is the same sum told to a person, and `agrees` says whether both come to the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from members.models import PointEntry, PointItem, PointScheme


@dataclass
class EntryLine:
    """One entry, and why it counts or not (empty: it counts)."""

    entry: PointEntry
    not_counted: str = ""
    instead: PointEntry | None = None  # the one of its group that counted that day
    reversal: PointEntry | None = None


@dataclass
class ItemLine:
    """One item with its entries; sums in 0.1 point, `deduct` as a positive number."""

    item: PointItem
    lines: list[EntryLine] = field(default_factory=list)
    plus: int = 0
    minus: int = 0

    @property
    def award(self) -> int:
        return self._capped(self.plus)

    @property
    def deduct(self) -> int:
        return self._capped(self.minus)

    @property
    def cut(self) -> int:
        """What the item's cap took away, of awards and deductions."""
        return self.plus - self.award + self.minus - self.deduct

    def _capped(self, value: int) -> int:
        cap = self.item.quarter_cap
        return value if cap is None else min(cap, value)


@dataclass
class CategoryLine:
    code: str
    name: str
    cap: int | None
    items: list[ItemLine] = field(default_factory=list)

    @property
    def before_cap(self) -> int:
        return sum(item.award for item in self.items)

    @property
    def award(self) -> int:
        return self.before_cap if self.cap is None else min(self.cap, self.before_cap)

    @property
    def cut(self) -> int:
        return self.before_cap - self.award

    @property
    def deduct(self) -> int:
        return sum(item.deduct for item in self.items)


@dataclass
class Derivation:
    base: int
    floor: int | None
    categories: list[CategoryLine]
    strange: list[EntryLine]  # entries of items that the version does not know, or another town's own

    @property
    def award(self) -> int:
        return sum(category.award for category in self.categories)

    @property
    def deduct(self) -> int:
        return sum(category.deduct for category in self.categories)

    @property
    def before_floor(self) -> int:
        return self.base + self.award - self.deduct

    @property
    def total(self) -> int:
        return self.before_floor if self.floor is None else max(self.floor, self.before_floor)

    def reversed_entries(self) -> list[int]:
        """The entries that were taken back."""
        known = (line for category in self.categories for item in category.items for line in item.lines)
        return [line.entry.pk for line in (*known, *self.strange) if line.reversal is not None]

    @property
    def floor_bites(self) -> bool:
        return self.total > self.before_floor


def derive(
    *, scheme: PointScheme, items: Sequence[PointItem], entries: Iterable[PointEntry], base: int, town: str
) -> Derivation:
    """The sum of one subject. `items` are the version's, with their categories; `entries` all of the quarter."""
    known = {item.code: item for item in items if item.town_id in (None, town)}
    reversals: dict[int, PointEntry] = {}
    originals: list[PointEntry] = []
    for entry in entries:
        if entry.reverses is not None:
            reversals[entry.reverses] = entry
        else:
            originals.append(entry)
    by_item: dict[str, ItemLine] = {}
    strange: list[EntryLine] = []
    groups: dict[tuple[str, object], list[EntryLine]] = defaultdict(list)
    for entry in sorted(originals, key=lambda one: (one.occurred_on, one.pk)):
        item = known.get(entry.item_code)
        line = EntryLine(entry, reversal=reversals.get(entry.pk))
        if item is None:
            line.not_counted = "这一版办法没有这个项目，或是别的镇街自设的"
            strange.append(line)
            continue
        by_item.setdefault(item.code, ItemLine(item)).lines.append(line)
        if line.reversal:
            line.not_counted = "已冲销"  # the reversal, shown under it, tells the reason
        elif item.group and entry.points > 0:
            groups[item.group, entry.occurred_on].append(line)
    for lines in groups.values():
        # Ties: the lower item code in byte order, then the smaller entry id.
        best = min(lines, key=lambda line: (-line.entry.points, line.entry.item_code.encode(), line.entry.pk))
        for line in lines:
            if line is not best:
                line.not_counted, line.instead = "同组当天只计最高的一项", best.entry
    for one in by_item.values():
        counted = [line.entry.points for line in one.lines if not line.not_counted]
        one.plus = sum(value for value in counted if value > 0)
        one.minus = -sum(value for value in counted if value < 0)
    return Derivation(base, scheme.floor, _categories(items, by_item), strange)


def _categories(items: Sequence[PointItem], by_item: dict[str, ItemLine]) -> list[CategoryLine]:
    """All categories that have items, in the scheme's order; those without entries too, with nothing."""
    found: dict[int, CategoryLine] = {}
    for item in sorted(items, key=lambda one: (one.category.position, one.category.code, one.position, one.code)):
        category = found.setdefault(
            item.category_id, CategoryLine(item.category.code, item.category.name, item.category.cap)
        )
        if item.code in by_item and by_item[item.code].item is item:
            category.items.append(by_item[item.code])
    return list(found.values())
