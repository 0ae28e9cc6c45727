"""The rules of a change of many rows, tried on one register."""

import pytest

from registers.audit import acting
from registers.bulk import changing
from registers.pages.bulk import preview_context
from registers.register import register_of
from services.models import Grid
from tests.services.samples import make_grid
from tests.world import OTHER_TOWN, TOWN

pytestmark = pytest.mark.django_db
URL = "/api/v1/grids/bulk-change/"


@pytest.fixture
def grids(world):
    return [make_grid(world, TOWN, number) for number in range(1, 5)]


def heads() -> list[str]:
    return list(Grid.objects.unscoped("test").order_by("pk").values_list("head", flat=True))


def test_filters_choose_the_rows_within_the_scope(world, grids):
    make_grid(world, OTHER_TOWN, 1)
    answer = world.api("zhenjie").post(URL, {"filter": {}, "set": {"head": "宋丽华"}}).json()
    assert (answer["changed"], answer["written"]) == (4, True)
    assert heads()[:4] == ["宋丽华"] * 4 and heads()[4] != "宋丽华"
    again = world.api("zhenjie").post(URL, {"filter": {"area": TOWN}, "set": {"head": "宋丽华"}}).json()
    assert (again["changed"], again["unchanged"], again["written"]) == (0, 4, False)


def test_a_try_writes_nothing_and_tells_before_and_after(world, grids):
    before = heads()
    answer = world.api("zhenjie").post(URL, {"ids": [grids[0].pk], "set": {"head": "宋丽华"}, "dry_run": True}).json()
    (change,) = answer["changes"]
    assert (change["id"], change["before"], change["after"]) == (
        str(grids[0].pk), {"head": before[0]}, {"head": "宋丽华"},
    )  # fmt: skip
    assert heads() == before and answer["written"] is False


def test_a_stale_row_keeps_all_from_being_written_unless_asked(world, grids):
    body = {
        "ids": [grid.pk for grid in grids],
        "set": {"head": "宋丽华"},
        "versions": {str(grids[1].pk): 7, str(grids[0].pk): 1},
    }
    before = heads()
    refused = world.api("zhenjie").post(URL, body)
    assert refused.status_code == 400 and heads() == before
    (error,) = refused.json()["errors"]
    assert (error["id"], error["field"]) == (str(grids[1].pk), "version") and "别人保存过" in error["message"]
    partly = world.api("zhenjie").post(URL, body | {"partial": True}).json()
    assert partly["changed"] == 3 and heads().count("宋丽华") == 3


def test_a_wrong_value_is_told_once_at_its_field(world, grids):
    answer = world.api("zhenjie").post(URL, {"filter": {}, "set": {"head": "长" * 60}})
    assert answer.status_code == 400 and [error["field"] for error in answer.json()["errors"]] == ["head"]


def test_the_reason_and_the_number_stand_in_the_history(world, grids):
    world.api("zhenjie").post(URL, {"filter": {}, "set": {"head": "宋丽华"}, "reason": "换届"})
    page = world.client("zhenjie").get(f"/grids/{grids[0].pk}/")
    entry = page.context["history"][0]
    assert entry["what"] == "修改（换届）" and "/grids/bulk/undo/?at=" in entry["url"]


def test_there_is_a_limit(world, grids, monkeypatch):
    monkeypatch.setattr("registers.api.bulk_change.MOST", 3)
    monkeypatch.setattr(changing, "MOST", 3)
    answer = world.api("zhenjie").post(URL, {"filter": {}, "set": {"head": "宋丽华"}})
    assert answer.status_code == 400 and "一次最多" in answer.json()["detail"]
    assert "宋丽华" not in heads()


def test_a_row_saved_since_keeps_what_it_has_when_all_is_taken_back(world, grids):
    before = heads()
    world.api("zhenjie").post(URL, {"filter": {}, "set": {"head": "宋丽华"}})
    trail = Grid.objects.unscoped("test").get(pk=grids[0].pk).events.order_by("-pgh_id").first()
    with acting(world.user("zhenshen").pk, "核对人数"):
        Grid.objects.unscoped("test").filter(pk=grids[1].pk).update(workers=9)
    answer = world.client("zhenjie").post(f"/grids/bulk/undo/?at={trail.pgh_context_id}", follow=True)
    said = " ".join(str(message) for message in answer.context["messages"])
    assert "已恢复 3 条" in said and "1 条没有改" in said
    assert heads() == [before[0], "宋丽华", *before[2:]]
    elsewhere = world.client("qita").get(f"/grids/bulk/undo/?at={trail.pgh_context_id}")
    unknown = world.client("qita").get("/grids/bulk/undo/?at=00000000-0000-4000-8000-000000000000")
    assert elsewhere.status_code == unknown.status_code == 409


def test_all_that_the_filters_leave_may_be_chosen_on_the_page(world, grids):
    browser = world.client("zhenjie")
    name = grids[0].name
    asked = browser.post("/grids/bulk/", {"all": "1", "query": f"q={name}", "pk": [grids[3].pk]})
    assert asked.context["count"] == sum(grid.name == name for grid in grids)
    nothing = browser.post("/grids/bulk/", {"query": ""}, follow=True)
    assert "请先在列表里勾选" in nothing.content.decode()
    wrong = browser.post(
        "/grids/bulk/", {"chosen": f"{grids[0].pk}:1", "step": "preview", "on": "head", "head": "长" * 60}
    )
    assert wrong.status_code == 400 and wrong.context["fields"][0]["on"]


def test_namesakes_are_told_apart_on_the_page_by_what_they_belong_to(world, grids):
    register = register_of("grids")
    rows = [Grid.objects.unscoped("test").get(pk=grids[number].pk) for number in (0, 1, 2)]

    def notes(*titles: str) -> list[str]:
        changes = [
            changing.Change(row, title, 1, {"head": ""}, {"head": "宋丽华"})
            for row, title in zip(rows, titles, strict=True)
        ]
        told = preview_context(register, changing.BulkOutcome(changes), ["head"])
        return [change["note"] for change in told["changes"]]

    first, second, _ = (row.village.name for row in rows)
    assert notes("第1网格", "第2网格", "第3网格") == ["", "", ""]
    assert notes("第1网格", "第1网格", "第3网格") == [first, second, ""]
