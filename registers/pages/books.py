"""全镇台账: one page from which a town's whole workbook goes out, and on which it comes back, each step a job."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import View

from registers import sockets
from registers.errors import Invalid
from registers.exchange import book_jobs
from registers.exchange.books import book_area, book_registers, book_rows, own_areas, require_keeper
from registers.jobs import keep_file
from registers.models import Job
from registers.pages.faces import DomainErrorsMixin
from registers.pages.jobs import link_job
from registers.pages.uploads import GONE, UploadForm, finished_job, kept_file, max_size, refused_form, told_of
from registers.reading import count_text


class TownBook(DomainErrorsMixin, View):
    """GET shows what the book would hold; POST starts a job: `export`, a `file` to be checked, or a `token` to save."""

    def get(self, request: HttpRequest) -> HttpResponse:
        require_keeper(request.user)
        job = finished_job(request.user, book_jobs.IMPORT_JOB, request.GET.get("job", ""))
        return self.show(result=result_of(job) if job else None)

    def post(self, request: HttpRequest) -> HttpResponse:
        require_keeper(request.user)
        if "export" in request.POST:
            job = book_jobs.start_export(by=request.user, area=request.POST.get("area", ""))
            return redirect("jobs:detail", pk=job.pk)
        if request.POST.get("token"):
            return self.write(request.POST["token"], partial=bool(request.POST.get("partial")))
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form=form, status=400)
        upload = form.cleaned_data["file"]
        stored = keep_file(upload, upload.name[-200:], owner=request.user, is_result=False)
        job = book_jobs.start_import(by=request.user, stored=stored, dry_run=True)
        return redirect("jobs:detail", pk=job.pk)

    def write(self, token: str, *, partial: bool) -> HttpResponse:
        stored = kept_file(self.request.user, token)
        if stored is None:
            return self.show(form=refused_form(GONE), status=400)
        job = book_jobs.start_import(by=self.request.user, stored=stored, dry_run=False, partial=partial)
        return redirect("jobs:detail", pk=job.pk)

    def show(self, *, form: forms.Form | None = None, result: Any = None, status: int = 200) -> HttpResponse:
        context = {
            "breadcrumbs": [{"title": "工作台", "url": reverse("home")}, {"title": "全镇台账", "url": ""}],
            "form": form,
            "result": result,
            "max_size": max_size(),
            **({} if result else self.contents()),
        }
        return render(self.request, "registers/book.html", context, status=status)

    def contents(self) -> dict[str, Any]:
        """What the book of the chosen area would hold."""
        user: Any = self.request.user
        try:
            area, name = book_area(user, self.request.GET.get("area", ""))
        except Invalid:
            area, name = book_area(user, "")
        registers = book_registers(user)
        choices = dict([*own_areas(user), *sockets.area_choices.ask(user, registers[0].change_right)])
        sheets = [
            {
                "title": register.title,
                "group": register.group,
                "count": count_text(book_rows(register, user, area).order_by()[:10_001].count()),
                "url": reverse(register.url_name("list")) + (f"?area={area}" if area else ""),
            }
            for register in registers
        ]
        return {"area": area, "area_name": name, "choices": list(choices.items()), "sheets": sheets}


def result_of(job: Job) -> dict[str, Any] | None:
    """A finished import as registers/book.html takes it; None where its file has gone."""
    stored = kept_file(job.owner, job.params["file"])
    if stored is None:
        return None
    told = told_of(job.result, stored)
    marked = job.result.get("marked_workbook")
    saved = told["same"] or bool(not job.params["dry_run"] and (job.params["partial"] or not told["error_count"]))
    found = job.result.get("sheets", ())
    sheets = [_sheet(sheet, saved=saved) for sheet in found if sheet["total"] or sheet["error_count"]]
    return told | {
        "saved": saved,
        "sheets": sheets,
        "empty_sheets": len(found) - len(sheets),
        "marked_url": reverse("files:download", args=[marked]) if marked else "",
    }


def _sheet(told: Mapping[str, Any], *, saved: bool) -> dict[str, Any]:
    """What came of one sheet, with a word for it."""
    changed = told["created"] or told["updated"]
    if told["error_count"]:
        word, tone = ("其余已保存" if saved else f"{told['error_count']:,} 处要改"), "late"
    elif changed:
        word, tone = ("已保存" if saved else "可以保存"), "done"
    else:
        word, tone = "没有变化", "neutral"
    counts = {name: f"{told[name]:,}" if told[name] else "" for name in ("created", "updated", "unchanged")}
    errors = f"{told['error_count']:,}" if told["error_count"] else ""
    return {
        "name": told["sheet"],
        "title": told["title"] if told["title"] != told["sheet"] else "",
        "word": word,
        "tone": tone,
        "errors": errors,
        "url": reverse(f"{told['register']}:list"),
        **counts,
    }


def _link(job: Job) -> tuple[str, str]:
    label = "查看核对结果" if job.params["dry_run"] else "查看导入结果"
    return label, f"{reverse('town-book')}?job={job.pk}"


link_job(book_jobs.IMPORT_JOB, _link)
