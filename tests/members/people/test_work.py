"""Rules of exchanges, delegation, talents, trainings, households and members' lists; what merging does with them."""

import datetime as dt

import pytest

from federations.actions.founding import found_federation
from lianjian.periods import Period
from members.actions.exchanges import save_exchange
from members.actions.people import add_member, reveal
from members.actions.training import save_talent
from members.merging_work import Exchanges
from members.models import Attendance, DelegatedItem, Person, RevealLog, Subject, Talent, Training
from registers.errors import Invalid, NotAllowed
from registers.exchange import import_rows
from registers.register import register_of
from reports.actions.rollup import refresh_period
from reports.models import IndicatorValue
from tests.world import COUNTY, TOWN
from villages.movers import Merging

GUOSHANG, YUANQIAN, JIANGCUN, SAND = "371083101223", "371083101224", "371083101222", "371083102201"
DAY = dt.date(2026, 8, 1)


def problems(outcome):
    return [(error.field, error.message) for error in outcome.errors]


@pytest.fixture
def clerk(world):
    return world.user("zhenjie")


# -- exchanges (P10)


def exchange(world, by, **facts):
    given = {
        "name": "王平", "from_village": world.village(GUOSHANG), "to_village": world.village(JIANGCUN),
        "direction": "strong_to_weak", "kind": "post", "valid_from": DAY,
    }  # fmt: skip
    return save_exchange(by=by, **(given | facts))


def test_an_exchange_names_the_person_only_where_it_is_certain(world, clerk):
    person = add_member(by=clerk, name="王平", village=world.village(GUOSHANG)).person
    assert exchange(world, clerk).person == person
    add_member(by=clerk, name="王平", village=world.village(GUOSHANG))
    assert exchange(world, clerk, valid_from=DAY + dt.timedelta(days=1)).person is None


def test_between_towns_the_county_exchanges_and_both_villages_see_it(world, clerk):
    with pytest.raises(Invalid, match="没有找到这个村居"):
        exchange(world, clerk, to_village=world.village(SAND))
    with pytest.raises(Invalid, match="同一个村"):
        exchange(world, clerk, to_village=world.village(GUOSHANG))
    row = exchange(world, world.user("xianji"), to_village=world.village(SAND))
    register = register_of("cadre-exchanges")
    for username in ("zhenjie", "qita"):
        assert register.rows(world.user(username)).filter(pk=row.pk).exists()
        assert not register.changeable(world.user(username)).filter(pk=row.pk).exists()
    assert world.client("qita").get(f"/cadre-exchanges/{row.pk}/edit/").status_code == 403
    assert "王平" in world.client("qita").get(f"/villages/{SAND}/").content.decode()


def test_merging_ends_an_exchange_between_two_villages_that_become_one(world, clerk):
    inside = exchange(world, clerk)
    other = exchange(world, clerk, name="李静", to_village=world.village(YUANQIAN))
    names = {code: code for code in (GUOSHANG, JIANGCUN, YUANQIAN)}
    merging = Merging({JIANGCUN: GUOSHANG, YUANQIAN: "371083101206"}, dt.date(2026, 11, 1), clerk, names)
    moved = Exchanges().move(merging)
    inside.refresh_from_db(), other.refresh_from_db()
    assert inside.valid_to == dt.date(2026, 11, 1) and inside.to_village_id == JIANGCUN
    assert other.to_village_id == "371083101206" and other.valid_to is None and "结束" in moved.notes[0]
    Exchanges().undo(merging, moved.record)
    inside.refresh_from_db(), other.refresh_from_db()
    assert inside.valid_to is None and other.to_village_id == YUANQIAN


# -- delegation (P56)


@pytest.mark.parametrize(
    ("category", "label"), [("spending", "大额资金使用"), ("contract", "合同签订"), ("institution", "机构设置")]
)
def test_three_kinds_of_matters_stay_with_the_town(world, clerk, category, label):
    row = {"town": TOWN, "name": "某事项", "category": label, "basis": "清单", "delegated_on": "2026-03-01"}
    outcome = import_rows(
        register_of("delegated-items"), by=clerk, data=[row, row | {"name": "初审", "category": "民生服务"}]
    )
    assert problems(outcome) == [
        ("category", f"“类别”“{label}”不下放，大额资金使用、合同签订、机构设置由镇街保留，不交给社区办")
    ]
    assert not DelegatedItem.objects.unscoped("test").exists()
    answer = world.api("zhenjie").post("/api/v1/delegated-items/", row | {"category": category}, format="json")
    assert answer.status_code == 400 and "不下放" in answer.content.decode()


def test_a_name_that_smells_of_them_is_asked_about(world, clerk):
    said = list(register_of("delegated-items").warnings({"name": "工程合同审核"}, row=None, by=clerk))
    assert len(said) == 1 and "合同" in said[0]


# -- talents (P25)


