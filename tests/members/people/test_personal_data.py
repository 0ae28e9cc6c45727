"""Personal numbers: masked on every face, sealed in the database, revealed one by one with a reason."""

import pytest
from django.db import DatabaseError, connection, transaction

from members.actions.people import add_member, change_member, reveal
from members.models import Person, RevealLog
from registers.errors import Invalid, NotAllowed, NotFound
from registers.personal import Undecipherable
from tests.members.people.helpers import BAISHATAN, GUOSHANG, ID_NUMBER, PHONE, sheet, text_of


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
