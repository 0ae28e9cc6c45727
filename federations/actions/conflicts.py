"""What the database refuses about memberships, in words that name only what the user may see."""

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from federations.models import Federation, FederationVillage
from registers.errors import Invalid

HIDDEN = "在此期间已属于另一个新村或联建片区，请先核实并办理退出"


@contextmanager
def conflicts_explained(
    *, by: Any, codes: Collection[str] = (), since: dt.date | None = None, federation: Federation | None = None
) -> Iterator[None]:
    """Write inside; exclusion and uniqueness errors become Invalid. `codes` are the villages that are to belong to
    `federation` from `since` on.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if constraint == "one_primary_federation_at_a_time":
            raise Invalid(_taken(by, federation, codes, since), field="village_code") from error
        if constraint == "village_once_in_a_federation":
            raise Invalid("这个村居已在本联建单位中，不用重复加入", field="village_code") from error
        if constraint == "membership_ends_after_start":
            raise Invalid("退出日期应晚于加入日期", field="to") from error
        if constraint == "federation_named_once_per_area":
            raise Invalid("本镇街已有同名的联建单位，请换一个名称", field="name") from error
        if constraint == "organization_named_once_per_area":
            raise Invalid("本镇街已有同名的党组织，请修改联合党组织名称", field="organization_name") from error
        raise


def _taken(by: Any, federation: Federation | None, codes: Collection[str], since: dt.date | None) -> str:
    """Which villages are taken; where the other federation is out of sight, only that they are."""
    rows = FederationVillage.objects.unscoped("only what the user may see is told below").filter(
        primary=True, holds_slot=True, village_id__in=codes
    )
    if federation and federation.pk:
        rows = rows.exclude(federation=federation)
    if since:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=since))
    overlapping = list(rows.select_related("village", "federation").order_by("village_id", "valid_from"))
    if not overlapping:
        return f"有村居{HIDDEN}"
    visible = set(
        Federation.objects.visible_to(by)
        .filter(pk__in=[row.federation_id for row in overlapping])
        .values_list("pk", flat=True)
    )
    parts = []
    for row in {row.village_id: row for row in overlapping}.values():
        if row.federation_id in visible:
            parts.append(f"“{row.village.name}”在此期间属于“{row.federation.name}”，请先办理退出")
        else:
            parts.append(f"“{row.village.name}”{HIDDEN}")
    return "；".join(parts)
