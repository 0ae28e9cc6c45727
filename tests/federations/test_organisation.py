"""How a federation is organised: evidence kept with the decision, hand-over, classes, supports, premises, plans."""

import datetime as dt

import pytest

from federations.actions.evidence import keep_evidence
from federations.actions.leadership import begin_pattern, hand_over_leadership, pattern_on
from federations.actions.supports import accept_village
from federations.models import (
    JointPlan,
    LeadershipPattern,
    PlanItem,
    PlanningEvidence,
    Premises,
    VillageSupport,
    WeakVillage,
)
from federations.settings_declared import HANDOVER_MONTHS, PREMISES_ITEMS
from members.actions.people import add_member
from members.actions.posts import appoint, person_for_post
from members.models import Post
from registers.errors import Invalid, NotAllowed, NotFound, WrongState
from registers.models import CountySetting
from tests.federations.helpers import FOUNDED, GUOSHANG, JIANGCUNWA, NORTH, SOUTH, TODAY, XILI, YUANQIAN, found
from tests.registers.suite_pages.browsing import text_of
from tests.world import COUNTY

SPRING = dt.date(2026, 3, 2)


# -- evidence (P07)


def test_evidence_stays_with_the_decision_it_led_to(world):
    federation = found(
        world, "zhenjie", "湛江路新村", [GUOSHANG, YUANQIAN, JIANGCUNWA],
        topics={"location": "沿路相连", "industry": "", "plans": "与国土空间规划一致"}, evidence_source="实地调研",
    )  # fmt: skip
    rows = PlanningEvidence.objects.unscoped("test").filter(federation=federation).order_by("pk")
    assert [(row.topic, row.source, row.on) for row in rows] == [
        ("location", "实地调研", dt.date(2025, 1, 5)), ("plans", "实地调研", dt.date(2025, 1, 5)),
    ]  # fmt: skip
    api = world.api("zhenjie")
    address = f"/api/v1/planning-evidence/{rows[0].pk}/"
    version = {"HTTP_IF_MATCH": api.get(address)["ETag"]}
    answer = api.patch(address, {"content": "改写"}, **version)
    assert answer.status_code == 409 and "已随 2025-03-01 的批复存档" in answer.json()["detail"]
    assert api.delete(address, **version).status_code == 409
    later = {"federation": federation.pk, "topic": "location", "content": "新增一条公路", "on": "2026-05-01"}
    assert api.post("/api/v1/planning-evidence/", later).status_code == 201


def test_a_planned_federation_tells_which_headings_are_missing(world):
    federation = found(world, "zhenjie", "唐家新村", [NORTH, SOUTH], run=False, topics={"culture": "同宗"})
    page = text_of(world.client("zhenjie").get(f"/federations/{federation.pk}/"))
    assert "论证依据还缺：区位、人口、产业、治理" in page
    keep_evidence(federation, dict.fromkeys(("location", "population", "industry", "governance"), "有"), on=TODAY)
    assert "论证依据还缺" not in text_of(world.client("zhenjie").get(f"/federations/{federation.pk}/"))


# -- leadership (P08)


@pytest.fixture
def led_by_town(world, zhanjiang):
    """湛江路新村 in pattern B since its founding, led by 李镇长; 王平 of 锅上 is deputy."""
    clerk = world.user("zhenjie")
    begin_pattern(zhanjiang, pattern="b", on=FOUNDED, due_on=dt.date(2026, 12, 1))
    leader = person_for_post(by=clerk, name="李镇长", organization=zhanjiang.organization, source="town")
    add_member(by=clerk, name="王平", village=world.village(GUOSHANG))
    secretary = person_for_post(by=clerk, name="王平", organization=zhanjiang.organization, source="village")
    for person, title, source in ((leader, "secretary", "town"), (secretary, "deputy", "village")):
        appoint(
            by=clerk, organization=zhanjiang.organization, person=person, title=title, source=source, valid_from=FOUNDED
        )
    return zhanjiang


def posts(federation):
    rows = Post.objects.unscoped("test").filter(organization=federation.organization).order_by("valid_from", "pk")
    return [(row.person.name, row.title, row.valid_from, row.valid_to) for row in rows]


def test_the_hand_over_is_one_step_and_the_history_keeps_both(world, led_by_town):
    after = hand_over_leadership(
        by=world.user("zhenjie"), federation=led_by_town, person="王平", on=TODAY, portfolio="全面工作", note="班子理顺"
    )
    assert (after.pattern, after.valid_from, after.valid_to) == ("a", TODAY, None)
    before = pattern_on(led_by_town, dt.date(2026, 11, 19))
    assert (before.pattern, before.valid_to) == ("b", TODAY)
    assert posts(led_by_town) == [
        ("李镇长", "secretary", FOUNDED, TODAY),
        ("王平", "deputy", FOUNDED, TODAY),
        ("王平", "secretary", TODAY, None),
        ("李镇长", "first_secretary", TODAY, None),
    ]
    step = led_by_town.steps.last()
    assert step.is_adjustment and step.reason == "领导模式由B转为A：李镇长交接给王平。班子理顺"
    with pytest.raises(WrongState, match="不用交接"):
        hand_over_leadership(by=world.user("zhenjie"), federation=led_by_town, person="王平", on=TODAY)


