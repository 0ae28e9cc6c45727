"""A small stage for tests of points: a scheme in force, a few members, federations by decree, entries."""

import datetime as dt
from dataclasses import replace

from accounts.models import Grant, User
from members import sockets
from members.actions import claims, closes, schemes
from members.models import (
    CloseSubject,
    Person,
    Placement,
    PointClaim,
    PointEntry,
    PointScheme,
    QuarterClose,
    Subject,
)
from members.points.content import CategoryContent, GradeContent, ItemContent, SchemeContent
from registers import jobs
from registers.models import CountySetting
from tests.world import COUNTY, add_user

GUOSHANG, YUANQIAN, XILI, BAISHATAN = "371083101223", "371083101224", "371083001216", "371083102201"
IN_Q3 = dt.date(2026, 9, 10)
CONTENT = SchemeContent(
    code="RS-DY",
    name="党员积分办法",
    subject_kind="member",
    from_quarter="2025Q1",
    base=1000,
    base_by_class={"frail": 1100},
    floor=0,
    top_quota_percent=50,
    categories=(CategoryContent("ZZ", "组织生活", 300), CategoryContent("XF", "先锋作用")),
    items=(
        ItemContent("A01", "参加主题党日", "ZZ", 20, quarter_cap=60),
        ItemContent("A02", "讲党课", "ZZ", 50, group="讲"),
        ItemContent("A03", "领学", "ZZ", 30, group="讲"),
        ItemContent("B01", "志愿服务", "XF", 10),
        ItemContent("B02", "好人好事", "XF", 25, evidence_needed=True),
        ItemContent("D01", "无故缺席", "ZZ", -20),
    ),
    grades=(GradeContent("优秀", 1050), GradeContent("合格", 1000), GradeContent("不合格", 0)),
)


def put_scheme(user: User, **changes) -> PointScheme:
    scheme = schemes.new_version(by=user, area=COUNTY, content=replace(CONTENT, **changes))
    return schemes.put_in_force(scheme=scheme, by=user)


def member(number: str, village: str = GUOSHANG, **fields) -> Subject:
    since = fields.pop("since", dt.date(2020, 1, 1))
    person = Person.objects.create(name=fields.get("name", number), area_id=village)
    fields = {"name": number, "village_id": village} | fields
    subject = Subject.objects.create(number=number, person=person, **fields)
    Placement.objects.create(subject=subject, village_id=village, valid_from=since)
    return subject


def federate(monkeypatch, *villages: str, number: int = 7) -> None:
    """These villages are one running primary federation, on any day."""
    placed = [sockets.VillagePlacement(code, number, f"{COUNTY}/新村{number}", f"新村{number}") for code in villages]
    monkeypatch.setattr(sockets, "_provider", lambda county, on: placed)


def cover_town_step(town: str) -> None:
    CountySetting.objects.create(area_code=town, key="claims.town_step_covers", value=True)


def declared(user: User, subject: Subject, item: str = "B01", on: dt.date = IN_Q3, **fields) -> PointClaim:
    fields = {"quantity": 1, "source_ref": f"会议-{PointClaim.objects.unscoped('test').count() + 1}"} | fields
    return claims.declare(by=user, subject=subject, item_code=item, occurred_on=on, reason="清理河道", **fields)


def approved(world, subject: Subject, item: str = "B01", on: dt.date = IN_Q3, **fields) -> PointEntry:
    """Declared by the town's clerk and approved by its reviewer (whose step covers the others here)."""
    claim = declared(world.user("zhenjie"), subject, item, on, **fields)
    claim = claims.advance(claim=claim, by=world.user("zhenshen"))
    return PointEntry.objects.unscoped("test").get(claim=claim)


def closed(user: User, quarter: str = "2026Q3") -> QuarterClose:
    """A whole trial, computed here and now."""
    close, job = closes.start_close(by=user, county=COUNTY, quarter=quarter)
    jobs.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == "done", job.message
    return QuarterClose.objects.unscoped("test").get(pk=job.result["close"])


def posted(world, quarter: str, *subjects: Subject) -> QuarterClose:
    """A published close that lists these subjects, without scores; published long ago, for objections on many days."""
    county = world.user("xianji")
    close = QuarterClose.objects.create(area_id=COUNTY, quarter=quarter, number=1, started_by=county)
    scheme = PointScheme.objects.unscoped("test").first() or put_scheme(county)
    for subject in subjects:
        CloseSubject.objects.create(
            close=close, subject=subject, number=subject.number, name=subject.name, subject_kind=subject.kind,
            subject_class=subject.subject_class, village_code=subject.village_id, town_code=subject.village_id[:9],
            scheme=scheme,
        )  # fmt: skip
    begun = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    close.whole_at, close.digest = begun, "0" * 64
    close.save()
    close.state, close.published_at, close.published_by = QuarterClose.State.PUBLISHED, begun, county
    close.objections_until = dt.date(2026, 12, 31)
    close.save()
    return close


def second_county_user(username: str = "xianji2") -> User:
    found = User.objects.filter(username=username).first()
    return found or add_user(username, "county_reviewer", "area", COUNTY)


def grant(user: User, role: str, key: str) -> None:
    Grant.objects.create(user=user, role=role, scope_kind="area", scope_key=key, valid_from=dt.date(2020, 1, 1))
