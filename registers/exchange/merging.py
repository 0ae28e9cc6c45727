"""合表: many people's copies of one workbook put together: matched by heading, checked, compared by key.

Nothing is decided silently: equal rows are kept once, rows that differ for one key stand side by side until somebody
chooses, and whatever is wrong is told by file, sheet, row and cell.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from registers import sockets
from registers.exchange.books import book_registers
from registers.exchange.context import RowContext
from registers.exchange.exporting import labels_of
from registers.exchange.recognising import register_of_sheet
from registers.register import Register
from registers.rows.checker import check_rows
from registers.rows.columns import Column, Found, Reference
from registers.rows.results import CheckedRow, CheckedRows, RowError, RowNote
from registers.rows.tables import ABSENT, Place, Table, table_from_workbook
from registers.single import area_field
from registers.workbooks import values
from registers.workbooks.errors import CellError, WorkbookRefused
from registers.workbooks.reading import read_workbook
from registers.workbooks.sheets import Sheet, column_letter

MAX_ROWS = 100_000  # of all files together
TOO_MANY = f"加上这个文件就超过 {MAX_ROWS:,} 行，没有读取。请分几次合表"

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Origin:
    """Where a row stands: the number of its file, its sheet, its Excel row."""

    file: int
    sheet: str
    row: int


@dataclass
class SourceFile:
    """One file and what was found in it; `problem` says why nothing could be read."""

    name: str
    sheet: str = ""
    rows: int = 0
    problem: str = ""
    notes: list[RowNote] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    areas: set[str] = field(default_factory=set)  # codes of the towns (or villages) its rows lie in


@dataclass
class Conflict:
    """Rows that name the same thing and say different things about it: `numbers` in the merged table."""

    key: str
    numbers: list[int]
    headings: list[str]
    cells: list[list[str]]  # of each row, under `headings`


@dataclass
class Merged:
    """The files as one table. Rows are numbered from 1 through all files."""

    register: Register
    files: list[SourceFile]
    table: Table
    checked: CheckedRows
    origins: dict[int, Origin]
    repeats: dict[int, int] = field(default_factory=dict)  # row → the equal row before it that stands for both
    conflicts: list[Conflict] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # names of towns (or villages) of the scope without a row

    def place_of(self, number: int, name: str) -> tuple[str, str, int, str]:
        """(file, sheet, row, cell) of a column of a row; the cell as C5, empty where its file has no such column."""
        origin = self.origins[number]
        place = self.files[origin.file].places.get(name)
        cell = f"{column_letter(place.position)}{origin.row}" if place and place.position else ""
        return self.files[origin.file].name, origin.sheet, origin.row, cell

    def told(self, error: RowError) -> dict[str, Any]:
        """An error of the merged table by its file, sheet, row and cell."""
        if error.row not in self.origins:
            return error.as_dict() | {"file": "", "cell": ""}
        file, sheet, row, cell = self.place_of(error.row, error.field)
        place = self.files[self.origins[error.row].file].places.get(error.field)
        heading = place.heading if place else error.column
        message = error.message.replace(f"“{error.column}”", f"“{heading}”", 1)
        return error.as_dict() | {
            "file": file, "sheet": sheet, "row": row, "cell": cell, "column": heading, "message": message,
        }  # fmt: skip

    def chosen(self, picks: Mapping[int, int]) -> tuple[Table, list[int]]:
        """The table to import: every row once, of each conflict the picked one; and the conflicts left open.

        picks   conflict (its number in the list) → the row chosen
        """
        dropped = set(self.repeats)
        unresolved = []
        for at, conflict in enumerate(self.conflicts):
            pick = picks.get(at)
            if pick not in conflict.numbers:
                unresolved.append(at)
            dropped |= {number for number in conflict.numbers if number != pick}
        kept = [at for at, number in enumerate(self.table.numbers) if number not in dropped]
        table = Table(
            places=self.table.places,
            numbers=[self.table.numbers[at] for at in kept],
            rows=[self.table.rows[at] for at in kept],
            ragged=True,
        )
        return table, unresolved


def read_files(
    files: Sequence[tuple[str, bytes]], progress: Progress = lambda done, total, step: None
) -> list[tuple[SourceFile, list[Sheet]]]:
    """Each file read in a guarded child; one that cannot be read keeps the reason."""
    found = []
    for at, (name, data) in enumerate(files):
        progress(at, len(files), f"读取“{name}”"[:100])
        source, sheets = SourceFile(name), []
        try:
            sheets = read_workbook(data, filename=name)
        except WorkbookRefused as refusal:
            source.problem = refusal.message
        found.append((source, sheets))
    return found


def recognise(read: Sequence[tuple[SourceFile, list[Sheet]]], user: Any) -> Register | None:
    """The register that the files are copies of, told by the first sheet that one of the person's registers knows."""
    kept = book_registers(user)
    for _, sheets in read:
        for sheet in sheets:
            register = None if sheet.hidden or not sheet.rows else register_of_sheet(kept, sheet, user)
            if register is not None:
                return register
    return None


