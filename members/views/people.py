"""Pages of members that are more than a form over a row: leaving, and showing a number in full."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from lianjian import clock
from members.actions.people import end_member, reveal
from members.models import RevealLog, Subject
from registers.pages.action_face import ActionFace, ActionForm, DayField


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
