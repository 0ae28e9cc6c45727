"""One version of a close: what it counts, its scores with filters, and what the user may do with it."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lianjian import clock, periods
from members.models import PointObjection, PointScore, QuarterClose
from members.models.subjects import SubjectClass, SubjectKind
from members.queries import point_closes as queries
from members.views import points_base as base
from members.views.points_closes import (
    CONFIRM,
    DIGEST_SHOWN,
    PUBLISH,
    REOPEN,
    RUN,
    TITLE,
    CloseView,
    State,
    last_step,
    state_cell,
)
from registers.pages.parts import Action, Notice
from registers.pages.present import moment


class ScoreFilters(base.PlaceFilters):
    """Filters over the scores of one close; federations are those of the quarter's last day. `shown_kind` is
    the kind asked for, or the first of `kinds`.
    """

    kind = forms.ChoiceField(label="对象", required=False)
    subject_class = forms.ChoiceField(label="党员类别", required=False)
    grade = forms.ChoiceField(label="等次", required=False)

    village_path = "close_subject__village_code"
    person_fields = (
        "close_subject__name",
        "close_subject__number",
        "close_subject__subject__person__initials",
        "close_subject__subject__person__pinyin",
    )

    def __init__(self, data: Any, *, scope: Any, close: QuarterClose, user: Any, kinds: list[str]) -> None:
        asked = data.get("kind", "")
        self.shown_kind = asked if asked in kinds else (kinds[0] if kinds else "")
        self.of_quarter = queries.federations_in(close, user)
        super().__init__(data, scope=scope)
        chosen = [(str(pk), name) for pk, name in self.of_quarter]
        if chosen:
            field = forms.ChoiceField(label="新村、联建片区", required=False, choices=[("", "全部"), *chosen])
            self.fields["federation"] = field
        else:
            self.fields.pop("federation", None)
        names = dict(SubjectKind.choices)
        self.fields["kind"].choices = [(kind, names[kind]) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["subject_class"].choices = [("", "全部"), *SubjectClass.choices]  # type: ignore[attr-defined]
        self.fields["grade"].choices = [("", "全部")]  # type: ignore[attr-defined]
        if len(kinds) < 2:  # noqa: PLR2004 -- one kind is no choice
            del self.fields["kind"]
        if self.shown_kind != SubjectKind.MEMBER:
            del self.fields["subject_class"]

    def by_federation(self, rows: QuerySet, federation: int) -> QuerySet:
        return rows.filter(close_subject__federation=federation)

    def narrowed(self, rows: QuerySet) -> QuerySet:
        rows = super().narrowed(rows)
        if chosen := self.value("subject_class"):
            rows = rows.filter(close_subject__subject_class=chosen)
        if grade := self.value("grade"):
            rows = rows.filter(grade=grade)
        return rows


class CloseDetail(CloseView):
    primary = ("q", "area", "federation", "grade")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        close = self.close(pk)
        books = queries.kinds_in(close, self.user)
        kinds = list(books)
        form = ScoreFilters(request.GET, scope=self.scope, close=close, user=self.user, kinds=kinds)
        kind = form.shown_kind
        grades = queries.grade_names(close, self.user, kind)
        form.fields["grade"].choices = [("", "全部"), *((name, name) for name in grades)]  # type: ignore[attr-defined]
        rows = queries.scores_in(close, self.user).filter(close_subject__subject_kind=kind)
        rows = form.narrowed(rows).select_related("close_subject")
        page, context = self.listed(rows, form, self.order(form))
        before = queries.locked_before(close, self.user)
        towns = queries.by_town(close, self.user, kind, grades[0] if grades else "")
        codes = {line.town for line in towns} | {score.close_subject.village_code for score in page.rows}
        names = base.place_names(codes)
        before_towns = queries.by_town(before, self.user, kind, "") if before else []
        heads = self.heads(kind, before)
        totals = (
            queries.totals_of(before, self.user, [one.close_subject.subject_id for one in page.rows]) if before else {}
        )
        context |= {
            "breadcrumbs": self.crumbs((TITLE, reverse("closes:list")), (self.title(close), "")),
            "close": close,
            "object_title": self.title(close),
            "status": state_cell(close),
            "key_facts": self.key_facts(close),
            "actions": self.actions(close),
            "notices": self.notices(close),
            "figures": figures(towns, before_towns, before),
            "towns": town_table(towns, names, kind) if len(towns) > 1 else None,
            "chart": self.chart(close, kind, grades),
            "tabs": self.tabs(books, kind),
            "columns": heads,
            "rows": [self.score_row(heads, score, names, totals, before) for score in page.rows],
            "urls": {"clear": f"?{urlencode({'kind': kind})}" if len(kinds) > 1 else "?",
                     "export": reverse("closes:export", args=[close.pk])},
            "steps": self.steps(close),
            "versions": self.versions(close),
            "reopen_url": "" if self.own_step(close) else self.reopen_url(close),
            "reopen_refused": self.own_step(close) if self.reopen_url(close) else "",
            "reopen_title": f"重新打开“{base.quarter_label(close.quarter)}”",
            "scores_title": f"{dict(SubjectKind.choices).get(kind, '')}得分",
        }  # fmt: skip
        return self.page("members/points/close.html", context)

    def title(self, close: QuarterClose) -> str:
        return f"{close.area.name}{base.quarter_label(close.quarter)}积分结算"

    def order(self, form: ScoreFilters) -> tuple[str, ...]:
        """By the rank that the filters make comparable; 免于积分 come last, for they have none."""
        area = form.value("area")
        if form.value("federation"):
            return ("rank_federation", "close_subject__number")
        if len(area) == 12:  # noqa: PLR2004 -- a village's code
            return ("rank_village", "close_subject__number")
        if area:
            return ("rank_town", "close_subject__number")
        return ("close_subject__town_code", "rank_town", "close_subject__number")

    def tabs(self, books: dict[str, int], chosen: str) -> list[dict[str, Any]]:
        """The books (P22), which are never ranked together; none where the close has one only."""
        names = dict(SubjectKind.choices)
        return [
            {"title": names[kind], "url": f"?{urlencode({'kind': kind})}", "active": kind == chosen,
             "badge": f"{count:,}"}
            for kind, count in books.items()
        ] if len(books) > 1 else []  # fmt: skip

    def key_facts(self, close: QuarterClose) -> list[tuple[str, str]]:
        facts = [("版本", f"第 {close.number} 版"), ("结果摘要", close.digest[:DIGEST_SHOWN])]
        if close.state == State.PUBLISHED and close.objections_until:
            facts.append(("公示截止", close.objections_until.isoformat()))
        return facts

    def actions(self, close: QuarterClose) -> list[Action]:
        label = base.quarter_label(close.quarter)
        made = []
        if close.state in (State.PUBLISHED, State.LOCKED):
            made.append(Action("公示表", reverse("closes:notice", args=[close.pk]), icon="printer"))
        if close.number > 1:
            made.append(Action("与上一版对比", reverse("closes:changes", args=[close.pk]), icon="arrows-exchange"))
        if close.state == State.TRIAL and self.may(RUN, close):
            made.append(Action("再次试算", reverse("closes:again", args=[close.pk]), method="post", icon="calculator"))
        if close.state == State.TRIAL and self.may(PUBLISH, close):
            over = periods.parse_quarter(close.quarter).last_day < clock.today()
            made.append(
                Action(
                    "公示", reverse("closes:publish", args=[close.pk]), method="post", tone="primary",
                    icon="speakerphone", disabled="" if over else f"{label}还没有结束，结束后才能公示",
                    confirm=f"公示“{label}”第 {close.number} 版？公示后名单固定，这个季度不再记分，"
                    "之后审定的积分计入下一季度。",
                )
            )  # fmt: skip
        if close.state == State.PUBLISHED and self.may(CONFIRM, close):
            early = f"公示到 {close.objections_until}，现在还没有满。" if is_early(close) else ""
            made.append(
                Action(
                    "审定", reverse("closes:confirm", args=[close.pk]), method="post", tone="primary", icon="lock",
                    confirm=f"审定“{label}”第 {close.number} 版？{early}审定后得分、等次和名次不再变动，"
                    "要改须由另一位同志重新打开。",
                )
            )  # fmt: skip
        if self.reopen_url(close) and not self.own_step(close):
            made.append(Action("重新打开", "#reopen", icon="lock-open"))
        return made

    def notices(self, close: QuarterClose) -> list[Notice]:
        notices = []
        if close.state == State.TRIAL:
            notices.append(Notice("这是试算，仅供核对；公示前可以再次试算。", "waiting"))
            if count := queries.open_claims(close, self.user):
                query = urlencode({"tab": "all", "state": "open", "quarter": close.quarter})
                notices.append(
                    Notice(
                        f"这个季度的事还有 {count:,} 条申报没有审定，公示以后审定的计入下一季度。",
                        "waiting", f"{reverse('claims:list')}?{query}", "查看申报",
                    )
                )  # fmt: skip
            if self.may(PUBLISH, close) and (share := queries.own_share(close, self.user)).is_most:
                notices.append(
                    Notice(
                        f"这个季度的 {share.all:,} 条积分有 {share.own:,} 条是您自己申报的（超过一半），"
                        "公示前请由另一位同志对照原始记录核对。",
                        "late",
                    )
                )
        if close.state == State.SUPERSEDED:
            why = f"：{close.reopen_reason}" if close.reopen_reason else ""
            notices.append(Notice(f"这一版已被后面的版本替代{why}。", "late"))
        if close.state == State.PUBLISHED:
            waiting = PointObjection.objects.visible_to(self.user).filter(quarter=close.quarter, outcome="pending")
            address = f"{reverse('point-objections:list')}?{urlencode({'outcome': 'pending'})}"
            if count := waiting.filter(close__area_id=close.area_id).count():
                notices.append(Notice(f"有 {count} 条异议等处理，处理完才能审定。", "waiting", address, "查看异议"))
            if close.is_correction:
                notices.append(Notice("这一版是异议更正后重算的，已接替原来公示的一版。", "info"))
        if not self.scope.covers(close.area_id):
            notices.append(Notice("这里只列出您范围内的人，名次按全村、全联建单位、全镇计算。", "info"))
        return notices

    def reopen_url(self, close: QuarterClose) -> str:
        if close.state not in (State.PUBLISHED, State.LOCKED) or not self.may(REOPEN, close):
            return ""
        return reverse("closes:reopen", args=[close.pk])

    def own_step(self, close: QuarterClose) -> str:
        """Why the user may not reopen what he published or locked himself; empty where he may."""
        locked = close.state == State.LOCKED
        who = close.locked_by_id if locked else close.published_by_id
        word = "审定" if locked else "公示"
        return f"这一版是您{word}的，要重新打开须由另一位同志办理。" if who == self.user.pk else ""

    def steps(self, close: QuarterClose) -> list[dict[str, Any]]:
        early = close.locked_at is not None and is_early(close, close.locked_at)
        told = (
            ("试算完成", close.started_by, close.whole_at, ""),
            ("公示", close.published_by, close.published_at, ""),
            ("审定（公示未满）" if early else "审定", close.locked_by, close.locked_at, ""),
            ("重新打开", close.reopened_by, close.reopened_at, close.reopen_reason),
        )
        return [
            {"what": what, "who": who.name if who else "", "when": moment(when), "reason": reason}
            for what, who, when, reason in reversed(told)
            if when is not None
        ]  # fmt: skip

    def versions(self, close: QuarterClose) -> list[dict[str, Any]]:
        """The other versions of the quarter, newest first."""
        rows = queries.closes_for(self.user).filter(area=close.area_id, quarter=close.quarter).exclude(pk=close.pk)
        return [
            {"title": f"第 {one.number} 版", "url": reverse("closes:detail", args=[one.pk]), "status": state_cell(one),
             "note": last_step(one)[1], "digest": one.digest[:DIGEST_SHOWN], "same": one.digest == close.digest}
            for one in rows.order_by("-number")[:20]
        ]  # fmt: skip

    def chart(self, close: QuarterClose, kind: str, grades: list[str]) -> dict[str, Any]:
        counts = queries.grades_in(close, self.user, kind)
        names = [*grades, *([""] if counts.get("") else [])]
        shown = [name or "不定等次" for name in names]
        values = [counts.get(name, 0) for name in names]
        address = reverse("closes:detail", args=[close.pk])
        urls = [f"{address}?{urlencode({'kind': kind, 'grade': name})}" if name else address for name in names]
        total = sum(values)
        return {
            "id": "close-grades",
            "title": "等次分布",
            "meaning": "计分的人按等次分。免于积分的不在内。",
            "size": "sm",
            "spec": {
                "type": "hbar", "unit": "人", "categories": shown, "urls": urls,
                "series": [{"name": dict(SubjectKind.choices).get(kind, "人数"), "data": values}],
            } if total else None,
            "columns": [base.head("grade", "等次"), base.head("count", "人数", css="num"),
                        base.head("share", "占比", css="num")],
            "rows": [[name, f"{value:,}", percent(value, total)] for name, value in zip(shown, values, strict=True)],
            "empty": "没有计分的人。",
        }  # fmt: skip

    def heads(self, kind: str, before: QuarterClose | None) -> list[dict]:
        head = base.head
        return [
            head("name", "姓名", main=True),
            head("village", "村居", css="name"),
            head("federation", "新村、联建片区", css="name"),
            *([head("class", "类别")] if kind == SubjectKind.MEMBER else []),
            head("base", "基础分", css="num"),
            head("award", "得分", css="num"),
            head("deduct", "扣分", css="num"),
            head("total", "总分", css="num", main=True),
            *([head("change", "比上次", css="num", meaning=f"比{base.quarter_label(before.quarter)}审定的总分")]
              if before else []),
            head("grade", "等次", main=True),
            head("rank_federation", "联建内", css="num", meaning="联建内名次"),
            head("rank_village", "村内", css="num", meaning="村内名次"),
            head("rank_town", "镇内", css="num", meaning="镇内名次"),
        ]  # fmt: skip

    def score_row(
        self, heads: list[dict], score: PointScore, names: dict[str, str], before_totals: dict, before: Any
    ) -> dict:
        subject = score.close_subject
        values: dict[str, Any] = {
            "name": subject.name,
            "village": names.get(subject.village_code, subject.village_code),
            "federation": subject.federation_name,
            "class": subject.get_subject_class_display(),
            "base": base.points(score.base),
            "award": base.points(sum(score.awards.values())),
            "deduct": base.points(score.deduct) if score.deduct else "",
            "total": base.points(score.total) if score.total is not None else "免于积分",
            "grade": score.grade,
            "rank_federation": score.rank_federation,
            "rank_village": score.rank_village,
            "rank_town": score.rank_town,
        }
        earlier = before_totals.get(subject.subject_id)
        if before is not None and score.total is not None and earlier is not None:
            values["change"] = base.signed(score.total - earlier)
        cells = [values.get(column["key"]) for column in heads]
        return base.row(heads, cells, url=reverse("scores:detail", args=[subject.pk]), pk=subject.pk)


def is_early(close: QuarterClose, at: dt.datetime | None = None) -> bool:
    """Whether the time of publication is not over: at a moment, or now."""
    day = clock.today() if at is None else at.astimezone(clock.SHANGHAI).date()
    return close.objections_until is not None and day <= close.objections_until


def percent(value: int, total: int) -> str:
    return f"{Decimal(value * 100) / total:.1f}%" if total else ""


def tenths(mean: float | None) -> int | None:
    """A mean of 0.1 points, half up, as whole 0.1 points."""
    return None if mean is None else int(Decimal(mean).quantize(Decimal(1), ROUND_HALF_UP))


def figures(towns: list, before_towns: list, before: QuarterClose | None) -> list[dict[str, Any]]:
    """What the head of a close counts, of the user's own part."""
    scored = sum(line.scored for line in towns)
    mean = mean_of(towns)
    earlier = mean_of(before_towns)
    trend = {}
    if before is not None and mean is not None and earlier is not None:
        change = mean - earlier
        trend = {
            "trend": "up" if change > 0 else "down" if change < 0 else "flat",
            "trend_text": f"比{base.quarter_label(before.quarter)} {base.signed(change) or '0.0'}",
        }
    return [
        {"label": "计分", "value": f"{scored:,}", "unit": "人"},
        {"label": "免于积分", "value": f"{sum(line.exempt for line in towns):,}", "unit": "人"},
        {"label": "平均总分", "value": base.points(mean) or "—", "unit": "分", **trend},
        {"label": "最高等次", "value": f"{sum(line.top for line in towns):,}", "unit": "人"},
    ]


