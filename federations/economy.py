"""Where the economy plugs into the house: pages of villages and federations, and what goes along in a merge."""

import datetime as dt

from django.db.models import Q

from federations.models import (
    Cooperative,
    CooperativeShare,
    Dividend,
    DividendLine,
    Enterprise,
    Project,
    ProjectContribution,
)
from federations.panels_economy import dividends_booked, dividends_of_village
from federations.registers.cooperatives import cooperatives_of_village
from federations.registers.projects import projects_of_federation, projects_of_village
from registers.register import add_notices, add_related
from villages.movers import Continued, OpenItems, register_mover, stays


def _in_the_books(on: dt.date) -> Q:
    return Q(ended_on__isnull=True) | Q(ended_on__gt=on)


def plug() -> None:
    """Called from `AppConfig.ready()`."""
    add_related("villages", projects_of_village)
    add_related("villages", dividends_of_village)
    add_related("villages", cooperatives_of_village)
    add_related("federations", projects_of_federation)
    add_notices("village-facts", dividends_booked)

    dated = {"start": "valid_from", "end": "valid_to"}
    register_mover("federations.enterprises", OpenItems(Enterprise, "企业", village="area", rename="name"))
    cooperatives = OpenItems(Cooperative, "合作社", village="area", open=_in_the_books, rename="name")
    register_mover("federations.cooperatives", cooperatives)
    register_mover("federations.shares", Continued(CooperativeShare, "合作社持股", **dated))
    register_mover("federations.contributions", Continued(ProjectContribution, "项目投入", **dated))
    stays("属于镇街或县", Project)
    stays("分给了那时的村居", Dividend, DividendLine)
