"""Columns in REST: how a value of each kind looks in JSON, and how OpenAPI tells it."""

from collections.abc import Callable
from typing import Any

from django.db import models
from rest_framework import serializers

from registers.register import Register
from registers.rows.columns import (
    Choice,
    Column,
    Date,
    Decimal,
    Integer,
    Kind,
    Points,
    Quarter,
    Reference,
    Text,
    YesNo,
)
from registers.workbooks import identity

Convert = Callable[[Any], Any]


def converter(column: Column) -> Convert:
    """From what a row holds to JSON: keys of references, points and money as texts, personal numbers masked."""
    kind = column.kind
    if kind.personal:
        return lambda value: identity.mask(value) if value else None
    for known, make in _CONVERTERS.items():
        if isinstance(kind, known):
            convert = make(kind)
            return lambda value: None if value is None else convert(value)
    return lambda value: value


_CONVERTERS: dict[type[Kind], Callable[[Any], Convert]] = {
    Points: lambda kind: kind.format,
    Decimal: lambda kind: lambda value: f"{value:.{kind.places}f}",
    Date: lambda kind: lambda value: value.isoformat(),
    Reference: lambda kind: lambda value: getattr(value, kind.key) if isinstance(value, models.Model) else value,
    Choice: lambda kind: lambda value: None if value == "" else value,
}


def _may_be_blank(kind: Kind, stored: models.Field) -> bool:
    """Empty choices are null in JSON, and the empty text in the database."""
    return isinstance(kind, Choice) and stored.blank


def schema_field(register: Register, column: Column, *, writing: bool = False) -> serializers.Field:
    """The serializer field that describes the column in the schema."""
    stored = register.model_field(column.field)
    computed = type(register).value is not Register.value
    nullable = not column.required and (computed or stored is None or stored.null or _may_be_blank(column.kind, stored))
    options: dict[str, Any] = {
        "required": column.required if writing else True,
        "allow_null": True if writing and not column.required else nullable,
        "help_text": "；".join(text for text in (column.full_heading, column.help) if text),
    }
    if column.readonly:
        options |= {"read_only": True}
        options.pop("required")
    if isinstance(column.kind, Reference) and column.kind.listed:
        return serializers.ListField(child=serializers.DictField(child=serializers.CharField()), **options)
    if isinstance(column.kind, Reference):
        target = getattr(stored, "target_field", None)
        by_number = isinstance(target, models.IntegerField) and column.kind.key == "pk"
        return (serializers.IntegerField if by_number and not writing else serializers.CharField)(**options)
    for kind, make in _FIELDS.items():
        if isinstance(column.kind, kind):
            return make(column.kind, options)
    return serializers.CharField(**options)


def _text(kind: Any, options: dict[str, Any]) -> serializers.Field:
    return serializers.CharField(max_length=kind.max_length, allow_blank=not options.get("required"), **options)


_FIELDS: dict[type[Kind], Callable[[Any, dict[str, Any]], serializers.Field]] = {
    Integer: lambda kind, options: serializers.IntegerField(**options),
    Decimal: lambda kind, options: serializers.DecimalField(max_digits=20, decimal_places=kind.places, **options),
    Date: lambda kind, options: serializers.DateField(**options),
    YesNo: lambda kind, options: serializers.BooleanField(**options),
    Choice: lambda kind, options: serializers.ChoiceField(choices=list(kind.pairs), **options),
    Points: lambda kind, options: serializers.RegexField(r"^-?\d+(\.\d)?$", **options),
    Quarter: lambda kind, options: serializers.RegexField(r"^\d{4}Q[1-4]$", **options),
    Text: _text,
}


class Row:
    """How the rows of a register go out to one user: field names, lookups where plain, converters."""

    def __init__(self, register: Register, user: Any) -> None:
        self.register = register
        self.columns = [*register.columns_for(user), *register.api_columns]
        self.fields = [column.field for column in self.columns]
        self.converters = [converter(column) for column in self.columns]
        self.paths = [path_of(register, column) for column in self.columns]
        self.more = more_fields(register)

    @property
    def is_plain(self) -> bool:
        """Whether a list may be read without making model objects."""
        return type(self.register).value is Register.value and all(self.paths)

    @property
    def lookups(self) -> list[str]:
        return [*self.more.values(), *self.paths]

    def of_values(self, values: dict[str, Any]) -> dict[str, Any]:
        row = {name: values[path] for name, path in self.more.items()}
        for name, path, convert in zip(self.fields, self.paths, self.converters, strict=True):
            row[name] = convert(values[path])
        return row

    def of_object(self, row: Any) -> dict[str, Any]:
        result = {name: getattr(row, path) for name, path in self.more.items()}
        value = self.register.value
        for name, convert in zip(self.fields, self.converters, strict=True):
            result[name] = convert(value(row, name))
        return result


def more_fields(register: Register) -> dict[str, str]:
    """What every row tells besides its columns: `id` where addresses use it, `version` where there is one."""
    names = {field.name for field in register.model._meta.concrete_fields}
    more = {}
    if register.lookup_field in ("pk", "id"):
        more["id"] = register.model._meta.pk.attname
    if "version" in names:
        more["version"] = "version"
    return more


def path_of(register: Register, column: Column) -> str:
    """The lookup that gives what JSON shows of a column: the key of a foreign key; empty where it is computed."""
    model: Any = register.model
    path = register.source(column.field).split("__")
    for at, part in enumerate(path):
        fields = model._meta.concrete_fields if model else ()
        field = next((field for field in fields if part in (field.name, field.attname)), None)
        if field is None:
            return ""
        if at == len(path) - 1 and field.is_relation:
            key = getattr(column.kind, "key", "pk")
            path[at] = field.attname if key == "pk" else f"{field.name}__{key}"
        model = field.related_model if part == field.name else None
    return "__".join(path)
