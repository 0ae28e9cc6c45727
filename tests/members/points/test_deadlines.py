"""Whose step an open claim waits for and until when: working days, the tabs, the table by place, what is owed."""

import datetime as dt

import pytest
from django.urls import reverse

from lianjian import clock
from members.actions import claims
from members.models import PointClaim
from members.queries.point_claims import claims_waiting_for
from members.queries.point_deadlines import Deadlines, overdue_in, waiting_by_place
from members.registers.points import owed_claims, owed_overdue
from registers.models import CountySetting
from tests.members.points import stage
from tests.members.points.stage import GUOSHANG, XILI, YUANQIAN
from tests.members.points_pages.conftest import text_of
from tests.world import COUNTY


@pytest.fixture
def county(world):
    stage.put_scheme(world.user("xianji"))
    return world


def waiting(county, number: str, days: int, village: str = GUOSHANG) -> PointClaim:
    """A claim that has waited for so many calendar days (today is a Friday, 2026-11-20)."""
    claim = stage.declared(county.user("xianji"), stage.member(number, village, name=f"人{number}"))
    PointClaim.objects.unscoped("test").filter(pk=claim.pk).update(waiting_since=clock.now() - dt.timedelta(days=days))
    claim.refresh_from_db()
    return claim


def test_a_step_is_due_after_working_days_and_the_database_agrees(county, monkeypatch):
    stage.federate(monkeypatch, GUOSHANG)
    deadlines = Deadlines()
    made = [waiting(county, f"M{days}", days) for days in (0, 3, 7, 8, 20)]
    assert deadlines.due(made[2]) == dt.date(2026, 11, 20) and deadlines.due(made[0]) == dt.date(2026, 11, 27)
    assert [deadlines.is_overdue(claim) for claim in made] == [False, False, False, True, True]
    scope = county.user("xianji").scope_for("points.view")
    found = PointClaim.objects.unscoped("test").filter(overdue_in(scope))
    assert set(found) == {claim for claim in made if deadlines.is_overdue(claim)}
    CountySetting.objects.create(area_code=COUNTY, key="claims.step_days", value=3)
    assert PointClaim.objects.unscoped("test").filter(overdue_in(scope)).count() == 3
    assert Deadlines().owner(GUOSHANG, "declared") == "支部"
    assert Deadlines().owner(GUOSHANG, "branch_checked") == "联合党组织"
    assert Deadlines().owner(YUANQIAN, "branch_checked") == "镇"
    moved = claims.advance(claim=made[4], by=county.user("cunji"))
    assert not Deadlines().is_overdue(moved)  # the next step has its own time


def test_the_oldest_stand_first_and_the_overdue_have_their_tab(county):
    for number, days in (("M1", 2), ("M2", 30), ("M3", 12)):
        waiting(county, number, days)
    client = county.client("cunji")
    rows = text_of(client.get(reverse("claims:list"))).partition("<tbody>")[2]
    assert rows.index("人M2") < rows.index("人M3") < rows.index("人M1")
    assert "2026-11-25" in rows and rows.count("逾期") == 2
    late = text_of(client.get(reverse("claims:list"), {"tab": "overdue"})).partition("<tbody>")[2]
    assert "人M2" in late and "人M1" not in late
    assert "2026-11-06 前（逾期）" not in late
    claim = claims_waiting_for(county.user("cunji")).order_by("waiting_since").first()
    assert "（逾期）" in text_of(client.get(reverse("claims:detail", args=[claim.pk])))
    (owed,) = owed_claims(county.user("cunji"))
    assert (owed.count, owed.note) == (3, "其中 2 条已过办理期限")


def test_the_county_sees_who_holds_how_many(county, django_assert_max_num_queries):
    for number, days, village in (("M1", 30, GUOSHANG), ("M2", 30, YUANQIAN), ("M3", 1, YUANQIAN), ("M4", 1, XILI)):
        waiting(county, number, days, village)
    user = county.user("xianji")
    with django_assert_max_num_queries(8):
        lines = waiting_by_place(user, user.scope_for("points.view"))
    assert [(line.place, line.open, line.all_overdue) for line in lines] == [("371083101", 3, 2), ("371083001", 1, 0)]
    page = text_of(county.client("xianji").get(reverse("claims:overdue")))
    assert "乳山口镇" in page and "tab=overdue&amp;area=371083101" in page and "5 个工作日" in page
    clerk = county.user("zhenjie")
    assert [line.place for line in waiting_by_place(clerk, clerk.scope_for("points.view"))] == [GUOSHANG, YUANQIAN]
    assert [owed.count for owed in owed_overdue(user)] == [2] and not list(owed_overdue(clerk))
