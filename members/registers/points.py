"""Points in the house's sockets: menu, look-ups, what is owed, search. Their pages are views of their own."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, Q
from django.urls import reverse

from lianjian import clock
from lianjian.periods import Period
from members.actions.objections import DECIDE
from members.models import PointClaim, PointObjection, QuarterClose, Subject
from members.queries.point_claims import claims_waiting_for, has_a_step
from members.queries.point_closes import binding_scores
from members.queries.point_deadlines import overdue_in
from members.queries.point_items import counties_of
from members.views import points_base as base
from registers import reading, sockets
from registers.lookups import LIMIT, Suggestion, register_lookup
from registers.pages.parts import RelatedTable
from registers.searching import found_by

GROUP = "积分"
VIEW, DECLARE, RUN = "points.view", "claims.declare", "closes.run"
SUBJECT_LOOKUP = "point-subjects"
SCORES_SHOWN = 5
MENU = (
    (10, "积分申报", "claims:list"),
    (20, "积分记录", "entries:list"),
    (25, "抽查和备案", "claims:samples"),
    (30, "季度结算", "closes:list"),
    (40, "季度得分", "scores:list"),
    (50, "年度结果", "scores:years"),
    (60, "积分办法", "schemes:list"),
)


def plug_in() -> None:
    """Called once from `AppConfig.ready()`."""
    for order, title, url_name in MENU:
        sockets.add_menu_item(sockets.MenuItem(GROUP, title, url_name, VIEW, order))
    register_lookup(SUBJECT_LOOKUP, suggest_subjects)
    sockets.owed.plug("points.claims", owed_claims)
    sockets.owed.plug("points.overdue", owed_overdue)
    sockets.owed.plug("points.objections", owed_objections)
    sockets.owed.plug("points.closes", owed_closes)


def suggest_subjects(user: Any, text: str) -> Iterator[Suggestion]:
    """Active subjects for whom the user may declare, by name, number or pinyin."""
    rows = Subject.objects.changeable_by(user, DECLARE).filter(is_active=True).select_related("village", "person")
    fields = ("name", "number", "person__initials", "person__pinyin")
    for subject in found_by(rows, fields, text).order_by("name", "number")[:LIMIT]:
        born = subject.person.birth_year if subject.person else None
        parts = [subject.village.name, subject.get_kind_display(), f"{born} 年生" if born else ""]
        yield Suggestion(subject.number, subject.name, "　".join(part for part in parts if part))


def points_table(subject: Subject, user: Any) -> RelatedTable:
    """A person's last scores, for his own page; the open quarter stands behind 全部. One query."""
    head = base.head
    heads = [
        head("quarter", "季度", main=True),
        head("total", "总分", css="num", unit="分", main=True),
        head("grade", "等次", main=True),
        head("federation", "联建内名次", css="num"),
        head("village", "村内名次", css="num"),
        head("state", "状态"),
    ]
    rows = [
        base.row(
            heads,
            [
                base.quarter_label(score.close.quarter),
                base.points(score.total) if score.total is not None else "免于积分",
                score.grade,
                score.rank_federation,
                score.rank_village,
                {"text": score.close.get_state_display(), "tone": "done" if score.close.state == "locked" else "info"},
            ],
            url=reverse("scores:detail", args=[score.pk]),
        )
        for score in binding_scores(user, subject)[:SCORES_SHOWN]
    ]
    return RelatedTable(
        "积分",
        heads,
        rows,
        all_url=reverse("scores:member", args=[subject.number]) if rows else "",
        empty="还没有公示或审定的季度。",
        add_url="" if rows else reverse("scores:member", args=[subject.number]),
        add_label="本季度至今",
    )


def owed_claims(user: Any) -> Iterator[sockets.Owed]:
    """Claims waiting for the user's own step."""
    if not has_a_step(user):
        return
    waiting = claims_waiting_for(user)
    count = reading.capped_count(waiting)
    if count:
        late = reading.capped_count(waiting.filter(overdue_in(user.scope_for(VIEW))))
        note = f"其中 {reading.count_text(late)} 条已过办理期限" if late else ""
        yield sockets.Owed("积分申报等您办理", f"{reverse('claims:list')}?tab=mine", "办理", count=count, note=note)


def owed_overdue(user: Any) -> Iterator[sockets.Owed]:
    """Claims that towns and villages left lying past their day: for the county, which has no step of its own."""
    if not user.can(RUN):
        return
    late = reading.capped_count(PointClaim.objects.visible_to(user).filter(overdue_in(user.scope_for(RUN))))
    if late:
        yield sockets.Owed("积分申报过期未办", reverse("claims:overdue"), "查看", count=late)


def owed_objections(user: Any) -> Iterator[sockets.Owed]:
    """Objections that wait for their decision, by the day on which the time of publication ends."""
    if not user.can(DECIDE):
        return
    rows = PointObjection.objects.changeable_by(user, DECIDE).filter(outcome=PointObjection.Outcome.PENDING)
    waiting = rows.order_by().values("quarter").annotate(count=Count("pk"), until=Min("close__objections_until"))
    for one in waiting.order_by("quarter"):
        query = urlencode({"outcome": "pending", "quarter": one["quarter"]})
        title = f"{base.quarter_label(one['quarter'])}积分异议待处理"
        url = f"{reverse('point-objections:list')}?{query}"
        yield sockets.Owed(title, url, "处理", due_on=one["until"], count=one["count"])


def owed_closes(user: Any) -> Iterator[sockets.Owed]:
    """Quarters of the user's counties that are not locked: the last one, and earlier ones posted or reopened."""
    if not user.can(RUN):
        return
    scope = user.scope_for(RUN)
    counties = [county for county in counties_of(scope) if scope.covers(county)]
    last = Period.of(clock.today()).previous()
    versions = QuarterClose.objects.changeable_by(user, RUN).filter(area_id__in=counties, quarter__lte=str(last))
    posted = Q(state=QuarterClose.State.PUBLISHED)
    found = versions.order_by().values("area_id", "quarter").annotate(
        locked=Count("pk", filter=Q(state=QuarterClose.State.LOCKED)), posted=Count("pk", filter=posted),
        until=Max("objections_until", filter=posted), reopened=Count("reopened_at"),
    )  # fmt: skip
    begun: dict[tuple[str, str], Any] = {(one["area_id"], one["quarter"]): one for one in found}
    wanted = {*begun, *((county, str(last)) for county in counties)}
    for county, quarter in sorted(wanted, key=lambda one: (one[1], one[0])):
        one = begun.get((county, quarter), {"locked": 0, "posted": 0, "until": None, "reopened": 0})
        if one["locked"] or not (one["posted"] or one["reopened"] or quarter == str(last)):
            continue
        done = "公示后待审定" if one["posted"] else "重新打开后还没有公示" if one["reopened"] else "还没有结算"
        title = f"{base.quarter_label(quarter)}积分{done}"
        yield sockets.Owed(title, f"{reverse('closes:list')}?quarter={quarter}", "办理", due_on=one["until"])
