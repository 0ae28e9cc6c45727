"""How boards word figures: values, changes, comparisons and addresses."""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from lianjian.periods import Period
from reports.indicators import Indicator
from reports.queries.figures import FEDERATION, Figure, Place

NONE = "—"


def board_url(place: Place, quarter: Period) -> str:
    if place.kind == FEDERATION:
        return f"{reverse('reports:federation_board', args=[place.key])}?{urlencode({'quarter': quarter})}"
    return f"{reverse('reports:board')}?{urlencode({'area': place.key, 'quarter': quarter})}"


@cache
def _figure_path(code: str) -> str:
    # A board has hundreds of these, and resolving the name is most of their cost.
    return reverse("reports:figure", args=[code])


def figure_url(place: Place, indicator: Indicator, quarter: Period) -> str:
    """Where a figure opens: what it is made of, and what changed."""
    name = "federation" if place.kind == FEDERATION else "area"
    return f"{_figure_path(indicator.code)}?{urlencode({name: place.key, 'quarter': quarter})}"


def rows_url(place: Place, indicator: Indicator, period: Period) -> str:
    """The register's list of the rows behind a figure; empty where there is none."""
    if indicator.rows is None:
        return ""
    return indicator.rows.url(period, **{"federation" if place.kind == FEDERATION else "area": place.key})


def signed(value: Decimal) -> str:
    """+1,234.5 / −3: a real minus sign, which no line break and no spreadsheet takes for anything else."""
    return f"+{value:,}" if value > 0 else f"−{-value:,}" if value < 0 else "0"


def change_text(indicator: Indicator, change: Decimal | None) -> str:
    """A difference as a board shows it."""
    if change is None:
        return NONE
    digits = indicator.digits if indicator.board_digits is None else indicator.board_digits
    shown = (change / indicator.board_factor).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return signed(shown)


def year_on_year_text(figure: Figure) -> str:
    """+12.5% or, for shares, +2.1 个百分点."""
    if figure.year_on_year is None:
        return NONE
    return signed(figure.year_on_year) + (" 个百分点" if figure.indicator.percent else "%")


def trend_text(figure: Figure) -> str:
    """The comparison under a card: with the quarter before, and with last year's."""
    if figure.indicator.period_unit == "Q" and figure.change == 0 and figure.year_on_year == 0:
        return "与上季、上年同期持平"
    parts = []
    if figure.indicator.period_unit == "Q" and figure.change is not None:
        parts.append(f"较上季 {change_text(figure.indicator, figure.change)}" if figure.change else "与上季持平")
    if figure.year_on_year is not None:
        parts.append(f"同比 {year_on_year_text(figure)}" if figure.year_on_year else "与上年同期持平")
    return "，".join(parts)


def direction(figure: Figure) -> str:
    """Which way the arrow points: with the quarter before, for yearly figures with the year before."""
    moved = figure.change if figure.indicator.period_unit == "Q" else figure.year_on_year
    return "" if moved is None else "up" if moved > 0 else "down" if moved < 0 else "flat"


def card(
    figure: Figure, place: Place, quarter: Period, *, note: str = "", source_time: str = "", incomplete: str = ""
) -> dict[str, Any]:
    """A figure for components/figure_card.html. `incomplete` says why it cannot be compared with last year yet."""
    indicator = figure.indicator
    own_year = indicator.period_unit == "Y"
    comparison = incomplete or trend_text(figure)
    if figure.value is None:
        comparison = "还没有填报" if own_year else "本季没有数据"
    return {
        "label": indicator.name,
        "value": indicator.shown(figure.value),
        "unit": indicator.shown_unit if figure.value is not None else "",
        "url": figure_url(place, indicator, quarter),
        "meaning": f"{indicator.meaning}。{note}",
        "trend": "" if incomplete else direction(figure),
        "trend_text": "，".join(filter(None, [f"{figure.period}年" if own_year else "", comparison])),
        "source_time": source_time,
    }
