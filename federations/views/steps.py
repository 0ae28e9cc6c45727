"""The short pages of a federation's life: a step, a village joining or leaving, an adjustment."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect

from federations.access import may, may_approve
from federations.actions.steps import NEEDS_APPROVAL, adjust, move_status
from federations.actions.villages import add_village, remove_village
from federations.models import Federation, FederationVillage
from federations.queries import UNFINISHED, standing_memberships
from federations.registers.federations import STEP_LABELS, sees_all
from federations.scale import check_scale
from lianjian import clock
from registers.errors import WrongState
from registers.pages.action_face import ActionFace, ActionForm, DayField, LookupField
from villages.resolvers import VILLAGES

Status = Federation.Status
Role = FederationVillage.Role


class StepForm(ActionForm):
    on = DayField(label="日期")
    scale_reason = forms.CharField(label="规模说明", max_length=200, required=False)
    reason = forms.CharField(label="说明", max_length=300, required=False, widget=forms.Textarea({"rows": 3}))


class StepFace(ActionFace):
    """One step forward (or back, or to the end), named by `to` in the address."""

    form_class = StepForm
    title = "办理"

    def allowed_row(self, key: str) -> Federation:
        row = self.visible_row(key)
        self.to = self.request.GET.get("to", "")
        if self.to not in Federation.NEXT_STATUS[row.status]:
            raise WrongState(f"“{row.name}”现在是“{row.get_status_display()}”，不能办理这一步，请刷新后再看")
        allowed = may_approve if self.to in NEEDS_APPROVAL else may
        if not allowed(by=self.user, federation=row):
            raise PermissionDenied
        return row

    def initial(self, row: Federation) -> dict[str, Any]:
        return {"on": clock.today(), "scale_reason": row.scale_reason}

    def make_form(self, row: Federation, **kwargs: Any) -> ActionForm:
        form = super().make_form(row, **kwargs)
        codes = list(standing_memberships(row).values_list("village_id", flat=True))
        self.scale = check_scale(codes, clock.today(), area_code=row.area_id)
        self.shows_people = sees_all(self.user, codes)
        if self.to != Status.APPROVED or not row.is_primary or not self.scale.needs_reason:
            del form.fields["scale_reason"]
        else:
            form.fields["scale_reason"].required = True
        form.fields["reason"].required = self.to in (Status.DISSOLVED, Status.PLANNED)
        labels: dict[str, str] = {
            Status.APPROVED: "批复日期",
            Status.DISSOLVED: "撤销日期",
            Status.RUNNING: "运行起始日期",
        }
        form.fields["on"].label = labels.get(self.to, "日期")
        for field in form.fields.values():
            field.error_messages["required"] = "没有填，这一项必填"
        return form

    def note(self, row: Federation) -> str:
        notes: dict[str, str] = {
            Status.REVIEWED: "提交论证后等待批复。",
            Status.APPROVED: "批复之日起，成员村居正式属于这个联建单位，不能同时在另一个新村或联建片区。",
            Status.RUNNING: "运行之后计入季度积分的联建名次和各项统计。",
            Status.DISSOLVED: "撤销后成员村居可以另行联建，班子自这一天起免职，历史保留。",
            Status.PLANNED: "退回后可以修改，再重新提交论证。",
        }
        return notes[self.to]

    def perform(self, row: Federation, form: StepForm) -> HttpResponse:
        facts = form.cleaned_data
        moved = move_status(
            by=self.user,
            federation=row,
            to=self.to,
            on=facts["on"],
            reason=facts["reason"],
            scale_reason=facts.get("scale_reason", ""),
        )
        return self.done(moved, f"“{moved.name}”已{STEP_LABELS[self.to].removeprefix('转入')}。")

    def show(self, row: Federation, form: ActionForm, *, status: int = 200, **more: Any) -> HttpResponse:
        label = STEP_LABELS[self.to]
        warnings = []
        if self.to == Status.APPROVED and row.is_primary:
            warnings = self.scale.warnings(show_population=self.shows_people)
        context = {
            "form_title": f"{label}：{row.name}",
            "submit_label": f"撤销“{row.name}”" if self.to == Status.DISSOLVED else label,
            "warnings": warnings,
            "breadcrumbs": self.breadcrumbs((row.name, self.url("detail", row)), (label, "")),
        }
        return super().show(row, form, status=status, **(context | more))


class JoinForm(ActionForm):
    village_code = LookupField(VILLAGES, "villages", what="村居", label="村居", help_text="村名或 12 位代码")
    role = forms.ChoiceField(
        label="角色", choices=FederationVillage.Role.choices, initial=FederationVillage.Role.MEMBER
    )
    on = DayField(label="加入日期", help_text="这一天起是成员")
    reason = forms.CharField(label="说明", max_length=200, required=False)


class JoinFace(ActionFace):
    form_class = JoinForm
    title = "加入村居"
    submit_label = "加入"

    def may(self, row: Federation) -> bool:
        return may(by=self.user, federation=row)

    def initial(self, row: Federation) -> dict[str, Any]:
        return {"on": clock.today(), "role": FederationVillage.Role.MEMBER}

    def note(self, row: Federation) -> str:
        if row.status in UNFINISHED:
            return "批复以前只是拟加入，从批复之日算起。"
        return "记为一次调整。其他镇街的村居由县委组织部办理。"

    def perform(self, row: Federation, form: JoinForm) -> HttpResponse:
        facts = form.cleaned_data
        add_village(
            by=self.user, federation=row, village=facts["village_code"], role=facts["role"], on=facts["on"],
            reason=facts["reason"],
        )  # fmt: skip
        return self.done(row, f"“{facts['village_code'].name}”已加入“{row.name}”。{scale_said(row, self.user)}")


def scale_said(row: Federation, user: Any) -> str:
    """After a change of villages the scale warns, and asks for nothing."""
    if not row.is_primary:
        return ""
    codes = list(standing_memberships(row).values_list("village_id", flat=True))
    warned = check_scale(codes, clock.today(), area_code=row.area_id).warnings(show_population=sees_all(user, codes))
    return f"提醒：{'；'.join(warned)}。" if warned else ""


class LeaveForm(ActionForm):
    on = DayField(label="退出日期", help_text="这一天起不再是成员")
    reason = forms.CharField(label="原因", max_length=200)


class LeaveFace(ActionFace):
    """Of the register of member villages."""

    form_class = LeaveForm
    title = "退出"
    submit_label = "办理退出"

    def may(self, row: FederationVillage) -> bool:
        return may(by=self.user, federation=row.federation)

    def initial(self, row: FederationVillage) -> dict[str, Any]:
        return {"on": clock.today()}

    def make_form(self, row: FederationVillage, **kwargs: Any) -> ActionForm:
        form = super().make_form(row, **kwargs)
        if row.federation.status in UNFINISHED:
            del form.fields["on"]
            form.fields["reason"].required = False
        return form

    def note(self, row: FederationVillage) -> str:
        if row.federation.status in UNFINISHED:
            return "还没有批复，退出后不留记录。"
        return "退出以前的季度仍按成员计算。"

    def perform(self, row: FederationVillage, form: LeaveForm) -> HttpResponse:
        day = form.cleaned_data.get("on") or clock.today()
        remove_village(by=self.user, membership=row, on=day, reason=form.cleaned_data["reason"])
        messages.success(
            self.request, f"“{row.village.name}”已退出“{row.federation.name}”。{scale_said(row.federation, self.user)}"
        )
        return redirect("federations:detail", row.federation_id)


class AdjustForm(ActionForm):
    name = forms.CharField(label="名称", max_length=60)
    kind = forms.ChoiceField(label="类别", choices=Federation.Kind.choices)
    mode = forms.ChoiceField(label="联建模式", choices=Federation.Mode.choices)
    sub_mode = forms.ChoiceField(label="细分模式", choices=[("", "不分"), *Federation.SubMode.choices], required=False)
    evidence = forms.CharField(
        label="论证依据", max_length=2000, required=False, widget=forms.Textarea({"rows": 6}),
        help_text="区位、人口、产业、文化、治理",
    )  # fmt: skip
    scale_reason = forms.CharField(
        label="规模说明", max_length=200, required=False, help_text="村数或人口超出一般要求的，批复前必填"
    )
    on = DayField(label="调整日期")
    reason = forms.CharField(label="调整说明", max_length=300, required=False)


class AdjustFace(ActionFace):
    form_class = AdjustForm
    title = "修改"
    submit_label = "保存"

    def may(self, row: Federation) -> bool:
        return may(by=self.user, federation=row) and row.status != Status.DISSOLVED

    def initial(self, row: Federation) -> dict[str, Any]:
        names = ("name", "kind", "mode", "sub_mode", "evidence", "scale_reason")
        return {name: getattr(row, name) for name in names} | {"on": clock.today()}

    def make_form(self, row: Federation, **kwargs: Any) -> ActionForm:
        form = super().make_form(row, **kwargs)
        if row.status in UNFINISHED:
            del form.fields["on"], form.fields["reason"]
        return form

    def note(self, row: Federation) -> str:
        return "" if row.status in UNFINISHED else "批复以后的修改记为一次调整，写进历程。"

    def perform(self, row: Federation, form: AdjustForm) -> HttpResponse:
        facts = dict(form.cleaned_data)
        day, reason = facts.pop("on", None) or clock.today(), facts.pop("reason", "")
        changed = adjust(by=self.user, federation=row, on=day, reason=reason, **facts)
        return self.done(changed, f"已保存“{changed.name}”。")
