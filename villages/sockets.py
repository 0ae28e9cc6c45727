"""Where higher floors put things on the village map: measures that colour the villages, and layers over them.

Providers are plugged from `AppConfig.ready()` and go through the guard themselves: they are told the villages that
the person sees, and of other villages they may tell code, name and role at most.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from registers.sockets import Socket

Point = tuple[float, float]  # latitude, longitude; WGS-84


@dataclass(frozen=True)
class Measured:
    """Values of a measure by village code; a village that reported nothing is left out, which is not zero.

    `shown` is a value as people read it, without the unit. `period` is ready text (2026年第三季度).
    """

    values: Mapping[str, Decimal]
    shown: Callable[[Decimal], str]
    period: str = ""


@dataclass(frozen=True)
class Measure:
    """A way of colouring villages. `read(user, codes, quarter)` gives the values beside a quarter (`2026Q3`)."""

    key: str
    title: str
    unit: str
    read: Callable[[Any, Sequence[str], str], Measured]
    meaning: str = ""


@dataclass(frozen=True)
class Shape:
    """One thing of a layer: a point, or the hull around several; `colour` is one of the chart colours 0–7."""

    title: str
    points: Sequence[Point]
    note: str = ""
    url: str = ""
    colour: int = 0


@dataclass(frozen=True)
class Layer:
    """Things drawn over the villages, shown and hidden together. `on`: shown from the beginning."""

    key: str
    title: str
    shapes: Sequence[Shape]
    kind: str = "point"  # point | hull
    on: bool = False


@dataclass(frozen=True)
class Seen:
    """What the map shows to this person: places of villages that have one, and all codes; as of a day."""

    codes: Sequence[str]
    places: Mapping[str, Point] = field(default_factory=dict)
    day: dt.date = dt.date.min


map_measures = Socket()  # (user) -> Measure
map_layers = Socket()  # (user, seen=Seen) -> Layer


@dataclass(frozen=True)
class SheetPart:
    """Lines that a higher floor puts on the public sheet of a village (村情公开表). Never a person's name."""

    title: str
    lines: Sequence[tuple[str, str]]  # (label, text)


sheet_parts = Socket()  # (user, village=Village) -> SheetPart
