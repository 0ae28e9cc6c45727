"""What the grid shows: columns as the browser draws and edits them, and rows as the texts a person would type."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from lianjian import clock
from lianjian.periods import Period
from registers.exchange.context import RowContext
from registers.exchange.exporting import Labels
from registers.pages.present import visible_columns
from registers.pages.widgets import QUARTERS_OFFERED, lookup_name
from registers.reading import is_year
from registers.register import Register, registers
from registers.rows.columns import Choice, Column, Date, Quarter, Reference, YesNo
from registers.rows.headings import plain
from registers.workbooks import identity

CHARACTER, PADDING = 7, 18  # pixels; a heading's characters are twice as wide
NARROWEST, WIDEST = 64, 260
FROZEN_AT_MOST = 2


def column_specs(register: Register, user: Any) -> list[dict[str, Any]]:
    """The columns a user may see, in the order of the template, as static/js/grid takes them.

    type      text, number, date, choice (`options`), lookup (`lookup`, an address) or personal
    readonly  shown, never sent; `locked`: may be typed in new rows only, for rows are found by it
    key       part of what tells one row from another
    names     its headings, for telling whether pasted cells begin with them
    """
    return [_spec(register, column) for column in visible_columns(register, user)]


def _spec(register: Register, column: Column) -> dict[str, Any]:
    return column_spec(
        column,
        lookup=lookup_name(register, column) if isinstance(column.kind, Reference) else "",
        is_locked=register.source(column.field) == register.source(register.lookup_field),
        is_key=column.field in register.natural_key,
    )


def column_spec(
    column: Column, *, lookup: str = "", options: Sequence[str] = (), is_locked: bool = False, is_key: bool = False
) -> dict[str, Any]:
    """One column, of a register or not, as static/js/grid takes it; `options` are offered besides its own."""
    kind = "choice" if options else _type_of(column, lookup)
    return {
        "field": column.field,
        "heading": column.heading,
        "unit": column.unit,
        "type": kind,
        "plain": is_year(column),
        "width": _width(column),
        "required": column.required,
        "help": column.help,
        "readonly": column.readonly,
        "locked": is_locked,
        "key": is_key,
        "options": list(options) or _options(column),
        "lookup": reverse("lookup", args=[lookup]) if lookup else "",
        "names": sorted({plain(name) for name in (column.heading, column.full_heading, *column.aliases)}),
    }


def _type_of(column: Column, lookup: str) -> str:
    kind = column.kind
    if kind.personal:
        return "personal"
    if lookup and not (isinstance(kind, Reference) and kind.listed):
        return "lookup"
    if _options(column):
        return "choice"
    if isinstance(kind, Date):
        return "date"
    return "number" if kind.numeric else "text"


def _options(column: Column) -> list[str]:
    """What the drop-down of a column offers; empty where anything may be typed."""
    kind = column.kind
    if isinstance(kind, Quarter):
        now = Period.of(clock.today())
        return [kind.format(str(now.shift(-back))) for back in range(QUARTERS_OFFERED)]
    return list(kind.choices()) if isinstance(kind, Choice | YesNo) else []


def _width(column: Column) -> int:
    heading = CHARACTER * 2 * len(column.full_heading) + PADDING * 2
    return max(NARROWEST, min(WIDEST, max(int(column.width * CHARACTER) + PADDING, heading)))


def frozen_columns(specs: Sequence[dict[str, Any]]) -> int:
    """How many columns stay while the others move: those in front that tell one row from another.

    At least one; a code in front takes the name behind it along.
    """
    leading = next((at for at, spec in enumerate(specs) if not spec["key"]), len(specs))
    if specs and specs[0]["locked"]:
        leading += 1
    return min(max(leading, 1), FROZEN_AT_MOST)


def rows_as_texts(register: Register, user: Any, rows: Sequence[Any]) -> list[list[str]]:
    """Each row's cells in the order of the columns: what the row checker reads back as the same. No query per row."""
    columns = visible_columns(register, user)
    context = RowContext(user, register)
    by_column = [list(_texts(register, column, rows, context)) for column in columns]
    return [list(cells) for cells in zip(*by_column, strict=True)] if rows else []


def _texts(register: Register, column: Column, rows: Sequence[Any], context: RowContext) -> Iterable[str]:
    labels = Labels(column, context)
    field = register.model_field(column.field)
    if labels.labels_of and field is not None and type(register).value is Register.value:
        held = [getattr(row, field.attname) for row in rows]
    else:
        held = [register.value(row, column.field) for row in rows]
    labels.learn(held)
    for value in held:
        if value is None or value == "":
            yield ""
        elif labels.labels_of:
            yield str(labels(value))
        else:
            text = column.kind.format(value)
            yield identity.mask(text) if column.kind.personal else text


def presets(register: Register, user: Any, given: Mapping[str, str]) -> list[tuple[int, str]]:
    """(column, text) of the things that an address names, such as the list whose items are to be pasted: what a new
    row begins with. A thing that the user does not see is passed over."""
    found = []
    by_slug = {each.slug: each for each in registers()}
    for at, column in enumerate(visible_columns(register, user)):
        target = by_slug.get(register.lookups.get(column.field, ""))
        if target is None or column.readonly or not given.get(column.field):
            continue
        try:
            thing = target.rows(user).filter(pk=given[column.field]).first()
        except (ValueError, ValidationError):
            continue  # no key of anything
        if thing is not None:
            labels = Labels(column, RowContext(user, register))
            labels.learn([thing])
            found.append((at, str(labels(thing))))
    return found


def rows_for_grid(register: Register, user: Any, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Stored rows with what names them and the version that was read."""
    texts = rows_as_texts(register, user, rows)
    return [
        {"key": register.key_of(row), "version": getattr(row, "version", None), "cells": cells}
        for row, cells in zip(rows, texts, strict=True)
    ]
