"""Federations and memberships over REST."""

import pytest

from federations.models import Federation
from tests.federations.helpers import (
    GUOSHANG,
    JIANGCUNWA,
    NORTH,
    SOUTH,
    YUANQIAN,
)
from tests.world import patched


def test_a_federation_is_founded_over_rest(world):
    answer = world.api("zhenjie").post(
        "/api/v1/federations/",
        {
            "name": "湛江路新村",
            "kind": "new_village",
            "mode": "complement",
            "area_code": "371083101",
            "villages": [{"village_code": GUOSHANG, "role": "strong"}, {"village_code": YUANQIAN}],
        },
    )
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert body["status"] == "planned" and body["founded_on"] is None and body["area_code"] == "371083101"
    assert body["villages"] == [
        {"village_code": GUOSHANG, "role": "strong"},
        {"village_code": YUANQIAN, "role": "member"},
    ]
    assert body["organization"] == Federation.objects.unscoped("test").get().organization_id


def test_the_county_enters_a_running_federation_at_once(world):
    body = {
        "name": "湛江路新村",
        "kind": "new_village",
        "mode": "complement",
        "area_code": "371083101",
        "status": "running",
        "founded_on": "2025-03-01",
        "villages": [{"village_code": code, "role": "member"} for code in (GUOSHANG, YUANQIAN, JIANGCUNWA)],
    }
    refused = world.api("zhenjie").post("/api/v1/federations/", body)
    assert refused.status_code == 403 and not Federation.objects.unscoped("test").exists()
    answer = world.api("xianji").post("/api/v1/federations/", body)
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["status"], answer.json()["founded_on"]) == ("running", "2025-03-01")


@pytest.mark.parametrize("code", ["371083102201", "999999999999"])
def test_a_village_out_of_scope_reads_like_an_unknown_one(world, code):
    answer = world.api("zhenjie").post(
        "/api/v1/federations/",
        {
            "name": "甲新村", "kind": "new_village", "mode": "complement", "area_code": "371083101",
            "villages": [{"village_code": GUOSHANG}, {"village_code": code}],
        },
    )  # fmt: skip
    assert answer.status_code == 400
    assert "没有找到" in answer.json()["errors"][0]["message"].replace(code, "")


def test_a_patch_adjusts_and_refuses_what_has_its_own_page(world, zhanjiang):
    api = world.api("zhenjie")
    assert (
        patched(api, f"/api/v1/federations/{zhanjiang.pk}/", {"mode": "strong_leads"}).json()["mode"] == "strong_leads"
    )
    assert zhanjiang.steps.last().is_adjustment
    assert patched(api, f"/api/v1/federations/{zhanjiang.pk}/", {"status": "dissolved"}).status_code == 400
    assert api.delete(f"/api/v1/federations/{zhanjiang.pk}/").status_code in (403, 405)


def test_a_patch_by_the_home_town_works_on_a_federation_that_crosses(world, crossing):
    answer = patched(world.api("zhenjie"), f"/api/v1/federations/{crossing.pk}/", {"evidence": "同一商圈"})
    assert answer.status_code == 200, answer.json()


def test_a_membership_comes_and_goes_over_rest(world, zhanjiang, xili):
    api = world.api("zhenjie")
    answer = api.post(
        "/api/v1/federation-villages/",
        {"federation": zhanjiang.pk, "village_code": NORTH, "role": "member", "from": "2026-07-01"},
    )
    assert answer.status_code == 201, answer.json()
    taken = api.post(
        "/api/v1/federation-villages/",
        {"federation": zhanjiang.pk, "village_code": SOUTH, "role": "member", "from": "2026-07-01"},
    )
    assert taken.status_code == 400 and "属于“西里新村”" in taken.json()["errors"][0]["message"]
    pk = answer.json()["id"]
    assert patched(api, f"/api/v1/federation-villages/{pk}/", {"to": "2026-11-01"}).json()["to"] == "2026-11-01"
