"""Export → import changes nothing, for every register and whatever texts people put into its cells."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers.exchange import import_rows
from registers.exchange.book_import import import_book, read_book
from registers.exchange.books import book_registers, book_sheets, export_book
from registers.register import Register
from registers.rows.columns import Text
from tests.matrix.stage import taken_back
from tests.registers.suite.samples import Case, sample_of
from tests.world import TOWN

NASTY = (
    "=1+1", "+86", "-5", "@SUM(A1)", "=cmd|' /C calc'!A0", "007", "1e5", "1410亩", "2026-09-30", "TRUE", "是",
    "第一行\n第二行", "制表\t符", "😀👍🏽", "全角１２３，ＡＢＣ！", "“引号”'单'\"双\"", "/", "a/b", "无", "无人居住",
    "合计", "示例", "NULL", "#REF!", "&lt;b&gt;", "<b>&amp;</b>", "_x000D_", "%d %s {0}", "a,b;c", "\\n", "é e\u0301",
    "𠮷野家", " 空格 ",
    "\u3000全角空格\u3000", "0" * 18, "123456789012345678", "\u200b零宽", "'=1+1", "，", "—", "〇", "ﬁ", "½", "①",
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))


def free_columns(register: Register) -> list[str]:
    """Columns that take any text: no key, no pattern, stored as they are."""
    return [
        column.field
        for column in register.columns
        if isinstance(column.kind, Text) and not column.kind.pattern and not column.readonly
        and column.field not in register.natural_key and register.model_field(column.field) is not None
    ]  # fmt: skip


def typed(register: Register, field: str, text: str, fill: int) -> str:
    """A text for one cell, sometimes stretched to the very end of what the column takes."""
    longest = register.column(field).kind.max_length
    return (text * longest)[:longest] if fill == 0 else text[:longest]


@pytest.mark.django_db
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=6, max_size=6), fill=st.integers(0, 5))
def test_an_exported_book_comes_back_unchanged_whatever_stands_in_its_cells(world, texts, fill):
    user = world.user("zhenjie")
    with taken_back():
        kept = {}
        for at, register in enumerate(book_registers(user)):
            case = Case.of(register.slug, world)
            case.make(10 * at + 1)
            if not register.can_create or sample_of(register).texts is None:
                continue
            rows = [case.texts(10 * at + number) for number in (2, 3)]
            for number, row in enumerate(rows):
                for place, field in enumerate(free_columns(register)):
                    row[field] = typed(register, field, texts[(number * 3 + place) % len(texts)], fill + place)
            # What a register's own rules refuse is not in question here, only what it has taken.
            kept[register.slug] = import_rows(register, by=user, data=rows, partial=True).created
        file, counts = export_book(by=user, area=TOWN)
        with file:
            data = file.read()
        told = import_book(read_book(user, data), by=user, data=data)
        assert not told.errors, [error.text for error in told.errors]
        names = {sheet.name: sheet.register for sheet in book_sheets(user)}
        assert {sheet.table.sheet for sheet in told.sheets} == names.keys()
        for sheet in told.sheets:
            came = sheet.outcome
            assert (came.created, came.updated) == (0, 0), sheet.table.sheet
            assert came.unchanged == counts[sheet.table.sheet], sheet.table.sheet
        assert sum(kept.values()) > len(kept), "most rows should have been taken in"
        assert not told.written
