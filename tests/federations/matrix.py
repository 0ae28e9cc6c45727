"""Who may do what at the addresses of federations/."""

from typing import Any

from federations.models import Enterprise
from tests.matrix.route import ECONOMY, POINTS, VILLAGE_WRITERS, WRITERS, Route, faces, row

REGISTERS = (
    *faces("federations", POINTS, WRITERS, delete=False),
    *faces("federation-villages", POINTS, WRITERS),
)
STEPS = (
    Route("federations:scale", WRITERS, "post"),
    # Dissolving is as weighty as approving: the town's signer or the county.
    *row("federations:step", frozenset({"zhenzhang", "xianji"}), "federations", POINTS, "get", "post",
         query="?to=dissolved"),
    *row("federations:join", WRITERS, "federations", POINTS, "get", "post"),
    *row("federation-villages:leave", WRITERS, "federation-villages", POINTS, "get", "post"),
)  # fmt: skip
ECONOMY_REGISTERS = (*faces("enterprises", ECONOMY, VILLAGE_WRITERS),)
ROUTES = (*REGISTERS, *STEPS, *ECONOMY_REGISTERS)


def put(stage: Any) -> None:
    """Rows of the economy in the stage's village."""
    village = stage.rows["villages"]
    stage.rows["enterprises"] = Enterprise.objects.create(name="锅上果品公司", area_id=village, note="骨干企业").pk
