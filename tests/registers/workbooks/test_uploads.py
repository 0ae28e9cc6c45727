"""A few dozen damaged workbooks through HTTP, by every door; the drill `mutated-workbooks` sends thousands."""

import random

import pytest

from tests.mutating import MUTATIONS
from tests.uploading import WRONG, Uploader, sources
from tests.world import TOWN
from villages.models import VillageFacts

pytestmark = pytest.mark.django_db
UPLOADS = 36


def test_damaged_workbooks_are_read_or_refused_in_words_and_never_half(world):
    user = world.user("zhenjie")
    village = world.village("371083101223")
    VillageFacts.objects.unscoped("test").create(village=village, year=2026, households=326, population=868)
    uploader, chance = Uploader(user), random.Random(20261120)
    books = list(sources(user, TOWN))
    told = [
        uploader.send(slug, MUTATIONS[number % len(MUTATIONS)](data, chance), chance)
        for number, (slug, data) in enumerate(chance.choices(books, k=UPLOADS))
    ]
    assert not [one for one in told if one.startswith(WRONG)]
    doors = {one.split()[0] for one in told}
    assert {"api", "page", "merge"} <= doors, told
