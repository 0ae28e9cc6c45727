"""The acceptance of a backward village."""

from typing import Any

from django import forms
from django.http import HttpResponse

from federations.actions.supports import accept_village
from federations.models import WeakVillage
from federations.supports import missing_kinds, standing_supports
from lianjian import clock
from registers.pages.action_face import ActionFace, ActionForm, DayField


class AcceptForm(ActionForm):
    on = DayField(label="验收日期")
    accepted_by = forms.CharField(label="验收单位", max_length=60, help_text="如“乳山市委组织部”")
    evidence = forms.CharField(
        label="验收依据", max_length=500, widget=forms.Textarea({"rows": 4}),
        help_text="验收文件、群众测评结果、集体收入等",
    )  # fmt: skip


class AcceptFace(ActionFace):
    form_class = AcceptForm
    title = "由弱变强验收"
    submit_label = "验收"

    def initial(self, row: WeakVillage) -> dict[str, Any]:
        return {"on": clock.today()}

    def note(self, row: WeakVillage) -> str:
        kinds = standing_supports().filter(village=row.village_id).values_list("kind", flat=True)
        missing = missing_kinds(kinds)
        return f"提醒：“五个一”还缺{'、'.join(missing)}，请在验收依据里说明。" if missing else ""

    def perform(self, row: WeakVillage, form: AcceptForm) -> HttpResponse:
        facts = form.cleaned_data
        row = accept_village(
            by=self.user, row=row, on=facts["on"], accepted_by=facts["accepted_by"], evidence=facts["evidence"]
        )
        return self.done(row, f"“{row.village.name}”已验收，由弱变强。")
