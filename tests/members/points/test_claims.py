"""The way of a claim: declared once, checked by each in his turn, approved with points and quarter fixed."""

import datetime as dt

import pytest

from members.actions import claims, closes, entries
from members.actions.claims import Declaration, DeclarationsRefused
from members.models import Placement, PointClaim, PointClaimStep, PointEntry
from registers.errors import Invalid, NotAllowed, NotFound, WrongState
from registers.models import DirtyScope
from tests.members.points import stage
from tests.members.points.stage import BAISHATAN, GUOSHANG, IN_Q3, XILI, YUANQIAN
from tests.world import OTHER_TOWN, TOWN, add_user


@pytest.fixture
def county(world):
    stage.put_scheme(world.user("xianji"))
    world.zhang = stage.member("M1", name="张三")
    return world


def entry_of(claim) -> PointEntry:
    return PointEntry.objects.unscoped("test").get(claim=claim)


def test_each_role_moves_its_own_step(county, monkeypatch):
    stage.federate(monkeypatch, GUOSHANG, YUANQIAN)
    village, town = county.user("cunji"), county.user("zhenshen")
    secretary = add_user("lianjian", None)
    stage.grant(secretary, "federation_secretary", GUOSHANG)  # the area stands for the federation's villages
    claim = stage.declared(county.user("zhenjie"), county.zhang)
    for wrong in (town, county.user("zhenjie"), secretary, county.user("xianji")):
        with pytest.raises(NotAllowed, match="支部初审"):
            claims.advance(claim=claim, by=wrong)
    assert claims.advance(claim=claim, by=village).state == "branch_checked"
    with pytest.raises(NotAllowed, match="联合党组织复核"):
        claims.advance(claim=claim, by=village)
    assert claims.advance(claim=claim, by=secretary).state == "federation_checked"
    moved = claims.advance(claim=claim, by=town)
    assert (moved.state, moved.settle_quarter) == ("approved", "2026Q3")
    steps = PointClaimStep.objects.filter(claim=claim).values_list("to_state", "by__username")
    assert list(steps) == [
        ("declared", "zhenjie"),
        ("branch_checked", "cunji"),
        ("federation_checked", "lianjian"),
        ("approved", "zhenshen"),
    ]
    with pytest.raises(WrongState, match="已审定"):
        claims.advance(claim=claim, by=town)


def test_a_village_outside_federations_skips_their_check(county):
    claim = stage.declared(county.user("zhenjie"), county.zhang)
    claims.advance(claim=claim, by=county.user("cunji"))
    assert claims.advance(claim=claim, by=county.user("zhenshen")).state == "approved"


def test_a_town_may_let_its_step_cover_the_earlier_ones(county):
    claim = stage.declared(county.user("zhenjie"), county.zhang)
    with pytest.raises(NotAllowed):
        claims.advance(claim=claim, by=county.user("zhenshen"))
    stage.cover_town_step(OTHER_TOWN)
    with pytest.raises(NotAllowed):
        claims.advance(claim=claim, by=county.user("zhenshen"))
    stage.cover_town_step(TOWN)
    assert claims.advance(claim=claim, by=county.user("zhenshen")).state == "approved"


def test_approval_fixes_points_by_the_facts_day_and_the_earliest_open_quarter(county):
    stage.put_scheme(
        county.user("xianji"),
        from_quarter="2026Q3",
        items=(*stage.CONTENT.items[:3], stage.replace(stage.CONTENT.items[3], points=15)),
    )
    stage.cover_town_step(TOWN)
    old = stage.approved(county, county.zhang, on=dt.date(2026, 6, 30), quantity=3)
    new = stage.approved(county, county.zhang, on=dt.date(2026, 7, 1), quantity=3)
    assert (old.points, old.settle_quarter, old.scheme.number) == (30, "2026Q2", 1)
    assert (new.points, new.settle_quarter, new.scheme.number) == (45, "2026Q3", 2)


