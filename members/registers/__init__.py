"""All registers of this app; one file a topic."""

from members.registers.contracts import DUTY_REGISTERS
from members.registers.exchanges import EXCHANGE_REGISTERS
from members.registers.objections import ObjectionRegister
from members.registers.organizations import ORGANIZATION_REGISTERS
from members.registers.people import PEOPLE_REGISTERS
from members.registers.redemption import REDEMPTION_REGISTERS
from members.registers.training import TRAINING_REGISTERS
from members.registers.turnovers import TURNOVER_REGISTERS

REGISTERS = (
    *PEOPLE_REGISTERS,
    *ORGANIZATION_REGISTERS,
    *EXCHANGE_REGISTERS,
    *TRAINING_REGISTERS,
    *TURNOVER_REGISTERS,
    ObjectionRegister,
    *REDEMPTION_REGISTERS,
    *DUTY_REGISTERS,
)

__all__ = ["REGISTERS"]
