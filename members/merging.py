"""What goes along when villages are merged (P03): branches with their posts, people by their dates, open claims."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Model, Q

from lianjian import areacodes
from lianjian.periods import Period
from members.actions.placements import follow_placements
from members.models import (
    ClaimSample,
    PartyOrganization,
    Person,
    Placement,
    PointClaim,
    PointEntry,
    PointItem,
    PointMovement,
    PointObjection,
    PointScheme,
    QuarterClose,
    QuarterFiling,
    RevealLog,
    RewardGood,
    Subject,
)
from registers.errors import Invalid, WrongState
from registers.models.row import effective_on
from villages.movers import Merging, Moved, OpenItems, leaves_traces, register_mover, stays

REASON = "村居撤并"
WHOLE = "the county merges whole villages"


class Organizations(OpenItems):
    """Village branches go on in the successor, and so do the posts on them (河头店 kept 79 branches in 11 villages)."""

    def __init__(self) -> None:
        super().__init__(PartyOrganization, "党组织", village="area", open=_standing)

    def move(self, merging: Merging) -> Moved:
        names = Counter(
            PartyOrganization.objects.unscoped(WHOLE)
            .filter(area__in=[*merging.pairs, *merging.pairs.values()])
            .values_list("name", flat=True)
        )
        alike = [name for name, count in names.items() if count > 1]
        if alike:
            raise Invalid(f"合并后会有两个都叫“{alike[0]}”的党组织，请先给其中一个改名", field="rows")
        return super().move(merging)


def _standing(on: dt.date) -> Q:
    return Q(ended_on__isnull=True) | Q(ended_on__gt=on)


class Subjects:
    """Members, representatives and households: the stay that holds the day is cut there and goes on in the successor.

    Locked quarters keep the village their close was computed with (CloseSubject).
    """

    title = "积分对象"
    models: tuple[type[Model], ...] = (Placement, Subject)

    def move(self, merging: Merging) -> Moved:
        held = list(self._rows(merging.pairs).filter(effective_on(merging.on), valid_from__lt=merging.on))
        self._rows(merging.pairs).filter(pk__in=[row.pk for row in held]).update(valid_to=merging.on)
        begun = Placement.objects.bulk_create(
            (
                Placement(
                    subject_id=row.subject_id, village_id=merging.pairs[row.village_id],
                    organization_id=row.organization_id, valid_from=merging.on, valid_to=row.valid_to, reason=REASON,
                )
                for row in held
            ),
            batch_size=1000,
        )  # fmt: skip
        later = dict(self._rows(merging.pairs).filter(valid_from__gte=merging.on).values_list("pk", "village_id"))
        for successor, closed in merging.grouped(later.values()).items():
            self._rows(closed).filter(pk__in=later).update(village_id=successor)
        follow_placements()
        record = {
            "cut": [[old.pk, old.village_id, new.pk] for old, new in zip(held, begun, strict=True)],
            "later": [[pk, code] for pk, code in later.items()],
        }
        return Moved(Counter(row.village_id for row in held), record, self._notes(merging))

    def undo(self, merging: Merging, record: Any) -> None:
        self._refuse_after_close(merging)
        begun = Placement.objects.unscoped(WHOLE).in_bulk([new for _, _, new in record["cut"]])
        held = Placement.objects.unscoped(WHOLE).in_bulk([old for old, _, _ in record["cut"]])
        for old, code, new in record["cut"]:
            kept, stay = held.get(old), begun.get(new)
            if (
                kept is None
                or stay is None
                or (kept.valid_to, stay.village_id, stay.valid_from)
                != (
                    merging.on,
                    merging.pairs[code],
                    merging.on,
                )
            ):
                raise WrongState(f"撤并以后，“{merging.names[code]}”有人又补录过调动，不能撤回")
            kept.valid_to = stay.valid_to
        Placement.objects.unscoped(WHOLE).filter(pk__in=begun).delete()
        Placement.objects.unscoped(WHOLE).bulk_update(held.values(), ["valid_to"], batch_size=1000)
        for successor, closed in merging.grouped(code for _, code in record["later"]).items():
            for code in closed:
                keys = [pk for pk, before in record["later"] if before == code]
                self._rows([successor]).filter(pk__in=keys).update(village_id=code)
        follow_placements()

    def standing(self, codes: Collection[str], on: dt.date) -> Mapping[str, int]:
        open_now = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
        return Counter(self._rows(codes).filter(open_now).values_list("village_id", flat=True))

    def _rows(self, codes: Collection[str]) -> Any:
        return Placement.objects.unscoped(WHOLE).filter(village__in=list(codes)).order_by("pk")

    def _notes(self, merging: Merging) -> list[str]:
        closes = _closes_since(merging.on, next(iter(merging.pairs), ""))
        quarters = sorted(set(closes.values_list("quarter", flat=True)))
        if not quarters:
            return []
        labels = "、".join(Period.parse(quarter).label for quarter in quarters)
        return [f"{labels}已公示或审定，得分和名次仍按原村居，不重算"]

    def _refuse_after_close(self, merging: Merging) -> None:
        """A quarter computed with the successors and shown to people stands on the merge."""
        rows = _closes_since(merging.on, next(iter(merging.pairs), "")).filter(created_at__gt=merging.since)
        used = sorted(rows.values_list("quarter", flat=True))
        if used:
            raise WrongState(f"{Period.parse(used[-1]).label}已按撤并后的村居公示或审定，不能撤回")


_SHOWN = (QuarterClose.State.PUBLISHED, QuarterClose.State.LOCKED)


def _closes_since(on: dt.date, code: str) -> Any:
    """Published and locked closes of the village's county whose quarter had not ended by that day."""
    return QuarterClose.objects.unscoped(WHOLE).filter(
        area_id=code[: areacodes.LEVEL_LENGTHS["county"]], state__in=_SHOWN, quarter__gte=str(Period.of(on, "Q"))
    )


def plug_in() -> None:
    """From `AppConfig.ready()`. Decided claims and entries tell of the village of their day, and stay."""
    register_mover("members.organizations", Organizations(), order=10)
    register_mover("members.subjects", Subjects(), order=20)
    not_subjects = OpenItems(Person, "其他人员", village="area", open=lambda on: Q(subject__isnull=True))
    register_mover("members.people", not_subjects, order=30)
    open_claims = OpenItems(PointClaim, "办理中的积分申报", open=lambda on: Q(state__in=PointClaim.OPEN_STATES))
    register_mover("members.claims", open_claims, order=40)
    register_mover("members.goods", OpenItems(RewardGood, "兑换物品", village="area", rename="name"), order=50)
    stays("记的是发生之日所在的村居", PointEntry)
    stays("记的是办理之日所在的村居，余额随积分对象转入", PointMovement)
    leaves_traces(PointMovement, Q(kind__in=[PointMovement.Kind.MOVED_IN, PointMovement.Kind.MOVED_OUT]))
    stays("记的是查看之日所在的村居", RevealLog)
    stays("记的是公示时所在的村居", PointObjection)
    stays("属于县或镇街", QuarterClose, PointScheme, PointItem, ClaimSample, QuarterFiling)