def test_an_item_that_the_settle_quarter_lacks_is_refused(county):
    claim = stage.declared(county.user("zhenjie"), county.zhang, "D01", dt.date(2026, 6, 30))
    keeps = tuple(item for item in stage.CONTENT.items if item.code != "D01")
    stage.put_scheme(county.user("xianji"), from_quarter="2026Q3", items=keeps)
    xianji = county.user("xianji")
    closes.publish(close=stage.closed(xianji, "2026Q2"), by=xianji)
    stage.cover_town_step(TOWN)
    with pytest.raises(WrongState, match="2026Q3 的积分办法里没有项目“D01”"):
        claims.advance(claim=claim, by=county.user("zhenshen"))
    assert not PointEntry.objects.unscoped("test").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": 1000}, "quantity"),
        ({"item_code": "X99"}, "item_code"),
        ({"occurred_on": dt.date(2026, 11, 21)}, "occurred_on"),
        ({"occurred_on": dt.date(2019, 12, 31)}, "occurred_on"),
        ({"item_code": "B02", "reason": " "}, "reason"),
        ({"corrects": 5}, "corrects"),
        ({"number": "M404"}, "member_no"),
    ],
)
def test_what_cannot_be_declared(county, changes, field):
    fact = Declaration("M1", "B01", 1, IN_Q3, "清理河道", "会议-1")
    with pytest.raises(DeclarationsRefused) as refused:
        claims.declare_many(by=county.user("zhenjie"), declarations=[fact, stage.replace(fact, **changes)])
    ((position, error),) = refused.value.errors
    assert (position, error.field) == (1, field)
    assert not PointClaim.objects.unscoped("test").exists()


def test_the_same_source_subject_and_item_counts_once(county):
    clerk = county.user("zhenjie")
    first = stage.declared(clerk, county.zhang, source_ref="会议-1")
    with pytest.raises(
        Invalid, match=f"“志愿服务”已经申报过（第 {first.pk} 号，已申报）。是另一件事的，请填另一个来源编号"
    ):
        stage.declared(clerk, county.zhang, source_ref="会议-1")
    untold = stage.declared(clerk, county.zhang, source_ref="")
    with pytest.raises(Invalid, match=f"已经申报过（第 {untold.pk} 号，已申报），事由也相同") as refused:
        stage.declared(clerk, county.zhang, source_ref="")
    assert refused.value.field == "reason"
    claims.reject(claim=untold, by=clerk, reason="填错了")
    fact = Declaration("M1", "B01", 1, IN_Q3, "扫雪")
    with pytest.raises(DeclarationsRefused, match="1 条"):
        claims.declare_many(by=clerk, declarations=[fact, fact])
    claims.reject(claim=first, by=clerk, reason="填错了")
    assert stage.declared(clerk, county.zhang, source_ref="会议-1").pk


def test_a_subject_out_of_reach_reads_like_an_unknown_one(county):
    texts = []
    stage.member("M9", BAISHATAN)
    for number in ("M9", "M404"):
        with pytest.raises(DeclarationsRefused) as refused:
            claims.declare_many(
                by=county.user("zhenjie"), declarations=[Declaration(number, "B01", 1, IN_Q3, "x", "y")]
            )
        texts.append(refused.value.errors[0][1].message.replace(number, "?"))
    assert texts[0] == texts[1]
    with pytest.raises(NotAllowed):
        claims.declare_many(by=county.user("lingdao"), declarations=[Declaration("M1", "B01", 1, IN_Q3)])
    claim = stage.declared(county.user("zhenjie"), county.zhang)
    with pytest.raises(NotFound):
        claims.advance(claim=claim, by=county.user("qita"))
    with pytest.raises(NotFound):
        claims.reject(claim=claim, by=county.user("qita"), reason="x")


def test_a_fact_belongs_to_the_village_of_its_day(county):
    moved = stage.member("M2", GUOSHANG)
    Placement.objects.unscoped("test").filter(subject=moved).update(valid_to=dt.date(2026, 9, 1))
    Placement.objects.create(subject=moved, village_id=BAISHATAN, valid_from=dt.date(2026, 9, 1))
    type(moved).objects.unscoped("test").filter(pk=moved.pk).update(village=BAISHATAN)
    claim = stage.declared(county.user("zhenjie"), moved, on=dt.date(2026, 8, 31))
    assert claim.village_id == GUOSHANG
    with pytest.raises(Invalid, match="别的村居"):
        stage.declared(county.user("qita"), moved, on=dt.date(2026, 8, 31))


