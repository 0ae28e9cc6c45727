"""Redemption over REST: idempotency, many at once, accounts and the month's statement (P23)."""

import datetime as dt
from io import BytesIO

import pytest
from openpyxl import load_workbook
from rest_framework.test import APIClient

from members.actions import redemptions, transfers
from members.models import PointMovement, RewardGood
from members.points import crediting
from registers.models import CountySetting
from tests.members.points import shop
from tests.members.points.stage import GUOSHANG, YUANQIAN
from tests.threads import at_once
from tests.world import COUNTY, TOWN, build_world

REDEEM, MONTHS = "/api/v1/point-redemptions/", "/api/v1/point-months/"


@pytest.fixture
def counter(world):
    world.house = shop.household("H1", name="于海")
    shop.credited(world, world.house, 1000, dt.date(2026, 9, 1))
    world.good = shop.good()
    return world


def asked(world, **more):
    return {"member_no": "H1", "good": world.good.pk, "quantity": 1} | more


def stock(world) -> int:
    return RewardGood.objects.unscoped("test").get(pk=world.good.pk).stock


def test_redeeming_and_cancelling(counter):
    api = counter.api("cunji")
    made = api.post(REDEEM, asked(counter, quantity=2, note="代领"), format="json", HTTP_IDEMPOTENCY_KEY="k1")
    assert made.status_code == 201
    row = made.json()
    assert (row["points"], row["state"], row["note"]) == ("60.0", "stands", "代领")
    again = api.post(REDEEM, asked(counter, quantity=2, note="代领"), format="json", HTTP_IDEMPOTENCY_KEY="k1")
    assert again.json() == row and again["Idempotent-Replayed"] == "true"
    assert api.post(REDEEM, asked(counter), format="json", HTTP_IDEMPOTENCY_KEY="k1").status_code == 422
    assert shop.balance(counter.house) == 400

    address = f"{REDEEM}{row['id']}/cancel/"
    assert api.post(address, {}, format="json").status_code == 400
    assert counter.api("qita").post(address, {"reason": "退"}, format="json").status_code == 404
    back = api.post(address, {"reason": "物品有破损"}, format="json", HTTP_IDEMPOTENCY_KEY="k2")
    assert back.status_code == 200
    assert (back.json()["state"], back.json()["cancel_reason"]) == ("cancelled", "物品有破损")
    same = api.post(address, {"reason": "物品有破损"}, format="json", HTTP_IDEMPOTENCY_KEY="k2")
    assert same.json() == back.json()
    assert api.post(address, {"reason": "再退"}, format="json").status_code == 409
    lines = api.get("/api/v1/point-accounts/H1/movements/").json()["results"]
    assert [(one["points"], one["balance"]) for one in lines] == [
        ("60.0", "100.0"), ("-60.0", "40.0"), ("100.0", "100.0"),
    ]  # fmt: skip


def test_what_is_wrong_is_said_at_its_field(counter):
    api = counter.api("cunji")
    for more, field in (
        ({"member_no": "H404"}, "member_no"),
        ({"good": 404}, "good"),
        ({"quantity": 4}, "quantity"),
        ({"quantity": 0}, "quantity"),
    ):
        answer = api.post(REDEEM, asked(counter, **more), format="json")
        assert answer.status_code == 400 and answer.json()["errors"][0]["field"] == field, answer.json()
    assert counter.api("lingdao").post(REDEEM, asked(counter), format="json").status_code == 403


# -- at the same moment


@pytest.fixture
def crowd(transactional_db):
    world = build_world()
    world.house = shop.household("H1")
    shop.credited(world, world.house, 1000)
    world.good = shop.good()
    return world


def posting(user, address, body, key=None):
    client = APIClient()
    client.force_authenticate(user)
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    return client.post(address, body, format="json", **headers)


@pytest.mark.django_db(transaction=True)
def test_thirty_two_equal_requests_are_one_redemption_and_one_cancellation(crowd):
    clerk = crowd.user("cunji")
    answers = at_once(32, lambda _: posting(clerk, REDEEM, asked(crowd), "one"))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert (shop.balance(crowd.house), stock(crowd)) == (700, 9)
    address = f"{REDEEM}{answers[0].json()['id']}/cancel/"
    answers = at_once(32, lambda _: posting(clerk, address, {"reason": "退"}, "two"))
    assert {answer.status_code for answer in answers} == {200} and len({answer.content for answer in answers}) == 1
    assert (shop.balance(crowd.house), stock(crowd)) == (1000, 10)
    assert PointMovement.objects.unscoped("test").count() == 3


