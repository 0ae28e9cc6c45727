"""What if: starting a trial of a version on past quarters, its result by village and federation, and the workbook."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from members.actions.what_if import QUARTERS_AT_MOST, start_what_if
from members.models import CloseSubject, PointItem, PointScheme
from members.points import what_if
from members.views import points_base as base
from members.views.points_exports import workbook
from members.views.points_scheme_edit import OwnSchemeView
from members.views.points_schemes import TITLE
from members.views.points_scores import ADVICE
from registers import jobs
from registers.models import Job
from registers.pages.jobs import line_of
from registers.rows.columns import Column, Integer, Points, Text

PLACES_SHOWN = 20
RUNS_SHOWN = 5
NO_TRACE = "只是试算：不写入积分和得分，不改任何一次结算，结果只有您自己看得到。"
EXEMPT = "免于积分"
NO_GRADE = "无等次"


class WhatIf(OwnSchemeView):
    """Which quarters to run a version on, and what one ran before."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        scheme = self.changeable(pk)
        runs = Job.objects.visible_to(self.user).filter(kind=what_if.JOB_KIND, params__scheme=pk)
        detail = reverse("schemes:detail", args=[pk])
        context = {
            "breadcrumbs": self.crumbs((TITLE, reverse("schemes:list")), (str(scheme), detail), ("试算比较", "")),
            "scheme": scheme,
            "quarters": [
                {"value": quarter, "label": base.quarter_label(quarter), "checked": index == 0}
                for index, quarter in enumerate(what_if.locked_closes(scheme))
            ],
            "at_most": QUARTERS_AT_MOST,
            "no_trace": NO_TRACE,
            "runs": [
                line_of(job) | ({"url": reverse("what-if:detail", args=[job.pk])} if job.result else {})
                for job in runs.order_by("-created_at")[:RUNS_SHOWN]
            ],
            "detail_url": detail,
        }  # fmt: skip
        return self.page("members/points/what_if.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        scheme = self.changeable(pk)
        job = start_what_if(by=self.user, scheme=scheme, quarters=request.POST.getlist("quarters"))
        return redirect("jobs:detail", pk=job.pk)

    def came_from(self) -> str:
        return reverse("schemes:what-if", args=[self.kwargs["pk"]])


class ResultView(base.PointsView):
    """A finished trial of one's own; everybody else's do not exist."""

    right = what_if.RIGHT

    def found(self, job: UUID) -> tuple[Job, PointScheme | None, list[what_if.Trial]]:
        """The job, the version as it is now (None: dropped since) and the trials, newest quarter first."""
        run = jobs.job_of(self.user, job)
        if run.kind != what_if.JOB_KIND or not (run.result or {}).get("trials"):
            raise Http404
        result: dict[str, Any] = run.result
        scheme = PointScheme.objects.visible_to(self.user).filter(pk=result["scheme"]).first()
        if scheme is not None and not self.user.scope_for(what_if.RIGHT).covers(scheme.area_id):
            raise PermissionDenied
        return run, scheme, [what_if.Trial(**trial) for trial in result["trials"]]


class WhatIfResult(ResultView):
    def get(self, request: HttpRequest, job: UUID) -> HttpResponse:
        run, scheme, trials = self.found(job)
        trial = next((one for one in trials if one.quarter == request.GET.get("quarter")), trials[0])
        names = base.place_names(row["village_code"] for row in [*trial.villages, *trial.movers])
        again = reverse("schemes:what-if", args=[scheme.pk]) if scheme else ""
        written = parse_datetime(run.result["written"])
        context = {
            "breadcrumbs": self.crumbs(
                (TITLE, reverse("schemes:list")), *([(str(scheme), again)] if scheme else []), ("试算比较", "")
            ),
            "title": run.title,
            "stale": "这一版已经删除。" if scheme is None else (
                "试算之后又改过这份草稿，下面是改之前的结果。" if scheme.updated_at != written else ""
            ),
            "tabs": [
                {"label": base.quarter_label(one.quarter), "url": f"?quarter={one.quarter}", "active": one is trial}
                for one in trials
            ],
            "no_trace": NO_TRACE,
            "advice": ADVICE,
            "figures": _figures(trial.figures()),
            "grades": _grades(trial),
            "federations": _places("新村、联建片区", trial.federations, lambda row: row["federation_name"]),
            "villages": _places("村居", trial.villages, lambda row: names.get(row["village_code"], "")),
            "movers": self.movers(trial, names),
            "unknown": self.unknown(trial),
            "again_url": again,
            "export_url": reverse("what-if:export", args=[run.pk]),
        }  # fmt: skip
        return self.page("members/points/what_if_result.html", context)

    def movers(self, trial: what_if.Trial, names: dict[str, str]) -> dict[str, Any]:
        people = people_of(self.user, trial)
        heads = [
            base.head("name", "姓名", main=True), base.head("village", "村居"), base.head("then", "原总分", css="num"),
            base.head("now", "试算总分", css="num", main=True),
            base.head("rank", "名次", css="num", main=True, meaning="在联建单位内；没有联建单位的在村内"),
            base.head("grade", "等次", main=True),
        ]  # fmt: skip
        rows = [
            base.row(heads, [
                people[row["id"]], names.get(row["village_code"], ""), base.points(row["total_then"]),
                base.points(row["total_now"]), _moved(row["rank_then"], row["rank_now"]),
                _moved(row["grade_then"] or NO_GRADE, row["grade_now"] or NO_GRADE),
            ])
            for row in trial.movers[:PLACES_SHOWN] if row["id"] in people
        ]  # fmt: skip
        return {"columns": heads, "rows": rows}

    def unknown(self, trial: what_if.Trial) -> str:
        if not trial.unknown:
            return ""
        names = item_names(trial)
        told = "、".join(f"{names.get(code, code)} {number:,} 条" for code, number in trial.unknown)
        return f"有 {trial.unknown_entries:,} 条积分记录的项目这一版里没有，没有计入：{told}。"


class ExportWhatIf(ResultView):
    """All quarters in one table: villages, then federations; beside it who moves most."""

    def get(self, request: HttpRequest, job: UUID) -> HttpResponse:
        run, _, trials = self.found(job)
        codes = {row["village_code"] for trial in trials for row in trial.villages}
        names = base.place_names(codes | {code[:9] for code in codes})
        columns = [
            Column("quarter", "季度", Text(), width=16), Column("kind", "范围", Text()),
            Column("town", "镇街", Text()), Column("place", "名称", Text(), width=20),
            *(Column(name, heading, Integer(), width=10) for name, heading, _ in FIGURES),
            Column("then", "原（平均）分", Points()), Column("now", "试算（平均）分", Points()),
            Column("rank", "名次", Text()), Column("grade", "等次", Text(), width=16),
        ]  # fmt: skip
        rows = [
            [base.quarter_label(trial.quarter), kind, town, place, *(row[name] for name, _, _ in FIGURES),
             _mean(row, "sum_then"), _mean(row, "sum_now"), "", ""]
            for trial in trials
            for kind, town, place, row in _lines(trial, names)
        ]  # fmt: skip
        for trial in trials:
            people = people_of(self.user, trial)
            rows += [
                [base.quarter_label(trial.quarter), "变动最大的人", names.get(row["village_code"], ""),
                 people[row["id"]], *(None for _ in FIGURES), row["total_then"], row["total_now"],
                 _moved(row["rank_then"], row["rank_now"]),
                 _moved(row["grade_then"] or NO_GRADE, row["grade_now"] or NO_GRADE)]
                for row in trial.movers if row["id"] in people
            ]  # fmt: skip
        return workbook("积分办法试算比较", columns, rows, [f"{run.title}。{NO_TRACE}{ADVICE}。"])


FIGURES = (
    ("scored", "计分人数", ""),
    ("raised", "总分升", "试算总分高于原总分的人数"),
    ("lowered", "总分降", "试算总分低于原总分的人数"),
    ("ranks_moved", "名次变", "在联建单位内（没有联建单位的在村内）名次变了的人数"),
    ("grade_up", "等次升", "离最高等次更近的人数"),
    ("grade_down", "等次降", "离最高等次更远的人数"),
)


def people_of(user: Any, trial: what_if.Trial) -> dict[int, str]:
    """Names of the movers by their row of the close, as far as the user may see them."""
    wanted = [row["id"] for row in trial.movers]
    rows = CloseSubject.objects.visible_to(user).filter(close=trial.close, pk__in=wanted)
    return dict(rows.values_list("pk", "name"))


def item_names(trial: what_if.Trial) -> dict[str, str]:
    """Names by code of the items that were left out, as the newest version that knows them calls them."""
    used = CloseSubject.objects.unscoped("which county's versions").filter(close=trial.close)
    area = used.values_list("scheme__area_id", "subject_kind").first()
    if area is None:
        return {}
    items = PointItem.objects.filter(
        scheme__area=area[0], scheme__subject_kind=area[1], code__in=[code for code, _ in trial.unknown]
    )
    return dict(items.order_by("scheme__number").values_list("code", "name"))


def _figures(sums: dict[str, int]) -> list[dict[str, str]]:
    found = [
        {"label": label, "value": f"{sums[name]:,}", "unit": "人", "meaning": meaning}
        for name, label, meaning in FIGURES
    ]
    then, now = _mean(sums, "sum_then"), _mean(sums, "sum_now")
    found.append(
        {"label": "平均分", "value": base.points(now), "unit": "分", "trend_text": f"原来 {base.points(then)}"}
    )
    if sums["exempt_changed"]:
        found.append({"label": "免于积分有变", "value": f"{sums['exempt_changed']:,}", "unit": "人", "meaning": ""})
    return found


def _grades(trial: what_if.Trial) -> dict[str, Any]:
    """People by grade: then down, now across; what stays the same is told apart."""
    counts = {(row["before"], row["after"]): row["people"] for row in trial.grades}
    then = [*trial.grades_then, *(one for one in ("", None) if any(pair[0] == one for pair in counts))]
    now = [*trial.grades_now, *(one for one in ("", None) if any(pair[1] == one for pair in counts))]
    return {
        "columns": [_grade(one) for one in now],
        "rows": [
            {
                "name": _grade(before),
                "cells": [
                    {"text": f"{counts[before, after]:,}" if (before, after) in counts else "", "same": before == after}
                    for after in now
                ],
                "total": f"{sum(number for pair, number in counts.items() if pair[0] == before):,}",
            }
            for before in then
        ],
        "totals": [f"{sum(number for pair, number in counts.items() if pair[1] == after):,}" for after in now],
        "total": f"{sum(counts.values()):,}",
    }


def _places(title: str, found: list[dict[str, Any]], name: Any) -> dict[str, Any]:
    """A table of the places where anything moves, those with most changes of grades and ranks first."""
    found = [row for row in found if row["raised"] or row["lowered"] or row["ranks_moved"] or row["exempt_changed"]]
    heads = [base.head("name", title, main=True)]
    heads += [
        base.head(key, heading, css="num", unit="人", meaning=meaning, main=key in ("grade_up", "grade_down"))
        for key, heading, meaning in FIGURES
    ]
    heads += [base.head("then", "原平均分", css="num"), base.head("now", "试算平均分", css="num")]
    chosen = sorted(found, key=lambda row: (-row["grade_up"] - row["grade_down"], -row["ranks_moved"], name(row)))
    rows = [
        base.row(heads, [
            name(row), *(f"{row[key]:,}" for key, _, _ in FIGURES),
            base.points(_mean(row, "sum_then")), base.points(_mean(row, "sum_now")),
        ])
        for row in chosen[:PLACES_SHOWN]
    ]  # fmt: skip
    return {"columns": heads, "rows": rows, "more": max(0, len(found) - PLACES_SHOWN)}


def _lines(trial: what_if.Trial, names: dict[str, str]) -> Any:
    for row in trial.villages:
        code = row["village_code"]
        yield "村居", names.get(code[:9], ""), names.get(code, ""), row
    for row in trial.federations:
        yield "新村、联建片区", "", row["federation_name"], row


def _mean(row: dict[str, int], name: str) -> int | None:
    """In 0.1 point, half up (as rule 9)."""
    count = row["scored"]
    return (2 * row[name] + count) // (2 * count) if count else None


def _grade(name: str | None) -> str:
    return EXEMPT if name is None else name or NO_GRADE


def _moved(before: Any, after: Any) -> str:
    return str(after) if before == after else f"{before} → {after}"
