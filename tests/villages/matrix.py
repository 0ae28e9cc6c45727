"""Who may do what at the addresses of villages/."""

from typing import Any

from tests.matrix.route import COUNTY, ECONOMY, PLACES, STAFF, VILLAGE_WRITERS, Route, faces, readings, row
from tests.villages.pictures import a_photo
from tests.villages.samples import make_merge
from tests.world import TOWN
from villages.actions.photos import add_photo
from villages.models import CollectiveAsset, CollectiveFund, CollectiveResource, Facility, Specialty

VILLAGE = "371083101223"  # where the stage's rows lie
REGISTERS = (
    *faces("areas", PLACES, COUNTY, sees=PLACES - {"lianjian"}),  # her federation is no area
    *faces("villages", PLACES, VILLAGE_WRITERS, new=False, delete=False),
    *faces("village-facts", PLACES, VILLAGE_WRITERS),
    *faces("town-facts", PLACES, VILLAGE_WRITERS, sees=STAFF | {"pianqu"}),  # a village's grant reaches no town
    *faces("collective-funds", ECONOMY, VILLAGE_WRITERS),
    *faces("collective-assets", ECONOMY, VILLAGE_WRITERS),
    *faces("collective-resources", ECONOMY, VILLAGE_WRITERS),
    *faces("facilities", PLACES, VILLAGE_WRITERS),
    *faces("specialties", PLACES, VILLAGE_WRITERS),
    *readings("village-merges", PLACES, sees=STAFF | {"pianqu"}),
    Route("village-merges:start", COUNTY),
    Route("village-merges:start", COUNTY, "post"),
    Route("api:village-merges-list", COUNTY, "post"),
    *row("village-merges:undo", COUNTY, "village-merges", STAFF | {"pianqu"}, "get", "post"),
    *row("api:village-merges-undo", COUNTY, "village-merges", STAFF | {"pianqu"}, "post"),
)
PHOTOS = (
    *row("villages:photos", PLACES, "villages", PLACES),
    *row("villages:photos", VILLAGE_WRITERS, "villages", PLACES, "post"),
    *row("photos:image", PLACES, "photos", PLACES),
    *row("photos:edit", VILLAGE_WRITERS, "photos", PLACES, "post"),
    *row("photos:delete", VILLAGE_WRITERS, "photos", PLACES, "post"),
    Route("api:village-photos-list", PLACES),
    Route("api:village-photos-list", VILLAGE_WRITERS, "post"),
    *row("api:village-photos-detail", PLACES, "photos", PLACES),
    *row("api:village-photos-detail", VILLAGE_WRITERS, "photos", PLACES, "delete"),
    *row("api:village-photos-image", PLACES, "photos", PLACES),
)
MAP = (
    Route("map", PLACES),
    Route("map-data", PLACES),
    *row("villages:place", VILLAGE_WRITERS, "villages", PLACES, "post"),
    *row("villages:sheet", PLACES, "villages", PLACES),
)
ROUTES = (*REGISTERS, *PHOTOS, *MAP)


def put(stage: Any) -> None:
    """One row of each register of the village on the stage."""
    rows = {
        "collective-funds": (
            CollectiveFund,
            {"quarter": "2026Q3", "kind": "bank", "name": "基本账户", "balance": 9000},
        ),
        "collective-assets": (CollectiveAsset, {"name": "村东厂房", "original_value": 9000}),
        "collective-resources": (CollectiveResource, {"name": "南滩", "kind": "beach", "area_mu": 140}),
        "facilities": (Facility, {"name": "村中心广场", "kind": "square"}),
        "specialties": (Specialty, {"name": "牡蛎", "year": 2026}),
    }
    for slug, (model, facts) in rows.items():
        stage.rows[slug] = model.objects.unscoped("test").create(village_id=VILLAGE, **facts).pk
    stage.rows["village-merges"] = make_merge(stage.world, TOWN, 1).pk
    clerk, village = stage.world.user("zhenjie"), stage.world.village(VILLAGE)
    stage.rows["photos"] = str(add_photo(by=clerk, village=village, upload=a_photo(), caption="村中心广场").pk)
