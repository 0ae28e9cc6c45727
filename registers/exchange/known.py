"""Rows that were read before they were changed, as those of a grid: each tells which stored row it is, and its version.

A workbook overwrites what it names; a grid was open on somebody's screen for an hour. So a row that was saved
meanwhile, or that names by its natural key a row the person has not seen, is told and not written.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from registers.exchange.matching import Plan, Planned, differs, keys_of, locked, lookups_of, plan
from registers.reading import field_at
from registers.register import Register
from registers.rows.results import CheckedRow

CHUNK = 5_000  # keys in one query


@dataclass(frozen=True)
class Known:
    """Which row of the register it is (as in its address), and the version that was read; None where it has none."""

    key: str
    version: int | None


def plan_known(register: Register, user: Any, rows: Sequence[CheckedRow], known: Mapping[int, Known]) -> Plan:
    """What to do with each row: those in `known` by their key, the others as of a workbook, but overwriting nothing.

    Locks the rows. Rows out of the user's sight are `gone` like those that never were.
    """
    told = [row for row in rows if row.number in known]
    register.complete(user, [row.values for row in told])
    mine = by_key(register, register.changeable(user), (known[row.number].key for row in told))
    stored = locked(register, list(mine.values()))
    missing = [known[row.number].key for row in told if known[row.number].key not in mine]
    seen = by_key(register, register.rows(user), missing)
    result = Plan()
    first: dict[Any, CheckedRow] = {}
    for checked in told:
        given = known[checked.number]
        row = stored.get(mine.get(given.key))
        if row is None:
            (result.beyond if given.key in seen else result.gone).append(checked)
        elif first.setdefault(row.pk, checked) is not checked:
            result.doubled.append((checked, first[row.pk]))
        else:
            planned = Planned(checked, row, differs(register, row, checked.values))
            is_stale = planned.changes and given.version is not None and given.version != getattr(row, "version", None)
            (result.stale if is_stale else result.rows).append(planned)
    others = plan(register, user, [row for row in rows if row.number not in known], besides=first.keys())
    result.beyond += others.beyond
    result.doubled += others.doubled
    for planned in others.rows:
        if planned.row is not None and planned.row.pk in first:
            result.doubled.append((planned.checked, first[planned.row.pk]))
        elif planned.row is not None and planned.changes:
            result.stale.append(planned)
        else:
            result.rows.append(planned)
    return result


def by_key(register: Register, rows: QuerySet, keys: Iterable[str]) -> dict[str, Any]:
    """{key as in addresses: primary key} of those of the rows that have one of the keys."""
    path = register.source(register.lookup_field)
    field = field_at(register.model, path)
    wanted: dict[Any, str] = {}
    for key in keys:
        try:
            value = field.to_python(key)
            field.run_validators(value)  # a number beyond the column's range
        except ValidationError:
            continue
        wanted[value] = key
    found: dict[str, Any] = {}
    values = list(wanted)
    for start in range(0, len(values), CHUNK):
        part = rows.order_by().filter(**{f"{path}__in": values[start : start + CHUNK]})
        found |= {wanted[value]: pk for value, pk in part.values_list(path, "pk")}
    return found


def met(register: Register, user: Any, rows: Sequence[CheckedRow]) -> dict[int, Any]:
    """{row number: primary key} of rows that the user may change and that checked rows name by their natural key."""
    if not register.natural_key or not rows:
        return {}
    register.complete(user, [row.values for row in rows])
    found = keys_of(register.changeable(user), lookups_of(register, user, rows))
    return {row.number: pk for row, pk in zip(rows, found, strict=True) if pk is not None}
