"""Acceptance of a backward village as a strong one (由弱变强, P11)."""

import datetime as dt
from typing import Any

from django.db import transaction

from federations.models import WeakVillage
from lianjian import clock
from members.access import require_change
from registers.errors import Invalid, WrongState

CHANGE, VIEW = WeakVillage.change_right, WeakVillage.view_right


@transaction.atomic
def accept_village(*, by: Any, row: WeakVillage, on: dt.date, accepted_by: str, evidence: str) -> WeakVillage:
    """The period ends with a date, who accepted, and on what evidence.

    Raises Invalid, WrongState, NotAllowed, NotFound.
    """
    require_change(by=by, right=CHANGE, code=row.village_id, view_right=VIEW)
    rows = WeakVillage.objects.unscoped("the village was checked").select_for_update(of=("self",))
    row = rows.select_related("village").get(pk=row.pk)
    if row.accepted_on is not None:
        raise WrongState(f"“{row.village.name}”已于 {row.accepted_on} 验收")
    if on > clock.today():
        raise Invalid("验收日期不能晚于今天", field="on")
    if on <= row.listed_on:
        raise Invalid(f"验收日期应晚于列入日期 {row.listed_on}", field="on")
    for text, field, what in ((accepted_by, "accepted_by", "验收单位"), (evidence, "evidence", "验收依据")):
        if not text.strip():
            raise Invalid(f"请填写{what}", field=field)
    row.accepted_on, row.accepted_by, row.evidence = on, accepted_by.strip()[:60], evidence.strip()[:500]
    row.save()
    return row
