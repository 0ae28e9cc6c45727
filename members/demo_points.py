"""The demo's points: a members' scheme of three categories (P21) and the villagers' two books (P22), five quarters of
facts, three quarters locked.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from django.db import transaction

from lianjian import clock, periods
from members.actions.closes import confirm, publish, start_close
from members.actions.objections import decide, receive
from members.actions.samples import draw, file_quarter, judge
from members.actions.schemes import new_version, put_in_force
from members.demo_redemption import load_redemptions
from members.demo_villagers import HOUSEHOLDS, REPRESENTATIVES, Book
from members.models import PointClaim, PointClaimStep, PointEntry, PointScheme, QuarterClose, Subject
from members.models.subjects import SubjectClass, SubjectKind
from members.points import crediting
from members.points.content import CategoryContent, GradeContent, ItemContent, SchemeContent
from members.points.rules import ensure_quarter
from registers import jobs
from registers.arrays import insert_rows, take_ids
from registers.models import CountySetting, Job
from registers.scope import Scope
from villages.demo import COUNTY, OWN_TOWN

FIRST_QUARTER, LOCKED_QUARTERS = "2025Q4", ("2025Q4", "2026Q1", "2026Q2")
OPEN_QUARTERS = ("2026Q3", "2026Q4")
STATES = PointClaim.State
NOTICE = {"closes.supervision_phone": "0631-6660000", "closes.objection_receiver": "县委组织部组织科"}
SCHEME = SchemeContent(
    code="DY",
    name="乳山市联建党员积分管理办法",
    subject_kind=SubjectKind.MEMBER,
    from_quarter=FIRST_QUARTER,
    base=600,
    base_by_class={SubjectClass.FRAIL: 650, SubjectClass.CADRE: 550},
    floor=0,
    top_quota_percent=30,
    categories=(
        CategoryContent("ZZ", "组织生活", 200),
        CategoryContent("HD", "群体活动", 150),
        CategoryContent("XF", "先锋作用"),
    ),
    items=(
        ItemContent("ZZ01", "参加“三会一课”", "ZZ", 20, 120),
        ItemContent("ZZ02", "参加主题党日", "ZZ", 20, 60),
        ItemContent("ZZ03", "在联合党组织会议上提出意见并被采纳", "ZZ", 30, 60),
        ItemContent("ZZ04", "无故缺席组织生活", "ZZ", -20),
        ItemContent("HD01", "参加圆桌协商", "HD", 10, 50),
        ItemContent("HD02", "参加环境整治义务劳动", "HD", 20, 100),
        ItemContent("HD03", "参加志愿服务", "HD", 15, 90),
        ItemContent("XF01", "完成认领的岗位职责", "XF", 30, 90),
        ItemContent("XF02", "化解一起矛盾纠纷", "XF", 20, 80),
        ItemContent("XF03", "护林防火值班", "XF", 10, 60),
        ItemContent("XF04", "受镇级表彰", "XF", 30, group="表彰"),
        ItemContent("XF05", "受县级以上表彰", "XF", 50, group="表彰"),
        ItemContent("XF06", "违反村规民约", "XF", -30),
    ),
    grades=(
        GradeContent("优秀", 900),
        GradeContent("良好", 800),
        GradeContent("合格", 600),
        GradeContent("待提升", 0),
    ),
)
WEIGHTS = (14, 14, 3, 2, 10, 12, 10, 9, 5, 7, 2, 1, 1)
REASONS = {
    "ZZ01": "季度党员大会",
    "ZZ02": "当月主题党日",
    "ZZ03": "关于闲置房屋盘活的意见被采纳",
    "ZZ04": "无故缺席一次",
    "HD01": "村头圆桌议事",
    "HD02": "清理沟渠和房前屋后",
    "HD03": "为老人理发、打扫",
    "XF01": "公益岗认领事项完成",
    "XF02": "调解邻里地界纠纷",
    "XF03": "山头值守一班",
    "XF04": "镇级先进个人",
    "XF05": "县级优秀共产党员",
    "XF06": "占道堆放，经提醒未改",
}
# Where the demo's 支部, 联合党组织 and 镇 have claims waiting for their step.
WAITING = {STATES.DECLARED: 12, STATES.BRANCH_CHECKED: 10, STATES.FEDERATION_CHECKED: 14}
WAITING_VILLAGE = "371083101223"


def load_points(
    random: Random, subjects: list[Subject], *, county: Any, clerk: Any, branch: Any, federation: Any, reviewer: Any
) -> None:
    """Scheme, entries of every quarter, three closes locked, and claims that wait.

    `county` runs closes, `clerk` declares, `branch` and `federation` check what waits, `reviewer` approves.
    """
    for key, value in NOTICE.items():
        CountySetting.objects.create(area_code=COUNTY, key=key, value=value)
    scheme = put_in_force(scheme=new_version(by=county, area=COUNTY, content=SCHEME), by=county)
    villagers = [Villagers(HOUSEHOLDS, 20260401, by=county), Villagers(REPRESENTATIVES, 20260402, by=county)]
    for quarter in LOCKED_QUARTERS:
        load_entries(random, scheme, subjects, quarter, clerk=clerk, reviewer=reviewer)
        for book in villagers:
            book.load_entries(quarter, clerk=clerk, reviewer=reviewer)
        close = close_and_lock(quarter, by=county, received_by=clerk if quarter == LOCKED_QUARTERS[-1] else None)
        _credit(close, by=county)
    for quarter in OPEN_QUARTERS:
        load_entries(random, scheme, subjects, quarter, clerk=clerk, reviewer=reviewer)
        for book in villagers:
            book.load_entries(quarter, clerk=clerk, reviewer=reviewer)
    _load_waiting(random, subjects, clerk, branch, federation)
    load_redemptions(Random(20260401), clerk=clerk)  # noqa: S311 -- an invented county
    _load_samples(by=county)


class Villagers:
    """One of the villagers' books (P22) in the clerk's own town, with a stream of its own."""

    def __init__(self, book: Book, seed: int, *, by: Any) -> None:
        self.random = Random(seed)  # noqa: S311 -- an invented county
        self.book = book
        self.scheme = put_in_force(scheme=new_version(by=by, area=COUNTY, content=book.scheme), by=by)
        rows = Subject.objects.within(Scope.area(OWN_TOWN), "demo").filter(kind=book.scheme.subject_kind)
        self.subjects = list(rows.order_by("number"))

    def load_entries(self, quarter: str, *, clerk: Any, reviewer: Any) -> None:
        book = self.book
        load_entries(
            self.random, self.scheme, self.subjects, quarter, clerk=clerk, reviewer=reviewer,
            reasons=book.reasons, weights=book.weights, prefix=book.prefix,
        )  # fmt: skip


def _credit(close: QuarterClose, *, by: Any) -> None:
    """As the job does it that 审定 began, on the day on which the quarter would have been locked."""
    with transaction.atomic():
        crediting.book(close, by=by, on=periods.parse_quarter(close.quarter).end + dt.timedelta(days=19))
    for job in Job.objects.unscoped("demo").filter(kind=crediting.JOB_KIND, state=Job.State.QUEUED):
        jobs.run(str(job.pk))


def load_entries(
    random: Random, scheme: PointScheme, subjects: list[Subject], quarter: str, *, clerk: Any, reviewer: Any,
    reasons: Mapping[str, str] = REASONS, weights: Sequence[int] = WEIGHTS, prefix: str = "",
) -> None:  # fmt: skip
    """Approved claims of a quarter with their steps and entries; `reasons` by item in the order of `weights`."""
    period = periods.parse_quarter(quarter)
    last = min(period.last_day, clock.today() - dt.timedelta(days=3))
    days = (last - period.start).days
    ensure_quarter(COUNTY, quarter)
    points = dict(scheme.items.values_list("code", "points"))
    codes = list(reasons)
    facts: list[tuple[Any, ...]] = []
    for subject in subjects:
        if subject.joined_on and subject.joined_on > period.start:
            continue
        for _ in range(random.randint(6, 14) if subject.village_id.startswith(OWN_TOWN) else random.randint(2, 7)):
            code = random.choices(codes, weights)[0]
            quantity = random.choice((1, 1, 1, 2, 3)) if points[code] > 0 else 1
            day = period.start + dt.timedelta(days=random.randint(0, days))
            source = f"{prefix}{quarter}-{len(facts) + 1:06d}"
            facts.append((subject.pk, subject.village_id, code, quantity, day, reasons[code], source))
    names = ("subject", "village", "item_code", "quantity", "occurred_on", "reason", "source_ref")
    ids = take_ids(PointClaim, len(facts))
    insert_rows(
        PointClaim,
        ("id", *names, "state", "settle_quarter", "declared_by"),
        [(pk, *fact, STATES.APPROVED.value, quarter, clerk.pk) for pk, fact in zip(ids, facts, strict=True)],
    )
    steps = (
        ("", STATES.DECLARED.value, clerk.pk),
        (STATES.FEDERATION_CHECKED.value, STATES.APPROVED.value, reviewer.pk),
    )
    insert_rows(
        PointClaimStep,
        ("claim", "from_state", "to_state", "by"),
        [(pk, before, after, by) for pk in ids for before, after, by in steps],
    )
    insert_rows(
        PointEntry,
        ("claim", *names, "county_code", "settle_quarter", "scheme", "points", "created_by"),
        [
            (pk, *fact, COUNTY, quarter, scheme.pk, fact[3] * points[fact[2]], reviewer.pk)
            for pk, fact in zip(ids, facts, strict=True)
        ],
    )


def close_and_lock(quarter: str, *, by: Any, received_by: Any = None) -> QuarterClose:
    """试算, 公示, 审定, as the county does it; two objections where somebody receives them. Jobs run here and now."""
    close, job = start_close(by=by, county=COUNTY, quarter=quarter)
    jobs.run(str(job.pk))
    close.refresh_from_db()
    close = publish(close=close, by=by)
    if received_by is not None:
        close = _object(close, received_by=received_by, by=by)
    return confirm(close=close, by=by)


def _object(close: QuarterClose, *, received_by: Any, by: Any) -> QuarterClose:
    """One objection is maintained, one upheld: an entry told twice is reversed and the result computed again."""
    entries = PointEntry.objects.unscoped("demo").filter(
        settle_quarter=close.quarter, village__area__parent=OWN_TOWN, points__gt=0
    )
    first, second = entries.order_by("pk").select_related("subject")[:2]
    given = {"by": received_by, "objection": None, "quarter": close.quarter, "received_on": clock.today()}
    doubted = receive(subject=first.subject, content="志愿服务记得比实际多", raised_by="村民代表", **given)
    decide(objection=doubted, by=by, outcome="maintained", reply="查看签到表和照片，次数属实。")
    if second.subject == first.subject:
        second = entries.exclude(subject=first.subject).order_by("pk").select_related("subject")[0]
    told_twice = receive(subject=second.subject, content="同一件事记了两次", **given)
    done = decide(
        objection=told_twice, by=by, outcome="corrected", reply="两条记录是同一件事，冲销一条。", reverse=[second.pk]
    )
    jobs.run(str(done.job.pk))  # type: ignore[union-attr] # a published quarter is computed again by a job
    return QuarterClose.objects.unscoped("demo").get(pk=done.close.pk)  # type: ignore[union-attr]


def _load_samples(*, by: Any) -> None:
    """The last locked quarter looked at: three claims of each town, all filed but the own town, which has one left."""
    samples = draw(by=by, county=COUNTY, quarter=LOCKED_QUARTERS[-1], size=3, seed=20260701)
    own = next(sample for sample in samples if sample.town_id == OWN_TOWN)
    # What the county itself entered for an upheld objection waits for somebody else's look.
    left = [one for one in samples if one.pk == own.pk or one.claim.declared_by_id == by.pk]
    for sample in samples:
        if sample not in left:
            judge(by=by, sample=sample, outcome="true")
    for town in sorted({one.town_id for one in samples} - {one.town_id for one in left}):
        file_quarter(by=by, town=town, quarter=LOCKED_QUARTERS[-1])


def _load_waiting(random: Random, subjects: list[Subject], clerk: Any, branch: Any, federation: Any) -> None:
    people = [subject for subject in subjects if subject.village_id == WAITING_VILLAGE]
    items = [item for item in SCHEME.items if item.points > 0]
    for state, count in WAITING.items():
        claims = PointClaim.objects.bulk_create(
            PointClaim(
                subject=(subject := random.choice(people)),
                village_id=subject.village_id,
                item_code=(item := random.choice(items)).code,
                quantity=1,
                occurred_on=dt.date(2026, random.choice((8, 9, 10)), random.randint(1, 28)),
                reason=REASONS[item.code],
                source_ref=f"待办-{PointClaim.State(state).label}-{n:03d}",
                state=state,
                # Two weeks of work: some wait within their time, some are overdue.
                waiting_since=clock.now() - dt.timedelta(days=n + 1),
                declared_by=clerk,
            )
            for n in range(count)
        )
        steps = [("", STATES.DECLARED, clerk)]
        if state != STATES.DECLARED:
            steps.append((STATES.DECLARED, STATES.BRANCH_CHECKED, branch))
        if state == STATES.FEDERATION_CHECKED:
            steps.append((STATES.BRANCH_CHECKED, STATES.FEDERATION_CHECKED, federation))
        PointClaimStep.objects.bulk_create(
            PointClaimStep(claim=claim, from_state=before, to_state=after, by=by)
            for claim in claims
            for before, after, by in steps
        )
