"""What the state machine of the points book does with points to spend (P23): credits, redemption, expiry."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from accounts.models import User
from members.actions import redemptions
from members.models import PointAccount, PointEntry, PointMovement, PointScore, QuarterClose, RewardGood, Subject
from members.points import crediting
from registers import jobs
from registers.errors import DomainError, WrongState
from registers.models import CountySetting
from tests.members.points import shop
from tests.members.points.model import EXPIRES_AFTER, FIRST_DAY, GOODS, LAST_DAY, PEOPLE, QUARTERS, Model, Redeemed
from tests.world import COUNTY, World

HELD = 90  # 0.1 point that everybody has to spend at the start, of a quarter before
SUPPLIED = 4  # pieces of each good at the start
BINDING = ("published", "locked")


class Spending(RuleBasedStateMachine):
    """Accounts, goods and the tasks that credit; the book itself is machine.py."""

    credits = Bundle("credits")  # jobs that credit a locked quarter, each delivered as often as may be
    redeemed = Bundle("redeemed")
    model: Model
    world: World
    county: User
    people: dict[str, Subject]

    def open_the_shop(self) -> None:
        """Members redeem here, and hold something from before."""
        self.delivered: set[str] = set()
        for key, value in (("points.redeem_members", True), ("points.expire_months", EXPIRES_AFTER)):
            CountySetting.objects.create(area_code=COUNTY, key=key, value=value)
        self.goods = {name: shop.good(COUNTY, name, price, supplied=SUPPLIED) for name, price in GOODS.items()}
        self.model.supplied = dict.fromkeys(GOODS, SUPPLIED)
        for who, subject in self.people.items():
            shop.credited(self.world, subject, HELD, FIRST_DAY)
            self.model.purses[who].credit(HELD, FIRST_DAY)

    def refused(self, do: Callable[[], Any], kind: type[Exception] = DomainError) -> None:
        """The book must refuse it, and nothing of it may stay."""
        before = rows_kept()
        try:
            with transaction.atomic():
                do()
        except kind:
            assert rows_kept() == before
        else:
            raise AssertionError("this should have been refused")

    @rule(credit=credits)
    def deliver(self, credit):
        """The task of a locked quarter, late, again, or when the quarter is open once more."""
        quarter, close, job = credit
        jobs.run(job)
        if job not in self.delivered and binding().filter(pk=close, state="locked").exists():
            self.model.credit(quarter)
        self.delivered.add(job)

    @rule(target=redeemed, who=st.sampled_from(PEOPLE), name=st.sampled_from(sorted(GOODS)), quantity=st.integers(1, 3))
    def redeem(self, who, name, quantity):
        wish, ranked = Redeemed(who, name, quantity), scores()
        given = {"by": self.county, "subject": self.people[who], "good": self.goods[name], "quantity": quantity}
        if not self.model.allows(wish):
            self.refused(lambda: redemptions.redeem(**given))
            return multiple()
        token = uuid4()
        made = redemptions.redeem(**given, token=token)
        assert redemptions.redeem(**given, token=token).pk == made.pk  # the same form once more
        self.model.redeem(made.pk, wish)
        assert scores() == ranked  # spending lowers no rank
        return made.pk

    @rule(redemption=redeemed)
    def cancel(self, redemption):
        ranked, row = scores(), PointMovement.objects.unscoped("test").get(pk=redemption)
        if self.model.redeemed[redemption].cancelled:
            self.refused(lambda: redemptions.cancel(by=self.county, redemption=row, reason="退回"), WrongState)
            return
        redemptions.cancel(by=self.county, redemption=row, reason="退回")
        self.model.cancel(redemption)
        assert scores() == ranked

    @rule(name=st.sampled_from(sorted(GOODS)), more=st.integers(-3, 3))
    def supply(self, name, more):
        supplied = self.model.supplied[name] + more
        if supplied < self.model.given[name]:
            self.refused(lambda: redemptions.save_good(by=self.county, good=self.goods[name], supplied=supplied))
            return
        self.model.supplied[name] = supplied
        self.goods[name] = redemptions.save_good(by=self.county, good=self.goods[name], supplied=supplied)

    @rule(days=st.integers(0, 25))
    def night(self, days):
        """Some days pass, and what lay too long expires."""
        self.model.today = settings.LIANJIAN_TODAY = min(self.model.today + dt.timedelta(days), LAST_DAY)
        crediting.expire()
        self.model.expire()

    @rule(sql=st.sampled_from([
        "UPDATE members_pointaccount SET balance = balance + 10",
        "UPDATE members_pointmovement SET points = points + 10",
        "DELETE FROM members_pointmovement",
        "UPDATE members_rewardgood SET given = 0 WHERE given > 0",
    ]))  # fmt: skip
    def tamper_with_accounts(self, sql):
        if "given" not in sql or any(self.model.given.values()):
            self.refused(lambda: run_sql(sql), DatabaseError)

    @invariant()
    def accounts_and_goods_add_up(self):
        rows = PointAccount.objects.unscoped("test").values_list("subject__number", "balance", "owed")
        found = {who: (balance, owed) for who, balance, owed in rows}
        assert found == {who: (purse.balance, purse.owed) for who, purse in self.model.purses.items()}
        assert min(balance for balance, _ in found.values()) >= 0
        goods = RewardGood.objects.unscoped("test").values_list("name", "supplied", "given")
        assert {name: (supplied, given) for name, supplied, given in goods} == {
            name: (self.model.supplied[name], self.model.given[name]) for name in GOODS
        }


def binding():
    """The versions that bind, of the quarters played here."""
    return QuarterClose.objects.unscoped("test").filter(quarter__in=QUARTERS, state__in=BINDING)


def scores() -> list[tuple]:
    """Totals and ranks of what binds."""
    rows = PointScore.objects.unscoped("test").filter(close__in=binding()).order_by("pk")
    return list(rows.values_list("pk", "total", "grade", "rank_village", "rank_federation", "rank_town"))


def rows_kept() -> tuple[int, int]:
    return tuple(model.objects.unscoped("test").count() for model in (PointEntry, PointMovement))


def run_sql(statement: str, values: list | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
