"""A small stage for tests of redemption: households with points to spend, and goods."""

import datetime as dt

from members.models import Placement, PointMovement, QuarterClose, RewardGood, Subject
from tests.members.points.stage import GUOSHANG
from tests.world import COUNTY, World

TODAY = dt.date(2026, 11, 20)


def household(number: str, village: str = GUOSHANG, **fields) -> Subject:
    subject = Subject.objects.create(number=number, kind="household", village_id=village, **{"name": number} | fields)
    Placement.objects.create(subject=subject, village_id=village, valid_from=dt.date(2020, 1, 1))
    return subject


def locked(world: World, quarter: str) -> QuarterClose:
    """A locked close of the county without results, made when it is first wanted."""
    closes = QuarterClose.objects.unscoped("test")
    found = closes.filter(area_id=COUNTY, quarter=quarter, state="locked").first()
    if found:
        return found
    county, moment = world.user("xianji"), dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    close = closes.create(area_id=COUNTY, quarter=quarter, number=90, started_by=county)
    close.whole_at, close.digest = moment, "0" * 64
    close.save()
    close.state, close.published_at, close.published_by = "published", moment, county
    close.save()
    close.state, close.locked_at, close.locked_by = "locked", moment, county
    close.save()
    return close


def credited(
    world: World, subject: Subject, points: int, on: dt.date = TODAY, quarter: str = "2023Q1"
) -> PointMovement:
    """Points to spend, as a locked quarter gives them."""
    return PointMovement.objects.create(
        subject=subject, village_id=subject.village_id, kind="credit", points=points, earned=points, on=on,
        quarter=quarter, close=locked(world, quarter), created_by=world.user("xianji"),
    )  # fmt: skip


def good(area: str = GUOSHANG, name: str = "洗衣液", price: int = 300, supplied: int = 10, **fields) -> RewardGood:
    begun = fields.pop("offered_from", dt.date(2023, 1, 1))
    return RewardGood.objects.create(
        area_id=area, name=name, unit="瓶", price=price, supplied=supplied, offered_from=begun, **fields
    )


def balance(subject: Subject) -> int:
    return Subject.objects.unscoped("test").values_list("point_account__balance", flat=True).get(pk=subject.pk) or 0
