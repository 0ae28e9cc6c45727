"""What rows of a village have in common."""

import datetime as dt

from django.db import models
from django.db.models import F, Q

from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models.village import Village


def standing_on(day: dt.date, start: str = "valid_from", end: str = "valid_to") -> Q:
    """Rows that stand on the day: begun by then, not yet ended; an open date is always (half-open, ADR 0009)."""
    begun = Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__lte": day})
    return begun & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": day}))


def ends_after_start(name: str, message: str) -> models.CheckConstraint:
    """A row's `valid_to` lies after its `valid_from`, where both are known."""
    condition = Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from"))
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=message)


class VillageRow(RegisterRow):
    """A row that lies in one village: seen by its area, or by a grant that holds the village (a federation's)."""

    area_path = "village_id"

    village = models.ForeignKey(
        Village, models.PROTECT, verbose_name="村居", related_name="%(class)s_rows", db_index=False
    )

    class Meta(RegisterRow.Meta):
        abstract = True

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))
