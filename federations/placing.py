"""Where a federation lies, as a small drawing: its villages among their neighbours, without any map of others."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT, MARGIN = 160.0, 84.0, 14.0  # units of the drawing
LEADING = ("centre", "strong")

Point = tuple[float, float]


@dataclass(frozen=True)
class Spot:
    """A village on the drawing; `role` is empty for a neighbour."""

    x: float
    y: float
    name: str
    role: str = ""
    url: str = ""

    @property
    def is_leading(self) -> bool:
        return self.role in LEADING


@dataclass(frozen=True)
class Drawing:
    """`hull` holds the points of the line around the members, ready for a polygon; empty for fewer than three."""

    members: list[Spot]
    others: list[Spot]
    hull: str
    width: float = WIDTH
    height: float = HEIGHT


def drawing(members: Iterable[tuple[Any, str, str]], neighbours: Iterable[Any]) -> Drawing | None:
    """`members` are (village, role, address); villages without coordinates are left out. None where no member has any.

    The members fill the drawing; neighbours that fall outside it are left out.
    """
    placed = [one for one in members if one[0].longitude is not None and one[0].latitude is not None]
    if not placed:
        return None
    points = [_flat(village) for village, _, _ in placed]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, high = min(y for _, y in points), max(y for _, y in points)
    # A single village, or several at one spot, still shows a few kilometres around.
    span = max((right - left) / (WIDTH - 2 * MARGIN), (high - low) / (HEIGHT - 2 * MARGIN), 0.0002)
    centre = ((left + right) / 2, (low + high) / 2)

    def at(village: Any) -> Point:
        x, y = _flat(village)
        return round(WIDTH / 2 + (x - centre[0]) / span, 1), round(HEIGHT / 2 - (y - centre[1]) / span, 1)

    spots = [Spot(*at(village), village.name, role, url) for village, role, url in placed]
    inside = {village.pk for village, _, _ in placed}
    others = [
        Spot(*at(one), one.name)
        for one in neighbours
        if one.pk not in inside and one.longitude is not None and one.latitude is not None
    ]
    shown = [spot for spot in others if 0 < spot.x < WIDTH and 0 < spot.y < HEIGHT]
    around = hull([(spot.x, spot.y) for spot in spots])
    return Drawing(spots, shown, " ".join(f"{x},{y}" for x, y in around) if len(around) > 2 else "")


def hull(points: Sequence[Point]) -> list[Point]:
    """The convex hull, counter-clockwise (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    chains: list[list[Point]] = []
    for run in (ordered, ordered[::-1]):
        chain: list[Point] = []
        for point in run:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        chains.append(chain[:-1])
    return chains[0] + chains[1]


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _flat(village: Any) -> Point:
    """Degrees with longitude shortened as far from the equator as the village lies."""
    latitude = float(village.latitude)
    return float(village.longitude) * math.cos(math.radians(latitude)), latitude
