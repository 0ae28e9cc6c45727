"""Pages of members that are more than a form over a row: transfer, leaving, and showing a number in full."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from lianjian import clock
from members.actions.people import end_member, reveal
from members.actions.placements import transfer
from members.models import RevealLog, Subject
from members.queries.people import binding_quarters_since
from members.resolvers import ORGANIZATIONS
from registers.pages.action_face import ActionFace, ActionForm, DayField, LookupField
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
        for_good = "、".join(quarter.label for quarter in binding_quarters_since(moved.village_id, day))
        if for_good:
            messages.info(self.request, f"{for_good}已公示或审定，仍按原来的所在村居，不受这次调动影响。")
        said = f"“{row.name}”自 {day} 起调到“{facts['village_code'].name}”。"
        if day > clock.today():
            said += "到这一天自动生效。"
        return self.done(row, said)


class LeaveForm(ActionForm):
    on = DayField(label="自哪一天起不再在册")
    reason = forms.CharField(label="原因", max_length=100, help_text="如组织关系转出、去世、出党")


class LeaveFace(ActionFace):
    form_class = LeaveForm
    title = "减员"
    submit_label = "办理减员"

    def initial(self, row: Subject) -> dict[str, Any]:
        return {"on": clock.today()}

    def note(self, row: Subject) -> str:
        return "减员后不再计分，以前各季度的得分和名次保留。"

    def perform(self, row: Subject, form: LeaveForm) -> HttpResponse:
        end_member(by=self.user, subject=row, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"])
        return self.done(row, f"“{row.name}”自 {form.cleaned_data['on']} 起减员。")


class RevealForm(ActionForm):
    column = forms.ChoiceField(label="查看", choices=RevealLog.Column.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="查看原因", max_length=200, help_text="会和您的姓名、时间一起记入日志，如“电话通知本人参加培训”"
    )


@method_decorator(never_cache, name="dispatch")
class RevealFace(ActionFace):
    """The number stands in this one answer only: nothing is kept in the session, and the browser keeps no copy."""

    form_class: ClassVar[type[ActionForm]] = RevealForm
    template = "members/people/reveal.html"
    title = "查看完整号码"
    submit_label = "查看"
    right = "members.reveal"

    def initial(self, row: Subject) -> dict[str, Any]:
        return {"column": RevealLog.Column.PHONE}

    def note(self, row: Subject) -> str:
        return "只显示一次，离开这一页就不再显示。"

    def may(self, row: Subject) -> bool:
        return row.person_id is not None and super().may(row)

    def column(self, form: Any) -> str:
        return str(form.cleaned_data["column"])

    def perform(self, row: Subject, form: RevealForm) -> HttpResponse:
        column = self.column(form)
        assert row.person is not None  # noqa: S101 -- may() has looked
        number = reveal(by=self.user, person=row.person, column=column, reason=form.cleaned_data["reason"])
        label = RevealLog.Column(column).label
        return self.show(row, form, revealed={"label": label, "number": number or f"没有登记{label}"})


class RevealPhoneForm(ActionForm):
    reason = forms.CharField(
        label="查看原因", max_length=200, help_text="会和您的姓名、时间一起记入日志，如“请他到江村洼讲课”"
    )


class RevealPhoneFace(RevealFace):
    """The same for people of whom the register keeps the telephone alone."""

    form_class = RevealPhoneForm
    title = "查看联系电话"

    def initial(self, row: Any) -> dict[str, Any]:
        return {}

    def column(self, form: Any) -> str:
        return RevealLog.Column.PHONE
