"""Who may do what at the addresses of the economy: enterprises, co-operatives, projects, dividends."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from federations.actions.dividends import distribute_dividend
from federations.models import (
    Cooperative,
    CooperativeShare,
    CooperativeYear,
    Enterprise,
    Project,
    ProjectContribution,
    ProjectQuarter,
)
from tests.matrix.route import ECONOMY, VILLAGE_WRITERS, WRITERS, Route, faces, readings, row


def of_town(routes: Iterable[Route]) -> Iterator[Route]:
    """Who may change rows somewhere gets to the faces without a row; this very row is changed by the town alone."""
    for route in routes:
        yield replace(route, may=route.may - {"cunji"}) if route.row and route.may == VILLAGE_WRITERS else route


ECONOMY_REGISTERS = (
    *faces("enterprises", ECONOMY, VILLAGE_WRITERS),
    *faces("cooperatives", ECONOMY, VILLAGE_WRITERS),
    *faces("cooperative-shares", ECONOMY, VILLAGE_WRITERS),
    *faces("cooperative-years", ECONOMY, VILLAGE_WRITERS),
    # A project is its leading town's: the village's clerk sees it through what his village puts in.
    *(
        route
        for slug in ("projects", "project-contributions", "project-quarters")
        for route in of_town(faces(slug, ECONOMY, VILLAGE_WRITERS))
    ),
)
DISTRIBUTION = {"amount": "100", "on": "2026-11-01", "basis": "shares", "note": "年度分红"}
ECONOMY_STEPS = (
    *row("projects:step", WRITERS, "projects", ECONOMY, "get", "post", query="?to=ended"),
    *row("projects:distribute", WRITERS, "projects", ECONOMY, "get", "post", given=DISTRIBUTION),
    *row("api:projects-distribute", WRITERS, "projects", ECONOMY, "post", given=DISTRIBUTION),
    *readings("dividends", ECONOMY),
    *row("dividends:reverse", WRITERS, "dividends", ECONOMY, "get", "post", given={"reason": "金额有误"}),
    *row("api:dividends-reverse", WRITERS, "dividends", ECONOMY, "post", given={"reason": "金额有误"}),
)
ECONOMY_ROUTES = (*ECONOMY_REGISTERS, *ECONOMY_STEPS)


def put_economy(stage: Any) -> None:
    """Rows of the economy in the stage's village."""
    village, rows, day = stage.rows["villages"], stage.rows, dt.date(2026, 2, 1)
    rows["enterprises"] = Enterprise.objects.create(name="锅上果品公司", area_id=village, note="骨干企业").pk
    coop = Cooperative.objects.create(name="锅上果品专业合作社", kind="village_coop", area_id=village, note="支部领办")
    rows["cooperatives"] = coop.pk
    share = {"cooperative": coop, "village_id": village, "shares": 400, "valid_from": day, "note": "果园"}
    rows["cooperative-shares"] = CooperativeShare.objects.create(holder_kind="village", **share).pk
    rows["cooperative-years"] = CooperativeYear.objects.create(cooperative=coop, year=2026, note="预计").pk
    project = Project.objects.create(
        name="锅上大棚", kind="planting", state="running", area_id=village[:9], federation_id=rows["federations"],
        started_on=day,
    )  # fmt: skip
    rows["projects"] = project.pk
    contribution = ProjectContribution.objects.create(
        project=project, village_id=village, cash=50_000, shares=50, valid_from=day, note="现金"
    )
    rows["project-contributions"] = contribution.pk
    rows["project-quarters"] = ProjectQuarter.objects.create(project=project, quarter="2026Q3", note="首季").pk
    dividend = distribute_dividend(
        by=stage.world.user("xianji"), project=project, amount=Decimal(100), on=day, basis="shares", note="首次"
    )
    rows["dividends"] = dividend.pk
