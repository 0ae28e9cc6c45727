"""Goods for points (P23): what may be redeemed, by whom, and what the database refuses by itself."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from members.actions import closes, entries, redemptions, transfers
from members.models import PointAccount, PointMovement, PointScore, QuarterClose, RewardGood
from members.points import crediting
from registers import jobs
from registers.errors import DomainError, Invalid, NotAllowed, NotFound, WrongState
from registers.models import CountySetting, Job
from tests.conftest import as_owner
from tests.members.points import shop, stage
from tests.members.points.stage import GUOSHANG, YUANQIAN
from tests.world import COUNTY, OTHER_TOWN, TOWN, build_world


@pytest.fixture
def counter(world):
    """A household with 100 points, and a good for 30 of which ten are there."""
    world.house = shop.household("H1", name="于海")
    shop.credited(world, world.house, 1000)
    world.good = shop.good()
    return world


def redeemed(world, quantity=2, **more):
    by = world.user(more.pop("by", "cunji"))
    return redemptions.redeem(by=by, subject=world.house, good=more.pop("good", world.good), quantity=quantity, **more)


def stock(good) -> int:
    return RewardGood.objects.unscoped("test").get(pk=good.pk).stock


def test_goods_for_points_and_back_once(counter):
    made = redeemed(counter)
    assert (made.points, shop.balance(counter.house), stock(counter.good)) == (-600, 400, 8)
    with pytest.raises(Invalid, match="原因"):
        redemptions.cancel(by=counter.user("cunji"), redemption=made, reason=" ")
    back = redemptions.cancel(by=counter.user("zhenjie"), redemption=made, reason="登记错了人")
    assert (back.created_by.username, back.reason) == ("zhenjie", "登记错了人")
    assert (shop.balance(counter.house), stock(counter.good)) == (1000, 10)
    with pytest.raises(WrongState, match="已经撤销"):
        redemptions.cancel(by=counter.user("cunji"), redemption=made, reason="再退一次")


def test_what_is_not_there_cannot_be_had(counter):
    with pytest.raises(Invalid, match="120.0 分，现有 100.0 分，不够"):
        redeemed(counter, 4)
    scarce = shop.good(name="毛巾", price=10, supplied=3)
    with pytest.raises(Invalid, match="只剩 3 瓶"):
        redeemed(counter, 4, good=scarce)
    for gone in (
        shop.good(name="明年的", offered_from=dt.date(2027, 1, 1)),
        shop.good(name="停了的", offered_to=shop.TODAY),
        shop.good(YUANQIAN, name="邻村的"),
    ):
        with pytest.raises(Invalid, match="没有这种物品"):
            redeemed(counter, 1, good=gone)
    with pytest.raises(Invalid, match="现在要 30.0 分"):
        redeemed(counter, 1, price=299)
    for area in (TOWN, COUNTY):  # what town and county keep is for the village too
        assert redeemed(counter, 1, good=shop.good(area, price=100)).points == -100
    assert shop.balance(counter.house) == 800


def test_villagers_by_default_and_members_where_the_county_says_so(counter):
    member = stage.member("M1")
    shop.credited(counter, member, 500)
    give = {"subject": member, "good": counter.good, "quantity": 1}
    with pytest.raises(Invalid, match="党员积分不兑换"):
        redemptions.redeem(by=counter.user("cunji"), **give)
    CountySetting.objects.create(area_code=COUNTY, key="points.redeem_members", value=True)
    assert redemptions.redeem(by=counter.user("cunji"), **give).points == -300


def test_each_clerk_redeems_for_his_own(counter):
    for name in ("zhenjie", "zhenshen", "xianji"):
        redeemed(counter, 1, by=name, good=shop.good(name=name, price=10))
    for name in ("lingdao", "zhenzhang"):
        with pytest.raises(NotAllowed):
            redeemed(counter, 1, by=name)
    with pytest.raises(NotFound):
        redeemed(counter, 1, by="qita")
    made = redeemed(counter, 1)
    with pytest.raises(NotFound):
        redemptions.cancel(by=counter.user("qita"), redemption=made, reason="核对")
    with pytest.raises(NotAllowed):
        redemptions.cancel(by=counter.user("lingdao"), redemption=made, reason="核对")


def test_who_left_redeems_no_more(counter):
    counter.house.is_active = False
    counter.house.save()
    with pytest.raises(WrongState, match="已不在册"):
        redeemed(counter)


def test_a_form_sent_twice_is_one_redemption(counter):
    token = "7d7c1e5c-4f0a-4f2e-8c57-0a4f3b6f7a10"
    assert redeemed(counter, 1, token=token).pk == redeemed(counter, 1, token=token).pk
    assert shop.balance(counter.house) == 700


def test_stock_is_supplied_by_the_form_and_given_by_redemptions(counter):
    redeemed(counter)
    by = counter.user("cunji")
    with pytest.raises(Invalid, match="已经兑换了 2 瓶"):
        redemptions.save_good(by=by, good=counter.good, supplied=1)
    redemptions.save_good(by=by, good=counter.good, supplied=12)
    assert stock(counter.good) == 10
    api = counter.api("cunji")
    before = api.get(f"/api/v1/point-goods/{counter.good.pk}/").json()
    redeemed(counter, 1)
    # A redemption is no change of what was typed: the version that was read still holds.
    body = {"price": "20.0", "version": before["version"]}
    answer = api.patch(f"/api/v1/point-goods/{counter.good.pk}/", body, format="json")
    assert answer.status_code == 200 and (answer.json()["given"], answer.json()["stock"]) == (3, 9)
    with pytest.raises(Invalid, match="没有找到这个区划"):
        redemptions.save_good(by=by, good=None, area_id=TOWN, name="镇里的", price=1, supplied=1)


# -- crediting


def households_scheme(world):
    stage.cover_town_step(TOWN)
    return stage.put_scheme(world.user("xianji"), subject_kind="household", code="CMH")


def lock(world, close=None) -> QuarterClose:
    """公示 and 审定 by the county, with the job that credits it run three times."""
    county = world.user("xianji")
    close = close or stage.closed(county)
    close = closes.confirm(close=closes.publish(close=close, by=county), by=county)
    job = Job.objects.unscoped("test").get(kind=crediting.JOB_KIND, params__close=close.pk)
    jobs.run(str(job.pk))
    jobs.run(str(job.pk))
    with transaction.atomic():
        assert crediting.book(close, by=county) == 0
    return close


def test_a_locked_quarter_credits_what_it_earned_once(counter):
    households_scheme(counter)
    idle, bad = shop.household("H2"), shop.household("H3")
    for _ in range(5):
        stage.approved(counter, counter.house, "A01")  # 5 × 2 points, capped at 6
    stage.approved(counter, counter.house, "D01")  # less 2
    stage.approved(counter, bad, "D01")  # below nothing is nothing
    lock(counter)
    assert [shop.balance(one) for one in (counter.house, idle, bad)] == [1040, 0, 0]
    total = PointScore.objects.unscoped("test").get(close_subject__subject=counter.house).total
    redeemed(counter)
    score = PointScore.objects.unscoped("test").get(close_subject__subject=counter.house)
    assert (score.total, score.rank_village) == (total, 1)  # spending lowers nothing


def test_a_members_scheme_credits_nobody(counter):
    stage.put_scheme(counter.user("xianji"))
    stage.member("M1")
    county = counter.user("xianji")
    closes.confirm(close=closes.publish(close=stage.closed(county), by=county), by=county)
    assert not Job.objects.unscoped("test").filter(kind=crediting.JOB_KIND).exists()


def test_a_quarter_locked_again_books_the_difference(counter):
    """More is credited, less is taken back; what was spent already is owed, and the next credit pays it."""
    households_scheme(counter)
    entry = stage.approved(counter, counter.house, "A02")
    second = stage.second_county_user()
    first = lock(counter)
    assert shop.balance(counter.house) == 1050

    def relocked(close, change):
        _, trial, job = closes.reopen(close=close, by=second, reason="核对")
        change()
        jobs.run(str(job.pk))
        trial.refresh_from_db()
        return lock(counter, trial)

    again = relocked(first, lambda: stage.approved(counter, counter.house, "B01", quantity=7))
    assert shop.balance(counter.house) == 1120
    redeemed(counter, 1, good=shop.good(name="电饭煲", price=1100))

    again = relocked(again, lambda: entries.reverse_entry(entry=entry, by=counter.user("zhenshen"), reason="记错"))
    account = PointAccount.objects.unscoped("test").get(subject=counter.house)
    assert (account.balance, account.owed) == (0, 30)

    relocked(again, lambda: stage.approved(counter, counter.house, "B01", quantity=5))
    account.refresh_from_db()
    assert (account.balance, account.owed) == (20, 0)
    earned = PointMovement.objects.unscoped("test").filter(subject=counter.house, quarter="2026Q3")
    assert sorted(earned.values_list("earned", "points")) == [(-50, -20), (50, 20), (50, 50), (70, 70)]


# -- expiry and moving


def test_points_expire_oldest_first_and_never_twice(counter):
    house = shop.household("H9")
    shop.credited(counter, house, 500, dt.date(2025, 10, 10), "2023Q2")
    shop.credited(counter, house, 300, dt.date(2026, 10, 10), "2023Q3")
    assert crediting.expire() == 0  # no county set it
    CountySetting.objects.create(area_code=COUNTY, key="points.expire_months", value=12)
    made = redemptions.redeem(by=counter.user("cunji"), subject=house, good=counter.good, quantity=1)
    assert crediting.expire() == 1 and crediting.expire() == 0
    assert shop.balance(house) == 300
    redemptions.cancel(by=counter.user("cunji"), redemption=made, reason="退回")
    assert shop.balance(house) == 600 and crediting.expire() == 0  # once a day


def test_a_balance_goes_with_its_subject(counter):
    county = counter.user("xianji")
    transfers.transfer(by=county, subject=counter.house, village=counter.village(YUANQIAN), on=shop.TODAY)
    moves = PointMovement.objects.unscoped("test").filter(kind__startswith="moved").order_by("points")
    assert [(one.village_id, one.points, one.on) for one in moves] == [
        (GUOSHANG, -1000, shop.TODAY), (YUANQIAN, 1000, shop.TODAY),
    ]  # fmt: skip
    assert shop.balance(counter.house) == 1000
    with pytest.raises(NotFound):
        redeemed(counter)
    assert redeemed(counter, 1, by="zhenjie", good=shop.good(YUANQIAN)).village_id == YUANQIAN


# -- what the database refuses by itself


def refused(statement: str, params=None) -> str:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
    return f"{error.value.__cause__.pgcode} {error.value}"


BY_HAND = (
    "UPDATE members_pointaccount SET balance = balance + 1",
    "UPDATE members_pointaccount SET owed = 0",
    "DELETE FROM members_pointaccount",
    "UPDATE members_rewardgood SET given = 0",
    "INSERT INTO members_pointaccount SELECT id, 100, 0 FROM members_subject WHERE number = 'H2'",
)


def test_nobody_writes_balances_or_stocks_by_hand(counter):
    shop.household("H2")
    redeemed(counter)
    for statement in ("UPDATE {} SET points = 1", "DELETE FROM {}", "TRUNCATE {}"):
        assert "permission denied" in refused(statement.format("members_pointmovement"))
    for statement in BY_HAND:
        assert refused(statement).startswith("LJ031"), statement
    assert "permission denied" in refused("TRUNCATE members_pointaccount")


COLUMNS = """subject_id village_id kind points on earned quarter close_id good_id quantity price cancels_id reason
             created_by_id created_at"""
COPY = "INSERT INTO members_pointmovement ({}) SELECT {} FROM members_pointmovement"


def movement(subject, **changes) -> tuple[str, list]:
    """INSERT of the subject's last redemption anew with some columns changed (given as SQL)."""
    quoted = [f'"{name}"' for name in COLUMNS.split()]
    values = [changes.get(name, quote) for name, quote in zip(COLUMNS.split(), quoted, strict=True)]
    last = " WHERE kind = 'redeem' AND subject_id = %s ORDER BY id DESC LIMIT 1"
    return COPY.format(", ".join(quoted), ", ".join(values)) + last, [subject.pk]


