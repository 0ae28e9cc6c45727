"""Who may do what at every address: the whole table, as an office would write it.

People are named by the users of the stage. `qita` is never named: she holds the clerk's role (`zhenjie`) in another
town, so pages without an object treat her alike, and every object here does not exist for her.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.world import PASSWORD

STAFF = frozenset({"zhenjie", "zhenshen", "zhenzhang", "xianji", "lingdao"})  # town and county offices
PEOPLE = STAFF | {"cunji", "lianjian"}  # and who works with members: village clerks, federations' secretaries
POINTS = PEOPLE | {"pianqu"}  # and the leaders in charge of an area
SERVICES = POINTS | {"wangge"}
PLACES = SERVICES | {"jiedui"}  # everybody with a business role
ALL = PLACES | {"sysadmin", "secadmin", "auditor", "nobody"}
WRITERS = frozenset({"zhenjie", "zhenshen", "xianji"})
VILLAGE_WRITERS = WRITERS | {"cunji"}
DECLARERS = VILLAGE_WRITERS | {"lianjian"}
CHECKERS = frozenset({"zhenshen", "cunji", "lianjian"})  # each has a step of the claims' way
COUNTY = frozenset({"xianji"})
OWNER = frozenset({"zhenjie"})  # of the stage's job and file
NOBODY: frozenset[str] = frozenset()
WHY = {"reason": "核对有误"}


@dataclass(frozen=True)
class Route:
    """One address with one method.

    may      whom it serves; everybody else is refused
    row      what the address names: a key of `Stage.rows`; "" where it names nothing
    sees     those for whom the row exists; who sees it and may not is told 403, for all others there is no such row
    shared   the row is the county's: towns see their part of it, so it exists for `qita` as for `zhenjie`
    """

    name: str
    may: frozenset[str]
    method: str = "get"
    row: str = ""
    sees: frozenset[str] = NOBODY
    shared: bool = False
    given: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def faces(
    slug: str,
    views: frozenset[str],
    changes: frozenset[str],
    *,
    sees: frozenset[str] | None = None,
    new: bool = True,
    delete: bool = True,
) -> Iterator[Route]:
    """The faces that a register inherits. `sees`: for whom the stage's row exists, where not for all who view."""
    sees = views if sees is None else sees
    able = changes & sees
    yield Route(f"{slug}:list", views)
    yield Route(f"{slug}:export", views)
    yield Route(f"{slug}:detail", sees, row=slug, sees=sees)
    yield Route(f"{slug}:import", changes)
    yield Route(f"{slug}:import", changes, "post")
    yield Route(f"{slug}:template", changes)
    yield Route(f"{slug}:edit", able, row=slug, sees=sees)
    yield Route(f"{slug}:edit", able, "post", row=slug, sees=sees)
    yield Route(f"api:{slug}-list", views)
    yield Route(f"api:{slug}-export", views)
    yield Route(f"api:{slug}-template", views)
    yield Route(f"api:{slug}-import-workbook", changes, "post")
    yield Route(f"api:{slug}-bulk", changes, "post")
    yield Route(f"api:{slug}-detail", sees, row=slug, sees=sees)
    yield Route(f"api:{slug}-detail", able, "put", row=slug, sees=sees)
    yield Route(f"api:{slug}-detail", able, "patch", row=slug, sees=sees)
    if new:
        yield Route(f"{slug}:new", changes)
        yield Route(f"{slug}:new", changes, "post")
        yield Route(f"api:{slug}-list", changes, "post")
    if delete:
        yield Route(f"{slug}:delete", able, "post", row=slug, sees=sees)
        yield Route(f"api:{slug}-detail", able, "delete", row=slug, sees=sees)


def row(name: str, may: frozenset[str], slug: str, sees: frozenset[str], *methods: str, **more: Any) -> Iterator[Route]:
    """One address of one row, by several methods."""
    for method in methods or ("get",):
        yield Route(name, may, method, row=slug, sees=sees, **more)


REGISTERS = (
    *faces("areas", PLACES, COUNTY, sees=PLACES - {"lianjian"}),  # her federation is no area
    *faces("villages", PLACES, VILLAGE_WRITERS, new=False, delete=False),
    *faces("village-facts", PLACES, VILLAGE_WRITERS),
    *faces("town-facts", PLACES, VILLAGE_WRITERS, sees=STAFF | {"pianqu"}),  # a village's grant reaches no town
    *faces("party-organizations", PEOPLE, WRITERS),
    *faces("posts", PEOPLE, WRITERS),
    *faces("members", PEOPLE, WRITERS, delete=False),
    *faces("subjects", PEOPLE, WRITERS, delete=False),
    *faces("federations", POINTS, WRITERS, delete=False),
    *faces("federation-villages", POINTS, WRITERS),
    *faces("grids", SERVICES, VILLAGE_WRITERS),
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
FEDERATION_STEPS = (
    Route("federations:scale", WRITERS, "post"),
    # Dissolving is as weighty as approving: the town's signer or the county.
    *row("federations:step", frozenset({"zhenzhang", "xianji"}), "federations", POINTS, "get", "post",
         query="?to=dissolved"),
    *row("federations:join", WRITERS, "federations", POINTS, "get", "post"),
    *row("federation-villages:leave", WRITERS, "federation-villages", POINTS, "get", "post"),
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
BOARDS = (
    Route("reports:board", POINTS),
    *row("reports:federation_board", POINTS, "federations", POINTS),
    Route("reports:figure", POINTS, args={"code": "population"}),
    Route("reports:workbooks", STAFF),
    Route("reports:workbooks", STAFF, "post"),
    Route("api:indicators-list", POINTS),
)
OWN = (
    Route("home", ALL),
    Route("search", ALL),
    Route("lookup", PLACES, args={"name": "villages"}),
    Route("settings", STAFF),
    Route("settings", COUNTY, "post"),
    Route("accounts:profile", ALL),
    Route("accounts:profile", ALL, "post"),
    Route("accounts:logout", ALL, "post"),
    Route("jobs:list", ALL),
    Route("jobs:bell", ALL),
    *row("jobs:detail", OWNER, "jobs", OWNER),
    *row("jobs:progress", OWNER, "jobs", OWNER),
    *row("jobs:cancel", OWNER, "jobs", OWNER, "post"),
    Route("files:list", ALL),
    *row("files:download", OWNER, "files", OWNER),
    Route("api:token-logout", ALL, "post"),
    Route("api:schema", ALL),
    Route("api:jobs-list", ALL),
    *row("api:jobs-detail", OWNER, "jobs", OWNER),
    *row("api:jobs-cancel", OWNER, "jobs", OWNER, "post"),
    *row("api:file", OWNER, "files", OWNER),
)
ROUTES = (*REGISTERS, *PEOPLE_STEPS, *FEDERATION_STEPS, *POINT_PAGES, *POINT_API, *BOARDS, *OWN)

# Answered without signing in: the way in, and the words "no such address".
OPEN = (
    Route("accounts:login", ALL, "post", given={"username": "zhenjie", "password": PASSWORD}),
    Route("api:token", ALL, "post", given={"username": "zhenjie", "password": PASSWORD}),
    Route("api:unknown", ALL),
)
