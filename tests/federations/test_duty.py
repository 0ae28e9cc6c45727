"""The duty rota (P12): a week at once, swaps that are kept, and who is put down twice."""

import datetime as dt

import pytest

from federations.actions.duty import save_week, swap_duty
from federations.duty import clashes, week_of
from federations.models import DutyShift, DutySwap
from registers.errors import Invalid, NotAllowed, NotFound
from tests.federations.helpers import NORTH, SOUTH, found, run_sql, secretary
from tests.registers.suite_pages.browsing import text_of

MONDAY = dt.date(2026, 11, 16)


def on(n: int) -> dt.date:
    return MONDAY + dt.timedelta(days=n)


@pytest.fixture
def rota(world, zhanjiang):
    places = {(on(0), "morning"): ["王平", "李军"], (on(0), "night"): ["王平"], (on(2), "night"): ["李军"]}
    save_week(by=world.user("zhenjie"), federation=zhanjiang, monday=MONDAY, places=places)
    return zhanjiang


def names(federation) -> set[tuple[int, str, str]]:
    rows = DutyShift.objects.unscoped("test").filter(federation=federation)
    return {((row.on - MONDAY).days, row.shift, row.person) for row in rows}


def test_a_week_is_saved_at_once_and_who_stays_keeps_his_task(world, rota):
    DutyShift.objects.unscoped("test").filter(person="王平", shift="morning").update(task="窗口")
    saved = save_week(
        by=world.user("zhenjie"), federation=rota, monday=MONDAY,
        places={(on(0), "morning"): ["王平"], (on(1), "morning"): ["赵六"]},
    )  # fmt: skip
    assert saved == (1, 3)
    assert names(rota) == {(0, "morning", "王平"), (1, "morning", "赵六")}
    assert DutyShift.objects.unscoped("test").get(person="王平").task == "窗口"
    with pytest.raises(Invalid):
        save_week(by=world.user("zhenjie"), federation=rota, monday=MONDAY, places={(on(7), "morning"): ["甲"]})


def test_who_writes_the_rota(world, rota):
    place = {(on(3), "morning"): ["赵六"]}
    save_week(by=secretary(rota), federation=rota, monday=MONDAY, places=place)  # his own federation's
    for username, wrong in (("lingdao", NotAllowed), ("qita", NotFound)):
        with pytest.raises(wrong):
            save_week(by=world.user(username), federation=rota, monday=MONDAY, places={})
    assert names(rota) == {(3, "morning", "赵六")}


def test_a_swap_changes_the_rota_and_is_kept_for_good(world, rota):
    rows = DutyShift.objects.unscoped("test").filter(federation=rota, shift="night").order_by("on")
    swap = swap_duty(by=world.user("zhenjie"), shift=rows[0], back=rows[1], taken_by="", reason="开会")
    assert (swap.given_by, swap.taken_by, swap.back_on) == ("王平", "李军", on(2))
    assert names(rota) >= {(0, "night", "李军"), (2, "night", "王平")}
    stand_in = swap_duty(by=world.user("zhenjie"), shift=rows[0], taken_by="赵 六", reason="家中有事")
    assert (stand_in.given_by, stand_in.taken_by, stand_in.back_on) == ("李军", "赵六", None)
    for facts, field in (
        ({"taken_by": "", "reason": "有事"}, "taken_by"),
        ({"taken_by": "赵六", "reason": "有事"}, "taken_by"),
        ({"taken_by": "钱七", "reason": " "}, "reason"),
    ):
        with pytest.raises(Invalid) as error:
            swap_duty(by=world.user("zhenjie"), shift=rows[0], **facts)
        assert error.value.field == field
    assert DutySwap.objects.unscoped("test").count() == 2
    for statement in ("UPDATE federations_dutyswap SET reason = 'x'", "DELETE FROM federations_dutyswap"):
        with pytest.raises(Exception, match="permission denied"):
            run_sql(statement)


def test_nobody_is_swapped_onto_a_shift_he_has(world, rota):
    morning = DutyShift.objects.unscoped("test").get(person="王平", shift="morning")
    with pytest.raises(Invalid, match="李军已排在"):
        swap_duty(by=world.user("zhenjie"), shift=morning, taken_by="李军", reason="有事")
    assert not DutySwap.objects.unscoped("test").exists()


