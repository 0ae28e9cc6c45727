"""The exchange writes and moves nothing outside the scope, whatever a register forgets."""

import datetime as dt
from io import BytesIO

import pytest
from openpyxl import load_workbook

from accounts.models import Grant
from members.models import PartyOrganization
from registers.exchange import export_workbook, import_rows
from registers.register import register_of
from registers.rows.columns import Column, Integer
from services.models import Grid
from tests.registers.exchanging import ELSEWHERE, GRIDS, VILLAGE, CarelessRegister, grid, names
from tests.world import COUNTY

pytestmark = pytest.mark.django_db


def test_a_row_seen_but_not_to_be_changed_is_told_so(world):
    Grant.objects.create(
        user=world.user("zhenjie"), role="county_leader", scope_key=COUNTY, valid_from=dt.date(2020, 1, 1)
    )
    Grid.objects.create(village_id=ELSEWHERE, name="第1网格")

    class ByCode(CarelessRegister):
        pass

    outcome = import_rows(ByCode(), by=world.user("zhenjie"), data=[grid(1, ELSEWHERE)])
    assert "只能查看" in outcome.errors[0].message and not outcome.written


def test_an_export_comes_back_unchanged_though_some_of_it_is_only_to_be_looked_at(world):
    clerk = world.user("zhenjie")
    Grant.objects.create(user=clerk, role="county_leader", scope_key=COUNTY, valid_from=dt.date(2020, 1, 1))
    for village in (VILLAGE, ELSEWHERE):
        Grid.objects.create(village_id=village, name="第1网格", households=280)
    book = export_workbook(GRIDS, by=clerk, queryset=GRIDS.rows(clerk).order_by("village_id")).read()
    outcome = import_rows(GRIDS, by=clerk, data=book)
    assert (outcome.unchanged, outcome.errors, outcome.written) == (2, [], False)
    # A cell of such a row that was changed is refused as before, and only that row.
    cells = [[cell.value for cell in row] for row in load_workbook(BytesIO(book)).worksheets[0].iter_rows()]
    at = next(row for row in cells if "户数（户）" in row).index("户数（户）")
    next(row for row in cells if "海阳所" in row)[at] = 281
    outcome = import_rows(GRIDS, by=clerk, data=[["" if cell is None else str(cell) for cell in row] for row in cells])
    assert [error.row for error in outcome.errors] == [4] and outcome.unchanged == 1


def test_a_row_that_names_what_lies_beyond_ones_places_comes_back_unchanged(world):
    organizations = register_of("party-organizations")
    above = PartyOrganization.objects.create(name="中共乳山市委员会", kind="committee", area_id=COUNTY)
    PartyOrganization.objects.create(name="锅上村党支部", kind="branch", area_id=VILLAGE, parent=above)
    clerk = world.user("zhenjie")
    book = export_workbook(organizations, by=clerk, queryset=organizations.rows(clerk)).read()
    assert "中共乳山市委员会" in str(list(load_workbook(BytesIO(book)).worksheets[0].values))
    outcome = import_rows(organizations, by=clerk, data=book)
    assert not outcome.errors and not outcome.written and outcome.unchanged >= 1


def test_a_careless_register_still_writes_nothing_outside_the_scope(world):
    by = world.user("zhenjie")
    outcome = import_rows(CarelessRegister(), by=by, data=[grid(1), grid(2, ELSEWHERE)], partial=True)
    assert outcome.created == 1 and [error.row for error in outcome.errors] == [2]
    assert names() == ["第1网格"]


def test_a_careless_register_moves_nothing_outside_the_scope(world):
    class Movable(CarelessRegister):
        natural_key = ("name",)

    by = world.user("zhenjie")
    Grid.objects.create(village_id=VILLAGE, name="第1网格")
    outcome = import_rows(Movable(), by=by, data=[grid(1, ELSEWHERE)])
    assert outcome.errors and Grid.objects.unscoped("test").get().village_id == VILLAGE


def test_a_bug_stays_a_bug_and_writes_nothing(world):
    class Broken(CarelessRegister):
        def save(self, *, by, values, row):
            if values["name"] == "第2网格":
                raise RuntimeError("bug")
            return super().save(by=by, values=values, row=row)

    with pytest.raises(RuntimeError):
        import_rows(Broken(), by=world.user("zhenjie"), data=[grid(1), grid(2)])
    assert names() == []


def test_columns_for_others_are_neither_told_nor_taken(world):
    class Guarded(CarelessRegister):
        columns = (*CarelessRegister.columns[:2], Column("households", "户数", Integer(), right="members.reveal"))

    clerk, reviewer = world.user("zhenjie"), world.user("zhenshen")
    outcome = import_rows(Guarded(), by=clerk, data=[grid(1)])
    assert outcome.created == 1 and Grid.objects.unscoped("test").get().households == 0
    for user, there in ((clerk, False), (reviewer, True)):
        rows = Grid.objects.visible_to(user)
        sheet = load_workbook(export_workbook(Guarded(), by=user, queryset=rows)).worksheets[0]
        assert ("户数" in [cell.value for row in sheet.iter_rows() for cell in row]) is there
