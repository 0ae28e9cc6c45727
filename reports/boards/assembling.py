"""What the pages of boards show, put together from the rollup: contexts for templates/reports/."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.urls import reverse

from federations.models import Federation
from federations.queries import federation_of
from lianjian import areacodes, clock
from lianjian.periods import Period
from reports import indicators
from reports.boards import charts, tables
from reports.boards.words import board_url, card, change_text, figure_url, rows_url, trend_text, year_on_year_text
from reports.indicators import Indicator
from reports.indicators.villages import band_labels
from reports.models import IndicatorValue
from reports.queries import comparable, figures, places
from reports.queries.figures import FEDERATION, Place, Table
from reports.queries.rollup import waiting
from villages.models import Area

NEARLY_ALL = Decimal("0.95")  # of last year's villages must have reported before years are compared
OLDEST_SHOWN = 12  # quarters offered


def default_quarter() -> Period:
    """The last quarter that has ended: the running one has hardly begun to be reported."""
    return Period.of(clock.today(), "Q").previous()


def last_day(quarter: Period) -> dt.date:
    return min(quarter.last_day, clock.today())


def quarter_choices(chosen: Period) -> list[dict[str, Any]]:
    now = Period.of(clock.today(), "Q")
    offered = [now.shift(-back) for back in range(OLDEST_SHOWN)]
    if chosen not in offered:
        offered.append(chosen)
    return [{"value": str(one), "label": one.label, "chosen": one == chosen} for one in offered]


def name_of(area: Area) -> str:
    return area.short_name


def area_board(user: Any, code: str, quarter: Period, *, alone: bool = False) -> dict[str, Any]:
    """The board of an area; villages with those merged into them, unless they are asked for `alone`.

    Raises NotFound outside the person's scope.
    """
    places.require_area(user, code)
    on = last_day(quarter)
    areas = places.board_areas(user, code, on)
    place, kind = Place.area(code), places.child_kind(code)
    children = [
        (Place.area(area.pk), name_of(area), True)
        for area in areas.values()
        if kind and area.pk.startswith(code) and areacodes.level_of(area.pk) == kind
    ]
    # A county's federations are found under its towns: a board is read in ninety seconds.
    federations = _federations_in(user, code, on) if kind == "village" else []
    columns = [*tables.AREA_COLUMNS, *tables.FEDERATION_COLUMNS]
    merged = comparable.families_of([code, *(child.key for child, _, _ in children)])
    families = comparable.NONE if alone else merged
    table = figures.read(
        IndicatorValue.objects.visible_to(user),
        figures.of(place, figures.periods_for(quarter)),
        *([figures.below(kind, code, figures.periods_beside(quarter), columns)] if kind else []),
        figures.among(FEDERATION, [one.key for one, _, _ in federations], figures.periods_beside(quarter), columns),
        *families.conditions(figures.periods_for(quarter)),
        families=families,
    )
    year = table.year_shown(place, quarter)
    child_columns = tables.AREA_COLUMNS if kind != "village" else tables.VILLAGE_COLUMNS
    context = {
        "title": name_of(areas[code]),
        "breadcrumbs": _breadcrumbs(areas, code, quarter),
        "place_choices": _place_choices(areas, code),
        "area": code,
        "charts": _charts(table, place, quarter, code, children),
        "children": tables.place_table(
            table, "镇街" if kind == "town" else "村居", children, child_columns, place, quarter, year
        )
        if children
        else None,
        "children_title": {"town": "各镇街", "village": "各村居"}.get(kind, "各地"),
        "federations": tables.place_table(
            table, "联建单位", federations, tables.FEDERATION_COLUMNS, None, quarter, year
        )
        if federations
        else None,
        "waiting": waiting(code),
        "series": series_note(merged, code, alone=alone),
    }
    return context | _common(table, place, quarter, year)


def series_note(families: comparable.Families, code: str, *, alone: bool) -> dict[str, Any] | None:
    """How a merged village's past is shown, and whether the other way may be asked for."""
    merged = families.merged.get(code, ())
    if not merged and code not in families.split:
        return None
    texts = []
    if merged and alone:
        texts.append("原口径：撤并以前的数字不含并入的村居")
    elif merged:
        texts.append(f"可比口径：撤并以前的数字含{'、'.join(f'{name}（{on} 并入）' for _, name, on in merged)}")
    if code in families.split:
        texts.append(f"接收过拆分的村居，{families.split[code]} 以前的数字不可比")
    return {"text": "；".join(texts), "can_switch": bool(merged), "alone": alone}


