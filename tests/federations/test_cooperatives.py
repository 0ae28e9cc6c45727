"""Co-operatives at three levels: who belongs to whom, who holds what, and what the database refuses (P26)."""

import datetime as dt

import pytest
from django.db import DatabaseError

from federations.models import Cooperative, CooperativeShare
from registers.exchange import import_rows
from registers.register import register_of
from tests.federations.helpers import BAISHATAN, GUOSHANG, XILI, YUANQIAN, run_sql
from tests.world import COUNTY, OTHER_TOWN, TOWN

ADDRESS = "/api/v1/cooperatives/"
DAY = dt.date(2025, 1, 1)


@pytest.fixture
def levels(world) -> dict[str, Cooperative]:
    """县级联合总社, 乳山口镇联合社, and 锅上's co-operative."""
    county = Cooperative.objects.create(name="乳山市联合总社", kind="county_federation", area_id=COUNTY)
    town = Cooperative.objects.create(name="乳山口镇联合社", kind="town_federation", area_id=TOWN, parent=county)
    village = Cooperative.objects.create(
        name="锅上果品合作社", kind="village_coop", area_id=GUOSHANG, parent=town, share_total=1000
    )
    return {"county": county, "town": town, "village": village}


def holds(cooperative, shares, **holder) -> CooperativeShare:
    kind = holder.pop("holder_kind", "village")
    holder = holder or {"village_id": GUOSHANG}
    return CooperativeShare.objects.create(
        cooperative=cooperative, holder_kind=kind, shares=shares, valid_from=DAY, **holder
    )


@pytest.mark.parametrize(
    ("kind", "area", "parent", "field", "said"),
    [
        ("village_coop", TOWN, "", "area_code", "所在地应填村居"),
        ("town_federation", GUOSHANG, "", "area_code", "所在地应填镇街"),
        ("village_coop", YUANQIAN, "乳山市联合总社", "parent", "上级应为本镇的镇级联合社"),
        ("town_federation", TOWN, "乳山口镇联合社", "parent", "上级应为本县的县级联合总社"),
    ],
)
def test_levels_are_checked_in_words(world, levels, kind, area, parent, field, said):
    given = {"name": "新合作社", "kind": kind, "area_code": area, "parent": parent}
    answer = world.api("zhenjie").post(ADDRESS, given)
    assert answer.status_code == 400
    errors = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert said in errors[field]


def test_a_village_sees_the_federations_above_it_and_cannot_change_them(world, levels):
    api = world.api("cunji")
    made = api.post(ADDRESS, {
        "name": "锅上养殖合作社", "kind": "village_coop", "area_code": GUOSHANG, "parent": "乳山口镇联合社",
    })  # fmt: skip
    assert made.status_code == 201 and made.json()["parent"] == levels["town"].pk
    assert api.get(f"{ADDRESS}{levels['county'].pk}/").status_code == 200
    assert world.client("cunji").get(f"/cooperatives/{levels['town'].pk}/edit/").status_code == 403
    listed = api.get(f"{ADDRESS}?area={GUOSHANG}").json()["results"]
    assert {row["name"] for row in listed} == {"锅上果品合作社", "锅上养殖合作社"}
    assert world.api("qita").get(f"{ADDRESS}{levels['town'].pk}/").status_code == 404


@pytest.mark.parametrize(
    ("child", "parent"),
    [("county", "town"), ("town", "village"), ("county", "village"), ("town", "town"), ("village", "county")],
)
def test_the_database_keeps_the_tree(levels, child, parent):
    """A parent stands one level above, so that no circle can ever close."""
    with pytest.raises(DatabaseError, match="上级联合社不对"):
        run_sql("UPDATE federations_cooperative SET parent_id = %s WHERE id = %s", levels[parent].pk, levels[child].pk)


def test_the_database_keeps_members_in_their_town(world, levels):
    with pytest.raises(DatabaseError, match="上级联合社不对"):
        run_sql(
            "INSERT INTO federations_cooperative (name, initials, kind, \"union\", area_id, parent_id, credit_code,"
            " industry, share_unit, manager, note, version, created_at, updated_at)"
            " VALUES ('外镇社', '', 'village_coop', '', %s, %s, '', '', 'share', '', '', 1, now(), now())",
            BAISHATAN, levels["town"].pk,
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="已有成员社"):
        run_sql("UPDATE federations_cooperative SET area_id = %s WHERE id = %s", OTHER_TOWN, levels["town"].pk)


