"""What else makes figures out of date: triggers on tables of lower floors that do not fill the outbox themselves.

The proxies add nothing but triggers, so that the lower floors need not know what is summed up here.
"""

import pgtrigger

from federations.models import FederationStep
from members.models import Placement, QuarterClose
from registers.models import CountySetting
from registers.models.outbox import outbox_triggers
from villages.models import Area, Village


def _renamed(triggers: list[pgtrigger.Trigger], prefix: str, *operations: str) -> list[pgtrigger.Trigger]:
    """Under names of their own, and only for the operations named (all where none is)."""
    chosen = [one for one in triggers if not operations or str(one.name).removeprefix("outbox_") in operations]
    for one in chosen:
        one.name = f"{prefix}_{one.name}"
    return chosen


class VillageInRollup(Village):
    class Meta:
        proxy = True
        triggers = _renamed(outbox_triggers("villages.villages", "SELECT code, '' FROM {rows}"), "rollup")


class AreaInRollup(Area):
    """Only changes of areas (a village closes): the nation's list is loaded by inserts and concerns nobody."""

    class Meta:
        proxy = True
        triggers = _renamed(
            outbox_triggers("villages.villages", "SELECT code, '' FROM {rows} WHERE level = 5"), "rollup", "update"
        )


class PlacementInRollup(Placement):
    class Meta:
        proxy = True
        triggers = _renamed(outbox_triggers("members.placements", "SELECT village_id, '' FROM {rows}"), "rollup")


class QuarterCloseInRollup(QuarterClose):
    class Meta:
        proxy = True
        triggers = _renamed(outbox_triggers("points.closes", "SELECT area_id, quarter FROM {rows}"), "rollup")


class FederationStepInRollup(FederationStep):
    class Meta:
        proxy = True
        triggers = _renamed(
            outbox_triggers(
                "federations.steps",
                "SELECT f.area_id, '' FROM {rows} AS step JOIN federations_federation f ON f.id = step.federation_id",
            ),
            "rollup",
        )


class CountySettingInRollup(CountySetting):
    class Meta:
        proxy = True
        triggers = _renamed(outbox_triggers("registers.settings", "SELECT area_code, '' FROM {rows}"), "rollup")


__all__ = [
    "AreaInRollup",
    "CountySettingInRollup",
    "FederationStepInRollup",
    "PlacementInRollup",
    "QuarterCloseInRollup",
    "VillageInRollup",
]
