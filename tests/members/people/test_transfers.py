"""Many members moved at once: planned whole, all or none, by action, page and API (P20)."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actions.people import add_member, add_subject, end_member
from members.actions.placements import apply_due_placements
from members.actions.transfers import transfer, transfer_many
from members.models import PartyOrganization, Placement, Subject
from registers.errors import Invalid, NotAllowed, NotFound, WrongState

TODAY = dt.date(2026, 11, 20)
GUOSHANG, YUANQIAN, BAISHATAN = "371083101223", "371083101224", "371083102201"
URL = "/api/v1/members/bulk-transfer/"


@pytest.fixture
def people(world):
    village = world.village(GUOSHANG)
    return [add_member(by=world.user("zhenjie"), name=f"王{one}平", village=village) for one in "一二三"]


def where(subject):
    rows = Placement.objects.unscoped("test").filter(subject=subject).order_by("valid_from")
    return [(row.village_id, row.valid_from, row.valid_to) for row in rows]


def numbers(people):
    return [subject.number for subject in people]


def text_of(response):
    return response.content.decode()


def test_many_move_to_the_only_branch_and_households_to_none(world, people):
    branch = PartyOrganization.objects.create(name="院前村党支部", area_id=YUANQIAN)
    clerk = world.user("zhenjie")
    household = add_subject(by=clerk, kind="household", name="王平", village=world.village(GUOSHANG))
    made = transfer_many(by=clerk, subjects=[*people, household], village=world.village(YUANQIAN), on=TODAY)
    assert made.written and len(made.moves) == 4 and not made.refusals
    moved = Subject.objects.unscoped("test").order_by("pk")
    assert {one.village_id for one in moved} == {YUANQIAN}
    assert [one.organization_id for one in moved] == [branch.pk] * 3 + [None]
    assert {one.person.area_id for one in moved if one.person} == {YUANQIAN}
    assert where(people[0]) == [(GUOSHANG, dt.date(1949, 10, 1), TODAY), (YUANQIAN, TODAY, None)]


def test_a_hundred_take_no_more_statements_than_three(world, people):
    clerk, village = world.user("zhenjie"), world.village(GUOSHANG)
    others = [add_subject(by=clerk, kind="household", name=f"户{n}", village=village) for n in range(100)]
    counts = []
    for subjects in (people, others):
        with CaptureQueriesContext(
            connection,
        ) as made:
            transfer_many(by=clerk, subjects=subjects, village=world.village(YUANQIAN), on=TODAY)
        counts.append(len(made))
    assert counts[1] <= counts[0] + 2, counts


def test_all_who_cannot_move_are_named_and_nobody_moves(world, people):
    clerk = world.user("zhenjie")
    end_member(by=clerk, subject=people[0], on=TODAY, reason="组织关系转出")
    transfer(by=clerk, subject=people[1], village=world.village(YUANQIAN), on=dt.date(2026, 3, 1))
    far = add_member(by=world.user("qita"), name="赵远方", village=world.village(BAISHATAN))
    made = transfer_many(
        by=clerk, subjects=[*people, far], village=world.village(YUANQIAN), on=TODAY,
        versions={people[2].pk: people[2].version + 1},
    )  # fmt: skip
    said = {subject.name: error.message for subject, error in made.refusals}
    assert not made.written and set(said) == {"王一平", "王二平", "王三平", "赵远方"}
    assert "已于 2026-11-20 减员" in said["王一平"] and "不用调动" in said["王二平"]
    assert "别人保存过" in said["王三平"] and "管辖范围" in said["赵远方"]
    assert where(people[2]) == [(GUOSHANG, dt.date(1949, 10, 1), None)]
    kinds = {subject.name: type(error) for subject, error in made.refusals}
    assert kinds["王一平"] is WrongState and kinds["赵远方"] is NotFound


def test_nobody_is_sent_out_of_reach_and_nobody_moved_without_the_right(world, people):
    with pytest.raises(Invalid, match="没有找到这个村居"):
        transfer_many(by=world.user("zhenjie"), subjects=people, village=world.village(BAISHATAN), on=TODAY)
    with pytest.raises(Invalid, match="没有找到这个村居"):  # a village clerk sees her members and may move none
        transfer_many(by=world.user("cunji"), subjects=people, village=world.village(GUOSHANG), on=TODAY)
    far = add_member(by=world.user("qita"), name="赵远方", village=world.village(BAISHATAN))
    made = transfer_many(by=world.user("xianji"), subjects=[*people, far], village=world.village(YUANQIAN), on=TODAY)
    assert made.written and len(made.moves) == 4


def test_who_may_only_look_is_told_so(world, people):
    lead = world.user("lingdao")
    with pytest.raises(NotAllowed):
        transfer(by=lead, subject=people[0], village=world.village(YUANQIAN), on=TODAY)


def test_a_move_ahead_waits_for_its_day(world, people):
    day = dt.date(2026, 12, 1)
    made = transfer_many(by=world.user("zhenjie"), subjects=people, village=world.village(YUANQIAN), on=day)
    assert made.written and where(people[0])[-1] == (YUANQIAN, day, None)
    assert not Subject.objects.unscoped("test").filter(village=YUANQIAN).exists()
    assert apply_due_placements(on=day) == 3


def test_the_page_looks_first_and_moves_all(world, people):
    client = world.client("zhenjie")
    add_member(by=world.user("zhenjie"), name="于海", village=world.village(YUANQIAN))
    assert "/members/bulk/transfer/" in text_of(client.get("/members/"))
    assert "/members/bulk/transfer/" not in text_of(world.client("lingdao").get("/members/"))
    address = "/members/bulk/transfer/"
    asked = client.post(address, {"all": "1", "query": "page_size=20"})
    chosen = asked.context["form"].initial["chosen"]
    assert asked.status_code == 200 and "调动选中的 4 人" in text_of(asked)
    given = {"chosen": chosen, "query": "page_size=20", "village_code": YUANQIAN, "on": "2026-11-20", "step": "preview"}
    wrong = client.post(address, given | {"village_code": BAISHATAN})
    assert wrong.status_code == 400 and "没有找到" in text_of(wrong)
    empty = client.post(address, given | {"on": "", "step": "save"})
    assert empty.status_code == 400 and 'value="preview"' in text_of(empty)
    looked = client.post(address, given)
    page = text_of(looked)
    assert (looked.context["change_count"], looked.context["refusal_count"]) == (3, 1), page
    assert "调动这 3 人" in page and "不用调动" in page and len(where(people[0])) == 1
    again = client.post(address, given | {"step": "save"})  # with the one who cannot: nothing is written
    assert again.status_code == 200 and "什么都没有写入" in text_of(again) and len(where(people[0])) == 1
    done = client.post(address, given | dict(looked.context["hidden"]) | {
        "chosen": looked.context["chosen"], "step": "save",
    })  # fmt: skip
    assert (done.status_code, done["Location"]) == (302, "/members/?page_size=20")
    assert [where(one)[-1] for one in people] == [(YUANQIAN, TODAY, None)] * 3
    assert "3 人自 2026-11-20 起调到“" in text_of(client.get(done["Location"]))


def test_the_api_tries_refuses_and_moves(world, people):
    api = world.api("zhenjie")
    body = {"ids": numbers(people), "village_code": YUANQIAN, "on": "2026-11-20", "reason": "并村"}
    tried = api.post(URL, body | {"dry_run": True})
    assert tried.status_code == 200 and tried.json()["moved"] == 3 and not tried.json()["written"]
    assert tried.json()["changes"][0]["before"]["village_code"] == GUOSHANG and len(where(people[0])) == 1
    unknown = api.post(URL, body | {"ids": [*numbers(people), "999"]})
    assert unknown.status_code == 400 and unknown.json()["errors"][0]["id"] == "999" and len(where(people[0])) == 1
    assert api.post(URL, body | {"village_code": BAISHATAN}).json()["errors"][0]["field"] == "village_code"
    assert world.api("cunji").post(URL, body).status_code == 403
    foreign = world.api("qita").post(URL, body | {"village_code": BAISHATAN}).json()
    assert [error["message"] for error in foreign["errors"]] == ["没有找到，或不在您的管辖范围内"] * 3
    done = api.post(URL, body | {"versions": {people[0].number: people[0].version}})
    assert done.status_code == 200 and done.json()["written"]
    stay = Placement.objects.unscoped("test").get(subject=people[0], valid_to=None)
    assert (stay.village_id, stay.reason) == (YUANQIAN, "并村")
    again = api.post(URL, body)
    assert again.status_code == 400 and len(again.json()["errors"]) == 3
