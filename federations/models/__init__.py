"""Federations of villages under one joint party organisation."""

from federations.models.alliances import FederationEnterprise, HelpTeam, VillageClass
from federations.models.duty import DutyShift, DutySwap, Shift
from federations.models.enterprises import Enterprise
from federations.models.federation import Federation, FederationStep
from federations.models.leadership import LeadershipPattern
from federations.models.membership import FederationVillage
from federations.models.planning import FoundingDraft, PlanningEvidence
from federations.models.plans import JointPlan, PlanItem, PlanOpinion
from federations.models.premises import Premises
from federations.models.supports import VillageSupport, WeakVillage

__all__ = [
    "DutyShift",
    "DutySwap",
    "Enterprise",
    "Federation",
    "FederationEnterprise",
    "FederationStep",
    "FederationVillage",
    "FoundingDraft",
    "HelpTeam",
    "JointPlan",
    "LeadershipPattern",
    "PlanItem",
    "PlanOpinion",
    "PlanningEvidence",
    "Premises",
    "Shift",
    "VillageClass",
    "VillageSupport",
    "WeakVillage",
]
