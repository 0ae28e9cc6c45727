"""上报表: choose a workbook, a place and a quarter; a job makes it, and it lies under 我的文件."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import View

from lianjian.periods import parse_quarter
from registers.models import Job
from registers.pages.faces import DomainErrorsMixin
from registers.pages.jobs import line_of
from reports.boards.assembling import default_quarter, quarter_choices
from reports.workbooks import jobs

RECENT = 10


class WorkbookForm(forms.Form):
    kind = forms.ChoiceField(
        label="报表",
        choices=[(kind.code, f"《{kind.title}》") for kind in jobs.KINDS.values()],
        widget=forms.RadioSelect,
    )
    area = forms.ChoiceField(label="填报单位", error_messages={"invalid_choice": "没有这个单位，或不在您的管辖范围内"})
    quarter = forms.ChoiceField(label="统计期")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = jobs.choices(user)  # type: ignore[attr-defined]
        self.fields["quarter"].choices = [  # type: ignore[attr-defined]
            (choice["value"], choice["label"]) for choice in quarter_choices(default_quarter())
        ]


class Workbooks(DomainErrorsMixin, View):
    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.can(jobs.RIGHT):  # type: ignore[union-attr]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        first = {"kind": next(iter(jobs.KINDS)), "quarter": str(default_quarter())}
        return self.show(request, WorkbookForm(user=request.user, initial=first))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WorkbookForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.show(request, form, status=400)
        chosen = form.cleaned_data
        job = jobs.start(
            by=request.user, kind=chosen["kind"], area=chosen["area"], quarter=parse_quarter(chosen["quarter"])
        )
        return redirect("jobs:detail", pk=job.pk)

    def show(self, request: HttpRequest, form: WorkbookForm, status: int = 200) -> HttpResponse:
        mine = Job.objects.visible_to(request.user).filter(kind=jobs.JOB_KIND)
        context = {
            "breadcrumbs": [{"title": "上报表", "url": ""}],
            "form": form,
            "kinds": [(radio, kind.meaning) for radio, kind in zip(form["kind"], jobs.KINDS.values(), strict=True)],
            "jobs": [line_of(job) for job in mine.order_by("-created_at", "pk")[:RECENT]],
            "files_url": reverse("files:list"),
        }
        return render(request, "reports/workbooks.html", context, status=status)
