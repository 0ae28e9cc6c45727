"""What a list may be sorted by: what the register declares, and every stored column that a person would sort by."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Field, ForeignKey

from registers.errors import Invalid
from registers.register import Register
from registers.rows.columns import Column, Reference, Text

LONG_TEXT = 200  # characters; nobody looks for remarks by their order


@cache
def orders(register: Register) -> Mapping[str, str]:
    """{name in `ordering=`: lookup}. Names are sorted by their pinyin where it is stored, things by code or name.

    Personal numbers and columns that need a right of their own are left out: an order tells what it hides.
    """
    found = {name: _spoken(register.model, register.source(name)) for name in register.ordering_fields}
    for column in register.columns:
        path = "" if column.right or column.kind.personal else _path(register, column)
        if path and path not in found.values():
            found[column.field] = path
    return found


def _path(register: Register, column: Column) -> str:
    """The lookup that sorts by a column; empty where there is none."""
    kind, path = column.kind, register.source(column.field)
    if not is_stored(register.model, path) or (isinstance(kind, Text) and kind.max_length > LONG_TEXT):
        return ""
    field = field_at(register.model, path)
    if not isinstance(field, ForeignKey):
        return "" if isinstance(kind, Reference) else _spoken(register.model, path)
    target: Any = field.related_model
    key = target._meta.pk
    while isinstance(key, ForeignKey):  # a village is its area
        key = key.target_field
    thing = "__".join([*path.split("__")[:-1], field.name])  # the path may name the column: `village_id`
    if isinstance(key, CharField):
        return f"{thing}_id"
    name = f"{thing}__name"
    return _spoken(register.model, name) if is_stored(register.model, name) else ""


def _spoken(model: Any, path: str) -> str:
    """The pinyin beside a name, where it is stored: Chinese sorted by code point is in no order anyone knows."""
    stem, _, last = path.rpartition("name")
    pinyin = f"{stem}pinyin"
    is_name = path.endswith("name") and not last and (not stem or stem.endswith("__"))
    return pinyin if is_name and is_stored(model, pinyin) else path


def ordering_of(register: Register, asked: str) -> tuple[str, ...]:
    """The order asked for (`name`, `-population,name`), completed by the register's own so that it is total.

    Raises Invalid for a field the register does not sort by.
    """
    known = orders(register)
    chosen: list[str] = []
    for part in filter(None, asked.split(",")):
        name = part.removeprefix("-")
        if name not in known:
            allowed = "、".join(known) or "（无）"
            raise Invalid(f"不能按“{name}”排序，可用的有：{allowed}", field="ordering")
        chosen.append(f"-{known[name]}" if part.startswith("-") else known[name])
    chosen = list({part.removeprefix("-"): part for part in reversed(chosen)}.values())[::-1]  # the first counts
    named = {part.removeprefix("-") for part in chosen}
    rest = [part for part in register.ordering if part.removeprefix("-") not in named]
    if "pk" not in named and not any(part.removeprefix("-") == "pk" for part in rest):
        rest.append("pk")
    return (*chosen, *rest)


def known_order(register: Register, asked: str) -> str:
    """The order asked for as far as it is known: a stale bookmark must not break a page."""
    known = orders(register)
    return ",".join(part for part in asked.split(",") if part.removeprefix("-") in known)


def field_at(model: Any, path: str) -> Field:
    """The model field at a lookup path. Raises FieldDoesNotExist."""
    field: Any = None
    for part in path.split("__"):
        field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        model = field.related_model or model
    return field


def is_stored(model: Any, path: str) -> bool:
    """Whether a lookup path ends in a column of the database."""
    try:
        return isinstance(field_at(model, path), Field)
    except (FieldDoesNotExist, AttributeError):
        return False
