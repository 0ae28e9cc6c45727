"""Where towns lie: a starting point for villages that nobody has placed yet.

`data/town_points.tsv` (code, name, latitude, longitude; WGS-84) is made by `build_town_points` from GeoNames, which is
under CC BY 4.0: its name is shown on every map that uses it.
"""

from functools import cache
from math import cos, pi, radians, sin, sqrt
from pathlib import Path

FILE = Path(__file__).resolve().parent / "data" / "town_points.tsv"
SOURCE = "镇街驻地：GeoNames（CC BY 4.0）"
_GOLDEN_ANGLE = pi * (3 - sqrt(5))
_STEP_KM = 0.45
_KM_PER_DEGREE = 111.32

Point = tuple[float, float]  # latitude, longitude


@cache
def town_points() -> dict[str, Point]:
    """The known points by town code."""
    points = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        code, _, latitude, longitude = line.split("\t")
        points[code] = (float(latitude), float(longitude))
    return points


def starting_point(town: str, number: int) -> Point | None:
    """A place around the town's point for its n-th village (from 0), each a little apart; None for unknown towns."""
    centre = town_points().get(town)
    if centre is None:
        return None
    distance = _STEP_KM * sqrt(number + 2) / _KM_PER_DEGREE
    angle = number * _GOLDEN_ANGLE
    latitude = centre[0] + distance * sin(angle)
    longitude = centre[1] + distance * cos(angle) / cos(radians(centre[0]))
    return round(latitude, 6), round(longitude, 6)
