"""Cadre exchanges (P10): both villages in reach, and the person behind the name where it is certain."""

import datetime as dt
from typing import Any

from django.db import transaction

from members.access import require_target
from members.models import CadreExchange, Person
from registers.errors import Invalid
from villages.models import Village

RIGHT = "organizations.change"


@transaction.atomic
def save_exchange(
    *,
    by: Any,
    exchange: CadreExchange | None = None,
    name: str,
    from_village: Village,
    to_village: Village,
    direction: str,
    kind: str,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    task: str = "",
    result: str = "",
) -> CadreExchange:
    """Enter or change an exchange. Raises Invalid: both villages must lie in reach, and differ.

    The person is named by the only one of that name in the village he comes from; of several none is taken.
    """
    require_target(by=by, right=RIGHT, code=from_village.pk, field="from_village")
    require_target(by=by, right=RIGHT, code=to_village.pk, field="to_village")
    if from_village.pk == to_village.pk:
        raise Invalid("派出村和接收村是同一个村，请核对", field="to_village")
    if valid_to and valid_to <= valid_from:
        raise Invalid("结束日期应晚于开始日期", field="to")
    exchange = exchange or CadreExchange()
    exchange.name, exchange.from_village, exchange.to_village = name, from_village, to_village
    exchange.direction, exchange.kind = direction, kind
    exchange.valid_from, exchange.valid_to = valid_from, valid_to
    exchange.task, exchange.result = task, result
    exchange.person = only_person(name, from_village.pk)
    exchange.save()
    return exchange


def only_person(name: str, village_code: str) -> Person | None:
    """The one person of that name in a village the caller has checked; None where there is none or several."""
    found = list(
        Person.objects.unscoped("the village was checked by the caller")
        .filter(name=name, area_id=village_code)
        .order_by("pk")[:2]
    )
    return found[0] if len(found) == 1 else None
