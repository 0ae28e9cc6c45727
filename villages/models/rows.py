"""What rows of a village have in common."""

from django.db import models
from django.db.models import Q

from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models.village import Village


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
