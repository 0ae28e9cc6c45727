"""Boards (看板): the place and the quarter stand in the address, so that every board can be kept and sent on."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.generic import View

from lianjian.periods import Period, PeriodError, parse_quarter
from registers.errors import Invalid, NotFound
from registers.pages.faces import DomainErrorsMixin
from reports import indicators
from reports.boards import assembling
from reports.boards.words import board_url
from reports.queries import places
from reports.queries.figures import FEDERATION, Place


class BoardView(DomainErrorsMixin, View):
    """A page for those who hold the right to boards anywhere; where, the page itself finds out."""

    http_method_names = ["get", "head", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.can(places.RIGHT):  # type: ignore[union-attr]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def quarter(self) -> Period:
        """The quarter asked for, else the last that ended. Raises Invalid."""
        text = self.request.GET.get("quarter", "")
        try:
            return parse_quarter(text) if text else assembling.default_quarter()
        except PeriodError as error:
            raise Invalid(str(error)) from None

    @property
    def alone(self) -> bool:
        """Whether merged villages are asked for without those that were merged into them."""
        return self.request.GET.get("series") == "own"

    def home(self) -> Place:
        place = places.home_of(self.request.user)
        if place is None:
            raise Http404
        return place


class AreaBoard(BoardView):
    def get(self, request: HttpRequest) -> HttpResponse:
        quarter, code = self.quarter(), request.GET.get("area", "")
        if not code:
            place = self.home()
            if place.kind == FEDERATION:
                return redirect(board_url(place, quarter))
            code = place.key
        return render(
            request, "reports/board.html", assembling.area_board(request.user, code, quarter, alone=self.alone)
        )


class FederationBoard(BoardView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return render(request, "reports/board.html", assembling.federation_board(request.user, pk, self.quarter()))


class FigurePage(BoardView):
    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        try:
            indicator = indicators.indicator(code)
        except KeyError:
            raise Http404 from None
        asked = request.GET
        if asked.get("federation"):
            place = Place(FEDERATION, asked["federation"])
        elif asked.get("area"):
            places.require_area(request.user, asked["area"])
            place = Place.area(asked["area"])
        else:
            place = self.home()
        if place.kind == FEDERATION and not indicator.for_federations:
            raise NotFound
        context = assembling.figure_page(request.user, indicator, place, self.quarter(), alone=self.alone)
        return render(request, "reports/figure.html", context)
