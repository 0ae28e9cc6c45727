"""抽查 and 备案: the county draws approved claims of a quarter, judges each, and files the quarter town by town."""

import secrets
from typing import Any

from django.db import transaction
from django.db.models import CharField, F, Value, Window
from django.db.models.functions import MD5, Cast, Concat, Left, RowNumber
from django.utils import timezone

from lianjian import areacodes, periods
from members.models import ClaimSample, PointClaim, PointEntry, QuarterFiling
from members.queries.point_samples import unreversed_problems
from registers.errors import Invalid, NotAllowed, NotFound, WrongState
from registers.scope import Scope
from villages.models import Area

RIGHT = "closes.run"
REFUSED = "抽查和备案由县委组织部办理"
MOST = 200  # drawn of one town at once
Outcome = ClaimSample.Outcome


@transaction.atomic
def draw(*, by: Any, county: str, quarter: str, size: int, seed: int | None = None) -> list[ClaimSample]:
    """Draw `size` approved claims of each town that settle in the quarter and were neither drawn before nor taken back
    (fewer where there are fewer), nothing of a town whose quarter is filed. The same seed draws the same. Two queries
    however many towns. Raises Invalid (also for what is no county within reach), NotAllowed.
    """
    if not by.can(RIGHT):
        raise NotAllowed(REFUSED)
    areas = Area.objects.unscoped("the right is checked").filter(pk=county, level=Area.Level.COUNTY)
    if not by.scope_for(RIGHT).covers(county) or not areas.exists():
        raise Invalid("没有找到这个县（市、区），请核对代码", field="area_code")
    quarter = _quarter(quarter)
    if not 1 <= size <= MOST:
        raise Invalid(f"每个镇街抽 1–{MOST} 条，现在是 {size}", field="size")
    seed = secrets.randbelow(2**31) if seed is None else seed
    # One drawing at a time in a county: the area's row is the lock.
    Area.objects.unscoped("the right was checked").select_for_update().get(pk=county)
    rows = PointClaim.objects.unscoped("the right was checked").filter(
        PointClaim.in_scope(Scope.area(county)), settle_quarter=quarter, sample__isnull=True
    )
    entries = PointEntry.objects.unscoped("the right was checked").filter(settle_quarter=quarter)
    undone = entries.filter(reverses__isnull=False).values("reverses")
    rows = rows.exclude(pk__in=entries.filter(pk__in=undone).values("claim"))
    filed = QuarterFiling.objects.unscoped("the right was checked").filter(quarter=quarter)
    town = Left(Cast("village_id", CharField()), areacodes.LEVEL_LENGTHS["town"])
    shuffled = MD5(Concat(Value(f"{seed}:"), Cast("pk", CharField())))
    numbered = (
        rows.annotate(town_code=town)
        .exclude(town_code__in=filed.values("town"))
        .annotate(place=Window(RowNumber(), partition_by=[town], order_by=[shuffled, F("pk")]))
    )
    drawn = numbered.filter(place__lte=size).order_by("town_code", "place").values_list("pk", "town_code")
    return ClaimSample.objects.bulk_create(
        ClaimSample(town_id=code, quarter=quarter, claim_id=pk, seed=seed, drawn_by=by) for pk, code in drawn
    )


@transaction.atomic
def judge(*, by: Any, sample: ClaimSample, outcome: str, note: str = "") -> ClaimSample:
    """属实 or 有问题 (with what is wrong); once. Nobody judges what he declared or checked himself.

    Raises NotFound, NotAllowed, WrongState where it is judged, Invalid.
    """
    visible = ClaimSample.objects.visible_to(by).filter(pk=sample.pk)
    found = visible.select_related("claim").select_for_update(of=("self",)).first()
    if found is None:
        raise NotFound
    _require_county(by, areacodes.county_of(found.town_id))
    if found.outcome != Outcome.PENDING:
        raise WrongState(f"这一条已经核查：{found.get_outcome_display()}")
    if found.claim.declared_by_id == by.pk or found.claim.steps.filter(by=by.pk).exists():
        raise NotAllowed("这一条您申报或办理过，要由另一位同志核查")
    if outcome not in (Outcome.TRUE, Outcome.PROBLEM):
        raise Invalid("请选择“属实”或“有问题”", field="outcome")
    if outcome == Outcome.PROBLEM and not note.strip():
        raise Invalid("有问题的请写明是什么问题", field="note")
    found.outcome, found.note = outcome, note.strip()[:200]
    found.checked_by, found.checked_at = by, timezone.now()
    found.save(update_fields=["outcome", "note", "checked_by", "checked_at"])
    return found


@transaction.atomic
def file_quarter(*, by: Any, town: str, quarter: str) -> QuarterFiling:
    """备案 of a town's quarter, once every drawn claim is judged and those with a problem are reversed.

    Raises Invalid for an unknown town, NotAllowed, WrongState where something is left to do or it is filed.
    """
    quarter = _quarter(quarter)
    area = Area.objects.unscoped("the right is checked").filter(pk=town, level=Area.Level.TOWN).first()
    if area is None:
        raise Invalid("没有找到这个镇街，请核对代码", field="town_code")
    _require_county(by, areacodes.county_of(town))
    # The county's row too, which drawing locks: nothing is drawn between the counting below and the filing.
    for code in (areacodes.county_of(town), town):
        Area.objects.unscoped("the right was checked").select_for_update().get(pk=code)
    if QuarterFiling.objects.unscoped("of that town").filter(town=town, quarter=quarter).exists():
        raise WrongState(f"{area.name}{periods.parse_quarter(quarter).label}已经备案")
    samples = ClaimSample.objects.unscoped("of that town").filter(town=town, quarter=quarter)
    if pending := samples.filter(outcome=Outcome.PENDING).count():
        raise WrongState(f"{area.name}还有 {pending} 条抽查没有核查，查完再备案")
    if not samples.exists():
        raise WrongState(f"{area.name}这个季度还没有抽查，先抽查再备案")
    if left := unreversed_problems(samples):
        raise WrongState(f"{area.name}有 {left} 条有问题的积分还没有冲销，冲销后再备案")
    return QuarterFiling.objects.create(town=area, quarter=quarter, filed_by=by)


def _require_county(by: Any, county: str) -> None:
    if not by.scope_for(RIGHT).covers(county):
        raise NotAllowed(REFUSED)


def _quarter(text: str) -> str:
    try:
        return str(periods.parse_quarter(text))
    except ValueError as error:
        raise Invalid("请选择季度", field="quarter") from error


__all__ = ["draw", "file_quarter", "judge"]