NO_GOOD = {"good_id": "NULL", "quantity": "NULL", "price": "NULL"}
CANCEL = {"kind": "'cancel'", "points": "-points", "cancels_id": "id", "reason": "'退'"}
WRONG = (
    ({"quantity": "10", "points": "-10 * price"}, "point_balance_not_negative"),
    ({"price": "1", "points": "-quantity"}, "LJ032"),
    ({"points": "-1"}, "movement_has_its_sign"),
    ({"good_id": "NULL"}, "goods_of_a_redemption"),
    ({"village_id": f"'{YUANQIAN}'"}, "LJ032"),
    ({"on": "date '2020-01-01'"}, "LJ032"),
    (CANCEL | {"quantity": "2", "points": "2 * price"}, "LJ032"),
    (CANCEL | {"reason": "''"}, "cancelled_with_a_reason"),
    (NO_GOOD | {"kind": "'moved_out'"}, "LJ032"),
    (
        NO_GOOD | {"kind": "'credit'", "points": "100"},
        "credit_of_a_close",
    ),
)


def test_a_movement_that_does_not_add_up_is_refused(counter):
    made = redeemed(counter, 1)
    scarce = shop.good(name="毛巾", price=1, supplied=1)
    for changes, why in WRONG:
        assert why in refused(*movement(counter.house, **changes)), changes
    one = {"good_id": str(scarce.pk), "price": "1", "quantity": "2", "points": "-2"}
    assert "stock_not_negative" in refused(*movement(counter.house, **one))
    redemptions.cancel(by=counter.user("cunji"), redemption=made, reason="退回")
    assert "cancels_id" in refused(*movement(counter.house, **CANCEL))
    assert (shop.balance(counter.house), stock(counter.good), stock(scarce)) == (1000, 10, 1)


