"""Thousands of rows in one statement, whole columns as arrays: what imports of large registers are written with.

Django's own bulk_create makes a model object and a parenthesis of placeholders for every row, and takes five times as
long. COPY would be faster still, but it carries no audit context (registers/audit.py).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone
from psycopg2 import sql

BATCH = 5_000  # rows in one statement


def insert_rows(model: Any, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows given as tuples in the order of the model fields `names`: keys, texts, numbers, truth, dates.

    Every other field gets its default, or this moment where it keeps when a row was made. The caller has checked the
    values: only the database speaks after him. Raises what the database refuses.
    """
    if not rows:
        return
    given = [model._meta.get_field(name) for name in names]
    rest = [field for field in model._meta.concrete_fields if field not in given and not _made_by_database(field)]
    values = [sql.SQL("new.{}").format(sql.Identifier(field.column)) for field in given]
    types = [field.rel_db_type(connection) or "text" for field in given]
    statement = sql.SQL("INSERT INTO {table} ({columns}) SELECT {values} FROM unnest({arrays}) AS new({given})").format(
        table=sql.Identifier(model._meta.db_table),
        columns=_listed([field.column for field in [*given, *rest]]),
        values=sql.SQL(", ").join([*values, *[sql.Placeholder()] * len(rest)]),
        arrays=sql.SQL(", ").join(sql.SQL("%s::{}[]").format(sql.SQL(kind)) for kind in types),
        given=_listed([field.column for field in given]),
    )
    constants = [_constant(field) for field in rest]
    with connection.cursor() as cursor:
        # As text: the audit trail's context is put in front of texts only.
        text = statement.as_string(cursor.cursor)
        for start in range(0, len(rows), BATCH):
            columns = [array_text(column) for column in zip(*rows[start : start + BATCH], strict=True)]
            cursor.execute(text, [*constants, *columns])


def take_ids(model: Any, count: int) -> list[int]:
    """So many new keys of a model with a numbered primary key, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [row[0] for row in cursor.fetchall()]


def array_text(values: Iterable[Any]) -> str:
    """Values as the text of one PostgreSQL array: parsed there four times as fast as ARRAY[…] with as many literals.

    Texts, numbers, truth, dates and UUIDs; None is NULL.
    """
    parts = []
    for value in values:
        if value is None:
            parts.append("NULL")
            continue
        text = value if value.__class__ is str else str(value)
        if '"' in text or "\\" in text:
            text = text.replace("\\", "\\\\").replace('"', '\\"')
        parts.append(f'"{text}"')
    return f"{{{','.join(parts)}}}"


def _made_by_database(field: models.Field) -> bool:
    return isinstance(field, models.AutoField) or field.generated


def _constant(field: Any) -> Any:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return timezone.now()
    return field.get_db_prep_save(field.get_default(), connection)


def _listed(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
