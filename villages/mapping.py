"""What the village map (村情地图, P02) shows a person: villages with their places, and a measure in classes."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.urls import reverse

from lianjian import areacodes, clock
from lianjian.periods import Period, PeriodError, parse_quarter
from registers.errors import Invalid, NotFound
from registers.models.row import effective_on
from villages.models import Area, Village
from villages.sockets import Layer, Measure, Measured, Point, Seen, map_layers, map_measures
from villages.townpoints import starting_point, town_points

CLASSES = 5


@dataclass
class Mapped:
    """A village on the map; `placed` is false where its point is only a guess around the town's."""

    village: Village
    town: str
    point: Point | None
    placed: bool
    may_change: bool
    value: str = ""
    band: int | None = None


@dataclass(frozen=True)
class Legend:
    """The classes of a measure, from the lowest: (number of the colour, text, how many villages)."""

    measure: Measure
    period: str
    classes: Sequence[tuple[int, str, int]]
    missing: int


@dataclass
class VillageMap:
    """One map for one person."""

    area: str
    title: str
    villages: list[Mapped]
    measures: list[Measure]
    quarter: Period
    focus: str = ""
    legend: Legend | None = None
    towns: Mapping[str, str] = field(default_factory=dict)

    @property
    def unplaced(self) -> list[Mapped]:
        return [one for one in self.villages if not one.placed]

    @property
    def seen(self) -> Seen:
        places = {one.village.pk: one.point for one in self.villages if one.placed and one.point}
        return Seen([one.village.pk for one in self.villages], places, min(self.quarter.last_day, clock.today()))


def map_of(user: Any, *, area: str = "", measure: str = "", quarter: str = "") -> VillageMap:
    """The map of an area (county, town, village) as the person sees it; without one, of his own.

    Raises NotFound outside his scope, Invalid for what is no quarter.
    """
    period = _quarter(quarter)
    code, focus = _area_asked(user, area)
    villages = _villages(user, code, period)
    if not villages and not user.scope_for(Village.view_right).covers(code):
        raise NotFound
    towns = _names({village.town_code for village in villages} | ({code} if code else set()))
    scope = user.scope_for(Village.change_right)
    mapped = _placed(villages, towns, scope)
    measures = [one for one in map_measures.ask(user) if isinstance(one, Measure)]
    title = towns.get(code, "") if code else "所辖村居"
    found = VillageMap(code, title, mapped, measures, period, focus, towns=towns)
    chosen = next((one for one in measures if one.key == measure), None)
    if chosen is not None:
        _colour(found, chosen, chosen.read(user, [one.village.pk for one in mapped], str(period)))
    return found


def layers_of(user: Any, shown: VillageMap) -> list[Layer]:
    """The layers over a map, those with anything to draw."""
    return [layer for layer in map_layers.ask(user, seen=shown.seen) if layer.shapes]


def area_choices(user: Any) -> list[tuple[str, str]]:
    """Counties and towns that the person may open a map of."""
    scope = user.scope_for(Village.view_right)
    rows = Area.objects.within(scope, "the user's areas").filter(
        level__in=(Area.Level.COUNTY, Area.Level.TOWN), valid_to__isnull=True
    )
    return list(rows.order_by("code").values_list("code", "name")[:400])


def _quarter(text: str) -> Period:
    """The quarter asked for, else the last that ended."""
    try:
        return parse_quarter(text) if text else Period.of(clock.today(), "Q").previous()
    except PeriodError as error:
        raise Invalid(str(error)) from error


def _area_asked(user: Any, area: str) -> tuple[str, str]:
    """(the area whose villages are shown, the village to look at). A village's map is its town's, as far as seen."""
    if not area:
        roots = sorted((low for low, _ in user.scope_for(Village.view_right).ranges), key=lambda low: (len(low), low))
        area = roots[0] if roots else ""
        if not area:
            return "", ""
    if not areacodes.is_code(area):
        raise NotFound
    level = areacodes.level_of(area)
    if level in ("province", "city"):
        first = Village.objects.visible_to(user).filter(pk__gte=area, pk__lt=area + ":").order_by("pk").first()
        return (areacodes.county_of(first.pk), "") if first else (area, "")
    if level == "village":
        if not Village.objects.visible_to(user).filter(pk=area).exists():
            raise NotFound
        return areacodes.town_of(area), area
    return area, ""


