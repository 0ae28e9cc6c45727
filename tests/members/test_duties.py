"""Rules of duty lists, contracts and reviews (P22) beyond the inherited suites."""

import datetime as dt
import re

import pytest
from django.db import DatabaseError, connection, transaction

from members.actions.contracts import save_contracts, save_results, sign_many, unsigned
from members.actions.duties import items_of, new_version, put_in_force, remove_list, save_items, save_list
from members.actions.people import add_member
from members.models import DutyBoard, DutyContract, DutyItem, DutyList
from members.queries.duty_boards import parts_of
from registers.errors import Invalid, ItemErrors, WrongState
from tests.members.points.stage import put_scheme
from tests.members.samples_duties import FIRST, add_item, house_in, review_in, running_list, signed
from tests.world import TOWN, World
from villages.models import Village

pytestmark = pytest.mark.django_db
OWN, NEXT = "371083101223", "371083101224"


@pytest.fixture
def village(world: World) -> Village:
    return world.village(OWN)


def refused(call, *args, **kwargs) -> str:
    """What the one item was refused for."""
    with pytest.raises(ItemErrors) as caught:
        call(*args, **kwargs)
    return next(iter(caught.value.errors.values())).message


def contract(world: World, duty_list: DutyList, subject, on=FIRST) -> dict:
    return {
        "by": world.user("xianji"),
        "items": [({"duty_list": duty_list, "member_no": subject, "signed_on": on}, None)],
    }


def test_versions_are_numbered_by_place_and_kind_and_copied(world, village):
    by = world.user("cunji")
    first = running_list(world, village)
    assert first.number == 1
    with pytest.raises(Invalid, match="以后开始"):
        new_version(by=by, duty_list=first, name="第二版", valid_from=FIRST)
    second = new_version(by=by, duty_list=first, name="第二版", valid_from=dt.date(2026, 6, 1))
    assert (second.number, second.state) == (2, "draft")
    assert [item.name for item in items_of(second)] == ["事项1"]
    other_book = save_list(by=by, area=village.area, name="党员清单", subject_kind="member", valid_from=FIRST)
    assert other_book.number == 1
    with pytest.raises(Invalid, match="村居或镇街"):
        save_list(
            by=world.user("xianji"), area=world.area("371083"), name="县", subject_kind="member", valid_from=FIRST
        )


def test_in_force_nothing_changes_but_the_note(world, village):
    by = world.user("zhenjie")
    empty = save_list(by=by, area=village.area, name="空", subject_kind="member", valid_from=FIRST)
    with pytest.raises(WrongState, match="还没有事项"):
        put_in_force(by=by, duty_list=empty)
    remove_list(by=by, duty_list=empty)
    running = running_list(world, village)
    facts = {"area": running.area, "subject_kind": running.subject_kind, "valid_from": FIRST}
    assert save_list(by=by, duty_list=running, name=running.name, note="改了说明", **facts).note == "改了说明"
    with pytest.raises(WrongState, match="另建新版本"):
        save_list(by=by, duty_list=running, name="改名", **facts)
    with pytest.raises(WrongState, match="不能删除"):
        remove_list(by=by, duty_list=running)
    page = world.client("zhenjie").get(f"/duty-lists/{running.pk}/").content.decode()
    assert f"/duty-lists/{running.pk}/edit/" in page and f"/duty-lists/{running.pk}/delete/" not in page
    with pytest.raises(WrongState):
        put_in_force(by=by, duty_list=running)
    assert "已经启用" in refused(add_item, world, running, 2)
    item = DutyItem.objects.unscoped("test").get(duty_list=running)
    for statement in (
        "UPDATE members_dutyitem SET name = 'x' WHERE duty_list_id = %s",
        "DELETE FROM members_dutyitem WHERE duty_list_id = %s",
        "UPDATE members_dutylist SET name = 'x' WHERE id = %s",
        "UPDATE members_dutylist SET state = 'draft' WHERE id = %s",
    ):
        with pytest.raises(DatabaseError, match="启用"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [running.pk])
    item.refresh_from_db()
    assert item.name == "事项1"


