"""Handing a federation over from a town leader to a strong village's secretary (P08)."""

from typing import Any

from django import forms
from django.http import HttpResponse

from federations.access import may
from federations.actions.leadership import hand_over_leadership, pattern_on, secretary_of
from federations.models import Federation, LeadershipPattern
from lianjian import clock
from registers.errors import WrongState
from registers.pages.action_face import ActionFace, ActionForm, DayField


class HandOverForm(ActionForm):
    person = forms.CharField(label="接任书记", max_length=40, help_text="强村书记的姓名或党员编号")
    on = DayField(label="交接日期", help_text="这一天起新书记任职，原书记免职")
    portfolio = forms.CharField(label="分工", max_length=60, required=False, initial="全面工作")
    stays = forms.BooleanField(label="原书记（镇领导）改任党总支第一书记", required=False, initial=True)
    note = forms.CharField(label="说明", max_length=200, required=False, widget=forms.Textarea({"rows": 3}))


class HandOverFace(ActionFace):
    form_class = HandOverForm
    title = "交接为模式A"
    submit_label = "办理交接"

    def allowed_row(self, key: str) -> Federation:
        row: Federation = super().allowed_row(key)
        pattern = pattern_on(row)
        if pattern is None or pattern.pattern != LeadershipPattern.Pattern.B:
            raise WrongState(f"“{row.name}”现在不是模式B（镇领导过渡），不用交接")
        return row

    def may(self, row: Federation) -> bool:
        return may(by=self.user, federation=row)

    def initial(self, row: Federation) -> dict[str, Any]:
        return {"on": clock.today(), "portfolio": "全面工作", "stays": True}

    def note(self, row: Federation) -> str:
        post = secretary_of(row)
        now = f"现任书记{post.person.name}（{post.valid_from} 起）。" if post else "现在没有书记。"
        return f"{now}交接一次办完：原书记免职，新书记任职，领导模式由B转为A，记入历程。"

    def perform(self, row: Federation, form: HandOverForm) -> HttpResponse:
        facts = form.cleaned_data
        hand_over_leadership(
            by=self.user,
            federation=row,
            person=facts["person"],
            on=facts["on"],
            portfolio=facts["portfolio"],
            stays_as_first_secretary=facts["stays"],
            note=facts["note"],
        )
        return self.done(row, f"“{row.name}”已交接为模式A。")
