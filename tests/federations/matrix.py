"""Who may do what at the addresses of federations/."""

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
ROUTES = (*REGISTERS, *STEPS)
