"""The REST face of points, as a client of another house would use it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import PointClaim, PointEntry
from registers import jobs
from tests.members.points import stage
from tests.members.points.stage import BAISHATAN, GUOSHANG, YUANQIAN
from tests.world import COUNTY, TOWN

SCHEME = {
    "code": "RS",
    "name": "党员积分办法",
    "area_code": COUNTY,
    "subject_kind": "member",
    "from_quarter": "2026Q1",
    "base": "100.0",
    "base_by_class": {"frail": "110.5"},
    "rank_by_class": False,
    "floor": None,
    "categories": [{"code": "ZZ", "name": "组织生活", "cap": "30.0"}, {"code": "XF", "name": "先锋作用", "cap": None}],
    "items": [
        {"code": "A1", "name": "党日", "category": "ZZ", "points": "2.0", "quarter_cap": "6.0", "group": ""},
        {"code": "B1", "name": "志愿", "category": "XF", "points": "1.5", "quarter_cap": None, "group": "志愿"},
        {"code": "D1", "name": "缺席", "category": "ZZ", "points": "-2.0", "quarter_cap": None, "group": ""},
    ],
    "grades": [{"name": "优秀", "min": "105.0"}, {"name": "合格", "min": "100.0"}],
    "top_quota_percent": 50,
}
API = "/api/v1/"


@pytest.fixture
def county(world, monkeypatch):
    stage.cover_town_step(TOWN)
    stage.federate(monkeypatch, GUOSHANG, YUANQIAN)
    world.zhang = stage.member("M1", GUOSHANG, name="张三")
    stage.member("M2", YUANQIAN, name="李四")
    stage.member("M9", BAISHATAN, name="赵六")
    answer = world.api("xianji").post(f"{API}point-schemes/", SCHEME)
    assert answer.status_code == 201, answer.data
    world.scheme = answer.data
    return world


def fact(**changes):
    return {
        "member_no": "M1",
        "item_code": "B1",
        "quantity": 2,
        "occurred_on": "2026-09-10",
        "source_ref": "会1",
    } | changes


def declare(county, **changes) -> int:
    answer = county.api("zhenjie").post(f"{API}point-claims/", fact(**changes))
    assert answer.status_code == 201, answer.data
    return answer.data["id"]


def enter(county, **changes) -> int:
    claim = declare(county, **changes)
    assert county.api("zhenshen").post(f"{API}point-claims/{claim}/advance/").data["state"] == "approved"
    return PointEntry.objects.unscoped("test").get(claim_id=claim).pk


def run_job(answer) -> None:
    assert answer.status_code == 202, answer.data
    jobs.run(answer.data["job"])


def trial(county, quarter="2026Q3") -> int:
    answer = county.api("xianji").post(f"{API}quarter-closes/", {"area_code": COUNTY, "quarter": quarter})
    run_job(answer)
    return answer.data["id"]


def test_a_scheme_goes_in_and_comes_out_whole(county):
    told = dict(county.scheme)
    assert told.pop("id") and (told.pop("version"), told.pop("state"), told.pop("exempt_by_class")) == (
        1,
        "in_force",
        {},
    )
    assert told == SCHEME
    found = county.api("zhenjie").get(f"{API}point-schemes/{county.scheme['id']}/")
    assert found.data == county.scheme
    assert county.api("zhenjie").get(f"{API}point-schemes/?area={COUNTY}&subject_kind=member").data["results"] == [
        county.scheme
    ]


def test_a_scheme_in_force_is_not_edited_but_a_draft_is(county):
    xianji = county.api("xianji")
    address = f"{API}point-schemes/{county.scheme['id']}/"
    assert xianji.put(address, SCHEME).status_code == 409
    assert xianji.patch(address, {"base": "90"}).status_code == 409
    assert xianji.delete(address).status_code == 409
    assert xianji.post(f"{API}point-schemes/", SCHEME).status_code == 409  # the same quarter
    draft = xianji.post(f"{API}point-schemes/", SCHEME | {"state": "draft", "from_quarter": "2026Q4"})
    assert (draft.status_code, draft.data["version"], draft.data["state"]) == (201, 2, "draft")
    address = f"{API}point-schemes/{draft.data['id']}/"
    assert xianji.patch(address, {"base": "90"}).data["base"] == "90.0"
    assert xianji.post(f"{address}put-in-force/").data["state"] == "in_force"
    assert county.api("zhenshen").post(f"{API}point-schemes/", SCHEME).status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"base": "1.55"}, "base"),
        ({"base": "一百"}, "base"),
        ({"base": True}, "base"),
        ({"base": "99999999"}, "base"),
        ({"from_quarter": "2026"}, "from_quarter"),
        ({"area_code": "371082"}, "area_code"),
        ({"top_quota_percent": 101}, "top_quota_percent"),
        ({"items": [SCHEME["items"][0] | {"category": "无"}]}, "items.0.category"),
        ({"items": [SCHEME["items"][0] | {"points": "0"}]}, "items.0.points"),
        ({"categories": None}, "categories"),
        ({"base_by_class": {"x": "1"}}, "base_by_class"),
        ({"code": "a\x00b"}, "code"),
    ],
)
def test_what_a_scheme_may_not_say(county, changes, field):
    answer = county.api("xianji").post(f"{API}point-schemes/", SCHEME | {"from_quarter": "2027Q1"} | changes)
    assert answer.status_code == 400
    assert answer.data["errors"][0]["field"].startswith(field) and answer.data["errors"][0]["message"]


def test_a_claim_from_declaration_to_entry(county):
    claim = declare(county)
    clerk, reviewer = county.api("zhenjie"), county.api("zhenshen")
    row = clerk.get(f"{API}point-claims/{claim}/").data
    assert row == {
        "id": claim, "member_no": "M1", "item_code": "B1", "quantity": 2, "occurred_on": dt.date(2026, 9, 10),
        "reason": "", "source_ref": "会1", "corrects": None, "state": "declared", "settle_quarter": None,
        "village_code": GUOSHANG,
    }  # fmt: skip
    assert clerk.post(f"{API}point-claims/{claim}/advance/").status_code == 403
    assert county.api("qita").post(f"{API}point-claims/{claim}/advance/").status_code == 404
    moved = reviewer.post(f"{API}point-claims/{claim}/advance/")
    assert (moved.status_code, moved.data["state"], moved.data["settle_quarter"]) == (200, "approved", "2026Q3")
    assert reviewer.post(f"{API}point-claims/{claim}/advance/").status_code == 409
    assert reviewer.post(f"{API}point-claims/{claim}/reject/", {"reason": "x"}).status_code == 409
    (entry,) = clerk.get(f"{API}point-entries/?member_no=M1&quarter=2026Q3").data["results"]
    assert entry == {
        "id": entry["id"], "member_no": "M1", "item_code": "B1", "quantity": 2, "points": "3.0",
        "occurred_on": dt.date(2026, 9, 10), "reason": "", "source_ref": "会1", "settle_quarter": "2026Q3",
        "reverses": None,
    }  # fmt: skip


def test_a_second_declaration_of_one_source_is_an_error(county):
    declare(county)
    answer = county.api("zhenjie").post(f"{API}point-claims/", fact())
    assert answer.status_code == 400 and answer.data["errors"][0]["field"] == "source_ref"


def test_an_out_of_scope_number_reads_like_an_unknown_one(county):
    clerk = county.api("zhenjie")
    answers = [clerk.post(f"{API}point-claims/", fact(member_no=number)) for number in ("M9", "X9")]
    texts = [str(answer.data).replace("M9", "?").replace("X9", "?") for answer in answers]
    assert [answer.status_code for answer in answers] == [400, 400] and texts[0] == texts[1]


def test_a_list_is_declared_whole_or_not_at_all(county):
    clerk = county.api("zhenjie")
    rows = [fact(source_ref=f"s{n}", occurred_on=f"2026-09-0{n + 1}") for n in range(3)]
    answer = clerk.post(f"{API}point-claims/", [*rows, fact(item_code="无")])
    assert answer.status_code == 400 and [one["field"] for one in answer.data["errors"]] == ["3.item_code"]
    assert not PointClaim.objects.unscoped("test").exists()
    answer = clerk.post(f"{API}point-claims/", rows)
    assert answer.status_code == 201 and [one["source_ref"] for one in answer.data] == ["s0", "s1", "s2"]


def test_bulk_advance_tells_what_it_could_not_move(county):
    ids = [declare(county, source_ref=f"s{n}", occurred_on=f"2026-09-0{n + 1}") for n in range(3)]
    answer = county.api("zhenshen").post(f"{API}point-claims/bulk-advance/", {"ids": [*ids, 10**12]})
    assert answer.status_code == 200 and answer.data["advanced"] == 3
    assert [error["id"] for error in answer.data["errors"]] == [10**12]
    assert county.api("zhenshen").post(f"{API}point-claims/bulk-advance/", {"ids": ["x"]}).status_code == 400


def test_rejecting(county):
    claim = declare(county)
    reviewer = county.api("zhenshen")
    assert reviewer.post(f"{API}point-claims/{claim}/reject/", {}).status_code == 400
    assert reviewer.post(f"{API}point-claims/{claim}/reject/", {"reason": "没来"}).data["state"] == "rejected"
    assert [row["id"] for row in reviewer.get(f"{API}point-claims/?state=rejected").data["results"]] == [claim]


def test_reversing(county):
    entry = enter(county)
    reviewer = county.api("zhenshen")
    assert county.api("zhenjie").post(f"{API}point-entries/{entry}/reverse/", {"reason": "x"}).status_code == 403
    assert county.api("qita").post(f"{API}point-entries/{entry}/reverse/", {"reason": "x"}).status_code == 404
    assert reviewer.post(f"{API}point-entries/{entry}/reverse/", {}).status_code == 400
    made = reviewer.post(f"{API}point-entries/{entry}/reverse/", {"reason": "记错"})
    assert (made.status_code, made.data["points"], made.data["reverses"]) == (201, "-3.0", entry)
    assert reviewer.post(f"{API}point-entries/{entry}/reverse/", {"reason": "x"}).status_code == 409
    assert reviewer.get(f"{API}point-entries/{made.data['id']}/").data == made.data


def test_the_life_of_a_close(county):
    enter(county)
    xianji, second = county.api("xianji"), stage.second_county_user()
    started = xianji.post(f"{API}quarter-closes/", {"area_code": COUNTY, "quarter": "2026Q3"})
    close = started.data["id"]
    assert xianji.get(f"{API}quarter-closes/{close}/").status_code == 404  # not whole yet
    run_job(started)
    told = xianji.get(f"{API}quarter-closes/{close}/").data
    assert len(told.pop("digest")) == 64
    assert told == {"id": close, "area_code": COUNTY, "quarter": "2026Q3", "version": 1, "state": "trial"}
    assert trial(county) == close  # nothing changed
    assert xianji.post(f"{API}quarter-closes/{close}/confirm/").status_code == 409
    assert county.api("zhenshen").post(f"{API}quarter-closes/{close}/publish/").status_code == 403
    assert xianji.post(f"{API}quarter-closes/{close}/publish/").data["state"] == "published"
    assert xianji.post(f"{API}quarter-closes/", {"area_code": COUNTY, "quarter": "2026Q3"}).status_code == 409
    assert xianji.post(f"{API}quarter-closes/{close}/confirm/").data["state"] == "locked"
    assert xianji.post(f"{API}quarter-closes/{close}/reopen/", {"reason": "错"}).status_code == 403
    county.users["second"] = second
    other = county.api("second")
    assert other.post(f"{API}quarter-closes/{close}/reopen/", {}).status_code == 400
    reopened = other.post(f"{API}quarter-closes/{close}/reopen/", {"reason": "名单有误"})
    assert (reopened.status_code, reopened.data["state"]) == (200, "superseded")
    jobs.run(reopened.data["job"])
    rows = xianji.get(f"{API}quarter-closes/?quarter=2026Q3").data["results"]
    assert [(row["version"], row["state"]) for row in rows] == [(2, "trial"), (1, "superseded")]
    assert rows[0]["digest"] == rows[1]["digest"]


def test_scores_of_the_binding_version_or_of_one_asked_for(county):
    enter(county)
    close = trial(county)
    clerk, xianji = county.api("zhenjie"), county.api("xianji")
    assert clerk.get(f"{API}quarter-scores/?quarter=2026Q3").data["results"] == []
    (zhang, li) = clerk.get(f"{API}quarter-scores/?quarter=2026Q3&version=1").data["results"]
    assert zhang == {
        "quarter": "2026Q3", "version": 1, "member_no": "M1", "name": "张三", "subject_kind": "member",
        "subject_class": "ordinary", "village_code": GUOSHANG, "federation": 7, "town_code": TOWN, "base": "100.0",
        "awards": {"ZZ": "0.0", "XF": "3.0"}, "deduct": "0.0", "total": "103.0", "grade": "合格", "rank_village": 1,
        "rank_federation": 1, "rank_town": 1,
    }  # fmt: skip
    assert li["rank_federation"] == 2
    xianji.post(f"{API}quarter-closes/{close}/publish/")
    found = xianji.get(f"{API}quarter-scores/?quarter=2026Q3&ordering=-total&page_size=2").data
    assert [row["member_no"] for row in found["results"]] == ["M1", "M2"]
    assert [row["member_no"] for row in xianji.get(found["next"]).data["results"]] == ["M9"]
    assert [row["member_no"] for row in xianji.get(f"{API}quarter-scores/?area={GUOSHANG}").data["results"]] == ["M1"]
    assert len(xianji.get(f"{API}quarter-scores/?federation=7").data["results"]) == 2
    assert county.api("nobody").get(f"{API}quarter-scores/").status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "point-claims/?state=x",
        "point-claims/?quarter=2026",
        "point-claims/?area=37010",
        "point-claims/?unknown=1",
        "point-claims/?ordering=reason",
        "point-entries/?reverses=x",
        "quarter-scores/?version=x",
        "quarter-scores/?federation=99999999999999999999",
        "quarter-scores/?subject_kind=x",
        "quarter-closes/?state=x",
        "point-schemes/?state=x",
    ],
)
def test_what_a_list_does_not_understand_is_refused(county, address):
    assert county.api("xianji").get(API + address).status_code == 400


@pytest.mark.parametrize("prefix", ["point-claims", "point-entries", "quarter-closes", "point-schemes"])
def test_what_is_not_there(county, prefix):
    for pk in ("0", "99999999", "9" * 19):
        assert county.api("xianji").get(f"{API}{prefix}/{pk}/").status_code == 404
    assert county.api("xianji").get(f"{API}quarter-scores/?version=99999").data["results"] == []


@pytest.mark.parametrize(
    "prefix", ["point-claims", "point-entries", "quarter-closes", "quarter-scores", "point-schemes"]
)
def test_lists_ask_the_same_number_of_questions_however_long(county, prefix):
    def asked() -> int:
        api = county.api("xianji")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert (
                api.get(
                    f"{API}{prefix}/?quarter=2026Q3" if prefix != "point-schemes" else f"{API}{prefix}/"
                ).status_code
                == 200
            )
        return len(queries)

    enter(county)
    county.api("xianji").post(f"{API}quarter-closes/{trial(county)}/publish/")
    few = asked()
    for number in range(5):
        stage.member(f"N{number}")
        enter(county, source_ref=f"t{number}", occurred_on="2026-10-10", member_no=f"N{number}")
    second = stage.second_county_user()
    county.users["second"] = second
    xianji = county.api("xianji")
    (row,) = xianji.get(f"{API}quarter-closes/?state=published").data["results"]
    jobs.run(county.api("second").post(f"{API}quarter-closes/{row['id']}/reopen/", {"reason": "加人"}).data["job"])
    xianji.post(f"{API}quarter-closes/{trial(county)}/publish/")
    assert asked() == few <= 14


def test_a_repeated_request_declares_once(county):
    clerk = county.api("zhenjie")
    answers = [clerk.post(f"{API}point-claims/", fact(), HTTP_IDEMPOTENCY_KEY="k-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].data["id"] == answers[1].data["id"]


def test_all_that_is_wrong_in_a_scheme_is_told_at_once_each_at_its_place(county):
    """Also what may never be scored (P24)."""
    rows = SCHEME["items"]
    wrong = {
        "from_quarter": "2027Q1", "state": "draft",
        "categories": [*SCHEME["categories"], {"code": "ZZ", "name": "宗教活动", "cap": None}],
        "items": [rows[0] | {"name": "转发朋友圈", "category": "无"}, rows[1] | {"points": "0"}, rows[0]],
        "grades": [SCHEME["grades"][0], SCHEME["grades"][0] | {"name": "良好"}],
    }  # fmt: skip
    answer = county.api("xianji").post(f"{API}point-schemes/", SCHEME | wrong)
    told = {error["field"]: error["message"] for error in answer.data["errors"]}
    assert answer.status_code == 400 and set(told) == {
        "categories.2.code", "categories.2.name", "items.0.name", "items.0.category", "items.1.points", "items.2.code",
        "grades.1.min",
    }  # fmt: skip
    assert told["items.0.name"].startswith("“转发朋友圈”涉及点赞转发（转发），不能列入：")
