"""Claims from a workbook in the browser: check, choose among people of one name, declare; big files as a job."""

from io import BytesIO
from typing import Any

from django import forms
from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from members.claim_import import INLINE_ROWS, ClaimImportOutcome, claims_template, import_claims
from members.claim_import.columns import columns
from members.claim_import.importing import mark_workbook
from members.claim_import.jobs import start_import
from members.claim_import.matching import Question, hint_of
from members.points.duplicates import FIELD
from members.views import points_base as base
from registers.exchange.importing import read_table
from registers.jobs import keep_file
from registers.models import StoredFile
from registers.pages import present
from registers.pages.jobs import attachment
from registers.pages.uploads import ERRORS_SHOWN, GONE, NOTES_SHOWN, UploadForm
from registers.rows.tables import Table
from registers.workbooks.errors import WorkbookRefused

TITLE = "积分申报"
DECLARE = "claims.declare"
CHOOSE = "choose-"
KEPT = "claim_choices"  # in the session: {token of the upload: {row: subject number}}
UPLOADS_KEPT = 5
CONFIRMED_LENGTH = 120
QUESTIONS_SHOWN = 200


class ImportView(base.PointsView):
    right = DECLARE

    def get(self, request: HttpRequest) -> HttpResponse:
        token = request.GET.get("token", "")
        if not token:
            return self.show()
        stored = self.kept(token)
        return self.gone() if stored is None else self.run(stored, self.choices(token), dry_run=True)

    @property
    def confirmed(self) -> str:
        """Why rows that seem to be declared already tell other facts."""
        return self.request.POST.get(FIELD, "").strip()[:CONFIRMED_LENGTH]

    def post(self, request: HttpRequest) -> HttpResponse:
        token = request.POST.get("token", "")
        if token:
            stored = self.kept(token)
            if stored is None:
                return self.gone()
            return self.run(stored, self.remember(token), partial=bool(request.POST.get("partial")))
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form=form, status=400)
        upload = form.cleaned_data["file"]
        data = upload.read()
        table, refusal = self.read(data, upload.name)
        if table is None:
            form.add_error("file", refusal)
            return self.show(form=form, status=400)
        stored = keep_file(BytesIO(data), upload.name[-200:], owner=self.user, is_result=False)
        if len(table.numbers) > INLINE_ROWS:
            job = start_import(by=self.user, stored=stored, choices={}, confirmed="")
            return redirect("jobs:detail", pk=job.pk)
        return self.checked(stored, data, table, {}, dry_run=True)

    # -- the steps

    def read(self, data: bytes, name: str) -> tuple[Table | None, str]:
        """The table of an upload, or why there is none; whole-file errors are told at the file field."""
        try:
            table = read_table(columns(), data, name)
        except WorkbookRefused as refusal:
            return None, refusal.message
        if table.errors:
            return None, "；".join(error.message for error in table.errors)
        if not table.rows:
            return None, "表头下面没有填写内容，请填好后再上传"
        return table, ""

    def run(
        self, stored: StoredFile, choices: dict[int, str], *, dry_run: bool = False, partial: bool = False
    ) -> HttpResponse:
        """Check or declare the kept file with what was chosen so far."""
        with stored.content.open("rb") as content:
            data = content.read()
        table, _ = self.read(data, stored.name)
        if table is None:
            return self.gone()
        if len(table.numbers) > INLINE_ROWS and not dry_run:
            job = start_import(by=self.user, stored=stored, partial=partial, choices=choices, confirmed=self.confirmed)
            return redirect("jobs:detail", pk=job.pk)
        return self.checked(stored, data, table, choices, dry_run=dry_run, partial=partial)

    def checked(
        self, stored: StoredFile, data: bytes, table: Table, choices: dict[int, str], *, dry_run: bool = False,
        partial: bool = False,
    ) -> HttpResponse:  # fmt: skip
        outcome = import_claims(
            by=self.user, data=table, filename=stored.name, dry_run=dry_run, partial=partial, choices=choices,
            confirmed=self.confirmed,
        )  # fmt: skip
        if outcome.errors:
            outcome.marked_workbook = mark_workbook(data, outcome.errors, outcome.notes)
        same = not outcome.errors and not outcome.questions and not outcome.doubted and not outcome.created
        asked = outcome.questions or outcome.doubted
        saved = same or (not dry_run and not asked and (partial or not outcome.errors))
        status = 400 if outcome.errors and not saved else 200
        return self.show(result=self.result(outcome, stored, saved=saved), status=status)

    # -- choices

    def choices(self, token: str) -> dict[int, str]:
        kept = self.request.session.get(KEPT, {}).get(token, {})
        return {int(row): number for row, number in kept.items()}

    def remember(self, token: str) -> dict[int, str]:
        """What was chosen before for this upload and now; kept for its next rounds."""
        posted = {
            int(name.removeprefix(CHOOSE)): str(value)
            for name, value in self.request.POST.items()
            if name.startswith(CHOOSE) and name.removeprefix(CHOOSE).isdecimal() and value
        }
        chosen = self.choices(token) | posted
        if posted:
            others = [item for item in self.request.session.get(KEPT, {}).items() if item[0] != token]
            mine = (token, {str(row): number for row, number in chosen.items()})
            self.request.session[KEPT] = dict([*others[-UPLOADS_KEPT:], mine])
        return chosen

    def kept(self, token: str) -> StoredFile | None:
        """The checked file, of this person only."""
        try:
            stored = StoredFile.objects.visible_to(self.user).filter(pk=token, is_result=False).first()
        except (ValueError, forms.ValidationError):
            return None
        return stored if stored and stored.content.storage.exists(stored.content.name or "") else None

    # -- the page

    def result(self, outcome: ClaimImportOutcome, stored: StoredFile, *, saved: bool) -> dict[str, Any]:
        """The outcome as registers/import.html takes it."""
        marked_url = ""
        if outcome.marked_workbook:
            stem = stored.name.rsplit(".", 1)[0]
            marked = keep_file(BytesIO(outcome.marked_workbook), f"{stem}（标出错误）.xlsx", owner=self.user)
            marked_url = reverse("files:download", args=[marked.pk])
        return {
            "file_name": stored.name,
            "saved": saved,
            "same": saved and not outcome.errors and not outcome.created,
            "created": f"{outcome.created:,}",
            "updated": "0",
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
            "warnings": [
                {"sheet": one.sheet, "row": one.row or "", "column": one.column, "message": one.message}
                for one in outcome.warnings[:ERRORS_SHOWN]
            ],
            "confirm": {
                "name": FIELD, "label": "不是同一件事的理由",
                "help": f"有 {outcome.doubted:,} 行与已有的申报同人、同日、同项目，列在下面。"
                "是同一件事的，请从表里删去后重传；不是的，写明理由，审核人看得到。",
            } if outcome.doubted else None,
            "ambiguous": [self.question(one) for one in outcome.questions[:QUESTIONS_SHOWN]],
            "marked_url": marked_url,
            "good": outcome.created + outcome.unchanged,
            "can_partial": bool(outcome.errors and (outcome.good or outcome.questions)),
            "token": str(stored.pk),
        }  # fmt: skip

    def question(self, question: Question) -> dict[str, Any]:
        return {
            "name": f"{CHOOSE}{question.row}",
            "label": f"第 {question.row} 行：{question.village}“{question.name}”是哪一位"
            f"（{question.item}，{question.occurred_on}）",
            "choices": [
                {"value": one.subject.number, "label": one.subject.number, "hint": hint_of(one)}
                for one in question.candidates
            ],
        }

    def gone(self) -> HttpResponse:
        form = UploadForm({})
        form.add_error(None, GONE)
        form.errors.pop("file", None)
        return self.show(form=form, status=400)

    def show(self, *, form: forms.Form | None = None, result: Any = None, status: int = 200) -> HttpResponse:
        claims = reverse("claims:list")
        context = {
            "register": {"title": TITLE, "slug": "claims"},
            "breadcrumbs": self.crumbs((TITLE, claims), ("导入", "")),
            "urls": {"template": reverse("claims:template"), "list": f"{claims}?tab=all"},
            "form": form,
            "result": result,
            "hints": ["村、姓名、积分项目、发生日期就够；村里有同名的人，上传后在网页上选。"],
            "max_rows": "",
            "max_size": present.file_size(settings.WORKBOOK_MAX_BYTES),
        }
        return self.page("registers/import.html", context, status)


class TemplateView(base.PointsView):
    right = DECLARE

    def get(self, request: HttpRequest) -> FileResponse:
        return attachment(claims_template(by=self.user), f"{TITLE}（模板）.xlsx")
