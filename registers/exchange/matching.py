"""Which row of the database a checked row means, and whether it would change anything. Set-based: no query per row."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import QuerySet

from registers import saving
from registers.register import Register
from registers.rows.results import CheckedRow

CHUNK = 5_000  # keys in one query


@dataclass(slots=True)
class Planned:
    """What is to be done with one checked row."""

    checked: CheckedRow
    row: Any | None = None  # the existing one
    changes: bool = True
    saved: Any | None = None  # as it was written; None where the register did not tell

    @property
    def item(self) -> tuple[dict[str, Any], Any | None]:
        return self.checked.values, self.row


@dataclass(slots=True)
class Plan:
    """What to do with each row, and which rows cannot be: outside the user's rights, or twice the same row.

    `gone` and `stale` are of rows that named what they were read from (see known.py): it is no more, or was changed.
    """

    rows: list[Planned] = field(default_factory=list)
    beyond: list[CheckedRow] = field(default_factory=list)
    doubled: list[tuple[CheckedRow, CheckedRow]] = field(default_factory=list)
    gone: list[CheckedRow] = field(default_factory=list)
    stale: list[Planned] = field(default_factory=list)


def plan(register: Register, user: Any, rows: Sequence[CheckedRow], *, besides: Collection[Any] = ()) -> Plan:
    """Match rows by the natural key; without one, equal rows are matched by their number among equal ones.

    Rows that exist within the user's sight but outside what he may change come back in `beyond`.
    `besides` are primary keys of rows that stand for others already: they are equal to none of these.
    """
    if not register.natural_key:
        return Plan(_by_content(register, user, rows, besides))
    register.complete(user, [row.values for row in rows])
    lookups = lookups_of(register, user, rows)
    mine = _find(register, user, lookups)
    unkeyed = [index for index, lookup in enumerate(lookups) if not lookup]
    if unkeyed:
        recognised = register.recognise(user, [rows[index].values for index in unkeyed])
        for index, known in zip(unkeyed, recognised, strict=True):
            mine[index] = known
    missing = [lookup for lookup, found in zip(lookups, mine, strict=True) if found is None]
    seen = zip(missing, keys_of(register.rows(user), missing), strict=True)
    beyond = {id(lookup) for lookup, pk in seen if pk is not None}
    result = Plan()
    first: dict[Any, CheckedRow] = {}
    for checked, lookup, found in zip(rows, lookups, mine, strict=True):
        if found is None:
            if id(lookup) in beyond:
                result.beyond.append(checked)
            else:
                result.rows.append(Planned(checked))
        elif first.setdefault(found.pk, checked) is not checked:
            result.doubled.append((checked, first[found.pk]))
        else:
            result.rows.append(Planned(checked, found, differs(register, found, checked.values)))
    return result


def differs(register: Register, row: Any, values: Mapping[str, Any]) -> bool:
    """Whether saving the values would change the row."""
    return any(not same(stored_value(register, row, name), told(register, name, new)) for name, new in values.items())


def stored_value(register: Register, row: Any, name: str) -> Any:
    """What the row holds now: of a foreign key its key, without reading the other row."""
    field = register.model_field(name)
    if field is not None and type(register).value is Register.value:
        return getattr(row, field.attname)
    return register.value(row, name)


def told(register: Register, name: str, value: Any) -> Any:
    """A checked value as the model would keep it."""
    field = register.model_field(name)
    return saving.stored(field, value) if field is not None else value


def same(old: Any, new: Any) -> bool:
    return _plain(old) == _plain(new)


def _plain(value: Any) -> Any:
    """Equal for equal values: the key of an object, NFC texts, exact numbers; nothing and the empty text alike."""
    if isinstance(value, models.Model):
        value = value.pk
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        return Decimal(str(value))
    return value


# -- by natural key


def lookups_of(register: Register, user: Any, rows: Sequence[CheckedRow]) -> list[Mapping[str, Any]]:
    """The lookup of each row by the natural key; empty where the table leaves its key open."""
    return [_lookup(register, user, row.values) for row in rows]


def _lookup(register: Register, user: Any, values: dict[str, Any]) -> Mapping[str, Any]:
    """The lookup of one row; empty where the table leaves its key open: then it is a new one."""
    if all(values.get(name) is None for name in register.natural_key):
        return {}
    try:
        return register.find(user, values)
    except KeyError:
        return {}


def _find(register: Register, user: Any, lookups: Sequence[Mapping[str, Any]]) -> list[Any | None]:
    """The row of each lookup among those the user may change, locked until the transaction's end."""
    keys = keys_of(register.changeable(user), lookups)
    found = locked(register, [key for key in keys if key is not None])
    return [found.get(key) for key in keys]


