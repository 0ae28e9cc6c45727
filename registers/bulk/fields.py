"""Which columns may be set for many rows at once."""

from typing import Any

from registers.register import Register
from registers.rows.columns import Choice, Column, Date, Reference, Text, YesNo
from registers.single import writable_columns

KINDS = (Choice, YesNo, Date, Reference, Text)  # figures differ from row to row: only where a register says so
LONGEST = 200  # characters of a text


def settable(register: Register, user: Any) -> list[Column]:
    """The columns that the user may set for many rows: what the register declares (`bulk_fields`, `end_field`).

    A register that declares nothing and is saved plainly offers its stored choices, dates, references and short texts,
    but for its natural key, its status, its period and what may stand only once. Where saving is an action, nothing is
    offered that was not declared. `bulk_fields = None` offers nothing.
    """
    if not register.change_right or not user.can(register.change_right) or register.bulk_fields is None:
        return []
    mine = {column.field: column for column in writable_columns(register, user)}
    names = list(register.bulk_fields)
    if not names and type(register).save is Register.save:
        names = [name for name, column in mine.items() if _is_usual(register, column)]
    if register.end_field:
        names.append(register.end_field)
    return [mine[name] for name in dict.fromkeys(names) if name in mine]


def _is_usual(register: Register, column: Column) -> bool:
    kind, name = column.kind, column.field
    field = register.model_field(name)
    told_elsewhere = {*register.natural_key, register.status_field, register.period_field, register.reason_field}
    if field is None or field.unique or field.primary_key or name in told_elsewhere or kind.personal:
        return False
    if isinstance(kind, Text):
        return kind.max_length <= LONGEST
    if isinstance(kind, Reference):
        return not kind.listed and not kind.beside
    return isinstance(kind, KINDS)
