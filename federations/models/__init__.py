"""Federations of villages under one joint party organisation, and the economy that villages run together."""

from federations.models.alliances import FederationEnterprise, HelpTeam, VillageClass
from federations.models.cooperatives import Cooperative, CooperativeShare, CooperativeYear
from federations.models.dividends import Dividend, DividendLine
from federations.models.duty import DutyShift, DutySwap, Shift
from federations.models.enterprises import Enterprise
from federations.models.federation import Federation, FederationStep
from federations.models.funding import FundPackage, PublicProject
from federations.models.investment import EnterpriseHelp, InvestmentLead, InvestmentVisit
from federations.models.land import CropPlan, LandParcel
from federations.models.leadership import LeadershipPattern
from federations.models.membership import FederationVillage
from federations.models.planning import FoundingDraft, PlanningEvidence
from federations.models.plans import JointPlan, PlanItem, PlanOpinion
from federations.models.premises import Premises
from federations.models.projects import Project, ProjectContribution, ProjectQuarter, ProjectStep
from federations.models.revival import IdleAsset, Workshop
from federations.models.sales import Sale
from federations.models.supports import VillageSupport, WeakVillage

__all__ = [
    "Cooperative",
    "CooperativeShare",
    "CooperativeYear",
    "Dividend",
    "DividendLine",
    "CropPlan",
    "DutyShift",
    "DutySwap",
    "Enterprise",
    "EnterpriseHelp",
    "Federation",
    "FederationEnterprise",
    "FederationStep",
    "FederationVillage",
    "FoundingDraft",
    "FundPackage",
    "HelpTeam",
    "IdleAsset",
    "InvestmentLead",
    "InvestmentVisit",
    "JointPlan",
    "LandParcel",
    "LeadershipPattern",
    "PlanItem",
    "PlanOpinion",
    "PlanningEvidence",
    "Premises",
    "Project",
    "ProjectContribution",
    "ProjectQuarter",
    "ProjectStep",
    "PublicProject",
    "Sale",
    "Shift",
    "VillageClass",
    "VillageSupport",
    "WeakVillage",
    "Workshop",
]