def test_many_move_at_once_and_what_cannot_is_told(county):
    stage.cover_town_step(TOWN)
    clerk = county.user("zhenjie")
    mine = [stage.declared(clerk, stage.member(f"N{n}")) for n in range(5)]
    other = stage.declared(county.user("xianji"), stage.member("Q1", XILI))
    claims.reject(claim=mine[0], by=clerk, reason="重复")
    ids = [claim.pk for claim in mine] + [other.pk, 10**9]
    advanced, errors = claims.advance_many(ids=ids, by=county.user("zhenshen"))
    assert advanced == 4
    assert [error["id"] for error in errors] == [mine[0].pk, other.pk, 10**9]
    assert errors[1]["message"] == errors[2]["message"]
    assert PointEntry.objects.unscoped("test").count() == 4


def test_the_queries_of_a_bulk_step_do_not_grow(county, django_assert_max_num_queries):
    stage.cover_town_step(TOWN)
    clerk = county.user("zhenjie")
    facts = [Declaration("M1", "B01", 1, IN_Q3, "", f"s{n}") for n in range(300)]
    with django_assert_max_num_queries(20):
        made = claims.declare_many(by=clerk, declarations=facts)
    with django_assert_max_num_queries(25):
        assert claims.advance_many(ids=[claim.pk for claim in made], by=county.user("zhenshen")) == (300, [])


def test_rejecting_needs_a_reason_and_a_part_in_it(county):
    claim = stage.declared(county.user("cunji"), county.zhang)
    with pytest.raises(Invalid) as refused:
        claims.reject(claim=claim, by=county.user("zhenshen"), reason=" ")
    assert refused.value.field == "reason"
    for wrong in ("zhenjie", "lingdao", "xianji"):
        with pytest.raises(NotAllowed):
            claims.reject(claim=claim, by=county.user(wrong), reason="x")
    assert claims.reject(claim=claim, by=county.user("zhenshen"), reason="没有到场").state == "rejected"
    with pytest.raises(WrongState, match="已驳回"):
        claims.reject(claim=claim, by=county.user("zhenshen"), reason="x")
    with pytest.raises(WrongState, match="已驳回"):
        claims.advance(claim=claim, by=county.user("cunji"))


def test_a_reversal_mirrors_its_entry_once_and_lets_the_fact_be_corrected(county):
    stage.cover_town_step(TOWN)
    entry = stage.approved(county, county.zhang, quantity=5)
    reviewer = county.user("zhenshen")
    with pytest.raises(NotAllowed):
        entries.reverse_entry(entry=entry, by=county.user("zhenjie"), reason="x")
    with pytest.raises(NotFound):
        entries.reverse_entry(entry=entry, by=county.user("qita"), reason="x")
    with pytest.raises(Invalid, match="原因"):
        entries.reverse_entry(entry=entry, by=reviewer, reason=" ")
    reversal = entries.reverse_entry(entry=entry, by=reviewer, reason="数量记错")
    assert (reversal.points, reversal.settle_quarter, reversal.reverses) == (-50, "2026Q3", entry.pk)
    with pytest.raises(WrongState, match="已经冲销过"):
        entries.reverse_entry(entry=entry, by=reviewer, reason="x")
    with pytest.raises(WrongState, match="不能再冲销"):
        entries.reverse_entry(entry=reversal, by=reviewer, reason="x")
    clerk = county.user("zhenjie")
    again = stage.declared(clerk, county.zhang, quantity=3, source_ref=entry.source_ref, corrects=entry.pk)
    with pytest.raises(Invalid, match="还没有更正"):
        stage.declared(clerk, county.zhang, quantity=4, source_ref=entry.source_ref, corrects=entry.pk)
    assert entry_of(claims.advance(claim=again, by=reviewer)).points == 30


def test_claims_and_entries_leave_their_villages_in_the_outbox(county):
    stage.cover_town_step(TOWN)
    stage.approved(county, county.zhang, on=dt.date(2026, 6, 1))
    left = set(DirtyScope.objects.values_list("topic", "area_code", "period"))
    assert {("points.claims", GUOSHANG, "2026Q2"), ("points.entries", GUOSHANG, "2026Q2")} <= left