def test_what_may_not_be_scored_is_no_duty_and_codes_are_of_the_scheme(world, village):
    draft = save_list(
        by=world.user("cunji"), area=village.area, name="草稿", subject_kind="member", valid_from=dt.date(2026, 7, 1)
    )
    assert "信访" in refused(add_item, world, draft, name="不信访")
    assert "捐款捐物" in refused(add_item, world, draft, content="带头捐款")
    assert "还没有党员的积分办法" in refused(add_item, world, draft, item_codes="B01")
    put_scheme(world.user("xianji"))
    assert "没有积分项目“Z9”" in refused(add_item, world, draft, item_codes="B01，Z9")
    assert add_item(world, draft, item_codes="B01，A01 B01").item_codes == "B01、A01"


def test_a_list_is_signed_by_its_kind_at_its_place_once_in_force(world, village):
    running = running_list(world, village)
    draft = save_list(
        by=world.user("xianji"), area=village.area, name="草稿", subject_kind="household", valid_from=FIRST
    )
    house, elsewhere = house_in(world, village, "于成"), house_in(world, world.village(NEXT), "于海")
    member = add_member(by=world.user("xianji"), name="王平", village=village)
    assert "还没有启用" in refused(save_contracts, **contract(world, draft, house))
    assert "是村民户签的" in refused(save_contracts, **contract(world, running, member))
    assert "不在这份清单" in refused(save_contracts, **contract(world, running, elsewhere))
    assert "至今天之间" in refused(save_contracts, **contract(world, running, house, dt.date(2025, 12, 31)))
    made = save_contracts(**contract(world, running, house))[0]
    assert made.village_id == OWN
    for change, value in (("subject_id", member.pk), ("duty_list_id", draft.pk)):
        with pytest.raises(DatabaseError, match="对象类别相同"), transaction.atomic():
            DutyContract.objects.unscoped("test").filter(pk=made.pk).update(**{change: value})


def test_many_sign_at_once_and_the_rest_is_told(world, village):
    running = running_list(world, village)
    houses = [house_in(world, village, f"户{number}") for number in range(4)]
    by = world.user("cunji")
    assert sign_many(by=by, duty_list=running, subjects=[one.pk for one in houses[:3]], signed_on=FIRST) == 3
    assert sign_many(by=by, duty_list=running, subjects=[houses[0].pk], signed_on=FIRST) == 0
    assert list(unsigned(by, running)) == houses[3:]
    with pytest.raises(Invalid):
        sign_many(by=by, duty_list=running, subjects=[houses[3].pk], signed_on=dt.date(2020, 1, 1))


def test_a_village_signs_the_list_of_its_town_and_cannot_change_it(world, village):
    town_list = save_list(
        by=world.user("zhenjie"), area=world.area(TOWN), name="全镇清单", subject_kind="household", valid_from=FIRST
    )
    clerk = world.user("cunji")
    with pytest.raises(Invalid):
        save_list(
            by=clerk, duty_list=town_list, area=town_list.area, name="改", subject_kind="household", valid_from=FIRST
        )
    add_item(world, town_list)
    put_in_force(by=world.user("zhenjie"), duty_list=town_list)
    mine, others = house_in(world, village, "于成"), house_in(world, world.village(NEXT), "于海")
    assert DutyList.objects.visible_to(clerk).filter(pk=town_list.pk).exists()
    assert not DutyList.objects.changeable_by(clerk).filter(pk=town_list.pk).exists()
    page = world.client("cunji")
    shown = page.get(f"/duty-lists/{town_list.pk}/signing/")
    assert mine.number in shown.content.decode() and others.number not in shown.content.decode()
    answer = page.post(f"/duty-lists/{town_list.pk}/signing/", {"pk": [mine.pk, others.pk], "signed_on": "2026-02-01"})
    assert answer.status_code == 302
    assert [row.subject for row in DutyContract.objects.unscoped("test")] == [mine]
    assert page.post(f"/duty-lists/{town_list.pk}/signing/", {"signed_on": "2026-02-01"}).status_code == 400
    typed = page.post(
        "/duty-contracts/new/", {"duty_list": "全镇清单", "member_no": mine.number, "signed_on": "2026-02-01"}
    )
    assert "已有相同的记录" in typed.content.decode()


def test_a_review_finds_only_who_signed_and_no_petitions(world, village):
    made = signed(world, village, "于成")
    review = review_in(world, village, "上半年评约")
    stranger = house_in(world, village, "没签的")
    by = world.user("cunji")

    def result(subject, **more):
        return {"by": by, "items": [({"review": review, "member_no": subject, "result": "kept"} | more, None)]}

    assert "先登记签约" in refused(save_results, **result(stranger))
    assert "信访" in refused(save_results, **result(made.subject, note="多次上访"))
    assert save_results(**result(made.subject))[0].result == "kept"