def test_a_member_who_is_a_talent_is_one_person(world, clerk):
    member = add_member(by=clerk, name="宋丽华", village=world.village(GUOSHANG), phone="13963110001")
    by_number = save_talent(by=clerk, village=member.village, name="宋丽华", category="craft", member_no=member.number)
    by_phone = save_talent(by=clerk, village=member.village, name="宋丽华", category="farming", phone="13963110001")
    another = save_talent(by=clerk, village=member.village, name="宋丽华", category="health", phone="13963110002")
    assert by_number.person_id == by_phone.person_id == member.person_id != another.person_id
    with pytest.raises(Invalid, match="不是“王平”"):
        save_talent(by=clerk, village=member.village, name="王平", category="craft", member_no=member.number)
    with pytest.raises(NotAllowed, match="党员的电话"):
        save_talent(
            by=world.user("cunji"), talent=by_number, village=member.village, name="宋丽华",
            member_no=member.number, phone="13963119999",
        )  # fmt: skip
    page = world.client("zhenjie").get(f"/members/{member.number}/").content.decode()
    assert "特长" in page and "手工技艺" in page


def test_a_talents_telephone_is_masked_revealed_with_a_reason_and_goes_with_him(world, clerk):
    village_clerk = world.user("cunji")
    talent = save_talent(
        by=village_clerk, village=world.village(GUOSHANG), name="宋丽华", category="craft", phone="13963110001"
    )
    for page in (f"/talents/{talent.pk}/", "/talents/", f"/talents/{talent.pk}/edit/"):
        assert "13963110001" not in world.client("cunji").get(page).content.decode()
    assert "13963110001" not in world.api("cunji").get("/api/v1/talents/").content.decode()
    assert world.client("cunji").get(f"/talents/{talent.pk}/reveal/").status_code == 403
    answer = world.client("zhenshen").post(f"/talents/{talent.pk}/reveal/", {"reason": "请他去讲课"})
    assert "13963110001" in answer.content.decode() and RevealLog.objects.unscoped("test").count() == 1
    with pytest.raises(NotAllowed):
        reveal(by=village_clerk, person=talent.person, column="phone", reason="请他去讲课")
    other = save_talent(by=clerk, village=world.village(GUOSHANG), name="李静", category="craft", phone="13963110003")
    world.client("cunji").post(f"/talents/{other.pk}/delete/")
    assert not Talent.objects.unscoped("test").filter(pk=other.pk).exists()
    assert not Person.objects.unscoped("test").filter(name="李静").exists(), "known for nothing else: forgotten"


# -- trainings (P25)


@pytest.fixture
def training(world):
    return Training.objects.create(
        title="直播电商培训班", kind="live_commerce", area_id=TOWN, held_on=DAY, planned_people=40, actual_people=3
    )


def test_a_village_reads_the_trainings_of_the_town_that_its_people_attend_and_changes_none(world, clerk, training):
    other = Training.objects.create(title="党课", kind="party_lesson", area_id=TOWN, held_on=DAY)
    for village, name in ((GUOSHANG, "王平"), (YUANQIAN, "于海")):
        Attendance.objects.create(training=training, village_id=village, name=name)
    api, page = world.api("cunji"), world.client("cunji")
    assert [row["title"] for row in api.get("/api/v1/trainings/").json()["results"]] == [training.title]
    shown = page.get(f"/trainings/{training.pk}/")
    assert shown.status_code == 200 and "王平" in shown.content.decode() and "于海" not in shown.content.decode()
    assert api.get(f"/api/v1/trainings/{other.pk}/").status_code == 404
    away = world.api("qita")  # a clerk who may change trainings, of another town: nothing of hers came
    assert away.get(f"/api/v1/trainings/{training.pk}/").status_code == 404
    Attendance.objects.create(training=training, village_id=SAND, name="赵远")
    assert away.get(f"/api/v1/trainings/{training.pk}/").status_code == 200
    assert away.delete(f"/api/v1/trainings/{training.pk}/", headers={"If-Match": "*"}).status_code == 403
    assert not training.is_changeable_by(world.user("qita")) and training.is_changeable_by(clerk)


def test_a_pasted_list_finds_people_and_asks_for_the_number_of_namesakes(world, clerk, training):
    add_member(by=clerk, name="王平", village=world.village(GUOSHANG))
    twins = [add_member(by=clerk, name="唐卫东", village=world.village(GUOSHANG)) for _ in range(2)]
    register = register_of("attendances")
    pasted = "培训\t村\t姓名\t到场\n" + "\n".join(
        f"直播电商培训班\t锅上\t{name}\t{came}" for name, came in (("王平", "是"), ("刘群众", "否"), ("唐卫东", "是"))
    )
    outcome = import_rows(register, by=clerk, data=pasted)
    assert [field for field, _ in problems(outcome)] == ["member_no"] and twins[0].number in problems(outcome)[0][1]
    rows = [
        {"training": training.title, "village_code": GUOSHANG, "name": "王平"},
        {"training": training.title, "village_code": GUOSHANG, "name": "刘群众", "attended": "否"},
        *({"training": training.title, "village_code": GUOSHANG, "name": "唐卫东", "member_no": one.number}
          for one in twins),
    ]  # fmt: skip
    assert import_rows(register, by=clerk, data=rows).created == 4
    again = import_rows(register, by=clerk, data=rows)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 4)
    known = dict(Attendance.objects.unscoped("test").values_list("name", "subject__name"))
    assert known == {"王平": "王平", "刘群众": None, "唐卫东": "唐卫东"}
    page = world.client("zhenjie").get(f"/trainings/{training.pk}/").content.decode()
    assert "签到名单 4 人，到场 3 人" in page and "请核对" not in page
    member = Subject.objects.unscoped("test").get(name="王平")
    assert "参加培训" in world.client("zhenjie").get(f"/members/{member.number}/").content.decode()


