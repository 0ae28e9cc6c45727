"""Who may do what at the addresses of members/."""

from tests.matrix.route import CHECKERS, COUNTY, DECLARERS, NOBODY, PEOPLE, POINTS, WHY, WRITERS, Route, faces, row

REGISTERS = (
    *faces("party-organizations", PEOPLE, WRITERS),
    *faces("posts", PEOPLE, WRITERS),
    *faces("members", PEOPLE, WRITERS, delete=False),
    *faces("subjects", PEOPLE, WRITERS, delete=False),
)
PEOPLE_STEPS = tuple(
    route
    for slug in ("members", "subjects")
    for route in (
        *row(f"{slug}:transfer", WRITERS, slug, PEOPLE, "get", "post"),
        *row(f"{slug}:leave", WRITERS, slug, PEOPLE, "get", "post"),
        *row(f"api:{slug}-transfer", WRITERS, slug, PEOPLE, "post", given={"village_code": "371083101224"}),
        # A household is no person: there is nothing to reveal.
        *row(f"{slug}:reveal", {"members": frozenset({"zhenshen", "xianji"})}.get(slug, NOBODY), slug, PEOPLE,
             "get", "post"),
    )
)  # fmt: skip
CLAIM = {
    "member_no": "0",
    "item_code": "A01",
    "quantity": 1,
    "occurred_on": "2026-09-01",
    "reason": "",
    "source_ref": "x",
}
CLOSE = {"area_code": "371083", "quarter": "2026Q3"}
POINT_PAGES = (
    Route("claims:list", POINTS),
    Route("claims:export", POINTS),
    Route("claims:new", DECLARERS),
    Route("claims:new", DECLARERS, "post"),
    Route("claims:items", DECLARERS),
    Route("claims:import", DECLARERS),
    Route("claims:import", DECLARERS, "post"),
    Route("claims:template", DECLARERS),
    Route("claims:advance", CHECKERS, "post"),
    Route("claims:reject", CHECKERS, "post"),
    *row("claims:detail", POINTS, "claims", POINTS),
    # The claim waits for the branch; the town's step covers earlier ones here, the federation's does not.
    *row("claims:advance-one", frozenset({"cunji", "zhenshen"}), "claims", POINTS, "post"),
    *row("claims:reject-one", frozenset({"cunji", "zhenshen", "zhenjie"}), "claims", POINTS, "post", given=WHY),
    Route("entries:list", POINTS),
    Route("entries:export", POINTS),
    *row("entries:detail", POINTS, "entries", POINTS),
    *row("entries:reverse", frozenset({"zhenshen", "xianji"}), "entries", POINTS, "post", given=WHY),
    Route("closes:list", POINTS),
    Route("closes:start", COUNTY, "post", given={"county": "371083", "quarter": "2026Q3"}),
    *row("closes:detail", POINTS, "closes", POINTS, shared=True),
    *row("closes:export", POINTS, "closes", POINTS, shared=True),
    *row("closes:publish", COUNTY, "closes", POINTS, "post", shared=True),
    *row("closes:confirm", COUNTY, "closes", POINTS, "post", shared=True),
    *row("closes:reopen", COUNTY, "closes", POINTS, "post", shared=True, given=WHY),
    Route("scores:list", POINTS),
    *row("scores:detail", POINTS, "scores", POINTS),
    *row("scores:member", POINTS, "scores:member", POINTS),
    Route("schemes:list", POINTS),
    *row("schemes:detail", POINTS, "schemes", POINTS, shared=True),
)
POINT_API = (
    Route("api:point-schemes-list", POINTS),
    Route("api:point-schemes-list", COUNTY, "post"),
    *row("api:point-schemes-detail", POINTS, "schemes", POINTS, shared=True),
    *row("api:point-schemes-detail", COUNTY, "schemes", POINTS, "put", "patch", "delete", shared=True),
    *row("api:point-schemes-put-in-force", COUNTY, "schemes", POINTS, "post", shared=True),
    Route("api:point-claims-list", POINTS),
    Route("api:point-claims-list", DECLARERS, "post", given=CLAIM),
    Route("api:point-claims-bulk-advance", CHECKERS, "post", given={"ids": [1]}),
    Route("api:point-claims-import-workbook", DECLARERS, "post"),
    Route("api:point-claims-template", DECLARERS),
    *row("api:point-claims-detail", POINTS, "claims", POINTS),
    *row("api:point-claims-advance", frozenset({"cunji", "zhenshen"}), "claims", POINTS, "post"),
    *row("api:point-claims-reject", frozenset({"cunji", "zhenshen", "zhenjie"}), "claims", POINTS, "post", given=WHY),
    Route("api:point-entries-list", POINTS),
    *row("api:point-entries-detail", POINTS, "entries", POINTS),
    *row("api:point-entries-reverse", frozenset({"zhenshen", "xianji"}), "entries", POINTS, "post", given=WHY),
    Route("api:quarter-closes-list", POINTS),
    Route("api:quarter-closes-list", COUNTY, "post", given=CLOSE),
    *row("api:quarter-closes-detail", POINTS, "closes", POINTS, shared=True),
    *row("api:quarter-closes-publish", COUNTY, "closes", POINTS, "post", shared=True),
    *row("api:quarter-closes-confirm", COUNTY, "closes", POINTS, "post", shared=True),
    *row("api:quarter-closes-reopen", COUNTY, "closes", POINTS, "post", shared=True, given=WHY),
    Route("api:quarter-scores-list", POINTS),
)
ROUTES = (*REGISTERS, *PEOPLE_STEPS, *POINT_PAGES, *POINT_API)