def _villages(user: Any, code: str, period: Period) -> list[Village]:
    rows = Village.objects.visible_to(user).filter(effective_on(min(period.last_day, clock.today()), "area__"))
    if code:
        low, high = areacodes.subtree(code)
        rows = rows.filter(pk__gte=low, pk__lt=high)
    return list(rows.order_by("pk"))


def _names(codes: set[str]) -> dict[str, str]:
    areas = Area.objects.unscoped("names of divisions are no secret")
    return dict(areas.filter(pk__in=codes).values_list("pk", "name"))


def _placed(villages: Sequence[Village], towns: Mapping[str, str], scope: Any) -> list[Mapped]:
    """Places as staff set them; the others around their town's point, in the order of their codes."""
    waiting: dict[str, int] = {}
    mapped = []
    for village in villages:
        may_change = scope.covers(village.pk) or village.pk in scope.ids("village")
        point: Point | None
        if village.longitude is not None and village.latitude is not None:
            point, placed = (float(village.latitude), float(village.longitude)), True
        else:
            number = waiting[village.town_code] = waiting.get(village.town_code, -1) + 1
            point, placed = starting_point(village.town_code, number), False
        mapped.append(Mapped(village, towns.get(village.town_code, ""), point, placed, may_change))
    return mapped


def _colour(shown: VillageMap, measure: Measure, measured: Measured) -> None:
    edges = class_edges(list(measured.values.values()))
    members: dict[int, list[Decimal]] = {}
    for one in shown.villages:
        value = measured.values.get(one.village.pk)
        if value is not None:
            one.band = bisect_right(edges, value)
            one.value = measured.shown(value)
            members.setdefault(one.band, []).append(value)
    classes = []
    for band, values in sorted(members.items()):
        low, high = measured.shown(min(values)), measured.shown(max(values))
        classes.append((colour_of(band, len(edges) + 1), low if low == high else f"{low} – {high}", len(values)))
    for one in shown.villages:
        if one.band is not None:
            one.band = colour_of(one.band, len(edges) + 1)
    missing = len(shown.villages) - sum(len(values) for values in members.values())
    shown.legend = Legend(measure, measured.period, classes, missing)


def class_edges(values: Sequence[Decimal]) -> list[Decimal]:
    """The lower limits of the second to the last class, so that each of at most five holds about as many villages.

    Equal values never fall into different classes.
    """
    ordered = sorted(values)
    distinct = sorted(set(ordered))
    if len(distinct) <= CLASSES:
        return distinct[1:]
    cuts = (ordered[len(ordered) * part // CLASSES] for part in range(1, CLASSES))
    return sorted({cut for cut in cuts if cut > ordered[0]})


def colour_of(band: int, count: int) -> int:
    """The colour (0–4) of a class: fewer classes are spread over the whole scale."""
    return band * (CLASSES - 1) // (count - 1) if count > 1 else CLASSES // 2


def as_json(user: Any, shown: VillageMap) -> dict[str, Any]:
    """The map as the browser draws it."""
    codes = {one.village.town_code for one in shown.villages}
    return {
        "area": shown.area,
        "focus": shown.focus,
        "villages": [
            {
                "code": one.village.pk,
                "name": one.village.name,
                "town": one.town,
                "kind": one.village.get_kind_display(),
                "point": one.point,
                "placed": one.placed,
                "version": one.village.version,
                "may_place": one.may_change,
                "value": one.value,
                "band": one.band,
                "url": reverse("villages:detail", args=[one.village.pk]),
                "place_url": reverse("villages:place", args=[one.village.pk]) if one.may_change else "",
            }
            for one in shown.villages
        ],
        "towns": [
            {"code": code, "name": shown.towns.get(code, ""), "point": town_points()[code]}
            for code in sorted(codes)
            if code in town_points()
        ],
        "measure": {"title": shown.legend.measure.title, "unit": shown.legend.measure.unit} if shown.legend else None,
        "layers": [
            {
                "key": layer.key,
                "title": layer.title,
                "kind": layer.kind,
                "on": layer.on,
                "shapes": [
                    {"title": s.title, "note": s.note, "url": s.url, "colour": s.colour, "points": list(s.points)}
                    for s in layer.shapes
                ],
            }
            for layer in layers_of(user, shown)
        ],
    }
