"""Points on other pages: a member's page, the admin, the home page."""

import datetime as dt

import pytest

from members.actions import closes
from members.models import PointEntry
from tests.members.points.stage import approved, closed, cover_town_step, declared
from tests.members.points_pages.conftest import text_of
from tests.world import TOWN

MEMBER = "/members/3710830000001/"


@pytest.fixture
def locked(points):
    """2026Q3 locked, with one entry of 王建国."""
    cover_town_step(TOWN)
    approved(points, points.members["1"], item="A02", on=dt.date(2026, 7, 2))
    county = points.user("xianji")
    close = closes.publish(close=closed(county), by=county)
    points.close = closes.confirm(close=close, by=county)
    return points


def test_a_members_page_lists_his_scores(locked):
    page = text_of(locked.client("zhenjie").get(MEMBER))
    assert "2026年第三季度" in page and "105.0" in page and "/scores/member/3710830000001/" in page


def test_without_a_close_the_page_leads_to_the_open_quarter(points):
    page = text_of(points.client("zhenjie").get(MEMBER))
    assert "还没有公示或审定的季度" in page and "/scores/member/3710830000001/" in page
    assert "2026年第四季度至今" in text_of(points.client("zhenjie").get("/scores/member/3710830000001/"))


@pytest.mark.parametrize("model", ["pointscheme", "pointentry", "quarterclose", "pointscore"])
def test_the_admin_only_looks(locked, model):
    client = locked.client("xianji")
    listed = client.get(f"/admin/members/{model}/")
    assert listed.status_code == 200 and f"/admin/members/{model}/add/" not in text_of(listed)
    assert client.get(f"/admin/members/{model}/add/").status_code == 403
    for username in ("zhenjie", "sysadmin"):
        assert locked.client(username).get(f"/admin/members/{model}/").status_code in (302, 403)


def test_the_admin_shows_an_entry_and_a_scheme_read_only(locked):
    client = locked.client("xianji")
    entry = PointEntry.objects.unscoped("test").get()
    page = text_of(client.get(f"/admin/members/pointentry/{entry.pk}/change/"))
    assert "王建国" in page and 'name="_save"' not in page
    sheet = text_of(client.get(f"/admin/members/pointscheme/{locked.scheme.pk}/change/"))
    assert "参加主题党日" in sheet and 'name="_save"' not in sheet


def test_home_shows_what_is_owed(points):
    declared(points.user("zhenjie"), points.members["1"])
    page = text_of(points.client("cunji").get("/"))
    assert "积分申报等您办理" in page and "/claims/?tab=mine" in page
    assert "积分申报等您办理" not in text_of(points.client("qita").get("/"))
    assert "2026年第三季度积分还没有结算" in text_of(points.client("xianji").get("/"))
