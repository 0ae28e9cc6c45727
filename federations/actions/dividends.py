"""Distributing a project's result to its villages, and taking a distribution back (P27)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from federations.actions.projects import locked, require
from federations.models import Dividend, DividendLine, Project
from federations.results import Result, result_of, shares_on
from federations.splitting import Part, split
from lianjian import clock
from registers.errors import Invalid, WrongState

MOST = Decimal(10) ** 12  # as many yuan as the column holds
LEAST_REASON = 4


@dataclass(frozen=True)
class Preview:
    """What a distribution would be: the parts by code, and the project's sums before it."""

    parts: list[Part]
    result: Result
    amount: Decimal

    @property
    def beyond(self) -> Decimal:
        """By how much the amount exceeds what is left to distribute; zero where it does not."""
        return max(self.amount - max(self.result.undistributed, Decimal(0)), Decimal(0))

    @property
    def warning(self) -> str:
        if not self.beyond:
            return ""
        return (
            f"项目累计结余 {self.result.earned:,.2f} 元，已分红 {self.result.distributed:,.2f} 元，"
            f"这次多出 {self.beyond:,.2f} 元。确需分配的，请在说明里写明理由"
        )


def preview_dividend(*, by: Any, project: Project, amount: Decimal, on: dt.date, basis: str) -> Preview:
    """The same checks and sums as `distribute_dividend`, without writing. Raises what it raises."""
    require(by=by, project=project)
    if project.state not in (Project.State.RUNNING, Project.State.ENDED):
        raise WrongState(f"“{project.name}”还在{project.get_state_display()}，运营以后才能分红")
    if on > clock.today():
        raise Invalid("分红日期不能晚于今天", field="on")
    if project.started_on and on < project.started_on:
        raise Invalid(f"分红日期不能早于实际开工日期 {project.started_on}", field="on")
    if basis not in Dividend.Basis.values:
        raise Invalid(f"分配依据可选：{'、'.join(Dividend.Basis.labels)}", field="basis")
    if not amount.is_finite() or abs(amount) >= MOST:
        raise Invalid("金额太大，请核对单位是不是元", field="amount")
    return Preview(split(amount, shares_on(project, basis, on)), result_of(project), amount)


@transaction.atomic
def distribute_dividend(
    *, by: Any, project: Project, amount: Decimal, on: dt.date, basis: str, note: str = "", after: int | None = None
) -> Dividend:
    """Split `amount` (yuan; negative: a loss is shared) over the villages' shares of that day, and keep it.

    `after` is the newest dividend that the person had seen (0: none): where another was added meanwhile, nothing is
    done, so that a form sent twice distributes once. More than is left to distribute needs a note (P06: it warns and
    asks why). Raises NotFound, NotAllowed, WrongState, Invalid.
    """
    require(by=by, project=project)
    project = locked(project)
    if after is not None and newest(project) != after:
        raise WrongState("刚刚已有一次分红，请回到项目页面核对后再办")
    found = preview_dividend(by=by, project=project, amount=amount, on=on, basis=basis)
    if found.warning and not note.strip():
        raise Invalid(found.warning, field="note")
    dividend = Dividend.objects.create(
        project=project, amount=amount, on=on, basis=basis, note=note.strip()[:200], by=by
    )  # fmt: skip
    DividendLine.objects.bulk_create(
        DividendLine(dividend=dividend, village_id=part.code, share=part.share, amount=part.amount, cent=part.cent)
        for part in found.parts
    )
    return dividend


@transaction.atomic
def reverse_dividend(*, by: Any, dividend: Dividend, reason: str) -> Dividend:
    """Take a dividend back, once: the same lines negated, dated today. Neither of the two counts any more.

    Raises NotFound, NotAllowed, Invalid, WrongState.
    """
    require(by=by, project=dividend.project)
    locked(dividend.project)
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid(f"请写明冲销的原因，至少 {LEAST_REASON} 个字", field="reason")
    if dividend.reverses_id is not None:
        raise WrongState("这是一次冲销，不能再冲销；需要的话请重新分红")
    reversals = Dividend.objects.unscoped("the project was checked above").filter(reverses=dividend)
    if reversals.exists():
        raise WrongState("这次分红已经冲销过了")
    made = Dividend.objects.create(
        project_id=dividend.project_id, amount=-dividend.amount, on=max(clock.today(), dividend.on),
        basis=dividend.basis, note=reason.strip()[:200], reverses=dividend, by=by,
    )  # fmt: skip
    lines = DividendLine.objects.unscoped("the project was checked above").filter(dividend=dividend)
    DividendLine.objects.bulk_create(
        DividendLine(dividend=made, village_id=line.village_id, share=line.share, amount=-line.amount, cent=-line.cent)
        for line in lines.order_by("village_id")
    )
    return made


def newest(project: Project) -> int:
    """The number of the project's newest dividend or reversal; 0 before the first."""
    rows = Dividend.objects.unscoped("the caller was allowed to see the project").filter(project=project)
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0
