"""What villages put on their own map: facilities that have a place."""

from collections.abc import Iterable
from typing import Any

from villages.models import Facility
from villages.models.rows import standing_on
from villages.sockets import Layer, Seen, Shape


def facilities_on_map(user: Any, seen: Seen) -> Iterable[Layer]:
    """Facilities with coordinates of the villages shown, as they stood on the map's day, coloured by kind."""
    if not user.can(Facility.view_right):
        return
    rows = Facility.objects.visible_to(user).filter(standing_on(seen.day), village__in=seen.codes)
    rows = rows.filter(latitude__isnull=False)
    kinds = list(Facility.Kind.values)
    shapes = [
        Shape(
            title=row.name,
            points=[(float(row.latitude), float(row.longitude))],
            note=f"{row.village.name}{row.get_kind_display()}，{row.get_state_display()}",
            url=f"/facilities/{row.pk}/",
            colour=kinds.index(row.kind) % 8,
        )
        for row in rows.select_related("village").order_by("village_id", "kind", "name")
    ]
    yield Layer("facilities", "公共设施", shapes)
