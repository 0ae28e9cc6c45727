"""Federations on the village map, a hull around the member villages in view; and on a village's public sheet.

Of villages that the person does not see, name and role only.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from federations.models import Federation, FederationVillage
from lianjian import clock
from registers.models.row import effective_on
from villages.geometry import convex_hull
from villages.sockets import Layer, Seen, Shape, SheetPart

COLOURS = 8


def hulls(user: Any, seen: Seen) -> Iterable[Layer]:
    """Two layers: primary federations, and the alliances that may overlap them; as they stood on the map's day."""
    if not user.can(Federation.view_right) or not seen.codes:
        return
    standing = FederationVillage.objects.visible_to(user).filter(
        effective_on(seen.day), holds_slot=True, village__in=seen.codes
    )
    keys = sorted(set(standing.values_list("federation_id", flat=True)))
    everybody = FederationVillage.objects.unscoped("code, name and role of its villages go with a federation")
    members = defaultdict(list)
    rows = everybody.filter(effective_on(seen.day), holds_slot=True, federation__in=keys).select_related(
        "village", "federation"
    )
    for member in rows.order_by("federation_id", "village_id"):
        members[member.federation].append(member)
    primary: list[Shape] = []
    overlay: list[Shape] = []
    for number, (federation, villages) in enumerate(members.items()):
        shape = _shape(federation, villages, seen, number % COLOURS)
        if shape is not None:
            (primary if federation.is_primary else overlay).append(shape)
    yield Layer("federations", "新村和联建片区", primary, kind="hull", on=True)
    yield Layer("alliances", "党建联合体和产业链", overlay, kind="hull")


def on_sheet(user: Any, village: Any) -> Iterable[SheetPart]:
    """The federations that a village belongs to today, by name, kind, role and since when; no person's name."""
    if not user.can(Federation.view_right):
        return
    rows = FederationVillage.objects.visible_to(user).filter(
        effective_on(clock.today()), holds_slot=True, village=village
    )
    lines = [
        (
            "所在新村" if one.primary else "党建联合体",
            f"{one.federation.name}（{one.get_role_display()}，{one.valid_from:%Y年}{one.valid_from.month}月加入）",
        )
        for one in rows.select_related("federation").order_by("-primary", "pk")
    ]
    yield SheetPart("联建", lines)


def _shape(federation: Federation, members: list[FederationVillage], seen: Seen, colour: int) -> Shape | None:
    """None where none of its villages has a place yet."""
    placed = [seen.places[one.village_id] for one in members if one.village_id in seen.places]
    if not placed:
        return None
    told = "、".join(f"{one.village.name}（{one.get_role_display()}）" for one in members)
    missing = len(members) - len(placed)
    note = f"{told}。{f'其中 {missing} 个未画出（未定位或不在本图范围）' if missing else ''}"
    url = reverse("federations:detail", args=[federation.pk])
    return Shape(federation.name, convex_hull(placed), note, url, colour)
