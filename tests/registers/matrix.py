"""Who may do what at the addresses that all registers share: home, search, jobs, files."""

from tests.matrix.route import ALL, COUNTY, OWNER, PLACES, STAFF, VILLAGE_WRITERS, Route, row

ROUTES = (
    Route("home", ALL),
    Route("search", ALL),
    Route("lookup", PLACES, args={"name": "villages"}),
    Route("town-book", VILLAGE_WRITERS),
    Route("town-book", VILLAGE_WRITERS, "post"),
    Route("api:town-book-export", VILLAGE_WRITERS),
    Route("api:town-book-import-workbook", VILLAGE_WRITERS, "post"),
    Route("merge", VILLAGE_WRITERS),
    Route("merge", VILLAGE_WRITERS, "post"),
    Route("settings", STAFF),
    Route("settings", COUNTY, "post"),
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
