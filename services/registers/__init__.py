"""Registers of services/: grids and the points where villagers are served."""

from services.registers.grids import GridRegister, grids_of_village
from services.registers.points import ServicePointRegister, points_of_village

__all__ = ["REGISTERS", "grids_of_village", "points_of_village"]

REGISTERS = (GridRegister, ServicePointRegister)
