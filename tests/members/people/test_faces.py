"""Pages, API, workbooks and search of members; and that a number is seen by nobody who should not."""

import datetime as dt
from io import BytesIO

import openpyxl
import pytest
from django.db import DatabaseError, connection, transaction

from members.actions.people import add_member, change_member, reveal
from members.actions.posts import person_for_post
from members.models import PartyOrganization, Person, Placement, Post, RevealLog, Subject
from members.registers.organizations import OrganizationRegister, PostRegister
from members.registers.people import MemberRegister
from registers.errors import Invalid, NotAllowed, NotFound
from registers.exchange import import_rows
from registers.personal import Undecipherable
from tests.world import patched

GUOSHANG, YUANQIAN, BAISHATAN = "371083101223", "371083101224", "371083102201"
ID_NUMBER, PHONE = "371083199001011235", "13963112345"


@pytest.fixture
def member(world):
    return add_member(
        by=world.user("zhenjie"), name="王平", village=world.village(GUOSHANG), id_number=ID_NUMBER, phone=PHONE,
        joined_on=dt.date(2001, 7, 1),
    )  # fmt: skip


def text_of(response):
    return response.content.decode()


def sheet(response):
    content = b"".join(response.streaming_content)
    rows = openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
    return "\n".join(str(cell) for row in rows for cell in row if cell is not None)


# -- personal data


@pytest.mark.parametrize("username", ["zhenjie", "zhenshen", "xianji", "lingdao", "cunji"])
def test_numbers_are_masked_on_pages_api_and_exports(world, member, username):
    client, api = world.client(username), world.api(username)
    seen = [
        text_of(client.get("/members/")),
        text_of(client.get(f"/members/{member.number}/")),
        text_of(client.get("/search/?q=王平")),
        api.get("/api/v1/members/").content.decode(),
        api.get(f"/api/v1/members/{member.number}/").content.decode(),
        sheet(client.get("/members/export.xlsx")),
        sheet(api.get("/api/v1/members/export.xlsx")),
    ]
    for page in seen:
        assert ID_NUMBER not in page and PHONE not in page
    assert "3710**********1235" in seen[1] and api.get("/api/v1/members/").json()["results"][0]["phone"].count("*") >= 3


def test_the_edit_form_holds_no_number_and_keeps_it(world, member):
    client = world.client("zhenjie")
    page = text_of(client.get(f"/members/{member.number}/edit/"))
    assert ID_NUMBER not in page and PHONE not in page and "3710**********1235" in page
    facts = {
        "name": "王平安", "gender": "m", "village_code": GUOSHANG, "organization": "", "subject_class": "ordinary",
        "joined_on": "2001-07-01", "member_no": member.number, "exempt_reason": "", "phone": "139****2345",
        "id_number": "3710**********1235",
    }  # fmt: skip
    answer = client.post(f"/members/{member.number}/edit/", facts)
    assert answer.status_code == 302, text_of(answer)
    person = Person.objects.unscoped("test").get(pk=member.person_id)
    assert (person.name, person.id_number, person.phone) == ("王平安", ID_NUMBER, PHONE)


def test_history_shows_no_number(world, member):
    change_member(by=world.user("zhenjie"), subject=member, phone="13963154321", name="王平安")
    page = text_of(world.client("zhenjie").get(f"/members/{member.number}/"))
    sealed = Person.objects.unscoped("test").get(pk=member.person_id).phone_sealed
    assert "王平安" in page and "13963154321" not in page and sealed not in page and PHONE not in page


def test_a_number_is_stored_sealed_and_bound_to_its_row(world, member):
    other = add_member(by=world.user("zhenjie"), name="李平", village=world.village(GUOSHANG), phone="13963100001")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number_sealed, phone_sealed FROM members_person WHERE id = %s", [member.person_id])
        sealed_id, sealed_phone = cursor.fetchone()
        assert ID_NUMBER not in sealed_id and PHONE not in sealed_phone
        cursor.execute("UPDATE members_person SET phone_sealed = %s WHERE id = %s", [sealed_phone, other.person_id])
    moved = Person.objects.unscoped("test").get(pk=other.person_id)
    with pytest.raises(Undecipherable):
        _ = moved.phone
    with pytest.raises(Undecipherable):  # nor into another column of its own row
        Person.objects.unscoped("test").filter(pk=member.person_id).update(id_number_sealed=sealed_phone)
        _ = Person.objects.unscoped("test").get(pk=member.person_id).id_number