@pytest.mark.parametrize(("names", "told"), [("full", "王秀兰"), ("masked", "王*兰"), ("numbers", None)])
def test_the_board_shows_names_as_the_village_chose(world, village, django_assert_max_num_queries, names, told):
    made = signed(world, village, "王秀兰")
    review = review_in(world, village, "上半年评约")
    save_results(
        by=world.user("cunji"), items=[({"review": review, "member_no": made.subject, "result": "mostly"}, None)]
    )
    board = DutyBoard.objects.create(village=village, names=names)
    with django_assert_max_num_queries(12):
        part = parts_of(board, world.user("cunji"))[0]
    assert (part.of, len(part.signed), part.results) == (1, 1, [])  # not posted yet
    review.posted_on = dt.date(2026, 7, 10)
    review.save()
    wanted = told or made.subject.number
    for face in ("sheet", "screen"):
        text = world.client("cunji").get(f"/duty-boards/{board.pk}/{face}/").content.decode()
        assert wanted in text and "基本履约" in text and "<script>" not in text and "style=" not in text
        assert names == "full" or "王秀兰" not in text
    assert 'class="brand-bar"' not in text  # the screen has no menu


def test_the_board_takes_the_village_list_before_the_town_list_and_the_newest(world, village):
    by = world.user("zhenjie")
    town = save_list(by=by, area=world.area(TOWN), name="全镇", subject_kind="household", valid_from=FIRST)
    add_item(world, town)
    put_in_force(by=by, duty_list=town)
    board = DutyBoard.objects.create(village=village)
    clerk = world.user("cunji")
    assert [part.duty_list for part in parts_of(board, clerk)] == [town]
    own = running_list(world, village)
    later = new_version(by=by, duty_list=own, name="第二版", valid_from=dt.date(2026, 6, 1))
    assert [part.duty_list for part in parts_of(board, clerk)] == [own]
    put_in_force(by=by, duty_list=later)
    assert [part.duty_list for part in parts_of(board, clerk)] == [later]


def test_kind_of_a_list_with_point_items_stays(world, village):
    put_scheme(world.user("xianji"))
    by = world.user("cunji")
    draft = save_list(by=by, area=village.area, name="草稿", subject_kind="member", valid_from=dt.date(2026, 7, 1))
    save_items(
        by=by,
        items=[({"duty_list": draft, "number": 1, "name": "志愿服务", "responsible": "党员", "content": "清理沟渠",
                 "frequency": "每月", "item_codes": "B01"}, None)],
    )  # fmt: skip
    with pytest.raises(WrongState, match="先清空"):
        save_list(by=by, duty_list=draft, area=village.area, name="草稿", subject_kind="household", valid_from=FIRST)


def test_the_items_of_a_list_are_pasted_from_its_page(world, village):
    """The grid opens knowing which list its new rows belong to; a list out of sight is no list."""
    draft = save_list(
        by=world.user("cunji"), area=village.area, name="代表清单", subject_kind="representative", valid_from=FIRST
    )
    address = f"/duty-items/grid/?duty_list={draft.pk}"
    assert f'href="{address}"' in world.client("cunji").get(f"/duty-lists/{draft.pk}/").content.decode()

    def presets(who: str, path: str) -> list:
        return world.client(who).get(path).context["data"]["presets"]

    assert presets("cunji", address) == [(0, "代表清单")]
    assert presets("qita", address) == [] == presets("cunji", "/duty-items/grid/?duty_list=x")


def test_a_refused_signing_keeps_who_was_ticked(world, village):
    running = running_list(world, village)
    house = house_in(world, village, "于户")
    body = {"pk": [house.pk], "signed_on": (FIRST - dt.timedelta(days=1)).isoformat()}
    answer = world.client("cunji").post(f"/duty-lists/{running.pk}/signing/", body)
    page = answer.content.decode()
    assert answer.status_code == 400 and "没有登记：签约日期应在" in page
    assert [row["pk"] for row in answer.context["rows"] if row["ticked"]] == [house.pk]
    assert re.search(rf'value="{house.pk}"[^>]*\bchecked', page)
