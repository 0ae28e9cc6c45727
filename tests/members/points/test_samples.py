"""抽查 and 备案: drawn by a seed that draws the same again, judged by another, filed once nothing is left to do."""

import pytest
from django.urls import reverse

from members.actions import closes, entries
from members.actions.samples import draw, file_quarter, judge
from members.models import ClaimSample, QuarterFiling
from members.queries.point_samples import by_town
from registers.errors import Invalid, NotAllowed, NotFound, WrongState
from tests.members.points import stage
from tests.members.points.stage import BAISHATAN
from tests.members.points_pages.conftest import text_of
from tests.world import COUNTY, OTHER_TOWN, TOWN, add_user

Q = "2026Q3"


@pytest.fixture
def county(world):
    """Six approved claims in one town, one in another."""
    stage.put_scheme(world.user("xianji"))
    stage.cover_town_step(TOWN)
    stage.cover_town_step(OTHER_TOWN)
    for n in range(6):
        stage.approved(world, stage.member(f"M{n}", name=f"人{n}"))
    other = stage.declared(world.user("qita"), stage.member("B1", BAISHATAN))
    world.users["shenhe"] = add_user("shenhe", "town_reviewer", "area", OTHER_TOWN)
    stage.claims.advance(claim=other, by=world.user("shenhe"))
    return world


def drawn() -> list[int]:
    return list(ClaimSample.objects.unscoped("test").order_by("pk").values_list("claim", flat=True))


def test_the_same_seed_draws_the_same_and_nobody_is_drawn_twice(county, django_assert_max_num_queries):
    user = county.user("xianji")
    with django_assert_max_num_queries(10):
        first = draw(by=user, county=COUNTY, quarter=Q, size=3, seed=7)
    assert sorted(one.town_id for one in first) == [TOWN] * 3 + [OTHER_TOWN]
    chosen = drawn()
    ClaimSample.objects.unscoped("test").all().delete()
    draw(by=user, county=COUNTY, quarter=Q, size=3, seed=7)
    assert drawn() == chosen
    assert len(draw(by=user, county=COUNTY, quarter=Q, size=5)) == 3 and len(set(drawn())) == 7
    assert draw(by=user, county=COUNTY, quarter=Q, size=5) == []
    with pytest.raises(Invalid):
        draw(by=user, county=COUNTY, quarter=Q, size=0)
    for wrong in ("zhenshen", "lingdao"):
        with pytest.raises(NotAllowed):
            draw(by=county.user(wrong), county=COUNTY, quarter=Q, size=1)


def test_a_problem_is_reversed_before_the_quarter_is_filed(county):
    user = county.user("xianji")
    with pytest.raises(WrongState, match="先抽查"):
        file_quarter(by=user, town=TOWN, quarter=Q)
    mine = [one for one in draw(by=user, county=COUNTY, quarter=Q, size=2, seed=7) if one.town_id == TOWN]
    with pytest.raises(WrongState, match="2 条抽查没有核查"):
        file_quarter(by=user, town=TOWN, quarter=Q)
    with pytest.raises(Invalid, match="什么问题"):
        judge(by=user, sample=mine[0], outcome="problem")
    with pytest.raises(NotAllowed):
        judge(by=county.user("zhenjie"), sample=mine[0], outcome="true")
    with pytest.raises(NotFound):
        judge(by=county.user("qita"), sample=mine[0], outcome="true")
    judge(by=user, sample=mine[0], outcome="problem", note="没有参加")
    judge(by=user, sample=mine[1], outcome="true")
    with pytest.raises(WrongState, match="已经核查"):
        judge(by=user, sample=mine[1], outcome="problem", note="x")
    with pytest.raises(WrongState, match="1 条有问题的积分还没有冲销"):
        file_quarter(by=user, town=TOWN, quarter=Q)
    entry = stage.PointEntry.objects.unscoped("test").get(claim=mine[0].claim_id)
    entries.reverse_entry(entry=entry, by=user, reason="抽查：没有参加")
    file_quarter(by=user, town=TOWN, quarter=Q)
    with pytest.raises(WrongState, match="已经备案"):
        file_quarter(by=user, town=TOWN, quarter=Q)
    line = next(line for line in by_town(Q, user) if line.town == TOWN)
    assert (line.approved, line.drawn, line.pending, line.right, line.wrong) == (6, 2, 0, 1, 1) and line.filing


def test_who_had_a_hand_in_it_does_not_judge_it(county):
    user = county.user("xianji")
    own = stage.claims.advance(claim=stage.declared(user, stage.member("X1")), by=county.user("zhenshen"))
    sample = next(one for one in draw(by=user, county=COUNTY, quarter=Q, size=9) if one.claim_id == own.pk)
    with pytest.raises(NotAllowed, match="另一位"):
        judge(by=user, sample=sample, outcome="true")
    assert judge(by=stage.second_county_user(), sample=sample, outcome="true").outcome == "true"


