"""From sheets, pasted cells and lists of dicts to one `Table`: which columns are there, and the data rows.

What daily life adds is recognised and told: a title and notes above the headings, 序号 columns, 合计 rows, the 示例
row, notes and signatures below, empty rows between.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from registers.rows.columns import Column
from registers.rows.headings import NUMBERING, HeadingBook, Headings, fill_right, heading_text, plain
from registers.rows.pasting import split_pasted
from registers.rows.results import RowError, RowNote
from registers.workbooks import values
from registers.workbooks.errors import CellError
from registers.workbooks.sheets import OWN_SHEETS, Sheet, column_letter


class _Absent:
    """Stands for a key that a dict does not have."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()

HEADING_ROWS_SEARCHED = 30
EXAMPLE = "示例"
_TOTAL = re.compile(
    r"^(?:[本全][页表镇县市村年月季区户]|累计|年度)?[(（]?(?:合计|小计|总计|共计)(?:数|[(（].{0,6}[)）])?[)）]?[:：]?$"
)
_EXAMPLE = re.compile(r"^[(（【\[]?(?:示例|样例|填写示例)[)）】\]]?(?:[:：].*)?$", re.DOTALL)
_FOOTER = re.compile(
    r"^[（(]?(?:注|备注|说明|填表说明|填表人|填报人|制表人|制表|审核人|单位负责人|负责人|统计负责人|联系电话|报出日期|填报日期|填表日期|填报单位)"
    r"(?:[(（].{0,6}[)）])?[:：]"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands in the table: index from 0, and its Excel column from 1 (None outside workbooks)."""

    index: int
    heading: str
    position: int | None = None


@dataclass
class Table:
    """Data rows under recognised columns. `numbers[i]` is the row number a person sees for `rows[i]`.

    `ragged`: rows come from dicts and may lack keys (ABSENT). With `errors` no row of the table can be used.
    """

    sheet: str = ""
    places: dict[str, Place] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    rows: list[Sequence[Any]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[RowNote] = field(default_factory=list)
    ragged: bool = False
    heading_row: int = 0

    def column(self, name: str) -> list[Any]:
        """The raw cells of one column, in the order of the rows."""
        index = self.places[name].index
        return list(map(itemgetter(index), self.rows))

    def raw(self, index: int, name: str) -> Any:
        """One raw cell; None where the column is not in the table."""
        return self.rows[index][self.places[name].index] if name in self.places else None


def table_from_sheet(columns: Sequence[Column], sheet: Sheet) -> Table:
    """Find the headings of a sheet and its data rows. Missing columns are told in `errors`, others in `notes`."""
    spans: dict[int, dict[int, int]] = {}
    for first_row, first_column, last_row, last_column in sheet.merged:
        for row in range(first_row, min(last_row, first_row + 4) + 1):
            if row <= HEADING_ROWS_SEARCHED and last_column - first_column < 1000:
                spans.setdefault(row - 1, {})[first_column - 1] = last_column - 1
    table = _table(columns, sheet.rows, sheet.name, spans, in_workbook=True)
    _tell_formulas(table, sheet)
    return table


def table_from_workbook(columns: Sequence[Column], sheets: Sequence[Sheet], *, name: str = "") -> Table:
    """Choose the sheet: `name` if given, else the visible one whose headings fit best; others that fit are told."""
    usable = [sheet for sheet in sheets if not sheet.hidden and sheet.name not in OWN_SHEETS]
    if name:
        usable = [sheet for sheet in sheets if sheet.name == name]
    if not usable:
        what = f"没有名为“{name}”的工作表" if name else "工作簿里没有可读的工作表"
        return Table(errors=[RowError("", 0, "", "", what, "请在工作表里按模板填写后再上传")])
    tables = [table_from_sheet(columns, sheet) for sheet in usable]
    best = max(tables, key=lambda table: (not table.errors, len(table.places), bool(table.rows)))
    ignored = [table.sheet for table in tables if table is not best and not table.errors and table.rows]
    if ignored and not best.errors:
        names = "、".join(f"“{other}”" for other in ignored[:5])
        best.notes.append(RowNote(best.sheet, 0, "", f"只读取了工作表“{best.sheet}”，未读取{names}"))
    return best


def table_from_cells(columns: Sequence[Column], cells: str | Sequence[Sequence[Any]], *, first_row: int = 1) -> Table:
    """Pasted cells: tab-separated text or rows of cells, with a heading row or without one.

    Without recognised headings the cells are taken in the order of the writable columns, if they fit in number.
    `first_row` is the number of the first pasted row in the user's grid.
    """
    rows = split_pasted(cells) if isinstance(cells, str) else [list(row) for row in cells]
    if not rows:
        return Table()
    book = HeadingBook(columns)
    if not any(book.read(row).score >= _enough(columns) for row in rows[:HEADING_ROWS_SEARCHED]):
        return _in_order(columns, rows, first_row)
    return _table(columns, rows, "", None, in_workbook=False, first_row=first_row)


def table_from_dicts(columns: Sequence[Column], dicts: Iterable[Mapping[str, Any]]) -> Table:
    """REST bulk and forms: keys are field names or headings. Rows are numbered from 1; unknown keys are told."""
    book = HeadingBook(columns)
    table = Table(ragged=True)
    fields = {column.field: column for column in columns}
    indexes: dict[str, int] = {}
    known: dict[str, str | None] = {}
    collected: list[dict[int, Any]] = []
    for number, given in enumerate(dicts, 1):
        row: dict[int, Any] = {}
        if not isinstance(given, Mapping):
            table.errors.append(RowError("", number, "", values.shown(given), "不是一个对象", "请按“字段：值”提交"))
            continue
        for key, value in given.items():
            if key not in known:
                match = (key, "") if key in fields else book.look_up(str(key))
                known[key] = match[0] if match and not match[1] else None
                if known[key] is None:
                    table.notes.append(RowNote("", number, str(key), "没有这一列，未读取"))
            name = known[key]
            if name is not None:
                row[indexes.setdefault(name, len(indexes))] = value
        collected.append(row)
        table.numbers.append(number)
    for column in columns:
        if column.required and not column.readonly and collected:
            indexes.setdefault(column.field, len(indexes))
    table.places = {name: Place(index, fields[name].full_heading) for name, index in indexes.items()}
    width = len(indexes)
    table.rows = [[row.get(index, ABSENT) for index in range(width)] for row in collected]
    return table


def _enough(columns: Sequence[Column]) -> int:
    """How many recognised headings make a heading row."""
    return min(2, sum(1 for column in columns if not column.readonly) or 1)


def _in_order(columns: Sequence[Column], rows: list[list[Any]], first_row: int) -> Table:
    writable = [column for column in columns if not column.readonly]
    width = max(len(row) for row in rows)
    if width > len(writable):
        names = "、".join(column.full_heading for column in writable)
        problem = f"粘贴了 {width} 列，这里只有 {len(writable)} 列可填"
        return Table(errors=[RowError("", first_row, "", "", problem, f"请连同表头一起粘贴，或按此顺序粘贴：{names}")])
    table = Table(places={column.field: Place(i, column.full_heading) for i, column in enumerate(writable[:width])})
    _take_rows(table, rows, 0, width, first_row=first_row, numbering=set())
    return table


def _table(
    columns: Sequence[Column], rows: Sequence[Sequence[Any]], name: str, spans: Mapping[int, dict[int, int]] | None,
    *, in_workbook: bool, first_row: int = 1,
) -> Table:  # fmt: skip
    table = Table(sheet=name)
    book = HeadingBook(columns)
    at, headings = _find_headings(book, rows, spans)
    if headings is None or headings.score < _enough(columns):
        needed = [column.full_heading for column in columns if column.required and not column.readonly]
        wanted = "、".join(needed or [column.full_heading for column in columns][:8])
        seen = _first_texts(rows)
        problem = f"没有找到表头{f'，只看到：{seen}' if seen else '，表是空的'}"
        table.errors.append(RowError(name, 0, "", "", problem, f"表头应有：{wanted}。请下载模板填写"))
        return table
    table.heading_row = at + first_row
    for field_name, index in headings.found.items():
        heading = headings.texts[index]
        table.places[field_name] = Place(index, heading, index + 1 if in_workbook else None)
    _judge_headings(columns, table, headings)
    numbering = {i for i, cell in enumerate(rows[at]) if plain(heading_text(cell)) in NUMBERING}
    width = max(place.index for place in table.places.values()) + 1
    _take_rows(table, rows, at + 1, width, first_row=first_row, numbering=numbering)
    return table


def _find_headings(
    book: HeadingBook, rows: Sequence[Sequence[Any]], spans: Mapping[int, dict[int, int]] | None
) -> tuple[int, Headings | None]:
    """The row with most recognised headings among the first ones; the higher row wins where equal."""
    best: tuple[int, Headings | None] = (0, None)
    lines = rows[:HEADING_ROWS_SEARCHED]
    for at, row in enumerate(lines):
        above = [
            fill_right(lines[over], None if spans is None else spans.get(over, {}))
            for over in range(at - 1, max(at - 3, -1), -1)
        ]
        # A title is one text over the whole width: as a group name it would only disturb.
        above = [line for line in above if len({heading_text(cell) for cell in line} - {""}) > 1]
        for upper in (above, ()):
            headings = book.read(row, upper)
            own = sum(1 for index in headings.found.values() if heading_text(row[index]))
            if own and (best[1] is None or headings.score > best[1].score):
                best = (at, headings)
    return best


def _judge_headings(columns: Sequence[Column], table: Table, headings: Headings) -> None:
    """Errors for missing, doubled and differently measured columns; notes for unknown ones."""
    by_field = {column.field: column for column in columns}

    def letter(index: int) -> str:
        return f"{column_letter(index + 1)} 列"

    def refuse(problem: str, expected: str, index: int | None = None) -> None:
        position = None if index is None else index + 1
        heading = headings.texts.get(index, "") if index is not None else ""
        table.errors.append(RowError(table.sheet, table.heading_row, "", heading, problem, expected, position=position))

    missing = [c.full_heading for c in columns if c.required and not c.readonly and c.field not in headings.found]
    if missing:
        found = "、".join([*headings.texts.values(), *headings.unknown.values()][:30])
        refuse(f"缺少必填的列：{'、'.join(missing)}（现有：{found}）", "请补上这些列，或下载模板填写")
    for name, first, second in headings.doubled:
        if by_field[name].readonly:
            continue
        heading = by_field[name].full_heading
        refuse(f"“{heading}”出现了两次（{letter(first)}和{letter(second)}）", "请只留一列", second)
    for name, index, unit in headings.other_unit:
        column = by_field[name]
        if column.readonly:
            continue
        wanted = f"这里按{column.unit}填" if column.unit else "这一列不带单位"
        refuse(f"“{headings.texts[index]}”的单位是{unit}", f"{wanted}，请换算并改正表头", index)
    for index, heading in headings.unknown.items():
        table.notes.append(RowNote(table.sheet, table.heading_row, heading, "不认识这一列，未读取", position=index + 1))


def _take_rows(
    table: Table, rows: Sequence[Sequence[Any]], start: int, width: int, *, first_row: int, numbering: set[int]
) -> None:
    """Collect the data rows; skip empty ones and the 示例 row silently, totals and footers with a note."""
    indexes = sorted(place.index for place in table.places.values())
    for at in range(start, len(rows)):
        row = rows[at]
        if len(row) < width:
            row = [*row, *[None] * (width - len(row))]
        if all(row[index] is None or row[index] == "" or _is_blank(row[index]) for index in indexes):
            continue
        mark = _mark(row, numbering)
        if mark == EXAMPLE:
            continue
        if mark:
            table.notes.append(RowNote(table.sheet, at + first_row, "", f"是{mark}，未读取"))
            continue
        table.numbers.append(at + first_row)
        table.rows.append(row)


def _tell_formulas(table: Table, sheet: Sheet) -> None:
    """Tell how many cells were read by the stored results of their formulas."""
    positions = {place.position for place in table.places.values()}
    rows = set(table.numbers)
    told = sorted(
        (row, column)
        for row, column in sheet.formulas
        if column in positions and row in rows and not isinstance(sheet.rows[row - 1][column - 1], CellError)
    )
    if told:
        first = f"{column_letter(told[0][1])}{told[0][0]}"
        message = f"有 {len(told)} 个单元格是公式（如 {first}），按公式算出的结果读取"
        table.notes.append(RowNote(sheet.name, 0, "", message))


def _is_blank(cell: object) -> bool:
    return isinstance(cell, str) and not values.clean(cell)


def _mark(row: Sequence[Any], numbering: set[int]) -> str:
    """What kind of non-data row this is, by its first texts: 合计 row, 示例 row, footer; empty for data."""
    seen = 0
    for index, cell in enumerate(row):
        if cell is None or cell == "":
            continue
        if isinstance(cell, str):
            text = cell.strip()
            # Only texts with these characters can be marks: most cells are let go with one look.
            if text and text[0] in _MARK_STARTS:
                text = "".join(text.split())
                if _TOTAL.match(text):
                    return f"“{text}”行"
                if _EXAMPLE.match(text):
                    return EXAMPLE
                if _FOOTER.match(text):
                    return "表下说明"
        if index in numbering:
            continue
        seen += 1
        if seen == 1:
            return ""
    return ""


_MARK_STARTS = frozenset("合小总共本全累年（(【[示样填注备说制审单负统联报")


def _first_texts(rows: Sequence[Sequence[Any]]) -> str:
    """The first texts seen in a sheet, to name what was found instead of headings."""
    seen: list[str] = []
    for row in rows[:10]:
        for cell in row:
            try:
                text = values.shown(cell, 20)
            except CellError:
                continue
            if text:
                seen.append(values.shown(text, 20))
            if len(seen) >= 10:
                return "、".join(seen)
    return "、".join(seen)