def test_shares_never_exceed_the_total_on_any_day(world, levels):
    coop = levels["village"]
    holds(coop, 600)
    holds(coop, 400, holder_kind="households", village_id=GUOSHANG, households=60)
    with pytest.raises(DatabaseError, match="超过了总股份"):
        run_sql("UPDATE federations_cooperativeshare SET shares = 401 WHERE households = 60")
    with pytest.raises(DatabaseError, match="超过了总股份"):
        run_sql("UPDATE federations_cooperative SET share_total = 999 WHERE id = %s", coop.pk)
    answer = world.api("zhenjie").post("/api/v1/cooperative-shares/", {
        "cooperative": coop.name, "holder_kind": "village", "village_code": YUANQIAN, "shares": "1",
        "from": "2024-01-01",
    })  # fmt: skip
    assert "超过了总股份" in str(answer.json()) and answer.status_code in (400, 409)
    # Once a holder left, his shares may go to another.
    run_sql("UPDATE federations_cooperativeshare SET valid_to = '2026-01-01' WHERE households = 60")
    CooperativeShare.objects.create(
        cooperative=coop, holder_kind="village", village_id=YUANQIAN, shares=400, valid_from=dt.date(2026, 1, 1)
    )


def test_shares_that_are_missing_are_told(world, levels):
    holds(levels["village"], 600)
    page = world.client("zhenjie").get(f"/cooperatives/{levels['village'].pk}/").content.decode()
    assert "比总股份少 400.00 股" in page and "锅上村集体" in page


def test_a_share_has_one_holder(world, levels):
    given = {"cooperative": "锅上果品合作社", "holder_kind": "households", "shares": "10", "from": "2025-01-01"}
    answer = world.api("zhenjie").post("/api/v1/cooperative-shares/", given | {"enterprise": "", "households": "60"})
    assert {error["field"] for error in answer.json()["errors"]} == {"village_code"}
    both = given | {"village_code": GUOSHANG, "households": "60", "holder_cooperative": "锅上果品合作社"}
    refused = world.api("zhenjie").post("/api/v1/cooperative-shares/", both)
    assert "应留空" in str(refused.json())
    with pytest.raises(DatabaseError, match="share_has_one_holder"):
        holds(levels["village"], 1, village_id=GUOSHANG, households=60)


def test_a_sheet_of_shares_without_its_holders_column_is_refused_in_words(world, levels):
    cells = "合作社\t持股村居\t股份\t自\n锅上果品合作社\t锅上\t10\t2025-01-01"
    outcome = import_rows(register_of("cooperative-shares"), by=world.user("zhenjie"), data=cells)
    assert ["持股方" in error.message for error in outcome.errors] == [True]
    wrong = "合作社\t持股方\t持股企业\t股份\t自\n锅上果品合作社\t企业\t没有这家\t10\t2025-01-01"
    outcome = import_rows(register_of("cooperative-shares"), by=world.user("zhenjie"), data=wrong)
    assert [error.field for error in outcome.errors] == ["enterprise"]  # and is not told that nothing was entered


def test_holdings_never_go_in_a_circle(levels):
    holds(levels["town"], 10, holder_kind="cooperative", holder_cooperative=levels["village"])
    holds(levels["county"], 10, holder_kind="cooperative", holder_cooperative=levels["town"])
    with pytest.raises(DatabaseError, match="绕成了一圈"):
        holds(levels["village"], 10, holder_kind="cooperative", holder_cooperative=levels["county"])


def test_of_a_federation_above_a_village_sees_its_own_holding_only(world, levels):
    holds(levels["town"], 10, holder_kind="cooperative", holder_cooperative=levels["village"])
    other = Cooperative.objects.create(name="院前合作社", kind="village_coop", area_id=YUANQIAN, parent=levels["town"])
    holds(levels["town"], 20, holder_kind="cooperative", holder_cooperative=other)
    holds(levels["town"], 30, village_id=XILI)
    seen = world.api("cunji").get("/api/v1/cooperative-shares/").json()["results"]
    assert [row["shares"] for row in seen] == ["10.00"]
    assert len(world.api("zhenjie").get("/api/v1/cooperative-shares/").json()["results"]) == 3
