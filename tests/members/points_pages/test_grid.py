"""Declaring by grid: pasted cells find their columns, errors stand at their cells, all rows are declared or none."""

import json

import pytest
from django.urls import reverse

from members.models import PointClaim, PointClaimStep
from tests.members.points_pages.conftest import text_of

HEADS = ["村", "姓名", "积分项目", "数量", "日期", "事由"]
ROW = {"village": "锅上", "people": "王建国", "items": "志愿服务", "occurred_on": "2026-08-15", "reason": "清沟"}


@pytest.fixture
def ask(points):
    client = points.client("zhenjie")

    def post(**body):
        return client.post(reverse("claims:grid"), json.dumps(body), content_type="application/json")

    return post


def rows(*cells, key=None):
    return [{"n": n, "key": key, "version": None, "cells": one} for n, one in enumerate(cells, 1)]


def stored() -> int:
    return PointClaim.objects.unscoped("test").count()


def test_the_page_offers_villages_and_items(points):
    page = text_of(points.client("zhenjie").get(reverse("claims:grid")))
    data = json.loads(page.partition('<script id="grid-data" type="application/json">')[2].partition("</script>")[0])
    columns = {one["field"]: one for one in data["columns"]}
    assert "参加主题党日" in columns["items"]["options"] and columns["village"]["lookup"] == "/lookup/villages/"
    assert columns["confirm_duplicates"]["heading"] == "不是重复的理由"
    assert points.client("lingdao").get(reverse("claims:grid")).status_code == 403
    assert reverse("claims:grid") in text_of(points.client("zhenjie").get(reverse("claims:list")))


def test_pasted_cells_find_their_columns(ask):
    told = ask(do="paste", cells=[HEADS, ["锅上", "王建国", "志愿服务", "2", "2026.8.15", "清沟"]], fields=[]).json()
    assert told["headings"] and told["fields"][:3] == ["village", "people", "items"]
    assert told["rows"][0]["cells"][1] == "王建国"


def test_each_cell_is_told_and_nothing_is_written(ask):
    bad = [
        ROW | {"people": "查无此人"},
        ROW | {"items": "打麻将"},
        ROW | {"people": "王秀兰"},
        ROW | {"village": "没有村"},
    ]
    for do, status in (("check", 200), ("save", 400)):
        answer = ask(do=do, rows=rows(*bad, ROW))
        assert answer.status_code == status
        told = {(one["n"], one["field"]): one["message"] for one in answer.json()["errors"]}
        assert set(told) == {(1, "people"), (2, "items"), (3, "people"), (4, "village")}
        assert "党员编号" in told[3, "people"]
    assert stored() == 0


def test_rows_are_declared_once_and_a_duplicate_asks_in_its_cell(ask, points):
    answer = ask(do="save", rows=rows(ROW, ROW | {"people": "李海燕", "village": "院前"}))
    assert answer.status_code == 200 and answer.json()["created"] == 2 and stored() == 2
    assert answer.json()["saved"][0]["cells"][1] == "王建国"
    assert ask(do="save", rows=rows(ROW)).json()["unchanged"] == 1  # the same again
    other = ROW | {"reason": "下午扫雪"}
    (told,) = ask(do="check", rows=rows(other)).json()["errors"]
    assert told["field"] == "confirm_duplicates" and "第 " in told["message"] and "在这一格写明理由" in told["message"]
    assert ask(do="save", rows=rows(other)).status_code == 400 and stored() == 2
    assert ask(do="save", rows=rows(other | {"confirm_duplicates": "两场"})).json()["created"] == 1
    assert PointClaimStep.objects.filter(reason__endswith="不是同一件事：两场").count() == 1
    (told,) = ask(do="save", rows=rows(ROW, key="declared-1")).json()["errors"]
    assert "不能在表里修改" in told["message"]
    assert ask(do="fly").status_code == 400
