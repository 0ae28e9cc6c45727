"""Rows written as arrays arrive as they were given, under the audit trail."""

import datetime as dt

import pytest

from members.models import PartyOrganization
from registers.arrays import insert_rows
from registers.audit import acting
from services.models import Grid

pytestmark = pytest.mark.django_db
VILLAGE = "371083101223"
TEXTS = ('"引号"', "反斜\\杠\\\\", "{大,括}号", "NULL", "", "换\n行\t", "'); DROP TABLE x; --", "😀", "%s %(x)s")


def test_texts_and_numbers_arrive_as_given(world):
    rows = [(VILLAGE, f"网格{at}", text, at) for at, text in enumerate(TEXTS)]
    with acting(world.user("zhenjie").pk, "导入"):
        insert_rows(Grid, ("village", "name", "head", "households"), rows)
    stored = Grid.objects.unscoped("test").order_by("name")
    assert [(row.village_id, row.name, row.head, row.households) for row in stored] == rows
    assert all(row.version == 1 and row.created_at for row in stored)
    event = stored[0].events.get()
    assert event.pgh_label == "insert" and event.pgh_context["reason"] == "导入"


def test_nothing_is_null_and_whatever_is_not_given_its_default(world):
    rows = [("村党支部", "branch", VILLAGE, None), ("村老党支部", "branch", VILLAGE, dt.date(1958, 7, 1))]
    insert_rows(PartyOrganization, ("name", "kind", "area", "founded_on"), rows)
    branches = PartyOrganization.objects.unscoped("test").order_by("pk")
    assert [(row.founded_on, row.ended_on) for row in branches] == [(None, None), (dt.date(1958, 7, 1), None)]


def test_nothing_to_write_asks_nothing(world, django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_rows(Grid, ("village", "name"), [])
