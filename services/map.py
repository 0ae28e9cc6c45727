"""Services on the village map: service points where they stand (P39), the grids of each village (P35)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse

from services.models import Grid, ServicePoint
from villages.models.rows import standing_on
from villages.sockets import Layer, Seen, Shape

COLOURS = 8
OF_VILLAGE = 7  # the colour of what has no place of its own


def grids_on_map(user: Any, seen: Seen) -> Iterable[Layer]:
    """One point a village that has a place: how many grids, workers and households."""
    if not user.can(Grid.view_right):
        return
    rows = (
        Grid.objects.visible_to(user)
        .filter(village__in=list(seen.places))
        .values("village_id", "village__name")
        .annotate(grids=Count("pk"), people=Sum("workers"), homes=Sum("households"))
        .order_by("village_id")
    )
    shapes = [
        Shape(
            title=f"{row['village__name']}网格",
            points=[seen.places[row["village_id"]]],
            note=f"{row['grids']} 个网格，网格员 {row['people']} 人，{row['homes']} 户",
            url=f"{reverse('grids:list')}?area={row['village_id']}",
            colour=4,
        )
        for row in rows
    ]
    yield Layer("grids", "网格", shapes)


def points_on_map(user: Any, seen: Seen) -> Iterable[Layer]:
    """The points in use on the map's day, coloured by kind, each at its own place.

    Those without one are one point a village, at the village's place: else they would lie on each other.
    """
    if not user.can(ServicePoint.view_right):
        return
    rows = ServicePoint.objects.visible_to(user).filter(standing_on(seen.day), village__in=seen.codes)
    kinds = list(ServicePoint.Kind.values)
    shapes = []
    unplaced: dict[str, list[ServicePoint]] = {}
    for point in rows.select_related("village").order_by("village_id", "kind", "name"):
        if point.latitude is None or point.longitude is None:
            unplaced.setdefault(point.village_id, []).append(point)
            continue
        told = [f"{point.village.name}{point.get_kind_display()}", point.hours]
        url = reverse("service-points:detail", args=[point.pk])
        place = (float(point.latitude), float(point.longitude))
        note = "，".join(part for part in told if part)
        shapes.append(Shape(point.name, [place], note, url, kinds.index(point.kind) % COLOURS))
    for code, points in unplaced.items():
        if code in seen.places:
            note = f"{'、'.join(point.name for point in points)}。没有各自的坐标，画在村居的位置"
            url = f"{reverse('service-points:list')}?area={code}"
            shapes.append(Shape(f"{points[0].village.name}便民服务点", [seen.places[code]], note, url, OF_VILLAGE))
    yield Layer("service-points", "便民服务点", shapes)
