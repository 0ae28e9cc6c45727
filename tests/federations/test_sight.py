"""What pages, API, export and search of a federation tell about another town's villages: code, name and role."""

from io import BytesIO

from openpyxl import load_workbook
from rest_framework.test import APIClient

from federations.models import FederationVillage
from members.actions.people import add_member
from registers.exchange import export_workbook, import_rows
from registers.pages.widgets import lookup_name
from registers.register import register_of
from tests.federations.helpers import (
    BAISHATAN,
    FOUNDED,
    GUOSHANG,
    SOUTH,
    TODAY,
    XILI,
    XILI_COMMUNITY,
    YUANQIAN,
    cells,
    found,
    secretary,
    text_of,
)
from villages.models import Village


def test_the_page_tells_code_name_and_role_only(world, crossing):
    page = text_of(world.client("zhenjie").get(f"/federations/{crossing.pk}/"))
    assert "西里" in page and XILI in page and "成员社区" in page
    assert "7,531" not in page and "7531" not in page and "2,468" not in page
    assert "246 人（不含外镇 2 个）" in page
    assert f"/villages/{XILI}/" not in page and f"/villages/{SOUTH}/" in page
    assert page.count("/leave/") == 1  # its own village only


def test_the_county_sees_all_of_it(world, crossing):
    page = text_of(world.client("xianji").get(f"/federations/{crossing.pk}/"))
    assert "7,531" in page and "10,245 人" in page and f"/villages/{XILI}/" in page
    assert page.count("/leave/") == 3


def test_the_other_towns_clerk_sees_the_federation_and_his_own_villages(world, crossing, other_town, client):
    client.force_login(other_town, backend="accounts.backends.AccountBackend")
    page = text_of(client.get(f"/federations/{crossing.pk}/"))
    assert "西里新村" in page and "7,531" in page and ">246<" not in page
    assert "编辑" not in page and "/join/" not in page
    assert client.get(f"/federations/{crossing.pk}/join/").status_code == 403
    assert client.get(f"/federations/{crossing.pk}/edit/").status_code == 403


def test_a_third_town_sees_nothing(world, crossing):
    client, api = world.client("qita"), world.api("qita")
    assert client.get(f"/federations/{crossing.pk}/").status_code == 404
    assert api.get(f"/api/v1/federations/{crossing.pk}/").status_code == 404
    assert api.get("/api/v1/federations/?count=true").json()["count"] == 0
    assert api.get("/api/v1/federation-villages/?count=true").json()["count"] == 0
    assert api.get("/api/v1/federations/?q=西里").json()["results"] == []


def test_the_api_tells_code_and_role_and_no_dates_of_foreign_villages(world, crossing):
    rows = world.api("zhenjie").get(f"/api/v1/federation-villages/?federation={crossing.pk}").json()["results"]
    by_code = {row["village_code"]: row for row in rows}
    assert set(by_code) == {XILI, XILI_COMMUNITY, SOUTH}
    assert {"federation", "village_code", "role", "from", "to"} <= set(by_code[XILI])
    assert by_code[SOUTH]["from"] == FOUNDED.isoformat() and by_code[SOUTH]["federation"] == crossing.pk
    assert by_code[XILI]["from"] is None and by_code[XILI]["role"] == "member"
    county = world.api("xianji").get(f"/api/v1/federation-villages/?federation={crossing.pk}").json()["results"]
    assert {row["from"] for row in county} == {FOUNDED.isoformat()}


def test_a_foreign_membership_shows_no_dates_and_no_history(world, crossing):
    foreign = FederationVillage.objects.unscoped("test").get(federation=crossing, village_id=XILI)
    page = text_of(world.client("zhenjie").get(f"/federation-villages/{foreign.pk}/"))
    assert "西里" in page and "2025-03-01" not in page and "history-title" not in page
    own = FederationVillage.objects.unscoped("test").get(federation=crossing, village_id=SOUTH)
    page = text_of(world.client("zhenjie").get(f"/federation-villages/{own.pk}/"))
    assert "2025-03-01" in page and "history-title" in page


