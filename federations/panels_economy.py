"""What joint projects put on villages' pages: dividends by year beside what the village booked (docs/adr/0008)."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from federations.models import Dividend
from federations.results import received
from registers.pages.parts import Notice, RelatedTable
from villages.models import VillageFacts


def dividends_booked(facts: VillageFacts, user: Any) -> Iterable[Notice]:
    """A year's figures that hold less than the village was given: the dividends may not be booked."""
    if not user.can(Dividend.view_right):
        return
    given = received([facts.village_id], user).get((facts.village_id, facts.year))
    if given is not None and facts.operating_income + facts.investment_income < given:
        booked = facts.operating_income + facts.investment_income
        yield Notice(
            f"{facts.year} 年收到合办项目分红 {given:,.2f} 元，年报的投资收益与集体经营性收入"
            f"合计只有 {booked:,.2f} 元，请核对分红是否入账。",
            "waiting",
            f"{reverse('dividends:list')}?area={facts.village_id}&year={facts.year}",
            "看分红",
        )


def dividends_of_village(village: Any, user: Any) -> Iterable[RelatedTable]:
    """Dividends by year, and the two rows of the yearly figures where they belong; nothing where there are none."""
    if not user.can(Dividend.view_right):
        return
    given = {year: total for (_, year), total in received([village.pk], user).items()}
    if not given:
        return
    booked = {
        row.year: row for row in VillageFacts.objects.visible_to(user).filter(village=village.pk, year__in=list(given))
    }
    heads = (
        ("年度", "", "date"), ("项目分红", "元", "num"), ("年报：投资收益", "元", "num"),
        ("年报：经营性收入", "元", "num"), ("核对", "", ""),
    )  # fmt: skip
    columns = [
        {"key": str(at), "heading": heading, "unit": unit, "css": css, "main": at in (0, 1, 4)}
        for at, (heading, unit, css) in enumerate(heads)
    ]
    rows = []
    for year in sorted(given, reverse=True):
        facts = booked.get(year)
        short = facts is not None and facts.operating_income + facts.investment_income < given[year]
        texts = (
            f"{year}", f"{given[year]:,.2f}", f"{facts.investment_income:,.2f}" if facts else "",
            f"{facts.operating_income:,.2f}" if facts else "",
            "可能漏记，请核对" if short else "已含在年报里" if facts else "年报未报",
        )  # fmt: skip
        cells = [{"text": text, "css": head["css"], "column": head} for text, head in zip(texts, columns, strict=True)]
        cells[-1]["tone"] = "waiting" if short else "neutral"
        url = reverse("village-facts:detail", args=[facts.pk]) if facts else ""
        rows.append({"url": url, "pk": year, "cells": cells})
    yield RelatedTable(
        "项目分红", columns, rows, all_url=f"{reverse('dividends:list')}?area={village.pk}", empty="还没有分红。"
    )
