"""Writing one row of a register: checked by the one door, locked, compared by version, and kept inside the scope.

Forms and REST both save through here; workbooks write many rows at once through `Register.save_many`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from registers.errors import Invalid, ItemErrors, NotFound, StaleVersion, WrongState
from registers.exchange.context import RowContext
from registers.exchange.violations import Violation, explain, settle
from registers.register import Register
from registers.rows.checker import check_rows
from registers.rows.columns import Column
from registers.rows.results import CheckedRows
from registers.rows.tables import table_from_dicts

OUTSIDE = "没有找到，或不在您的管辖范围内"
DUPLICATE = "已有相同的记录，请在原记录上修改"


class RowRefused(Invalid):
    """One row was not written; `problems` are (field or "", what is wrong)."""

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        self.problems = list(problems)
        field, message = self.problems[0]
        super().__init__(message, field=field)


def writable_columns(register: Register, user: Any) -> list[Column]:
    """The columns that a user may fill."""
    return [
        column for column in register.columns if not column.readonly and (not column.right or user.can(column.right))
    ]


def check_one(register: Register, given: Mapping[str, Any], user: Any) -> CheckedRows:
    """Pass one row through the door; keys are field names or headings."""
    columns = writable_columns(register, user)
    table = table_from_dicts(columns, [given])
    return check_rows(columns, table, context=RowContext(user, register), row_rules=register.row_rules)


def save_one(
    register: Register, *, by: Any, values: Mapping[str, Any], row: Any | None = None, version: int | None = None
) -> Any:
    """Write checked values to a new row or to `row`, and return it.

    version  what the person had read; None overwrites whatever stands there
    Raises RowRefused, NotFound (outside the user's reach), StaleVersion, or what the register's action raises.
    """
    with transaction.atomic():
        current = None if row is None else _locked(register, by, row, version)
        if row is None:
            _refuse_known(register, by, values)
        try:
            with transaction.atomic():
                saved = register.save(by=by, values=dict(values), row=current)
                settle()
        except ItemErrors as several:  # of a register that saves many at once: here there is one
            raise next(iter(several.errors.values())) from several
        except (DatabaseError, ValidationError) as error:
            violations = explain(error)
            if not violations:
                raise
            raise RowRefused(_problem_of(register, violation) for violation in violations) from error
        if not register.changeable(by).filter(pk=saved.pk).exists():
            # Moved or made out of reach: the same answer as for a place that does not exist.
            raise RowRefused([(area_field(register), OUTSIDE)])
        return saved


def delete_one(register: Register, *, by: Any, row: Any, version: int | None = None) -> None:
    """Remove a row. Raises WrongState where others hang on it."""
    with transaction.atomic():
        current = _locked(register, by, row, version)
        try:
            with transaction.atomic():
                register.delete(by=by, row=current)
                settle()
        except DatabaseError as error:
            if not explain(error):
                raise
            raise WrongState("刚刚有其他记录用到了它，不能删除。请先处理那些记录") from error


def _locked(register: Register, by: Any, row: Any, version: int | None) -> Any:
    current = register.changeable(by).select_for_update(of=("self",)).filter(pk=row.pk).first()
    if current is None:
        raise NotFound
    if version is not None and getattr(current, "version", version) != version:
        raise StaleVersion("您填写期间，别人保存了这条记录")
    return current


def _refuse_known(register: Register, by: Any, values: Mapping[str, Any]) -> None:
    """A new row with the natural key of one that the user can see is a mistake, not an update."""
    key = register.natural_key
    if not key or any(values.get(name) is None for name in key):
        return
    lookup = register.find(by, dict(values))
    if lookup and register.rows(by).filter(**lookup).exists():
        headings = "、".join(register.column(name).heading for name in key)
        raise RowRefused([(key[-1], f"{DUPLICATE}（{headings}相同）")])


def area_field(register: Register) -> str:
    """The column that places a row, "" where no column does."""
    first = getattr(register.model, "area_path", "").split("__")[0]
    names = {register.source(column.field): column.field for column in register.columns}
    return next((names[name] for name in (first, first.removesuffix("_id"), f"{first}_id") if name in names), "")


def _problem_of(register: Register, violation: Violation) -> tuple[str, str]:
    """(column or "", what is wrong) for what the database or the model refused."""
    known = {column.field for column in register.columns}
    names = [register.field_of(name) for name in violation.fields]
    return next((name for name in names if name in known), ""), violation.message


__all__ = [
    "RowRefused", "area_field", "check_one", "delete_one", "save_one", "writable_columns",
]  # fmt: skip
