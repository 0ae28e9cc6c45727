"""Who may do what at the addresses of reports/."""

from tests.matrix.route import POINTS, STAFF, Route, row

ROUTES = (
    Route("reports:board", POINTS),
    *row("reports:federation_board", POINTS, "federations", POINTS),
    Route("reports:figure", POINTS, args={"code": "population"}),
    Route("reports:workbooks", STAFF),
    Route("reports:workbooks", STAFF, "post"),
    Route("api:indicators-list", POINTS),
)
