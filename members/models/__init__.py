"""Party organisations, people, subjects of points; schemes, claims, ledger and quarter closes."""

from members.models.claims import PointClaim, PointClaimStep
from members.models.closes import CloseChunk, CloseSubject, PointQuarter, PointScore, QuarterClose
from members.models.duties import DutyBoard, DutyContract, DutyItem, DutyList, DutyResult, DutyReview
from members.models.evidence import ClaimEvidence
from members.models.exchanges import CadreExchange, DelegatedItem, DelegatedStaff
from members.models.ledger import PointEntry
from members.models.objections import PointObjection
from members.models.organizations import PartyOrganization, Post
from members.models.people import NumberSeries, Person, RevealLog
from members.models.redemption import PointAccount, PointMovement, RewardGood
from members.models.samples import ClaimSample, QuarterFiling
from members.models.schemes import ClassBase, PointCategory, PointGrade, PointItem, PointScheme
from members.models.subjects import Placement, Subject
from members.models.training import Attendance, Talent, Training
from members.models.turnovers import Turnover

__all__ = [
    "Attendance",
    "CadreExchange",
    "ClaimEvidence",
    "ClaimSample",
    "ClassBase",
    "CloseChunk",
    "CloseSubject",
    "DelegatedItem",
    "DelegatedStaff",
    "DutyBoard",
    "DutyContract",
    "DutyItem",
    "DutyList",
    "DutyResult",
    "DutyReview",
    "NumberSeries",
    "PartyOrganization",
    "Person",
    "Placement",
    "PointAccount",
    "PointCategory",
    "PointClaim",
    "PointClaimStep",
    "PointEntry",
    "PointGrade",
    "PointItem",
    "PointMovement",
    "PointObjection",
    "PointQuarter",
    "PointScheme",
    "PointScore",
    "Post",
    "QuarterClose",
    "QuarterFiling",
    "RevealLog",
    "RewardGood",
    "Subject",
    "Talent",
    "Training",
    "Turnover",
]
