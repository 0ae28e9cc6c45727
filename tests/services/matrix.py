"""Who may do what at the addresses of services/."""

from typing import Any

from services.models import ServicePoint
from tests.matrix.route import SERVICES, VILLAGE_WRITERS, faces

ROUTES = (
    *faces("grids", SERVICES, VILLAGE_WRITERS),
    *faces("service-points", SERVICES, VILLAGE_WRITERS),
)


def put(stage: Any) -> None:
    """A service point on the stage."""
    point = ServicePoint(village_id="371083101223", kind="agency", name="锅上代办点")
    point.save()
    stage.rows["service-points"] = point.pk