def locked(register: Register, wanted: Sequence[Any]) -> dict[Any, Any]:
    """Rows by primary key, locked until the transaction's end; the caller has narrowed the keys to the user's."""
    found: dict[Any, Any] = {}
    for start in range(0, len(wanted), CHUNK):
        part = register.model._base_manager.filter(pk__in=wanted[start : start + CHUNK])
        # In one order, so that two imports of the same rows wait for each other instead of dying of a deadlock.
        part = part.select_related(*register.select_related).order_by("pk").select_for_update(of=("self",))
        found |= {row.pk: row for row in part}
    return found


def keys_of(rows: QuerySet, lookups: Sequence[Mapping[str, Any]]) -> list[Any | None]:
    """The primary key of each lookup's row. A superset is read (each part of the key IN its values), then matched."""
    result: list[Any | None] = [None] * len(lookups)
    by_names: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, lookup in enumerate(lookups):
        if lookup:
            by_names[tuple(lookup)].append(index)
    for names, indexes in by_names.items():
        for start in range(0, len(indexes), CHUNK):
            part = indexes[start : start + CHUNK]
            conditions = {f"{name}__in": {_key(lookups[index][name]) for index in part} for name in names}
            found: dict[tuple[Any, ...], Any] = {}
            for pk, *values in rows.order_by().filter(**conditions).values_list("pk", *names):
                found[tuple(_plain(value) for value in values)] = pk
            for index in part:
                result[index] = found.get(tuple(_plain(_key(lookups[index][name])) for name in names))
    return result


def _key(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


# -- by content


def _by_content(
    register: Register, user: Any, rows: Sequence[CheckedRow], besides: Collection[Any]
) -> list[Planned]:  # fmt: skip
    """Without a natural key: the nth of equal rows of a table is the nth such row of the database, else it is new."""
    names = list(dict.fromkeys(name for row in rows for name in row.values))
    existing: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in _candidates(register, user, rows, names):
        if row.pk in besides:
            continue
        existing[tuple(_plain(stored_value(register, row, name)) for name in names)].append(row)
    taken: dict[tuple[Any, ...], int] = defaultdict(int)
    planned = []
    for checked in rows:
        content = tuple(_plain(told(register, name, checked.values.get(name))) for name in names)
        number = taken[content]
        taken[content] += 1
        equal = existing.get(content, [])
        found = equal[number] if number < len(equal) else None
        planned.append(Planned(checked, found, found is None))
    return planned


def _candidates(register: Register, user: Any, rows: Sequence[CheckedRow], names: Iterable[str]) -> Iterable[Any]:
    """Rows that may be equal to one of the table, narrowed by the stored column with the most different values."""
    best: tuple[str, set[Any]] | None = None
    for name in names:
        field = register.model_field(name)
        if field is None or register.column(name).kind.personal:
            continue
        values = {_key(told(register, name, row.values.get(name))) for row in rows}
        if None not in values and (best is None or len(values) > len(best[1])):
            best = (field.attname, values)
    mine = register.changeable(user).order_by("pk")
    if best is None:
        yield from mine
        return
    attribute, values = best
    listed = list(values)
    for start in range(0, len(listed), CHUNK):
        yield from mine.filter(**{f"{attribute}__in": listed[start : start + CHUNK]})
