"""The demo's goods in villages and town, and what villagers redeemed (P23)."""

import datetime as dt
from random import Random
from typing import Any

from lianjian import areacodes, clock
from members.actions.redemptions import cancel
from members.models import PointAccount, PointMovement, RewardGood
from registers.scope import Scope
from villages.demo import COUNTY, OWN_TOWN

# name, unit, points in 0.1, pieces: in every village of the own town, and in the town's own shop.
VILLAGE_GOODS = (("洗衣液", "瓶", 120, 12), ("香皂", "块", 30, 40), ("毛巾", "条", 50, 30))
TOWN_GOODS = (("电热水壶", "个", 450, 15), ("食用油", "桶", 380, 20), ("农家书屋借阅卡", "张", 60, 100))
OFFERED_FROM = dt.date(2026, 1, 1)
FIRST_REDEEMED = dt.date(2026, 2, 2)
HANDED_OUT = 45


def load_redemptions(random: Random, *, clerk: Any) -> None:
    """Goods, some redemptions of the months since the first credit, and one that was cancelled."""
    accounts = list(
        PointAccount.objects.within(Scope.area(OWN_TOWN), "demo")
        .filter(balance__gt=0)
        .select_related("subject")
        .order_by("subject__number")
    )
    villages = sorted({account.subject.village_id for account in accounts})
    kept = [(area, good) for area in villages for good in VILLAGE_GOODS] + [(OWN_TOWN, good) for good in TOWN_GOODS]
    goods: dict[str, list[RewardGood]] = {}
    for area, (name, unit, price, supplied) in kept:
        good = RewardGood.objects.create(
            area_id=area, name=name, unit=unit, price=price, supplied=supplied, offered_from=OFFERED_FROM
        )
        goods.setdefault(area, []).append(good)
    RewardGood.objects.create(
        area_id=COUNTY, name="春节慰问礼包", unit="份", price=200, supplied=50,
        offered_from=OFFERED_FROM, offered_to=dt.date(2026, 3, 1), note="春节期间",
    )  # fmt: skip
    made = [_redeem(random, random.choice(accounts), goods, clerk) for _ in range(HANDED_OUT)]
    wrong = next(one for one in reversed(made) if one is not None)
    cancel(by=clerk, redemption=wrong, reason="瓶身破损，退回")


def _redeem(
    random: Random, account: PointAccount, goods: dict[str, list[RewardGood]], clerk: Any
) -> PointMovement | None:
    """One good for what the account held on a day since the first credit; None where it was too little."""
    subject = account.subject
    day = FIRST_REDEEMED + dt.timedelta(days=random.randrange((clock.today() - FIRST_REDEEMED).days))
    good = random.choice(goods[subject.village_id] + goods[areacodes.town_of(subject.village_id)])
    lines = list(PointMovement.objects.unscoped("demo").filter(subject=subject).values_list("on", "points"))
    # The least that was there on that day or later: the account may be overdrawn on no day.
    days = {day, *(on for on, _ in lines if on > day)}
    spare = min(sum(points for on, points in lines if on <= each) for each in days)
    if good.price > spare:
        return None
    return PointMovement.objects.create(
        subject=subject, village_id=subject.village_id, kind=PointMovement.Kind.REDEEM, points=-good.price, on=day,
        good=good, quantity=1, price=good.price, created_by=clerk,
    )  # fmt: skip
