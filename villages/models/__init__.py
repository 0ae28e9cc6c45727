"""Places and their figures."""

from villages.models.area import Area, AreaName
from villages.models.facts import TownFacts, VillageFacts
from villages.models.holdings import CollectiveAsset, CollectiveFund, CollectiveResource
from villages.models.merging import VillageMerge, VillageMergeLine
from villages.models.places import Facility, Specialty, VillagePhoto
from villages.models.village import Village

__all__ = [
    "Area", "AreaName", "CollectiveAsset", "CollectiveFund", "CollectiveResource", "Facility", "Specialty",
    "TownFacts", "Village", "VillageFacts", "VillageMerge", "VillageMergeLine", "VillagePhoto",
]  # fmt: skip
