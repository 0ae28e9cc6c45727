"""mutated-workbooks: thousands of damaged and disturbed workbooks, uploaded: read or refused in words, never half.

By page and API, whole town books, single registers' exports and templates, and 合表; some may write. Nothing may
answer 5xx, and a refused upload may leave no row behind. `FULL=1` sends ten thousand, `UPLOADS=200` as many as that.
"""

import logging
import os
import random
from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.test.utils import setup_test_environment

from accounts.models import User
from tests.figures import Figure, figure, note, timed
from tests.mutating import MUTATIONS
from tests.uploading import WRONG, Uploader, sources

MANY, ALL = 2_000, 10_000
WHO, TOWN = "zhenjie", "371083101"
TOLD = 20


@figure("mutated-workbooks")
def mutated_workbooks() -> Iterator[Figure]:
    logging.disable(logging.ERROR)
    setup_test_environment(debug=False)  # pages tell what they were drawn with
    settings.DEMO = True
    with timed("demo county"):
        call_command("load_demo")
    user = User.objects.get(username=WHO)
    uploader = Uploader(user)
    books = list(sources(user, TOWN))
    chance = random.Random(20261120)
    wanted = ALL if os.environ.get("FULL") else int(os.environ.get("UPLOADS", MANY))
    answers: dict[str, int] = {}
    wrong: list[str] = []
    with timed(f"{wanted:,} uploads"):
        for number in range(wanted):
            slug, data = chance.choice(books)
            mutate = chance.choice(MUTATIONS)
            told = uploader.send(slug, mutate(data, chance), chance)
            answers[told] = answers.get(told, 0) + 1
            if told.startswith(WRONG):
                wrong.append(f"{number} {slug or 'town-book'} {mutate.__name__}: {told}")
    for line in wrong[:TOLD]:
        note(line)
    note("  " + ", ".join(f"{count:,} {told}" for told, count in sorted(answers.items())))
    taken = sum(count for told, count in answers.items() if " 200" in told or told.endswith("job done"))
    yield Figure("mutated-workbooks read", f"{taken:,} of {wanted:,}", "some", 0 < taken < wanted)
    yield Figure("mutated-workbooks", f"{len(wrong)} of {wanted:,}", "0", not wrong)
