"""换届 in the browser: upload, answer who is meant, look at who goes and who comes, confirm; and take it back."""

import datetime as dt
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lianjian import clock
from members.actions.turnovers import undo_turnover
from members.models import Post
from members.turnover.importing import TurnoverOutcome, run_turnover
from members.turnover.planning import Team
from members.turnover.template import turnover_template
from registers.errors import Invalid
from registers.exchange.jobs import keep_marked
from registers.jobs import keep_file
from registers.models import StoredFile
from registers.pages.action_face import DayField
from registers.pages.faces import Face
from registers.pages.jobs import attachment
from registers.pages.lists import ListFace
from registers.pages.parts import Action
from registers.pages.uploads import ERRORS_SHOWN, GONE, NOTES_SHOWN, UploadForm, kept_file, max_size

RIGHT = "organizations.change"
CHOOSE = "choose-"
UNTOUCHED_SHOWN = 60


class TurnoverList(ListFace):
    def actions(self) -> list[Any]:
        if not self.user.can(RIGHT):
            return []
        return [Action("办理换届", self.url("run"), tone="primary", icon="upload", key="n")]


class TurnoverForm(UploadForm):
    on = DayField(label="换届日期", help_text="这一天起新班子任职，离任的任到前一天")

    field_order = ("on", "file")


class _Changing(Face):
    """Pages of those who may change posts."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "key" not in kwargs and not self.user.can(RIGHT):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class RunFace(_Changing):
    """One address: the form; the checked workbook with its questions or its plan; and, confirmed, the turnover.

    Nothing is kept but the file: day, answers and the plan's digest come back with the form.
    """

    template = "members/turnovers/run.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(form=TurnoverForm(initial={"on": clock.today()}, label_suffix=""))

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("token"):
            return self.go_on(request.POST["token"])
        form = TurnoverForm(request.POST, request.FILES, label_suffix="")
        if not form.is_valid():
            return self.show(form=form, status=400)
        upload = form.cleaned_data["file"]
        data = upload.read()
        try:
            outcome = run_turnover(
                by=self.user, data=data, on=form.cleaned_data["on"], filename=upload.name, dry_run=True
            )
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            return self.show(form=form, status=400)
        if outcome.refused:
            for wrong in outcome.errors:
                form.add_error("file", wrong.message)
            return self.show(form=form, status=400)
        stored = keep_file(BytesIO(data), upload.name[-200:], owner=self.user, is_result=False)
        return self.checked(outcome, stored, form.cleaned_data["on"], {})

    def go_on(self, token: str) -> HttpResponse:
        """The kept file once more, with the answers; confirmed where a digest comes along."""
        stored, on = kept_file(self.user, token), self.day()
        if stored is None or on is None:
            form = TurnoverForm(initial={"on": on or clock.today()}, label_suffix="")
            form.full_clean()
            form.errors["file"] = form.error_class([GONE])
            return self.show(form=form, status=400)
        with stored.content.open("rb") as content:
            data = content.read()
        choices = self.choices()
        digest = self.request.POST.get("digest", "")
        outcome = run_turnover(
            by=self.user, data=data, on=on, filename=stored.name, dry_run=not digest, choices=choices, digest=digest
        )
        if outcome.turnover is not None:
            messages.success(
                self.request,
                f"换届已办理：{outcome.turnover.organizations:,} 个党组织，新任 {outcome.turnover.came:,} 人，"
                f"离任 {outcome.turnover.left:,} 人，留任 {outcome.turnover.stayed:,} 人。",
            )
            return redirect(self.url("detail", outcome.turnover))
        return self.checked(outcome, stored, on, choices)

    def day(self) -> dt.date | None:
        try:
            return dt.date.fromisoformat(self.request.POST.get("on", ""))
        except ValueError:
            return None

    def choices(self) -> dict[int, str]:
        return {
            int(name.removeprefix(CHOOSE)): str(value)
            for name, value in self.request.POST.items()
            if name.startswith(CHOOSE) and name.removeprefix(CHOOSE).isdecimal() and len(name) < 20 and value
        }

    # -- the page

    def checked(
        self, outcome: TurnoverOutcome, stored: StoredFile, on: dt.date, choices: dict[int, str]
    ) -> HttpResponse:  # fmt: skip
        marked = keep_marked(outcome, filename=stored.name, owner=self.user)
        plan = outcome.plan
        result = {
            "file_name": stored.name,
            "token": str(stored.pk),
            "on": on,
            "errors": outcome.errors[:ERRORS_SHOWN],
            "error_count": len(outcome.errors),
            "more_errors": max(len(outcome.errors) - ERRORS_SHOWN, 0),
            "notes": outcome.notes[:NOTES_SHOWN],
            "marked_url": reverse("files:download", args=[marked.pk]) if marked else "",
            "questions": outcome.questions,
            "chosen": {f"{CHOOSE}{row}": value for row, value in choices.items()},
            "moved": outcome.moved,
            "same": outcome.same,
        }
        if plan is not None:
            result |= {
                "digest": plan.digest,
                "teams": [_told(team) for team in plan.teams if team.changes],
                "unchanged": [team.organization.name for team in plan.teams if not team.changes],
                "counts": [
                    ("党组织", len(plan.teams)), ("新任", plan.count("comes")), ("离任", plan.count("goes")),
                    ("留任", plan.count("stays") + plan.count("kept")),
                ],
                "headless": [team.organization.name for team in plan.teams if not team.has_secretary],
                "untouched": [one.name for one in outcome.untouched[:UNTOUCHED_SHOWN]],
                "untouched_count": len(outcome.untouched),
            }  # fmt: skip
        status = 400 if outcome.errors else 409 if outcome.moved else 200
        return self.show(result=result, status=status)

    def show(self, *, form: forms.Form | None = None, result: Any = None, status: int = 200) -> HttpResponse:
        context = {
            "register": self.register,
            "breadcrumbs": self.breadcrumbs(("办理换届", "")),
            "form": form,
            "result": result,
            "workbook_url": self.url("workbook"),
            "list_url": self.url("list"),
            "max_size": max_size(),
        }
        return self.page(self.template, context, status)


def _told(team: Team) -> dict[str, Any]:
    """One organisation as the preview shows it: (name, post, remark) of who goes, stays and comes."""
    return {
        "name": team.organization.name,
        "url": reverse("party-organizations:detail", args=[team.organization.pk]),
        "goes": [(post.person.name, post.get_title_display(), "") for post in team.goes],
        "stays": [
            (
                stay.post.person.name,
                stay.post.get_title_display(),
                f"分工改为“{stay.portfolio}”" if stay.portfolio != stay.post.portfolio else "",
            )
            for stay in team.stays
        ]
        + [(post.person.name, post.get_title_display(), "上级选派，照旧") for post in team.kept],
        "comes": [
            (line.name, Post.Title(line.title).label, "新登记" if line.person is None else line.portfolio or "")
            for line in team.comes
        ],
        "headless": not team.has_secretary,
    }


class WorkbookFace(_Changing):
    """The empty workbook, or with `?now=1` the posts that hold today."""

    def get(self, request: HttpRequest) -> FileResponse:
        filled = request.GET.get("now") == "1"
        book = turnover_template(by=self.user, filled=filled)
        return attachment(book, f"换届（{'现任班子' if filled else '模板'}）.xlsx")


class UndoFace(_Changing):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.visible_row(key)
        if not row.is_changeable_by(self.user):
            raise PermissionDenied
        undo_turnover(by=self.user, turnover=row)
        messages.success(request, "换届已撤回，各人的任职恢复到换届以前。")
        return redirect(self.url("detail", row))
