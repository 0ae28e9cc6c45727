"""Rows going out: the same columns as the template and the import, so that an export can be corrected and read back."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO

from django.db import models
from django.db.models import QuerySet

from registers.exchange.context import RowContext
from registers.register import Register
from registers.rows.columns import Column, Reference, Text
from registers.workbooks.writing import write_table, write_template

CHUNK = 2_000  # rows labelled at once
MOST_OFFERED = 300  # names in a drop-down of a template: the villages of a town, the branches of a town
SPOOL = 5 * 1024 * 1024  # larger files go to disk


def export_workbook(
    register: Register,
    *,
    by: Any,
    queryset: QuerySet,
    columns: Sequence[Column] = (),
    title: str = "",
    notes: Sequence[str] = (),
    counted: Callable[[int], None] = lambda done: None,
) -> BinaryIO:
    """An open .xlsx of rows the caller has narrowed to what the user may see. Personal columns are masked.

    columns   which of them, in that order; all that the user may see where none are told
    The file is temporary: closed is gone. `counted` is called now and then with the number of rows written.
    Raises TooManyRows beyond one sheet.
    """
    columns = columns or register.columns_for(by)
    rows = cells_of(register, by, queryset, columns, counted)
    file: Any = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - handed to the caller
    write_table(file, title=title or register.title, columns=as_written(columns), rows=rows, notes=notes)
    file.seek(0)
    return file


def chosen_columns(register: Register, user: Any, asked: str) -> list[Column]:
    """The columns of an export that was asked for by names (`name,head`): those known, and behind them what the import
    cannot do without, the natural key and required columns. All columns where none is known.
    """
    chosen = register.columns_named(user, asked.split(","))
    return [*chosen, *also_needed(register, user, chosen)] if chosen else register.columns_for(user)


def also_needed(register: Register, user: Any, chosen: Sequence[Column]) -> list[Column]:
    """What chosen columns lack so that their export could be read back in."""
    key = set(register.natural_key)
    return [
        column
        for column in register.columns_for(user)
        if column not in chosen and not column.readonly and (column.required or column.field in key)
    ]


def as_written(columns: Sequence[Column]) -> list[Column]:
    """The columns of what `cells_of` gives: references that have become texts are written as texts."""
    return [replace(column, kind=Text()) if labels_of(column) else column for column in columns]


def template_workbook(register: Register, *, by: Any) -> BinaryIO:
    """The empty workbook of a register: the columns the user may fill, and what he may name where that is little."""
    file = BytesIO()
    columns = register.columns_for(by)
    context = RowContext(by, register)
    choices = {
        column.field: offered
        for column in columns
        if isinstance(column.kind, Reference) and (offered := column.kind.offers(context, MOST_OFFERED))
    }
    key = "、".join(column.heading for column in columns if column.field in register.natural_key)
    instructions = [f"按“{key}”认出已有的记录：相同的会更新，没有的会新增。"] if key and register.can_create else []
    write_template(
        file, title=register.title, columns=columns, choices=choices, instructions=instructions,
    )  # fmt: skip
    file.seek(0)
    return file


def cells_of(
    register: Register,
    user: Any,
    rows: QuerySet,
    columns: Sequence[Column],
    counted: Callable[[int], None] = lambda done: None,
) -> Iterator[list[Any]]:
    """Values of each row in the order of the columns, references as the texts that the import understands.

    Plain columns are read without making model objects; columns that compute something need them.
    """
    context = RowContext(user, register)
    labels = [Labels(column, context) for column in columns]
    done = 0
    for chunk in _chunks(_plain_values(register, rows, columns)):
        for at, label in enumerate(labels):
            label.learn(values[at] for values in chunk)
        done += len(chunk)
        counted(done)
        for values in chunk:
            yield [label(value) for label, value in zip(labels, values, strict=True)]


def _plain_values(register: Register, rows: QuerySet, columns: Sequence[Column]) -> Iterator[Sequence[Any]]:
    simple = all(
        is_stored(register, column.field) and (not isinstance(column.kind, Reference) or labels_of(column))
        for column in columns
    )
    if simple:
        paths = [register.source(column.field) for column in columns]
        yield from rows.values_list(*paths).iterator(chunk_size=CHUNK)
        return
    for row in rows.iterator(chunk_size=CHUNK):
        yield [register.value(row, column.field) for column in columns]


def is_stored(register: Register, name: str) -> bool:
    """Whether a column can be read by its lookup alone, without making a model object."""
    if type(register).value is not Register.value:
        return False
    model: Any = register.model
    for part in register.source(name).split("__"):
        fields = model._meta.concrete_fields if model else ()
        field = next((field for field in fields if part in (field.name, field.attname)), None)
        if field is None:
            return False
        model = field.related_model
    return True


def labels_of(column: Column) -> Any:
    """The resolver's own way from keys to texts, `labels(keys, context) → {key: text}`, where it has one."""
    return getattr(column.kind.resolver, "labels", None) if isinstance(column.kind, Reference) else None


def _chunks(values: Iterator[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    while chunk := list(islice(values, CHUNK)):
        yield chunk


class Labels:
    """Turns what a column holds into what its cells say; of references in lots, by the resolver's own words."""

    def __init__(self, column: Column, context: RowContext) -> None:
        self.context = context
        self.labels_of = labels_of(column)
        self.known: dict[Any, str] = {}

    def learn(self, values: Iterable[Any]) -> None:
        if self.labels_of is None:
            return
        keys = {_key(value) for value in values} - {None, *self.known}
        if keys:
            found: Mapping[Any, str] = self.labels_of(keys, self.context)
            self.known.update({key: found.get(key, str(key)) for key in keys})

    def __call__(self, value: Any) -> Any:
        return value if value is None or self.labels_of is None else self.known[_key(value)]


def _key(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value
