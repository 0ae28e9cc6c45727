"""Party organisations and their posts: the tree, one secretary at a time, who is named by a post."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from members.actions.people import add_member
from members.actions.posts import person_for_post
from members.models import PartyOrganization, Person, Post
from members.registers.organizations import OrganizationRegister, PostRegister
from registers.errors import Invalid
from registers.exchange import import_rows
from tests.members.people.helpers import BAISHATAN, GUOSHANG, YUANQIAN, text_of
from tests.world import patched


def test_the_tree_of_organisations(world, branch):
    api = world.api("zhenjie")
    made = api.post(
        "/api/v1/party-organizations/",
        {"name": "中共乳山口镇委员会", "kind": "committee", "area_code": "371083101"},
    )
    assert made.status_code == 201, made.json()
    top = made.json()["id"]
    below = patched(api, f"/api/v1/party-organizations/{branch.pk}/", {"parent": str(top)})
    assert below.status_code == 200 and below.json()["parent"] == top
    circle = patched(api, f"/api/v1/party-organizations/{top}/", {"parent": str(branch.pk)})
    assert circle.status_code == 400 and "不能是它自己或它的下级" in circle.content.decode()
    page = text_of(world.client("zhenjie").get(f"/party-organizations/{top}/"))
    assert "锅上村党支部" in page


def test_one_secretary_at_a_time(world, branch, member):
    api = world.api("zhenjie")
    post = {"person": "王平", "organization": branch.name, "title": "secretary", "from": "2025-01-01"}
    first = api.post("/api/v1/posts/", post)
    assert first.status_code == 201, first.json()
    add_member(by=world.user("zhenjie"), name="李平", village=world.village(GUOSHANG))
    second = api.post("/api/v1/posts/", post | {"person": "李平", "from": "2026-01-01"})
    assert second.status_code == 400
    assert "已有书记王平（2025-01-01 至今），请先填写前任的免职日期" in second.json()["errors"][0]["message"]
    patched(api, f"/api/v1/posts/{first.json()['id']}/", {"to": "2026-01-01"})
    assert api.post("/api/v1/posts/", post | {"person": "李平", "from": "2026-01-01"}).status_code == 201
    with pytest.raises(DatabaseError, match="one_secretary_at_a_time"), transaction.atomic():
        Post.objects.bulk_create(
            [Post(organization=branch, person=member.person, title="secretary", valid_from=dt.date(2026, 5, 1))]
        )


def test_who_is_named_by_a_post(world, branch, member):
    add_member(by=world.user("zhenjie"), name="王平", village=world.village(GUOSHANG))
    add_member(by=world.user("qita"), name="赵远", village=world.village(BAISHATAN))
    api = world.api("zhenjie")
    post = {"organization": branch.name, "title": "member", "from": "2025-01-01"}
    assert "有 2 位同名" in api.post("/api/v1/posts/", post | {"person": "王平"}).json()["errors"][0]["message"]
    by_number = api.post("/api/v1/posts/", post | {"person": member.number})
    assert by_number.status_code == 201 and by_number.json()["person"] == "王平"
    assert "没有找到“赵远”" in api.post("/api/v1/posts/", post | {"person": "赵远"}).json()["errors"][0]["message"]
    sent = api.post("/api/v1/posts/", post | {"person": "孙书记", "title": "sent_first_secretary", "source": "sent"})
    assert sent.status_code == 201
    assert Person.objects.unscoped("test").get(name="孙书记").area_id == "371083101"


def test_namesakes_are_told_apart_by_village_number_or_town(world, branch, member):
    clerk = world.user("zhenjie")
    twin = add_member(by=clerk, name="王平", village=world.village(YUANQIAN))
    far = add_member(by=clerk, name="王平", village=world.village(YUANQIAN))
    town = PartyOrganization.objects.create(name="中共乳山口镇委员会", kind="committee", area_id="371083101")

    def meant(name, source, organization=town):
        return person_for_post(by=clerk, name=name, organization=organization, source=source)

    # Only villagers of that name: nobody is guessed for a town's post, and what would tell them apart is said.
    with pytest.raises(Invalid, match="有 3 位同名的“王平”.*不是村里的，括号里写镇街名称"):
        meant("王平", "town")
    assert meant("王平（锅上村）", "town") == meant("王平(锅上)", "village") == member.person
    assert meant(twin.number, "town") == twin.person
    with pytest.raises(Invalid, match="有 2 位同名.*院前"):
        meant("王平（院前）", "village")
    with pytest.raises(Invalid, match="没有找到“王平（海阳所）”"):
        meant("王平（海阳所）", "town")
    with pytest.raises(Invalid, match="没有找到"):  # the town's own cadre is no village's
        meant("王平（乳山口镇）", "village")
    cadre = meant("王平（乳山口镇）", "town")
    assert cadre.area_id == "371083101" and cadre not in (member.person, twin.person, far.person)
    # Now the one without a village goes first for posts from above, and villagers of the place for the others.
    assert meant("王平", "sent") == meant("王平", "town", branch) == meant("王平（乳山口镇）", "town") == cadre
    assert meant("王平", "village", branch) == member.person
    api, post = world.api("zhenjie"), {"organization": branch.name, "title": "member", "from": "2025-01-01"}
    made = [
        api.post("/api/v1/posts/", post | {"person": name}).json()["id"] for name in ("王平（锅上）", member.number)
    ]
    assert len(set(made)) == 1 and Post.objects.unscoped("test").count() == 1


def test_posts_come_in_by_rows_twice(world, branch, member):
    row = {
        "person": "王平",
        "organization": "锅上村党支部",
        "title": "书记",
        "portfolio": "基层党建",
        "from": "2025-01-01",
    }
    first = import_rows(PostRegister(), by=world.user("zhenjie"), data=[row])
    assert (first.created, [error.text for error in first.errors]) == (1, [])
    assert import_rows(PostRegister(), by=world.user("zhenjie"), data=[row]).unchanged == 1


def test_organisations_come_in_by_rows_twice(world):
    row = {"name": "院前村党支部", "kind": "党支部", "area_code": "院前村委会"}
    first = import_rows(OrganizationRegister(), by=world.user("zhenjie"), data=[row])
    assert (first.created, [error.text for error in first.errors]) == (1, [])
    assert import_rows(OrganizationRegister(), by=world.user("zhenjie"), data=[row]).unchanged == 1
