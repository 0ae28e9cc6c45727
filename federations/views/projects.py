"""The page of a joint project: what villages put in, plan beside actual by quarter, dividends, steps."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import number_format

from federations.actions.projects import move_state
from federations.models import DividendLine, Project, ProjectContribution, ProjectQuarter
from federations.registers.projects import STEP_LABELS
from federations.results import lines_of, result_of, usual_basis
from lianjian import clock, periods
from registers.errors import WrongState
from registers.models.row import effective_on
from registers.pages.action_face import ActionFace, ActionForm, DayField
from registers.pages.details import DetailFace
from registers.pages.parts import Related, RelatedTable
from registers.register import register_of

State = Project.State
QUARTERS_SHOWN = 8
WAN = Decimal(10_000)


class ProjectFace(DetailFace):
    template = "federations/project.html"

    def context(self, row: Project) -> dict[str, Any]:
        context = super().context(row)
        self.whole = row.is_run_in(self.user.scope_for(Project.view_right))
        quarters = list(
            ProjectQuarter.objects.visible_to(self.user).filter(project=row).order_by("-quarter")[:QUARTERS_SHOWN]
        )
        quarters.reverse()
        context["stages"] = stages(row)
        context["result"] = self.sums(row)
        context["story"] = [self.contributions(row), *self.lists(row)]
        context["charts"] = [money_chart(quarters), jobs_chart(quarters)] if quarters else []
        context["steps"] = self.steps(row)
        return context

    def sums(self, row: Project) -> list[tuple[str, str]]:
        """The project's sums so far, plan and actual apart. Yuan."""
        result = result_of(row)
        quarters = ProjectQuarter.objects.visible_to(self.user).filter(project=row)
        invested = quarters.aggregate(total=Sum("investment"))["total"]
        planned = row.planned_investment
        return [
            ("计划总投资", _yuan(planned) if planned is not None else "未填"),
            ("实际投资", _yuan(invested) if invested is not None else "未填"),
            ("累计收入", _yuan(result.income)),
            ("累计结余", _yuan(result.earned)),
            ("已分红", _yuan(result.distributed)),
            ("未分配收益", _yuan(result.undistributed)),
        ]

    def contributions(self, row: Project) -> RelatedTable:
        """Village by village: what it put in, its part by the usual basis, and what it was given so far."""
        rows = ProjectContribution.objects.visible_to(self.user).filter(effective_on(clock.today()), project=row)
        basis = usual_basis(row, clock.today())
        lines = lines_of(DividendLine.objects.visible_to(self.user).filter(dividend__project=row))
        given = dict(lines.values_list("village_id").annotate(total=Sum("amount")).order_by())
        units = {"shares": "股", "money": "元", "land": "亩"}
        heads = (
            ("村居", "", "name"), ("现金", "元", "num"), ("土地", "亩", "num"), ("资产作价", "元", "num"),
            ("份额", units[basis], "num"), ("占比", "%", "num"), ("累计分红", "元", "num"), ("投入日期", "", "date"),
        )  # fmt: skip
        columns = [
            {"key": str(at), "heading": heading, "unit": unit, "css": css, "main": at in (0, 5, 6)}
            for at, (heading, unit, css) in enumerate(heads)
        ]
        found = list(rows.select_related("village").order_by("village_id", "valid_from"))
        part = {"shares": lambda one: one.shares, "money": lambda one: one.money, "land": lambda one: one.land}[basis]
        whole = sum((part(one) for one in found), Decimal(0)) if self.whole else Decimal(0)
        table = []
        for one in found:
            texts = (
                one.village.name, _blank(one.cash), _blank(one.land), _blank(one.assets), _blank(part(one)),
                f"{part(one) * 100 / whole:.2f}" if whole else "", _blank(given.pop(one.village_id, Decimal(0))),
                f"{one.valid_from}",
            )  # fmt: skip
            cells = [
                {"text": t, "css": column["css"], "column": column} for t, column in zip(texts, columns, strict=True)
            ]
            table.append({"url": reverse("project-contributions:detail", args=[one.pk]), "pk": one.pk, "cells": cells})
        new = f"{reverse('project-contributions:new')}?project={row.pk}" if self.may_change_row(row) else ""
        return RelatedTable(
            "各村投入", columns, table, count=f"{len(table)} 个村居" if table else "", add_url=new,
            add_label="登记投入",
            all_url=f"{reverse('project-contributions:list')}?project={row.pk}", empty="还没有登记各村投入。",
        )  # fmt: skip

    def lists(self, row: Project) -> list[Any]:
        may = self.may_change_row(row)
        dividends = register_of("dividends").rows(self.user).filter(project=row).order_by("-on", "-pk")
        quarters = register_of("project-quarters").rows(self.user).filter(project=row).order_by("-quarter")
        parts = (
            Related(
                "分红", "dividends", dividends, ("on", "amount", "basis", "standing", "note"),
                filters={"project": row.pk}, empty="还没有分红。",
            ),
            Related(
                "季报", "project-quarters", quarters,
                ("quarter", "planned_investment", "investment", "planned_income", "income", "cost", "jobs"),
                filters={"project": row.pk}, initial={"project": row.pk} if may else None, empty="还没有填报季报。",
            ),
        )  # fmt: skip
        return [self.related_part(part) for part in parts]

    def steps(self, row: Project) -> list[dict[str, Any]]:
        return [
            {"when": f"{step.on}", "who": str(step.by), "what": step.get_to_state_display(), "note": step.reason}
            for step in row.steps.select_related("by").order_by("-on", "-pk")
        ]