def test_one_person_in_two_places_at_once_warns_and_is_not_forbidden(world, rota):
    other = found(world, "zhenjie", "唐家新村", [NORTH, SOUTH])
    told = clashes(world.user("zhenjie"), other, [(on(0), "morning", "王平"), (on(1), "morning", "王平")])
    assert told == ["王平 2026-11-16 上午已排在“湛江路新村”"]
    assert clashes(world.user("qita"), None, [(on(0), "morning", "王平")]) == []
    client = world.client("zhenjie")
    form = {"federation": other.pk, "on": "2026-11-16", "shift": "morning", "person": "王平"}
    asked = client.post("/duty-shifts/new/", form)
    assert asked.status_code == 400 and "已排在“湛江路新村”" in text_of(asked)
    assert client.post("/duty-shifts/new/", form | {"warning_reason": "同名两人"}).status_code == 302
    page = text_of(client.get(f"/duty-shifts/week/?federation={other.pk}&week=2026-11-16"))
    assert "同一时间排了两处" in page


def test_the_week_knows_holidays_and_make_up_days(world, zhanjiang):
    days = week_of(world.user("zhenjie"), zhanjiang, dt.date(2026, 9, 28))  # the week of the national day
    assert [day.mark for day in days] == ["", "", "", "休", "休", "休", "休"]


def test_the_week_is_written_copied_and_swapped_in_the_browser(world, rota):
    client = world.client("zhenjie")
    week = f"/duty-shifts/week/?federation={rota.pk}&week=2026-11-18"
    page = text_of(client.get(week))
    assert "2026年11月16日—22日" in page and "王平" in page and "编排本周" in page
    entry = f"/federations/{rota.pk}/rota/?week=2026-11-23&copy=1"
    copied = client.get(entry).content.decode()
    assert 'name="2026-11-23-morning" value="王平、李军"' in " ".join(copied.split())
    assert not any(place[0] > 6 for place in names(rota))  # nothing is saved yet
    answer = client.post(entry, {"2026-11-23-morning": "王平，赵六", "2026-11-24-night": ""})
    assert answer.status_code == 302 and (7, "morning", "赵六") in names(rota)
    shift = DutyShift.objects.unscoped("test").get(on=on(0), shift="night")
    assert client.post(f"/duty-shifts/{shift.pk}/swap/", {"taken_by": "孙明", "reason": "培训"}).status_code == 302
    page = text_of(client.get(week))
    assert "王平 → 孙明" in page and "替班" in page and "培训" in page
    printed = text_of(client.get(f"{week}&print=1"))
    assert "湛江路新村值班表" in printed and "由王平换为孙明" in printed
    reader = text_of(world.client("lingdao").get(week))
    assert "编排本周" not in reader and "王平" in reader


def test_shifts_to_swap_with_stand_in_the_order_of_the_day(world, rota):
    save_week(
        by=world.user("zhenjie"), federation=rota, monday=MONDAY,
        places={(on(0), "night"): ["王平"], (on(1), "night"): ["甲"], (on(1), "afternoon"): ["乙"],
                (on(1), "morning"): ["丙"]},
    )  # fmt: skip
    shift = DutyShift.objects.unscoped("test").get(on=on(0), shift="night")
    page = text_of(world.client("zhenjie").get(f"/duty-shifts/{shift.pk}/swap/"))
    assert page.index("上午 丙") < page.index("下午 乙") < page.index("夜间 甲")


def test_the_rota_opens_where_one_is_written(world, rota):
    found(world, "zhenjie", "阿姓新村", [NORTH, SOUTH])  # the first by name has none
    page = text_of(world.client("zhenjie").get("/duty-shifts/week/?week=2026-11-18"))
    assert "值班表 湛江路新村" in " ".join(page.split())


@pytest.mark.parametrize("query", ["?week=昨天", "?week=0001-01-01", "?federation=abc", "?federation=999999"])
def test_odd_weeks_and_federations_are_nowhere(world, rota, query):
    assert world.client("zhenjie").get(f"/duty-shifts/week/{query}").status_code == 404
