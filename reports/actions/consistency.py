"""Whether what is kept twice is equal: the rollup and its sources, copies of placements and of federations."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q

from federations.models import Federation, FederationVillage
from lianjian import areacodes, clock
from lianjian.periods import Period
from members.models import Placement, Subject
from registers.models.row import effective_on
from registers.scope import Scope
from reports.actions.outbox import known_periods
from reports.actions.rollup import refresh_period
from reports.models import IndicatorValue
from reports.queries.rollup import waiting

SHOWN = 20  # differences told of each check
_FIELDS = ("place_kind", "place_key", "period", "indicator", "numerator", "denominator")


def differences(county: str) -> Iterator[str]:
    """What is not equal, in words, at most `SHOWN` of each kind. Changes nothing."""
    if waiting(county):
        yield f"还有 {waiting(county)} 处变更没有汇总，先等几秒，或运行 refresh_indicators"
    for period in known_periods(county):
        yield from _rollup(county, period)
    yield from _placements(county)
    yield from _memberships(county)


def _rollup(county: str, period: Period) -> Iterator[str]:
    """Recompute inside a transaction that is taken back, and compare."""
    with transaction.atomic():
        kept = _values(county, period)
        refresh_period(county, period)
        right = _values(county, period)
        transaction.set_rollback(True)
    wrong = sorted(set(kept.items()) ^ set(right.items()), key=str)
    for (kind, key, indicator), _ in wrong[:SHOWN]:
        before, after = (found.get((kind, key, indicator)) for found in (kept, right))
        yield f"指标 {indicator} {kind} {key} {period}：汇总表为 {_parts(before)}，重新计算为 {_parts(after)}"


def _values(county: str, period: Period) -> dict[tuple[str, str, str], tuple[Any, Any]]:
    low, high = areacodes.subtree(county)
    above = areacodes.ancestors(county)
    inside = Federation.objects.within(Scope.area(county), "consistency check")
    keys = [str(pk) for pk in inside.values_list("pk", flat=True)]
    rows = IndicatorValue.objects.unscoped("consistency check of a county").filter(
        Q(place_key__gte=low, place_key__lt=high)
        | Q(place_key__in=above, place_kind__in=["city", "province"])
        | Q(place_kind="federation", place_key__in=keys),
        period=str(period),
    )
    return {
        (kind, key, indicator): (numerator, denominator)
        for kind, key, _, indicator, numerator, denominator in rows.values_list(*_FIELDS)
    }


def _parts(parts: tuple[Any, Any] | None) -> str:
    if parts is None:
        return "无"
    return str(parts[0]) if parts[1] is None else f"{parts[0]} / {parts[1]}"


def _placements(county: str) -> Iterator[str]:
    """Subjects repeat the village and branch of today's placement."""
    placements = Placement.objects.unscoped("consistency check").filter(effective_on(clock.today()))
    today = {
        subject: (village, organization)
        for subject, village, organization in placements.values_list("subject_id", "village_id", "organization_id")
    }
    subjects = Subject.objects.within(Scope.area(county), "consistency check").filter(is_active=True)
    found = 0
    for pk, number, village, organization in subjects.values_list("pk", "number", "village_id", "organization_id"):
        if pk in today and today[pk] != (village, organization):
            found += 1
            if found <= SHOWN:
                yield f"积分对象 {number}：现所在村居或党支部与所在记录不一致"


def _memberships(county: str) -> Iterator[str]:
    """Memberships repeat whether their federation is primary, and whether it counts."""
    rows = FederationVillage.objects.within(Scope.area(county), "consistency check").select_related("federation")
    unfinished = (Federation.Status.PLANNED, Federation.Status.REVIEWED)
    wrong = [
        row
        for row in rows.order_by("pk")
        if row.primary != row.federation.is_primary or row.holds_slot == (row.federation.status in unfinished)
    ]
    for row in wrong[:SHOWN]:
        yield f"联建成员村 {row.village_id}：类别或生效标记与联建单位“{row.federation}”不一致"
