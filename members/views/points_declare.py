"""Declaring one fact: whom, which item of the scheme in force that day, how often, when, why."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from lianjian import clock
from lianjian.periods import quarter_of
from members.actions.evidence import declare_with_evidence
from members.models import PointEntry, Subject
from members.models.subjects import SubjectKind
from members.points.declaring import Declaration
from members.points.duplicates import FIELD, Duplicate, DuplicateFound
from members.points.evidence_files import HELP
from members.queries.point_items import ItemBook, counties_of
from members.registers.points import SUBJECT_LOOKUP
from members.views import points_base as base
from members.views.evidence_parts import ManyFiles
from registers.errors import DomainError, NotFound
from registers.rows.columns import CellError
from registers.workbooks import dates, values

TITLE = "积分申报"
DECLARE = "claims.declare"
_FIELD_OF = {
    "member_no": "subject", "item_code": "item", "quantity": "quantity", "occurred_on": "occurred_on",
    "reason": "reason", "source_ref": "source_ref", "corrects": None, FIELD: FIELD, "evidence": "evidence",
}  # fmt: skip


class DeclareForm(forms.Form):
    subject = forms.CharField(label="积分对象", help_text="姓名、拼音首字母或编号，从提示中选", max_length=60,
                              error_messages={"required": "请填写是谁"})  # fmt: skip
    occurred_on = forms.CharField(label="发生日期", max_length=30, error_messages={"required": "请填写哪一天"})
    item = forms.CharField(label="积分项目", max_length=20, error_messages={"required": "请选择积分项目"})
    quantity = forms.IntegerField(
        label="数量", min_value=1, max_value=999, initial=1,
        error_messages={"invalid": "数量填 1 到 999 的整数", "min_value": "数量填 1 到 999 的整数",
                        "max_value": "数量填 1 到 999 的整数", "required": "请填写数量"},
    )  # fmt: skip
    reason = forms.CharField(
        label="事由", max_length=200, required=False, help_text="需要佐证的项目，写明事由或上传佐证"
    )
    source_ref = forms.CharField(
        label="来源编号", max_length=70, required=False, help_text="会议、任务等自己的编号；没有就不填"
    )
    confirm_duplicates = forms.CharField(
        label="不是同一件事的理由",
        max_length=120,
        required=False,
        help_text="如“上午、下午两场”。会记在办理过程里，审核人看得到",
    )
    evidence = ManyFiles(label="佐证", required=False, help_text=HELP)
    corrects = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, user: Any, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(data, files, label_suffix="", **kwargs)
        self.user = user
        given = data if data is not None else self.initial
        self.known = self.subject_of(str(given.get("subject") or ""))
        self.fields["subject"].widget = forms.TextInput(
            {"data-lookup": reverse("lookup", args=[SUBJECT_LOOKUP]), "autocomplete": "off",
             "placeholder": "姓名、拼音首字母或编号", "data-lookup-label": label_of(self.known) if self.known else ""}
        )  # fmt: skip
        self.fields["occurred_on"].widget = forms.DateInput({"type": "date", "max": clock.today().isoformat()})
        self.fields["item"].widget = forms.Select(
            attrs={
                "hx-get": reverse("claims:items"),
                "hx-include": "closest form",
                "hx-trigger": "change from:#id_occurred_on, lj:chosen from:body",
                "hx-swap": "innerHTML",
            },
            choices=item_options(user, str(given.get("occurred_on") or ""), self.known),
        )
        self.fields["quantity"].widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off"})

    def subject_of(self, text: str) -> Subject | None:
        """The one subject that a number or a name means within the user's reach."""
        text = values.compact(text)
        if not text:
            return None
        rows = Subject.objects.changeable_by(self.user, DECLARE).select_related("village")
        found = list(rows.filter(number=text)[:1]) or list(rows.filter(name=text, is_active=True)[:2])
        return found[0] if len(found) == 1 else None

    def clean_subject(self) -> str:
        text = values.compact(self.cleaned_data["subject"])
        if self.known is not None:
            return self.known.number
        rows = Subject.objects.changeable_by(self.user, DECLARE).filter(name=text, is_active=True)
        count = rows.count()
        if count > 1:
            raise forms.ValidationError(f"有 {count} 位“{text}”，请输入姓名后从提示中选一位，或填编号")
        if text.isdecimal():
            return text  # somebody who moved away: the action knows where he was that day
        raise forms.ValidationError("没有找到这个人，请核对姓名或编号")

    def clean_occurred_on(self) -> Any:
        try:
            day = dates.parse_date(self.cleaned_data["occurred_on"])
        except CellError as error:
            raise forms.ValidationError(error.message) from error
        if day is None:
            raise forms.ValidationError("请填写哪一天")
        if day > clock.today():
            raise forms.ValidationError(f"{day} 还没有到，请填已经发生的日期")
        return day


def label_of(subject: Subject) -> str:
    return f"{subject.name}（{subject.village.name}）"


