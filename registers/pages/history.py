"""What changed on a row, from the audit trail: who, when, and each value before and after, by the names people know.

Personal numbers are never shown, only that they changed; names of things come set-based, never one by one.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Field, ForeignKey
from django.urls import reverse

from registers.audit import history_of
from registers.guarding import GuardedQuerySet
from registers.pages.present import moment, text_of
from registers.register import Register
from registers.rows.columns import Column

SHOWN = 20
WHAT = {"insert": "新增", "update": "修改", "delete": "删除"}
HIDDEN = "（不显示）"
SOMEBODY = "别人"
_YES_NO = {True: "是", False: "否"}
_NEVER = frozenset({"id", "version", "created_at", "updated_at", "pinyin", "initials"})


def user_names(ids: Iterable[Any]) -> dict[str, str]:
    """Names of users by id (as text), with one query."""
    wanted = {str(pk) for pk in ids if str(pk).isdigit()}
    return {str(user.pk): str(user) for user in get_user_model().objects.filter(pk__in=wanted)} if wanted else {}


def history(register: Register, row: Any, user: Any, *, shown: int = SHOWN) -> tuple[list[dict[str, Any]], bool]:
    """The newest changes as components/history.html takes them, and whether there are more.

    The row must be one the user may see. Three queries and one for each kind of thing that changed.
    """
    if not hasattr(row, "events"):
        return [], False
    events = list(history_of(row)[: shown + 1])
    if not events:  # the nation's areas arrive without history (docs/adr/0006)
        return [], False
    fields = _shown_fields(register, row, user)
    changes = [
        (event, _changed(event, before, fields)) for event, before in zip(events, [*events[1:], None], strict=True)
    ]
    people = user_names((event.pgh_context or {}).get("user") for event in events)
    names = _names_of_things([pairs for _, pairs in changes], user)
    entries = []
    for event, pairs in changes[:shown]:
        context = event.pgh_context or {}
        entries.append(
            {
                "when": moment(event.pgh_created_at),
                "who": people.get(str(context.get("user")), "系统"),
                "what": _what(event.pgh_label, context.get("reason") or _together(context)),
                "url": _undo_url(register, event, user),
                "changes": [
                    (label, _text(field, column, before, names), _text(field, column, after, names))
                    for label, field, column, before, after in pairs
                ],
            }
        )
    return entries, len(events) > shown


def last_changes(rows: Iterable[Any]) -> dict[Any, tuple[str, str]]:
    """{primary key: (who, when)} of the last save of each row; one query a row and one for the names."""
    events = {row: history_of(row).first() if hasattr(row, "events") else None for row in rows}
    users = {row: str((event.pgh_context or {}).get("user")) for row, event in events.items() if event}
    names = user_names(users.values())
    return {
        row.pk: (
            names.get(users.get(row, ""), SOMEBODY),
            moment(event.pgh_created_at if event else row.updated_at),
        )
        for row, event in events.items()
    }


def _what(label: str, reason: str) -> str:
    return f"{WHAT.get(label, label)}（{reason}）" if reason else WHAT.get(label, label)


def _together(context: Mapping[str, Any]) -> str:
    """How many rows were changed at once with this one."""
    return f"批量修改 {context['bulk']} 条" if context.get("bulk") else ""


def _undo_url(register: Register, event: Any, user: Any) -> str:
    """Where a change of many rows is taken back; empty for other changes and for who may not."""
    if event.pgh_label != "update" or not (event.pgh_context or {}).get("bulk") or register.api_only:
        return ""
    if not register.change_right or not user.can(register.change_right):
        return ""
    return f"{reverse(register.url_name('bulk-undo'))}?at={event.pgh_context_id}"


def _shown_fields(register: Register, row: Any, user: Any) -> list[tuple[str, Field, Column | None]]:
    """(label, field of the event, column) of what may be shown; columns of rights the user lacks are left out."""
    columns = {register.source(column.field): column for column in register.columns}
    fields = []
    for field in row.events.model._meta.concrete_fields:
        name = field.name
        if name.startswith("pgh_") or name in _NEVER or name.endswith("_index"):
            continue
        sealed = name.endswith("_sealed")
        column = columns.get(name.removesuffix("_sealed")) or columns.get(field.attname)
        if column and column.right and not user.can(column.right):
            continue
        if field.primary_key or (sealed and column is None):
            continue
        label = column.heading if column else str(field.verbose_name)
        fields.append((label, field, column))
    return fields


_Pair = tuple[str, Field, Column | None, Any, Any]


def _changed(event: Any, before: Any, fields: Iterable[tuple[str, Field, Column | None]]) -> list[_Pair]:
    """(label, field, column, before, after) of the fields that differ; nothing for the first and the last event."""
    if event.pgh_label != "update" or before is None:
        return []
    pairs = []
    for label, field, column in fields:
        old, new = getattr(before, field.attname), getattr(event, field.attname)
        if old != new:
            pairs.append((label, field, column, old, new))
    return pairs


def _names_of_things(changes: Iterable[Iterable[_Pair]], user: Any) -> Mapping[tuple[type, Any], str]:
    """Names of the things that foreign keys named, one query a model; what the user may not see stays a code."""
    wanted: dict[type, set[Any]] = defaultdict(set)
    for pairs in changes:
        for _, field, _, before, after in pairs:
            if isinstance(field, ForeignKey):
                wanted[field.related_model] |= {before, after} - {None}
    names: dict[tuple[type, Any], str] = {}
    for model, keys in wanted.items():
        rows = model._default_manager.filter(pk__in=keys)  # type: ignore[attr-defined]
        if isinstance(rows, GuardedQuerySet):
            rows = rows.visible_to(user)
        names |= {(model, row.pk): str(row) for row in rows}
    return names


def _text(field: Field, column: Column | None, value: Any, names: Mapping[tuple[type, Any], str]) -> str:
    if value is None or value == "":
        return ""
    if field.name.endswith("_sealed") or (column is not None and column.kind.personal):
        return HIDDEN
    if isinstance(field, ForeignKey):
        return names.get((field.related_model, value), str(value))
    if isinstance(value, dt.datetime):
        return moment(value)
    if column is not None:
        return f"{text_of(column, value)}{column.unit}"
    choices = dict(field.flatchoices) if field.choices else _YES_NO if isinstance(value, bool) else {}
    return str(choices.get(value, value))
