"""Taking back a change of many rows, from the audit trail: each row gets the values it had before.

A row that was saved again since keeps what it has now, and is told.
"""

from collections import defaultdict
from typing import Any
from uuid import UUID

from registers.api.fields import converter
from registers.bulk.changing import Wanted
from registers.errors import WrongState
from registers.register import Register
from registers.rows.columns import Column, Reference
from registers.single import writable_columns

NOTHING = "没有找到可以撤销的修改：可能不是批量修改，或不在您的管辖范围内"


def undo_wanted(register: Register, user: Any, context: str) -> list[Wanted]:
    """What each row that the change touched should become again. Raises WrongState where nothing in sight can be.

    Three queries, whatever the number of rows.
    """
    try:
        key = UUID(context)
    except ValueError:
        raise WrongState(NOTHING) from None
    if not hasattr(register.model, "events"):
        raise WrongState(NOTHING)
    trail = register.model.events.rel.related_model
    rows = register.rows(user).order_by().select_related(None).values("pk")
    touched = trail.objects.filter(pgh_context_id=key, pgh_label="update", pgh_obj__in=rows)
    objects = list(touched.values_list("pgh_obj_id", flat=True).distinct())
    by_object: dict[Any, list[Any]] = defaultdict(list)
    for event in trail.objects.filter(pgh_obj_id__in=objects).order_by("pgh_obj_id", "pgh_id"):
        by_object[event.pgh_obj_id].append(event)
    wanted = []
    for pk, events in by_object.items():
        own = [index for index, event in enumerate(events) if event.pgh_context_id == key]
        if own and own[0] > 0 and (given := _given(register, user, events[own[0] - 1], events[own[-1]])):
            wanted.append(Wanted(pk, given, events[own[-1]].version))
    if not wanted:
        raise WrongState(NOTHING)
    return wanted


def _given(register: Register, user: Any, before: Any, after: Any) -> dict[str, Any]:
    """Columns that differ, with the earlier value as it would be sent over REST."""
    given = {}
    for column in writable_columns(register, user):
        name = _stored_as(register, column, before)
        if name and getattr(before, name) != getattr(after, name):
            given[column.field] = converter(column)(getattr(before, name))
    return given


def _stored_as(register: Register, column: Column, event: Any) -> str:
    """The attribute of an event that holds a column; empty where the column is not the row's own."""
    field = register.model_field(column.field)
    if field is None or column.kind.personal or (isinstance(column.kind, Reference) and column.kind.listed):
        return ""
    return field.attname if hasattr(event, field.attname) else ""
