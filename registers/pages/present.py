"""How values stand on a page: texts, figures with thousands separated, chips, links, masks."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse

from lianjian import clock
from registers.reading import is_year
from registers.register import Register, register_for
from registers.rows.columns import Choice, Column, Date, Decimal, Integer, Points, Reference
from registers.workbooks import identity

MAIN_COLUMNS = 3
OTHERS = "其他"


def visible_columns(register: Register, user: Any, fields: Sequence[str] = ()) -> list[Column]:
    """The columns a user may see, all or those named, in the order named."""
    columns = [register.column(name) for name in fields] if fields else list(register.columns)
    return [column for column in columns if not column.right or user.can(column.right)]


def text_of(column: Column, value: Any) -> str:
    """A value as it is read on a page, without its unit; personal numbers masked."""
    kind = column.kind
    if value is None or value == "":
        return ""
    if kind.personal:
        return identity.mask(kind.format(value))
    if isinstance(kind, Integer):
        return str(value) if is_year(column) else f"{value:,}"
    if isinstance(kind, Decimal):
        return f"{value:,.{kind.places}f}"
    if isinstance(kind, Points):
        return f"{value / 10:,.1f}"  # tenths: exact at any size that is met
    return kind.format(value)


def css_of(column: Column) -> str:
    if is_year(column):
        return "date"
    if column.kind.numeric:
        return "num"
    if isinstance(column.kind, Date):
        return "date"
    return "name" if isinstance(column.kind, Reference) else ""


def grouped(register: Register, items: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    """Things by column name in the register's groups; what no group names comes under 其他 at the end."""
    left = dict(items)
    groups = [(title, [left.pop(name) for name in names if name in left]) for title, names in register.form_groups]
    groups = [(title, found) for title, found in groups if found]
    if left and groups and groups[-1][0] == OTHERS:
        groups[-1][1].extend(left.values())
    elif left:
        groups.append((OTHERS if groups else "", list(left.values())))
    return groups


def heads(register: Register, columns: Iterable[Column]) -> list[dict[str, Any]]:
    """Columns as components/table.html takes them."""
    columns = list(columns)
    main = set(register.main_columns) or {column.field for column in columns[:MAIN_COLUMNS]}
    return [
        {
            "key": column.field,
            "heading": column.heading,
            "unit": column.unit,
            "css": css_of(column),
            "main": column.field in main,
            "meaning": column.help,
        }
        for column in columns
    ]


def table_row(
    register: Register, row: Any, columns: Sequence[Column], heads: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """One row as components/table.html takes it; its first cell links to the detail page."""
    cells = []
    for column, head in zip(columns, heads, strict=True):
        value = register.value(row, column.field)
        cells.append(
            {
                "text": text_of(column, value),
                "css": head["css"],
                "tone": tone_of(register, column, value),
                "column": head,
            }
        )
    if cells and not cells[0]["text"]:
        cells[0]["text"] = register.title_of(row) or "（未填写）"
    return {"url": url_of(register, row), "pk": row.pk, "cells": cells}


def tone_of(register: Register, column: Column, value: Any) -> str:
    """The tone of a chip, for Choice columns that the register gives tones to."""
    tones = register.tones.get(column.field)
    return tones.get(value, "neutral") if tones is not None and isinstance(column.kind, Choice) and value else ""


def fact_of(register: Register, column: Column, row: Any, user: Any) -> dict[str, Any]:
    """One fact of a detail page; a thing that the user may open is a link."""
    value = register.value(row, column.field)
    text = text_of(column, value)
    return {
        "label": column.heading,
        "value": text,
        "unit": column.unit,
        "url": link_to(value, user) if isinstance(column.kind, Reference) and isinstance(value, Model) else "",
        "tone": tone_of(register, column, value),
        "wide": len(text) > 40,
    }


def link_to(thing: Model, user: Any) -> str:
    """The detail page of a thing where its register has one and it surely lies in the user's scope; else empty.

    Decided without a query: by the code on the thing itself or on what was loaded with it, or by a grant that names it.
    """
    register = register_for(type(thing))
    if register is None or not user.can(register.view_right):
        return ""
    scope = user.scope_for(register.view_right)
    code = _code_of(thing)
    inside = (code is not None and scope.covers(str(code))) or thing.pk in scope.ids(thing._meta.model_name or "")
    return url_of(register, thing) if inside else ""


def _code_of(thing: Any) -> Any:
    """The code of the area it lies in; None where that would have to be asked for."""
    path = getattr(thing, "area_path", "")
    *relations, last = path.split("__")
    for name in relations:
        if not thing._meta.get_field(name).is_cached(thing):
            return None
        thing = getattr(thing, name)
    return getattr(thing, last, None) if path else None


def url_of(register: Register, row: Any, face: str = "detail") -> str:
    return reverse(register.url_name(face), args=[register.key_of(row)])


def list_url(register: Register, **query: Any) -> str:
    address = reverse(register.url_name("list"))
    return f"{address}?{urlencode(query)}" if query else address


def moment(at: dt.datetime) -> str:
    """A time of day in Shanghai: 今天 09:12, else 2026-09-30 09:12."""
    local = at.astimezone(clock.SHANGHAI)
    return f"今天 {local:%H:%M}" if local.date() == clock.now().date() else f"{local:%Y-%m-%d %H:%M}"


def file_size(size: int) -> str:
    if size < 1024:
        return f"{size} 字节"
    return f"{size / 1024:.0f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f}".removesuffix(".0") + " MB"


def duration(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{whole} 秒"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} 分 {rest} 秒" if minutes < 60 else f"{minutes // 60} 小时 {minutes % 60} 分"
