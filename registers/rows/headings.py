"""Recognising columns by their headings, however they are spelled: multi-line, spaced, with or without the unit."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registers.rows.columns import Column
from registers.workbooks import values
from registers.workbooks.errors import CellError

_BRACKETS = re.compile(r"[(\[【{]([^()\[\]【】{}]*)[)\]】}]")
_MARKS = re.compile(r"[*＊:：\s]+")
_OPTIONAL = frozenset({"必填", "选填", "可不填", "非必填", "不填", "自动", "自动计算", "只读"})
NUMBERING = frozenset({"序号", "编号顺序", "序", "行号", "no", "no."})
# Contents of brackets that change what a figure means: a heading with another one than the column's is refused.
_UNITS = frozenset(
    re.split(
        " ",
        "亩 公顷 平方米 平方公里 元 万元 亿元 千元 角 人 户 个 件 次 人次 万人 "
        "吨 公斤 斤 千克 米 公里 % 小时 天 年 月 岁 分 辆 台 套",
    )
)


@dataclass
class Headings:
    """What was recognised in one candidate heading row: field → index of the column in the sheet."""

    found: dict[str, int] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)  # index → heading as the user wrote it
    unknown: dict[int, str] = field(default_factory=dict)
    doubled: list[tuple[str, int, int]] = field(default_factory=list)  # field, first index, second index
    other_unit: list[tuple[str, int, str]] = field(default_factory=list)  # field, index, unit found

    @property
    def score(self) -> int:
        return len(self.found)


class HeadingBook:
    """Looks headings up for one set of columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = {column.field: column for column in columns}
        self.names: dict[str, str] = {}
        for column in columns:
            for name in (*column.aliases, column.heading, column.full_heading):
                self.names.setdefault(plain(name), column.field)
        # The column's own heading wins over another's alias.
        for column in columns:
            self.names[plain(column.full_heading)] = column.field
        for column in columns:
            if not column.unit:
                self.names[plain(column.heading)] = column.field

    def look_up(self, text: str) -> tuple[str, str] | None:
        """(field, foreign unit or "") for one heading text; None where it is not known."""
        whole = plain(text)
        if not whole:
            return None
        if whole in self.names:
            return self.names[whole], ""
        in_brackets = _BRACKETS.findall(whole)
        bare = _BRACKETS.sub("", whole)
        if not in_brackets or bare not in self.names:
            return None
        name = self.names[bare]
        unit = plain(self.columns[name].unit)
        for content in in_brackets:
            content = content.removeprefix("单位")  # noqa: PLW2901
            if content != unit and content in _UNITS:
                return name, content
        return name, ""

    def read(self, row: Sequence[Any], above: Sequence[Sequence[Any]] = ()) -> Headings:
        """Recognise one row of headings; `above` are up to two rows over it, nearest first, already filled right."""
        result = Headings()
        for index, cell in enumerate(row):
            own = heading_text(cell)
            upper = [heading_text(line[index]) if index < len(line) else "" for line in above]
            candidates = [own] if own else []
            if own:
                # The group is part of the name where a column says so: 收入 over 经营 is 收入经营.
                candidates = [f"{group}{own}" for group in upper if group and group != own] + candidates
            else:
                candidates = [group for group in upper if group][:1]
            if not candidates:
                continue
            match = next((found for text in candidates if (found := self.look_up(text))), None)
            if match is None:
                if own and plain(own) not in NUMBERING:
                    result.unknown[index] = own
                continue
            name, foreign = match
            if name in result.found:
                # A group heading spread over its columns is no second heading.
                if own:
                    result.doubled.append((name, result.found[name], index))
                continue
            result.found[name] = index
            result.texts[index] = (own or candidates[0]).strip("*＊")
            if foreign:
                result.other_unit.append((name, index, foreign))
        return result


def plain(text: str) -> str:
    """A heading without spaces, line breaks, required marks and differences of width and case."""
    text = _MARKS.sub("", values.narrow(text)).lower()
    inner = _BRACKETS.search(text)
    if inner and inner[1] in _OPTIONAL:
        text = text[: inner.start()] + text[inner.end() :]
    return text.replace("㎡", "平方米").replace("％", "%")


def heading_text(cell: object) -> str:
    """A heading cell as one line of text; empty for anything that is no heading."""
    if isinstance(cell, CellError) or cell is None:
        return ""
    return "".join(values.as_text(cell).split()) if isinstance(cell, str | int | float) else ""


def fill_right(row: Sequence[Any], spans: Mapping[int, int] | None) -> list[Any]:
    """A row of group headings spread over their columns: by merges ({first: last index}) or over the gaps."""
    filled = list(row)
    if spans is not None:
        for first, last in spans.items():
            for index in range(first + 1, min(last + 1, len(filled))):
                filled[index] = filled[first]
        return filled
    current: Any = None
    for index, cell in enumerate(filled):
        if cell is None or cell == "":
            filled[index] = current
        else:
            current = cell
    return filled