def test_a_member_is_found_by_the_whole_number_only(world, member):
    api = world.api("zhenjie")
    for word, count in ((ID_NUMBER, 1), (PHONE, 1), (PHONE[:8], 0), ("2345", 0), ("wp", 1), ("王平", 1)):
        assert len(api.get(f"/api/v1/members/?q={word}").json()["results"]) == count, word
    assert world.api("qita").get(f"/api/v1/members/?q={ID_NUMBER}").json()["results"] == []


def test_a_duplicate_id_number_tells_nothing_over_rest(world, member):
    answer = world.api("qita").post(
        "/api/v1/members/", {"name": "李平", "village_code": BAISHATAN, "id_number": ID_NUMBER}
    )
    body = answer.content.decode()
    assert answer.status_code == 400 and "不能登记" in body
    assert "王平" not in body and "锅上" not in body and ID_NUMBER not in body


# -- reveal


def test_a_number_is_revealed_once_with_a_reason_and_logged(world, member):
    client = world.client("zhenshen")
    address = f"/members/{member.number}/reveal/"
    assert PHONE not in text_of(client.get(address))
    refused = client.post(address, {"column": "phone", "reason": ""})
    assert refused.status_code == 400 and PHONE not in text_of(refused)
    answer = client.post(address, {"column": "phone", "reason": "通知本人参加培训"})
    assert PHONE in text_of(answer) and ID_NUMBER not in text_of(answer)
    assert "no-store" in answer["Cache-Control"]
    assert PHONE not in text_of(client.get(address))
    log = RevealLog.objects.unscoped("test").get()
    assert (log.by.username, log.column, log.reason, log.area_id) == ("zhenshen", "phone", "通知本人参加培训", GUOSHANG)


def test_who_may_not_reveal(world, member):
    with pytest.raises(NotAllowed):
        reveal(by=world.user("zhenjie"), person=member.person, column="phone", reason="通知本人参加培训")
    with pytest.raises(NotFound):
        reveal(by=world.user("qita"), person=member.person, column="phone", reason="通知本人参加培训")
    with pytest.raises(Invalid):
        reveal(by=world.user("zhenshen"), person=member.person, column="name", reason="通知本人参加培训")
    assert world.client("zhenjie").get(f"/members/{member.number}/reveal/").status_code == 403
    assert world.client("qita").get(f"/members/{member.number}/reveal/").status_code == 404
    assert not RevealLog.objects.unscoped("test").exists()


