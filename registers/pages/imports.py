"""Import from a workbook in two steps on one page, the empty template, and the export of what the filters leave."""

from io import BytesIO
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from lianjian import clock
from registers import reading
from registers.exchange import ImportOutcome, template_workbook
from registers.exchange.jobs import export_file, import_file, keep_marked
from registers.jobs import keep_file
from registers.models import Job, StoredFile
from registers.ordering import known_order, ordering_of
from registers.pages.faces import Face
from registers.pages.jobs import attachment, link_job
from registers.pages.uploads import GONE, UploadForm, finished_job, kept_file, max_size, refused_form, told_of
from registers.register import register_of

IMPORT_JOB = "registers.import"


class ImportFace(Face):
    """Step 1 checks and writes nothing; step 2 writes the file that was checked, kept under its token.

    Above 2,000 rows each step is a job; its page leads back here with the outcome (`?job=`).
    """

    template = "registers/import.html"
    needs_change = True

    def get(self, request: HttpRequest) -> HttpResponse:
        job = self.finished_job(request.GET.get("job", ""))
        return self.show(result=self.result_of_job(job)) if job else self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("token"):
            return self.write(request.POST["token"], partial=bool(request.POST.get("partial")))
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form=form, status=400)
        upload = form.cleaned_data["file"]
        return self.check(upload.read(), upload.name, form)

    def check(self, data: bytes, name: str, form: UploadForm) -> HttpResponse:
        outcome = import_file(self.register, by=self.user, data=data, filename=name, dry_run=True)
        if isinstance(outcome, Job):
            return redirect("jobs:detail", pk=outcome.pk)
        if outcome.refused:
            for error in outcome.errors:
                form.add_error("file", error.message)
            return self.show(form=form, status=400)
        stored = keep_file(BytesIO(data), name[-200:], owner=self.user, is_result=False)
        result = self.result(outcome, stored)
        return self.show(result=result | {"saved": result["same"]}, status=400 if outcome.errors else 200)

    def write(self, token: str, *, partial: bool) -> HttpResponse:
        stored = kept_file(self.user, token)
        if stored is None:
            return self.show(form=refused_form(GONE), status=400)
        with stored.content.open("rb") as content:
            data = content.read()
        outcome = import_file(self.register, by=self.user, data=data, filename=stored.name, partial=partial)
        if isinstance(outcome, Job):
            return redirect("jobs:detail", pk=outcome.pk)
        refused = bool(outcome.errors) and not partial
        result = self.result(outcome, stored)
        return self.show(result=result | {"saved": not refused}, status=400 if refused else 200)

    def finished_job(self, pk: str) -> Job | None:
        """The person's own finished import into this register."""
        job = finished_job(self.user, IMPORT_JOB, pk)
        return job if job is not None and job.params["register"] == self.register.slug else None

    def result_of_job(self, job: Job) -> dict[str, Any] | None:
        stored = kept_file(self.user, job.params["file"])
        if stored is None:
            return None
        told = told_of(job.result, stored)
        marked = job.result.get("marked_workbook")
        saved = told["same"] or bool(not job.params["dry_run"] and (job.params["partial"] or not told["error_count"]))
        return told | {"saved": saved, "marked_url": reverse("files:download", args=[marked]) if marked else ""}

    def result(self, outcome: ImportOutcome, stored: StoredFile) -> dict[str, Any]:
        marked = keep_marked(outcome, filename=stored.name, owner=self.user)
        told = told_of(outcome.as_dict(), stored)
        return told | {"marked_url": reverse("files:download", args=[marked.pk]) if marked else ""}

    def show(self, *, form: forms.Form | None = None, result: Any = None, status: int = 200) -> HttpResponse:
        context = {
            "register": self.register,
            "breadcrumbs": self.breadcrumbs(("导入", "")),
            "urls": {"template": self.url("template"), "list": self.url("list")},
            "form": form,
            "result": result,
            "max_size": max_size(),
        }
        return self.page(self.template, context, status)


def _import_link(job: Job) -> tuple[str, str]:
    label = "查看核对结果" if job.params["dry_run"] else "查看导入结果"
    address = reverse(register_of(job.params["register"]).url_name("import"))
    return label, f"{address}?job={job.pk}"


link_job(IMPORT_JOB, _import_link)


class TemplateFace(Face):
    needs_change = True

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return attachment(template_workbook(self.register, by=self.user), f"{self.register.title}（模板）.xlsx")


class ExportFace(Face):
    """What the list shows: its filters and order, and the columns told (`columns=`), else all of the template.

    Above 5,000 rows it is a job.
    """

    def get(self, request: HttpRequest) -> HttpResponseBase:
        filters, rows = reading.filtered(self.register, request, self.register.rows(self.user))
        if not filters.is_valid():
            return redirect(f"{self.url('list')}?{request.GET.urlencode()}")
        rows = rows.order_by(*ordering_of(self.register, known_order(self.register, request.GET.get("ordering", ""))))
        query = {name: str(value) for name, value in request.GET.items() if value}
        book = export_file(self.register, by=self.user, rows=rows, query=query)
        if isinstance(book, Job):
            return redirect("jobs:detail", pk=book.pk)
        return attachment(book, f"{self.register.title} {clock.today():%Y-%m-%d}.xlsx")
