"""镇街自设项目: what a town adds to a draft of the county's scheme."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lianjian import areacodes
from members.actions import town_items as actions
from members.actions.schemes import town_items_of
from members.models import PointScheme
from members.points.content import CODE_LENGTH, NAME_LENGTH, TOWN_ITEMS_AT_MOST, ItemContent
from members.views import points_base as base
from members.views.points_schemes import TITLE, SchemeView
from members.views.scheme_fields import PointsField, RowForm, rows_formset
from registers.errors import DomainError, NotAllowed, NotFound, WrongState
from villages.models import Area

NOTE = (
    f"每个镇街最多 {TOWN_ITEMS_AT_MOST} 项，每次最多 2 分，列在县里的类别下，不改动别的内容；"
    "只对季度最后一天在本镇街的对象有效。扣分项填负数，编码留空由系统编排。"
)


class TownItemForm(RowForm):
    category = forms.ChoiceField(label="类别")
    name = forms.CharField(label="项目名称", max_length=NAME_LENGTH)
    points = PointsField(label="每次分值", required=True)
    quarter_cap = PointsField(label="季度上限")
    evidence = forms.ChoiceField(label="佐证", choices=[("", "—"), ("yes", "需要")], required=False)
    code = forms.CharField(label="编码", max_length=CODE_LENGTH, required=False)

    def __init__(self, *args: Any, categories: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", "请选择"), *categories]  # type: ignore[attr-defined]

    def content(self) -> ItemContent:
        """What was typed; call where it is valid."""
        typed = self.cleaned_data
        return ItemContent(
            code=typed["code"].strip(),
            name=typed["name"],
            category=typed["category"],
            points=typed["points"],
            quarter_cap=typed["quarter_cap"],
            evidence_needed=bool(typed["evidence"]),
        )


TownItemSet = rows_formset(TownItemForm, TOWN_ITEMS_AT_MOST, TOWN_ITEMS_AT_MOST)


class TownItems(SchemeView):
    """One town's list; who looks after several chooses which (`town`)."""

    right = actions.RIGHT

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        scheme = self.found(pk)
        if scheme.state == PointScheme.State.IN_FORCE:
            messages.info(request, "这一版已经启用，不能再加自设项目；请在县里的下一版草稿里加。")
            return redirect("schemes:detail", pk=pk)
        towns = self.towns(scheme)
        town = self.asked(towns)
        rows = [_row(item) for item in town_items_of(scheme, town)]
        return self.shown(scheme, towns, town, self.formset(scheme, initial=rows))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        scheme = self.found(pk)
        towns = self.towns(scheme)
        town = self.asked(towns)
        formset = self.formset(scheme, request.POST)
        if formset.is_valid():
            try:
                items = [form.content() for form in formset.filled]
                actions.set_town_items(scheme=scheme, by=self.user, town=town, items=items)
            except (WrongState, NotAllowed, NotFound):
                raise
            except DomainError as error:
                _tell(formset, error)
            else:
                messages.success(request, f"已保存{towns[town]}的 {len(items)} 项自设项目，随这一版一起启用。")
                return redirect("schemes:detail", pk=pk)
        return self.shown(scheme, towns, town, formset, status=400)

    def came_from(self) -> str:
        return reverse("schemes:detail", args=[self.kwargs["pk"]])

    def towns(self, scheme: PointScheme) -> dict[str, str]:
        """{code: name} of the county's towns that the user may add for. Raises Http404 where there is none."""
        low, high = areacodes.subtree(scheme.area_id)
        rows = Area.objects.within(self.user.scope_for(actions.RIGHT)).filter(level=Area.Level.TOWN, valid_to=None)
        found = dict(rows.filter(pk__gte=low, pk__lt=high).order_by("pk").values_list("pk", "name"))
        if not found:
            raise Http404
        return found

    def asked(self, towns: dict[str, str]) -> str:
        town = self.request.GET.get("town", "") or next(iter(towns))
        if town not in towns:
            raise Http404
        return town

    def formset(self, scheme: PointScheme, data: Any = None, initial: Any = None) -> Any:
        categories = list(scheme.categories.values_list("code", "name"))
        return TownItemSet(data, prefix="items", initial=initial, form_kwargs={"categories": categories})

    def shown(
        self, scheme: PointScheme, towns: dict[str, str], town: str, formset: Any, status: int = 200
    ) -> HttpResponse:
        detail = reverse("schemes:detail", args=[scheme.pk])
        title = f"{towns[town]}自设项目"
        context = {
            "breadcrumbs": self.crumbs((TITLE, reverse("schemes:list")), (str(scheme), detail), (title, "")),
            "title": title,
            "scheme": scheme,
            "quarter": base.quarter_label(scheme.from_quarter),
            "towns": list(towns.items()) if len(towns) > 1 else [],
            "town": town,
            "formset": formset,
            "items_note": NOTE,
            "cancel_url": detail,
        }
        return self.page("members/points/town_items.html", context, status)


def _row(item: ItemContent) -> dict[str, Any]:
    return {
        "category": item.category,
        "name": item.name,
        "points": item.points,
        "quarter_cap": item.quarter_cap,
        "evidence": "yes" if item.evidence_needed else "",
        "code": item.code,
    }


def _tell(formset: Any, error: DomainError) -> None:
    """Each problem at its field, what has none above the table."""
    for place, message in getattr(error, "problems", [(error.field, error.message)]):
        part, _, name = place.removeprefix("items.").partition(".")
        if name and part.isdigit() and int(part) < len(formset.filled) and name in formset.filled[int(part)].fields:
            formset.filled[int(part)].add_error(name, message)
        else:
            formset.non_form_errors().append(message)
