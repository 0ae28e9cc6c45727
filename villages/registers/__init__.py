"""Registers of villages/: places, what is told of them year by year, what they own, and what stands in them."""

from villages.registers.facilities import FacilityRegister, SpecialtyRegister
from villages.registers.facts import TownFactsRegister, VillageFactsRegister
from villages.registers.holdings import AssetRegister, FundRegister, ResourceRegister
from villages.registers.merges import VillageMergeRegister
from villages.registers.places import VILLAGE, AreaRegister, VillageRegister, both_coordinates, ends_after_start

__all__ = ["REGISTERS", "VILLAGE", "both_coordinates", "ends_after_start"]

REGISTERS = (
    AreaRegister,
    VillageRegister,
    VillageFactsRegister,
    TownFactsRegister,
    FundRegister,
    AssetRegister,
    ResourceRegister,
    FacilityRegister,
    SpecialtyRegister,
    VillageMergeRegister,
)
