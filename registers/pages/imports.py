"""Import from a workbook in two steps on one page, the empty template, and the export of what the filters leave."""

from io import BytesIO
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lianjian import clock
from registers import reading
from registers.exchange import ImportOutcome, export_workbook, import_rows, template_workbook
from registers.jobs import keep_file
from registers.models import StoredFile
from registers.pages import present
from registers.pages.faces import Face
from registers.pages.jobs import attachment

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
    """Step 1 checks and writes nothing; step 2 writes the file that was checked, kept under its token."""

    template = "registers/import.html"
    needs_change = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("token"):
            return self.write(request.POST["token"], partial=bool(request.POST.get("partial")))
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form=form, status=400)
        upload = form.cleaned_data["file"]
        return self.check(upload.read(), upload.name, form)

    def check(self, data: bytes, name: str, form: UploadForm) -> HttpResponse:
        outcome = import_rows(self.register, by=self.user, data=data, filename=name, dry_run=True)
        whole = [error for error in outcome.errors if not error.row and not error.column]
        if whole and not outcome.total:
            for error in whole:
                form.add_error("file", error.message)
            return self.show(form=form, status=400)
        stored = keep_file(BytesIO(data), name, owner=self.user, is_result=False)
        return self.show(result=self.result(outcome, stored), status=400 if outcome.errors else 200)

    def write(self, token: str, *, partial: bool) -> HttpResponse:
        stored = self.kept(token)
        if stored is None:
            form = UploadForm({})
            form.add_error(None, GONE)
            form.errors.pop("file", None)
            return self.show(form=form, status=400)
        with stored.content.open("rb") as content:
            data = content.read()
        outcome = import_rows(self.register, by=self.user, data=data, filename=stored.name, partial=partial)
        refused = bool(outcome.errors) and not partial
        return self.show(result=self.result(outcome, stored, saved=not refused), status=400 if refused else 200)

    def kept(self, token: str) -> StoredFile | None:
        """The checked file, of this person only."""
        try:
            stored = StoredFile.objects.visible_to(self.user).filter(pk=token, is_result=False).first()
        except (ValueError, forms.ValidationError):
            return None
        return stored if stored and stored.content.storage.exists(stored.content.name) else None

    def result(self, outcome: ImportOutcome, stored: StoredFile, *, saved: bool = False) -> dict[str, Any]:
        """The outcome as registers/import.html takes it."""
        marked = None
        if outcome.marked_workbook:
            stem = stored.name.rsplit(".", 1)[0]
            marked = keep_file(BytesIO(outcome.marked_workbook), f"{stem}（标出错误）.xlsx", owner=self.user)
        return {
            "file_name": stored.name,
            "saved": saved,
            "same": not outcome.errors and not outcome.created and not outcome.updated,
            "created": f"{outcome.created:,}",
            "updated": f"{outcome.updated:,}",
            "unchanged": f"{outcome.unchanged:,}",
            "errors": [
                {"sheet": error.sheet, "row": error.row or "", "column": error.column, "value": error.value,
                 "message": f"{error.problem}，{error.expected}" if error.expected else error.problem}
                for error in outcome.errors[:ERRORS_SHOWN]
            ],
            "error_count": len(outcome.errors),
            "more_errors": max(len(outcome.errors) - ERRORS_SHOWN, 0),
            "notes": [
                {"sheet": note.sheet, "row": note.row or "", "column": note.column,
                 "message": f"{note.message}（共 {note.count:,} 处）" if note.count > 1 else note.message}
                for note in outcome.notes[:NOTES_SHOWN]
            ],
            "marked_url": reverse("files:download", args=[marked.pk]) if marked else "",
            "good": outcome.good,
            "can_partial": bool(outcome.good and outcome.errors),
            "token": str(stored.pk),
        }  # fmt: skip

    def show(self, *, form: forms.Form | None = None, result: Any = None, status: int = 200) -> HttpResponse:
        context = {
            "register": self.register,
            "breadcrumbs": self.breadcrumbs(("导入", "")),
            "urls": {"template": self.url("template"), "list": self.url("list")},
            "form": form,
            "result": result,
            "max_size": present.file_size(settings.WORKBOOK_MAX_BYTES),
        }
        return self.page(self.template, context, status)


class TemplateFace(Face):
    needs_change = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return attachment(template_workbook(self.register, by=self.user), f"{self.register.title}（模板）.xlsx")


class ExportFace(Face):
    """What the filters of the list leave, in the columns of the template."""

    def get(self, request: HttpRequest) -> HttpResponse:
        filters, rows = reading.filtered(self.register, request, self.register.rows(self.user))
        if not filters.is_valid():
            return redirect(f"{self.url('list')}?{request.GET.urlencode()}")
        rows = rows.order_by(*reading.ordering_of(self.register, ""))
        book = export_workbook(self.register, by=self.user, queryset=rows)
        return attachment(book, f"{self.register.title} {clock.today():%Y-%m-%d}.xlsx")
