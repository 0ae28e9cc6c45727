"""The addresses of points in the API."""

from members.points_api.claims import PointClaimViewSet
from members.points_api.closes import QuarterCloseViewSet, QuarterScoreViewSet
from members.points_api.entries import PointEntryViewSet
from members.points_api.evidence import ClaimEvidenceViewSet
from members.points_api.redemption import PointMonthViewSet
from members.points_api.samples import ClaimSampleViewSet, QuarterFilingViewSet
from members.points_api.schemes import PointSchemeViewSet
from registers.api import routes


def add_routes() -> None:
    """Called once from `AppConfig.ready()`."""
    routes.add_viewset("point-schemes", PointSchemeViewSet)
    routes.add_viewset("point-claims", PointClaimViewSet)
    routes.add_viewset("claim-evidence", ClaimEvidenceViewSet)
    routes.add_viewset("point-entries", PointEntryViewSet)
    routes.add_viewset("quarter-closes", QuarterCloseViewSet)
    routes.add_viewset("quarter-scores", QuarterScoreViewSet)
    routes.add_viewset("point-months", PointMonthViewSet)
    routes.add_viewset("claim-samples", ClaimSampleViewSet)
    routes.add_viewset("quarter-filings", QuarterFilingViewSet)
