"""The charts of a board, as components/chart.html takes them, each with its table."""

from decimal import Decimal
from typing import Any

from lianjian.periods import Period
from reports import indicators
from reports.boards.words import NONE, figure_url
from reports.indicators import Indicator
from reports.queries.figures import Place, Table

INCOME = ("operating_income", "contract_income", "investment_income", "subsidy_income", "other_income")
INCOME_NAMES = ("经营收入", "发包及上交收入", "投资收益", "补助收入", "其他收入")
RANKED = 15


def _number(indicator: Indicator, value: Decimal | None) -> float | None:
    """For drawing only; tables show the exact text."""
    return None if value is None else round(float(value / indicator.board_factor), 4)


def income_by_year(table: Table, place: Place, quarter: Period, *, years: int = 5) -> dict[str, Any]:
    """集体收入构成 of the last years that were reported."""
    kinds = [indicators.indicator(code) for code in INCOME]
    all_years = [Period(quarter.year - back, "Y", 1) for back in reversed(range(years))]
    shown = [year for year in all_years if table.value(place, kinds[0], year) is not None]
    chart = {
        "id": "income-by-year",
        "title": "集体收入构成",
        "meaning": "村情年报的五项收入；只画报过的年份，本年可能还没有报齐",
    }
    if not shown:
        return chart | {"empty": "还没有村情年报。"}
    values = {kind.code: [table.value(place, kind, year) for year in shown] for kind in kinds}
    return chart | {
        "spec": {
            "type": "stack",
            "unit": "万元",
            "categories": [f"{year}年" for year in shown],
            "series": [
                {
                    "name": name,
                    "data": [_number(kind, value) for value in values[kind.code]],
                    "urls": [figure_url(place, kind, Period(year.year, "Q", 4)) for year in shown],
                }
                for name, kind in zip(INCOME_NAMES, kinds, strict=True)
            ],
        },
        "columns": [{"heading": "年度", "css": ""}, *({"heading": name, "css": "num"} for name in INCOME_NAMES)],
        "rows": [
            [f"{year}年", *(kind.shown(values[kind.code][number]) for kind in kinds)]
            for number, year in enumerate(shown)
        ],
    }


def income_bands(table: Table, place: Place, quarter: Period, labels: list[str]) -> dict[str, Any]:
    """How many villages lie in each band of operating income (P32)."""
    year = table.year_shown(place, quarter)
    bands = [indicators.indicator(f"income_band_{number}") for number in range(len(labels))]
    counts = [table.value(place, band, year) for band in bands]
    chart = {
        "id": "income-bands",
        "title": f"{year}年经营性收入分档",
        "meaning": "按集体经营性收入分档的村居数，界限由县级设置；等于界限的归入上一档",
    }
    if all(count is None for count in counts):
        return chart | {"empty": "还没有村情年报。"}
    return chart | {
        "spec": {
            "type": "bar",
            "unit": "个村居",
            "categories": labels,
            "urls": [figure_url(place, band, quarter) for band in bands],
            "series": [{"name": "村居数", "data": [int(count or 0) for count in counts]}],
        },
        "columns": [{"heading": "分档", "css": ""}, {"heading": "村居数（个）", "css": "num"}],
        "rows": [[label, f"{int(count or 0):,}"] for label, count in zip(labels, counts, strict=True)],
    }


def by_child(
    table: Table, code: str, children: list[tuple[Place, str]], period: Period, quarter: Period
) -> dict[str, Any]:  # fmt: skip
    """One indicator over the places below, the highest first."""
    indicator = indicators.indicator(code)
    found = [(place, name, table.value(place, indicator, period)) for place, name in children]
    given = [(place, name, value) for place, name, value in found if value is not None]
    given.sort(key=lambda one: (-one[2], one[0].key))
    chart = {
        "id": f"{code.replace('_', '-')}-by-place",
        "title": f"{period.label}{indicator.name}",
        "meaning": indicator.meaning + (f"。只画前 {RANKED} 个，其余见表" if len(given) > RANKED else ""),
    }
    if not given:
        return chart | {"empty": "还没有数据。"}
    drawn = given[:RANKED]
    return chart | {
        "size": "lg" if len(drawn) > 8 else "",
        "spec": {
            "type": "hbar",
            "unit": indicator.shown_unit,
            "categories": [name for _, name, _ in drawn],
            "urls": [figure_url(place, indicator, quarter) for place, _, _ in drawn],
            "series": [{"name": indicator.name, "data": [_number(indicator, value) for _, _, value in drawn]}],
        },
        "columns": [
            {"heading": "名称", "css": ""},
            {"heading": f"{indicator.name}（{indicator.shown_unit}）", "css": "num"},
        ],
        "rows": [[name, indicator.shown(value)] for _, name, value in given],
    }


def by_period(table: Table, place: Place, indicator: Indicator, periods: list[Period], **more: Any) -> dict[str, Any]:
    """One indicator over periods, oldest first, from the first that holds anything."""
    values = [table.value(place, indicator, period) for period in periods]
    first = next((number for number, value in enumerate(values) if value), len(values))
    periods, values = periods[first:], values[first:]  # nothing had begun before
    chart = {"id": f"{indicator.code.replace('_', '-')}-by-period", "title": indicator.name} | more
    if all(value is None for value in values):
        return chart | {"empty": "还没有数据。"}
    labels = [str(period) if period.unit == "Q" else f"{period}年" for period in periods]
    return chart | {
        "meaning": indicator.meaning,
        "spec": {
            "type": "line" if indicator.is_ratio else "bar",
            "unit": indicator.shown_unit,
            "categories": labels,
            "urls": [
                figure_url(place, indicator, period if period.unit == "Q" else Period(period.year, "Q", 4))
                for period in periods
            ],
            "series": [{"name": indicator.name, "data": [_number(indicator, value) for value in values]}],
        },
        "columns": [
            {"heading": "统计期", "css": ""},
            {"heading": f"{indicator.name}（{indicator.shown_unit}）", "css": "num"},
        ],
        "rows": [
            [period.label, indicator.shown(value) if value is not None else NONE]
            for period, value in zip(periods, values, strict=True)
        ],
    }
