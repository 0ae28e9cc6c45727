"""Federations of villages under one joint party organisation."""

from federations.models.federation import Federation, FederationStep
from federations.models.membership import FederationVillage

__all__ = ["Federation", "FederationStep", "FederationVillage"]
