"""Where federations tell which federation a village was or is in: members never looks upward."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class VillagePlacement:
    """A village in its running primary federation on a day. `federation_key` names it without an id (digests)."""

    village_code: str
    federation_id: int
    federation_key: str
    federation_name: str


PlacementProvider = Callable[[str, dt.date], list[VillagePlacement]]


def _nobody_is_federated(county_code: str, on: dt.date) -> list[VillagePlacement]:
    return []


_provider: PlacementProvider = _nobody_is_federated


def register_placement_provider(provider: PlacementProvider) -> None:
    """Called once from `AppConfig.ready()` of the app that knows."""
    global _provider  # noqa: PLW0603 -- one socket, plugged at start
    _provider = provider


VillagesProvider = Callable[[int], Collection[str]]
ChoicesProvider = Callable[[Any], Iterable[tuple[int, str]]]


@dataclass
class FederationSocket:
    """How lists of people are narrowed to a federation: its villages of today by its number, and what is offered.

    Until federations plug in, no number has a village and nothing is offered.
    """

    villages_of: VillagesProvider = lambda number: ()
    choices_for: ChoicesProvider = lambda user: ()


federation_filter = FederationSocket()


def placement_provider(county_code: str, on: dt.date) -> list[VillagePlacement]:
    """Villages of a county in a running primary federation on that day, each at most once, by village code."""
    return _provider(county_code, on)
