"""Small makers of what indicators look at, on top of the shared world."""

import datetime as dt
from itertools import count
from typing import Any

from federations.models import Federation, FederationStep, FederationVillage
from members.models import (
    CloseSubject,
    PartyOrganization,
    Person,
    Placement,
    PointCategory,
    PointClaim,
    PointEntry,
    PointGrade,
    PointItem,
    PointScheme,
    PointScore,
    QuarterClose,
    Subject,
)
from tests.world import COUNTY, TOWN, World
from villages.models import VillageFacts

_numbers = count(1)


def facts(village: str, year: int = 2026, **values: Any) -> VillageFacts:
    row = VillageFacts(village_id=village, year=year, **{"population": 500, "households": 200, **values})
    row.save()
    return row


def federation(
    world: World,
    name: str,
    villages: list[str],
    *,
    area: str = TOWN,
    kind: str = "new_village",
    since: dt.date = dt.date(2025, 1, 1),
    status: str = "running",
) -> Federation:
    """A federation that ran from its first day (or stands in another status since)."""
    organization = PartyOrganization.objects.create(
        name=f"{name}联合党总支", kind=PartyOrganization.Kind.JOINT_GENERAL_BRANCH, area_id=area
    )
    made = Federation.objects.create(
        name=name,
        kind=kind,
        mode=Federation.Mode.STRONG_LEADS,
        status=status,
        area_id=area,
        organization=organization,
        founded_on=since,
    )
    FederationStep.objects.create(federation=made, to_status=status, on=since, by=world.user("xianji"))
    for village in villages:
        FederationVillage.objects.create(federation=made, village_id=village, valid_from=since)
    return made


def member(village: str, name: str = "王建国", *, since: dt.date = dt.date(2020, 1, 1)) -> Subject:
    person = Person.objects.create(name=name, area_id=village)
    subject = Subject.objects.create(number=f"T{next(_numbers):07d}", name=name, person=person, village_id=village)
    Placement.objects.create(subject=subject, village_id=village, valid_from=since)
    return subject


def scheme(county: str = COUNTY, *, from_quarter: str = "2025Q1") -> PointScheme:
    made = PointScheme.objects.create(
        area_id=county, code="DY", name="党员先锋积分办法", subject_kind="member", from_quarter=from_quarter, base=600
    )
    category = PointCategory.objects.create(scheme=made, code="A", name="组织生活")
    PointItem.objects.create(scheme=made, category=category, code="A1", name="参加组织生活", points=20)
    for name, minimum in (("优秀", 900), ("良好", 750), ("合格", 600), ("不合格", 0)):
        PointGrade.objects.create(scheme=made, name=name, minimum=minimum)
    PointScheme.objects.unscoped("test").filter(pk=made.pk).update(state="in_force")
    made.refresh_from_db(from_queryset=PointScheme.objects.unscoped("test"))
    return made


def claim(world: World, subject: Subject, *, on: dt.date = dt.date(2026, 8, 1), **values: Any) -> PointClaim:
    return PointClaim.objects.create(
        subject=subject,
        village_id=subject.village_id,
        item_code="A1",
        occurred_on=on,
        source_ref=f"ref{next(_numbers)}",
        declared_by=world.user("zhenjie"),
        **values,
    )


def entry(
    world: World, subject: Subject, rules: PointScheme, *, on: dt.date = dt.date(2026, 8, 1), points: int = 20
) -> PointEntry:
    quarter = f"{on.year}Q{(on.month - 1) // 3 + 1}"
    approved = claim(world, subject, on=on, state="approved", settle_quarter=quarter)
    return PointEntry.objects.create(
        county_code=subject.village_id[:6],
        settle_quarter=quarter,
        subject=subject,
        village_id=subject.village_id,
        claim=approved,
        scheme=rules,
        item_code="A1",
        quantity=1,
        points=points,
        occurred_on=on,
        created_by=world.user("zhenshen"),
    )


def reverse(world: World, wrong: PointEntry) -> PointEntry:
    fields = ("county_code", "settle_quarter", "subject_id", "village_id", "scheme_id", "item_code", "quantity")
    return PointEntry.objects.create(
        **{field: getattr(wrong, field) for field in fields},
        points=-wrong.points,
        occurred_on=wrong.occurred_on,
        reverses=wrong.pk,
        created_by=world.user("zhenshen"),
    )


def close(
    world: World, rules: PointScheme, scores: list[dict[str, Any]], *, quarter: str = "2026Q2", state: str = "locked"
) -> QuarterClose:
    """A close with ready scores: {subject, total (0.1 point or None), grade, federation (optional), deduct}."""
    made = QuarterClose.objects.create(
        area_id=rules.area_id, quarter=quarter, number=next(_numbers), started_by=world.user("xianji")
    )
    for score in scores:
        subject, held = score["subject"], score.get("federation")
        listed = CloseSubject.objects.create(
            close=made,
            subject=subject,
            number=subject.number,
            name=subject.name,
            subject_kind=subject.kind,
            subject_class=subject.subject_class,
            is_exempt=score["total"] is None,
            village_code=subject.village_id,
            town_code=subject.village_id[:9],
            federation=held.pk if held else None,
            federation_key=held.key if held else "",
            federation_name=held.name if held else "",
            scheme=rules,
        )
        PointScore.objects.create(
            close_subject=listed,
            close=made,
            base=600,
            deduct=score.get("deduct", 0),
            total=score["total"],
            grade=score.get("grade", ""),
        )
    closes = QuarterClose.objects.unscoped("test").filter(pk=made.pk)
    moment = dt.datetime(2026, 7, 10, tzinfo=dt.UTC)
    by = world.user("xianji")
    closes.update(whole_at=moment, digest="d" * 64, input_digest="i" * 64, subject_count=len(scores))
    if state in ("published", "locked"):
        closes.update(state="published", published_at=moment, published_by=by)
    if state == "locked":
        closes.update(state="locked", locked_at=moment, locked_by=by)
    return closes.get()
