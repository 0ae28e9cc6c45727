"""The first page: what I owe, my area's figures, what changed lately. Higher floors fill it through sockets."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import View

from lianjian import clock
from lianjian.periods import Period
from registers import sockets
from registers.pages.recent import recent_changes
from registers.workbooks.values import quarter_label

OWED_SHOWN = 30
FIGURES_SHOWN = 8
SOON_DAYS = 3


class Home(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        owed = sorted(sockets.owed.ask(request.user), key=lambda item: (item.due_on is None, item.due_on, item.title))
        figures = sockets.figures.ask(request.user)[:FIGURES_SHOWN]
        context = {
            "period_text": quarter_label(str(Period.of(clock.today()))),
            "obligations": [owed_line(item) for item in owed[:OWED_SHOWN]],
            "obligations_count": f"{len(owed):,}" if owed else "",
            "figures": [figure_card(figure) for figure in figures],
            "figures_period": next((figure.period for figure in figures), ""),
            "recent": recent_changes(request.user),
        }
        return render(request, "registers/home.html", context)


def owed_line(item: sockets.Owed) -> dict[str, Any]:
    """One thing owed, with how long is left."""
    text, tone = due_text(item.due_on)
    return {
        "title": item.title,
        "object": f"{item.count:,} 件" if item.count and item.count > 1 else "",
        "due": item.due_on.isoformat() if item.due_on else "",
        "due_text": text,
        "tone": tone,
        "url": item.url,
        "label": item.button,
        "note": item.note,
        "links": item.links,
    }


def due_text(due_on: dt.date | None) -> tuple[str, str]:
    """How long is left in words, and the tone."""
    if due_on is None:
        return "", "info"
    days = (due_on - clock.today()).days
    if days < 0:
        return f"逾期 {-days} 天", "late"
    if days == 0:
        return "今天到期", "waiting"
    return f"还有 {days} 天", "waiting" if days <= SOON_DAYS else "info"


def figure_card(figure: sockets.Figure) -> dict[str, Any]:
    """A figure as components/figure_card.html takes it; the sign in the trend's text gives the arrow."""
    direction = "up" if "+" in figure.trend else "down" if "-" in figure.trend or "−" in figure.trend else "flat"
    return {
        "label": figure.title,
        "value": figure.value,
        "unit": figure.unit,
        "url": figure.url,
        "meaning": figure.meaning,
        "trend": direction if figure.trend else "",
        "trend_text": figure.trend,
    }
