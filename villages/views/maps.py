"""The village map (村情地图, P02): its page, its data, and putting a village in its place."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import View

from lianjian import clock
from lianjian.numbers import whole_number
from lianjian.periods import Period
from registers.errors import Invalid, NotFound, StaleVersion
from registers.pages.faces import DomainErrorsMixin, Face
from registers.register import register_of
from registers.single import check_one, save_one
from villages.mapping import VillageMap, area_choices, as_json, map_of
from villages.models import Village
from villages.settings_declared import tiles_of
from villages.townpoints import SOURCE

QUARTERS_OFFERED = 8


class MapView(DomainErrorsMixin, View):
    """For whoever may see villages anywhere; which, the map finds out by itself."""

    http_method_names = ["get", "head", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.can(Village.view_right):  # type: ignore[union-attr]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def asked(self) -> VillageMap:
        given = self.request.GET
        return map_of(
            self.request.user,
            area=given.get("area", ""),
            measure=given.get("measure", ""),
            quarter=given.get("quarter", ""),
        )


class MapData(MapView):
    """The map's villages and layers as JSON."""

    def get(self, request: HttpRequest) -> HttpResponse:
        answer = JsonResponse(as_json(request.user, self.asked()))
        answer["Cache-Control"] = "private, no-store"
        return answer


class MapPage(MapView):
    """The page: the list beside the map says everything that the map shows, also without scripts."""

    def get(self, request: HttpRequest) -> HttpResponse:
        shown = self.asked()
        context = {
            "breadcrumbs": [{"title": "村居", "url": ""}, {"title": "村情地图", "url": ""}],
            "map": shown,
            "area_choices": area_choices(request.user),
            "quarter_choices": quarter_choices(shown.quarter),
            "may_place": any(one.may_change for one in shown.villages),
            "import_url": reverse("villages:import"),
        }
        return with_map(request, "villages/map.html", context, shown.area, request.GET.urlencode())


def with_map(request: HttpRequest, template: str, context: dict[str, Any], area: str, query: str) -> HttpResponse:
    """A page with a map on it. Where the county set tiles, pictures may come from that one host, on this page alone."""
    tiles = tiles_of(area)
    address = reverse("map-data")
    context |= {
        "map_url": f"{address}?{query}" if query else address,
        "tiles": tiles,
        "map_source": "；".join(filter(None, (SOURCE, tiles.source))),
    }
    answer = render(request, template, context)
    if tiles.origin:
        answer._csp_update = {"img-src": [tiles.origin]}  # type: ignore[attr-defined] # how django-csp is told
    return answer


def quarter_choices(chosen: Period) -> list[dict[str, Any]]:
    """The last two years' quarters, and the chosen one."""
    now = Period.of(clock.today(), "Q")
    offered = [now.shift(-back) for back in range(QUARTERS_OFFERED)]
    if chosen not in offered:
        offered.append(chosen)
    return [{"value": str(one), "label": one.label, "chosen": one == chosen} for one in offered]


class PlaceFace(Face):
    """Puts a village where somebody clicked: {longitude, latitude, version} → {point, version}, or {detail}."""

    needs_change = True
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        village = self.changeable_row(key)
        given = {name: request.POST.get(name, "") for name in ("longitude", "latitude")}
        version = whole_number(request.POST.get("version", ""))
        if not all(given.values()) or version is None:
            return JsonResponse({"detail": "没有收到经度、纬度和版本，请刷新页面后再试"}, status=400)
        register = register_of("villages")
        checked = check_one(register, {"code": village.pk, "name": village.name, **given}, self.user)
        if checked.errors:
            told = "；".join(f"{error.column}{error.problem}，{error.expected}" for error in checked.errors)
            return JsonResponse({"detail": told}, status=400)
        try:
            saved = save_one(register, by=self.user, values=checked.rows[0].values, row=village, version=version)
        except StaleVersion:
            return JsonResponse({"detail": f"别人刚刚改过“{village.name}”，请刷新页面后再试"}, status=412)
        except NotFound:
            return JsonResponse({"detail": "没有找到，或不在您的管辖范围内"}, status=404)
        except Invalid as error:
            return JsonResponse({"detail": error.message}, status=400)
        saved.refresh_from_db()
        point = [float(saved.latitude), float(saved.longitude)]
        return JsonResponse({"point": point, "version": saved.version})
