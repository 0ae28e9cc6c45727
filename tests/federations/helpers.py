"""Codes and short ways to a federation, for the tests of this folder."""

import datetime as dt
from io import BytesIO

import openpyxl
from django.db import connection, transaction

from federations.actions.founding import found_federation
from federations.actions.steps import move_status
from federations.models import Federation
from tests.world import add_user

TODAY = dt.date(2026, 11, 20)
FOUNDED = dt.date(2025, 3, 1)
GUOSHANG, YUANQIAN, JIANGCUNWA = "371083101223", "371083101224", "371083101222"
NORTH, SOUTH = "371083101207", "371083101206"
XILI, XILI_COMMUNITY = "371083001216", "371083001022"
BAISHATAN, CHANGJIA = "371083102201", "371083102202"


def found(world, by, name, codes, *, area="371083101", run=True, on=dt.date(2025, 1, 5), **facts):
    """A federation by its villages' codes; `run`: approved on FOUNDED by the county and running since then."""
    federation = found_federation(
        by=world.user(by),
        name=name,
        kind=facts.pop("kind", "new_village"),
        mode=facts.pop("mode", "complement"),
        area=world.area(area),
        villages=[(world.village(code), "member") for code in codes],
        on=on,
        **facts,
    )
    if run:
        for to in ("reviewed", "approved", "running"):
            federation = move_status(
                by=world.user("xianji"), federation=federation, to=to, on=FOUNDED, scale_reason="历史上同属一个管区"
            )
    return federation


def secretary(federation: Federation):
    return add_user(f"shuji{federation.pk}", "federation_secretary", "federation", federation.pk)


def run_sql(statement: str, *params: object) -> None:
    """Raw SQL as the application role, in a savepoint of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


def text_of(response):
    return response.content.decode()


def cells(response):
    content = b"".join(response.streaming_content)
    return [list(row) for row in openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True)]
