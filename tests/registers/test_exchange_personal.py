"""Personal numbers in the exchange: masked on their way out, never quoted by an error."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from members.models import Person
from registers.exchange import export_workbook, import_rows
from registers.register import Register
from registers.rows.columns import Column, IdNumber, Phone, Reference, Text
from registers.workbooks.identity import id_check_digit
from tests.registers.exchanging import VILLAGE
from villages.resolvers import VILLAGES

pytestmark = pytest.mark.django_db


class PersonRegister(Register):
    model = Person
    slug = "people"
    title = "人员"
    columns = (
        Column("name", "姓名", Text(40), required=True),
        Column("id_number", "身份证号", IdNumber()),
        Column("phone", "电话", Phone()),
        Column("area", "所在村居", Reference(VILLAGES, what="村居"), required=True),
    )
    sources = {"area": "area_id"}
    natural_key = ("name", "area")
    view_right = "members.view"
    change_right = "members.change"

    def find(self, user, values):
        return {"name": values["name"], "area_id": values["area"].pk}

    def save(self, *, by, values, row):
        values = values | {"area": values["area"].pk} if "area" in values else values
        return super().save(by=by, values=values, row=row)


NUMBER, PHONE = "110101199003070011", "13800001111"


def person(**more: str) -> dict[str, str]:
    number = NUMBER[:17] + id_check_digit(NUMBER[:17])
    return {"name": "于洪波", "id_number": number, "phone": PHONE, "area": VILLAGE} | more


def test_personal_numbers_go_out_masked_and_come_back_unchanged(world):
    by = world.user("zhenjie")
    assert import_rows(PersonRegister(), by=by, data=[person()]).errors == []
    book = export_workbook(PersonRegister(), by=by, queryset=PersonRegister().rows(by)).read()
    texts = [str(cell.value) for row in load_workbook(BytesIO(book)).worksheets[0].iter_rows() for cell in row]
    assert any(text.startswith("1101*") for text in texts) and any("****" in text for text in texts)
    assert not any(PHONE in text or NUMBER[:14] in text for text in texts)
    again = import_rows(PersonRegister(), by=by, data=book)
    assert (again.unchanged, again.updated, again.errors) == (1, 0, [])
    assert Person.objects.unscoped("test").get().phone == PHONE


def test_stars_are_no_number_for_a_new_row(world):
    outcome = import_rows(PersonRegister(), by=world.user("zhenjie"), data=[person(phone="138****1111")])
    assert [error.field for error in outcome.errors] == ["phone"] and not Person.objects.unscoped("test").exists()


def test_errors_never_quote_a_personal_number(world):
    outcome = import_rows(PersonRegister(), by=world.user("zhenjie"), data=[person(id_number="110101199003070099")])
    assert outcome.errors and "110101199003070099" not in str(outcome.as_dict())