def test_the_export_holds_no_dates_of_foreign_villages(world, crossing):
    rows = cells(world.client("zhenjie").get("/federation-villages/export.xlsx"))
    lines = [[str(cell) for cell in row if cell is not None] for row in rows if any("西里新村" in str(c) for c in row)]
    assert len(lines) == 3
    assert [any("2025" in cell for cell in line) for line in lines].count(True) == 1


def test_of_two_villages_of_one_name_the_list_tells_the_town_and_comes_back(world):
    Village.objects.unscoped("test").filter(pk=BAISHATAN).update(name="锅上")
    found(world, "xianji", "锅上新村", [GUOSHANG, YUANQIAN], run=False)
    register, county = register_of("federations"), world.user("xianji")
    book = export_workbook(register, by=county, queryset=register.rows(county)).read()
    texts = [str(cell) for row in load_workbook(BytesIO(book)).worksheets[0].values for cell in row]
    assert "乳山口镇锅上、院前" in texts
    # What stands in another cell may be corrected in that file: the villages are known again.
    rows = [["" if cell is None else str(cell) for cell in row] for row in load_workbook(BytesIO(book)).active.values]
    at = next(row for row in rows if "论证依据" in row).index("论证依据")
    next(row for row in rows if "锅上新村" in row)[at] = "山水相连"
    outcome = import_rows(register, by=county, data=rows)
    assert (outcome.updated, outcome.errors) == (1, [])


def test_a_lookup_suggests_no_place_that_would_be_refused(world):
    client = world.client("zhenjie")
    for slug, field, wanted in (("projects", "area_code", "乳山口镇"), ("enterprises", "area_code", "锅上村委会")):
        register = register_of(slug)
        address = f"/lookup/{lookup_name(register, register.column(field))}/"
        labels = [each["label"] for each in client.get(address).json()["results"]]
        assert wanted in labels and "乳山市" not in labels, (slug, labels)
        assert ("锅上村委会" in labels) == (slug == "enterprises"), (slug, labels)
    assert world.client("nobody").get(address).status_code == 403


def test_nothing_else_of_a_foreign_village_opens(world, crossing):
    api = world.api("zhenjie")
    member = add_member(by=world.user("xianji"), name="外镇人", village=world.village(XILI))
    assert api.get(f"/api/v1/villages/{XILI}/").status_code == 404
    assert api.get(f"/api/v1/members/{member.number}/").status_code == 404
    assert api.get("/api/v1/village-facts/?q=西里").json()["results"] == []
    assert api.get("/api/v1/members/?count=true").json()["count"] == 0
    for address in ("/search/?q=外镇人", "/members/?q=外镇人"):
        assert member.number not in text_of(world.client("zhenjie").get(address))


def test_an_ended_foreign_membership_is_gone_from_sight(world, crossing):
    FederationVillage.objects.unscoped("test").filter(federation=crossing, village_id=XILI).update(valid_to=TODAY)
    rows = world.api("zhenjie").get("/api/v1/federation-villages/").json()["results"]
    assert XILI not in {row["village_code"] for row in rows}
    assert "西里村" not in text_of(world.client("zhenjie").get(f"/federations/{crossing.pk}/"))


def test_the_secretary_sees_the_members_of_all_his_villages(world, crossing):
    add_member(by=world.user("xianji"), name="外镇人", village=world.village(XILI))
    add_member(by=world.user("xianji"), name="别处人", village=world.village(BAISHATAN))
    api = APIClient()
    api.force_authenticate(secretary(crossing))
    assert [row["name"] for row in api.get("/api/v1/members/").json()["results"]] == ["外镇人"]
    assert [row["name"] for row in api.get("/api/v1/federations/").json()["results"]] == ["西里新村"]
    assert api.post("/api/v1/members/", {"name": "新人", "village_code": XILI}).status_code == 403
