"""A scheme in force, members of two villages of one town and of another, and a hand for workbooks."""

import datetime as dt
import re
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.models import PointScore, QuarterClose
from tests.members.points.stage import (
    BAISHATAN,
    GUOSHANG,
    YUANQIAN,
    approved,
    closed,
    cover_town_step,
    member,
    put_scheme,
)
from tests.world import TOWN

HEADINGS = ("村", "姓名", "积分项目", "数量", "发生日期", "事由", "党员编号", "项目编码", "来源编号")
DAY = dt.date(2026, 8, 15)


@pytest.fixture
def points(world):
    """world with `scheme`, and members by number: 1–3 in 锅上, 4 in 院前, 9 in another town."""
    world.scheme = put_scheme(world.user("xianji"))
    world.members = {
        "1": member("3710830000001", GUOSHANG, name="王建国"),
        "2": member("3710830000002", GUOSHANG, name="王秀兰"),
        "3": member("3710830000003", GUOSHANG, name="王秀兰", subject_class="frail"),
        "4": member("3710830000004", YUANQIAN, name="李海燕"),
        "9": member("3710830000009", BAISHATAN, name="孙守业"),
    }
    return world


def workbook(*rows, headings=HEADINGS) -> bytes:
    """An .xlsx with these rows under the headings; short rows are filled with nothing."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def uploaded(data: bytes, name: str = "八月积分.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def without_tokens(response) -> str:
    """The page without what differs from request to request."""
    return re.sub(r'(name="csrf[a-z-]*"|name="csrfmiddlewaretoken")[^>]*>', "", text_of(response))


def text_of(response) -> str:
    return response.content.decode()


@pytest.fixture
def quarter(points):
    """points with a few entries in 2026Q3 and a whole trial as `close`."""
    cover_town_step(TOWN)
    approved(points, points.members["1"], item="A01", on=dt.date(2026, 7, 1), quantity=4)
    approved(points, points.members["1"], item="A02", on=dt.date(2026, 7, 2))
    approved(points, points.members["1"], item="A03", on=dt.date(2026, 7, 2))
    approved(points, points.members["2"], item="D01")
    points.close = closed(points.user("xianji"))
    return points


def close_of(points) -> QuarterClose:
    return QuarterClose.objects.unscoped("test").get(pk=points.close.pk)


def score_of(points, number: str) -> PointScore:
    rows = PointScore.objects.unscoped("test").select_related("close_subject")
    return rows.get(close=points.close, close_subject__number=points.members[number].number)


def step(points, name: str, username: str = "xianji", **data):
    return points.client(username).post(reverse(f"closes:{name}", args=[points.close.pk]), data, follow=True)
