"""Questions about places."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from registers.errors import Invalid, NotFound
from villages.models import Area

CHOICES = 300  # a county has fewer towns, a town fewer villages


def area_name(code: str) -> str:
    """The name of an area for a grant. Raises NotFound for an unknown code."""
    name = Area.objects.unscoped("a grant names any area").filter(pk=code).values_list("name", flat=True).first()
    if name is None:
        raise NotFound(f"没有代码为“{code}”的区划")
    return name


def area_names(codes: Iterable[str]) -> dict[str, str]:
    """Names of areas by code; unknown codes are left out."""
    areas = Area.objects.unscoped("names of divisions are no secret; the shell names the county and the office")
    return dict(areas.filter(pk__in=list(codes)).values_list("pk", "name"))


def require_open(village: Any, on: dt.date, *, field: str = "village_code") -> None:
    """Nothing new begins in a village from the day on which it was merged or closed (P03). Raises Invalid."""
    area = village.area
    if area.valid_to is None or on < area.valid_to:
        return
    into = f"，并入“{area.successor.short_name}”（{area.successor_id}），请填并入后的村居" if area.successor else ""
    raise Invalid(f"“{village.name}”已于 {area.valid_to} 撤销{into}", field=field)


def area_choices(user: Any, right: str) -> list[tuple[str, str]]:
    """What a list is filtered by: the towns of the user's scope; where that is one town or less, its villages."""
    areas = Area.objects.within(user.scope_for(right)).filter(valid_to__isnull=True)
    found = list(areas.filter(level__in=(Area.Level.TOWN, Area.Level.VILLAGE)).order_by("level", "code")[:CHOICES])
    towns = [area for area in found if area.level == Area.Level.TOWN]
    chosen = towns if len(towns) > 1 else [area for area in found if area.level == Area.Level.VILLAGE]
    return [(area.code, area.short_name) for area in chosen]
