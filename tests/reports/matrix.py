"""Who may do what at the addresses of reports/."""

from dataclasses import replace
from typing import Any

from reports.models import AssessmentMark
from tests.matrix.route import COUNTY, POINTS, STAFF, WRITERS, Route, faces, readings, row
from tests.reports.samples import add_item, list_of, make_result
from tests.world import COUNTY as CODE
from tests.world import TOWN

LIST = "assessments"  # the county's: it exists for every town


def shared(routes: Any, key: str) -> list[Route]:
    """Routes of a register whose rows are the county's."""
    return [replace(one, row=key, shared=True) if one.row else one for one in routes]


ASSESSMENTS = (
    *shared(faces("assessment-lists", POINTS, COUNTY), LIST),
    *shared(faces("assessment-items", POINTS, COUNTY), "assessment-item"),
    *(
        route
        for step in ("put-in-force", "withdraw", "try-out", "publish")
        for route in row(f"assessment-lists:{step}", COUNTY, LIST, POINTS, "post", shared=True)
    ),
    *row("assessment-lists:workbook", STAFF, LIST, POINTS, "post", shared=True),
    *faces("assessment-marks", STAFF, WRITERS, new=False, delete=False),
    *readings("assessment-results", POINTS),
)
ROUTES = (
    Route("reports:board", POINTS),
    *row("reports:federation_board", POINTS, "federations", POINTS),
    Route("reports:figure", POINTS, args={"code": "population"}),
    Route("reports:workbooks", STAFF),
    Route("reports:workbooks", STAFF, "post"),
    Route("api:indicators-list", POINTS),
    *ASSESSMENTS,
)


def put(stage: Any) -> None:
    """A list in force with a mark to be typed, and a published one with its result."""
    world, rows = stage.world, stage.rows
    village = world.village("371083101223")
    running = list_of(world, CODE, "今年考核", 2026)
    item = add_item(running)
    running.state = "in_force"
    running.save()
    rows[LIST], rows["assessment-item"] = running.pk, item.pk
    rows["assessment-marks"] = AssessmentMark.objects.create(
        code=f"{item.pk}-{village.pk}", assessment=running, item=item, village=village, who=village.name, full=100
    ).code
    over = list_of(world, CODE, "去年考核", 2025)
    over.state = "in_force"
    over.save()
    result = make_result(world, TOWN, 1, assessment=over, village=village, who=village.name)
    rows["assessment-results"] = result.pk
    over.state, over.published_by = "published", world.user("xianji")
    over.published_at = over.updated_at
    over.save()
