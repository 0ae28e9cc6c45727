"""Who may do what at the addresses of federations/."""

from typing import Any

from federations.models import Enterprise
from tests.federations.matrix_organisation import ORGANISATION, put_organisation
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
ROUTES = (*REGISTERS, *STEPS, *ORGANISATION, *ECONOMY_REGISTERS)


def put(stage: Any) -> None:
    """How the stage's federation is organised, and rows of the economy in its village."""
    put_organisation(stage)
    village = stage.rows["villages"]
    stage.rows["enterprises"] = Enterprise.objects.create(name="锅上果品公司", area_id=village, note="骨干企业").pk
