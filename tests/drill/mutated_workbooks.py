"""mutated-workbooks: thousands of damaged and disturbed town books, uploaded: read or refused in words, never half.

Half of the uploads are whole town books, half single registers' exports; some may write. Nothing may answer 5xx, and a
refused upload may leave no row behind. `FULL=1` sends ten thousand, `UPLOADS=200` as many as that.
"""

import logging
import os
import random
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from psycopg2 import sql

from accounts.models import User
from registers.exchange import export_workbook, template_workbook
from registers.exchange.books import book_registers, export_book
from registers.register import Register
from tests.figures import Figure, figure, note, timed
from tests.mutating import MUTATIONS

MANY, ALL = 2_000, 10_000
WHO = "zhenjie"
TOLD = 20


@figure("mutated-workbooks")
def mutated_workbooks() -> Iterator[Figure]:
    logging.disable(logging.ERROR)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.DEMO = True
    with timed("demo county"):
        call_command("load_demo")
    user = User.objects.get(username=WHO)
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="accounts.backends.AccountBackend")
    sources = list(_sources(user))
    rng = random.Random(20261120)
    wanted = ALL if os.environ.get("FULL") else int(os.environ.get("UPLOADS", MANY))
    answers: dict[str, int] = {}
    wrong: list[str] = []
    with timed(f"{wanted:,} uploads"):
        for number in range(wanted):
            name, address, data = rng.choice(sources)
            mutate = rng.choice(MUTATIONS)
            told = _upload(client, user, address, mutate(data, rng), rng)
            answers[told] = answers.get(told, 0) + 1
            if told.startswith("!"):
                wrong.append(f"{number} {name} {mutate.__name__}: {told}")
    for line in wrong[:TOLD]:
        note(line)
    note("  " + ", ".join(f"{count:,} {told}" for told, count in sorted(answers.items())))
    taken = sum(count for told, count in answers.items() if told.startswith("200"))
    yield Figure("mutated-workbooks read", f"{taken:,} of {wanted:,}", "some", 0 < taken < wanted)
    yield Figure("mutated-workbooks", f"{len(wrong)} of {wanted:,}", "0", not wrong)


def _sources(user: User) -> Iterator[tuple[str, str, bytes]]:
    """(name, address, workbook): the town's book, and every register's export and template."""
    file, _ = export_book(by=user, area="371083101")
    book = file.read()
    small = [register for register in book_registers(user) if register.rows(user).count() < 200]
    for register in small:
        address = f"/api/v1/{register.slug}/import/"
        yield register.slug, address, template_workbook(register, by=user).read()
        yield register.slug, address, export_workbook(register, by=user, queryset=_rows(register, user)).read()
        yield "town-book", "/api/v1/town-book/import/", book


def _rows(register: Register, user: User) -> Any:
    return register.rows(user).order_by(*register.ordering)


def _upload(client: Client, user: User, address: str, data: bytes, rng: random.Random) -> str:
    """What was answered; "!" in front where it may not be."""
    before = _written()
    more = {"partial": "true"} if rng.random() < 0.2 else {"dry_run": "true"} if rng.random() < 0.2 else {}
    answer = client.post(address, {"file": SimpleUploadedFile("台账.xlsx", data), **more})
    body = answer.json() if answer.status_code in (200, 202, 400) else {}
    changed = _written() != before
    if answer.status_code not in (200, 202, 400):
        return f"! status {answer.status_code}"
    if answer.status_code == 400 and (changed or not all(error["message"] for error in body["errors"])):
        return "! refused, and yet written or without a word"
    if answer.status_code == 200 and changed != body["written"]:
        return f"! told written={body['written']}, and it is {changed}"
    if answer.status_code == 200 and "dry_run" in more and changed:
        return "! written on trial"
    return f"{answer.status_code}{' written' if changed else ''}"


def _written() -> int:
    """How many changes the audit trail has seen: a half write would show as one."""
    tables = [model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]
    counts = [sql.SQL("SELECT count(*) AS n FROM {}").format(sql.Identifier(table)) for table in tables]
    with connection.cursor() as cursor:
        statement = sql.SQL("SELECT sum(n) FROM ({}) AS counted").format(sql.SQL(" UNION ALL ").join(counts))
        cursor.execute(statement.as_string(cursor.cursor))
        return int(cursor.fetchone()[0])
