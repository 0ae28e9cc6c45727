"""Deciding an objection: the answer, and what was entered wrongly or left out."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from lianjian import areacodes, clock
from members.actions.objections import DECIDE, Missing, Outcome, decide
from members.models import PointEntry, PointObjection
from members.queries.point_items import ItemBook
from members.views import points_base as base
from registers.pages.action_face import ActionFace, ActionForm, DayField


class DecideForm(ActionForm):
    outcome = forms.ChoiceField(
        label="处理结果", widget=forms.RadioSelect,
        choices=[(Outcome.MAINTAINED, "维持原来的得分"), (Outcome.CORRECTED, "更正")],
    )  # fmt: skip
    reply = forms.CharField(
        label="答复", max_length=300, widget=forms.Textarea({"rows": 3}), help_text="告诉提出人查核的情况和结果"
    )
    reverse = forms.MultipleChoiceField(
        label="记错的积分记录", required=False, widget=forms.CheckboxSelectMultiple, help_text="选中的会冲销"
    )
    item = forms.ChoiceField(label="漏记的积分项目", required=False)
    quantity = forms.IntegerField(label="数量", required=False, min_value=1, max_value=999)
    occurred_on = DayField(label="发生日期", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row: PointObjection = self.row
        county = areacodes.county_of(row.village_id)
        book = ItemBook.of([county])
        scheme = book.scheme(county, row.subject.kind, row.quarter)
        items = book.items_of(scheme, areacodes.town_of(row.village_id))
        self.fields["item"].choices = [("", "没有漏记"), *((item.code, item.name) for item in items)]  # type: ignore[attr-defined]
        self.fields["reverse"].choices = [  # type: ignore[attr-defined]
            (str(entry.pk), f"{entry.occurred_on}　{book.name(entry)}　{base.signed(entry.points)} 分　{entry.reason}")
            for entry in standing_entries(row)
        ]
        if not self.fields["reverse"].choices:  # type: ignore[attr-defined]
            del self.fields["reverse"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("item") and not given.get("occurred_on"):
            self.add_error("occurred_on", "漏记的项目要写明哪一天发生")
        return given

    def missing(self) -> list[Missing]:
        given = self.cleaned_data
        if not given["item"]:
            return []
        return [Missing(given["item"], given["quantity"] or 1, given["occurred_on"])]


def standing_entries(objection: PointObjection) -> list[PointEntry]:
    """The subject's entries of the quarter that count: no reversals, nothing reversed."""
    rows = PointEntry.objects.unscoped("of the subject of an objection that the user may decide").filter(
        subject_id=objection.subject_id, settle_quarter=objection.quarter
    )
    entries = list(rows.select_related("subject").order_by("occurred_on", "pk"))
    undone = {entry.reverses for entry in entries}
    return [entry for entry in entries if entry.reverses is None and entry.pk not in undone]


class DecideFace(ActionFace):
    """Of the register of objections."""

    form_class = DecideForm
    title = "处理异议"
    submit_label = "处理并答复"
    right = DECIDE

    def initial(self, row: PointObjection) -> dict[str, Any]:
        return {"quantity": 1, "occurred_on": clock.today()}

    def note(self, row: PointObjection) -> str:
        return f"{row.content}（{row.raised_by or '未留名'}，{row.received_on}）"

    def perform(self, row: PointObjection, form: DecideForm) -> HttpResponse:
        given = form.cleaned_data
        done = decide(
            objection=row, by=self.user, outcome=given["outcome"], reply=given["reply"],
            reverse=[int(pk) for pk in given.get("reverse", [])], missing=form.missing(),
        )  # fmt: skip
        if done.job is None:
            return self.done(row, f"已处理：{done.objection.get_outcome_display()}。")
        messages.success(self.request, "已更正，公示的结果正在重算，算完自动替换。")
        if done.job.owner_id != self.user.pk:  # a colleague's correction waits in the queue and takes this one along
            return redirect(self.url("detail", row))
        return redirect("jobs:detail", pk=done.job.pk)
