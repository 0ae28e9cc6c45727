"""Federations of villages under one joint party organisation."""

from federations.models.enterprises import Enterprise
from federations.models.federation import Federation, FederationStep
from federations.models.membership import FederationVillage

__all__ = ["Enterprise", "Federation", "FederationStep", "FederationVillage"]