def merge(register: Register, read: Sequence[tuple[SourceFile, list[Sheet]]], user: Any) -> Merged:
    """Put files that were read together and compare them."""
    columns = register.columns_for(user)
    table, origins = _together(columns, read)
    context = RowContext(user, register)
    checked = check_rows(columns, table, context=context, row_rules=register.row_rules)
    merged = Merged(register, [source for source, _ in read], table, checked, origins)
    _compare(merged, columns, context)
    _find_missing(merged, user)
    return merged


def _together(
    columns: Sequence[Column], read: Sequence[tuple[SourceFile, list[Sheet]]]
) -> tuple[Table, dict[int, Origin]]:
    """One table of all files, its columns in the order of the register. What a file lacks is absent, not empty."""
    tables: list[tuple[int, Table]] = []
    total = 0
    for at, (source, sheets) in enumerate(read):
        if source.problem:
            continue
        found = table_from_workbook(columns, sheets)
        source.sheet, source.places, source.notes = found.sheet, found.places, found.notes
        if found.errors:
            source.problem = "；".join(error.text for error in found.errors)
        elif total + len(found.numbers) > MAX_ROWS:
            source.problem = TOO_MANY
        else:
            source.rows = len(found.numbers)
            total += source.rows
            tables.append((at, found))
    present = [column for column in columns if any(column.field in found.places for _, found in tables)]
    table = Table(places={column.field: Place(i, column.full_heading) for i, column in enumerate(present)}, ragged=True)
    origins: dict[int, Origin] = {}
    for at, found in tables:
        indexes = [found.places[one.field].index if one.field in found.places else None for one in present]
        for number, row in zip(found.numbers, found.rows, strict=True):
            table.rows.append([ABSENT if index is None else row[index] for index in indexes])
            table.numbers.append(len(table.numbers) + 1)
            origins[len(table.numbers)] = Origin(at, found.sheet, number)
    return table, origins


def _compare(merged: Merged, columns: Sequence[Column], context: RowContext) -> None:
    """Group good rows by what they name; equal ones are repeats, others stand against each other."""
    groups: dict[Any, list[CheckedRow]] = {}
    seen: Counter[Any] = Counter()
    for row in merged.checked.rows:
        groups.setdefault(_identity(merged, row, seen), []).append(row)
    against: list[list[CheckedRow]] = []
    for rows in groups.values():
        different: list[CheckedRow] = []
        for row in rows:
            first = next((one for one in different if _agree(one, row)), None)
            if first is None:
                different.append(row)
            else:
                merged.repeats[row.number] = first.number
        if len(different) > 1:
            against.append(different)
    labels = Texts(columns, context, [row for rows in against for row in rows])
    merged.conflicts = [_conflict(merged, rows, columns, labels) for rows in against]


