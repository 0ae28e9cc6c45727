"""Points in the house's sockets: menu, look-ups, what is owed, search. Their pages are views of their own."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from lianjian import clock
from lianjian.periods import Period
from members.models import PointClaim, QuarterClose, Subject
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


def owed_closes(user: Any) -> Iterator[sockets.Owed]:
    """The last quarter where the user's county has not locked it yet."""
    if not user.can(RUN):
        return
    scope = user.scope_for(RUN)
    counties = [county for county in counties_of(scope) if scope.covers(county)]
    if not counties:
        return
    last = Period.of(clock.today()).previous()
    closes = QuarterClose.objects.changeable_by(user, RUN).filter(quarter=str(last), area_id__in=counties)
    states = dict(closes.filter(state__in=("published", "locked")).values_list("area_id", "state"))
    for county in counties:
        state = states.get(county)
        if state == QuarterClose.State.LOCKED:
            continue
        title = f"{last.label}积分{'公示后待审定' if state else '还没有结算'}"
        yield sockets.Owed(title, f"{reverse('closes:list')}?quarter={last}", "办理")
