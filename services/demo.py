"""The demo's grids: one or two to a village of the clerk's own town (P35); and its service points (P39).

Real is only that 院前 and 江村洼 have an agents' point and which kinds of points there are; the rest is invented.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from random import Random

from members.models import Subject
from services.models import Grid, ServicePoint
from villages.demo import OWN_TOWN
from villages.models import Village, VillageFacts


def load_grids(random: Random, villages: list[Village], subjects: list[Subject]) -> None:
    """Households and people of a village's figures, shared out among its grids; a member heads each."""
    own = [village for village in villages if village.town_code == OWN_TOWN]
    facts = VillageFacts.objects.unscoped("demo").filter(village__in=[village.pk for village in own]).order_by("year")
    latest = {row.village_id: row for row in facts}
    heads: dict[str, list[str]] = {}
    for subject in subjects:
        heads.setdefault(subject.village_id, []).append(subject.name)
    grids = []
    for village in own:
        count = 2 if latest[village.pk].households > 250 else 1
        grids += [
            Grid(
                village=village,
                name=f"{village.name}第{numeral}网格",
                head=heads[village.pk][position],
                workers=random.randint(1, 3),
                households=latest[village.pk].households // count,
                people=latest[village.pk].population // count,
            )
            for position, numeral in enumerate("一二"[:count], start=1)
        ]
    Grid.objects.bulk_create(grids)


AGENTS = ("371083101224", "371083101222")  # 院前, 江村洼
ITEMS = 18  # livelihood matters of the catalogue (P40)
# (kind, name, hours, workers, one village in how many has it)
POINTS = (
    ("centre", "便民服务中心", "工作日 8:30–17:00", 3, 6),
    ("parcel", "快递服务点", "每天 9:00–18:00", 1, 2),
    ("waste", "垃圾分类投放点", "每天 6:00–20:00", 1, 1),
    ("canteen", "幸福食堂", "每天 10:30–13:00", 2, 3),
)


def load_points_of_service(random: Random, villages: Sequence[Village]) -> None:
    """The two agents' points that are known, and invented ones beside them in the clerk's own town."""
    own = [village for village in villages if village.town_code == OWN_TOWN]
    facts = VillageFacts.objects.unscoped("demo").filter(village__in=[village.pk for village in own]).order_by("year")
    homes = {row.village_id: row.households for row in facts}
    points = []
    for place, village in enumerate(own):
        served = homes[village.pk]
        kinds = [each for each in POINTS if random.randrange(each[4]) == 0]
        if village.pk in AGENTS:
            kinds = [("agency", "便民服务代办点", "每天 8:00–17:00", 2, 1), *(e for e in kinds if e[0] != "centre")]
        for kind, name, hours, workers, _ in kinds:
            where = None
            if village.latitude is not None and village.longitude is not None:
                north, east = random.uniform(-0.0025, 0.0025), random.uniform(-0.003, 0.003)
                where = (village.latitude + Decimal(f"{north:.6f}"), village.longitude + Decimal(f"{east:.6f}"))
            errands = kind in ServicePoint.DOES_ERRANDS
            points.append(
                ServicePoint(
                    village=village, kind=kind, name=f"{village.name}{name}", hours=hours, workers=workers,
                    operator=f"{village.name}村民委员会" if errands else "", items=ITEMS if errands else None,
                    households=served if errands or kind == "canteen" else None,
                    households_near=served * random.randint(70, 98) // 100 if errands else None,
                    latitude=where[0] if where else None, longitude=where[1] if where else None,
                    valid_from=dt.date(2023 + place % 3, random.randint(1, 12), 1),
                )
            )  # fmt: skip
    ServicePoint.objects.bulk_create(points)
