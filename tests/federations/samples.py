"""Samples of the registers of federations."""

import datetime as dt

from federations.actions.founding import found_federation
from federations.models import Federation, FederationVillage
from tests.federations.samples_economy import ECONOMY_SAMPLES
from tests.federations.samples_industry import INDUSTRY_SAMPLES
from tests.federations.samples_organisation import ORGANISATION
from tests.registers.suite.samples import UNKNOWN_VILLAGE, Sample
from tests.villages.samples import village_in
from tests.world import TOWN, World


def make_federation(world: World, town: str, number: int) -> Federation:
    return found_federation(
        by=world.user("xianji"),
        name=f"样{number}新村",
        kind="new_village",
        mode="complement",
        area=world.area(town),
        villages=[
            (village_in(world, town, number % 90), "centre"),
            (village_in(world, town, number % 90 + 1), "member"),
        ],
        on=dt.date(2026, 1, 1),
    )


def make_membership(world: World, town: str, number: int) -> FederationVillage:
    """The first of two villages of a federation of its own; the second one is another row."""
    federation = make_federation(world, town, number)
    rows = FederationVillage.objects.unscoped("test").filter(federation=federation)
    rows.filter(role="member").delete()
    return rows.get()


def membership_texts(world: World, town: str, number: int) -> dict[str, str]:
    name = f"样{900 + number}新村"
    if not Federation.objects.unscoped("test").filter(name=name, area_id=town).exists():
        federation = make_federation(world, town, 900 + number)
        FederationVillage.objects.unscoped("test").filter(federation=federation).delete()
    village = village_in(world, town, 50 + number)
    return {"federation": name, "village_code": village.pk, "role": "member", "from": "2026-02-01"}


SAMPLES = {
    **ECONOMY_SAMPLES,
    **INDUSTRY_SAMPLES,
    "federations": Sample(
        make=make_federation,
        texts=lambda world, town, number: {
            "name": f"新{number}新村", "kind": "new_village", "mode": "complement", "area_code": town,
            "villages": f"{village_in(world, town, 1).pk}、{village_in(world, town, 2).pk}",
        },
        change=("evidence", "同一片滩涂，产业相近"),
        wrong=("founded_on", "去年"),
        place=("area_code", f"{TOWN[:6]}199"),
    ),
    "federation-villages": Sample(
        make=make_membership,
        texts=membership_texts,
        change=("role", "strong"),
        wrong=("from", "去年"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
    **ORGANISATION,
}  # fmt: skip
