"""The demo's grids: one or two to a village of the clerk's own town (P35)."""

from random import Random

from members.models import Subject
from services.models import Grid
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
