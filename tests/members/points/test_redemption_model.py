"""Accounts, stock and expiry against a small model, step by step (P23)."""

import datetime as dt

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianjian.periods import Period
from members.actions import redemptions
from members.points import crediting
from registers.errors import DomainError
from tests.members.points import shop
from tests.members.points.purse import Purse
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, price=st.integers(1, 120), pieces=st.integers(0, 6))
def test_accounts_stock_and_expiry_are_those_of_the_model(world, settings, steps, price, pieces):
    clerk = world.user("cunji")
    with transaction.atomic():
        settings.LIANJIAN_TODAY = FIRST
        house, good = shop.household("HM"), shop.good(price=price, supplied=pieces)
        purse, stock, made, quarter = Purse(), pieces, [], Period(1990, "Q", 1)
        cancelled: set[int] = set()
        for step, size in steps:
            today = settings.LIANJIAN_TODAY
            if step == "wait":
                settings.LIANJIAN_TODAY = today + dt.timedelta(days=size)
            elif step == "credit":
                shop.credited(world, house, size, today, str(quarter))
                quarter = quarter.next()
                purse.credit(size, today)
            elif step == "redeem":
                allowed = price * size <= purse.balance and size <= stock
                try:
                    made.append(redemptions.redeem(by=clerk, subject=house, good=good, quantity=size))
                except DomainError:
                    assert not allowed
                    continue
                assert allowed
                purse.spend(price * size)
                stock -= size
            elif step == "cancel" and size < len(made):
                redemption = made[size]
                try:
                    redemptions.cancel(by=clerk, redemption=redemption, reason="退回")
                except DomainError:
                    assert redemption.pk in cancelled
                    continue
                assert redemption.pk not in cancelled
                cancelled.add(redemption.pk)
                purse.put_back(-redemption.points)
                stock += redemption.quantity
            elif step == "expire":
                crediting.expire_in(COUNTY, MONTHS)
                purse.expire(today, MONTHS)
            good.refresh_from_db()
            assert (shop.balance(house), good.stock) == (purse.balance, stock)
        transaction.set_rollback(True)
