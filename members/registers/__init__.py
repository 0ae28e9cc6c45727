"""All registers of this app; one file a topic."""

from members.registers.people import PEOPLE_REGISTERS

REGISTERS = (*PEOPLE_REGISTERS,)

__all__ = ["REGISTERS"]
