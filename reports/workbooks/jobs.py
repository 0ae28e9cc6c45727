"""Making the workbooks as jobs: what the owner may see when the job runs decides what is in them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lianjian import areacodes
from lianjian.periods import Period, parse_quarter
from registers.errors import NotFound
from registers.jobs import JobRun, job_kind, start_job
from registers.models import Job
from reports.workbooks import federations, points
from reports.workbooks.filing import make_file
from reports.workbooks.paper import Form
from villages.models import Area

RIGHT = "reports.view"
LEVELS = ("county", "town")
JOB_KIND = "reports.workbook"


@dataclass(frozen=True)
class WorkbookKind:
    code: str
    title: str
    meaning: str
    build: Callable[[Any, str, Period], Form]


KINDS = {
    kind.code: kind
    for kind in (
        WorkbookKind(
            "federations", federations.TITLE, "各镇街联建单位的规模、联合党组织和集体经济，按季", federations.build
        ),
        WorkbookKind("points", points.TITLE, "各镇街、各联建单位党员的参评人数、等次和得分，取已公示或审定的结算",
                     points.build),
    )
}  # fmt: skip


def choices(user: Any) -> list[tuple[str, str]]:
    """The counties and towns that the user may make workbooks of: (code, name)."""
    scope = user.scope_for(RIGHT)
    areas = Area.objects.within(scope, "workbooks of the user").filter(level__in=(3, 4), valid_to__isnull=True)
    return [(area.pk, area.name) for area in areas.order_by("pk") if scope.covers(area.pk)]


def start(*, by: Any, kind: str, area: str, quarter: Period) -> Job:
    """Start making a workbook. Raises NotFound for a place outside the scope or a kind that does not exist."""
    name = _allowed(by, kind, area)
    title = f"{name}{quarter.label}{KINDS[kind].title}"
    return start_job(JOB_KIND, by=by, title=title, kind=kind, area=area, quarter=str(quarter))


def _allowed(user: Any, kind: str, area: str) -> str:
    """The area's name where the user may make this workbook of it."""
    scope = user.scope_for(RIGHT)
    right_level = areacodes.is_code(area) and areacodes.level_of(area) in LEVELS
    if kind not in KINDS or not right_level or not scope.covers(area):
        raise NotFound
    name = Area.objects.within(scope, "workbooks of the user").filter(pk=area).values_list("name", flat=True).first()
    if name is None:
        raise NotFound
    return name


@job_kind(JOB_KIND, "生成上报表")
def make_workbook(run: JobRun, *, kind: str, area: str, quarter: str) -> dict[str, Any]:
    """The handler. Raises NotFound where the owner may no longer make it."""
    name = _allowed(run.owner, kind, area)
    period = parse_quarter(quarter)
    return make_file(
        run,
        lambda: KINDS[kind].build(run.owner, area, period),
        lambda form: f"{name}{period}{KINDS[kind].title}.xlsx",
    )
