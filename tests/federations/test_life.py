"""A federation's life: founding, scale, approval, running, villages joining and leaving, ending (P05–P08)."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError

from federations import settings_declared as declared
from federations.actions.founding import NewPost, found_federation, organization_name_of
from federations.actions.steps import adjust, dissolve, move_status
from federations.actions.villages import add_village, remove_village
from federations.models import Federation, FederationVillage
from federations.queries import placements, standing_memberships
from federations.scale import check_scale
from members.actions.people import add_member
from members.models import Post
from registers.errors import Invalid, NotAllowed, NotFound, WrongState
from registers.models import CountySetting
from tests.federations.helpers import (
    BAISHATAN,
    CHANGJIA,
    FOUNDED,
    GUOSHANG,
    JIANGCUNWA,
    NORTH,
    SOUTH,
    TODAY,
    XILI,
    XILI_COMMUNITY,
    YUANQIAN,
    found,
    run_sql,
    secretary,
)  # fmt: skip
from tests.world import COUNTY


def memberships(federation):
    rows = FederationVillage.objects.unscoped("test").filter(federation=federation)
    return {row.village_id: (row.role, row.valid_from, row.valid_to) for row in rows}


# -- founding


def test_founding_makes_everything_at_once(world):
    clerk = world.user("zhenjie")
    leader = add_member(by=clerk, name="王平", village=world.village(GUOSHANG))
    federation = found_federation(
        by=clerk,
        name="湛江路新村",
        kind="new_village",
        mode="complement",
        area=world.area("371083101"),
        villages=[(world.village(GUOSHANG), "strong"), (world.village(YUANQIAN), "member")],
        posts=[NewPost("王平", "secretary"), NewPost("李干部", "first_secretary", source="town")],
        evidence="同在湛江路沿线，强村缺地缺劳力，弱村有闲置土地",
        on=dt.date(2026, 11, 2),
    )
    assert federation.status == "planned" and federation.initials == "zjlxc"
    assert federation.organization.name == "中共湛江路新村联合总支委员会"
    assert memberships(federation) == {
        GUOSHANG: ("strong", dt.date(2026, 11, 2), None),
        YUANQIAN: ("member", dt.date(2026, 11, 2), None),
    }
    posts = Post.objects.unscoped("test").filter(organization=federation.organization).order_by("pk")
    assert [(post.person.name, post.title) for post in posts] == [("王平", "secretary"), ("李干部", "first_secretary")]
    assert posts[0].person == leader.person and posts[1].person.area_id == "371083101"
    assert [(step.from_status, step.to_status) for step in federation.steps.all()] == [("", "planned")]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("joint_branch", "中共湛江路新村联合支部委员会"),
        ("joint_general_branch", "中共湛江路新村联合总支委员会"),
        ("joint_committee", "中共湛江路新村联合委员会"),
    ],
)
def test_the_usual_name_of_a_joint_organisation(kind, name):
    assert organization_name_of("湛江路新村", kind) == name


def test_the_name_of_a_chain_says_chain_once():
    assert organization_name_of("牡蛎产业链", "chain_committee") == "中共牡蛎产业链联合委员会"


def test_a_clerk_cannot_take_villages_of_another_town(world):
    with pytest.raises(Invalid, match="没有找到这个村居"):
        found(world, "zhenjie", "越界新村", [GUOSHANG, BAISHATAN], run=False)
    assert not Federation.objects.unscoped("test").exists()


def test_two_towns_together_are_the_countys_alone(world):
    world.user("zhenjie").grants.create(
        role="town_clerk", scope_kind="area", scope_key="371083102", valid_from=dt.date(2020, 1, 1)
    )
    with pytest.raises(NotAllowed, match="由县委组织部办理"):
        found(world, "zhenjie", "越界新村", [GUOSHANG, BAISHATAN], run=False)
    assert found(world, "xianji", "越界新村", [GUOSHANG, BAISHATAN], run=False).pk


@pytest.mark.parametrize("codes", [[GUOSHANG], [GUOSHANG, GUOSHANG]])
def test_one_village_is_no_federation(world, codes):
    with pytest.raises(Invalid):
        found(world, "zhenjie", "独村", codes, run=False)


def test_a_community_is_a_community_whatever_was_typed(xili):
    assert memberships(xili)[XILI_COMMUNITY][0] == "community"


# -- scale (P06)


def test_scale_is_taken_from_the_latest_figures(world, population):
    population({GUOSHANG: 500, YUANQIAN: 600, JIANGCUNWA: 700}, 2024)
    population({GUOSHANG: 550}, 2025)
    population({YUANQIAN: 9000}, 2027)
    scale = check_scale([GUOSHANG, YUANQIAN, JIANGCUNWA], TODAY, area_code="371083101")
    assert (scale.villages, scale.population, scale.fits, scale.warnings()) == (3, 1850, True, [])


@pytest.mark.parametrize(
    ("people", "warning"),
    [
        ({GUOSHANG: 500, YUANQIAN: 600}, "共 2 个村居，一般为 3–5 个"),
        ({GUOSHANG: 900, YUANQIAN: 600, JIANGCUNWA: 700}, "人口合计2,200 人，不在一般要求的 1,000–2,000 人之内"),
        ({GUOSHANG: 900, YUANQIAN: 600, JIANGCUNWA: 0}, "有 1 个村居还没有填报人口"),
    ],
)
def test_out_of_scale_warns(world, population, people, warning):
    population(people)
    assert warning in "；".join(check_scale(list(people), TODAY, area_code="371083101").warnings())


def test_the_county_sets_its_own_limits(world, population):
    CountySetting.objects.create(area_code=COUNTY, key=declared.POPULATION_MAX, value=3000)
    population({GUOSHANG: 900, YUANQIAN: 600, JIANGCUNWA: 700})
    assert check_scale([GUOSHANG, YUANQIAN, JIANGCUNWA], TODAY, area_code="371083101").fits


def test_approval_out_of_scale_needs_a_reason(world, population):
    population({NORTH: 300, SOUTH: 200})
    federation = found(world, "zhenjie", "唐家新村", [NORTH, SOUTH], run=False)
    federation = move_status(by=world.user("zhenjie"), federation=federation, to="reviewed", on=FOUNDED)
    with pytest.raises(Invalid, match="规模超出一般要求") as error:
        move_status(by=world.user("zhenzhang"), federation=federation, to="approved", on=FOUNDED)
    assert error.value.field == "scale_reason"
    approved = move_status(
        by=world.user("zhenzhang"), federation=federation, to="approved", on=FOUNDED, scale_reason="两村同宗，地块相连"
    )
    assert approved.founded_on == FOUNDED and approved.scale_reason == "两村同宗，地块相连"


def test_approval_within_scale_asks_nothing(world, population):
    population({GUOSHANG: 500, YUANQIAN: 600, JIANGCUNWA: 700})
    federation = found(world, "zhenjie", "湛江路新村", [GUOSHANG, YUANQIAN, JIANGCUNWA], run=False)
    federation = move_status(by=world.user("zhenjie"), federation=federation, to="reviewed", on=FOUNDED)
    assert (
        move_status(by=world.user("zhenzhang"), federation=federation, to="approved", on=FOUNDED).status == "approved"
    )


# -- steps


def test_who_approves_what(world):
    branch = found(world, "zhenjie", "甲新村", [GUOSHANG, YUANQIAN], run=False)
    committee = found(world, "zhenjie", "乙新村", [NORTH, SOUTH], run=False, organization_kind="joint_committee")
    clerk, signer, county = world.user("zhenjie"), world.user("zhenzhang"), world.user("xianji")
    for federation in (branch, committee):
        move_status(by=clerk, federation=federation, to="reviewed", on=FOUNDED)
        with pytest.raises(NotAllowed):
            move_status(by=clerk, federation=federation, to="approved", on=FOUNDED, scale_reason="理由")
    move_status(by=signer, federation=branch, to="approved", on=FOUNDED, scale_reason="理由")
    with pytest.raises(NotAllowed, match="联合党委由县委组织部批复"):
        move_status(by=signer, federation=committee, to="approved", on=FOUNDED, scale_reason="理由")
    move_status(by=county, federation=committee, to="approved", on=FOUNDED, scale_reason="理由")
    with pytest.raises(NotFound):
        move_status(by=world.user("qita"), federation=branch, to="running", on=FOUNDED)


def test_steps_cannot_be_skipped_or_dated_wildly(world):
    federation = found(world, "zhenjie", "甲新村", [GUOSHANG, YUANQIAN], run=False)
    county = world.user("xianji")
    with pytest.raises(WrongState, match="现在是“拟建”，不能改为“批复”"):
        move_status(by=county, federation=federation, to="approved", on=TODAY)
    with pytest.raises(Invalid, match="不能晚于今天"):
        move_status(by=county, federation=federation, to="reviewed", on=dt.date(2026, 11, 21))
    with pytest.raises(Invalid, match="不能早于上一步"):
        move_status(by=county, federation=federation, to="reviewed", on=dt.date(2024, 1, 1))


def test_going_back_to_planning_needs_a_reason(world):
    federation = found(world, "zhenjie", "甲新村", [GUOSHANG, YUANQIAN], run=False)
    clerk = world.user("zhenjie")
    move_status(by=clerk, federation=federation, to="reviewed", on=TODAY)
    with pytest.raises(Invalid, match="退回拟建的原因"):
        move_status(by=clerk, federation=federation, to="planned", on=TODAY)
    assert move_status(by=clerk, federation=federation, to="planned", on=TODAY, reason="再议").status == "planned"


def test_memberships_count_from_approval(world, zhanjiang):
    assert {row[1] for row in memberships(zhanjiang).values()} == {FOUNDED}


def test_a_planned_federation_holds_no_village_and_is_refused_at_approval(world, zhanjiang):
    rival = found(world, "zhenjie", "乙新村", [GUOSHANG, NORTH], run=False)
    move_status(by=world.user("zhenjie"), federation=rival, to="reviewed", on=TODAY)
    with pytest.raises(Invalid, match="“锅上”在此期间属于“湛江路新村”，请先办理退出"):
        move_status(by=world.user("zhenzhang"), federation=rival, to="approved", on=TODAY, scale_reason="理由")
    rival.refresh_from_db()
    assert rival.status == "reviewed" and rival.founded_on is None


def test_an_overlay_federation_may_overlap(world, zhanjiang):
    alliance = found(world, "zhenjie", "牡蛎联合体", [GUOSHANG, NORTH, SOUTH], kind="alliance")
    assert alliance.status == "running"


def test_a_running_federation_is_adjusted_by_an_event(world, zhanjiang):
    adjust(by=world.user("zhenjie"), federation=zhanjiang, on=TODAY, mode="strong_leads", reason="锅上村带动作用明显")
    step = zhanjiang.steps.last()
    assert step.is_adjustment and step.to_status == "running" and step.reason == "锅上村带动作用明显"
    with pytest.raises(Invalid, match="不能在新村、联建片区与"):
        adjust(by=world.user("zhenjie"), federation=zhanjiang, on=TODAY, kind="alliance")


def test_dissolving_frees_the_villages_and_keeps_the_past(world, zhanjiang):
    clerk = world.user("zhenjie")
    with pytest.raises(NotAllowed):
        dissolve(by=clerk, federation=zhanjiang, on=TODAY, reason="合并")
    with pytest.raises(Invalid, match="撤销的原因"):
        dissolve(by=world.user("zhenzhang"), federation=zhanjiang, on=TODAY, reason="")
    ended = dissolve(by=world.user("zhenzhang"), federation=zhanjiang, on=TODAY, reason="并入滨海新村")
    assert ended.ended_on == TODAY and {row[2] for row in memberships(zhanjiang).values()} == {TODAY}
    assert [row.village_code for row in placements(COUNTY, dt.date(2026, 11, 19))] == [JIANGCUNWA, GUOSHANG, YUANQIAN]
    assert placements(COUNTY, TODAY) == []
    with pytest.raises(WrongState):
        add_village(by=clerk, federation=ended, village=world.village(NORTH), on=TODAY)
    assert found(world, "zhenjie", "滨海新村", [GUOSHANG, NORTH], run=False)


# -- villages joining and leaving


def test_a_village_joins_and_leaves_by_dated_events(world, zhanjiang):
    clerk = world.user("zhenjie")
    joined = add_village(by=clerk, federation=zhanjiang, village=world.village(NORTH), on=dt.date(2026, 7, 1))
    assert zhanjiang.steps.last().reason == "北唐家 自 2026-07-01 加入"
    remove_village(by=clerk, membership=joined, on=TODAY, reason="自愿退出")
    assert memberships(zhanjiang)[NORTH] == ("member", dt.date(2026, 7, 1), TODAY)
    assert NORTH not in {row.village_id for row in standing_memberships(zhanjiang)}
    assert NORTH in {row.village_code for row in placements(COUNTY, dt.date(2026, 9, 30))}
    with pytest.raises(WrongState, match="已于 2026-11-20 退出"):
        remove_village(by=clerk, membership=joined, on=TODAY, reason="自愿退出")


def test_a_village_cannot_be_in_two_primary_federations(world, zhanjiang, xili):
    with pytest.raises(Invalid, match="“锅上”在此期间属于“湛江路新村”"):
        add_village(by=world.user("xianji"), federation=xili, village=world.village(GUOSHANG), on=TODAY)


def test_a_conflict_out_of_sight_is_not_named(world, other_town):
    hidden = found(world, "xianji", "白沙新村", [BAISHATAN, CHANGJIA, NORTH], area="371083102")
    world.user("xianji")
    remove_village(
        by=world.user("xianji"),
        membership=FederationVillage.objects.unscoped("test").get(federation=hidden, village_id=NORTH),
        on=TODAY,
        reason="调整",
    )
    mine = found(world, "zhenjie", "唐家新村", [SOUTH, GUOSHANG])
    with pytest.raises(Invalid) as error:
        add_village(by=world.user("zhenjie"), federation=mine, village=world.village(NORTH), on=dt.date(2026, 6, 1))
    assert "另一个新村或联建片区" in error.value.message and "白沙新村" not in error.value.message


def test_villages_of_another_town_come_and_go_by_the_county(world, xili):
    clerk, county = world.user("zhenjie"), world.user("xianji")
    membership = FederationVillage.objects.unscoped("test").get(federation=xili, village_id=XILI)
    with pytest.raises(Invalid, match="没有找到这个村居"):
        remove_village(by=clerk, membership=membership, on=TODAY, reason="退出")
    with pytest.raises(Invalid, match="没有找到这个村居"):
        add_village(by=clerk, federation=xili, village=world.village(BAISHATAN), on=TODAY)
    assert remove_village(by=county, membership=membership, on=TODAY, reason="退出").valid_to == TODAY


def test_the_member_villages_town_looks_and_does_not_touch(world, xili, other_town):
    assert Federation.objects.visible_to(other_town).filter(pk=xili.pk).exists()
    assert not xili.is_changeable_by(other_town)
    with pytest.raises(NotAllowed, match="由乳山口镇办理"):
        add_village(by=other_town, federation=xili, village=world.village(XILI), on=TODAY)


# -- what the database itself refuses


INSERT = """
    INSERT INTO federations_federationvillage
        (federation_id, village_id, role, valid_from, valid_to, "primary", holds_slot, version, created_at, updated_at)
    VALUES (%s, %s, 'member', %s, %s, %s, %s, 1, now(), now())
