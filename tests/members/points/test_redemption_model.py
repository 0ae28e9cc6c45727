"""Accounts, stock and expiry against a small model, step by step (P23)."""

import datetime as dt

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianjian.periods import Period
from members.actions import redemptions
from members.models import PointMovement
from members.points import crediting
from registers.errors import DomainError
from tests.members.points import shop
from tests.world import COUNTY

MONTHS, FIRST = 6, dt.date(2024, 1, 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(20, 120)),
        st.tuples(st.just("credit"), st.integers(1, 400)),
        st.tuples(st.just("redeem"), st.integers(1, 4)),
        st.tuples(st.just("cancel"), st.integers(0, 5)),
        st.tuples(st.just("expire"), st.just(0)),
    ),
    max_size=14,
)


class Model:
    """Points as lots of a day, the oldest spent first; what is put back is as old as what was spent last."""

    def __init__(self, stock: int, price: int) -> None:
        self.stock, self.price = stock, price
        self.lots: list[list] = []  # [day, credited, left]
        self.cancelled: dict[int, bool] = {}

    @property
    def balance(self) -> int:
        return sum(left for _, _, left in self.lots)

    def spend(self, points: int) -> None:
        for lot in self.lots:
            used = min(lot[2], points)
            lot[2] -= used
            points -= used

    def put_back(self, points: int) -> None:
        for lot in reversed(self.lots):
            room = min(lot[1] - lot[2], points)
            lot[2] += room
            points -= room

    def expire(self, today: dt.date) -> None:
        for lot in self.lots:
            months = (today.year - lot[0].year) * 12 + today.month - lot[0].month
            if months > MONTHS or (months == MONTHS and today.day >= lot[0].day):
                lot[2] = 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, price=st.integers(1, 120), pieces=st.integers(0, 6))
def test_accounts_stock_and_expiry_are_those_of_the_model(world, settings, steps, price, pieces):
    clerk = world.user("cunji")
    with transaction.atomic():
        settings.LIANJIAN_TODAY = FIRST
        house, good = shop.household("HM"), shop.good(price=price, supplied=pieces)
        model, made, quarter, expired_on = Model(pieces, price), [], Period(1990, "Q", 1), None
        for step, size in steps:
            today = settings.LIANJIAN_TODAY
            if step == "wait":
                settings.LIANJIAN_TODAY = today + dt.timedelta(days=size)
            elif step == "credit":
                shop.credited(world, house, size, today, str(quarter))
                quarter = quarter.next()
                model.lots.append([today, size, size])
            elif step == "redeem":
                allowed = price * size <= model.balance and size <= model.stock
                try:
                    made.append(redemptions.redeem(by=clerk, subject=house, good=good, quantity=size))
                except DomainError:
                    assert not allowed
                    continue
                assert allowed
                model.spend(price * size)
                model.stock -= size
            elif step == "cancel" and size < len(made):
                redemption = made[size]
                try:
                    redemptions.cancel(by=clerk, redemption=redemption, reason="退回")
                except DomainError:
                    assert model.cancelled.get(redemption.pk)
                    continue
                assert not model.cancelled.get(redemption.pk)
                model.cancelled[redemption.pk] = True
                model.put_back(-redemption.points)
                model.stock += redemption.quantity
            elif step == "expire" and expired_on != today:  # once a day
                crediting.expire_in(COUNTY, MONTHS)
                model.expire(today)
                expired_on = today if PointMovement.objects.unscoped("test").filter(kind="expire", on=today) else None
            good.refresh_from_db()
            assert (shop.balance(house), good.stock) == (model.balance, model.stock)
        transaction.set_rollback(True)
