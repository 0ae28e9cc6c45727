"""What is done with a duty list (P22): put in force, copied to the next version, signed by many at once."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from lianjian import areacodes, clock
from members.actions.contracts import sign_many, unsigned
from members.actions.duties import new_version, put_in_force
from members.models import DutyList
from members.views import points_base as base
from registers import reading
from registers.errors import DomainError, WrongState
from registers.pages.action_face import ActionFace, ActionForm, DayField
from registers.pages.faces import Face

SHOWN = 300  # names on one page; a town's thousands are signed village by village


class PutInForceFace(Face):
    """POST only."""

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.changeable_row(key)
        put_in_force(by=self.user, duty_list=row)
        messages.success(request, f"“{row}”已启用，可以签约了。")
        return redirect(self.url("detail", row))


class NewVersionForm(ActionForm):
    name = forms.CharField(label="新版本名称", max_length=80)
    valid_from = DayField(label="自哪一天起")


class NewVersionFace(ActionFace):
    form_class = NewVersionForm
    title = "另建新版本"
    submit_label = "建草稿"

    def initial(self, row: DutyList) -> dict[str, Any]:
        bare = row.name.partition("（第")[0]
        return {"name": f"{bare}（第 {row.number + 1} 版）", "valid_from": clock.today()}

    def note(self, row: DutyList) -> str:
        return "事项照抄到新的草稿里，改好后启用；已有的签约留在原来的版本，新版本要重新签。"

    def perform(self, row: DutyList, form: NewVersionForm) -> HttpResponse:
        made = new_version(by=self.user, duty_list=row, **form.cleaned_data)
        return self.done(made, f"已建第 {made.number} 版草稿，事项照抄了过来。")


class SignForm(forms.Form):
    signed_on = DayField(label="签约日期")


class SigningFace(Face):
    """登记签约: who has not signed this version yet, to be ticked off."""

    needs_change = True

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        return self.show(self.running(key), SignForm(initial={"signed_on": clock.today()}, label_suffix=""))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.running(key)
        form = SignForm(request.POST, label_suffix="")
        chosen = {int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 19}  # noqa: PLR2004
        if not chosen:
            messages.error(request, "还没有选人：请先勾选签约的人。")
        elif form.is_valid():
            day = form.cleaned_data["signed_on"]
            try:
                count = sign_many(by=self.user, duty_list=row, subjects=chosen, signed_on=day)
            except DomainError as error:
                messages.error(request, f"没有登记：{error.message}。")
            else:
                messages.success(request, f"登记了 {count} 份签约。")
                return redirect(f"{self.url('signing', row)}?{request.GET.urlencode()}")
        return self.show(row, form, status=400, ticked=chosen)

    def running(self, key: str) -> DutyList:
        """The list, where somebody of the user's own scope may sign it: a village also signs its town's."""
        row: DutyList = self.visible_row(key)
        scope = self.user.scope_for(self.register.change_right)
        if not DutyList.objects.unscoped("just seen").filter(DutyList.seen_from(scope), pk=row.pk).exists():
            raise PermissionDenied
        if row.state != DutyList.State.IN_FORCE:
            raise WrongState("这一版还没有启用，启用后再签约")
        return row

    def show(
        self, row: DutyList, form: SignForm, status: int = 200, ticked: Collection[int] = frozenset()
    ) -> HttpResponse:
        scope = self.user.scope_for(self.register.change_right)
        village = self.request.GET.get("village", "")
        rows = unsigned(self.user, row)
        villages = [
            (code, name) for code, name in base.area_choices(scope, row.area_id) if code.startswith(row.area_id)
        ]
        if village in dict(villages):
            low, high = areacodes.subtree(village)
            rows = rows.filter(village_id__gte=low, village_id__lt=high)
        heads = [
            base.head("name", "姓名", main=True), base.head("number", "编号", css="quiet", main=True),
            base.head("village", "村居", css="name"),
        ]  # fmt: skip
        count = reading.capped_count(rows)
        title = self.register.title_of(row)
        context = {
            "breadcrumbs": self.breadcrumbs((title, self.url("detail", row)), ("登记签约", "")),
            "row": row,
            "form": form,
            "kind": row.get_subject_kind_display(),
            "columns": heads,
            "rows": [
                base.row(heads, [one.name, one.number, one.village.name], pk=one.pk) | {"ticked": one.pk in ticked}
                for one in rows[:SHOWN]
            ],
            "count": reading.count_text(count),
            "more": count > SHOWN,
            "shown": SHOWN,
            "villages": villages if len(row.area_id) < areacodes.LEVEL_LENGTHS["village"] else [],
            "village": village,
            "bulk_actions": True,
            "back_url": self.url("detail", row),
        }
        return self.page("members/duties/signing.html", context, status)
