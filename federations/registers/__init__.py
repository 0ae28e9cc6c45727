"""Registers of federations/: federations and their villages; the economy that villages run together."""

from federations.registers.enterprises import EnterpriseRegister
from federations.registers.federations import FederationRegister
from federations.registers.memberships import MembershipRegister

REGISTERS = (FederationRegister, MembershipRegister, EnterpriseRegister)