def _federations_in(user: Any, code: str, on: dt.date) -> list[tuple[Place, str, bool]]:
    running = places.running_federations(Federation.objects.visible_to(user), code, on)
    return [(Place.federation(one.pk), one.name, True) for one in running.order_by("area_id", "name", "pk")]


def federation_board(user: Any, pk: Any, quarter: Period) -> dict[str, Any]:
    """The board of a federation, over the union of its villages. Raises NotFound where it may not be seen."""
    federation = federation_of(user, pk)
    on = last_day(quarter)
    place = Place.federation(federation.pk)
    members = places.member_villages(federation, on)
    opened = places.codes_seen(user, [member.village_id for member in members])
    table = figures.read(
        IndicatorValue.objects.visible_to(user),
        figures.of(place, figures.periods_for(quarter)),
        figures.among("village", sorted(opened), figures.periods_beside(quarter), tables.VILLAGE_COLUMNS),
    )
    year = table.year_shown(place, quarter)
    rows = [(Place.area(one.village_id), one.village.name, one.village_id in opened) for one in members]
    roles = {one.village_id: one.get_role_display() for one in members}
    shown = [(village, name) for village, name, opens in rows if opens]
    made = [charts.income_by_year(table, place, quarter)]
    if shown:
        made.append(charts.by_child(table, "operating_income", shown, year, quarter))
    for code, title in (("point_entries", "积分记录数"), ("score_average", "党员人均得分")):
        made.append(charts.by_period(table, place, indicators.indicator(code), _quarters(quarter), title=title))
    context = {
        "title": federation.name,
        "breadcrumbs": [{"title": "看板", "url": reverse("reports:board")}, {"title": federation.name, "url": ""}],
        "federation": federation,
        "charts": made,
        "children": tables.place_table(
            table,
            "成员村居",
            rows,
            tables.VILLAGE_COLUMNS,
            place,
            quarter,
            year,
            extra=roles,
            mark=len(shown) == len(rows),
        )
        if rows
        else None,
        "children_title": "成员村居",
        "hidden_villages": len(rows) - len(opened),
        "waiting": 0,
    }
    return context | _common(table, place, quarter, year)


def _common(table: Table, place: Place, quarter: Period, year: Period) -> dict[str, Any]:
    refreshed = table.refreshed_at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M") if table.refreshed_at else ""
    reported = table.value(place, indicators.indicator("facts_reported"), year) or 0
    villages = table.value(place, indicators.indicator("villages"), quarter) or 0
    note = f"{year}年村情年报已报 {reported:,} 个，共 {villages:,} 个村居。"
    incomplete = incomplete_text(table, place, quarter, year)
    cards = []
    for one in indicators.indicators():
        if one.on_board and (place.kind != FEDERATION or one.for_federations):
            own_year = one.period_unit == "Y"
            figure = table.figure(place, one, year if own_year else quarter)
            cards.append(
                card(
                    figure,
                    place,
                    quarter,
                    note=note if own_year else "",
                    source_time=refreshed,
                    incomplete=incomplete if own_year else "",
                )
            )
    return {
        "quarter": quarter,
        "quarter_choices": quarter_choices(quarter),
        "cards": cards,
        "refreshed": refreshed,
        "year": year,
    }


def incomplete_text(table: Table, place: Place, quarter: Period, year: Period) -> str:
    """Where clearly fewer villages than last year have reported so far: a comparison would show nothing but that."""
    counting = indicators.indicator("facts_reported")
    reported, before = (table.value(place, counting, one) or 0 for one in (year, year.previous()))
    villages = table.value(place, indicators.indicator("villages"), quarter) or before
    return f"已报 {reported:,}/{villages:,} 村，报齐后比较" if 0 < reported < before * NEARLY_ALL else ""


