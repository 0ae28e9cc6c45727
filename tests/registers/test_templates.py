"""Every register's template: headings, an example, explanations, and drop-downs for whatever has few answers."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from registers.exchange import RowContext, template_workbook
from registers.exchange.books import book_registers
from registers.exchange.importing import read_table
from registers.register import register_of
from registers.rows.columns import Choice, YesNo
from registers.workbooks.sheets import GUIDE_SHEET, LIST_SHEET

pytestmark = pytest.mark.django_db


def template(user: Any, slug: str) -> Any:
    return load_workbook(template_workbook(register_of(slug), by=user))


def drop_downs(book: Any) -> dict[str, list[str]]:
    """Heading → what may be chosen below it, to the last row that the rule covers."""
    sheet: Worksheet = book.worksheets[0]
    found = {}
    for rule in sheet.data_validations.dataValidation:
        (span,) = rule.sqref.ranges
        column = span.min_col
        assert span.max_row >= 20_000 and rule.errorStyle == "warning"
        if rule.formula1.startswith('"'):
            options = rule.formula1.strip('"').split(",")
        else:
            assert book[LIST_SHEET].sheet_state == "hidden"
            last = int(rule.formula1.rsplit("$", 1)[1])
            options = [book[LIST_SHEET].cell(row, column).value for row in range(1, last + 1)]
        found[str(sheet.cell(2, column).value).strip("*")] = options
    return found


def test_every_template_has_all_a_clerk_needs_and_no_row(world):
    user = world.user("xianji")
    for register in book_registers(user):
        data = template_workbook(register, by=user).read()
        book = load_workbook(BytesIO(data))
        columns = [column for column in register.columns_for(user) if not column.readonly]
        sheet, guide = book.worksheets[0], book[GUIDE_SHEET]
        assert [str(cell.value).strip("*") for cell in sheet[2]] == ["序号", *(c.full_heading for c in columns)]
        assert all(cell.comment is not None for cell in sheet[2][1:]), register.slug
        told = dict(zip((c.full_heading for c in columns), sheet[3][1:], strict=True))
        required = [c.full_heading for c in columns if c.required]
        assert all(told[heading].value for heading in required), f"{register.slug}: say how {required} look"
        explained = {row[0].value for row in guide.iter_rows()}
        assert explained.issuperset(c.full_heading for c in columns)
        chosen = {c.full_heading for c in columns if isinstance(c.kind, Choice | YesNo)}
        assert chosen <= drop_downs(book).keys(), register.slug
        table = read_table(columns, data)
        assert (table.numbers, table.errors) == ([], []), register.slug


def test_few_villages_are_offered_and_only_those_of_the_scope(world):
    offered = drop_downs(template(world.user("zhenjie"), "grids"))["村居"]
    assert set(offered) == {"南唐家", "北唐家", "江村洼", "锅上", "院前"}
    assert drop_downs(template(world.user("cunji"), "village-facts"))["村居"] == ["锅上"]
    county = drop_downs(template(world.user("xianji"), "grids"))["村居"]
    assert "海阳所" in county and "锅上" in county


def test_names_offered_are_understood_again(world):
    user = world.user("xianji")
    grids = register_of("grids")
    column = next(column for column in grids.columns if column.field == "village_code")
    context = RowContext(user, grids)
    offered = column.kind.offers(context, 300)
    answers = column.kind.resolve(offered, context)
    assert {answers[text].pk for text in offered} == set(
        grids.model._meta.get_field("village").related_model.objects.visible_to(user).values_list("pk", flat=True)
    )
    assert column.kind.offers(context, 2) == []
