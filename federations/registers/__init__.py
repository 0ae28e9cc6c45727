"""Registers of federations/."""

from federations.registers.federations import FederationRegister
from federations.registers.memberships import MembershipRegister

REGISTERS = (FederationRegister, MembershipRegister)
