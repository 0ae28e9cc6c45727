"""What the database refuses among many rows: told by row, in the words of the constraint."""

import pytest
from django.db import OperationalError, connection

from federations.models import Federation, FederationVillage
from members.models import PartyOrganization
from registers.errors import DomainError, ItemErrors
from registers.exchange import import_rows
from registers.exchange.violations import explain
from registers.register import Register
from registers.rows.columns import Choice, Column, Date, Integer, Reference
from services.models import Grid
from tests.registers.exchanging import NEIGHBOUR, VILLAGE, CarelessRegister, grid, names
from tests.world import TOWN
from villages.resolvers import VILLAGES

pytestmark = pytest.mark.django_db


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
