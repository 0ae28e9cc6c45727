"""兑换月报: what was credited, redeemed, cancelled and expired in a month, by village and by goods (P23)."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from lianjian import areacodes, clock
from lianjian.periods import Period
from members.models import Subject
from members.queries.point_accounts import Month, Sums, month_of
from members.views import points_base as base
from members.views.points_exports import workbook
from registers.rows.columns import Column, Integer, Points, Text
from registers.scope import Scope

MONTHS_OFFERED = 18
NAMES = ("opening", "credited", "redeemed", "cancelled", "expired", "moved", "closing")
HEADINGS = ("期初", "入账", "兑换", "撤销退回", "到期作废", "转入转出", "期末")
BY_SUBJECT = "subject__number"


class MonthForm(forms.Form):
    month = forms.ChoiceField(label="月份", required=False)
    area = forms.ChoiceField(label="镇街、村居", required=False)

    def __init__(self, data: Any, *, scope: Scope) -> None:
        super().__init__(data, label_suffix="")
        now = Period.of(clock.today(), "M")
        months = [now.shift(-step) for step in range(MONTHS_OFFERED)]
        fields: dict[str, Any] = self.fields
        fields["month"].choices = [(str(month), month.label) for month in months]
        places = base.area_choices(scope, self.data.get("area", ""))
        wide = [(low, name) for low, name in wide_places(scope) if low not in dict(places)]
        fields["area"].choices = [*wide, *places]

    def value(self, name: str) -> str:
        chosen = str(self.cleaned_data.get(name) or "") if self.is_valid() else ""
        choices: Any = self.fields[name].choices  # type: ignore[attr-defined]
        return chosen or (choices[0][0] if choices else "")


def wide_places(scope: Scope) -> list[tuple[str, str]]:
    """The areas that were granted whole, with their names: a county, a town."""
    codes = [low for low, _ in scope.ranges if areacodes.is_code(low) and scope.covers(low)]
    names = base.place_names(codes)
    return [
        (code, f"{names.get(code, code)}（全部）") for code in codes if len(code) < areacodes.LEVEL_LENGTHS["village"]
    ]


class MonthPage(base.PointsView):
    """Printable; a village is told household by household, anything wider village by village."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = MonthForm(request.GET, scope=self.scope)
        area, month = form.value("area"), Period.parse(form.value("month"))
        context: dict[str, Any] = {
            "breadcrumbs": self.crumbs(("兑换月报", "")),
            "filter_form": form,
            "month": month.label,
            "where": "",
        }
        if area:
            of_village = len(area) == areacodes.LEVEL_LENGTHS["village"]
            found = month_of(self.user, areacodes.subtree(area), month, by=BY_SUBJECT if of_village else "village_id")
            names = self.names(found, of_village)
            where = base.place_names([area]).get(area, area)
            if "export" in request.GET:
                return self.export(found, names, f"{where}{month.label}积分兑换月报", of_village)
            query = request.GET.copy()
            query["export"] = "1"
            context |= {
                "where": where,
                "headings": HEADINGS,
                "first": "户、人" if of_village else "村居",
                "places": [(names.get(one.key, one.key), cells(one)) for one in found.places if any(amounts(one))],
                "total": cells(found.total),
                "goods": [
                    {"name": line.name, "area": line.area, "given": f"{line.given:,}", "unit": line.unit,
                     "put_back": f"{line.put_back:,}" if line.put_back else "", "points": base.points(line.points)}
                    for line in found.goods
                ],
                "export_url": f"?{query.urlencode()}",
            }  # fmt: skip
        return self.page("members/points/month.html", context)

    def names(self, found: Month, of_village: bool) -> dict[str, str]:
        keys = [place.key for place in found.places]
        if not of_village:
            return base.place_names(keys)
        rows = Subject.objects.unscoped("their movements in the village were found in the user's scope")
        return {
            number: f"{name}（{number}）" for number, name in rows.filter(number__in=keys).values_list("number", "name")
        }

    def export(self, found: Month, names: dict[str, str], title: str, of_village: bool) -> HttpResponse:
        columns = [
            Column("place", "户、人" if of_village else "村居", Text(), width=24),
            *(Column(name, heading, Points(), unit="分") for name, heading in zip(NAMES, HEADINGS, strict=True)),
            Column("good", "物品", Text(), width=20), Column("unit", "单位", Text(), width=8),
            Column("given", "兑换数量", Integer()), Column("put_back", "撤销数量", Integer()),
            Column("spent", "净用积分", Points(), unit="分"),
        ]  # fmt: skip
        none: list[Any] = [None] * 5
        rows = [[names.get(place.key, place.key), *amounts(place), *none] for place in found.places]
        rows.append(["合计", *amounts(found.total), *none])
        rows += [
            [None, *[None] * len(NAMES), line.name, line.unit, line.given, line.put_back, line.points]
            for line in found.goods
        ]
        return workbook(
            title, columns, rows, ["期初 + 入账 + 兑换 + 撤销退回 + 到期作废 + 转入转出 = 期末，减少的为负数。"]
        )


def amounts(place: Sums) -> list[int]:
    return [getattr(place, name) for name in NAMES]


def cells(place: Sums) -> list[str]:
    """Nothing is left empty, so that what moved is seen; the ends always show."""
    shown = [base.points(value) if value else "" for value in amounts(place)]
    return [base.points(place.opening), *shown[1:-1], base.points(place.closing)]