def test_the_page(county):
    client, address = county.client("xianji"), reverse("claims:samples")
    page = text_of(client.get(address, {"quarter": Q}))
    assert "乳山口镇" in page and "每个镇街抽" in page and "还没有抽查" in page
    client.post(reverse("claims:draw"), {"county": COUNTY, "quarter": Q, "size": "1"})
    assert len(drawn()) == 2
    sample = ClaimSample.objects.unscoped("test").get(town=TOWN)
    page = text_of(client.get(address, {"quarter": Q, "town": TOWN}))
    assert sample.claim.subject.name in page and reverse("claims:judge", args=[sample.pk]) in page
    answer = client.post(reverse("claims:judge", args=[sample.pk]), {"outcome": "problem", "note": "没有照片"})
    assert answer["Location"].startswith("/entries/")  # where it is reversed
    assert "已记为有问题，请在这里写明原因冲销" in text_of(client.get(answer["Location"]))
    assert "没有照片" in text_of(client.get(address, {"quarter": Q}))
    refused = client.post(reverse("claims:file-quarter"), {"quarter": Q, "file_town": TOWN}, follow=True)
    assert "还没有冲销" in text_of(refused) and not QuarterFiling.objects.unscoped("test").exists()
    town = text_of(county.client("zhenjie").get(address, {"quarter": Q}))
    assert "没有照片" in town and "每个镇街抽" not in town and "海阳所镇" not in town
    assert county.client("zhenjie").post(reverse("claims:draw"), {}).status_code == 403


def test_nothing_more_is_drawn_where_the_quarter_is_filed(county):
    user = county.user("xianji")
    (sample,) = [one for one in draw(by=user, county=COUNTY, quarter=Q, size=1) if one.town_id == TOWN]
    judge(by=user, sample=sample, outcome="true")
    file_quarter(by=user, town=TOWN, quarter=Q)
    assert TOWN not in {one.town_id for one in draw(by=user, county=COUNTY, quarter=Q, size=9)}
    assert ClaimSample.objects.unscoped("test").filter(town=TOWN).count() == 1


def test_what_is_found_in_a_closed_quarter_waits_for_its_reopening(county):
    client = county.client("xianji")
    draw(by=county.user("xianji"), county=COUNTY, quarter=Q, size=1)
    sample = ClaimSample.objects.unscoped("test").get(town=TOWN)
    closes.publish(by=county.user("xianji"), close=stage.closed(county.user("xianji"), Q))
    body = {"outcome": "problem", "note": "没有照片"}
    told = text_of(client.post(reverse("claims:judge", args=[sample.pk]), body, follow=True))
    assert "这个季度重新打开以后，在这里写明原因冲销" in told and "要冲销请先由县里重新打开" in told


def test_the_county_samples_and_files_over_rest(county):
    api, address = county.api("xianji"), "/api/v1/claim-samples/"
    wish = {"area_code": COUNTY, "quarter": Q, "size": 2, "seed": 7}
    first = api.post(address, wish, headers={"Idempotency-Key": "k1"})
    again = api.post(address, wish, headers={"Idempotency-Key": "k1"})
    assert first.status_code == 201 and (first.json()["drawn"], first.json()["seed"]) == (3, 7)
    assert first.json() == again.json() and len(drawn()) == 3
    for wrong in ({"area_code": TOWN}, {"area_code": "371082"}, {"size": 0}):
        refused = api.post(address, wish | wrong)
        assert refused.status_code == 400 and refused.json()["errors"][0]["field"] == next(iter(wrong))
    mine = api.get(address, {"area": TOWN, "outcome": "pending"}).json()["results"]
    assert len(mine) == 2 and {row["town_code"] for row in mine} == {TOWN}
    filing = {"town_code": TOWN, "quarter": Q}
    assert api.post("/api/v1/quarter-filings/", filing).status_code == 409  # not looked at yet
    for row in mine:
        answer = api.post(f"{address}{row['id']}/judge/", {"outcome": "true"})
        assert (answer.status_code, answer.json()["outcome"], answer.json()["checked_by"]) == (
            200, "true", county.user("xianji").name,
        )  # fmt: skip
    assert api.post(f"{address}{mine[0]['id']}/judge/", {"outcome": "true"}).status_code == 409
    assert county.api("qita").get(f"{address}{mine[0]['id']}/").status_code == 404
    made = api.post("/api/v1/quarter-filings/", filing)
    assert made.status_code == 201 and made.json()["town_code"] == TOWN
    assert api.post("/api/v1/quarter-filings/", {"town_code": "371083999", "quarter": Q}).status_code == 400
    towns = {row["town_code"]: row for row in api.get(f"{address}towns/", {"quarter": Q}).json()["results"]}
    assert (towns[TOWN]["right"], towns[TOWN]["approved"]) == (2, 6) and towns[TOWN]["filed_at"]
    assert towns[OTHER_TOWN]["pending"] == 1 and not towns[OTHER_TOWN]["filed_at"]
    assert api.get(f"{address}towns/").status_code == 400
    assert [row["town_code"] for row in api.get("/api/v1/quarter-filings/").json()["results"]] == [TOWN]
