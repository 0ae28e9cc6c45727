"""Distributing a project's result: the form, the preview village by village, and only then the deed; reversing."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from federations.actions.dividends import (
    Preview,
    distribute_dividend,
    newest,
    preview_dividend,
    reverse_dividend,
)
from federations.models import Dividend, Project
from federations.registers.dividends import derivation_table
from federations.results import result_of, usual_basis
from lianjian import clock
from registers.errors import Invalid, WrongState
from registers.pages.action_face import ActionFace, ActionForm, DayField
from villages.models import Village


class DistributeForm(ActionForm):
    amount = forms.DecimalField(
        label="分红总额", max_digits=14, decimal_places=2, help_text="亏损由各村分担的，填负数",
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    on = DayField(label="分红日期", help_text="按这一天各村的投入分配")
    basis = forms.ChoiceField(label="分配依据", choices=Dividend.Basis.choices)
    note = forms.CharField(label="说明", max_length=200, required=False)
    after = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].unit = "元"  # type: ignore[attr-defined] # shown inside the field
        self.fields["amount"].error_messages |= {
            "invalid": "请填金额，如 60000 或 60000.50", "max_decimal_places": "金额最多两位小数，请精确到分",
            "max_digits": "金额太大，请核对单位是不是元", "max_whole_digits": "金额太大，请核对单位是不是元",
        }  # fmt: skip


class DistributeFace(ActionFace):
    """Of the register of projects. Sent once it shows the preview; sent with `confirm` it distributes."""

    template = "federations/distribute.html"
    form_class = DistributeForm
    title = "分红"
    submit_label = "预览"

    def allowed_row(self, key: str) -> Project:
        row: Project = super().allowed_row(key)
        if row.state not in (Project.State.RUNNING, Project.State.ENDED):
            raise WrongState(f"“{row.name}”还在{row.get_state_display()}，运营以后才能分红")
        return row

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.allowed_row(key)
        form = self.make_form(row, data=request.POST)
        if not form.is_valid():
            return self.show(row, form, status=400)
        given = {name: form.cleaned_data[name] for name in ("amount", "on", "basis")}
        try:
            found = preview_dividend(by=self.user, project=row, **given)
            if "confirm" in request.POST and request.POST.get("previewed") == _key(given):
                return self.distribute(row, form, given)
        except (Invalid, WrongState) as error:
            form.take(error)
            return self.show(row, form, status=400)
        if found.warning and not form.cleaned_data["note"].strip():
            form.add_error("note", "超出了可分配的数，请写明理由")
        return self.show(
            row, form, preview=self.preview(found) | {"key": _key(given)},
            warnings=[found.warning] if found.warning else [],
        )  # fmt: skip

    def distribute(self, row: Project, form: ActionForm, given: dict[str, Any]) -> HttpResponse:
        made = distribute_dividend(
            by=self.user, project=row, note=form.cleaned_data["note"], after=form.cleaned_data["after"] or 0, **given
        )
        return self.done(row, f"已分红 {made.amount:,.2f} 元，分给 {made.lines.unscoped('just made').count()} 个村居。")

    def preview(self, found: Preview) -> dict[str, Any]:
        rows = Village.objects.unscoped("the project's villages, named to who runs it")
        villages = rows.in_bulk([part.code for part in found.parts])
        lines = [(villages[part.code], part.share, part.amount, part.cent) for part in found.parts]
        whole = sum((part.share for part in found.parts), Decimal(0))
        left = found.result.undistributed
        return {
            "table": derivation_table(lines, amount=found.amount, whole=whole),
            "facts": [
                ("这次分红", f"{found.amount:,.2f} 元"),
                ("分配前未分配收益", f"{left:,.2f} 元"),
                ("分配后", f"{left - found.amount:,.2f} 元"),
            ],
        }

    def initial(self, row: Project) -> dict[str, Any]:
        today = clock.today()
        return {"on": today, "basis": usual_basis(row, today), "after": newest(row)}

    def note(self, row: Project) -> str:
        result = result_of(row)
        return (
            f"累计结余 {result.earned:,.2f} 元，已分红 {result.distributed:,.2f} 元，"
            f"未分配 {result.undistributed:,.2f} 元。先预览各村应得，核对无误再确认。"
        )


def _key(given: dict[str, Any]) -> str:
    """What was previewed: only the same may be confirmed, whatever was typed since."""
    return f"{given['amount']:.2f} {given['on']} {given['basis']}"


class ReverseForm(ActionForm):
    reason = forms.CharField(label="冲销原因", max_length=200, widget=forms.Textarea({"rows": 3}))


class ReverseFace(ActionFace):
    """Of the register of dividends."""

    form_class = ReverseForm
    title = "冲销"
    submit_label = "冲销"

    def allowed_row(self, key: str) -> Dividend:
        row: Dividend = super().allowed_row(key)
        if row.standing != Dividend.Standing.STANDS:
            raise WrongState("这次分红已经冲销过了，或本身就是冲销")
        return row

    def note(self, row: Dividend) -> str:
        return f"另记一次逐村相反的分红（共 {-row.amount:,.2f} 元）。原记录保留，两条都不再计数；只能冲销一次。"

    def perform(self, row: Dividend, form: ReverseForm) -> HttpResponse:
        made = reverse_dividend(by=self.user, dividend=row, reason=form.cleaned_data["reason"])
        return self.done(made, "已冲销。")