def test_a_hand_over_that_fails_leaves_everything_as_it_was(world, led_by_town):
    before = posts(led_by_town)
    for person, on, field in (("无此人", TODAY, "person"), ("王平", FOUNDED, "on"), ("李镇长", TODAY, "person")):
        with pytest.raises(Invalid) as error:
            hand_over_leadership(by=world.user("zhenjie"), federation=led_by_town, person=person, on=on)
        assert error.value.field == field
    for username, wrong in (("lingdao", NotAllowed), ("qita", NotFound)):
        with pytest.raises(wrong):
            hand_over_leadership(by=world.user(username), federation=led_by_town, person="王平", on=TODAY)
    assert posts(led_by_town) == before and pattern_on(led_by_town).pattern == "b"


def test_a_hand_over_that_is_due_is_owed_and_done_in_the_browser(world, led_by_town):
    client = world.client("zhenjie")
    assert "“湛江路新村”由模式B交接为模式A" in text_of(client.get("/"))
    assert "由模式B交接" not in text_of(world.client("qita").get("/"))
    address = f"/federations/{led_by_town.pk}/hand-over/"
    assert "现任书记李镇长" in text_of(client.get(address))
    facts = {"person": "王平", "on": "2026-11-20", "portfolio": "", "stays": "on", "note": ""}
    assert client.post(address, facts).status_code == 302
    page = text_of(client.get(f"/federations/{led_by_town.pk}/?tab=team"))
    assert "王平 任书记" in page and "模式B：镇领导过渡 2025-03-01 至 2026-11-20" in page
    assert "由模式B交接" not in text_of(client.get("/"))
    assert client.get(address).status_code == 409


def test_pattern_b_is_due_after_the_countys_months(world, zhanjiang):
    CountySetting.objects.create(area_code=COUNTY, key=HANDOVER_MONTHS, value=6)
    assert begin_pattern(zhanjiang, pattern="b", on=dt.date(2026, 8, 31)).due_on == dt.date(2027, 2, 28)


def test_one_pattern_at_a_time_is_the_databases_word(world, zhanjiang):
    begin_pattern(zhanjiang, pattern="a", on=FOUNDED)
    answer = world.api("zhenjie").post(
        "/api/v1/leadership-patterns/", {"federation": zhanjiang.pk, "pattern": "b", "from": "2026-01-01"}
    )
    assert answer.status_code == 400 and "已有领导模式" in answer.json()["errors"][0]["message"]
    assert LeadershipPattern.objects.unscoped("test").count() == 1


# -- alliances and chains (P09)


def test_classes_and_enterprises_belong_to_overlay_federations_and_their_members(world, zhanjiang):
    chain = found(world, "xianji", "牡蛎产业链", [GUOSHANG, XILI], kind="chain", organization_kind="chain_committee")
    api = world.api("zhenjie")

    def post(federation, village, category="model"):
        facts = {"federation": federation.pk, "village_code": village, "category": category, "from": "2026-01-01"}
        return api.post("/api/v1/village-classes/", facts)

    assert "只有党建联合体和产业链" in post(zhanjiang, GUOSHANG).json()["errors"][0]["message"]
    assert "不是“牡蛎产业链”的成员村" in post(chain, NORTH).json()["errors"][0]["message"]
    assert post(chain, GUOSHANG).status_code == 201
    assert post(chain, GUOSHANG, "helping").status_code == 201  # two classes at once: 16 places over 14 villages
    assert "已有相同的记录" in post(chain, GUOSHANG).json()["errors"][0]["message"]
    # Of another town's villages the class is not told, nor may it be set.
    county = world.api("xianji").post(
        "/api/v1/village-classes/",
        {"federation": chain.pk, "village_code": XILI, "category": "mutual", "from": "2026-01-01"},
    )
    assert county.status_code == 201
    told = {row["village_code"] for row in api.get("/api/v1/village-classes/").json()["results"]}
    assert told == {GUOSHANG}
    assert post(chain, XILI).status_code == 400


# -- five supports (P11)


