"""The demo's figures of the practices (P29, P32, P33) are those that were told."""

from random import Random

import pytest
from django.db.models import Avg, Count, Sum

from federations.demo_district import NAME, TOWN, TURNED, load_district
from federations.models import FundPackage, IdleAsset, PublicProject
from lianjian import clock
from tests.villages.samples import village_in
from villages.models import Area, VillageFacts

pytestmark = pytest.mark.django_db


def test_the_packed_district_has_the_figures_that_were_told(world):
    Area.objects.unscoped("test").get_or_create(
        code=TOWN, defaults={"name": "诸往镇", "level": 4, "parent_id": TOWN[:6]}
    )
    villages = [village_in(world, TOWN, number) for number in range(1, 14)]
    year = clock.today().year
    VillageFacts.objects.bulk_create(
        VillageFacts(village=village, year=each) for village in villages for each in (year - 1, year)
    )
    load_district(Random(1), villages)  # noqa: S311
    every = {model: model.objects.unscoped("test") for model in (FundPackage, PublicProject, IdleAsset, VillageFacts)}
    assert every[FundPackage].get(name=NAME).arrived == 110_000_000
    kinds = (
        every[PublicProject].values_list("kind", "state").annotate(Count("pk"), Sum("planned_jobs")).order_by("kind")
    )
    assert list(kinds) == [
        ("industry", "planned", 18, 550), ("livelihood", "planned", 36, None), ("one_matter", "done", 15, None),
    ]  # fmt: skip
    homesteads = every[IdleAsset].filter(kind="homestead", unit="mu").aggregate(Sum("size"), Sum("places"))
    assert homesteads == {"size__sum": 1430, "places__sum": 70}
    assert every[IdleAsset].filter(openly_sought=True).aggregate(total=Sum("income")) == {"total": 800_000}
    turned = every[VillageFacts].filter(village__in=[village.pk for village in villages[:TURNED]])
    assert turned.filter(year=year - 1).aggregate(mean=Avg("debt")) == {"mean": 550_000}
    now = turned.filter(year=year).aggregate(mean=Avg("operating_income"), debt=Sum("debt"))
    assert now == {"mean": 200_000, "debt": 0}
