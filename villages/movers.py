"""What goes with a village into its successor (P03): each app plugs in the movers of its own rows.

Dated rows (placements, memberships) are cut on the day and begun anew; rows without dates that are still open (grids,
plans, claims on their way) simply change their village; what tells of a time gone by stays with the old village. A
test holds every foreign key to a village against `movers()` and `staying()`, so that no kind of row is forgotten.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import Model, ProtectedError, Q
from django.utils import timezone

from registers.errors import WrongState
from registers.sounds import with_sounds


@dataclass(frozen=True)
class Merging:
    """What movers are told: {closed village: its successor} (12 digits each), the day, and who decides.

    `since` is when the merge was carried out, told where it is taken back.
    """

    pairs: Mapping[str, str]
    on: dt.date
    by: Any
    names: Mapping[str, str]  # of all villages concerned
    since: dt.datetime | None = None

    def grouped(self, closed: Iterable[str]) -> dict[str, list[str]]:
        """{successor: closed villages}."""
        groups: dict[str, list[str]] = {}
        for code in sorted(set(closed)):
            groups.setdefault(self.pairs[code], []).append(code)
        return groups


@dataclass
class Moved:
    """What one mover did: rows by closed village, what it needs to take it back (JSON), and what people should know."""

    counts: Mapping[str, int] = field(default_factory=dict)
    record: Any = None
    notes: list[str] = field(default_factory=list)


class Mover(Protocol):
    """Moves the rows of one kind. All three run inside one transaction, set-based, whoever owns the rows."""

    title: str
    models: tuple[type[Model], ...]

    def move(self, merging: Merging) -> Moved:
        """Raises Invalid, WrongState where the villages cannot be merged like this."""
        ...

    def undo(self, merging: Merging, record: Any) -> None:
        """Raises WrongState where somebody went on working with what was moved."""
        ...

    def standing(self, codes: Collection[str], on: dt.date) -> Mapping[str, int]:
        """Rows that would have to move, by village: a village that is split must have none left."""
        ...


_movers: dict[str, tuple[int, Mover]] = {}
_staying: dict[type[Model], str] = {}
_traces: dict[type[Model], Q] = {}


def register_mover(name: str, mover: Mover, *, order: int = 100) -> None:
    """Plugged from `AppConfig.ready()`. `name` stands in the records of merges: never change it."""
    _movers[name] = (order, mover)


def movers() -> list[tuple[str, Mover]]:
    """All movers with their names, organisations before people before the rest."""
    return [(name, mover) for name, (_, mover) in sorted(_movers.items(), key=lambda item: (item[1][0], item[0]))]


def stays(why: str, *models: type[Model]) -> None:
    """Say that rows of these models stay with the closed village, and why."""
    for model in models:
        _staying[model] = why


def staying() -> Mapping[type[Model], str]:
    return dict(_staying)


def leaves_traces(model: type[Model], which: Q) -> None:
    """Say that moving writes rows which nobody can take away again, such as a balance's way into the new village.

    They do not hinder taking the merge back; the village it had set up then stays on record, without a day.
    """
    _traces[model] = which


def is_trace(model: type[Model], rows: Any) -> bool:
    """Whether all of these rows were left by moving itself."""
    return model in _traces and not rows.exclude(_traces[model]).exists()


def _whenever(on: dt.date) -> Q:
    return Q()


class OpenItems:
    """Mover of rows without dates of their own that belong to a village as long as they are open.

    open     what is still open on the day; all rows by default
    village  the foreign key to the village
    rename   a text field that is unique within a village: where two would be alike, the old village's name is put
             in front
    """

    def __init__(
        self,
        model: Any,
        title: str,
        *,
        open: Callable[[dt.date], Q] = _whenever,  # noqa: A002 -- reads as it is meant where it is called
        village: str = "village",
        rename: str = "",
    ) -> None:
        self.model, self.title, self.open, self.rename = model, title, open, rename
        self.models: tuple[type[Model], ...] = (model,)
        self.column = f"{village}_id"

    def move(self, merging: Merging) -> Moved:
        found = [(pk, code) for pk, code in self._open(merging.pairs, merging.on).values_list("pk", self.column)]
        renamed = self._renamed(merging, [pk for pk, _ in found])
        for pk, _, new in renamed:
            self.model._base_manager.filter(pk=pk).update(**with_sounds(self.model, self.rename, new))
        for successor, closed in merging.grouped(code for _, code in found).items():
            self._update([pk for pk, code in found if code in closed], successor)
        record = {"rows": [[str(pk), code] for pk, code in found], "renamed": renamed}
        notes = [f"有 {len(renamed)} 个{self.title}重名，前面加上了原村名"] if renamed else []
        return Moved(Counter(code for _, code in found), record, notes)

    def undo(self, merging: Merging, record: Any) -> None:
        groups: dict[str, list[str]] = {}
        for pk, code in record["rows"]:
            groups.setdefault(code, []).append(pk)
        for code, keys in groups.items():
            moved = self.model._base_manager.filter(pk__in=keys, **{self.column: merging.pairs[code]})
            if moved.count() != len(keys):
                raise WrongState(f"撤并以后，“{merging.names[code]}”的{self.title}又改动过，不能撤回")
            self._update(keys, code)
        for pk, old, _ in record["renamed"]:
            self.model._base_manager.filter(pk=pk).update(**with_sounds(self.model, self.rename, old))

    def standing(self, codes: Collection[str], on: dt.date) -> Mapping[str, int]:
        return Counter(self._open(codes, on).values_list(self.column, flat=True))

    def _open(self, codes: Collection[str], on: dt.date) -> Any:
        rows = self.model._base_manager.filter(self.open(on), **{f"{self.column}__in": list(codes)})
        return rows.order_by("pk")

    def _update(self, keys: Collection[Any], code: str) -> None:
        stamp = {"updated_at": timezone.now()} if any(f.name == "updated_at" for f in self.model._meta.fields) else {}
        self.model._base_manager.filter(pk__in=keys).update(**{self.column: code}, **stamp)

    def _renamed(self, merging: Merging, keys: Collection[Any]) -> list[tuple[str, str, str]]:
        """(pk, old, new) of those rows whose name the successor already has, or gets twice."""
        if not self.rename:
            return []
        length = self.model._meta.get_field(self.rename).max_length
        targets = set(merging.pairs.values())
        rows = self.model._base_manager.filter(Q(pk__in=keys) | Q(**{f"{self.column}__in": targets})).order_by("pk")
        named = list(rows.values_list("pk", self.column, self.rename))
        count = Counter((merging.pairs.get(code, code), name) for _, code, name in named)
        moving = set(keys)
        return [
            (str(pk), name, f"{merging.names[code]}{name}"[:length])
            for pk, code, name in named
            if pk in moving and count[merging.pairs[code], name] > 1
        ]


class Continued(OpenItems):
    """Mover of rows that a date ends: the old one ends on the day, and a copy of it begins in the successor.

    So a past quarter still counts them in the village of that time. Rows that begin later just move.
    """

    def __init__(self, model: Any, title: str, *, start: str, end: str, village: str = "village", rename: str = ""):
        standing = lambda on: Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": on})  # noqa: E731 -- told to the base
        super().__init__(model, title, open=standing, village=village, rename=rename)
        self.start, self.end = start, end

    def move(self, merging: Merging) -> Moved:
        rows = list(self._open(merging.pairs, merging.on))
        new_names = {pk: new for pk, _, new in self._renamed(merging, [row.pk for row in rows])}
        counts = Counter(getattr(row, self.column) for row in rows)
        record: dict[str, Any] = {"rows": [], "renamed": []}
        continued: list[tuple[Any, str, Any, str | None]] = []
        for row in rows:
            code, begins = getattr(row, self.column), getattr(row, self.start)
            name = new_names.get(str(row.pk), getattr(row, self.rename) if self.rename else "")
            if begins is not None and begins >= merging.on:
                record["rows"].append([str(row.pk), code])
                if self.rename and name != getattr(row, self.rename):
                    record["renamed"].append([str(row.pk), getattr(row, self.rename), name])
                changes: dict[str, Any] = {self.column: merging.pairs[code]}
                if self.rename:
                    changes |= with_sounds(self.model, self.rename, name)
                self.model._base_manager.filter(pk=row.pk).update(**changes)
                continue
            ended = getattr(row, self.end)
            copy = self._copy(row, {self.column: merging.pairs[code], self.start: merging.on})
            if self.rename:  # how it sounds follows when the copy is saved
                setattr(copy, self.rename, name)
            continued.append((row.pk, code, copy, ended and ended.isoformat()))
        self.model._base_manager.filter(pk__in=[pk for pk, *_ in continued]).update(**{self.end: merging.on})
        self.model._base_manager.bulk_create([copy for _, _, copy, _ in continued], batch_size=1000)
        record["continued"] = [[str(pk), code, str(copy.pk), ended] for pk, code, copy, ended in continued]
        notes = [f"有 {len(new_names)} 个{self.title}重名，前面加上了原村名"] if new_names else []
        return Moved(counts, record, notes)

    def undo(self, merging: Merging, record: Any) -> None:
        rows = self.model._base_manager
        groups: dict[tuple[str, str | None], list[tuple[str, str]]] = {}
        # Merges of before these rows had dates moved them whole: their records know nothing of continued ones.
        for old, code, new, ended in record.get("continued", ()):
            groups.setdefault((code, ended), []).append((old, new))
        for (code, ended), pairs in groups.items():
            as_made = rows.filter(pk__in=[new for _, new in pairs], version=1, **{self.column: merging.pairs[code]})
            as_left = rows.filter(pk__in=[old for old, _ in pairs], **{self.end: merging.on, self.column: code})
            if not as_made.count() == as_left.count() == len(pairs):
                raise WrongState(f"撤并以后，“{merging.names[code]}”的{self.title}又改动过，不能撤回")
            try:
                as_made.delete()
            except ProtectedError as error:
                raise WrongState(f"撤并以后，有别的记录用到“{merging.names[code]}”的{self.title}，不能撤回") from error
            as_left.update(**{self.end: ended})
        super().undo(merging, record)

    def _copy(self, row: Any, changes: dict[str, Any]) -> Any:
        copied = {
            field.attname: getattr(row, field.attname)
            for field in self.model._meta.concrete_fields
            if not field.primary_key and field.name not in ("version", "created_at", "updated_at")
        }
        return self.model(**(copied | changes))
