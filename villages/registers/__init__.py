"""Registers of villages/: places, and what is told of them year by year."""

from villages.registers.facts import TownFactsRegister, VillageFactsRegister
from villages.registers.places import VILLAGE, AreaRegister, VillageRegister

__all__ = ["REGISTERS", "VILLAGE"]

REGISTERS = (AreaRegister, VillageRegister, VillageFactsRegister, TownFactsRegister)