@pytest.mark.django_db(transaction=True)
def test_thirty_two_different_requests_spend_no_more_than_there_is(crowd):
    """Points for three; then, in another house with more points, stock for seven; without deadlock."""
    clerk = crowd.user("cunji")
    answers = at_once(32, lambda _: posting(clerk, REDEEM, asked(crowd)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [400] * 29
    assert (shop.balance(crowd.house), stock(crowd)) == (100, 7)
    houses = [shop.household(f"R{number}") for number in range(4)]
    for house in houses:
        shop.credited(crowd, house, 3000)
    answers = at_once(32, lambda n: posting(clerk, REDEEM, asked(crowd, member_no=f"R{n % 4}")))
    assert sorted(answer.status_code for answer in answers) == [201] * 7 + [400] * 25
    assert stock(crowd) == 0 and sum(map(shop.balance, houses)) == 12000 - 7 * 300


@pytest.mark.django_db(transaction=True)
def test_expiry_meets_redemptions_cancellations_and_transfers(crowd):
    """Whatever comes first, nothing is lost or doubled and no old points outlive the night."""
    CountySetting.objects.create(area_code=COUNTY, key="points.expire_months", value=12)
    houses = [shop.household(f"E{number}") for number in range(6)]
    for house in houses:
        shop.credited(crowd, house, 1000, dt.date(2025, 1, 1), "2023Q2")
        shop.credited(crowd, house, 500, shop.TODAY, "2023Q3")
    clerk, county, village = crowd.user("zhenjie"), crowd.user("xianji"), crowd.village(YUANQIAN)
    cheap = shop.good(TOWN, "毛巾", price=100, supplied=100)

    def work(number):
        house = houses[number % 6]
        if number < 4:
            return crediting.expire()
        if number < 7:
            return transfers.transfer(by=county, subject=house, village=village, on=shop.TODAY)
        return redemptions.redeem(by=clerk, subject=house, good=cheap, quantity=1)

    at_once(16, work)
    rows = PointMovement.objects.unscoped("test")
    for house in houses:
        own = rows.filter(subject=house)
        spent = -sum(own.filter(kind="redeem").values_list("points", flat=True))
        expired = -sum(own.filter(kind="expire").values_list("points", flat=True))
        # Points spent before the night were the old ones, those spent after it the new ones.
        assert 1000 - spent <= expired <= 1000 and shop.balance(house) == 1500 - spent - expired
        assert shop.balance(house) == sum(own.values_list("points", flat=True))
        by_village = dict.fromkeys((GUOSHANG, YUANQIAN), 0)
        for village_id, points in own.values_list("village_id", "points"):
            by_village[village_id] += points
        house.refresh_from_db()
        assert by_village.pop(house.village_id) == shop.balance(house) and set(by_village.values()) == {0}


# -- the month


def test_a_months_statement_closes(counter, settings):
    settings.LIANJIAN_TODAY = dt.date(2026, 10, 8)
    made = redemptions.redeem(by=counter.user("cunji"), subject=counter.house, good=counter.good, quantity=2)
    redemptions.cancel(by=counter.user("cunji"), redemption=made, reason="退回")
    redemptions.redeem(by=counter.user("cunji"), subject=counter.house, good=counter.good, quantity=1)
    settings.LIANJIAN_TODAY = dt.date(2026, 11, 20)
    neighbour = shop.household("H2", YUANQIAN)
    shop.credited(counter, neighbour, 200, dt.date(2026, 10, 2), "2023Q2")
    transfers.transfer(
        by=counter.user("xianji"), subject=neighbour, village=counter.village(GUOSHANG), on=shop.TODAY
    )  # fmt: skip

    def told(month, who="zhenjie", area=TOWN):
        return counter.api(who).get(f"{MONTHS}?area={area}&month={month}").json()

    october = told("2026M10")
    assert october["villages"] == [
        {"village_code": GUOSHANG, "opening": "100.0", "credited": "0.0", "redeemed": "-90.0", "cancelled": "60.0",
         "expired": "0.0", "moved": "0.0", "closing": "70.0"},
        {"village_code": YUANQIAN, "opening": "0.0", "credited": "20.0", "redeemed": "0.0", "cancelled": "0.0",
         "expired": "0.0", "moved": "0.0", "closing": "20.0"},
    ]  # fmt: skip
    assert october["goods"] == [
        {"name": "洗衣液", "unit": "瓶", "area": "锅上村委会", "given": 3, "put_back": 2, "points": "30.0"}
    ]
    november = told("2026M11")
    assert [(one["opening"], one["moved"], one["closing"]) for one in november["villages"]] == [
        ("70.0", "20.0", "90.0"), ("20.0", "-20.0", "0.0"),
    ]  # fmt: skip
    assert counter.api("qita").get(f"{MONTHS}?area={TOWN}&month=2026M10").status_code == 404
    assert counter.api("cunji").get(f"{MONTHS}?area={GUOSHANG}&month=2026Q1").status_code == 400

    page = counter.client("cunji").get("/point-months/?month=2026M10")
    assert page.context["places"] == [("于海（H1）", ["100.0", "", "−90.0", "60.0", "", "", "70.0"])]
    book = counter.client("zhenjie").get(f"/point-months/?month=2026M10&area={TOWN}&export=1")
    cells = [cell for row in load_workbook(BytesIO(b"".join(book))).active.values for cell in row]
    assert "锅上" in cells and "洗衣液" in cells and 70 in cells
