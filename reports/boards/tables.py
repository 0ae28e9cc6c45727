"""The tables of a board: places below an area with their figures, and a 合计 row that is the area's own."""

from collections.abc import Sequence
from typing import Any

from lianjian.periods import Period
from reports import indicators
from reports.boards.words import board_url, figure_url
from reports.indicators import Indicator
from reports.queries.figures import Place, Table

AREA_COLUMNS = (
    "villages",
    "population",
    "operating_income",
    "strong_villages_share",
    "debt",
    "federations_running",
    "party_members",
    "point_entries",
    "score_average",
)
FEDERATION_COLUMNS = (
    "villages",
    "population",
    "operating_income",
    "debt",
    "party_members",
    "point_entries",
    "score_average",
)
VILLAGE_COLUMNS = ("population", *FEDERATION_COLUMNS[2:])
THING_COLUMNS = ("villages", "population", "party_members")
MAIN = ("population", "operating_income")
NOT_THE_SUM = "带 * 的合计不等于各行之和：跨镇街的联建单位合计只计一次，期内撤并的村居计入合计。"


def place_table(
    table: Table,
    first: str,
    places: Sequence[tuple[Place, str, bool]],
    codes: Sequence[str],
    whole: Place | None,
    quarter: Period,
    year: Period,
    *,
    extra: dict[str, str] | None = None,
    mark: bool = True,
) -> dict[str, Any]:
    """Rows as components/table.html takes them.

    places   (place, name, whether it may be opened)
    whole    the place whose own figures are the 合计 row; None: no such row
    extra    a text by place key for a second column (the role of a village)
    mark     whether a 合计 that is not the sum is marked; not where rows are hidden
    """
    chosen = [indicators.indicator(code) for code in codes]
    columns: list[dict[str, Any]] = [{"key": "name", "heading": first, "css": "name", "main": True}]
    if extra is not None:
        columns.append({"key": "extra", "heading": "角色", "css": ""})
    columns += [
        {
            "key": indicator.code,
            "heading": indicator.heading,
            "unit": indicator.shown_unit,
            "css": "num",
            "main": indicator.code in MAIN,
            "meaning": indicator.meaning,
        }
        for indicator in chosen
    ]
    rows = [
        {
            "url": board_url(place, quarter) if opens else "",
            "pk": place.key,
            "cells": _cells(table, columns, chosen, place, name, quarter, year, extra, opens=opens),
        }
        for place, name, opens in places
    ]
    made: dict[str, Any] = {"columns": columns, "rows": rows}
    if whole is not None:
        made |= _totals(table, columns, chosen, whole, [place for place, _, _ in places], quarter, year, extra, mark)
    return made


def _cells(
    table: Table,
    columns: list[dict[str, Any]],
    chosen: list[Indicator],
    place: Place,
    name: str,
    quarter: Period,
    year: Period,
    extra: dict[str, str] | None,
    *,
    opens: bool,
) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = [{"text": name, "css": "name", "column": columns[0]}]
    if extra is not None:
        cells.append({"text": extra.get(place.key, ""), "css": "", "column": columns[1]})
    for column, indicator in zip(columns[len(cells) :], chosen, strict=True):
        value = table.value(place, indicator, quarter if indicator.period_unit == "Q" else year)
        cell = {"text": indicator.shown(value), "css": "num", "column": column}
        if value is not None and opens:
            cell["url"] = figure_url(place, indicator, quarter)
        cells.append(cell)
    return cells


def _totals(
    table: Table,
    columns: list[dict[str, Any]],
    chosen: list[Indicator],
    whole: Place,
    places: list[Place],
    quarter: Period,
    year: Period,
    extra: dict[str, str] | None,
    may_mark: bool,
) -> dict[str, Any]:
    """The area's own figures; where they are not the sum of the column, they are marked."""
    totals: list[dict[str, Any]] = [{"text": "合计", "css": "name", "column": columns[0]}]
    if extra is not None:
        totals.append({"text": "", "css": "", "column": columns[1]})
    marked = False
    for column, indicator in zip(columns[len(totals) :], chosen, strict=True):
        period = quarter if indicator.period_unit == "Q" else year
        value = table.value(whole, indicator, period)
        mark = ""
        if may_mark and not indicator.is_ratio and value is not None:
            parts = [table.value(place, indicator, period) for place in places]
            if sum(part for part in parts if part is not None) != value:
                mark, marked = "*", True
        totals.append({"text": indicator.shown(value) + mark, "css": "num", "column": column})
    return {"totals": totals, "totals_note": NOT_THE_SUM if marked else ""}
