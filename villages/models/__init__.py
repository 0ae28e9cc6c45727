"""Places and their figures."""

from villages.models.area import Area, AreaName
from villages.models.facts import TownFacts, VillageFacts
from villages.models.village import Village

__all__ = ["Area", "AreaName", "TownFacts", "Village", "VillageFacts"]
