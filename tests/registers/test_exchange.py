"""Rows that come in and go out: by heading or by order, only what differs, few queries."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from registers.audit import acting
from registers.errors import NotAllowed
from registers.exchange import export_workbook, import_rows
from services.models import Grid
from tests.registers.exchanging import ELSEWHERE, GRIDS, NEIGHBOUR, VILLAGE, grid, names
from tests.services.samples import make_grid
from tests.world import OTHER_TOWN, TOWN
from villages.registers import VillageFactsRegister

pytestmark = pytest.mark.django_db


# -- what comes in


def test_pasted_cells_come_in_by_heading_or_by_order(world):
    with_heading = "网格名称\t村居\t户数\n第1网格\t锅上\t280户\n合计\t\t280\n"
    outcome = import_rows(GRIDS, by=world.user("zhenjie"), data=with_heading)
    assert (outcome.created, outcome.errors) == (1, []) and outcome.notes
    by_order = import_rows(GRIDS, by=world.user("zhenjie"), data=[["锅上", "第2网格", "于洪波"]])
    assert by_order.created == 1 and names() == ["第1网格", "第2网格"]


def test_only_what_differs_is_written(world):
    by = world.user("zhenjie")
    import_rows(GRIDS, by=by, data=[grid(1), grid(2)])
    before = {row.name: row.version for row in Grid.objects.unscoped("test")}
    outcome = import_rows(GRIDS, by=by, data=[grid(1), grid(2, households="99"), grid(3)])
    assert (outcome.created, outcome.updated, outcome.unchanged) == (1, 1, 1)
    after = {row.name: row.version for row in Grid.objects.unscoped("test")}
    assert after["第1网格"] == before["第1网格"] and after["第2网格"] == before["第2网格"] + 1


def test_who_imported_stands_in_the_history_of_new_and_changed_rows(world):
    by = world.user("zhenjie")
    with acting(by.pk, "导入"):
        import_rows(GRIDS, by=by, data=[grid(1)])
        import_rows(GRIDS, by=by, data=[grid(1, households="9")])
    events = Grid.objects.unscoped("test").get().events.order_by("pgh_id")
    assert [event.households for event in events] == [1, 9]
    assert [event.pgh_context["user"] for event in events] == [by.pk, by.pk]


def test_many_rows_change_each_to_its_own_values(world):
    by = world.user("zhenjie")
    import_rows(GRIDS, by=by, data=[grid(number, head="于洪波") for number in range(1, 30)])
    changed = [grid(number, head="" if number % 2 else f"宋{number}") for number in range(1, 30)]
    before = Grid.objects.unscoped("test").order_by("-updated_at").first().updated_at
    assert import_rows(GRIDS, by=by, data=changed).updated == 29
    heads = dict(Grid.objects.unscoped("test").values_list("households", "head"))
    assert heads == {number: "" if number % 2 else f"宋{number}" for number in range(1, 30)}
    assert Grid.objects.unscoped("test").order_by("updated_at").first().updated_at > before


def test_columns_that_are_not_there_stay_as_they_are(world):
    by = world.user("zhenjie")
    import_rows(GRIDS, by=by, data=[grid(1, head="于洪波")])
    import_rows(GRIDS, by=by, data=[{"village_code": VILLAGE, "name": "第1网格", "households": "5"}])
    row = Grid.objects.unscoped("test").get()
    assert (row.head, row.households) == ("于洪波", 5)


def test_importing_takes_no_query_per_row(world):
    def queries(count: int, first: int) -> int:
        by = world.user("zhenjie")
        rows = [grid(number) for number in range(first, first + count)]
        with CaptureQueriesContext(connection) as captured:
            assert import_rows(GRIDS, by=by, data=rows).created == count
        return len(captured)

    assert queries(300, 0) == queries(3, 1000)


def test_nobody_without_the_right_imports(world):
    for username in ("lingdao", "nobody", "sysadmin"):
        with pytest.raises(NotAllowed):
            import_rows(GRIDS, by=world.user(username), data=[grid(1)])
    assert names() == []


# -- what goes out


def test_exporting_takes_no_query_per_row(world):
    def queries() -> int:
        by = world.user("zhenjie")
        with CaptureQueriesContext(connection) as captured:
            export_workbook(GRIDS, by=by, queryset=GRIDS.rows(by))
        return len(captured)

    make_grid(world, TOWN, 1)
    few = queries()
    for number in range(2, 12):
        make_grid(world, TOWN, number)
    assert queries() == few


def test_villages_of_one_name_are_exported_with_their_code(world):
    world.village(NEIGHBOUR).__class__.objects.unscoped("test").filter(pk=NEIGHBOUR).update(name="锅上")
    by = world.user("zhenjie")
    for code in (VILLAGE, NEIGHBOUR, "371083101224"):
        Grid.objects.create(village_id=code, name="第1网格")
    book = export_workbook(GRIDS, by=by, queryset=GRIDS.rows(by).order_by("village_id")).read()
    texts = [str(cell.value) for row in load_workbook(BytesIO(book)).worksheets[0].iter_rows() for cell in row]
    assert f"锅上（{VILLAGE}）" in texts and f"锅上（{NEIGHBOUR}）" in texts and "院前" in texts
    assert import_rows(GRIDS, by=by, data=book).unchanged == 3


def test_an_export_with_computed_columns_round_trips(world):
    facts = VillageFactsRegister()
    by = world.user("zhenjie")
    row = {"village_code": VILLAGE, "year": "2026", "operating_income": "100.10", "other_income": "-0.10"}
    assert import_rows(facts, by=by, data=[row]).created == 1
    book = export_workbook(facts, by=by, queryset=facts.rows(by)).read()
    assert import_rows(facts, by=by, data=book).unchanged == 1
    values = [cell.value for row in load_workbook(BytesIO(book)).worksheets[0].iter_rows() for cell in row]
    assert 100 in values


def test_another_towns_export_gives_no_way_in(world):
    Grid.objects.create(village_id=ELSEWHERE, name="第1网格")
    other = world.user("qita")
    book = export_workbook(GRIDS, by=other, queryset=GRIDS.rows(other)).read()
    outcome = import_rows(GRIDS, by=world.user("zhenjie"), data=book)
    assert outcome.errors[0].field == "village_code" and "没有找到" in outcome.errors[0].message
    assert Grid.objects.unscoped("test").filter(village__area__parent=OTHER_TOWN).count() == 1
