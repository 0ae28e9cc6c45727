"""Thousands of bad requests to every endpoint that the schema tells of, on the demo county, in the shoes of several
roles: nothing may break down, and every refusal is in words and of the declared shape.
"""

import logging
import random
from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from tests.figures import Figure, figure, note, timed
from tests.fuzzing import Fuzz, schema_of

ROLES = ("zhenshen", "xianji", "cunji", "lianjian", "sysadmin")
MANY = 12  # bad requests of each sort for an operation
TOLD = 20


@figure("api-fuzz")
def api_fuzz() -> Iterator[Figure]:
    logging.disable(logging.ERROR)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.DEMO = True
    with timed("demo county"):
        call_command("load_demo")
    sent, wrong = 0, []
    for who in ROLES:
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.get(username=who), backend="accounts.backends.AccountBackend")
        fuzz = Fuzz(client, schema_of(client), who)
        rng = random.Random(who)
        with timed(f"as {who}"):
            for operation in fuzz.operations():
                for asked in fuzz.requests(operation, rng, MANY):
                    fuzz.send(asked)
        sent += fuzz.sent
        wrong += fuzz.wrong
    for line in wrong[:TOLD]:
        note(line)
    yield Figure("api-fuzz", f"{len(wrong)} of {sent:,}", "0", not wrong and sent > 10_000)
