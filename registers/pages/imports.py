"""Import from a workbook in two steps on one page, the empty template, and the export of what the filters leave."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from lianjian import clock
from registers import reading
from registers.exchange import ImportOutcome, template_workbook
from registers.exchange.jobs import export_file, import_file, keep_marked
from registers.jobs import keep_file
from registers.models import Job, StoredFile
from registers.pages.faces import Face
from registers.pages.jobs import attachment, link_job
from registers.register import register_of

IMPORT_JOB = "registers.import"
ERRORS_SHOWN = 200
NOTES_SHOWN = 200
GONE = "刚才核对的文件已过期，请重新选择文件"


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Excel 文件",
        error_messages={
            "required": "请选择要导入的 Excel 文件",
            "empty": "文件是空的，请重新选择",
            "invalid": "没有收到文件，请重新选择",
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.WORKBOOK_MAX_BYTES:
            largest = settings.WORKBOOK_MAX_BYTES // 1024 // 1024
            raise forms.ValidationError(f"文件超过 {largest} MB，请删掉图片，或拆成几个文件分别上传")
        return file


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
        stored = self.kept(token)
        if stored is None:
            form = UploadForm({}, MultiValueDict())
            form.errors.clear()
            form.add_error("file", GONE)
            return self.show(form=form, status=400)
        with stored.content.open("rb") as content:
            data = content.read()
        outcome = import_file(self.register, by=self.user, data=data, filename=stored.name, partial=partial)
        if isinstance(outcome, Job):
            return redirect("jobs:detail", pk=outcome.pk)
        refused = bool(outcome.errors) and not partial
        result = self.result(outcome, stored)
        return self.show(result=result | {"saved": not refused}, status=400 if refused else 200)

    def kept(self, token: str) -> StoredFile | None:
        """The checked file, of this person only."""
        try:
            stored = StoredFile.objects.visible_to(self.user).filter(pk=token, is_result=False).first()
        except (ValueError, forms.ValidationError):
            return None
        return stored if stored and stored.content.storage.exists(str(stored.content.name)) else None

    def finished_job(self, pk: str) -> Job | None:
        """The person's own finished import into this register."""
        try:
            mine = Job.objects.visible_to(self.user).filter(pk=pk or UUID(int=0), kind=IMPORT_JOB, state=Job.State.DONE)
        except (ValueError, forms.ValidationError):
            return None
        return mine.filter(params__register=self.register.slug).first()

    def result_of_job(self, job: Job) -> dict[str, Any] | None:
        stored = self.kept(job.params["file"])
        if stored is None:
            return None
        told = self.told(job.result, stored)
        marked = job.result.get("marked_workbook")
        saved = told["same"] or bool(not job.params["dry_run"] and (job.params["partial"] or not told["error_count"]))
        return told | {"saved": saved, "marked_url": reverse("files:download", args=[marked]) if marked else ""}

    def result(self, outcome: ImportOutcome, stored: StoredFile) -> dict[str, Any]:
        marked = keep_marked(outcome, filename=stored.name, owner=self.user)
        told = self.told(outcome.as_dict(), stored)
        return told | {"marked_url": reverse("files:download", args=[marked.pk]) if marked else ""}

    def told(self, outcome: Mapping[str, Any], stored: StoredFile) -> dict[str, Any]:
        """An outcome as registers/import.html takes it."""
        counts = {name: outcome[name] for name in ("created", "updated", "unchanged")}
        errors, notes = outcome["errors"], outcome["notes"]
        good = sum(counts.values())
        return {
            "file_name": stored.name,
            "same": not errors and not outcome["created"] and not outcome["updated"],
            **{name: f"{count:,}" for name, count in counts.items()},
            "errors": [_line(error) for error in errors[:ERRORS_SHOWN]],
            "error_count": outcome["error_count"],
            "more_errors": max(outcome["error_count"] - ERRORS_SHOWN, 0),
            "notes": [_line(note) for note in notes[:NOTES_SHOWN]],
            "good": f"{good:,}",
            "can_partial": bool(good and errors),
            "token": str(stored.pk),
        }

    def show(self, *, form: forms.Form | None = None, result: Any = None, status: int = 200) -> HttpResponse:
        context = {
            "register": self.register,
            "breadcrumbs": self.breadcrumbs(("导入", "")),
            "urls": {"template": self.url("template"), "list": self.url("list")},
            "form": form,
            "result": result,
            "max_size": f"{settings.WORKBOOK_MAX_BYTES // 1024 // 1024} MB",
        }
        return self.page(self.template, context, status)


def _line(told: Mapping[str, Any]) -> dict[str, Any]:
    """One error or note; the column has its own cell, so the message goes without it."""
    message = told["message"].removeprefix(f"“{told['column']}”")
    if told.get("count", 1) > 1:
        message = f"{message}（共 {told['count']:,} 处）"
    return {**told, "row": told["row"] or "", "message": message}


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
    """What the filters of the list leave, in the columns of the template; above 5,000 rows a job."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        filters, rows = reading.filtered(self.register, request, self.register.rows(self.user))
        if not filters.is_valid():
            return redirect(f"{self.url('list')}?{request.GET.urlencode()}")
        rows = rows.order_by(*reading.ordering_of(self.register, ""))
        query = {name: str(value) for name, value in request.GET.items() if name != "ordering" and value}
        book = export_file(self.register, by=self.user, rows=rows, query=query)
        if isinstance(book, Job):
            return redirect("jobs:detail", pk=book.pk)
        return attachment(book, f"{self.register.title} {clock.today():%Y-%m-%d}.xlsx")
