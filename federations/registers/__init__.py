"""Registers of federations/: federations and their villages; the economy that villages run together."""

from federations.registers.cooperatives import (
    CooperativeRegister,
    CooperativeShareRegister,
    CooperativeYearRegister,
)
from federations.registers.dividends import DividendRegister
from federations.registers.duty import DutyRegister, SwapRegister
from federations.registers.enterprises import EnterpriseRegister
from federations.registers.federations import FederationRegister
from federations.registers.funding import FundPackageRegister, PublicProjectRegister
from federations.registers.investment import EnterpriseHelpRegister, InvestmentLeadRegister, InvestmentVisitRegister
from federations.registers.land import CropPlanRegister, LandParcelRegister
from federations.registers.memberships import MembershipRegister
from federations.registers.organising import (
    EvidenceRegister,
    FederationEnterpriseRegister,
    HelpTeamRegister,
    PatternRegister,
    VillageClassRegister,
)
from federations.registers.plans import JointPlanRegister, OpinionRegister, PlanItemRegister
from federations.registers.premises import PremisesRegister
from federations.registers.projects import ContributionRegister, ProjectQuarterRegister, ProjectRegister
from federations.registers.revival import IdleAssetRegister, WorkshopRegister
from federations.registers.sales import SaleRegister
from federations.registers.supports import VillageSupportRegister, WeakVillageRegister

INDUSTRY = (
    LandParcelRegister,
    CropPlanRegister,
    IdleAssetRegister,
    WorkshopRegister,
    SaleRegister,
    FundPackageRegister,
    PublicProjectRegister,
    InvestmentLeadRegister,
    InvestmentVisitRegister,
    EnterpriseHelpRegister,
)
REGISTERS = (
    FederationRegister,
    MembershipRegister,
    EvidenceRegister,
    PatternRegister,
    FederationEnterpriseRegister,
    VillageClassRegister,
    HelpTeamRegister,
    PremisesRegister,
    DutyRegister,
    SwapRegister,
    WeakVillageRegister,
    VillageSupportRegister,
    JointPlanRegister,
    PlanItemRegister,
    OpinionRegister,
    EnterpriseRegister,
    CooperativeRegister,
    CooperativeShareRegister,
    CooperativeYearRegister,
    ProjectRegister,
    ContributionRegister,
    ProjectQuarterRegister,
    DividendRegister,
    *INDUSTRY,
)
