"""How rows of a register are asked for: filters, search, order and keyset pages. Shared by the pages and the API.

A page of rows is found by the values of its last row and never by counting (OFFSET 999,900 costs a second, a keyset
page two milliseconds); counts stop at 10,001.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode

from lianjian import areacodes
from lianjian.numbers import whole_number
from lianjian.periods import Period, PeriodError
from registers.errors import Invalid
from registers.ordering import field_at, is_stored
from registers.register import Register
from registers.rows.columns import Choice, Column, Integer, YesNo
from registers.scope import Scope

COUNT_CAP = 10_001
PAGE_SIZES = (20, 50, 100)


# -- filters


class AreaField(forms.CharField):
    """A division code; anything else is refused in words."""

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        if code and not areacodes.is_code(code):
            raise ValidationError(f"“{code}”不是区划代码")
        return code


class AreaFilter(django_filters.CharFilter):
    """Rows in the subtree of an area, by the model's own idea of where a row lies."""

    field_class = AreaField

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        return qs.filter(qs.model.in_scope(Scope.area(value))) if value else qs


class QuarterField(forms.CharField):
    """`2026Q3`; anything else is refused in words."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return text
        try:
            period = Period.parse(text)
        except PeriodError as error:
            raise ValidationError(str(error)) from None
        if period.unit != "Q":
            raise ValidationError(f"“{text}”不是季度，请写成 2026Q3")
        return str(period)


class QuarterFilter(django_filters.CharFilter):
    field_class = QuarterField


class SearchFilter(django_filters.CharFilter):
    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        return self.parent.register.search(qs, value) if value else qs


@cache
def filterset_class(register: Register) -> type[django_filters.FilterSet]:
    """The one FilterSet of a register: its own, else made from its columns; `q`, `area` and `quarter` added."""
    own = register.filterset_class
    base = own or django_filters.FilterSet
    declared = base.base_filters
    attributes: dict[str, Any] = {"register": register, "__module__": __name__}
    if "q" not in declared and register.search_fields:
        attributes["q"] = SearchFilter(label="查找")
    if "area" not in declared and hasattr(register.model, "in_scope"):
        attributes["area"] = AreaFilter(label="区划")
    if "quarter" not in declared and register.quarter_path:
        attributes["quarter"] = QuarterFilter(field_name=register.quarter_path, label="季度")
    if own is None:
        attributes |= _derived(register)
    return type(f"{type(register).__name__}Filters", (base,), attributes)


def _derived(register: Register) -> dict[str, django_filters.Filter]:
    """A filter for each stored column with few values."""
    filters: dict[str, django_filters.Filter] = {}
    for column in register.columns:
        path = register.source(column.field)
        if column.right or not is_stored(register.model, path):
            continue
        if is_year(column):
            filters[column.field] = django_filters.NumberFilter(field_name=path, label=column.heading)
            continue
        shared = {"field_name": path, "label": column.heading, "empty_label": "全部"}
        if isinstance(column.kind, Choice):
            filters[column.field] = django_filters.ChoiceFilter(choices=column.kind.pairs, **shared)
        elif isinstance(column.kind, YesNo):
            # Django's own typed choice knows no empty label: the empty choice is one of the choices.
            filters[column.field] = django_filters.TypedChoiceFilter(
                field_name=path, label=column.heading, choices=[("", "全部"), ("true", "是"), ("false", "否")],
                coerce=lambda text: text == "true",
            )  # fmt: skip
    return filters


def is_year(column: Column) -> bool:
    """Whether a whole number is a year: never grouped in thousands, never summed, good to filter by."""
    kind = column.kind
    return isinstance(kind, Integer) and (kind.minimum or 0) >= 1000 and (kind.maximum or 10_000) <= 9999


def filtered(register: Register, request: HttpRequest, rows: QuerySet) -> tuple[django_filters.FilterSet, QuerySet]:
    """The bound filter set of a request and the rows it leaves; none where a filter is not understood."""
    filters = filterset_class(register)(request.GET, queryset=rows, request=request)
    return filters, filters.qs if filters.is_valid() else rows.none()


def filtered_by(register: Register, query: Mapping[str, str], rows: QuerySet) -> QuerySet:
    """The same for a query kept from an earlier request (a job's). Raises Invalid."""
    filters = filterset_class(register)(QueryDict(urlencode(query)), queryset=rows)
    if not filters.is_valid():
        raise Invalid("筛选条件已经失效，请重新筛选")
    return filters.qs


# -- keyset pages


@dataclass(frozen=True)
class Page:
    """One page of rows; `next` and `previous` are cursors, None at the ends."""

    rows: list[Any]
    next: str | None
    previous: str | None


def page_of(rows: QuerySet, ordering: Sequence[str], size: int, cursor: str = "") -> Page:
    """The page that a cursor names, the first without one. `rows` may be `.values()`.

    Raises Invalid for a cursor that is none of ours.
    """
    keys = [(name.removeprefix("-"), name.startswith("-")) for name in ordering]
    rows = rows.annotate(**{f"key_{index}": F(name) for index, (name, _) in enumerate(keys)})
    backward, values = _read_cursor(rows.model, keys, cursor) if cursor else (False, None)
    if values is not None:
        rows = rows.filter(
            _bound(rows.model, keys[0], values[0], backward), _beyond(rows.model, keys, values, backward)
        )
    directions = [(F(name).desc() if descending != backward else F(name).asc()) for name, descending in keys]
    found = list(rows.order_by(*directions)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    has_next = more if not backward else values is not None
    has_previous = more if backward else values is not None
    return Page(
        found,
        _write_cursor("n", found[-1], keys) if found and has_next else None,
        _write_cursor("p", found[0], keys) if found and has_previous else None,
    )


def _bound(model: Any, key: tuple[str, bool], value: Any, backward: bool) -> Q:
    """What the first key alone says: implied by `_beyond`, but a range that an index can start at."""
    name, descending = key
    if value is None:
        return Q()
    upward = descending == backward
    bound = Q(**{f"{name}__{'gte' if upward else 'lte'}": value})
    if upward and (field_at(model, name).null or "__" in name):
        bound |= Q(**{f"{name}__isnull": True})
    return bound


def _beyond(model: Any, keys: Sequence[tuple[str, bool]], values: Sequence[Any], backward: bool) -> Q:
    """Rows after (before) the position. PostgreSQL puts NULL last ascending and first descending."""
    condition = Q(pk__in=[])
    equal = Q()
    for (name, descending), value in zip(keys, values, strict=True):
        upward = descending == backward
        nullable = field_at(model, name).null or "__" in name
        beyond = None
        if value is None:
            beyond = None if upward else Q(**{f"{name}__isnull": False})
        else:
            beyond = Q(**{f"{name}__{'gt' if upward else 'lt'}": value})
            if upward and nullable:
                beyond |= Q(**{f"{name}__isnull": True})
        if beyond is not None:
            condition |= equal & beyond
        equal &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    return condition


def _write_cursor(direction: str, row: Any, keys: Sequence[tuple[str, bool]]) -> str:
    names = [f"key_{index}" for index in range(len(keys))]
    values = [row[name] if isinstance(row, dict) else getattr(row, name) for name in names]
    texts = [None if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
             for value in values]  # fmt: skip
    return base64.urlsafe_b64encode(json.dumps([direction, *texts]).encode()).decode().rstrip("=")


def _read_cursor(model: Any, keys: Sequence[tuple[str, bool]], cursor: str) -> tuple[bool, list[Any]]:
    try:
        direction, *texts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if direction not in ("n", "p") or len(texts) != len(keys) or any("\x00" in str(text) for text in texts):
            raise ValueError("not a cursor of this order")
        values = [
            None if text is None else field_at(model, name).to_python(str(text))
            for (name, _), text in zip(keys, texts, strict=True)
        ]
    except (ValueError, TypeError, ValidationError, binascii.Error):
        raise Invalid("翻页位置无效，请从第一页看起", field="cursor") from None
    return direction == "p", values


def page_or_first(rows: QuerySet, ordering: Sequence[str], size: int, cursor: str = "") -> Page:
    """The same for pages people look at: an old or broken address shows the first page."""
    try:
        return page_of(rows, ordering, size, cursor)
    except Invalid:
        return page_of(rows, ordering, size)


def page_size_of(request: HttpRequest, *, default: int = 50, largest: int = PAGE_SIZES[-1]) -> int:
    """The page size asked for; anything odd is the default."""
    return min(whole_number(request.GET.get("page_size", "")) or default, largest)


def capped_count(rows: QuerySet) -> int:
    """How many rows, at most 10,001."""
    return rows.order_by()[:COUNT_CAP].count()


def count_text(count: int) -> str:
    """1,234, or 10,000+ where the count was capped."""
    return "10,000+" if count >= COUNT_CAP else f"{count:,}"
