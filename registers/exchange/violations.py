"""What the database refuses, in words: a constraint's name becomes its own Chinese sentence and the columns concerned.

Constraints speak last, and for what no check of cells can know: another row, another date, a locked quarter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, connection, models

from registers.errors import DomainError

_KEY_COLUMNS = re.compile(r"\(([^)]*)\)=")
_OWN_STATE = "LJ"  # SQLSTATE class of our own triggers, whose messages are written for the user
_SENTENCES = {
    # The other row may lie outside the user's scope: this must not tell that one exists.
    "23505": "没有通过核对，请核对后再填；仍不行请联系上一级",
    "23P01": "与已有的记录时间段重叠",
    "23514": "不符合数据规则，请核对",
    "23503": "引用的记录不存在，或已被删除",
    "23502": "没有填",
    "22001": "文字太长，请缩短",
    "22003": "数值超出范围，请核对",
}


@dataclass(frozen=True)
class Violation:
    """One refusal: what to say, and the model fields it is about (may be none)."""

    message: str
    fields: tuple[str, ...] = ()
    constraint: str = ""
    status: int = 400


def explain(error: BaseException) -> list[Violation]:
    """The refusals behind an exception; empty where it is none (a bug, a lost connection): let that one go through."""
    if isinstance(error, DomainError):
        return [Violation(error.message, (error.field,) if error.field else (), "", error.status)]
    if isinstance(error, ValidationError):
        return list(_of_validation(error))
    if isinstance(error, DatabaseError):
        found = _of_database(error)
        return [found] if found else []
    return []


def settle() -> None:
    """Let constraints that wait for the transaction's end (foreign keys) speak now, while the culprit is known."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _of_validation(error: ValidationError) -> Iterator[Violation]:
    if not hasattr(error, "error_dict"):
        yield Violation("；".join(error.messages))
        return
    for name, messages in error.message_dict.items():
        yield Violation("；".join(messages), () if name == NON_FIELD_ERRORS else (name,))


def _of_database(error: DatabaseError) -> Violation | None:
    cause = error.__cause__
    state = getattr(cause, "pgcode", None) or ""
    diagnostics: Any = getattr(cause, "diag", None)
    if state.startswith(_OWN_STATE):
        return Violation(diagnostics.message_primary, (), "", 409)
    if state not in _SENTENCES:
        return None
    name = diagnostics.constraint_name or ""
    if name in _constraints():
        model, constraint = _constraints()[name]
        fields = _fields(constraint)
        return Violation(_sentence(model, constraint, fields, state), fields, name)
    model = _models().get(diagnostics.table_name or "")
    columns = [diagnostics.column_name] if diagnostics.column_name else []
    key = _KEY_COLUMNS.search(diagnostics.message_detail or "")
    if key and state != "23503":
        columns = [part.strip() for part in key[1].split(",")]
    fields = tuple(_field_of_column(model, column) for column in columns) if model else ()
    return Violation(_about(model, fields) + _SENTENCES[state], fields, name)


def _sentence(model: Any, constraint: models.BaseConstraint, fields: tuple[str, ...], state: str) -> str:
    """The constraint's own message where it has one; else the kind of refusal and what it is about."""
    own = constraint.violation_error_message
    if own and own != models.BaseConstraint.default_violation_error_message:
        return str(own)
    return _about(model, fields) + (
        "之间的关系不对，请核对" if state == "23514" and len(fields) > 1 else _SENTENCES[state]
    )


def _about(model: Any, fields: tuple[str, ...]) -> str:
    names = [str(model._meta.get_field(name).verbose_name) for name in fields if _has(model, name)]
    return "".join(f"“{name}”" for name in names)


def _fields(constraint: models.BaseConstraint) -> tuple[str, ...]:
    """Names of the model fields a constraint speaks about, in order, without doubles."""
    found: list[str] = []
    if isinstance(constraint, models.UniqueConstraint):
        found += constraint.fields
    elif isinstance(constraint, models.CheckConstraint):
        found += _names_in(constraint.condition)
    else:
        for expression, _ in getattr(constraint, "expressions", ()):
            found += _names_in(expression)
    return tuple(dict.fromkeys(name.partition("__")[0] for name in found))


def _names_in(part: Any) -> Iterator[str]:
    """Field names inside a Q, an F, an expression, or the plain name of one."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, models.F):
        yield str(part.name)  # type: ignore[attr-defined] # the stubs forget it
    elif isinstance(part, models.Q):
        for child in part.children:
            if isinstance(child, tuple):
                yield child[0]
                if isinstance(child[1], models.F | models.Q):
                    yield from _names_in(child[1])
            else:
                yield from _names_in(child)
    else:
        for source in getattr(part, "get_source_expressions", list)():
            yield from _names_in(source)


def _has(model: Any, name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def _field_of_column(model: Any, column: str) -> str:
    return next((field.name for field in model._meta.concrete_fields if field.column == column), column)


@cache
def _constraints() -> dict[str, tuple[Any, models.BaseConstraint]]:
    return {
        constraint.name: (model, constraint) for model in apps.get_models() for constraint in model._meta.constraints
    }


@cache
def _models() -> dict[str, Any]:
    return {model._meta.db_table: model for model in apps.get_models()}
