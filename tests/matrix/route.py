"""What a line of the table says: an address, whom it serves, and for whom its row exists.

People are named by the users of the stage. `qita` is never named: she holds the clerk's role (`zhenjie`) in another
town, so pages without an object treat her alike, and every object here does not exist for her.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

STAFF = frozenset({"zhenjie", "zhenshen", "zhenzhang", "xianji", "lingdao"})  # town and county offices
PEOPLE = STAFF | {"cunji", "lianjian"}  # and who works with members: village clerks, federations' secretaries
POINTS = PEOPLE | {"pianqu"}  # and the leaders in charge of an area
SERVICES = POINTS | {"wangge"}
ECONOMY = POINTS  # projects, co-operatives, land and assets
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
    yield from readings(slug, views, sees=sees)
    yield Route(f"{slug}:import", changes)
    yield Route(f"{slug}:import", changes, "post")
    yield Route(f"{slug}:template", changes)
    yield Route(f"{slug}:grid", changes)
    yield Route(f"{slug}:grid", changes, "post")
    yield Route(f"{slug}:bulk", changes, "post")
    yield Route(f"{slug}:bulk-undo", changes, query="?at=00000000-0000-4000-8000-000000000000")
    yield Route(f"{slug}:bulk-undo", changes, "post", query="?at=00000000-0000-4000-8000-000000000000")
    yield Route(f"{slug}:edit", able, row=slug, sees=sees)
    yield Route(f"{slug}:edit", able, "post", row=slug, sees=sees)
    yield Route(f"api:{slug}-import-workbook", changes, "post")
    yield Route(f"api:{slug}-bulk", changes, "post")
    yield Route(f"api:{slug}-bulk-change", changes, "post")
    yield Route(f"api:{slug}-detail", able, "put", row=slug, sees=sees)
    yield Route(f"api:{slug}-detail", able, "patch", row=slug, sees=sees)
    if new:
        yield Route(f"{slug}:new", changes)
        yield Route(f"{slug}:new", changes, "post")
        yield Route(f"api:{slug}-list", changes, "post")
    if delete:
        yield Route(f"{slug}:delete", able, "post", row=slug, sees=sees)
        yield Route(f"api:{slug}-detail", able, "delete", row=slug, sees=sees)


def readings(slug: str, views: frozenset[str], *, sees: frozenset[str] | None = None) -> Iterator[Route]:
    """Those of them that only tell: all that a read-only register has."""
    sees = views if sees is None else sees
    yield Route(f"{slug}:list", views)
    yield Route(f"{slug}:columns", views, "post")
    yield Route(f"{slug}:views", views, "post", given={"name": "我的"})
    yield Route(f"{slug}:export", views)
    yield Route(f"{slug}:detail", sees, row=slug, sees=sees)
    yield Route(f"api:{slug}-list", views)
    yield Route(f"api:{slug}-export", views)
    yield Route(f"api:{slug}-template", views)
    yield Route(f"api:{slug}-detail", sees, row=slug, sees=sees)


def row(name: str, may: frozenset[str], slug: str, sees: frozenset[str], *methods: str, **more: Any) -> Iterator[Route]:
    """One address of one row, by several methods."""
    for method in methods or ("get",):
        yield Route(name, may, method, row=slug, sees=sees, **more)
