"""The register of dividends: read here, written by distributing on a project's page and by reversing."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP
from decimal import Decimal as Number
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse

from federations.models import Dividend, DividendLine
from federations.registers.projects import PROJECTS
from lianjian import periods
from registers.pages.parts import Action, Notice, RelatedTable
from registers.reading import QuarterFilter
from registers.register import Register
from registers.rows.columns import Choice, Column, Date, Integer, Money, Reference, Text

Standing = Dividend.Standing
_LINES = Reference(what="各村分红", listed=True)
_MILLIONTH = Number("0.000001")


class DividendFilters(django_filters.FilterSet):
    project = django_filters.NumberFilter("project_id", label="项目编号")
    # No date lies in the years 0 or 371083.
    year = django_filters.NumberFilter("on__year", label="年度", min_value=1000, max_value=2999)
    standing = django_filters.ChoiceFilter(
        label="状态", choices=Standing.choices, empty_label="全部", method="by_standing"
    )

    quarter = QuarterFilter(label="季度", method="by_quarter")

    def by_quarter(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        quarter = periods.parse_quarter(value)
        return rows.filter(on__gte=quarter.start, on__lt=quarter.end)

    def by_standing(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == Standing.REVERSAL:
            return rows.filter(reverses__isnull=False)
        reversals = Dividend.objects.unscoped("asked of rows that went through the guard").filter(
            reverses=OuterRef("pk")
        )
        reversed_ = Exists(reversals) if value == Standing.REVERSED else ~Exists(reversals)
        return rows.filter(reversed_, reverses__isnull=True)


class DividendRegister(Register):
    """Dividends of joint projects with their lines. Nothing is changed here: a mistake is reversed, once."""

    model = Dividend
    slug = "dividends"
    title = "项目分红"
    group = "产业"
    menu_order = 55
    icon = "coin-yuan"
    columns = (
        Column("project", "项目", Reference(PROJECTS, what="项目"), width=26),
        Column("on", "分红日期", Date(), width=12),
        Column("amount", "分红总额", Money(minimum=None), unit="元", width=16),
        Column("basis", "分配依据", Choice(Dividend.Basis.choices), width=24),
        Column("standing", "状态", Choice(Standing.choices), width=8),
        Column("note", "说明", Text(200), width=24),
    )
    api_columns = (Column("lines", "各村分红", _LINES), Column("reverses", "冲销的分红", Integer()))
    sources = {"reverses": "reverses_id"}
    list_columns = ("project", "on", "amount", "basis", "standing", "note")
    main_columns = ("project", "amount", "standing")
    filterset_class = DividendFilters
    primary_filters = ("q", "year", "standing", "area")
    search_fields = ("project__name", "project__initials", "note")
    ordering = ("-on", "-pk")
    ordering_fields = ("on", "amount")
    select_related = ("project", "reversal", "reverses")
    status_field = "standing"
    tones = {"standing": {Standing.STANDS: "done", Standing.REVERSED: "late", Standing.REVERSAL: "neutral"}}
    key_fields = ("on", "amount", "basis")
    view_right = "economy.view"
    more_views = {"reverse": ("<str:key>/reverse/", "federations.views.dividends.ReverseFace")}
    viewset = "federations.api_economy.DividendViewSet"
    can_create = False
    deletable = False
    empty_text = "还没有分红。请在合办项目的页面上办理。"

    def rows(self, user: Any) -> QuerySet:
        lines = DividendLine.objects.visible_to(user).select_related("village").order_by("village_id")
        return super().rows(user).prefetch_related(Prefetch("lines", lines, to_attr="seen_lines"))

    def value(self, row: Dividend, field: str) -> Any:
        if field == "lines":
            return [
                {
                    "village_code": line.village_id, "village_name": line.village.name,
                    "share": f"{line.share:.2f}", "amount": f"{line.amount:.2f}", "cent": f"{line.cent:.2f}",
                }
                for line in row.seen_lines  # type: ignore[attr-defined] # by the prefetch above
            ]  # fmt: skip
        return super().value(row, field)

    def title_of(self, row: Dividend) -> str:
        return f"{row.project} {row.on} {'冲销' if row.reverses_id else '分红'}"

    def related(self, row: Dividend, user: Any) -> Iterable[RelatedTable]:
        yield derivation(row)

    def actions(self, row: Dividend, user: Any) -> Iterable[Action]:
        if row.standing == Standing.STANDS and row.is_changeable_by(user):
            yield Action("冲销", reverse(self.url_name("reverse"), args=[row.pk]), tone="danger")

    def notices(self, row: Dividend, user: Any) -> Iterable[Notice]:
        other = row.reverses or getattr(row, "reversal", None)
        if other is not None:
            text = "这是一次冲销，与原分红都不再计数。" if row.reverses_id else "这次分红已经冲销，两条都不再计数。"
            label = "看原分红" if row.reverses_id else "看冲销"
            yield Notice(text, "info", reverse(self.url_name("detail"), args=[other.pk]), label)


def derivation(row: Dividend) -> RelatedTable:
    """Village by village: share, part of the whole, exact amount, floored, the cent left over, and the dividend."""
    lines = row.seen_lines  # type: ignore[attr-defined] # by the register's prefetch
    whole = sum(
        DividendLine.objects.unscoped("only the sum is told").filter(dividend=row).values_list("share", flat=True),
        Number(0),
    )
    return derivation_table(
        [(line.village, line.share, line.amount, line.cent) for line in lines], amount=row.amount, whole=whole
    )


def derivation_table(
    lines: Iterable[tuple[Any, Number, Number, Number]], *, amount: Number, whole: Number
) -> RelatedTable:
    """The table of (village, share, amount, cent); `whole` is the sum of all shares, seen or not."""
    heads = (
        ("村居", "", "name"), ("份额", "", "num"), ("占比", "%", "num"), ("应得（未取整）", "元", "num"),
        ("舍去分以下", "元", "num"), ("补尾差", "元", "num"), ("分红", "元", "num"),
    )  # fmt: skip
    main = ("村居", "份额", "分红")
    columns = [
        {"key": str(at), "heading": heading, "unit": unit, "css": css, "main": heading in main}
        for at, (heading, unit, css) in enumerate(heads)
    ]
    rows = []
    for village, share, got, cent in lines:
        exact = (amount * share / whole).quantize(_MILLIONTH, ROUND_HALF_UP)
        texts = (
            village.name, f"{share:,.2f}", f"{share * 100 / whole:.2f}", f"{exact:,.6f}", f"{got - cent:,.2f}",
            f"{cent:,.2f}" if cent else "", f"{got:,.2f}",
        )  # fmt: skip
        cells = [
            {"text": text, "css": column["css"], "column": column} for text, column in zip(texts, columns, strict=True)
        ]
        rows.append({"url": "", "pk": village.pk, "cells": cells})
    return RelatedTable(
        "各村分红", columns, rows, count=f"{len(rows)} 个村居",
        empty="没有可以看到的村居。",
    )  # fmt: skip
