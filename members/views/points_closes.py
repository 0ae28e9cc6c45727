"""Quarter closes (季度结算): the list, starting a trial, and the steps from publishing to reopening."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lianjian import clock
from lianjian.periods import Period
from members.actions import closes as actions
from members.models import QuarterClose
from members.queries import point_closes as queries
from members.queries.point_items import counties_of
from members.views import points_base as base
from registers import sockets
from registers.pages.present import moment

TITLE = "季度结算"
State = QuarterClose.State
TONES = {State.TRIAL: "waiting", State.PUBLISHED: "info", State.LOCKED: "done", State.SUPERSEDED: "neutral"}
RUN, PUBLISH, CONFIRM, REOPEN = "closes.run", "closes.publish", "closes.confirm", "closes.reopen"
DIGEST_SHOWN = 12
TRIALS_OFFERED = 6


def state_cell(close: QuarterClose) -> dict[str, str]:
    return {"text": close.get_state_display(), "tone": TONES[State(close.state)]}


def last_step(close: QuarterClose) -> tuple[str, str]:
    """Who did the last step, and when."""
    for who, when in (
        (close.reopened_by, close.reopened_at),
        (close.locked_by, close.locked_at),
        (close.published_by, close.published_at),
        (close.started_by, close.whole_at),
    ):
        if when is not None:
            return (who.name if who else ""), moment(when)
    return "", ""


class CloseList(base.PointsList):
    ordering = ("-quarter", "area_id", "-number")

    def get(self, request: HttpRequest) -> HttpResponse:
        form = forms.Form(request.GET, label_suffix="")
        offered = [("", "全部"), *base.quarter_choices(12)]
        form.fields["quarter"] = forms.ChoiceField(label="季度", required=False, choices=offered)
        rows = queries.current_closes(self.user)
        if form.is_valid() and form.cleaned_data["quarter"]:
            rows = rows.filter(quarter=form.cleaned_data["quarter"])
        self.primary = ("quarter",)  # type: ignore[misc]
        page, context = self.listed(rows, form)
        head = base.head
        heads = [
            head("quarter", "季度", main=True),
            head("area", "县（市、区）"),
            head("state", "状态", main=True),
            head("number", "版本", css="num"),
            head("subject_count", "对象数", css="num", unit="人"),
            head("entry_count", "积分记录", css="num", unit="条"),
            head("who", "经办人"),
            head("when", "办理时间", css="date", main=True),
            head("digest", "结果摘要", css="quiet", meaning="全部得分的 SHA-256 摘要，重算结果相同则摘要相同"),
        ]
        whole = all(self.scope.covers(close.area_id) for close in page.rows)
        several = len({close.area_id for close in page.rows}) > 1
        hidden = {*(() if whole else ("subject_count", "entry_count")), *(() if several else ("area",))}
        heads = [column for column in heads if column["key"] not in hidden]
        lines = []
        for close in page.rows:
            who, when = last_step(close)
            values: dict[str, Any] = {
                "quarter": base.quarter_label(close.quarter), "area": close.area.name, "state": state_cell(close),
                "number": f"第 {close.number} 版", "subject_count": f"{close.subject_count:,}",
                "entry_count": f"{close.entry_count:,}", "who": who, "when": when,
                "digest": close.digest[:DIGEST_SHOWN],
            }  # fmt: skip
            cells = [values[column["key"]] for column in heads]
            lines.append(base.row(heads, cells, url=reverse("closes:detail", args=[close.pk]), pk=close.pk))
        context |= {
            "register": {"title": TITLE, "empty_text": "还没有结算过。每季度结束后由县委组织部试算、公示、审定。"},
            "breadcrumbs": self.crumbs((TITLE, "")),
            "columns": heads,
            "rows": lines,
            "urls": {"clear": "?"},
            "start": self.start_choices(),
        }
        return self.page("members/points/closes.html", context)

    def start_choices(self) -> dict[str, Any] | None:
        """Counties and quarters that the user may try to close; None without the right."""
        scope = self.user.scope_for(RUN)
        counties = [code for code in counties_of(scope) if scope.covers(code)]
        if not counties:
            return None
        names = sockets.area_names.ask(counties)
        current = Period.of(clock.today())
        quarters = [current.shift(-back) for back in range(TRIALS_OFFERED)]
        return {
            "counties": [(code, names.get(code, code)) for code in counties],
            "quarters": [(str(quarter), quarter.label) for quarter in quarters],
            "chosen": str(current.previous()),
        }


def started(request: HttpRequest, county: str, quarter: str) -> HttpResponse:
    """Start a trial and show its job; a colleague's that is under way is told of, for its page is his."""
    _, job = actions.start_close(by=request.user, county=county, quarter=quarter)
    if job.owner_id == request.user.pk:
        return redirect("jobs:detail", pk=job.pk)
    messages.info(request, f"“{job.title}”已由{job.owner.name}发起，正在计算，稍后刷新即可看到。")
    return redirect("closes:list")


class StartClose(base.PointsView):
    right = RUN
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        county, quarter = request.POST.get("county", ""), request.POST.get("quarter", "")
        return started(request, county, quarter)

    def came_from(self) -> str:
        return reverse("closes:list")


class CloseView(base.PointsList):
    """What pages of one close share."""

    def close(self, pk: int) -> QuarterClose:
        found = queries.closes_for(self.user).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def may(self, right: str, close: QuarterClose) -> bool:
        return self.user.scope_for(right).covers(close.area_id)


class StepView(CloseView):
    """One step of a close by POST; afterwards the close with what was done."""

    http_method_names = ["post", "options"]

    def came_from(self) -> str:
        return reverse("closes:detail", args=[self.kwargs["pk"]])

    def done(self, close: QuarterClose, said: str) -> HttpResponse:
        messages.success(self.request, said)
        return redirect("closes:detail", pk=close.pk)


class TryAgain(StepView):
    """Another trial of the same quarter."""

    right = RUN

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        close = self.close(pk)
        return started(request, close.area_id, close.quarter)


class Publish(StepView):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        close = actions.publish(close=self.close(pk), by=self.user)
        label = base.quarter_label(close.quarter)
        return self.done(close, f"已公示“{label}”第 {close.number} 版，公示到 {close.objections_until}。")


class Confirm(StepView):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        close = actions.confirm(close=self.close(pk), by=self.user)
        return self.done(close, f"已审定“{base.quarter_label(close.quarter)}”第 {close.number} 版。")


class Reopen(StepView):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        old, new, _ = actions.reopen(close=self.close(pk), by=self.user, reason=request.POST.get("reason", ""))
        label = base.quarter_label(old.quarter)
        return self.done(old, f"已重新打开“{label}”，第 {new.number} 版正在试算，算完后在季度结算里可以看到。")


class ScoreIndex(base.PointsView):
    """季度得分: straight to the newest close that counts, of a quarter where one is named; filters go along."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = queries.closes_for(self.user).filter(state__in=queries.BINDING).order_by("-quarter", "-number")
        filters = request.GET.copy()
        if quarter := filters.pop("quarter", [""])[-1]:
            rows = rows.filter(quarter=quarter)
        found = rows.values_list("pk", flat=True).first()
        if not found:
            return redirect("closes:list")
        address = reverse("closes:detail", args=[found])
        return redirect(f"{address}?{filters.urlencode()}" if filters else address)
