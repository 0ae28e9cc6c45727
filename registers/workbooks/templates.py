"""The empty workbook that people fill in: the same headings as an export, with drop-downs and explanations."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, BinaryIO

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from registers.workbooks.sheets import GUIDE_SHEET, LIST_SHEET, column_letter
from registers.workbooks.texts import EXAMPLE_GREY, HEAD_FILL, put_text, safe_text, sheet_name

if TYPE_CHECKING:
    from registers.rows.columns import Column

EXAMPLE = "示例"
TITLE_ROW, HEADING_ROW, EXAMPLE_ROW = 1, 2, 3
LAST_ROW = 20_000  # drop-downs reach this far
_THIN = Side(style="thin", color="C9CDD2")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def write_template(
    file: str | PathLike[str] | BinaryIO,
    *,
    title: str,
    columns: Sequence["Column"],
    example: Mapping[str, Any] | None = None,
    instructions: Sequence[str] = (),
    choices: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write a template: title, headings with units and comments, a 示例 row (skipped on import), 填写说明.

    example       values (or texts) by field; a column's own `example` where absent
    instructions  lines at the head of 填写说明
    choices       drop-downs by field for columns whose kind has none, such as the villages of a town
    Read-only columns are left out: nobody can fill them.
    """
    shown = [column for column in columns if not column.readonly]
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = sheet_name(title)
    _write_headings(sheet, title, shown)
    _write_example(sheet, shown, example or {})
    _add_drop_downs(book, sheet, shown, choices or {})
    _write_guide(book.create_sheet(GUIDE_SHEET), shown, instructions)
    sheet.freeze_panes = f"B{HEADING_ROW + 1}"
    sheet.sheet_view.zoomScale = 100
    book.save(file)


def _write_headings(sheet: Worksheet, title: str, columns: Sequence["Column"]) -> None:
    put_text(sheet.cell(TITLE_ROW, 1), title)
    sheet.merge_cells(start_row=TITLE_ROW, end_row=TITLE_ROW, start_column=1, end_column=max(len(columns) + 1, 2))
    sheet.cell(TITLE_ROW, 1).font = Font(bold=True, size=14)
    sheet.cell(TITLE_ROW, 1).alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[TITLE_ROW].height = 28
    sheet.row_dimensions[HEADING_ROW].height = 34
    sheet.column_dimensions["A"].width = 6
    _head(sheet.cell(HEADING_ROW, 1), "序号")
    for at, column in enumerate(columns, 2):
        cell = sheet.cell(HEADING_ROW, at)
        _head(cell, column.full_heading + ("*" if column.required else ""))
        if column.required:
            cell.font = Font(bold=True, color="B3261E")
        parts = ["必填" if column.required else "选填", column.help, column.kind.advice()]
        comment = Comment(safe_text("\n".join(part for part in parts if part)), "联建")
        comment.width, comment.height = 260, 110
        cell.comment = comment
        dimension = sheet.column_dimensions[column_letter(at)]
        dimension.width = max(float(column.width), min(len(column.full_heading) * 1.6 + 4, 24))
        # Without it Excel turns codes and ID numbers into numbers and loses digits.
        dimension.number_format = column.kind.number_format


def _head(cell: Any, text: str) -> None:
    put_text(cell, text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor=HEAD_FILL)
    cell.border = _BORDER
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.number_format = "@"


def _write_example(sheet: Worksheet, columns: Sequence["Column"], example: Mapping[str, Any]) -> None:
    put_text(sheet.cell(EXAMPLE_ROW, 1), EXAMPLE)
    for at, column in enumerate(columns, 2):
        cell = sheet.cell(EXAMPLE_ROW, at)
        value = example.get(column.field)
        text = column.example
        if value is not None:
            text = value if isinstance(value, str) else column.format(value)
        if text:
            put_text(cell, text)
        cell.number_format = "@"
    for at in range(1, len(columns) + 2):
        sheet.cell(EXAMPLE_ROW, at).font = Font(italic=True, color=EXAMPLE_GREY)


def _add_drop_downs(
    book: Workbook, sheet: Worksheet, columns: Sequence["Column"], choices: Mapping[str, Sequence[str]]
) -> None:
    """Short lists inside the rule, long ones (Excel allows 255 characters) on a hidden sheet."""
    lists: Worksheet | None = None
    for at, column in enumerate(columns, 2):
        labels = [safe_text(label) for label in choices.get(column.field) or column.kind.choices()]
        if not labels:
            continue
        joined = ",".join(labels)
        if len(joined) <= 250 and not any("," in label or '"' in label for label in labels):
            formula = f'"{joined}"'
        else:
            if lists is None:
                lists = book.create_sheet(LIST_SHEET)
                lists.sheet_state = "hidden"
            letter = column_letter(at)
            for number, label in enumerate(labels, 1):
                put_text(lists.cell(number, at), label)
            formula = f"'{LIST_SHEET}'!${letter}$1:${letter}${len(labels)}"
        rule = DataValidation(type="list", formula1=formula, allow_blank=True, errorStyle="warning")
        rule.errorTitle, rule.error = "不在选项中", "请从下拉选项中选填"
        rule.showErrorMessage = True
        sheet.add_data_validation(rule)
        rule.add(f"{column_letter(at)}{EXAMPLE_ROW + 1}:{column_letter(at)}{LAST_ROW}")


def _write_guide(sheet: Worksheet, columns: Sequence["Column"], instructions: Sequence[str]) -> None:
    lines = [
        *instructions,
        "带 * 的列必填；“示例”一行不会导入，可以保留或删除。",
        "没有的内容可以留空，也可以填“/”或“无”；“合计”行不会导入。",
        "表头名称不要改；可以调整列的顺序，也可以删去不填的选填列。",
    ]
    for number, line in enumerate(lines, 1):
        put_text(sheet.cell(number, 1), f"{number}. {line}")
    top = len(lines) + 2
    for at, heading in enumerate(("列名", "是否必填", "怎样填", "例子", "说明"), 1):
        _head(sheet.cell(top, at), heading)
    for number, column in enumerate(columns, top + 1):
        facts = (
            column.full_heading,
            "必填" if column.required else "选填",
            column.kind.advice(),
            column.example,
            column.help,
        )
        for at, fact in enumerate(facts, 1):
            put_text(sheet.cell(number, at), fact)
            sheet.cell(number, at).alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDE", (22, 10, 44, 24, 50), strict=True):
        sheet.column_dimensions[letter].width = width
