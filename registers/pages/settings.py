"""County settings: one page, one line a setting, each saved by itself."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import View

from registers import sockets
from registers.deciding import CHANGE, VIEW, decide, settings_of
from registers.errors import Invalid, NotAllowed
from registers.pages.faces import DomainErrorsMixin

COUNTY_LENGTH, TOWN_LENGTH = 6, 9
AREA_LENGTHS = (COUNTY_LENGTH, TOWN_LENGTH)


class SettingsPage(DomainErrorsMixin, View):
    """What a county decided, what its towns decided where they may, and what holds by default."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(request, self._area(request, request.GET))

    def post(self, request: HttpRequest) -> HttpResponse:
        area, key, text = self._area(request, request.POST), request.POST.get("key", ""), request.POST.get("value", "")
        try:
            decide(by=request.user, area_code=area, key=key, text=text)
        except Invalid as error:
            return self._show(request, area, wrong={"key": key, "typed": text, "message": error.message})
        messages.success(request, "已保存，从现在起按新的设置办理。" if text.strip() else "已恢复，不再单独设置。")
        return redirect(f"{reverse('settings')}?area={area}")

    def _area(self, request: HttpRequest, given: Any) -> str:
        """The area asked for, else the first the user may see."""
        if not request.user.can(VIEW):  # type: ignore[union-attr] # signed in by LoginRequiredMiddleware
            raise NotAllowed("您没有查看县级设置的权限")
        own = (low for low, _ in self._ranges(request) if len(low) in AREA_LENGTHS)
        return given.get("area") or next(own, "")

    def _ranges(self, request: HttpRequest) -> Any:
        return request.user.scope_for(VIEW).ranges  # type: ignore[union-attr]

    def _show(self, request: HttpRequest, area: str, wrong: dict[str, str] | None = None) -> HttpResponse:
        rows = [
            {
                "key": found.declaration.key,
                "label": found.declaration.label,
                "help": found.declaration.help,
                "value": found.declaration.show(found.value),
                "default": found.declaration.show(found.declaration.default),
                "source": found.source,
                "own": found.own,
                "wrong": wrong if wrong and wrong["key"] == found.declaration.key else None,
            }
            for found in settings_of(request.user, area)
        ]
        whole = sockets.area_names.ask([low for low, _ in self._ranges(request) if len(low) == COUNTY_LENGTH])
        towns = sockets.area_choices.ask(request.user, VIEW)
        choices = [*whole.items(), *((code, name) for code, name in towns if len(code) in AREA_LENGTHS)]
        context = {
            "area": area,
            "choices": choices,
            "rows": rows,
            "can_change": request.user.scope_for(CHANGE).covers(area),  # type: ignore[union-attr]
        }
        return render(request, "registers/settings.html", context, status=400 if wrong else 200)
