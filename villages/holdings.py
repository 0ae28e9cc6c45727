"""What a village owns, summed up for one page: funds of the newest quarter, assets and resources as of today."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from lianjian import clock
from lianjian.periods import Period
from villages.models import CollectiveAsset, CollectiveFund, CollectiveResource, Village
from villages.models.holdings import tenancy_on
from villages.models.rows import standing_on

ZERO = Decimal(0)


@dataclass(frozen=True)
class Holdings:
    """Money in yuan, land in mu. `quarter` is ready text, "" where no funds were ever reported."""

    quarter: str
    money: Decimal
    receivable: Decimal
    payable: Decimal
    assets: int
    assets_original: Decimal
    assets_net: Decimal
    assets_let: int
    assets_idle: int
    assets_rent: Decimal
    resources: Decimal
    resources_contracted: Decimal
    resources_rent: Decimal


def summary_of(user: Any, village: Village) -> Holdings:
    """As the indicators count (reports/indicators/assets.py): contracts by their dates, what is gone left out."""
    today = clock.today()
    funds = CollectiveFund.objects.visible_to(user).filter(village=village)
    quarter = funds.order_by("-quarter").values_list("quarter", flat=True).first()
    by_kind: dict[str, Decimal] = {}
    for kind, balance in funds.filter(quarter=quarter).values_list("kind", "balance"):
        by_kind[kind] = by_kind.get(kind, ZERO) + balance
    assets = CollectiveAsset.objects.visible_to(user).filter(village=village)
    assets = assets.filter(standing_on(today, "acquired_on", "disposed_on"))
    to_let = assets.exclude(use=CollectiveAsset.Use.OWN)
    let = to_let.filter(tenancy_on(today))
    resources = CollectiveResource.objects.visible_to(user).filter(standing_on(today), village=village)
    contracted = resources.filter(tenancy_on(today))
    sums = assets.aggregate(original=Sum("original_value"), net=Sum("net_value"))
    return Holdings(
        quarter=Period.parse(quarter).label if quarter else "",
        money=by_kind.get("cash", ZERO) + by_kind.get("bank", ZERO),
        receivable=by_kind.get("receivable", ZERO),
        payable=by_kind.get("payable", ZERO),
        assets=assets.count(),
        assets_original=sums["original"] or ZERO,
        assets_net=sums["net"] or ZERO,
        assets_let=let.count(),
        assets_idle=to_let.count() - let.count(),
        assets_rent=_sum(let, "yearly_rent"),
        resources=_sum(resources, "area_mu"),
        resources_contracted=_sum(contracted, "area_mu"),
        resources_rent=_sum(contracted, "yearly_rent"),
    )


def _sum(rows: Any, field: str) -> Decimal:
    return rows.aggregate(total=Sum(field))["total"] or ZERO