def test_the_log_of_reveals_cannot_be_rewritten(world, member):
    reveal(by=world.user("zhenshen"), person=member.person, column="phone", reason="通知本人参加培训")
    for statement in ("UPDATE members_reveallog SET reason = 'x'", "DELETE FROM members_reveallog"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


# -- REST


def test_a_member_over_rest(world):
    api = world.api("zhenjie")
    answer = api.post("/api/v1/members/", {"name": "王平", "village_code": GUOSHANG, "phone": PHONE})
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert body["member_no"] == "3710830000001" and body["village_code"] == GUOSHANG
    assert body["subject_class"] == "ordinary" and body["organization"] is None and body["is_active"] is True
    given = api.post("/api/v1/members/", {"member_no": "M-1", "name": "李平", "village_code": GUOSHANG})
    assert given.status_code == 201 and given.json()["member_no"] == "M-1"
    changed = patched(api, "/api/v1/members/M-1/", {"subject_class": "frail"})
    assert changed.status_code == 200 and changed.json()["subject_class"] == "frail"
    moved = patched(api, "/api/v1/members/M-1/", {"village_code": YUANQIAN})
    assert moved.status_code == 400 and "调动" in moved.json()["errors"][0]["message"]
    assert api.delete("/api/v1/members/M-1/").status_code == 405


def test_a_transfer_over_rest(world, member):
    address = f"/api/v1/members/{member.number}/transfer/"
    answer = world.api("zhenjie").post(address, {"village_code": YUANQIAN, "on": "2026-11-01"})
    assert answer.status_code == 200 and answer.json()["village_code"] == YUANQIAN
    foreign = world.api("zhenjie").post(address, {"village_code": BAISHATAN, "on": "2026-11-10"})
    unknown = world.api("zhenjie").post(address, {"village_code": "999999999999", "on": "2026-11-10"})
    assert foreign.status_code == unknown.status_code == 400 and foreign.json() == unknown.json()
    assert world.api("qita").post(address, {"village_code": BAISHATAN, "on": "2026-11-10"}).status_code == 404
    assert world.api("lingdao").post(address, {"village_code": BAISHATAN, "on": "2026-11-10"}).status_code == 403
    assert world.api("zhenjie").post(address, {"village_code": YUANQIAN}).status_code == 400


def test_subjects_of_all_books(world, member):
    api = world.api("zhenjie")
    answer = api.post("/api/v1/subjects/", {"kind": "household", "name": "李家", "village_code": GUOSHANG})
    assert answer.status_code == 201, answer.json()
    assert {row["kind"] for row in api.get("/api/v1/subjects/").json()["results"]} == {"member", "household"}
    assert [row["name"] for row in api.get("/api/v1/members/").json()["results"]] == ["王平"]
    assert api.get("/api/v1/subjects/?kind=household&is_active=true").json()["results"][0]["name"] == "李家"


# -- pages


def test_a_transfer_in_the_browser(world, member):
    client = world.client("zhenjie")
    address = f"/members/{member.number}/transfer/"
    assert "已公示或审定的季度保留" in text_of(client.get(address))
    assert client.post(address, {"village_code": "院前", "on": "2026-11-01", "reason": "户口迁移"}).status_code == 302
    page = text_of(client.get(f"/members/{member.number}/"))
    assert "院前" in page and "户口迁移" in page and "2026-11-01" in page
    wrong = client.post(address, {"village_code": "白沙滩", "on": "2026-11-01"})
    assert wrong.status_code == 400 and "没有找到这个村居" in text_of(wrong)
    assert world.client("cunji").get(address).status_code == 404  # moved out of his village


def test_leaving_in_the_browser(world, member):
    client = world.client("zhenjie")
    address = f"/members/{member.number}/leave/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"on": "2026-11-20", "reason": "组织关系转出"}).status_code == 302
    assert "/leave/" not in text_of(client.get(f"/members/{member.number}/"))


# -- organisations and posts


@pytest.fixture
def branch(world):
    return PartyOrganization.objects.create(name="锅上村党支部", area_id=GUOSHANG)


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


# -- many members at once


def rows_of(count):
    return [
        {"name": f"党员{number}", "village_code": "锅上" if number % 2 else YUANQIAN, "subject_class": "普通",
         "phone": f"139{number:08d}", "joined_on": "2001-07-01"}
        for number in range(count)
    ]  # fmt: skip


def test_thousands_come_in_with_few_statements(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(80):
        outcome = import_rows(MemberRegister(), by=world.user("zhenjie"), data=rows_of(2000))
    assert (outcome.created, outcome.errors) == (2000, [])
    assert Placement.objects.unscoped("test").count() == 2000
    numbers = Subject.objects.unscoped("test").order_by("number").values_list("number", flat=True)
    assert (numbers[0], numbers[1999]) == ("3710830000001", "3710830002000")


def test_the_same_numbered_file_again_changes_nothing(world, branch):
    rows = [row | {"member_no": f"M{at}"} for at, row in enumerate(rows_of(20))]
    by = world.user("zhenjie")
    assert import_rows(MemberRegister(), by=by, data=rows).created == 20
    again = import_rows(MemberRegister(), by=by, data=rows)
    assert (again.created, again.updated, again.unchanged, again.errors) == (0, 0, 20, [])
    changed = [rows[0] | {"name": "改名", "subject_class": "年老体弱"}, *rows[1:]]
    once_more = import_rows(MemberRegister(), by=by, data=changed)
    assert (once_more.updated, once_more.unchanged) == (1, 19)
    person = Subject.objects.unscoped("test").select_related("person").get(number="M0").person
    assert (person.name, person.initials) == ("改名", "gm")


def test_the_same_file_without_numbers_again_changes_nothing(world, branch):
    by = world.user("zhenjie")
    same = {"name": "同名", "village_code": "锅上", "organization": "", "gender": "", "id_number": "", "phone": ""}
    rows = [*rows_of(6), same, same]
    assert import_rows(MemberRegister(), by=by, data=rows).created == 8
    again = import_rows(MemberRegister(), by=by, data=rows)
    assert (again.created, again.updated, again.unchanged, again.errors) == (0, 0, 8, [])
    third = import_rows(MemberRegister(), by=by, data=[*rows, same])
    assert (third.created, third.unchanged) == (1, 8)


def test_a_row_without_number_never_overwrites_a_namesake(world):
    by = world.user("zhenjie")
    rows = [{"name": "同名", "village_code": "锅上", "phone": phone} for phone in ("13963100001", "13963100002")]
    import_rows(MemberRegister(), by=by, data=rows)
    second = import_rows(MemberRegister(), by=by, data=[rows[1] | {"subject_class": "流动"}])
    assert (second.created, second.updated) == (0, 1)
    other = import_rows(MemberRegister(), by=by, data=[rows[0] | {"phone": "13963100003"}])
    assert (other.created, other.updated) == (1, 0)
    people = Subject.objects.unscoped("test").select_related("person").order_by("number")
    assert [(row.person.phone, row.subject_class) for row in people] == [
        ("13963100001", "ordinary"), ("13963100002", "mobile"), ("13963100003", "ordinary"),
    ]  # fmt: skip


def test_every_wrong_row_is_told_and_nothing_written(world, member):
    rows = [
        {"name": "甲", "village_code": "锅上", "id_number": ID_NUMBER},
        {"name": "乙", "village_code": "白沙滩"},
        {"name": "丙", "village_code": "锅上", "member_no": member.number + "9"},
        {"name": "丁", "village_code": "锅上", "id_number": "371083199001011230"},
    ]
    outcome = import_rows(MemberRegister(), by=world.user("zhenjie"), data=rows)
    assert outcome.created == 0 or not outcome.written
    assert {error.row for error in outcome.errors} == {1, 2, 4}
    assert Subject.objects.unscoped("test").count() == 1


def test_the_set_based_way_gives_what_the_single_one_gives(world):
    by = world.user("zhenjie")
    single = add_member(
        by=by, name="单雄", village=world.village(GUOSHANG), id_number=ID_NUMBER, joined_on=dt.date(2001, 7, 1)
    )
    row = {"name": "单雄", "village_code": GUOSHANG, "id_number": "371083199001012334", "joined_on": "2001-07-01"}
    outcome = import_rows(MemberRegister(), by=by, data=[row])
    assert [error.text for error in outcome.errors] == []
    other = Subject.objects.unscoped("test").select_related("person").exclude(pk=single.pk).get()
    for name in ("name", "subject_class", "village_id", "organization_id", "is_active", "joined_on", "kind"):
        assert getattr(other, name) == getattr(single, name)
    for name in ("pinyin", "initials", "gender", "area_id"):
        assert getattr(other.person, name) == getattr(single.person, name)
    stays = Placement.objects.unscoped("test").values_list("village_id", "valid_from", "valid_to")
    assert len(set(stays)) == 1 and len(stays) == 2


# -- budgets


@pytest.mark.parametrize("address", ["/members/", "/subjects/", "/posts/", "/party-organizations/", "/api/v1/members/"])
def test_query_budgets_do_not_grow_with_rows(world, branch, address, django_assert_max_num_queries):
    import_rows(MemberRegister(), by=world.user("zhenjie"), data=rows_of(40))
    client = world.api("zhenjie") if address.startswith("/api/") else world.client("zhenjie")
    with django_assert_max_num_queries(20):
        assert client.get(address).status_code == 200


def test_the_budget_of_a_members_page(world, branch, member, django_assert_max_num_queries):
    client = world.client("zhenjie")
    with django_assert_max_num_queries(30):
        assert client.get(f"/members/{member.number}/").status_code == 200
