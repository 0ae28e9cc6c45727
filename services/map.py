"""Services on the village map: the grids of each village, at the village's place (P35)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse

from services.models import Grid
from villages.sockets import Layer, Seen, Shape


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
