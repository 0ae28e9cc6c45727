"""Merging villages (P03) in two steps: the decision, then everything that will happen, before it is done."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from lianjian import clock
from registers.errors import Invalid, NotAllowed, WrongState
from registers.pages.action_face import ActionFace, ActionForm, DayField
from registers.pages.faces import Face
from registers.pages.lists import ListFace
from registers.pages.parts import Action
from villages.actions.merging import RIGHT, MergeResult, merge_villages, try_merge, undo_merge
from villages.merge_rows import merge_rows
from villages.models import VillageMerge

ERRORS_SHOWN = 100


class MergeListFace(ListFace):
    def actions(self) -> list[Any]:
        if not self.user.can(RIGHT):
            return []
        return [Action("撤并村居", self.url("start"), tone="primary", icon="git-merge", key="n")]


class MergeForm(ActionForm):
    on = DayField(label="撤并日期", help_text="从这一天起，原村居不再使用；以前的季度仍按原村居")
    basis = forms.CharField(label="批准文件", max_length=120, help_text="如“莱政批〔2026〕12 号”")
    note = forms.CharField(label="说明", max_length=200, required=False)
    rows = forms.CharField(
        label="撤并的村居",
        max_length=100_000,
        widget=forms.Textarea({"rows": 12, "spellcheck": "false", "placeholder": "南唐家　唐家\n北唐家　唐家"}),
        help_text=(
            "每行一个：原村居、并入村居，可以从表格里整块复制粘贴。并入的村居，本镇街已有的填村名，其他镇街的填代码，新设的填新名称；"
            "后面还可以写新村居代码和类型（行政村、社区）。保留的村居不用写。"
        ),
    )


class MergeFace(Face):
    """Step 1 asks, step 2 shows what a trial of the whole merge did; only then it is carried out."""

    template = "villages/merge.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.can(RIGHT):  # type: ignore[union-attr] # signed in by now
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        form = MergeForm(register=self.register, user=self.user, initial={"on": clock.today()})
        return self.show(form)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = MergeForm(request.POST, register=self.register, user=self.user)
        if "back" in request.POST:
            form.errors.clear()
            return self.show(form)
        if not form.is_valid():
            return self.show(form, status=400)
        facts = dict(form.cleaned_data)
        rows, errors = merge_rows(self.register, self.user, facts.pop("rows"))
        if errors:
            return self.show(form, errors=errors, status=400)
        try:
            if "confirm" not in request.POST:
                return self.show(form, result=try_merge(by=self.user, rows=rows, **facts))
            result = merge_villages(by=self.user, rows=rows, **facts)
        except (Invalid, WrongState, NotAllowed) as error:
            form.take(error)
            return self.show(form, status=400)
        messages.success(request, f"已撤并 {len({line.closed_id for line in result.lines})} 个村居。")
        return redirect(self.url("detail", result.merge))

    def show(
        self, form: MergeForm, *, errors: Any = (), result: MergeResult | None = None, status: int = 200
    ) -> HttpResponse:
        context = {
            "register": self.register,
            "breadcrumbs": self.breadcrumbs(("撤并村居", "")),
            "form": form,
            "errors": errors[:ERRORS_SHOWN],
            "error_count": len(errors),
            "preview": _preview(result) if result else None,
            "cancel_url": self.url("list"),
        }
        return self.page(self.template, context, status)


def _preview(result: MergeResult) -> dict[str, Any]:
    """The trial as the page shows it: a group for each successor, with what goes along."""
    groups: dict[str, dict[str, Any]] = {}
    titles = [title for title, moved in result.moved.items() if sum(moved.counts.values())]
    for line in result.lines:
        group = groups.setdefault(
            line.successor_id or "",
            {"name": line.successor_name, "code": line.successor_id, "is_new": line.is_new, "villages": []},
        )
        counts = [(title, result.moved[title].counts.get(line.closed_id, 0)) for title in titles]
        group["villages"].append({"name": line.closed.short_name, "code": line.closed_id, "counts": counts})
    return {
        "titles": titles,
        "groups": list(groups.values()),
        "totals": [(title, result.total(title)) for title in titles],
        "notes": result.notes,
        "closed": len({line.closed_id for line in result.lines}),
        "kept": len(groups),
    }


class UndoForm(ActionForm):
    reason = forms.CharField(label="撤回原因", max_length=200)


class UndoFace(ActionFace):
    form_class = UndoForm
    title = "撤回"
    submit_label = "撤回这次撤并"

    def may(self, row: VillageMerge) -> bool:
        return row.is_changeable_by(self.user) and not row.is_undone

    def note(self, row: VillageMerge) -> str:
        return "原村居恢复，随迁的人员和事项回到原村居，新设的村居取消。撤并以后又有改动的，不能撤回。"

    def perform(self, row: VillageMerge, form: UndoForm) -> HttpResponse:
        undo_merge(by=self.user, merge=row, reason=form.cleaned_data["reason"])
        return self.done(row, "已撤回，各村居恢复原状。")
