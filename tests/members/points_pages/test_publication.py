"""The list that is posted, two versions beside each other, and the results of a year."""

import datetime as dt
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import QuarterClose
from members.points.amounts import mean
from registers.models import CountySetting
from tests.members.points.stage import GUOSHANG, approved, closed, cover_town_step, federate, member
from tests.members.points_pages.conftest import close_of, step, text_of
from tests.world import OTHER_TOWN, TOWN


@pytest.fixture
def published(quarter):
    step(quarter, "publish")
    return quarter


def notice(points, who="zhenjie", **query) -> str:
    answer = points.client(who).get(reverse("closes:notice", args=[points.close.pk]), query)
    assert answer.status_code == 200
    return text_of(answer)


def test_a_village_posts_full_names_without_the_lowest_grade_and_without_reasons(published):
    page = notice(published, area=GUOSHANG)
    paper = page.partition("<article")[2]
    assert "锅上2026年第三季度党员积分公示表" in paper and "2026年11月27日" in paper
    assert "王建国" in paper and "111.0" in paper and "王秀兰" in paper
    assert paper.count("王秀兰") == 1, "who is in the lowest grade is not put on a wall"
    assert "另有 1 人的得分不张榜" in paper
    assert "缺席" not in paper and "−2.0" not in paper
    assert "没有设置监督电话" in page and "仅供民主评议参考" in paper


def test_beyond_the_village_names_are_hidden_and_the_town_names_receiver_and_telephone(published):
    CountySetting.objects.create(area_code=TOWN, key="closes.supervision_phone", value="0631-6630001")
    CountySetting.objects.create(area_code=TOWN, key="closes.objection_receiver", value="王芳（组织委员）")
    page = notice(published, area=TOWN).partition("<article")[2]
    assert "王*国" in page and "王建国" not in page and "院前" in page
    assert "0631-6630001" in page and "王芳（组织委员）" in page
    CountySetting.objects.create(area_code=TOWN, key="closes.mask_in_village", value=True)
    assert "王*国" in notice(published, area=GUOSHANG)


def test_a_clerk_posts_his_own_village_and_nobody_anothers(published):
    own = notice(published, "cunji")
    assert "锅上2026年第三季度" in own and f'<option value="{GUOSHANG}" selected>' in own
    other = notice(published, "cunji", area=OTHER_TOWN)
    assert "孙守业" not in other and "请选择" in other
    assert "<article" not in notice(published, "qita", area=TOWN)


def test_a_trial_is_not_posted(quarter):
    address = reverse("closes:notice", args=[quarter.close.pk])
    assert quarter.client("zhenjie").get(address).status_code == 404


def test_two_versions_show_who_moved(quarter):
    approved(quarter, quarter.members["4"], item="A02", on=dt.date(2026, 7, 3))
    gone = member("3710830000005", GUOSHANG, name="迟到的")
    second = closed(quarter.user("xianji"))
    client = quarter.client("xianji")
    with CaptureQueriesContext(connection) as queries:
        page = text_of(client.get(reverse("closes:changes", args=[second.pk])))
    assert len(queries) <= 14
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "李海燕" in table and "+5.0" in table and "合格 → 优秀" in table
    assert gone.name in table and "不在内" in table
    assert "组织生活 +5.0" in table and "新列入名单" in table, "each line says where in the sum it moved"
    assert "王建国" not in table
    assert "孙守业" not in page
    seen = text_of(quarter.client("qita").get(reverse("closes:changes", args=[second.pk])))
    assert "李海燕" not in seen and "完全相同" in seen
    assert client.get(reverse("closes:changes", args=[quarter.close.pk])).status_code == 404
    assert client.get(reverse("closes:changes", args=[second.pk]), {"with": "9" * 25}).status_code in (200, 404)


def test_a_year_is_the_mean_of_its_locked_quarters(points, monkeypatch):
    cover_town_step(TOWN)
    federate(monkeypatch, GUOSHANG)
    county = points.user("xianji")
    client = points.client("xianji")
    approved(points, points.members["1"], item="B01", on=dt.date(2026, 2, 1), quantity=1)
    for quarter in ("2026Q1", "2026Q2", "2026Q3"):
        points.close = closed(county, quarter)
        step(points, "publish")
        if quarter != "2026Q3":
            step(points, "confirm")
    assert close_of(points).state == QuarterClose.State.PUBLISHED
    with CaptureQueriesContext(connection) as queries:
        page = text_of(client.get(reverse("scores:years"), {"area": TOWN}))
    assert len(queries) <= 14
    row = page.partition("王建国")[2].partition("</tr>")[0]
    assert "100.5" in row and ">2<" in "".join(row.split())
    assert mean(1010 + 1000, 2) == 1005
    assert "孙守业" not in page
    sheet = openpyxl.load_workbook(BytesIO(b"".join(client.get(reverse("scores:years"), {"export": "1"})))).active
    cells = [cell for line in sheet.iter_rows(values_only=True) for cell in line]
    assert "王建国" in cells and 100.5 in cells and "孙守业" in cells
    elsewhere = text_of(points.client("qita").get(reverse("scores:years")))
    assert "孙守业" in elsewhere and "王建国" not in elsewhere
