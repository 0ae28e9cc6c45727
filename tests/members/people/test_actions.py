"""Adding, changing, moving and ending members (P20)."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connections, transaction

from lianjian import clock
from members.actions.people import add_member, add_subject, change_member, end_member
from members.actions.placements import apply_due_placements
from members.actions.transfers import transfer
from members.models import NumberSeries, PartyOrganization, Person, Placement, QuarterClose, Subject
from members.queries.people import binding_quarters_since, subject_by_number
from registers.errors import Invalid, NotAllowed, NotFound, WrongState
from tests.world import build_world

TODAY = dt.date(2026, 11, 20)
GUOSHANG, YUANQIAN, BAISHATAN = "371083101223", "371083101224", "371083102201"


def branch(world, code, name="党支部"):
    return PartyOrganization.objects.create(name=f"{world.area(code).short_name}{name}", area_id=code)


def stays(subject):
    rows = Placement.objects.unscoped("test").filter(subject=subject)
    return [(row.village_id, row.valid_from, row.valid_to) for row in rows]


@pytest.fixture
def clerk(world):
    return world.user("zhenjie")


@pytest.fixture
def member(world, clerk):
    return add_member(by=clerk, name="单雄", village=world.village(GUOSHANG), joined_on=dt.date(2001, 7, 1))


def test_a_new_member_has_a_number_a_place_and_pinyin(world, clerk, member):
    assert member.number == "3710830000001" and member.is_active
    assert (member.person.pinyin, member.person.initials) == ("shan xiong", "sx")
    assert member.person.area_id == GUOSHANG
    assert stays(member) == [(GUOSHANG, dt.date(2001, 7, 1), None)]


def test_without_any_date_a_member_counts_in_every_quarter(world, clerk):
    member = add_member(by=clerk, name="王平", village=world.village(GUOSHANG))
    assert stays(member) == [(GUOSHANG, dt.date(1949, 10, 1), None)]


def test_the_only_branch_of_the_village_is_taken(world, clerk):
    only = branch(world, GUOSHANG)
    assert add_member(by=clerk, name="王平", village=world.village(GUOSHANG)).organization == only
    branch(world, GUOSHANG, "第二党支部")
    assert add_member(by=clerk, name="李平", village=world.village(GUOSHANG)).organization is None


def test_a_branch_of_another_town_is_refused(world, clerk):
    other = branch(world, BAISHATAN)
    with pytest.raises(Invalid, match="不在这个村居所属的镇街"):
        add_member(by=clerk, name="王平", village=world.village(GUOSHANG), organization=other)


def test_a_village_out_of_reach_reads_like_an_unknown_one(world, clerk):
    with pytest.raises(Invalid, match="没有找到这个村居"):
        add_member(by=clerk, name="王平", village=world.village(BAISHATAN))


def test_numbers_step_over_those_that_were_typed(world, clerk):
    add_member(by=clerk, name="王平", village=world.village(GUOSHANG), member_no="3710830000002")
    numbers = [add_member(by=clerk, name="李平", village=world.village(GUOSHANG)).number for _ in range(3)]
    assert numbers == ["3710830000001", "3710830000003", "3710830000004"]


def test_a_number_in_use_is_refused_with_words(world, clerk, member):
    with pytest.raises(Invalid, match="这个编号不能使用"):
        add_member(by=clerk, name="王平", village=world.village(GUOSHANG), member_no=member.number)


def test_an_id_number_used_elsewhere_tells_nothing_about_where(world, clerk):
    number = "371083199001011232"
    add_member(by=world.user("qita"), name="赵远方", village=world.village(BAISHATAN), id_number=number)
    with pytest.raises(Invalid) as error:
        add_member(by=clerk, name="王平", village=world.village(GUOSHANG), id_number=number)
    assert error.value.field == "id_number"
    assert (
        "赵远方" not in error.value.message and "海阳所" not in error.value.message and number not in str(error.value)
    )


def test_the_other_books_keep_only_a_name(world, clerk):
    household = add_subject(by=clerk, kind="household", name="王平", village=world.village(GUOSHANG))
    assert household.person is None and household.number == "3710830000001"


def test_the_gender_comes_from_the_id_number(world, clerk):
    member = add_member(by=clerk, name="王平", village=world.village(GUOSHANG), id_number="371083199001011232")
    assert member.person.gender == "m"


def test_changing_a_name_keeps_the_number_and_renews_the_pinyin(world, clerk, member):
    change_member(by=clerk, subject=member, name="曾雄", phone="13900000001")
    changed = subject_by_number(clerk, member.number)
    assert (changed.name, changed.person.name, changed.person.initials) == ("曾雄", "曾雄", "zx")
    assert changed.person.phone == "13900000001"


def test_the_same_number_again_is_not_sealed_anew(world, clerk, member):
    change_member(by=clerk, subject=member, phone="13900000001")
    sealed = Person.objects.unscoped("test").get(pk=member.person_id).phone_sealed
    change_member(by=clerk, subject=member, phone="13900000001")
    assert Person.objects.unscoped("test").get(pk=member.person_id).phone_sealed == sealed


def test_who_may_not_change(world, member):
    with pytest.raises(NotFound):
        change_member(by=world.user("qita"), subject=member, name="王平")
    with pytest.raises(NotAllowed):
        change_member(by=world.user("cunji"), subject=member, name="王平")


# -- transfers


def test_a_transfer_today(world, clerk, member):
    moved = transfer(by=clerk, subject=member, village=world.village(YUANQIAN), on=TODAY)
    assert moved.village_id == YUANQIAN and moved.person.area_id == YUANQIAN
    assert stays(member) == [(GUOSHANG, dt.date(2001, 7, 1), TODAY), (YUANQIAN, TODAY, None)]


def test_a_transfer_ahead_waits_for_its_day(world, clerk, member):
    day = dt.date(2026, 12, 1)
    moved = transfer(by=clerk, subject=member, village=world.village(YUANQIAN), on=day)
    assert moved.village_id == GUOSHANG
    assert apply_due_placements(on=dt.date(2026, 11, 30)) == 0
    assert apply_due_placements(on=day) == 1
    assert apply_due_placements(on=day) == 0
    assert subject_by_number(clerk, member.number).village_id == YUANQIAN


def test_a_transfer_behind_keeps_later_moves(world, clerk, member):
    transfer(by=clerk, subject=member, village=world.village(YUANQIAN), on=dt.date(2026, 6, 1))
    transfer(by=clerk, subject=member, village=world.village("371083101222"), on=dt.date(2026, 3, 1))
    assert stays(member) == [
        (GUOSHANG, dt.date(2001, 7, 1), dt.date(2026, 3, 1)),
        ("371083101222", dt.date(2026, 3, 1), dt.date(2026, 6, 1)),
        (YUANQIAN, dt.date(2026, 6, 1), None),
    ]


def test_a_transfer_on_the_same_day_corrects_it_and_going_back_joins_the_stays(world, clerk, member):
    transfer(by=clerk, subject=member, village=world.village(YUANQIAN), on=TODAY)
    transfer(by=clerk, subject=member, village=world.village("371083101222"), on=TODAY)
    assert stays(member)[-1] == ("371083101222", TODAY, None)
    transfer(by=clerk, subject=member, village=world.village(GUOSHANG), on=TODAY)
    assert stays(member) == [(GUOSHANG, dt.date(2001, 7, 1), None)]


def test_transfers_that_make_no_sense(world, clerk, member):
    with pytest.raises(Invalid, match="不用调动"):
        transfer(by=clerk, subject=member, village=world.village(GUOSHANG), on=TODAY)
    with pytest.raises(Invalid, match="不能早于"):
        transfer(by=clerk, subject=member, village=world.village(YUANQIAN), on=dt.date(1999, 1, 1))
    with pytest.raises(Invalid, match="没有找到这个村居"):
        transfer(by=clerk, subject=member, village=world.village(BAISHATAN), on=TODAY)
    with pytest.raises(NotFound):
        transfer(by=world.user("qita"), subject=member, village=world.village(BAISHATAN), on=TODAY)


def test_the_county_moves_between_towns(world, member):
    moved = transfer(by=world.user("xianji"), subject=member, village=world.village(BAISHATAN), on=TODAY)
    assert moved.village_id == BAISHATAN
    with pytest.raises(NotFound):
        subject_by_number(world.user("zhenjie"), member.number)


def test_closed_quarters_that_keep_the_old_place_are_named(world, member):
    for quarter in ("2026Q1", "2026Q2"):
        close = QuarterClose.objects.create(
            area_id="371083",
            quarter=quarter,
            number=1,
            started_by=world.user("xianji"),
            whole_at=clock.now(),
            digest="x",
        )
        close.state, close.published_by, close.published_at = "published", world.user("xianji"), clock.now()
        close.save()
    assert [str(quarter) for quarter in binding_quarters_since(GUOSHANG, dt.date(2026, 5, 1))] == ["2026Q2"]
    assert binding_quarters_since(GUOSHANG, dt.date(2026, 7, 1)) == []


def test_the_database_itself_refuses_two_places_at_once(world, member):
    again = Placement(subject=member, village_id=YUANQIAN, valid_from=TODAY)
    with pytest.raises(IntegrityError, match="one_placement_at_a_time"), transaction.atomic():
        Placement.objects.bulk_create([again])


# -- leaving


def test_a_member_who_left_stays_in_the_history(world, clerk, member):
    left = end_member(by=clerk, subject=member, on=TODAY, reason="组织关系转出")
    assert not left.is_active and stays(member) == [(GUOSHANG, dt.date(2001, 7, 1), TODAY)]
    with pytest.raises(WrongState):
        end_member(by=clerk, subject=member, on=TODAY, reason="组织关系转出")
    with pytest.raises(WrongState):
        transfer(by=clerk, subject=member, village=world.village(YUANQIAN), on=TODAY)


def test_leaving_ahead_waits_for_its_day(world, clerk, member):
    left = end_member(by=clerk, subject=member, on=dt.date(2026, 12, 1), reason="组织关系转出")
    assert left.is_active
    apply_due_placements(on=dt.date(2026, 12, 1))
    assert not subject_by_number(clerk, member.number).is_active


# -- many at once


@pytest.mark.django_db(transaction=True)
def test_numbers_taken_at_the_same_moment_differ():
    world = build_world()
    village, clerk = world.village(GUOSHANG), world.user("zhenjie")
    start = threading.Barrier(4)
    failures = []

    def work():
        try:
            start.wait()
            for index in range(5):
                add_member(by=clerk, name=f"并发{index}", village=village)
        except Exception as error:  # noqa: BLE001 -- shown by the assertion below
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    numbers = sorted(Subject.objects.unscoped("test").values_list("number", flat=True))
    assert numbers == [f"371083{number:07d}" for number in range(1, 21)]
    assert NumberSeries.objects.get().last == 20
