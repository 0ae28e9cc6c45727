"""What the pages of points share: rights, filters by place and federation, cells of tables, keyset pages."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import View

from lianjian import areacodes, clock
from lianjian.periods import Period, parse_quarter
from members.access import reaches
from members.points.amounts import shown
from members.queries.point_items import counties_of
from members.sockets import placement_provider
from registers import reading, sockets
from registers.pages.faces import DomainErrorsMixin
from registers.scope import Scope
from villages.models import Area, Village

VIEW = "points.view"
GROUP = "积分"
QUARTERS_OFFERED = 8
PERSON_FIELDS = ("subject__name", "subject__number", "subject__person__initials", "subject__person__pinyin")
_POSITION = ("cursor", "page_size")
_ALL = ("", "全部")


class PointsView(DomainErrorsMixin, View):
    """A page of points: `right` must be held somewhere, rows are narrowed by the guard."""

    right: ClassVar[str] = VIEW

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.user: Any = request.user

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.user.can(self.right):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def scope(self) -> Scope:
        return self.user.scope_for(VIEW)

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return render(self.request, template, context, status=status)

    def crumbs(self, *parts: tuple[str, str]) -> list[dict[str, str]]:
        return [{"title": GROUP, "url": ""}, *({"title": title, "url": url} for title, url in parts)]


class PointsList(PointsView):
    """A list page: filters in the address, keyset pages, counts that stop at 10,001."""

    ordering: ClassVar[Sequence[str]] = ("-pk",)
    primary: ClassVar[Sequence[str]] = ()

    def listed(self, rows: QuerySet, form: forms.Form, ordering: Sequence[str] = ()) -> tuple[reading.Page, dict]:
        """A page of rows and the part of the context that belongs to it."""
        size = reading.page_size_of(self.request)
        cursor = self.request.GET.get("cursor", "")
        page = reading.page_or_first(rows, ordering or self.ordering, size, cursor)
        count = reading.capped_count(rows)
        return page, {
            "count": reading.count_text(count),
            "filter_form": form,
            "primary_filters": [name for name in self.primary if name in form.fields],
            "next_url": self.with_cursor(page.next),
            "previous_url": self.with_cursor(page.previous),
            "page_size": size if count > reading.PAGE_SIZES[0] else None,
            "query": self.query(),
        }

    def query(self, *without: str) -> str:
        """The filters in the address."""
        dropped = {*_POSITION, *self.kept, *without}
        return urlencode([(name, value) for name, value in self.request.GET.items() if name not in dropped and value])

    # Names in the address that are no filters, such as the tab.
    kept: ClassVar[Sequence[str]] = ()

    def with_cursor(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = self.request.GET.copy()
        query["cursor"] = cursor
        return f"?{query.urlencode()}"


# -- filters


class PlaceFilters(forms.Form):
    """Filters by person and place; the choices lie within the user's scope, anything else is no choice at all."""

    q = forms.CharField(label="姓名", required=False, max_length=40)
    area = forms.ChoiceField(label="镇街、村居", required=False)
    federation = forms.ChoiceField(label="新村、联建片区", required=False)

    village_path: ClassVar[str] = "village_id"
    person_fields: ClassVar[Sequence[str]] = PERSON_FIELDS

    def __init__(self, data: Any, *, scope: Scope) -> None:
        super().__init__(data, label_suffix="")
        self.scope = scope
        self.fields["q"].widget = forms.TextInput({"type": "search", "placeholder": "姓名、拼音首字母或编号"})
        self.fields["area"].choices = [_ALL, *area_choices(scope, self.data.get("area", ""))]  # type: ignore[attr-defined]
        if len(self.fields["area"].choices) <= 2 and not self.data.get("area"):  # type: ignore[attr-defined] # noqa: PLR2004
            del self.fields["area"]  # 全部 and one place are no choice
        self.federations = federations_in(scope)
        self.fields["federation"].choices = [_ALL, *((str(pk), name) for pk, (name, _) in self.federations.items())]  # type: ignore[attr-defined]
        if not self.federations and not self.data.get("federation"):
            del self.fields["federation"]
        if self.data.get("page_size"):
            self.fields["page_size"] = forms.CharField(required=False, widget=forms.HiddenInput())

    def value(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "") if self.is_valid() else ""

    def narrowed(self, rows: QuerySet) -> QuerySet:
        """The rows that the filters leave; none where a filter is not understood."""
        if not self.is_valid():
            return rows.none()
        if area := self.value("area"):
            low, high = areacodes.subtree(area)
            rows = rows.filter(**{f"{self.village_path}__gte": low, f"{self.village_path}__lt": high})
        if federation := self.value("federation"):
            rows = self.by_federation(rows, int(federation))
        return self.found(rows, self.value("q"))

    def by_federation(self, rows: QuerySet, federation: int) -> QuerySet:
        """Rows of the villages that the federation has today."""
        return rows.filter(**{f"{self.village_path}__in": self.federations[federation][1]})

    def found(self, rows: QuerySet, text: str) -> QuerySet:
        for term in text.split()[:3]:
            condition = Q(pk__in=[])
            for field in self.person_fields:
                by_beginning = field.endswith(("number", "initials", "pinyin"))
                condition |= Q(**{f"{field}__{'istartswith' if by_beginning else 'icontains'}": term})
            rows = rows.filter(condition)
        return rows


