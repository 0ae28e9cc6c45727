"""Cutting a county into chunks: connected sets of towns, tied by federations that span them."""

from collections.abc import Iterable

from members.sockets import VillagePlacement


def connected_towns(towns: Iterable[str], placements: Iterable[VillagePlacement]) -> list[list[str]]:
    """The towns in connected sets: two towns of one federation are never apart. Sorted by code, so a plan repeats.

    >>> tie = [VillagePlacement("371083101206", 1, "k", "n"), VillagePlacement("371083001216", 1, "k", "n")]
    >>> connected_towns(["371083101", "371083102", "371083001"], tie)
    [['371083001', '371083101'], ['371083102']]
    """
    parent = {town: town for town in towns}

    def root(town: str) -> str:
        while parent[town] != town:
            parent[town] = parent[parent[town]]
            town = parent[town]
        return town

    first_town: dict[int, str] = {}
    for placement in placements:
        town = placement.village_code[:9]
        if town in parent:
            other = first_town.setdefault(placement.federation_id, town)
            parent[root(town)] = root(other)
    sets: dict[str, list[str]] = {}
    for town in sorted(parent):
        sets.setdefault(root(town), []).append(town)
    return sorted(sets.values())
