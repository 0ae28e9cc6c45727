"""Service points on the public sheet of a village (P02, P39): kind, name and hours, never a person's name."""

from collections.abc import Iterable
from typing import Any

from lianjian import clock
from services.models import ServicePoint
from villages.models.rows import standing_on
from villages.sockets import SheetPart

MOST = 3  # of a kind, by name


def points_on_sheet(user: Any, village: Any) -> Iterable[SheetPart]:
    """The points in use today, one line a kind, three named at most: the sheet is one page."""
    if not user.can(ServicePoint.view_right):
        return
    by_kind: dict[str, list[str]] = {}
    for point in ServicePoint.objects.visible_to(user).filter(standing_on(clock.today()), village=village):
        told = f"{point.name}（{point.hours}）" if point.hours else point.name
        by_kind.setdefault(point.get_kind_display(), []).append(told)
    if by_kind:
        yield SheetPart("便民服务", [(kind, _named(names)) for kind, names in by_kind.items()])


def _named(names: list[str]) -> str:
    told = "、".join(names[:MOST])
    return f"{told}等 {len(names)} 处" if len(names) > MOST else told
