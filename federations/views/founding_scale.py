"""The scale of the villages typed so far, and each one's figures, told while one types (P06)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from federations.models import Federation
from federations.queries import primary_memberships
from federations.scale import Scale, check_scale, latest_figures
from federations.views.founding_forms import VILLAGES_PREFIX
from lianjian import clock
from registers.exchange.context import RowContext
from registers.pages.faces import Face
from registers.register import Register
from registers.rows.columns import Found
from villages.models import Village
from villages.resolvers import VILLAGES


class ScaleFace(Face):
    """The fragment below the villages: 3 个村居，1,850 人，在一般要求之内."""

    needs_change = True

    def post(self, request: HttpRequest) -> HttpResponse:
        return render(request, "federations/_scale.html", scale_of(self.register, self.user, request.POST.dict()))


def scale_of(register: Register, user: Any, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The scale of the villages typed so far. Only villages within the user's reach are counted."""
    names = [
        text
        for key, text in ((key, str(text).replace("\x00", "").strip()) for key, text in typed.items())
        if key.startswith(f"{VILLAGES_PREFIX}-") and key.endswith("-village") and text
        and not typed.get(f"{key.removesuffix('-village')}-DELETE")
    ]  # fmt: skip
    context: dict[str, Any] = {"scale": None, "scale_reason": typed.get("scale_reason", ""), "figures": []}
    if not names:
        return context
    answers = VILLAGES.resolve(list(dict.fromkeys(names)), RowContext(user, register))
    found = [answer.value if isinstance(answer, Found) else answer for answer in answers.values()]
    villages = {village.pk: village for village in found if isinstance(village, Village)}
    context["figures"] = figures_of(villages)
    if villages and typed.get("kind") in Federation.PRIMARY_KINDS:
        codes = sorted(villages)
        context["taken"] = primary_memberships(user, codes)
        scale = check_scale(codes, clock.today(), area_code=codes[0])
        context |= {"scale": scale, "scale_warnings": scale.warnings(), "scale_names": _without(scale, villages)}
    return context


def figures_of(villages: Mapping[str, Village]) -> list[dict[str, Any]]:
    """Each village with its latest figures; all of them lie within the user's scope."""
    latest = latest_figures(villages, clock.today())
    return [
        {
            "code": code,
            "name": village.name,
            "facts": latest.get(code),
            "place": village.longitude is not None and village.latitude is not None,
            "specialties": village.specialties,
        }
        for code, village in sorted(villages.items())
    ]


def _without(scale: Scale, villages: Mapping[str, Village]) -> str:
    return "、".join(villages[code].name for code in scale.without_figures)
