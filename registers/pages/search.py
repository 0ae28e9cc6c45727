"""Search over everything a person may see, and the suggestions of look-up inputs."""

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.generic import View

from registers import sockets
from registers.errors import NotAllowed, NotFound
from registers.lookups import suggestions
from registers.pages import present
from registers.register import Register, registers

SHOWN = 6  # of each register
LONGEST = 60


class Search(View):
    """Hits of every register, each through its guard and bounded; one query a register."""

    def get(self, request: HttpRequest) -> HttpResponse:
        text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
        groups = self.groups(request.user, text) if text else []
        return render(request, "registers/search.html", {"query": text, "groups": groups})

    def groups(self, user: Any, text: str) -> list[dict[str, Any]]:
        groups = [
            group
            for register in registers()
            if register.search_fields and not register.api_only and user.can(register.view_right)
            if (group := self.group_of(register, user, text))
        ]
        others: dict[str, list[sockets.Found]] = defaultdict(list)
        for found in sockets.search.ask(user, text=text):
            others[found.kind].append(found)
        return groups + [
            {
                "title": kind,
                "icon": "search",
                "results": [{"title": hit.title, "url": hit.url, "hint": hit.note} for hit in hits[:SHOWN]],
            }
            for kind, hits in others.items()
        ]

    def group_of(self, register: Register, user: Any, text: str) -> dict[str, Any] | None:
        rows = list(register.search(register.rows(user), text).order_by(*register.ordering)[: SHOWN + 1])
        if not rows:
            return None
        return {
            "title": register.title,
            "icon": register.icon,
            "count": f"{SHOWN}+ 条" if len(rows) > SHOWN else f"{len(rows)} 条",
            "more_url": present.list_url(register, q=text) if len(rows) > SHOWN else "",
            "results": [self.result_of(register, row) for row in rows[:SHOWN]],
        }

    def result_of(self, register: Register, row: Any) -> dict[str, Any]:
        status = None
        if register.status_field:
            column = register.column(register.status_field)
            value = register.value(row, column.field)
            tone = present.tone_of(register, column, value) or "neutral"
            status = {"text": present.text_of(column, value), "tone": tone}
        return {
            "title": register.title_of(row),
            "url": present.url_of(register, row),
            "hint": register.hint_of(row),
            "status": status,
        }


class Lookup(View):
    """Suggestions while typing, as static/js/lookup.js takes them."""

    def get(self, request: HttpRequest, name: str) -> JsonResponse:
        text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
        try:
            found = suggestions(request.user, name, text)
        except NotFound as error:
            return JsonResponse({"detail": error.message}, status=404)
        except NotAllowed as error:
            return JsonResponse({"detail": error.message}, status=403)
        results = [{"value": each.value, "label": each.label, "hint": each.hint} for each in found]
        return JsonResponse({"results": results})
