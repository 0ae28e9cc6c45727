"""Imports and exports beneath the faces: matching, refusals of the database, fences, personal data."""

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.models import Grant
from federations.models import Federation, FederationVillage
from members.models import PartyOrganization, Person
from registers.audit import acting
from registers.errors import DomainError, ItemErrors, NotAllowed
from registers.exchange import export_workbook, import_rows
from registers.exchange.violations import explain
from registers.register import Register, register_of
from registers.rows.columns import Choice, Column, Date, IdNumber, Integer, Phone, Reference, Text
from registers.workbooks.identity import id_check_digit
from services.models import Grid
from services.registers import GridRegister
from tests.services.samples import make_grid
from tests.world import COUNTY, OTHER_TOWN, TOWN
from villages.registers import VillageFactsRegister
from villages.resolvers import VILLAGES

pytestmark = pytest.mark.django_db
VILLAGE, NEIGHBOUR, ELSEWHERE = "371083101223", "371083101222", "371083102201"
GRIDS = GridRegister()


def grid(number: int, village: str = VILLAGE, **more: Any) -> dict[str, Any]:
    return {"village_code": village, "name": f"第{number}网格", "households": str(number)} | more


def names() -> list[str]:
    return list(Grid.objects.unscoped("test").order_by("pk").values_list("name", flat=True))


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


# -- fences


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


class CarelessRegister(Register):
    """Takes any code: a mistake of ours that must not open other towns."""

    model = Grid
    slug = "careless"
    title = "网格"
    columns = (
        Column("village_code", "村居", Text(12), required=True),
        Column("name", "网格名称", Text(60), required=True),
        Column("households", "户数", Integer()),
    )
    sources = {"village_code": "village_id"}
    natural_key = ("village_code", "name")
    view_right = "services.view"
    change_right = "services.change"


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


# -- what the database refuses


class MembershipRegister(Register):
    model = FederationVillage
    slug = "memberships"
    title = "成员村"
    columns = (
        Column("federation", "联建单位", Integer(), required=True),
        Column("village_code", "村居", Reference(VILLAGES, what="村居"), required=True),
        Column("role", "角色", Choice(FederationVillage.Role.choices)),
        Column("from", "加入日期", Date(), required=True),
        Column("to", "退出日期", Date(open_ended=True)),
    )
    sources = {"federation": "federation_id", "village_code": "village", "from": "valid_from", "to": "valid_to"}
    view_right = "federations.view"
    change_right = "federations.change"


@pytest.fixture
def federation(world) -> Federation:
    area = world.area(TOWN)
    organization = PartyOrganization.objects.create(name="联合党总支", kind="joint_general_branch", area=area)
    return Federation.objects.create(
        name="湛江路新村",
        kind="new_village",
        mode="strong_leads",
        status="running",
        area=area,
        organization=organization,
    )


def membership(federation: Federation, village: str, **more: str) -> dict[str, str]:
    return {"federation": str(federation.pk), "village_code": village, "from": "2026-01-01"} | more


def test_of_two_rows_in_each_others_way_the_later_is_told_in_the_constraints_words(world, federation):
    rows = [membership(federation, code) for code in (VILLAGE, NEIGHBOUR, VILLAGE)]
    rows[2]["from"] = "2026-03-01"
    outcome = import_rows(MembershipRegister(), by=world.user("zhenjie"), data=rows)
    assert [error.row for error in outcome.errors] == [3]
    assert outcome.errors[0].problem in ("这个村居已在本联建单位中", "这个村居在此期间已属于另一个新村或联建片区")
    assert outcome.refused and not FederationVillage.objects.unscoped("test").exists()
    partly = import_rows(MembershipRegister(), by=world.user("zhenjie"), data=rows, partial=True)
    assert partly.created == 2 and FederationVillage.objects.unscoped("test").count() == 2


def test_a_check_without_words_of_its_own_names_the_columns(world, federation):
    row = membership(federation, VILLAGE, to="2025-01-01")
    for dry_run in (True, False):
        outcome = import_rows(MembershipRegister(), by=world.user("zhenjie"), data=[row], dry_run=dry_run)
        assert "退出日期" in outcome.errors[0].problem and "加入日期" in outcome.errors[0].problem
        assert outcome.errors[0].field in ("from", "to")


def test_what_waits_for_the_commit_is_told_by_row_too(world, federation):
    row = membership(federation, VILLAGE) | {"federation": "999999"}
    outcome = import_rows(MembershipRegister(), by=world.user("zhenjie"), data=[row])
    assert outcome.errors[0].row == 1 and not outcome.written


def test_rows_without_a_natural_key_are_told_apart_by_content_and_number(world, federation):
    by = world.user("xianji")
    row = membership(federation, VILLAGE)
    assert import_rows(MembershipRegister(), by=by, data=[row]).created == 1
    again = import_rows(MembershipRegister(), by=by, data=[row])
    assert (again.created, again.unchanged, again.written) == (0, 1, False)
    other = import_rows(MembershipRegister(), by=by, data=[row, membership(federation, NEIGHBOUR)])
    assert (other.created, other.unchanged) == (1, 1)


def test_few_bad_rows_among_many_are_all_found(world, monkeypatch):
    class Unlucky(CarelessRegister):
        def save_many(self, *, by, items):
            saved = super().save_many(by=by, items=items)
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE services_grid SET workers = -1 WHERE name = ANY(%s)",
                    [["第7网格", "第800网格", "第1300网格"]],
                )
            return saved

    rows = [grid(number) for number in range(1, 1_501)]
    outcome = import_rows(Unlucky(), by=world.user("zhenjie"), data=rows)
    assert [error.row for error in outcome.errors] == [7, 800, 1300] and not names()
    partly = import_rows(Unlucky(), by=world.user("zhenjie"), data=rows, partial=True)
    assert (partly.created, len(partly.errors), len(names())) == (1_497, 3, 1_497)


def test_very_many_bad_rows_stop_the_search(world):
    class Refusing(CarelessRegister):
        def save_many(self, *, by, items):
            raise ItemErrors({index: DomainError("不行", field="name") for index, _ in enumerate(items)})

    rows = [grid(number) for number in range(1, 501)]
    outcome = import_rows(Refusing(), by=world.user("zhenjie"), data=rows, partial=True)
    assert len(outcome.errors) == 201 and "没有继续核对" in outcome.errors[0].problem
    assert outcome.errors[1].field == "name" and not outcome.written


def test_a_lost_connection_is_no_refusal(world):
    assert explain(OperationalError("server closed the connection")) == []
    assert explain(KeyError("x")) == []


def test_what_other_rows_hold_is_not_given_away(world):
    """A unique key of a row outside the scope: the words must not say that it exists."""

    class ByName(CarelessRegister):
        natural_key = ("village_code", "name")

        def find(self, user, values):
            return {}

    Grid.objects.create(village_id=VILLAGE, name="第1网格")
    outcome = import_rows(ByName(), by=world.user("zhenjie"), data=[grid(1)])
    assert "已" not in outcome.errors[0].problem and "重复" not in outcome.errors[0].problem


# -- personal data


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
