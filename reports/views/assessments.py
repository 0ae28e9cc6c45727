"""What is done with an assessment list (P24), and the page on which a result tells how it came about."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from lianjian import clock
from lianjian.periods import Period, quarter_of
from registers.pages.details import DetailFace
from registers.pages.faces import Face
from registers.pages.parts import Action
from registers.pages.present import link_to, list_url, url_of
from registers.register import register_of
from reports import indicators
from reports.actions.assessments import PUBLISH, publish, put_in_force, try_out, withdraw
from reports.assessing.grades import plain
from reports.boards.words import figure_url
from reports.models import AssessmentItem, AssessmentList, AssessmentResult
from reports.queries import places
from reports.queries.figures import Place
from reports.workbooks import assessments as workbook

NOT_YET = "还没有评分，记 0 分"
NO_DATA = "没有数据，记 0 分"


class ListFace(DetailFace):
    """A list; the button that drops it is there for drafts only."""

    def actions(self, row: AssessmentList) -> list[Action]:
        found = super().actions(row)
        if row.state == AssessmentList.State.DRAFT:
            return found
        return [action for action in found if action.url != self.url("delete", row)]


class StepFace(Face):
    """POST only: one step of a list, for those who may change it."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.visible_row(key)
        if not row.is_changeable_by(self.user):
            raise PermissionDenied
        return self.perform(row)

    def perform(self, row: AssessmentList) -> HttpResponse:
        raise NotImplementedError

    def done(self, row: AssessmentList, said: str) -> HttpResponse:
        messages.success(self.request, said)
        return redirect(self.url("detail", row))


class PutInForceFace(StepFace):
    def perform(self, row: AssessmentList) -> HttpResponse:
        put_in_force(by=self.user, assessment=row)
        return self.done(row, f"“{row}”已启用，可以评分了。")


class WithdrawFace(StepFace):
    def perform(self, row: AssessmentList) -> HttpResponse:
        withdraw(by=self.user, assessment=row)
        return self.done(row, f"“{row}”已退回草稿，改好以后再启用。")


class TryOutFace(StepFace):
    def perform(self, row: AssessmentList) -> HttpResponse:
        computed = try_out(by=self.user, assessment=row)
        left = f"，还有 {computed.missing:,} 项没有评分，暂按 0 分计" if computed.missing else ""
        messages.success(self.request, f"已试算 {len(computed.results):,} 个结果{left}。")
        return redirect(list_url(register_of("assessment-results"), assessment=row.pk))


class PublishFace(StepFace):
    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.visible_row(key)
        if not row.is_changeable_by(self.user, PUBLISH):
            raise PermissionDenied
        publish(by=self.user, assessment=row)
        return self.done(row, f"“{row}”的结果已公布，各村看得到自己的结果。")


class WorkbookFace(StepFace):
    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.visible_row(key)
        if not self.user.can(workbook.RIGHT):
            raise PermissionDenied
        job = workbook.start(by=self.user, assessment=row)
        return redirect("jobs:detail", pk=job.pk)


class ResultFace(DetailFace):
    """One result: every line with its raw value, how its marks came about, and how the total did."""

    template = "reports/assessments/result.html"

    def context(self, row: AssessmentResult) -> dict[str, Any]:
        context = super().context(row)
        context["fact_groups"] = []  # the head and the derivation tell them all
        return context

    def more(self, row: AssessmentResult) -> dict[str, Any]:
        assessment = row.assessment
        may_open = row.village_id in places.codes_seen(self.user, [row.village_id])
        categories: dict[str, list[dict[str, Any]]] = {}
        for line in row.lines:
            shown = self.line(row, line, may_open=may_open)
            categories.setdefault(line["category"], []).append(shown)
        return {
            "result": row,
            "assessment": assessment,
            "assessment_url": url_of(register_of("assessment-lists"), assessment),
            "village_url": link_to(row.village, self.user),
            "pay": "" if row.pay is None else f"{row.pay:,.2f}",
            "base_pay": f"{assessment.base_pay or 0:,.2f}",
            "class_name": row.get_planning_class_display() or "暂未分类",
            "categories": [
                {
                    "name": name,
                    "full": plain(sum((Decimal(line["full"]) for line in lines), Decimal(0))),
                    "marks": f"{sum((Decimal(line['marks']) for line in lines), Decimal(0)):.2f}",
                    "lines": lines,
                }
                for name, lines in categories.items()
            ],
            "own_share": 100 - (assessment.village_share or 0),
            "village_result_url": self.village_result(row),
        }

    def line(self, row: AssessmentResult, line: dict[str, Any], *, may_open: bool) -> dict[str, Any]:
        """A kept line as the page shows it."""
        shown = {**line, "full": plain(Decimal(line["full"])), "value": "", "url": "", "how": "", "is_odd": False}
        if line["source"] == AssessmentItem.Source.INDICATOR:
            return shown | self.measured(row, line, may_open=may_open)
        if line["missing"]:
            return shown | {"how": NOT_YET, "is_odd": True}
        if "value" in line:
            return shown | {"value": line["value"], "how": "按本年评约结果"}
        told = f"{line['by']} {line['on']} 评分" if line["by"] else "评分"
        return shown | {"how": "，".join(filter(None, (told, line["note"])))}

    def measured(self, row: AssessmentResult, line: dict[str, Any], *, may_open: bool) -> dict[str, Any]:
        try:
            indicator = indicators.indicator(line["indicator"])
        except KeyError:  # one that a later version of the product no longer has
            return {"value": line["value"] or "", "how": line["period"]}
        period = Period.parse(line["period"])
        if line["value"] is None:
            return {"value": "—", "how": f"{indicator.name}，{period.label}：{NO_DATA}", "is_odd": True}
        quarter = period if period.unit == "Q" else Period(period.year, "Q", 4)
        running = quarter_of(clock.today())
        url = figure_url(Place("village", row.village_id), indicator, min(quarter, running)) if may_open else ""
        how = f"{indicator.name}，{period.label}；{_number(line['zero_at'])} 得零分，{_number(line['full_at'])} 得满分"
        return {"value": f"{_number(line['value'])} {indicator.unit}", "url": url, "how": how}

    def village_result(self, row: AssessmentResult) -> str:
        """Where the village's own result of that year opens; empty for a village and where it is not to be seen."""
        if row.person_id is None:
            return ""
        same = self.register.rows(self.user).filter(
            village=row.village_id, assessment__year=row.assessment.year, person__isnull=True
        )
        found = same.first()
        return self.url("detail", found) if found else ""


def _number(text: str) -> str:
    """A kept number with thousands separated and no idle zeros."""
    return f"{Decimal(plain(Decimal(text))):,f}"
