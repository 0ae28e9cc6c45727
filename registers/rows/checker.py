"""The one door for rows: every row of a form, of pasted cells, of a workbook and of REST bulk passes `check_rows`.

Columns are checked one by one, each distinct raw value once: most columns of a village table repeat few values, and
references are resolved with one call for the whole table.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from registers.rows.columns import Column
from registers.rows.kinds import UNCHANGED
from registers.rows.references import Found, Reference
from registers.rows.results import CheckedRow, CheckedRows, RowError, RowNote, canonical, row_hash
from registers.rows.tables import ABSENT, Table
from registers.workbooks import identity, values
from registers.workbooks.collector import collector_paused
from registers.workbooks.errors import CellError

__all__ = ["CheckedRow", "CheckedRows", "RowError", "RowNote", "canonical", "check_rows", "row_hash", "row_rule"]

MAX_ERRORS = 100_000  # listed one by one; nobody mends more by hand, and each costs memory
MAX_NOTES_PER_COLUMN = 200
_BAD = object()  # stands in a parsed column where the cell was refused

Problem = tuple[str, str] | tuple[str, str, str]
RowRule = Callable[[Mapping[str, Any], Any], Iterable[Problem] | None]
_Rule = TypeVar("_Rule", bound=RowRule)


def row_rule(*fields: str, sound: bool = False) -> Callable[[_Rule], _Rule]:
    """Mark a rule as needing only these fields, so that it speaks even when other cells of the row are wrong.

    `sound` keeps it to rows that are right otherwise, for rules that also say what should stand in other columns.
    """

    def mark(rule: _Rule) -> _Rule:
        rule.fields, rule.sound = fields, sound  # type: ignore[attr-defined]
        return rule

    return mark


def check_rows(
    columns: Sequence[Column],
    table: Table,
    *,
    context: Any = None,
    row_rules: Iterable[RowRule] = (),
    key: Sequence[str] = (),
) -> CheckedRows:
    """Check a whole table and collect all errors of all rows.

    context    passed on to resolvers and rules as it is (usually the acting user, the area, the period)
    row_rules  callables (values, context) → (field, problem[, expected]) tuples or None. A rule marked with
               `row_rule(fields…)` runs where those fields came along and are right, any other only on rows without
               errors; its columns may be missing altogether.
    key        fields of the natural key: equal keys within the table are errors naming the rows. Without one,
               each row gets its occurrence number among equal rows.
    """
    with collector_paused():
        return _Check(columns, table, context).run(tuple(row_rules), tuple(key))


class _Check:
    """The state of one check: parsed columns, and which rows are bad."""

    def __init__(self, columns: Sequence[Column], table: Table, context: Any) -> None:
        self.table = table
        self.context = context
        self.columns = [column for column in columns if column.field in table.places and not column.readonly]
        self.by_field = {column.field: column for column in columns}
        self.parsed: dict[str, list[Any]] = {}
        self.bad: set[int] = set()
        self.found: list[tuple[int, int, RowError]] = []
        self.notes: list[RowNote] = []
        self.more_errors = 0

    def run(self, rules: tuple[RowRule, ...], key: tuple[str, ...]) -> CheckedRows:
        table = self.table
        for column in self.columns:
            self._parse(column)
        for column in self.columns:
            if isinstance(column.kind, Reference):
                self._resolve(column, column.kind)
        self._require_absent()
        rows = self._build()
        self._apply_rules(rows, rules)
        if key:
            self._find_duplicates(key)
        else:
            self._number_equal(rows)
        self.found.sort(key=lambda entry: entry[:2])
        errors = [*table.errors, *(entry[2] for entry in self.found)]
        if self.more_errors:
            errors.append(
                RowError(table.sheet, 0, "", "", f"错误太多，另有 {self.more_errors} 处没有列出", "请先改正已列出的")
            )
        good = [] if table.errors else [row for index, row in enumerate(rows) if index not in self.bad]
        headings = {name: (place.heading, place.position) for name, place in table.places.items()}
        return CheckedRows(good, errors, [*table.notes, *self.notes], len(rows), table.sheet, headings)

    # -- cells

    def _parse(self, column: Column) -> None:
        """Parse each distinct raw value of the column once, then spread results, errors and notes over the rows."""
        raws = self.table.column(column.field)
        keys, distinct = _keys(raws)
        wrong: dict[Hashable, CellError] = {}
        told: dict[Hashable, list[str]] = {}
        messages: list[str] = []
        known: dict[Hashable, Any] = {}
        parse = column.parse
        for raw_key in distinct:
            raw = raw_key[1] if type(raw_key) is tuple else raw_key
            if raw is ABSENT:
                known[raw_key] = ABSENT
                continue
            try:
                known[raw_key] = parse(raw, messages.append)
            except CellError as error:
                known[raw_key] = _BAD
                wrong[raw_key] = error
            if messages:
                if raw_key not in wrong:
                    told[raw_key] = messages.copy()
                messages.clear()
        self.parsed[column.field] = list(map(known.__getitem__, keys))
        if wrong:
            for index, raw_key in enumerate(keys):
                if raw_key in wrong:
                    self._error(index, column, wrong[raw_key], raws[index])
        if told:
            self._tell(column, keys, told)

    def _tell(self, column: Column, keys: Sequence[Hashable], told: Mapping[Hashable, list[str]]) -> None:
        """Notes of one column: equal messages are counted, and past a limit only the number is told."""
        noted: dict[str, RowNote] = {}
        dropped = 0
        place = self.table.places[column.field]
        for index, raw_key in enumerate(keys):
            for message in told.get(raw_key, ()):
                message = identity.hide_personal(message)  # noqa: PLW2901
                if message in noted:
                    noted[message].count += 1
                elif len(noted) < MAX_NOTES_PER_COLUMN:
                    number = self.table.numbers[index]
                    noted[message] = RowNote(self.table.sheet, number, place.heading, message, 1, place.position)
                else:
                    dropped += 1
        self.notes.extend(noted.values())
        if dropped:
            self.notes.append(RowNote(self.table.sheet, 0, place.heading, f"另有 {dropped} 处作了类似处理"))

    def _resolve(self, column: Column, kind: Reference) -> None:
        """Replace the texts of a reference column by what they name, with one call of its resolver."""
        texts = self.parsed[column.field]
        keys: list[Any] = texts
        if kind.beside:
            besides = [self._texts(name) for name in kind.beside]
            keys = [
                (text, *others) if isinstance(text, str) else text
                for text, *others in zip(texts, *besides, strict=True)
            ]
        asked = [name for name in dict.fromkeys(keys) if isinstance(name, str | tuple)]
        if not asked:
            return
        answers = kind.resolve(asked, self.context)
        told: dict[Hashable, list[str]] = {}
        resolved: list[Any] = []
        for index, name in enumerate(keys):
            answer = name
            if isinstance(name, str | tuple):
                answer = answers.get(name)
                if isinstance(answer, Found):
                    if answer.note:
                        told[name] = [answer.note]
                    answer = answer.value
                if answer is None:
                    answer = kind.missing(texts[index])
                if isinstance(answer, CellError):
                    self._error(index, column, answer, texts[index])
                    answer = _BAD
            resolved.append(answer)
        self.parsed[column.field] = resolved
        if told:
            self._tell(column, keys, told)

    def _texts(self, name: str) -> list[str]:
        """The cleaned raw texts of a column, empty where it is not in the table."""
        if name not in self.table.places:
            return [""] * len(self.table.numbers)
        texts = []
        for raw in self.table.column(name):
            try:
                texts.append("" if raw is ABSENT else values.as_text(raw))
            except CellError:
                texts.append("")
        return texts

    def _require_absent(self) -> None:
        """In lists of dicts a required key may be missing from single rows."""
        if not self.table.ragged:
            return
        for column in self.columns:
            if column.required:
                for index, value in enumerate(self.parsed[column.field]):
                    if value is ABSENT:
                        self._error(index, column, column.empty_error(), None)

    # -- rows

    def _build(self) -> list[CheckedRow]:
        names = [column.field for column in self.columns]
        lists = [self.parsed[name] for name in names]
        if not names:
            return []
        rows = [
            CheckedRow(number, dict(zip(names, cells, strict=True)))
            for number, cells in zip(self.table.numbers, zip(*lists, strict=True), strict=True)
        ]
        for name, cells in zip(names, lists, strict=True):
            kind = self.by_field[name].kind
            # Refused cells are taken out too: rules then see only what is right.
            if self.bad or self.table.ragged or kind.personal:
                for index, value in enumerate(cells):
                    if value is _BAD or value is ABSENT or value is UNCHANGED:
                        del rows[index].values[name]
        return rows

    def _apply_rules(self, rows: list[CheckedRow], rules: tuple[RowRule, ...]) -> None:
        already = frozenset(self.bad)
        for rule in rules:
            needed: tuple[str, ...] = getattr(rule, "fields", ())
            skipped = already if getattr(rule, "sound", True) else frozenset()
            for index, row in enumerate(rows):
                if index in skipped or any(name not in row.values for name in needed):
                    continue
                for name, problem, *expected in rule(row.values, self.context) or ():
                    column = self.by_field.get(name)
                    raw = self.table.raw(index, name)
                    self._error(index, column, CellError(problem, *expected), raw)

    def _find_duplicates(self, key: tuple[str, ...]) -> None:
        """Every row of a group with an equal natural key is an error that names the rows of the group."""
        if any(name not in self.parsed for name in key):
            return
        groups: dict[tuple[Any, ...], list[int]] = {}
        for index, parts in enumerate(zip(*(self.parsed[name] for name in key), strict=True)):
            if not any(part is _BAD or part is None or part is ABSENT or part is UNCHANGED for part in parts):
                groups.setdefault(parts, []).append(index)
        columns = [self.by_field[name] for name in key]
        for parts, indexes in groups.items():
            if len(indexes) == 1:
                continue
            shown = "、".join(
                identity.mask(column.format(part)) if column.kind.personal else column.format(part)
                for column, part in zip(columns, parts, strict=True)
            )
            named = "、".join(str(self.table.numbers[index]) for index in indexes[:5])
            more = f"等 {len(indexes)} 行" if len(indexes) > 5 else "行"
            headings = "、".join(column.heading for column in columns)
            for index in indexes:
                problem = f"重复：第 {named} {more}的{headings}相同（{shown}）"
                raw = self.table.raw(index, columns[-1].field)
                self._error(index, columns[-1], CellError(problem, "只能保留一行"), raw)

    def _number_equal(self, rows: list[CheckedRow]) -> None:
        """Number equal good rows 1, 2, 3…"""
        counts: dict[tuple[Any, ...], int] = {}
        width = len(self.columns)
        for index, row in enumerate(rows):
            if index in self.bad:
                continue
            whole = len(row.values) == width
            content = tuple(row.values.values()) if whole else tuple(row.values.items())
            counts[content] = row.occurrence = counts.get(content, 0) + 1

    def _error(self, index: int, column: Column | None, error: CellError, raw: object) -> None:
        self.bad.add(index)
        if len(self.found) >= MAX_ERRORS:
            self.more_errors += 1
            return
        table = self.table
        number = table.numbers[index]
        if column is None:
            self.found.append((index, 0, RowError(table.sheet, number, "", "", error.problem, error.expected)))
            return
        place = table.places.get(column.field)
        heading = place.heading if place else column.full_heading
        text = "" if raw is ABSENT else values.shown(raw)
        text = identity.mask(text) if column.kind.personal else identity.hide_personal(text)
        order = place.index if place else len(table.places)
        problem = identity.hide_personal(error.problem)
        position = place.position if place else None
        self.found.append(
            (
                index,
                order,
                RowError(table.sheet, number, heading, text, problem, error.expected, column.field, position),
            )
        )


def _keys(raws: Sequence[Any]) -> tuple[Sequence[Any], Iterable[Any]]:
    """Raw values as dictionary keys, and the distinct ones among them. A list (from JSON) is no key, and True equals 1
    as a key: both are set apart, which takes a look at each value only where there can be any.
    """
    try:
        distinct = dict.fromkeys(raws)
    except TypeError:
        odd = CellError("填的不是一个值", "请只填一个值")
        raws = [odd if isinstance(raw, list | dict | set | tuple) else raw for raw in raws]
        distinct = dict.fromkeys(raws)
    if (True in distinct or False in distinct) and bool in set(map(type, raws)):
        raws = [(bool, raw) if type(raw) is bool else raw for raw in raws]
        distinct = dict.fromkeys(raws)
    return raws, distinct
