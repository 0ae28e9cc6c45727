"""Who may do what at the addresses that all registers share: home, search, jobs, files."""

from typing import Any

from registers.models import Job
from tests.matrix.route import ALL, COUNTY, OWNER, PLACES, STAFF, VILLAGE_WRITERS, Route, row

# Whoever may change some register: a federation's secretary keeps his own rota.
CHANGERS = VILLAGE_WRITERS | {"lianjian"}
ROUTES = (
    Route("home", ALL),
    Route("search", ALL),
    Route("lookup", PLACES, args={"name": "villages"}),
    Route("town-book", CHANGERS),
    Route("town-book", CHANGERS, "post"),
    Route("api:town-book-export", CHANGERS),
    Route("api:town-book-import-workbook", CHANGERS, "post"),
    Route("merge", CHANGERS),
    Route("merge", CHANGERS, "post"),
    Route("api:merge-list", CHANGERS, "post"),
    *row("api:merge-detail", OWNER, "merges", OWNER),
    *row("api:merge-import-rows", OWNER, "merges", OWNER, "post"),
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


def put(stage: Any) -> None:
    """A merge of the clerk's."""
    merge = Job.objects.create(kind="registers.merge", title="合表", owner=stage.world.user("zhenjie"))
    stage.rows["merges"] = str(merge.pk)