def mean_of(towns: list) -> int | None:
    count = sum(line.scored for line in towns)
    return tenths(sum(float(line.mean or 0) * line.scored for line in towns) / count) if count else None


def town_table(towns: list, names: dict[str, str], kind: str) -> dict[str, Any]:
    head = base.head
    heads = [
        head("town", "镇街", main=True),
        head("scored", "计分", css="num", unit="人", main=True),
        head("exempt", "免于积分", css="num", unit="人"),
        head("mean", "平均总分", css="num", unit="分", main=True),
        head("top", "最高等次", css="num", unit="人"),
        head("share", "最高等次占比", css="num"),
    ]
    rows = [
        base.row(
            heads,
            [names.get(line.town, line.town), f"{line.scored:,}", f"{line.exempt:,}" if line.exempt else "",
             base.points(tenths(line.mean)), f"{line.top:,}", percent(line.top, line.scored)],
            url=f"?{urlencode({'kind': kind, 'area': line.town})}",
        )
        for line in towns
    ]  # fmt: skip
    scored, top = sum(line.scored for line in towns), sum(line.top for line in towns)
    total = base.row(
        heads,
        ["合计", f"{scored:,}", f"{sum(line.exempt for line in towns):,}", base.points(mean_of(towns)), f"{top:,}",
         percent(top, scored)],
    )  # fmt: skip
    return {"columns": heads, "rows": rows, "totals": total["cells"]}