def area_choices(scope: Scope, chosen: str = "") -> list[tuple[str, str]]:
    """Towns where there are several, with the villages of the chosen one; else the villages. A wider area that an
    address names (a county's, from a board) is a choice too, where it lies inside the scope.
    """
    choices = _area_choices(scope, chosen)
    if areacodes.is_code(chosen) and scope.covers(chosen) and chosen not in dict(choices):
        choices.insert(0, (chosen, sockets.area_names.ask([chosen]).get(chosen, chosen)))
    return choices


def _area_choices(scope: Scope, chosen: str) -> list[tuple[str, str]]:
    towns = list(
        Area.objects.within(scope)
        .filter(level=Area.Level.TOWN, valid_to__isnull=True)
        .order_by("pk")
        .values_list("pk", "name")
    )
    villages = Village.objects.within(scope).order_by("pk")
    if len(towns) < 2:  # noqa: PLR2004 -- one town needs no choice
        return [(code, name) for code, name in villages.values_list("pk", "name")[:400]]
    if len(chosen) < areacodes.LEVEL_LENGTHS["town"] or not areacodes.is_code(chosen):
        return towns
    low, high = areacodes.subtree(chosen[:9])
    inside = [(code, f"　{name}") for code, name in villages.filter(pk__gte=low, pk__lt=high).values_list("pk", "name")]
    choices: list[tuple[str, str]] = []
    for town in towns:
        choices.append(town)
        if chosen.startswith(town[0]):
            choices += inside
    return choices


def federations_in(scope: Scope, on: Any = None) -> dict[int, tuple[str, list[str]]]:
    """Running primary federations that have a village in the scope: {id: (name, those villages)}."""
    found: dict[int, tuple[str, list[str]]] = {}
    for county in counties_of(scope):
        for placement in placement_provider(county, on or clock.today()):
            if reaches(scope, placement.village_code):
                entry = found.setdefault(placement.federation_id, (placement.federation_name, []))
                entry[1].append(placement.village_code)
    return dict(sorted(found.items(), key=lambda item: item[1][0]))


def quarter_choices(back: int = QUARTERS_OFFERED) -> list[tuple[str, str]]:
    """This quarter and the ones before, newest first."""
    now = Period.of(clock.today())
    return [(str(now.shift(-step)), now.shift(-step).label) for step in range(back)]


def quarter_label(quarter: str) -> str:
    return parse_quarter(quarter).label


def place_names(codes: Iterable[str]) -> dict[str, str]:
    """Names by code, of villages the short ones; one query."""
    names: dict[str, str] = sockets.area_names.ask(sorted(set(codes)))
    village = areacodes.LEVEL_LENGTHS["village"]
    return {code: areacodes.short_name(name) if len(code) == village else name for code, name in names.items()}


# -- tables


def head(key: str, heading: str, *, css: str = "", unit: str = "", main: bool = False, meaning: str = "") -> dict:
    """A heading as components/table.html takes it."""
    return {"key": key, "heading": heading, "css": css, "unit": unit, "main": main, "meaning": meaning}


def row(heads: Sequence[dict], cells: Iterable[Any], *, url: str = "", pk: Any = None) -> dict[str, Any]:
    """A row as components/table.html takes it; a cell is a text or a dict with text, url, tone or html."""
    made = []
    for column, cell in zip(heads, cells, strict=True):
        one = cell if isinstance(cell, dict) else {"text": "" if cell is None else str(cell)}
        made.append({"css": column["css"], "column": column} | one)
    return {"url": url, "pk": pk, "cells": made}


def points(tenths: int | None) -> str:
    """Points for a page: one decimal, a true minus sign, thousands grouped; empty for none."""
    text = shown(tenths)
    if text is None:
        return ""
    whole, _, tenth = text.removeprefix("-").partition(".")
    return f"{'−' if text.startswith('-') else ''}{int(whole):,}.{tenth}"


def signed(tenths: int | None) -> str:
    """Points with their sign, for changes and entries."""
    return points(tenths) if tenths is None or tenths <= 0 else f"+{points(tenths)}"


def with_facts(facts: Iterable[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Facts of a detail page from (label, text or dict)."""
    return [{"label": label, **(value if isinstance(value, dict) else {"value": value})} for label, value in facts]