"""


@pytest.mark.parametrize(("primary", "holds"), [(True, True), (False, False)])
def test_raw_sql_cannot_put_a_village_into_two_primary_federations(world, zhanjiang, xili, primary, holds):
    with pytest.raises(IntegrityError, match="one_primary_federation_at_a_time"):
        run_sql(INSERT, xili.pk, GUOSHANG, TODAY, None, primary, holds)


def test_raw_sql_cannot_smuggle_by_changing_kind(world, zhanjiang):
    alliance = found(world, "zhenjie", "牡蛎联合体", [GUOSHANG, NORTH, SOUTH], kind="alliance")
    with pytest.raises(IntegrityError, match="one_primary_federation_at_a_time"):
        run_sql("UPDATE federations_federation SET kind = 'new_village' WHERE id = %s", alliance.pk)


def test_raw_sql_cannot_end_before_the_start(world, zhanjiang):
    with pytest.raises(IntegrityError, match="membership_ends_after_start"):
        run_sql("UPDATE federations_federationvillage SET valid_to = valid_from WHERE federation_id = %s", zhanjiang.pk)


def test_the_steps_cannot_be_rewritten(world, zhanjiang):
    for statement in ("UPDATE federations_federationstep SET reason = 'x'", "DELETE FROM federations_federationstep"):
        with pytest.raises(DatabaseError, match="permission denied"):
            run_sql(statement)


# -- secretaries, and the secretary's grant


def test_the_secretary_sees_his_villages_as_they_are_today(world, xili, zhanjiang):
    user = secretary(xili)
    scope = user.scope_for("members.view")
    assert scope.ids("village") == {XILI, XILI_COMMUNITY, SOUTH} and scope.ids("organization") == {xili.organization_id}
    membership = FederationVillage.objects.unscoped("test").get(federation=xili, village_id=SOUTH)
    remove_village(by=world.user("xianji"), membership=membership, on=TODAY, reason="调整")
    again = type(user).objects.get(pk=user.pk)
    assert again.scope_for("members.view").ids("village") == {XILI, XILI_COMMUNITY}


def test_a_grant_on_a_federation_that_is_gone_is_nobody(world, zhanjiang):
    user = secretary(zhanjiang)
    dissolve(by=world.user("xianji"), federation=zhanjiang, on=TODAY, reason="合并")
    again = type(user).objects.get(pk=user.pk)
    assert not again.scope_for("members.view")


# -- for quarter closes


def test_placements_of_a_past_day(world, zhanjiang, xili):
    rows = placements(COUNTY, dt.date(2026, 9, 30))
    assert {row.village_code: row.federation_name for row in rows} == {
        GUOSHANG: "湛江路新村", YUANQIAN: "湛江路新村", JIANGCUNWA: "湛江路新村",
        XILI: "西里新村", XILI_COMMUNITY: "西里新村", SOUTH: "西里新村",
    }  # fmt: skip
    assert rows[0].federation_key == "371083101/西里新村"
    assert placements(COUNTY, FOUNDED - dt.timedelta(days=1)) == []


def test_only_running_primary_federations_place(world):
    approved = found(world, "zhenjie", "甲新村", [GUOSHANG, YUANQIAN], run=False)
    for to in ("reviewed", "approved"):
        move_status(by=world.user("xianji"), federation=approved, to=to, on=FOUNDED, scale_reason="理由")
    found(world, "zhenjie", "牡蛎联合体", [NORTH, SOUTH], kind="alliance")
    assert placements(COUNTY, TODAY) == []
