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
from villages.movers import Continued, OpenItems, register_mover, stays


def plug_in() -> None:
    """From `AppConfig.ready()`."""
    assets = Continued(CollectiveAsset, "集体资产", start="acquired_on", end="disposed_on", rename="name")
    register_mover("villages.assets", assets)
    register_mover("villages.resources", OpenItems(CollectiveResource, "集体资源", rename="name"))
    register_mover("villages.facilities", OpenItems(Facility, "设施", rename="name"))
    stays("那时的数字属于那时的村居", VillageFacts, TownFacts, CollectiveFund, Specialty)
    stays("拍的是那时的村居", VillagePhoto)
    stays("区划自己的记录", AreaName, VillageMerge, VillageMergeLine)
