"""抽查 and 备案: a quarter by town in figures, the drawn claims and what was found, what the county does with them."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lianjian import clock, numbers
from lianjian.periods import Period
from members.actions.samples import MOST, RIGHT, draw, file_quarter, judge
from members.models import ClaimSample, PointQuarter
from members.queries import point_samples as queries
from members.queries.point_items import ItemBook, counties_of
from members.views import points_base as base
from members.views.points_claims import TITLE
from registers.errors import Invalid
from registers.pages.present import moment

SIZE = 10  # offered for each town
SHOWN = 500
COUNTED = ("approved", "drawn", "pending", "right", "wrong")
Outcome = ClaimSample.Outcome
TONES = {Outcome.PENDING: "waiting", Outcome.TRUE: "done", Outcome.PROBLEM: "late"}


class SamplesPage(base.PointsView):
    """One quarter: a line a town, and below the drawn claims (`?town=` those of one)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        choices = base.quarter_choices()
        asked = request.GET.get("quarter", "")
        quarter = asked if asked in dict(choices) else str(Period.of(clock.today()).previous())
        lines = queries.by_town(quarter, self.user)
        town = request.GET.get("town", "")
        names = base.place_names(line.town for line in lines)
        counties = [code for code in counties_of(self.scope) if self.user.scope_for(RIGHT).covers(code)]
        label = base.quarter_label(quarter)
        context = {
            "breadcrumbs": self.crumbs((TITLE, reverse("claims:list")), ("抽查和备案", "")),
            "heading": f"{label}积分抽查和备案",
            "label": label,
            "quarter": quarter,
            "quarters": choices,
            "counties": counties,
            "size": SIZE,
            "most": MOST,
            "towns": self.towns(lines, names, quarter, bool(counties)),
            "samples": self.samples(quarter, town, bool(counties)),
            "of_town": names.get(town, ""),
            "all_url": address(quarter),
        }
        return self.page("members/points/samples.html", context)

    def towns(self, lines: list, names: dict[str, str], quarter: str, is_county: bool) -> dict[str, Any]:
        """The table by town; 备案 is offered where every drawn claim is judged."""
        rows = [
            {
                "name": names.get(line.town, line.town),
                "url": address(quarter, line.town),
                "code": line.town,
                "filed": f"{line.filing.filed_by.name}，{moment(line.filing.filed_at)}" if line.filing else "",
                "may_file": is_county and not line.filing and line.drawn and not line.pending,
            }
            | {name: f"{getattr(line, name):,}" for name in COUNTED}
            for line in lines
        ]
        total = {name: f"{sum(getattr(line, name) for line in lines):,}" for name in COUNTED}
        return {"rows": rows, "total": total, "filed": sum(1 for line in lines if line.filing)}

    def samples(self, quarter: str, town: str, is_county: bool) -> list[dict[str, Any]]:
        rows = ClaimSample.objects.visible_to(self.user).filter(quarter=quarter)
        if town:
            rows = rows.filter(town=town)
        related = rows.select_related("claim__subject", "claim__village", "claim__declared_by", "checked_by")
        # Undecided ones first, in the order drawn.
        found = sorted(related.order_by("town", "pk")[:SHOWN], key=lambda one: one.outcome != Outcome.PENDING)
        entries = queries.entry_of_claim(rows)
        book = ItemBook.of(counties_of(self.scope))
        return [
            {
                "sample": one,
                "name": one.claim.subject.name,
                "village": one.claim.village.name,
                "item": book.name(one.claim),
                "points": base.signed(entries[one.claim_id].points) if one.claim_id in entries else "",
                "claim_url": reverse("claims:detail", args=[one.claim_id]),
                "entry_url": reverse("entries:detail", args=[entries[one.claim_id].pk])
                if one.claim_id in entries
                else "",
                "tone": TONES[Outcome(one.outcome)],
                "may_judge": is_county and one.outcome == Outcome.PENDING,
                "judge_url": reverse("claims:judge", args=[one.pk]),
                "checked": f"{one.checked_by.name}，{moment(one.checked_at)}"
                if one.checked_by and one.checked_at
                else "",
            }
            for one in found
        ]


def address(quarter: str, town: str = "") -> str:
    return f"{reverse('claims:samples')}?{urlencode({'quarter': quarter} | ({'town': town} if town else {}))}"


class SampleStep(base.PointsView):
    http_method_names = ["post", "options"]
    right = RIGHT

    def came_from(self) -> str:
        return address(self.request.POST.get("quarter", ""), self.request.POST.get("town", ""))


class Draw(SampleStep):
    def post(self, request: HttpRequest) -> HttpResponse:
        size = numbers.whole_number(request.POST.get("size", ""))
        if size is None:
            raise Invalid("请填写每个镇街抽几条", field="size")
        quarter = request.POST.get("quarter", "")
        drawn = draw(by=self.user, county=request.POST.get("county", ""), quarter=quarter, size=size)
        if drawn:
            messages.success(request, f"已抽取 {len(drawn):,} 条（种子 {drawn[0].seed}）。")
        else:
            messages.info(request, "没有可以抽的：这个季度还没有审定的积分、都抽过了，或已经备案。")
        return redirect(address(quarter))


class Judge(SampleStep):
    right = base.VIEW  # who sees the claim and may not judge it is told so; for others there is none

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        sample = ClaimSample.objects.visible_to(self.user).filter(pk=pk).first()
        if sample is None:
            raise Http404
        self.quarter = sample.quarter
        done = judge(
            by=self.user, sample=sample, outcome=request.POST.get("outcome", ""), note=request.POST.get("note", "")
        )
        if done.outcome == Outcome.PROBLEM:
            entry = queries.entry_of_claim(ClaimSample.objects.visible_to(self.user).filter(pk=pk)).get(done.claim_id)
            if entry is not None:
                gates = PointQuarter.objects.filter(county_code=entry.county_code, quarter=entry.settle_quarter)
                is_open = not gates.exclude(state=PointQuarter.State.OPEN).exists()
                then = "请在这里写明原因冲销" if is_open else "这个季度重新打开以后，在这里写明原因冲销"
                messages.success(request, f"已记为有问题，{then}。")
                return redirect("entries:detail", pk=entry.pk)
        messages.success(request, f"已记为{done.get_outcome_display()}。")
        return redirect(self.came_from())

    def came_from(self) -> str:
        return address(self.quarter, self.request.POST.get("town", ""))


class FileQuarter(SampleStep):
    def post(self, request: HttpRequest) -> HttpResponse:
        quarter = request.POST.get("quarter", "")
        filing = file_quarter(by=self.user, town=request.POST.get("file_town", ""), quarter=quarter)
        messages.success(request, f"{filing.town.name}{base.quarter_label(filing.quarter)}已备案。")
        return redirect(address(quarter))