def test_a_quarter_credits_only_once_it_is_locked(counter):
    households_scheme(counter)
    close = stage.closed(counter.user("xianji"))
    with pytest.raises(DatabaseError, match="审定的季度才能入账"), transaction.atomic():
        PointMovement.objects.create(
            subject=counter.house, village_id=GUOSHANG, kind="credit", points=1, earned=1, on=shop.TODAY,
            quarter="2026Q3", close=close,
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="close_credited_once"), transaction.atomic():
        shop.credited(counter, counter.house, 5)


@pytest.mark.django_db(transaction=True)
def test_the_owner_too_is_refused(transactional_db):
    world = build_world()
    world.house = shop.household("H1")
    shop.household("H2")
    shop.credited(world, world.house, 1000)
    world.good = shop.good()
    redeemed(world)
    with as_owner():
        assert refused("UPDATE members_pointmovement SET points = 1").startswith("LJ030")
        assert refused("DELETE FROM members_pointmovement").startswith("LJ030")
        for statement in BY_HAND:
            assert refused(statement).startswith("LJ031"), statement
    assert shop.balance(world.house) == 400


def test_another_towns_goods_are_unknown(counter):
    far = shop.good(f"{OTHER_TOWN}201")
    with pytest.raises(DomainError, match="没有这种物品"):
        redeemed(counter, 1, good=far)