def item_options(user: Any, day_text: str, subject: Subject | None) -> list[Any]:
    """The items in force that day, by category; of the person's own book where the person is known."""
    try:
        day = dates.parse_date(day_text) or clock.today()
    except CellError:
        day = clock.today()
    quarter = str(quarter_of(day))
    scope = user.scope_for(DECLARE)
    book = ItemBook.of(counties_of(scope) if subject is None else [subject.village_id[:6]])
    kinds = dict(SubjectKind.choices)
    groups: dict[str, dict[str, str]] = {}
    for county, kind in book.schemes:
        if subject is not None and subject.kind != kind:
            continue
        scheme = book.scheme(county, kind, quarter)
        for item in book.items[scheme.pk] if scheme else ():
            seen = scope.covers(item.town_id) if item.town_id and subject is None else True
            if subject is not None and item.town_id and not subject.village_id.startswith(item.town_id):
                seen = False
            if seen:
                heading = item.category.name if subject is not None else f"{kinds[kind]}：{item.category.name}"
                groups.setdefault(heading, {})[item.code] = f"{item.name}（{base.signed(item.points)} 分）"
    return [("", "请选择"), *((heading, list(items.items())) for heading, items in groups.items())]


class DeclareView(base.PointsView):
    right = DECLARE

    def get(self, request: HttpRequest) -> HttpResponse:
        initial: dict[str, Any] = {"occurred_on": clock.today().isoformat(), "quantity": 1}
        initial |= {name: value for name, value in request.GET.items() if name in DeclareForm.base_fields}
        if request.GET.get("corrects"):
            initial |= self.corrected(request.GET["corrects"])
        return self.show(DeclareForm(self.user, initial=initial))

    def corrected(self, text: str) -> dict[str, Any]:
        """The facts of a reversed entry, to be declared rightly."""
        rows = PointEntry.objects.visible_to(self.user).select_related("subject")
        entry = rows.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004 -- bigint
        if entry is None:
            raise NotFound
        return {
            "subject": entry.subject.number, "occurred_on": entry.occurred_on.isoformat(), "item": entry.item_code,
            "quantity": entry.quantity, "reason": entry.reason, "corrects": entry.pk,
        }  # fmt: skip

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DeclareForm(self.user, request.POST, request.FILES)
        if form.is_valid():
            facts = form.cleaned_data
            try:
                told = Declaration(
                    form.known.number if form.known else facts["subject"],
                    facts["item"],
                    facts["quantity"],
                    facts["occurred_on"],
                    facts["reason"],
                    facts["source_ref"],
                    facts["corrects"],
                    confirmed=facts["confirm_duplicates"],
                    has_evidence=bool(facts["evidence"]),
                )
                claim = declare_with_evidence(by=self.user, declaration=told, uploads=facts["evidence"])
            except DuplicateFound as found:
                form.add_error(FIELD, "不是同一件事的，请写明理由；是同一件事的，不要重复申报")
                return self.show(form, status=400, duplicate=found.duplicate)
            except DomainError as error:
                form.add_error(_FIELD_OF.get(error.field), error.message)
            else:
                messages.success(request, f"已申报“{claim.subject.name}”的积分，等待支部初审。")
                if request.POST.get("again"):
                    kept = {"occurred_on": facts["occurred_on"].isoformat(), "item": facts["item"],
                            "reason": facts["reason"], "source_ref": facts["source_ref"]}  # fmt: skip
                    return redirect(f"{reverse('claims:new')}?{urlencode(kept)}")
                return redirect("claims:detail", pk=claim.pk)
        return self.show(form, status=400)

    def show(self, form: DeclareForm, status: int = 200, duplicate: Duplicate | None = None) -> HttpResponse:
        correcting = form["corrects"].value()
        asked = [form[FIELD]] if duplicate or form[FIELD].value() else []
        context = {
            "breadcrumbs": self.crumbs((TITLE, reverse("claims:list")), ("申报", "")),
            "form_title": "更正积分" if correcting else "积分申报",
            "form_note": f"原记录第 {correcting} 号已冲销，按正确的重新申报。" if correcting else "",
            "form": form,
            "groups": [
                {"title": "", "fields": [form["subject"], form["occurred_on"], form["item"], form["quantity"],
                                         form["reason"], form["evidence"], form["source_ref"], *asked]}
            ],
            "warnings": [f"{duplicate.message}。"] if duplicate else [],
            "multipart": True,
            "submit_label": "申报",
            "submit_again_label": "" if correcting else "申报并再报一条",
            "cancel_url": reverse("claims:list"),
        }  # fmt: skip
        return self.page("registers/form.html", context, status)


class ItemOptions(base.PointsView):
    """The options of the item field for another day or person."""

    right = DECLARE

    def get(self, request: HttpRequest) -> HttpResponse:
        known = DeclareForm(self.user, initial={"subject": request.GET.get("subject", "")}).known
        options = item_options(self.user, request.GET.get("occurred_on", ""), known)
        chosen = request.GET.get("item", "")
        return render(request, "members/points/_item_options.html", {"options": options, "chosen": chosen})
