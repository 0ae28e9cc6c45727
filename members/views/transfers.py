"""调动 on pages: one subject from its own page, or all those chosen in the list."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from lianjian import clock
from members.actions.transfers import Transfers, transfer, transfer_many
from members.models import Subject
from members.queries.people import binding_quarters_since
from members.resolvers import ORGANIZATIONS
from registers.errors import Invalid, WrongState
from registers.pages import present
from registers.pages.action_face import ActionFace, ActionForm, DayField, LookupField
from registers.pages.bulk import SHOWN, ChosenFace
from villages.resolvers import VILLAGES


class TransferForm(ActionForm):
    village_code = LookupField(VILLAGES, "villages", what="村居", label="调往", help_text="村名或 12 位代码")
    on = DayField(label="自哪一天起", help_text="可以早于或晚于今天；这一天起算在新的村居")
    organization = LookupField(
        ORGANIZATIONS, "party-organizations", what="党组织", label="新的党支部", required=False,
        help_text="村里只有一个党支部的可以不填",
    )  # fmt: skip
    reason = forms.CharField(label="原因", max_length=100, required=False)


class TransferFace(ActionFace):
    form_class = TransferForm
    title = "调动"
    submit_label = "办理调动"

    def initial(self, row: Subject) -> dict[str, Any]:
        return {"on": clock.today()}

    def note(self, row: Subject) -> str:
        return f"现在{row.village.name}。已公示或审定的季度保留当时的所在村居，名次和得分不变。"

    def perform(self, row: Subject, form: TransferForm) -> HttpResponse:
        facts = form.cleaned_data
        day = facts["on"]
        moved = transfer(
            by=self.user,
            subject=row,
            village=facts["village_code"],
            on=day,
            organization=facts["organization"],
            reason=facts["reason"],
        )
        if quarters := _kept_quarters(moved.village_id, day):
            messages.info(self.request, quarters)
        return self.done(row, _said(f"“{row.name}”", facts["village_code"].name, day))


class TransferManyForm(TransferForm):
    """The same, with the rows that were chosen and the filters to come back to."""

    chosen = forms.CharField(widget=forms.HiddenInput)
    query = forms.CharField(widget=forms.HiddenInput, required=False)
    step = forms.CharField(widget=forms.HiddenInput)


class TransferManyFace(ChosenFace):
    """Where to and from when, who moves from where, done: three steps of one address."""

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = self.chosen()
        step = request.POST.get("step", "")
        if step not in ("preview", "save"):
            pairs = ",".join(f"{key}:{'' if version is None else version}" for key, version in chosen.items())
            initial = {"on": clock.today(), "chosen": pairs, "query": self.query, "step": "preview"}
            return self.ask(TransferManyForm(register=self.register, user=self.user, initial=initial), len(chosen))
        # What is refused is asked again and looked at again: never saved from a form that came back.
        data = request.POST.copy()
        data["step"] = "preview"
        form = TransferManyForm(data, register=self.register, user=self.user)
        if form.is_valid():
            pks = self.keys(chosen)
            versions = {pk: version for key, pk in pks.items() if (version := chosen[key]) is not None}
            subjects = list(self.register.rows(self.user).filter(pk__in=list(pks.values())).order_by("pk"))
            try:
                made = self.transfer(form, subjects, versions, dry_run=step == "preview")
            except (Invalid, WrongState) as error:
                form.take(error)
            else:
                return self.done(form, made) if made.written else self.preview(form, made, chosen, step == "save")
        return self.ask(form, len(chosen), status=400)

    def transfer(
        self, form: TransferManyForm, subjects: list[Subject], versions: dict[Any, int], *, dry_run: bool
    ) -> Transfers:
        facts = form.cleaned_data
        return transfer_many(
            by=self.user, subjects=subjects, village=facts["village_code"], on=facts["on"],
            organization=facts["organization"], reason=facts["reason"], versions=versions, dry_run=dry_run,
        )  # fmt: skip

    def ask(self, form: TransferManyForm, count: int, status: int = 200) -> HttpResponse:
        context = {
            "register": self.register,
            "breadcrumbs": self.breadcrumbs(("调动", "")),
            "form_title": f"调动选中的 {count:,} 人",
            "form_note": "已公示或审定的季度保留当时的所在村居，名次和得分不变。下一步先看谁从哪里调来，再办理。",
            "form": form,
            "form_action": self.url("bulk-transfer"),
            "submit_label": "下一步：核对",
            "cancel_url": self.back(),
        }
        return self.page("registers/form.html", context, status)

    def preview(
        self, form: TransferManyForm, made: Transfers, chosen: dict[str, int | None], was_refused: bool
    ) -> HttpResponse:
        """Who moves from where, and who cannot. The button takes those who can: they are chosen anew."""
        village, day = form.cleaned_data["village_code"], form.cleaned_data["on"]
        keys = [(str(move.subject.pk), move.subject.version) for move in made.moves]
        posted = {name: form.data.get(name, "") for name in ("village_code", "on", "organization", "reason")}
        context = {
            "register": self.register,
            "breadcrumbs": self.breadcrumbs(("调动", "")),
            "title": f"核对调动：{day} 起调到“{village.name}”",
            "address": self.url("bulk-transfer"),
            "cancel_url": self.back(),
            "errors": ["核对之后又有变化，什么都没有写入，请再核对一次"] if was_refused else [],
            "notes": [text for text in (_kept_quarters(village.pk, day),) if text],
            "verb": "调动",
            "unit": "人",
            "step": "save",
            "chosen": ",".join(f"{key}:{version}" for key, version in keys),
            "query": self.query,
            "hidden": list(posted.items()),
            "columns": ["村居", "党支部"],
            "changes": [
                {
                    "title": move.subject.name,
                    "url": present.url_of(self.register, move.subject),
                    "pairs": [
                        (move.left.name, move.village.name),
                        (move.organization.name if move.organization else "", move.to.name if move.to else ""),
                    ],
                }
                for move in made.moves[:SHOWN]
            ],
            "change_count": len(made.moves),
            "more": max(len(made.moves) - SHOWN, 0),
            "refusals": [
                {
                    "title": subject.name, "url": present.url_of(self.register, subject), "message": error.message,
                }
                for subject, error in made.refusals[:SHOWN]
            ],
            "refusal_count": len(made.refusals),
        }  # fmt: skip
        return self.page("registers/bulk_preview.html", context)

    def done(self, form: TransferManyForm, made: Transfers) -> HttpResponse:
        village, day = form.cleaned_data["village_code"], form.cleaned_data["on"]
        if quarters := _kept_quarters(village.pk, day):
            messages.info(self.request, quarters)
        messages.success(self.request, _said(f"{len(made.moves):,} 人", village.name, day))
        return redirect(self.back())


def _kept_quarters(code: str, day: dt.date) -> str:
    """Which quarters the move does not touch; empty where there are none."""
    quarters = "、".join(quarter.label for quarter in binding_quarters_since(code, day))
    return f"{quarters}已公示或审定，仍按原来的所在村居，不受这次调动影响。" if quarters else ""


def _said(who: str, village: str, day: dt.date) -> str:
    return f"{who}自 {day} 起调到“{village}”。{'到这一天自动生效。' if day > clock.today() else ''}"
