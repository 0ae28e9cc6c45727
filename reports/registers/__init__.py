"""Registers of reports/: assessment of villages and cadres."""

from reports.registers.items import ItemRegister
from reports.registers.lists import ListRegister
from reports.registers.results import MarkRegister, ResultRegister

REGISTERS = (ListRegister, ItemRegister, MarkRegister, ResultRegister)
