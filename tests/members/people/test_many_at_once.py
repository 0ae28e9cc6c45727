"""Thousands of members by one file: few statements, twice the same, nobody overwritten."""

import datetime as dt

from members.actions.people import add_member
from members.models import Placement, Subject
from members.registers.people import MemberRegister
from registers.exchange import import_rows
from tests.members.people.helpers import GUOSHANG, ID_NUMBER, rows_of


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