def _quarters(quarter: Period, count: int = 8) -> list[Period]:
    return [quarter.shift(-back) for back in reversed(range(count))]


def _charts(
    table: Table, place: Place, quarter: Period, code: str, children: list[tuple[Place, str, bool]]
) -> list[dict[str, Any]]:  # fmt: skip
    made = [charts.income_by_year(table, place, quarter)]
    if children:
        county = code[: areacodes.LEVEL_LENGTHS["county"]]
        made.append(charts.income_bands(table, place, quarter, band_labels(county)))
        named = [(child, name) for child, name, _ in children]
        year = table.year_shown(place, quarter)
        made.append(charts.by_child(table, "operating_income", named, year, quarter))
    points = indicators.indicator("point_entries")
    made.append(charts.by_period(table, place, points, _quarters(quarter), title="积分记录数"))
    return made


def _breadcrumbs(areas: dict[str, Area], code: str, quarter: Period) -> list[dict[str, str]]:
    above = [
        {"title": name_of(areas[one]), "url": board_url(Place.area(one), quarter)}
        for one in areacodes.ancestors(code)
        if one in areas
    ]
    return [{"title": "看板", "url": reverse("reports:board")}, *above, {"title": name_of(areas[code]), "url": ""}]


def _place_choices(areas: dict[str, Area], code: str) -> list[dict[str, Any]]:
    """The areas to choose from, indented by level."""
    highest = min(len(one) for one in areas)
    levels = sorted(areacodes.LEVEL_LENGTHS.values())
    return [
        {
            "value": area.pk,
            "label": "\u3000" * (levels.index(len(area.pk)) - levels.index(highest)) + name_of(area),
            "chosen": area.pk == code,
        }
        for area in areas.values()
    ]


def figure_page(
    user: Any, indicator: Indicator, place: Place, quarter: Period, *, alone: bool = False
) -> dict[str, Any]:  # fmt: skip
    """One figure: its comparisons, its development, what changed below since last period, and the way to its rows.

    Raises NotFound outside the person's scope.
    """
    on = last_day(quarter)
    below: list[tuple[Place, str, bool]]
    if place.kind == FEDERATION:
        federation = federation_of(user, place.key)
        name = federation.name
        members = places.member_villages(federation, on)
        opened = places.codes_seen(user, [one.village_id for one in members])
        below = [(Place.area(one.village_id), one.village.name, True) for one in members if one.village_id in opened]
    else:
        places.require_area(user, place.key)
        areas = places.board_areas(user, place.key, on)
        name, kind = name_of(areas[place.key]), places.child_kind(place.key)
        below = [
            (Place.area(area.pk), name_of(area), True)
            for area in areas.values()
            if kind and area.pk.startswith(place.key) and areacodes.level_of(area.pk) == kind
        ]
    several = {str(quarter.shift(-back)) for back in range(2)} | {str(quarter.year - back) for back in range(4)}
    counted = _federations_in(user, place.key, on) if indicator.counts_federations else []
    kinds = sorted({one.kind for one, _, _ in below})
    merged = comparable.families_of([place.key, *(one.key for one, _, _ in below)])
    families = comparable.NONE if alone else merged
    table = figures.read(
        IndicatorValue.objects.visible_to(user),
        figures.of(place, figures.periods_for(quarter)),
        *(
            figures.among(kind, [one.key for one, _, _ in below if one.kind == kind], sorted(several), [indicator.code])
            for kind in kinds
        ),
        figures.among(
            FEDERATION,
            [one.key for one, _, _ in counted],
            figures.periods_beside(quarter),
            [indicator.code, *tables.THING_COLUMNS],
        ),
        *families.conditions(figures.periods_for(quarter)),
        families=families,
    )
    period = table.period_of(place, indicator, quarter)
    figure = table.figure(place, indicator, period)
    line = (
        _quarters(quarter) if period.unit == "Q" else [Period(quarter.year - back, "Y", 1) for back in range(4, -1, -1)]
    )
    refreshed = table.refreshed_at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M") if table.refreshed_at else ""
    return {
        "title": indicator.name,
        "place_name": name,
        "indicator": indicator,
        "period": period,
        "quarter": quarter,
        "breadcrumbs": [
            {"title": "看板", "url": reverse("reports:board")},
            {"title": name, "url": board_url(place, quarter)},
            {"title": indicator.name, "url": ""},
        ],
        "figure": figure,
        "facts": _facts(figure),
        "trend_text": trend_text(figure),
        "parts": _parts(table, place, indicator, period),
        "rows_url": rows_url(place, indicator, period) if figure.value is not None else "",
        "chart": charts.by_period(table, place, indicator, line, title="历期"),
        "rows_now": bool(indicator.rows and indicator.rows.now),
        "things": _things(table, counted, indicator, quarter),
        "changes": _changes(table, below, indicator, period, quarter),
        "quarter_choices": quarter_choices(quarter),
        "refreshed": refreshed,
        "area": "" if place.kind == FEDERATION else place.key,
        "series": series_note(merged, place.key, alone=alone),
        "federation_key": place.key if place.kind == FEDERATION else "",
    }


