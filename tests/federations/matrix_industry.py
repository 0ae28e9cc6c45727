"""Who may do what with land, assets, workshops, sales, funds, public projects and investment."""

import datetime as dt
from typing import Any

from federations.models import (
    CropPlan,
    EnterpriseHelp,
    FundPackage,
    IdleAsset,
    InvestmentLead,
    InvestmentVisit,
    LandParcel,
    PublicProject,
    Sale,
    Workshop,
)  # fmt: skip
from tests.matrix.route import ECONOMY, STAFF, VILLAGE_WRITERS, faces
from tests.world import TOWN

OF_VILLAGES = tuple(
    route
    for slug in (
        "land-parcels",
        "crop-plans",
        "idle-assets",
        "workshops",
        "sales",
        "public-projects",
        "enterprise-help",
    )
    for route in faces(slug, ECONOMY, VILLAGE_WRITERS)
)
# A town's rows: a village's grant reaches none, so its clerk may write and finds nothing.
TOWN_WIDE = tuple(
    route
    for slug in ("fund-packages", "investment-leads", "investment-visits")
    for route in faces(slug, ECONOMY, VILLAGE_WRITERS, sees=STAFF | {"pianqu"})
)
INDUSTRY = (*OF_VILLAGES, *TOWN_WIDE)


def put_industry(stage: Any) -> None:
    """One row of each in the stage's village or town."""
    village = stage.rows["villages"]
    parcel = LandParcel.objects.create(village_id=village, name="村东连片地", area_mu=200, note="连片")
    rows = {
        "land-parcels": parcel,
        "crop-plans": CropPlan.objects.create(parcel=parcel, year=2026, crop="旱稻", note="两季"),
        "idle-assets": IdleAsset.objects.create(village_id=village, name="老村部"),
        "workshops": Workshop.objects.create(village_id=village, name="海贝手工坊"),
        "sales": Sale.objects.create(
            village_id=village, quarter="2026Q3", channel="commerce", product="牡蛎", note="网店"
        ),
        "public-projects": PublicProject.objects.create(village_id=village, name="主路硬化", kind="one_matter"),
        "enterprise-help": EnterpriseHelp.objects.create(
            village_id=village, enterprise_id=stage.rows["enterprises"], kind="jobs", matter="吸纳务工", note="常年"
        ),
        "fund-packages": FundPackage.objects.create(area_id=TOWN, year=2026, name="示范片区补助", source="county"),
        "investment-leads": InvestmentLead.objects.create(
            area_id=TOWN, name="牡蛎精深加工", found_on=dt.date(2026, 2, 18)
        ),
        "investment-visits": InvestmentVisit.objects.create(
            area_id=TOWN, on=dt.date(2026, 8, 20), kind="out", place="青岛", result="达成意向"
        ),
    }
    stage.rows |= {slug: row.pk for slug, row in rows.items()}
