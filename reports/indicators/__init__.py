"""The indicators, one file per app they look at, in the order in which boards show them."""

from reports.indicators.assets import HOLDINGS
from reports.indicators.cooperatives import COOPERATIVES
from reports.indicators.declaring import Adds, Indicator, Over, Reach, Rows, Source
from reports.indicators.federations import FEDERATIONS
from reports.indicators.industry import INDUSTRY
from reports.indicators.members import MEMBERS
from reports.indicators.organisation import ORGANISATION
from reports.indicators.people import PEOPLE
from reports.indicators.points import POINTS
from reports.indicators.projects import PROJECTS
from reports.indicators.services import SERVICES
from reports.indicators.villages import VILLAGES

ALL = (
    *VILLAGES,
    *HOLDINGS,
    *FEDERATIONS,
    *ORGANISATION,
    *PROJECTS,
    *COOPERATIVES,
    *INDUSTRY,
    *MEMBERS,
    *PEOPLE,
    *POINTS,
    *SERVICES,
)
_BY_CODE = {one.code: one for one in ALL}
if len(_BY_CODE) != len(ALL):
    raise ValueError("two indicators have the same code")


def indicators() -> tuple[Indicator, ...]:
    return ALL


def indicator(code: str) -> Indicator:
    """Raises KeyError for an unknown code."""
    return _BY_CODE[code]


def sources() -> list[Source]:
    """Every source once, in the order of the indicators."""
    return list({one.source.name: one.source for one in ALL}.values())


__all__ = ["ALL", "Adds", "Indicator", "Over", "Reach", "Rows", "Source", "indicator", "indicators", "sources"]