def _identity(merged: Merged, row: CheckedRow, seen: Counter[Any]) -> Any:
    """What a row names: its natural key; where that is open, its whole content and its number among equal ones."""
    names = merged.register.natural_key
    if names and all(row.values.get(name) is not None for name in names):
        return tuple(_plain(row.values[name]) for name in names)
    content = tuple((name, _plain(value)) for name, value in sorted(row.values.items()) if value is not None)
    # The second of two equal rows of one file is another thing, and stands beside the second one of another file.
    in_file = (merged.origins[row.number].file, content)
    seen[in_file] += 1
    return content, seen[in_file]


def _agree(one: CheckedRow, other: CheckedRow) -> bool:
    """Whether two rows say the same in all columns that both have."""
    return all(_plain(one.values[name]) == _plain(value) for name, value in other.values.items() if name in one.values)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


class Texts:
    """Values of checked rows as a person reads them, references in lots."""

    def __init__(self, columns: Sequence[Column], context: RowContext, rows: Sequence[CheckedRow]) -> None:
        self.columns = {column.field: column for column in columns}
        self.labels: dict[str, Mapping[Any, str]] = {}
        for column in columns:
            resolve = labels_of(column)
            keys = {_plain(row.values[column.field]) for row in rows if row.values.get(column.field) is not None}
            if resolve is not None and keys:
                self.labels[column.field] = resolve(keys, context)

    def of(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        known = self.labels.get(name, {}).get(_plain(value))
        return known if known is not None else self.columns[name].format(value)


def _conflict(
    merged: Merged, rows: Sequence[CheckedRow], columns: Sequence[Column], labels: Texts
) -> Conflict:  # fmt: skip
    """What differs, side by side; personal numbers are only said to differ."""
    key = merged.register.natural_key
    differing = [
        column
        for column in columns
        if len({str(_plain(row.values.get(column.field))) for row in rows}) > 1 and column.field not in key
    ]
    cells = [
        [
            "（号码不同）" if column.kind.personal else labels.of(column.field, row.values.get(column.field))
            for column in differing
        ]
        for row in rows
    ]
    named = " ".join(labels.of(name, rows[0].values.get(name)) for name in key)
    return Conflict(named, [row.number for row in rows], [column.full_heading for column in differing], cells)


def _find_missing(merged: Merged, user: Any) -> None:
    """Which towns of the person's scope (villages, where that is one town) no row and no file speaks of."""
    register = merged.register
    choices = dict(sockets.area_choices.ask(user, register.change_right))
    name = area_field(register)
    width = max(map(len, choices), default=0)
    for number, code in _codes(merged, name, user):
        merged.files[merged.origins[number].file].areas.add(code[:width])
    for source in merged.files:
        # A title or a file's name may tell whose it is where rows do not.
        source.areas |= {code for code, text in choices.items() if text in source.name and source.rows}
    seen = {code for source in merged.files for code in source.areas}
    merged.missing = [text for code, text in choices.items() if code not in seen]


def _codes(merged: Merged, name: str, user: Any) -> Iterator[tuple[int, str]]:
    """(row, code of its place) of all rows, those with errors elsewhere too: they were handed in."""
    if name not in merged.table.places:
        return
    kind = merged.register.column(name).kind
    texts: dict[int, str] = {}
    for number, raw in zip(merged.table.numbers, merged.table.column(name), strict=True):
        if raw is not ABSENT and not isinstance(raw, CellError):
            texts[number] = values.as_text(raw)
    answers: Mapping[Any, Any] = {text: text for text in texts.values()}
    if isinstance(kind, Reference):
        answers = kind.resolve(sorted({text for text in texts.values() if text}), RowContext(user, merged.register))
    for number, text in texts.items():
        found = answers.get(text)
        found = found.value if isinstance(found, Found) else found
        if found is not None and not isinstance(found, CellError):
            yield number, str(_plain(found))
