"""Rules of thumb that rows break (P06, P32), for every face alike: form, grid, workbook and REST.

They are asked of rows that passed the one door and were matched with what is there; nothing is refused for them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registers.exchange.matching import Planned
from registers.register import Register
from registers.rows.columns import Reference
from registers.rows.results import CheckedRow, CheckedRows, RowWarning


def warns(register: Register) -> bool:
    """Whether the register has any such rules: most have none, and nothing is then looked up for them."""
    kind = type(register)
    return kind.warnings is not Register.warnings or kind.warnings_many is not Register.warnings_many


def warn(register: Register, by: Any, checked: CheckedRows, planned: Iterable[Planned]) -> list[RowWarning]:
    """What is unusual about planned rows, before they are written, each sentence at its row and column."""
    if not warns(register):
        return []
    entries = [(one.checked, one.row) for one in planned]
    found = register.warnings_many([(whole(register, row.values, there), there) for row, there in entries], by=by)
    told = []
    for (row, _), sentences in zip(entries, found, strict=True):
        for sentence in sentences:
            name = getattr(sentence, "field", "")
            heading, position = checked.headings.get(name) or (register.column(name).heading if name else "", None)
            told.append(RowWarning(checked.sheet, row.number, heading, str(sentence), name, position))
    return told


def warn_one(register: Register, by: Any, values: Mapping[str, Any], row: Any | None) -> list[dict[str, str]]:
    """The same of one row, as REST tells it: [{field, message}]."""
    checked = CheckedRows()
    told = warn(register, by, checked, [Planned(CheckedRow(0, dict(values)), row)])
    return [{"field": one.field, "message": one.message} for one in told]


def whole(register: Register, values: Mapping[str, Any], row: Any | None) -> dict[str, Any]:
    """Checked values together with what stands in the columns that were not given: rules look at more than one."""
    if row is None:
        return dict(values)
    missing: Sequence[Any] = [
        column for column in register.columns if column.field not in values and not isinstance(column.kind, Reference)
    ]
    return {column.field: register.value(row, column.field) for column in missing} | dict(values)
