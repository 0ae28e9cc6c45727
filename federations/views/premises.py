"""Premises ticked against the county's standard."""

from typing import Any

from django import forms
from django.http import HttpResponse

from federations.models import Premises
from federations.premises import in_order, items_of, standard
from registers.pages.action_face import ActionFace, ActionForm
from registers.single import save_one


class ChecklistForm(ActionForm):
    items = forms.MultipleChoiceField(label="已达标事项", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = self.fields["items"]
        assert isinstance(items, forms.MultipleChoiceField)  # noqa: S101 -- declared above
        items.choices = [(item, item) for item in standard(self.row.federation.area_id)]


class ChecklistFace(ActionFace):
    form_class = ChecklistForm
    title = "对照标准打勾"
    submit_label = "保存"

    def initial(self, row: Premises) -> dict[str, Any]:
        return {"items": items_of(row.items)}

    def note(self, row: Premises) -> str:
        return "标准由县委组织部在县级设置里定，全部达到才算达标。"

    def perform(self, row: Premises, form: ChecklistForm) -> HttpResponse:
        text = in_order(form.cleaned_data["items"], row.federation.area_id)
        save_one(self.register, by=self.user, values={"items": text}, row=row)
        return self.done(row, f"已保存“{row.name}”的达标情况。")
