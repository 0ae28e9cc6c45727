"""The rollup that boards and workbooks read, and the assessment of villages and cadres."""

from reports.models.assessments import AssessmentItem, AssessmentList, AssessmentMark, AssessmentResult
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
    "AssessmentItem",
    "AssessmentList",
    "AssessmentMark",
    "AssessmentResult",
    "CountySettingInRollup",
    "FederationStepInRollup",
    "IndicatorValue",
    "PlacementInRollup",
    "QuarterCloseInRollup",
    "VillageInRollup",
]
