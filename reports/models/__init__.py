"""The rollup that boards and workbooks read."""

from reports.models.outbox import (
    AreaInRollup,
    CountySettingInRollup,
    FederationStepInRollup,
    PlacementInRollup,
    QuarterCloseInRollup,
    VillageInRollup,
)
from reports.models.rollup import IndicatorValue

__all__ = [
    "AreaInRollup",
    "CountySettingInRollup",
    "FederationStepInRollup",
    "IndicatorValue",
    "PlacementInRollup",
    "QuarterCloseInRollup",
    "VillageInRollup",
]