def _things(
    table: Table, counted: list[tuple[Place, str, bool]], indicator: Indicator, quarter: Period
) -> dict[str, Any] | None:
    """What a figure counts, one by one; the visible ones."""
    held = [one for one in counted if table.value(one[0], indicator, quarter)]
    if not held:
        return None
    year = table.year_shown(held[0][0], quarter)
    return tables.place_table(table, "联建单位", held, tables.THING_COLUMNS, None, quarter, year)


def _facts(figure: figures.Figure) -> list[dict[str, str]]:
    one, unit = figure.indicator, figure.indicator.shown_unit
    yearly = one.period_unit == "Y"
    return [
        {"label": "本期", "value": one.shown(figure.value), "unit": unit},
        {"label": "上年" if yearly else "上季", "value": one.shown(figure.previous), "unit": unit},
        {"label": "本年累计", "value": one.shown(figure.cumulative), "unit": unit},
        {"label": "上年同期", "value": one.shown(figure.last_year), "unit": unit},
        {"label": "同比", "value": year_on_year_text(figure), "unit": ""},
    ]


def _parts(table: Table, place: Place, indicator: Indicator, period: Period) -> str:
    """How a ratio comes about: 260,000 ÷ 3."""
    numerator, denominator = table.parts(place, indicator, period)
    if not indicator.is_ratio or numerator is None or not denominator:
        return ""
    texts = [f"{number:,.2f}".rstrip("0").rstrip(".") for number in (numerator, denominator)]
    return " ÷ ".join(texts) + ("，以百分数表示" if indicator.percent else "")


def _changes(
    table: Table, below: list[tuple[Place, str, bool]], indicator: Indicator, period: Period, quarter: Period
) -> dict[str, Any] | None:
    """The places below that have or had anything, those that changed most first."""
    heads = ("名称", "上年" if period.unit == "Y" else "上季", "本期", "变化")
    columns = [
        {"key": key, "heading": heading, "unit": indicator.shown_unit if key != "name" else "",
         "css": "num" if key != "name" else "name", "main": key != "before"}
        for key, heading in zip(("name", "before", "now", "change"), heads, strict=True)
    ]  # fmt: skip
    found = [(table.figure(place, indicator, period), place, name) for place, name, _ in below]
    found.sort(key=lambda one: (-abs((one[0].value or Decimal(0)) - (one[0].previous or Decimal(0))), one[1].key))
    found = [one for one in found if one[0].value or one[0].previous]
    if not found:
        return None
    rows = []
    for figure, place, name in found:
        texts = (name, indicator.shown(figure.previous), indicator.shown(figure.value))
        change = change_text(indicator, figure.change)
        cells = [
            {"text": text, "css": column["css"], "column": column}
            for text, column in zip((*texts, change), columns, strict=True)
        ]
        rows.append({"url": figure_url(place, indicator, quarter), "pk": place.key, "cells": cells})
    return {"columns": columns, "rows": rows}
