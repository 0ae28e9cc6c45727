"""The rows of a merge as people type or paste them: 原村居, 并入村居, and codes where they are known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from registers.exchange.context import RowContext
from registers.exchange.importing import read_table
from registers.register import Register
from registers.rows.checker import check_rows
from registers.rows.columns import CellError, Choice, Column, Found, Reference, Text
from registers.rows.results import CheckedRow, RowError
from registers.workbooks.errors import WorkbookRefused
from villages.actions.merging import MergeRow, NewVillage
from villages.models import Village
from villages.registers.places import VILLAGE_CODE
from villages.resolvers import VILLAGES

COLUMNS = (
    Column(
        "closed", "原村居", Reference(VILLAGES, what="村居"), required=True,
        aliases=("撤销村居", "被撤并村", "原村", "原村名"),
        example="南唐家",
    ),
    Column(
        "successor", "并入村居", Text(60, compact=True), required=True,
        aliases=("合并后村居", "新村", "现村居", "并入村"),
        help="本镇街已有的村居填村名，其他镇街的填代码；新设的填新名称", example="唐家",
    ),
    Column(
        "successor_code", "新村居代码", VILLAGE_CODE, aliases=("并入村居代码", "代码"),
        help="新设的村居有正式代码时填写，不填由系统接着本镇街的代码编", example="371083101239",
    ),
    Column("kind", "新村居类型", Choice(Village.Kind.choices), help="不填为行政村", example="行政村"),
)  # fmt: skip
HEADINGS = tuple(column.heading for column in COLUMNS)


def merge_rows(
    register: Register, user: Any, given: str | Sequence[Mapping[str, Any]]
) -> tuple[list[MergeRow], list[RowError]]:
    """Pasted text (with or without a heading row) or dicts by field, checked whole: the rows, and all errors."""
    data: Any = given
    above = 0  # rows that stand above the first in what the person sees, less those that we see
    if isinstance(given, str):
        data, above = _with_headings(given)
    try:
        table = read_table(COLUMNS, data)
    except WorkbookRefused as refusal:
        return [], [RowError("", 0, "", "", refusal.message)]
    context = RowContext(user, register)
    checked = check_rows(COLUMNS, table, context=context)
    errors = list(checked.errors)
    standing = _standing(checked.rows, context)
    rows = []
    for row in checked.rows:
        successor = _successor(row, standing)
        if isinstance(successor, CellError):
            heading, position = checked.headings["successor"]
            text = row.values["successor"]
            errors.append(
                RowError("", row.number, heading, text, successor.problem, successor.expected, "successor", position)
            )
        else:
            rows.append(MergeRow(row.values["closed"], successor))
    errors = [replace(error, row=max(error.row - above, 0)) for error in errors]
    return rows, sorted(errors, key=lambda error: error.row)


def _with_headings(text: str) -> tuple[str, int]:
    """Lines that begin at once with villages get the headings put above, which is told as 1 line more.

    →, 、 and commas part cells as tabs do.
    """
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    for mark in ("→", "->", "，", ",", "、"):
        lines = [line if "\t" in line else line.replace(mark, "\t", 3) for line in lines]
    lines = [line if "\t" in line else "\t".join(line.split(maxsplit=3)) for line in lines]
    first = lines[0].split("\t")[0].strip() if lines else ""
    known = {*COLUMNS[0].aliases, COLUMNS[0].heading}
    if first in known:
        return "\n".join(lines), 0
    return "\n".join(["\t".join(HEADINGS), *lines]), 1


def _asked(row: CheckedRow) -> Any:
    """What names the successor: a code anywhere, a name in the closed village's own town."""
    code, name = row.values.get("successor_code") or "", row.values["successor"]
    return code or (name if name.isdigit() else (name, row.values["closed"].town_code))


def _standing(rows: Sequence[CheckedRow], context: RowContext) -> Mapping[Any, Any]:
    """What the successors' texts name among the villages there are."""
    asked = {_asked(row) for row in rows}
    return VILLAGES.resolve(asked, context) if asked else {}


def _successor(row: CheckedRow, standing: Mapping[Any, Any]) -> Village | NewVillage | CellError:
    name, code = row.values["successor"], row.values.get("successor_code") or ""
    answer = standing.get(_asked(row))
    if isinstance(answer, Found):
        answer = answer.value
    if answer is None and name.isdigit():
        return CellError(f"填了“{name}”", "没有这个代码的村居；新设的请填名称，代码填在“新村居代码”")
    if answer is None:
        return NewVillage(name, code, row.values.get("kind") or Village.Kind.VILLAGE)
    return answer