def test_five_supports_are_complete_with_all_five_and_end_with_acceptance(world):
    village = world.village(GUOSHANG)
    weak = WeakVillage.objects.create(village=village, listed_on=SPRING, problems="班子软弱")
    client = world.client("zhenjie")
    kinds = list(VillageSupport.Kind)
    for kind in kinds[:-1]:
        VillageSupport.objects.create(village=village, kind=kind, name="某", valid_from=SPRING)
    assert "“五个一”还缺：强村" in text_of(client.get(f"/weak-villages/{weak.pk}/"))
    gone = VillageSupport.objects.create(
        village=village, kind=kinds[-1], name="锅上", valid_from=SPRING, valid_to=dt.date(2026, 6, 1)
    )
    assert "强村" in text_of(client.get("/weak-villages/"))  # one that has ended supports no more
    VillageSupport.objects.unscoped("test").filter(pk=gone.pk).update(valid_to=None)
    assert "齐全" in text_of(client.get("/weak-villages/"))
    with pytest.raises(Invalid, match="验收依据"):
        accept_village(by=world.user("zhenjie"), row=weak, on=TODAY, accepted_by="县委组织部", evidence=" ")
    answer = client.post(
        f"/weak-villages/{weak.pk}/accept/", {"on": "2026-11-20", "accepted_by": "县委组织部", "evidence": "测评 92%"}
    )
    assert answer.status_code == 302
    weak.refresh_from_db()
    assert (weak.accepted_on, weak.accepted_by) == (TODAY, "县委组织部")
    with pytest.raises(WrongState):
        accept_village(by=world.user("zhenjie"), row=weak, on=TODAY, accepted_by="甲", evidence="乙")


def test_one_support_of_a_kind_at_a_time_and_acceptance_needs_proof(world):
    api = world.api("zhenjie")
    facts = {"village_code": GUOSHANG, "kind": "unit", "name": "甲局", "from": "2026-03-01"}
    assert api.post("/api/v1/village-supports/", facts).status_code == 201
    again = api.post("/api/v1/village-supports/", facts | {"name": "乙局", "from": "2026-04-01"})
    assert again.status_code == 400 and "已有这一项帮扶力量" in again.json()["errors"][0]["message"]
    listed = {"village_code": GUOSHANG, "listed_on": "2026-03-01", "problems": "无收入", "accepted_on": "2026-10-01"}
    assert api.post("/api/v1/weak-villages/", listed).status_code == 400


# -- premises (P13)


def test_premises_are_measured_by_the_countys_own_standard(world, zhanjiang):
    row = Premises.objects.create(federation=zhanjiang, name="党群服务中心", state="open", items="联合会议室")
    client = world.client("zhenjie")
    assert "1/6" in text_of(client.get("/federation-premises/"))
    CountySetting.objects.create(area_code=COUNTY, key=PREMISES_ITEMS, value=["联合会议室", "图书室"])
    assert "1/2" in text_of(client.get("/federation-premises/"))
    assert "还缺：图书室" in text_of(client.get(f"/federation-premises/{row.pk}/"))
    page = text_of(client.get(f"/federation-premises/{row.pk}/checklist/"))
    assert "图书室" in page and "党员活动室" not in page
    saved = client.post(f"/federation-premises/{row.pk}/checklist/", {"items": ["图书室", "联合会议室"]})
    assert saved.status_code == 302
    row.refresh_from_db()
    assert row.items == "联合会议室、图书室"
    refused = world.api("zhenjie").post(
        "/api/v1/federation-premises/",
        {"federation": zhanjiang.pk, "name": "二楼", "state": "open", "items": "健身房"},
    )
    assert refused.status_code == 400 and "“健身房”不在建设标准里" in refused.json()["errors"][0]["message"]


# -- joint plans (P57)


def test_an_opinion_that_is_not_taken_gives_its_reason_and_plan_and_actual_stay_apart(world, zhanjiang):
    plan = JointPlan.objects.create(federation=zhanjiang, name="连片规划", from_year=2026, to_year=2030)
    api = world.api("zhenjie")
    opinion = {"plan": plan.pk, "on": "2026-03-05", "who": "村民代表会", "content": "先修路", "taken": "no"}
    refused = api.post("/api/v1/plan-opinions/", opinion)
    assert refused.status_code == 400 and "请写明原因" in refused.json()["errors"][0]["message"]
    assert api.post("/api/v1/plan-opinions/", opinion | {"why": "已列入二期"}).status_code == 201
    item = {"plan": plan.pk, "name": "修路", "planned_to": "2026-10-31", "planned_money": "1200000"}
    assert api.post("/api/v1/plan-items/", item | {"actual_to": "2026-10-01"}).status_code == 400
    assert api.post("/api/v1/plan-items/", item).status_code == 201
    row = PlanItem.objects.unscoped("test").get()
    assert (row.planned_money, row.actual_money) == (1_200_000, None)
    page = text_of(world.client("zhenjie").get("/plan-items/"))
    assert "未开工（逾期）" in page and "1,200,000.00" in page


# -- the file (一村一档)


def test_the_file_prints_everything_and_no_personal_numbers(world, led_by_town):
    add_member(by=world.user("xianji"), name="赵六", village=world.village(GUOSHANG), phone="13806310001")
    JointPlan.objects.create(federation=led_by_town, name="连片规划", from_year=2026, to_year=2030)
    Premises.objects.create(federation=led_by_town, name="党群服务中心", state="open", hotline="0631-6600000")
    page = text_of(world.client("zhenjie").get(f"/federations/{led_by_town.pk}/file/"))
    for text in ("湛江路新村一村一档", "锅上", "李镇长 任书记", "连片规划", "党群服务中心", "0631-6600000", "本周值班"):
        assert text in page
    assert "1380" not in page
    assert world.client("qita").get(f"/federations/{led_by_town.pk}/file/").status_code == 404
