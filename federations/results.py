"""What a joint project has brought and given away: the sums behind its page, its dividends and its notices.

Once and never twice (docs/adr/0008): what was distributed stands in the villages' own books, so that only the rest of
a project's result may be added to the villages' income.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from federations.models import Dividend, DividendLine, Project, ProjectContribution, ProjectQuarter
from registers.models.row import effective_on

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Result:
    """Yuan, of all quarters so far: actual income and cost, and dividends that stand (none reversed)."""

    income: Decimal
    cost: Decimal
    distributed: Decimal

    @property
    def earned(self) -> Decimal:
        """累计结余: income − cost."""
        return self.income - self.cost

    @property
    def undistributed(self) -> Decimal:
        """未分配收益: what was earned and not distributed; negative where more was given than earned."""
        return self.earned - self.distributed


def standing(rows: QuerySet[Dividend]) -> QuerySet[Dividend]:
    """Dividends that count: neither a reversal nor reversed."""
    reversals = Dividend.objects.unscoped("whether a dividend stands is asked of its own row").filter(
        reverses=OuterRef("pk")
    )
    return rows.filter(~Exists(reversals), reverses__isnull=True)


def result_of(project: Project) -> Result:
    """The project's sums. The caller was allowed to see the project."""
    quarters = ProjectQuarter.objects.unscoped("the project was checked by the caller").filter(project=project)
    sums = quarters.aggregate(income=Sum("income"), cost=Sum("cost"))
    dividends = standing(Dividend.objects.unscoped("the project was checked by the caller").filter(project=project))
    distributed = dividends.aggregate(total=Sum("amount"))["total"]
    return Result(sums["income"] or NOTHING, sums["cost"] or NOTHING, distributed or NOTHING)


def shares_on(project: Project, basis: str, on: dt.date) -> dict[str, Decimal]:
    """The share of each village on a day by a basis: agreed shares, yuan put in, or mu of land."""
    rows = ProjectContribution.objects.unscoped("the action checks who may distribute").filter(
        effective_on(on), project=project
    )
    shares: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows.order_by("village_id"):
        shares[row.village_id] += {
            Dividend.Basis.SHARES: row.shares, Dividend.Basis.MONEY: row.money, Dividend.Basis.LAND: row.land,
        }[Dividend.Basis(basis)]  # fmt: skip
    return dict(shares)


def usual_basis(project: Project, on: dt.date) -> str:
    """The basis to offer first: agreed shares, else money, else land; the first where any village has some."""
    return next((basis for basis in Dividend.Basis.values if any(shares_on(project, basis, on).values())), "shares")


def lines_of(rows: QuerySet[DividendLine]) -> QuerySet[DividendLine]:
    """Lines of dividends that count."""
    reversals = Dividend.objects.unscoped("whether a dividend stands is asked of its own row").filter(
        reverses=OuterRef("dividend_id")
    )
    return rows.filter(~Exists(reversals), dividend__reverses__isnull=True)


def received(codes: Iterable[str], user: Any) -> dict[tuple[str, int], Decimal]:
    """Dividends that villages were given, by (code, year), as far as the user may see them."""
    rows = lines_of(DividendLine.objects.visible_to(user).filter(Q(village__in=list(codes))))
    sums = rows.values_list("village_id", "dividend__on__year").annotate(total=Sum("amount")).order_by()
    return {(code, year): total for code, year, total in sums}
