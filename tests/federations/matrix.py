"""Who may do what at the addresses of federations/."""

from typing import Any

from tests.federations.matrix_economy import ECONOMY_ROUTES, put_economy
from tests.federations.matrix_industry import INDUSTRY, put_industry
from tests.federations.matrix_organisation import ORGANISATION, put_organisation
from tests.matrix.route import POINTS, WRITERS, Route, faces, row

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
ROUTES = (*REGISTERS, *STEPS, *ORGANISATION, *ECONOMY_ROUTES, *INDUSTRY)


def put(stage: Any) -> None:
    """How the stage's federation is organised, and rows of the economy in its village."""
    put_organisation(stage)
    put_economy(stage)
    put_industry(stage)