# -- households and representatives (P22)


def test_a_wrong_number_is_refused_at_its_field_by_form_and_api(world, clerk, training):
    given = {"training": str(training.pk), "village_code": "371083101223", "name": "王平", "member_no": "M404"}
    answer = world.api("zhenjie").post("/api/v1/attendances/", given, format="json")
    assert answer.status_code == 400 and answer.json()["errors"][0]["field"] == "member_no"
    page = world.client("zhenjie").post("/attendances/new/", given | {"attended": "是"})
    assert page.status_code == 400 and "没有找到这个编号" in page.content.decode()
    assert not Attendance.objects.unscoped("test").exists()


@pytest.mark.parametrize("kind", ["household", "representative"])
def test_each_kind_of_subject_is_entered_by_form_workbook_and_api(world, clerk, kind):
    size = "4" if kind == "household" else ""
    row = {"kind": kind, "name": "李海燕", "village_code": GUOSHANG, "household_size": size}
    assert world.client("zhenjie").post("/subjects/new/", row).status_code == 302
    assert world.api("zhenjie").post("/api/v1/subjects/", row | {"name": "于洪波"}, format="json").status_code == 201
    assert import_rows(register_of("subjects"), by=clerk, data=[row | {"name": "姜守业"}]).created == 1
    rows = Subject.objects.unscoped("test").filter(kind=kind)
    assert set(rows.values_list("household_size", flat=True)) == {4 if size else None} and rows.count() == 3
    page = world.client("zhenjie").get(f"/villages/{GUOSHANG}/").content.decode()
    assert "李海燕" in page


def test_only_households_have_a_size(world, clerk):
    row = {"kind": "representative", "name": "李海燕", "village_code": GUOSHANG, "household_size": "4"}
    assert problems(import_rows(register_of("subjects"), by=clerk, data=[row]))[0][0] == "household_size"


# -- indicators


def test_the_figures_of_people_at_work(world, clerk, training):
    village = world.village(GUOSHANG)
    for number in range(3):
        save_talent(by=clerk, village=village, name=f"能人{number}", category="craft", is_willing=number == 0)
        Attendance.objects.create(training=training, village=village, name=f"学员{number}", attended=number < 2)
    for number in range(22):  # as the practice tells: 22 sent out, 26 sent to learn
        exchange(world, clerk, name=f"派出{number}", valid_to=None if number else DAY + dt.timedelta(days=9))
    for number in range(26):
        exchange(world, clerk, name=f"学习{number}", direction="weak_to_strong")
    period = Period.parse("2026Q3")
    refresh_period(COUNTY, period)
    values = dict(
        IndicatorValue.objects.unscoped("test")
        .filter(place_key=TOWN, period=str(period))
        .values_list("indicator", "numerator")
    )
    wanted = {
        "talents": 3, "talents_willing": 1, "training_attendances": 2, "village_trainings": 1, "cadres_sent": 21,
        "cadres_learning": 26, "secretaries_filled": 0,
    }  # fmt: skip
    assert {code: values[code] for code in wanted} == wanted


# -- members' lists (P20)


def test_members_are_listed_by_federation_and_only_within_reach(world, clerk):
    inside = add_member(by=clerk, name="王平", village=world.village(GUOSHANG))
    add_member(by=clerk, name="于洪波", village=world.village(JIANGCUN))
    far = add_member(by=world.user("xianji"), name="远来人", village=world.village(SAND))
    federation = found_federation(
        by=world.user("xianji"), name="湛江路新村", kind="new_village", mode="complement", area=world.area(TOWN),
        villages=[(world.village(GUOSHANG), "strong"), (world.village(SAND), "member")], on=dt.date(2026, 1, 1),
    )  # fmt: skip
    seen = {}
    for username in ("zhenjie", "xianji"):
        answer = world.api(username).get("/api/v1/members/", {"federation": federation.pk}).json()
        seen[username] = {row["member_no"] for row in answer["results"]}
    assert seen == {"zhenjie": {inside.number}, "xianji": {inside.number, far.number}}
    page = world.client("zhenjie").get("/members/", {"federation": federation.pk}).content.decode()
    assert "湛江路新村" in page and "王平" in page and "于洪波" not in page
    assert world.api("zhenjie").get("/api/v1/members/", {"federation": 999999}).json()["results"] == []
    assert "湛江路新村" not in world.client("nobody").get("/members/").content.decode()
