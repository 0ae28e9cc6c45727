"""What goes along of this app's own rows when villages are merged (P03)."""

from villages.models import (
    AreaName,
    CollectiveAsset,
    CollectiveFund,
    CollectiveResource,
    Facility,
    Specialty,
    TownFacts,
    VillageFacts,
    VillageMerge,
    VillageMergeLine,
    VillagePhoto,
)
from villages.movers import Continued, register_mover, stays


def plug_in() -> None:
    """From `AppConfig.ready()`."""
    assets = Continued(CollectiveAsset, "集体资产", start="acquired_on", end="disposed_on", rename="name")
    register_mover("villages.assets", assets)
    resources = Continued(CollectiveResource, "集体资源", start="valid_from", end="valid_to", rename="name")
    register_mover("villages.resources", resources)
    facilities = Continued(Facility, "设施", start="valid_from", end="valid_to", rename="name")
    register_mover("villages.facilities", facilities)
    stays("那时的数字属于那时的村居", VillageFacts, TownFacts, CollectiveFund, Specialty)
    stays("拍的是那时的村居", VillagePhoto)
    stays("区划自己的记录", AreaName, VillageMerge, VillageMergeLine)