def stages(row: Project) -> list[dict[str, str]]:
    """谋划, 在建, 运营 with where it stands now; 终止 only where it came to that."""
    way = [State.PLANNED, State.BUILDING, State.RUNNING]
    if row.state == State.ENDED:
        way.append(State.ENDED)
    here = way.index(State(row.state))
    return [
        {"title": stage.label, "state": "done" if at < here else "active" if at == here else ""}
        for at, stage in enumerate(way)
    ]


def money_chart(quarters: list[ProjectQuarter]) -> dict[str, Any]:
    """Planned and actual income and cost by quarter, side by side; nothing is added."""
    names = (("planned_income", "计划收入"), ("income", "实际收入"), ("planned_cost", "计划成本"), ("cost", "实际成本"))
    return _chart("project-money", "收支：计划与实际", "万元", quarters, names, WAN, "各季度的计划与实际并列，互不相加")


def jobs_chart(quarters: list[ProjectQuarter]) -> dict[str, Any]:
    names = (("planned_jobs", "计划用工"), ("jobs", "实际用工"))
    return _chart("project-jobs", "用工：计划与实际", "人", quarters, names, Decimal(1), "季末在岗人数")


def _chart(
    key: str, title: str, unit: str, quarters: list[ProjectQuarter], names: Any, factor: Decimal, meaning: str
) -> dict[str, Any]:
    labels = [str(row.quarter) for row in quarters]
    values = {name: [getattr(row, name) for row in quarters] for name, _ in names}
    digits = 2 if factor != 1 else 0
    return {
        "id": key,
        "title": title,
        "meaning": meaning,
        "size": "sm",
        "spec": {
            "type": "bar",
            "unit": unit,
            "categories": labels,
            "series": [
                {"name": label, "data": [None if v is None else round(float(v / factor), 4) for v in values[name]]}
                for name, label in names
            ],
        },
        "columns": [
            {"heading": "季度", "css": ""},
            *({"heading": f"{label}（{unit}）", "css": "num"} for _, label in names),
        ],
        "rows": [
            [
                periods.parse_quarter(label).label,
                *("—" if values[name][at] is None else f"{values[name][at] / factor:,.{digits}f}" for name, _ in names),
            ]
            for at, label in enumerate(labels)
        ],
    }


class StepForm(ActionForm):
    on = DayField(label="日期")
    reason = forms.CharField(label="说明", max_length=300, required=False, widget=forms.Textarea({"rows": 3}))


class StepFace(ActionFace):
    """One step of the project's state, named by `to` in the address."""

    form_class = StepForm
    title = "办理"

    def allowed_row(self, key: str) -> Project:
        row = self.visible_row(key)
        if not self.may(row):
            raise PermissionDenied
        self.to = self.request.GET.get("to", "")
        if self.to not in Project.NEXT_STATE[row.state]:
            raise WrongState(f"“{row.name}”现在是“{row.get_state_display()}”，不能办理这一步，请刷新后再看")
        self.label = "恢复运营" if row.state == State.ENDED else STEP_LABELS[self.to]
        return row

    def initial(self, row: Project) -> dict[str, Any]:
        return {"on": clock.today()}

    def make_form(self, row: Project, **kwargs: Any) -> ActionForm:
        form = super().make_form(row, **kwargs)
        form.fields["reason"].required = self.to == State.ENDED
        form.fields["reason"].error_messages["required"] = "没有填，这一项必填"
        return form

    def note(self, row: Project) -> str:
        notes: dict[str, str] = {
            State.BUILDING: "开工之日记为实际开工日期。",
            State.RUNNING: "运营以后可以分红。",
            State.ENDED: "终止后不再填报季报；未分配的收益仍可分红，历史保留。",
        }
        return notes[self.to]

    def perform(self, row: Project, form: StepForm) -> HttpResponse:
        facts = form.cleaned_data
        moved = move_state(by=self.user, project=row, to=self.to, on=facts["on"], reason=facts["reason"])
        return self.done(moved, f"“{moved.name}”已{self.label.removeprefix('转入')}。")

    def show(self, row: Project, form: ActionForm, *, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "form_title": f"{self.label}：{row.name}",
            "submit_label": self.label,
            "breadcrumbs": self.breadcrumbs((row.name, self.url("detail", row)), (self.label, "")),
        }
        return super().show(row, form, status=status, **(context | more))


def _yuan(value: Decimal) -> str:
    return f"{number_format(value, decimal_pos=2, force_grouping=True)} 元"


def _blank(value: Decimal) -> str:
    return f"{value:,.2f}" if value else ""
