"""How checked values reach a model: set, validated, written in batches; and what still refers to a row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils import timezone
from psycopg2 import sql

from registers.errors import DomainError, ItemErrors
from registers.sounds import sounds_of

if TYPE_CHECKING:
    from registers.register import Register

BATCH = 1_000


def filled(register: "Register", values: Mapping[str, Any], row: Any | None) -> Any:
    """The row (or a new one) with the checked values set and the model's own validators run; not yet saved.

    An empty cell is the empty text, or the field's default, where the model knows no null. Raises ValidationError
    that names columns.
    """
    row = row if row is not None else register.model()
    for name, value in values.items():
        field = register.model_field(name)
        if field is None:
            setattr(row, register.source(name), value)
            continue
        if field.primary_key and not row._state.adding and getattr(value, "pk", value) != row.pk:
            raise ValidationError({name: f"{field.verbose_name}不能修改"})
        attribute = field.attname if field.is_relation and not isinstance(value, models.Model) else field.name
        setattr(row, attribute, stored(field, value))
    skipped = {field.name for field in row._meta.concrete_fields if field.is_relation or field.primary_key}
    try:
        row.clean_fields(exclude=skipped)
        row.clean()
    except ValidationError as error:
        raise ValidationError({register.field_of(name): texts for name, texts in _by_field(error)}) from error
    return row


def stored(field: models.Field, value: Any) -> Any:
    """What the model keeps for a checked value: without null, nothing is the empty text or the field's default."""
    if value is not None or field.null:
        return value
    return field.to_python(field.get_default())


def each(items: Iterable[Any], work: Callable[[Any], Any]) -> list[Any]:
    """What `work` gives for each item. Raises ItemErrors naming every item that it refuses."""
    made: list[Any] = []
    wrong: dict[int, Exception] = {}
    for index, item in enumerate(items):
        try:
            made.append(work(item))
        except (DomainError, ValidationError) as error:
            wrong[index] = error
    if wrong:
        raise ItemErrors(wrong)
    return made


def write(rows: Sequence[Any]) -> None:
    """Save rows of one model that stand already, and insert the new ones together."""
    new = [row for row in rows if row._state.adding]
    for row in rows:
        if not row._state.adding:
            row.save()
    if new:
        type(new[0]).objects.bulk_create(new, batch_size=BATCH)


def save_in_batches(register: "Register", items: Sequence[tuple[Mapping[str, Any], Any | None]]) -> list[Any]:
    """Insert, and update the columns that were given, in batches; the audit triggers see both. Raises ItemErrors."""
    rows = each(items, lambda item: filled(register, *item))
    manager = register.model._base_manager
    manager.bulk_create((row for row, (_, old) in zip(rows, items, strict=True) if old is None), batch_size=BATCH)
    changed = [(row, frozenset(values)) for row, (values, old) in zip(rows, items, strict=True) if old is not None]
    stamps = [field for field in register.model._meta.concrete_fields if getattr(field, "auto_now", False)]
    for given in dict.fromkeys(fields for _, fields in changed):
        same = [row for row, fields in changed if fields == given]
        names = {register.source(field) for field in given}
        for sound in [sound for name in names for sound in sounds_of(register.model, name)]:
            names.add(sound.name)
            for row in same:
                sound.pre_save(row, False)
        for stamp in stamps:
            names.add(stamp.name)
            for row in same:
                setattr(row, stamp.attname, timezone.now())
        fields = [field for field in register.model._meta.concrete_fields if names & {field.name, field.attname}]
        _update(register.model, same, [field for field in fields if not field.primary_key])
    return rows


def _update(model: Any, rows: Sequence[Any], fields: Sequence[models.Field]) -> None:
    """One UPDATE a batch from arrays of values: Django's bulk_update (CASE WHEN) takes ten times as long."""
    if any(isinstance(field, ArrayField) for field in fields):  # unnest would flatten them
        model._base_manager.bulk_update(rows, [field.name for field in fields], batch_size=BATCH)
        return
    pk = model._meta.pk
    types = [pk.rel_db_type(connection), *(field.db_type(connection) for field in fields)]
    columns = [pk.column, *(field.column for field in fields)]
    statement = sql.SQL(
        "UPDATE {table} AS old SET {sets} FROM unnest({arrays}) AS new({columns}) WHERE old.{pk} = new.{pk}"
    )
    statement = statement.format(
        table=sql.Identifier(model._meta.db_table),
        sets=sql.SQL(", ").join(sql.SQL("{0} = new.{0}").format(sql.Identifier(name)) for name in columns[1:]),
        arrays=sql.SQL(", ").join(sql.SQL("%s::{}[]").format(sql.SQL(kind)) for kind in types),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        pk=sql.Identifier(pk.column),
    )
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            arrays = [
                [field.get_db_prep_save(getattr(row, field.attname), connection) for row in batch]
                for field in (pk, *fields)
            ]
            # As text: the audit trail's context is put in front of texts only.
            cursor.execute(statement.as_string(cursor.cursor), arrays)


def referring(row: Any) -> list[str]:
    """Names of the kinds of rows that refer to this one, in whoever's scope they lie."""
    return list(dict.fromkeys(str(relation.related_model._meta.verbose_name) for relation in referring_relations(row)))


def referring_relations(row: Any) -> list[Any]:
    """The relations by which some row refers to this one."""
    found = []
    for relation in row._meta.get_fields(include_hidden=True):  # also those that nobody follows backwards
        if not relation.auto_created or relation.concrete or relation.many_to_many:
            continue
        other = relation.related_model
        if hasattr(other, "pgh_tracked_model") or relation.field.remote_field.on_delete is models.DO_NOTHING:
            continue  # the audit trail speaks of every row
        if other._base_manager.filter(**{relation.field.name: row.pk}).exists():
            found.append(relation)
    return found


def _by_field(error: ValidationError) -> Iterable[tuple[str, list[str]]]:
    return error.message_dict.items() if hasattr(error, "error_dict") else [("__all__", error.messages)]
