"""Changing many chosen rows on a page: what to set, what would come of it, and doing it; and taking it back.

What was chosen travels as `key:version` pairs, so that a row somebody saves meanwhile is not overwritten.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from lianjian.numbers import whole_number
from registers import list_views, reading
from registers.bulk.changing import MOST, BulkOutcome, Change, Wanted, change_many, check_given, keys_of
from registers.bulk.fields import settable
from registers.bulk.undoing import undo_wanted
from registers.errors import Invalid
from registers.pages import present
from registers.pages.faces import Face
from registers.pages.widgets import form_field
from registers.register import Register
from registers.rows.columns import Column, Reference
from registers.single import RowRefused

SHOWN = 50  # rows told before and after
ONLY_END = "end"
Chosen = dict[str, int | None]  # primary key as text → version


def list_buttons(register: Register, user: Any) -> list[dict[str, str]]:
    """What the selection bar of a list offers."""
    columns = settable(register, user)
    address = reverse(register.url_name("bulk")) if columns else ""
    buttons = []
    if any(column.field != register.end_field for column in columns):
        buttons.append({"label": "批量修改", "url": address, "tone": "primary"})
    if register.end_field and any(column.field == register.end_field for column in columns):
        heading = register.column(register.end_field).heading
        buttons.append({"label": f"填写{heading}", "url": f"{address}?only={ONLY_END}", "tone": ""})
    for face, label in register.bulk_steps.items() if user.can(register.change_right) else ():
        buttons.append({"label": label, "url": reverse(register.url_name(face)), "tone": ""})
    return buttons


class ValuesForm(forms.Form):
    """One field for each column that may be set, and which of them to set."""

    use_required_attribute = False

    def __init__(self, register: Register, columns: Sequence[Column], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        for column in columns:
            self.fields[column.field] = form_field(register, column, None)
            self.fields[column.field].required = False
            self.fields[column.field].show_hidden_initial = False


class ChosenFace(Face):
    """Something done to the rows chosen in the list; they travel as `key:version` pairs."""

    needs_change = True
    http_method_names = ["post", "options"]

    def chosen(self) -> Chosen:
        """The rows of the hidden field, of the check boxes, or all that the filters leave. Raises Invalid."""
        posted = self.request.POST
        self.query = list_views.kept_query(posted.get("query", ""))
        if posted.get("chosen"):
            pairs = [pair.rpartition(":") for pair in posted["chosen"].split(",")[: MOST + 1]]
            return self.limited({key: whole_number(version) for key, _, version in pairs if key})
        if posted.get("all") == "1":
            kept = QueryDict(self.query)
            filters = reading.filterset_class(self.register)(
                kept, queryset=self.register.rows(self.user), request=self.request
            )
            rows = filters.qs if filters.is_valid() else self.register.rows(self.user).none()
        else:
            pks = list(keys_of(self.register, self.user, posted.getlist("pk")[: MOST + 1]).values())
            rows = self.register.rows(self.user).filter(pk__in=pks)
        found = rows.order_by("pk").values_list("pk", "version")[: MOST + 1]
        return self.limited({str(pk): version for pk, version in found})

    def limited(self, chosen: Chosen) -> Chosen:
        if len(chosen) > MOST:
            raise Invalid(f"一次最多修改 {MOST:,} 条，请先筛选，分几次修改")
        if not chosen:
            raise Invalid("请先在列表里勾选要修改的行")
        return chosen

    def keys(self, chosen: Chosen) -> dict[str, Any]:
        """{what was chosen: primary key}. Raises Invalid where one of them is out of sight by now."""
        pks = keys_of(self.register, self.user, list(chosen))
        missing = len(chosen) - len(pks)
        if missing:
            raise Invalid(f"选中的有 {missing} 条已不在，请回到列表重新选择")
        return pks

    def back(self) -> str:
        address = self.url("list")
        return f"{address}?{self.query}" if self.query else address


class BulkFace(ChosenFace):
    """Choose what to set, see what would come of it, do it: three steps of one address."""

    def post(self, request: HttpRequest) -> HttpResponse:
        self.columns = settable(self.register, self.user)
        if request.GET.get("only") == ONLY_END:
            self.columns = [column for column in self.columns if column.field == self.register.end_field]
        if not self.columns:
            raise Invalid(f"{self.register.title}没有可以批量修改的列")
        chosen = self.chosen()
        step = request.POST.get("step", "")
        if step not in ("preview", "save"):
            return self.ask(chosen)
        given = self.given()
        try:
            check_given(self.register, self.user, given)
        except RowRefused as refusal:
            return self.ask(chosen, problems=refusal.problems)
        except Invalid as error:
            return self.ask(chosen, problems=[("", error.message)])
        return self.preview(chosen, given) if step == "preview" else self.save(chosen, given)

    def wanted(self, chosen: Chosen, given: Mapping[str, Any]) -> list[Wanted]:
        return [Wanted(pk, given, chosen[key]) for key, pk in self.keys(chosen).items()]

    def given(self) -> dict[str, str]:
        on = set(self.request.POST.getlist("on"))
        return {column.field: self.request.POST.get(column.field, "") for column in self.columns if column.field in on}

    # -- the steps

    def ask(self, chosen: Chosen, problems: Sequence[tuple[str, str]] = ()) -> HttpResponse:
        posted = self.request.POST
        form = ValuesForm(self.register, self.columns, posted if posted.get("step") else None)
        on = set(posted.getlist("on")) or ({self.columns[0].field} if len(self.columns) == 1 else set())
        told = dict(problems)
        fields = [
            {"bound": form[column.field], "on": column.field in on, "error": told.get(column.field, "")}
            for column in self.columns
        ]
        context = {
            "fields": fields,
            "errors": [message for name, message in problems if not name],
            "step": "preview",
            "title": f"批量修改{self.register.title}",
        }
        return self.show("registers/bulk.html", chosen, context, status=400 if problems else 200)

    def preview(self, chosen: Chosen, given: Mapping[str, str], said: str = "") -> HttpResponse:
        outcome = change_many(self.register, by=self.user, wanted=self.wanted(chosen, given), dry_run=True)
        context = preview_context(self.register, outcome, list(given)) | {
            "hidden": [("on", name) for name in given] + list(given.items()),
            "errors": [said] if said else [],
            "step": "save",
            "title": f"核对批量修改：{self.register.title}",
        }
        going = {str(change.row.pk): change.version for change in outcome.changes}
        return self.show("registers/bulk_preview.html", going, context)

    def save(self, chosen: Chosen, given: Mapping[str, str]) -> HttpResponse:
        reason = " ".join(self.request.POST.get("reason", "").split())[:200]
        wanted = self.wanted(chosen, given)
        tried = change_many(self.register, by=self.user, wanted=wanted, dry_run=True)
        if tried.warnings and not reason:
            return self.preview(chosen, given, "有提醒的，请写明仍要修改的理由")
        outcome = change_many(self.register, by=self.user, wanted=wanted, reason=reason)
        if outcome.refusals:
            return self.preview(chosen, given, "核对之后又有变化，什么都没有写入，请再核对一次")
        tell_done(self, outcome, "已修改")
        return redirect(self.back())

    def show(
        self, template: str, chosen: Mapping[str, int | None], context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        only = self.request.GET.get("only", "")
        shared = {
            "register": self.register,
            "breadcrumbs": self.breadcrumbs(("批量修改", "")),
            "count": len(chosen),
            "chosen": ",".join(f"{key}:{'' if version is None else version}" for key, version in chosen.items()),
            "query": self.query,
            "address": f"{self.url('bulk')}?{urlencode({'only': only})}" if only else self.url("bulk"),
            "cancel_url": self.back(),
        }
        return self.page(template, shared | context, status)


class BulkUndoFace(Face):
    """Take back a change of many rows: shown first, then done."""

    needs_change = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(change_many(self.register, by=self.user, wanted=self.wanted(), dry_run=True))

    def post(self, request: HttpRequest) -> HttpResponse:
        outcome = change_many(self.register, by=self.user, wanted=self.wanted(), partial=True, reason="撤销批量修改")
        tell_done(self, outcome, "已恢复")
        return redirect(self.url("list"))

    def wanted(self) -> list[Wanted]:
        return undo_wanted(self.register, self.user, self.request.GET.get("at", ""))

    def show(self, outcome: BulkOutcome) -> HttpResponse:
        fields = dict.fromkeys(name for change in outcome.changes for name in change.after)
        context = {
            "register": self.register,
            "breadcrumbs": self.breadcrumbs(("撤销批量修改", "")),
            "title": f"撤销批量修改：{self.register.title}",
            "address": f"{self.url('bulk-undo')}?{urlencode({'at': self.request.GET.get('at', '')})}",
            "cancel_url": self.url("list"),
            "is_undo": True,
        }
        return self.page("registers/bulk_preview.html", context | preview_context(self.register, outcome, list(fields)))


def tell_done(face: Face, outcome: BulkOutcome, what: str) -> None:
    """Say how many, and offer to take it back."""
    number = len(outcome.changes) if outcome.written else 0
    unchanged = f"，另有 {outcome.unchanged:,} 条本来就是这样" if outcome.unchanged else ""
    refused = f"，{len(outcome.refusals):,} 条没有改：{outcome.refusals[0].message}" if outcome.refusals else ""
    text = f"{what} {number:,} 条{unchanged}{refused}。"
    if not number:
        messages.info(face.request, text)
        return
    undo = f"{face.url('bulk-undo')}?{urlencode({'at': outcome.context})}"
    messages.success(face.request, format_html('{} <a href="{}">撤销这次修改</a>', text, undo))


def place_of(register: Register, row: Any) -> str:
    """What tells a row from its namesakes: the village, federation or other thing that it names first."""
    for column in register.columns:
        if isinstance(column.kind, Reference) and (value := register.value(row, column.field)) is not None:
            return present.text_of(column, value)
    return ""


def preview_context(register: Register, outcome: BulkOutcome, fields: Sequence[str]) -> dict[str, Any]:
    """What would come of it, as registers/bulk_preview.html takes it."""
    columns = [register.column(name) for name in fields]
    alike = Counter(change.title for change in outcome.changes[:SHOWN])

    def pairs(change: Change) -> list[tuple[str, str]]:
        before, after = change.before, change.after
        return [
            (present.text_of(column, before.get(column.field)), present.text_of(column, after.get(column.field)))
            for column in columns
        ]

    return {
        "columns": [column.full_heading for column in columns],
        "changes": [
            {
                "title": change.title,
                "note": place_of(register, change.row) if alike[change.title] > 1 else "",
                "url": present.url_of(register, change.row),
                "pairs": pairs(change),
            }
            for change in outcome.changes[:SHOWN]
        ],
        "change_count": len(outcome.changes),
        "more": max(len(outcome.changes) - SHOWN, 0),
        "unchanged": outcome.unchanged,
        "refusals": [
            {
                "title": refusal.title or "（看不到的行）",
                "url": present.url_of(register, refusal.row) if refusal.row is not None else "",
                "message": refusal.message,
            }
            for refusal in outcome.refusals[:SHOWN]
        ],
        "refusal_count": len(outcome.refusals),
        "warnings": [f"{title}：{text}" for title, text in outcome.warnings[:SHOWN]],
    }
