"""The rollup that boards and workbooks read."""

from reports.models.rollup import IndicatorValue

__all__ = ["IndicatorValue"]
