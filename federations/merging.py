"""What becomes of memberships when villages are merged (P03): they end that day, and the successor joins where that
is one decision and not two.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Model, Q

from federations.actions.conflicts import conflicts_explained
from federations.actions.founding import role_for
from federations.actions.steps import add_step
from federations.models import (
    EnterpriseHelp,
    Federation,
    FederationVillage,
    FundPackage,
    IdleAsset,
    InvestmentLead,
    InvestmentVisit,
    LandParcel,
    PlanItem,
    PublicProject,
    Sale,
    VillageClass,
    VillageSupport,
    WeakVillage,
    Workshop,
)
from federations.queries import UNFINISHED
from registers.errors import WrongState
from villages.models import Village
from villages.movers import Continued, Merging, Moved, OpenItems, register_mover, stays

WHOLE = "the county merges whole villages"
Role = FederationVillage.Role
_WEIGHT = {Role.CENTRE: 3, Role.STRONG: 2, Role.COMMUNITY: 1, Role.MEMBER: 1}


class Memberships:
    """A successor takes its predecessors' place in a federation, with the weightiest of their roles.

    Where predecessors come from two primary federations, none is chosen: the successor joins by the usual way.
    """

    title = "联建成员关系"
    models: tuple[type[Model], ...] = (FederationVillage,)

    def move(self, merging: Merging) -> Moved:
        held = self._held(merging.pairs, merging.on)
        ended = [row for row in held if row.valid_from < merging.on]
        later = [row for row in held if row.valid_from >= merging.on]
        begun: list[int] = []
        notes: list[str] = []
        record = {
            "ended": [[row.pk, row.village_id, row.valid_to and row.valid_to.isoformat()] for row in ended],
            "later": [[row.pk, row.village_id] for row in later],
            "begun": begun,
        }
        rows = FederationVillage.objects.unscoped(WHOLE)
        rows.filter(pk__in=[row.pk for row in ended]).update(valid_to=merging.on)
        for row in later:
            with conflicts_explained(by=merging.by, codes=[merging.pairs[row.village_id]], federation=row.federation):
                rows.filter(pk=row.pk).update(village_id=merging.pairs[row.village_id])
        for successor in sorted(set(merging.pairs.values())):
            joins, said = self._joins(
                successor, [row for row in ended if merging.pairs[row.village_id] == successor], merging
            )
            begun += [row.pk for row in joins]
            notes += said
        self._tell(ended, merging)
        return Moved(Counter(row.village_id for row in held), record, notes)

    def _joins(
        self, successor: str, left: list[FederationVillage], merging: Merging
    ) -> tuple[list[FederationVillage], list[str]]:
        already = self._held([successor], merging.on)
        there = {row.federation_id for row in already}
        primary = {row.federation_id for row in (*already, *left) if row.primary and row.holds_slot}
        name = merging.names[successor]
        notes = []
        if len(primary) > 1:
            rows = [row for row in (*already, *left) if row.federation_id in primary]
            named = "、".join(dict.fromkeys(f"“{row.federation.name}”" for row in rows))
            stays = next((row.federation.name for row in already if row.federation_id in primary), "")
            notes.append(
                f"“{name}”的原村居分属{named}，撤并后"
                + (f"留在“{stays}”" if stays else "哪个都没有加入，请另行办理加入")
            )
        wanted: dict[int, FederationVillage] = {}
        for row in left:
            if row.federation_id in there or (len(primary) > 1 and row.federation_id in primary):
                continue
            best = wanted.get(row.federation_id)
            if best is None or _WEIGHT[Role(row.role)] > _WEIGHT[Role(best.role)]:
                wanted[row.federation_id] = row
        village = Village.objects.unscoped(WHOLE).get(pk=successor)
        joins = FederationVillage.objects.bulk_create(
            FederationVillage(
                federation=row.federation, village=village, valid_from=merging.on, role=role_for(village, row.role)
            )
            for row in wanted.values()
        )  # fmt: skip
        return joins, notes

    def _tell(self, held: list[FederationVillage], merging: Merging) -> None:
        """The event stands in each federation's story."""
        by_federation: dict[int, list[FederationVillage]] = defaultdict(list)
        for row in held:
            by_federation[row.federation_id].append(row)
        for rows in by_federation.values():
            federation = rows[0].federation
            if federation.status in UNFINISHED:
                continue
            parts = [f"{row.village.name}并入{merging.names[merging.pairs[row.village_id]]}" for row in rows]
            reason = f"村居撤并：{'、'.join(parts)}"[:300]
            add_step(federation, to=federation.status, on=merging.on, by=merging.by, adjusted=True, reason=reason)

    def undo(self, merging: Merging, record: Any) -> None:
        rows = FederationVillage.objects.unscoped(WHOLE)
        begun = rows.filter(pk__in=record["begun"], valid_to__isnull=True)
        ended = rows.filter(pk__in=[pk for pk, _, _ in record["ended"]], valid_to=merging.on)
        if begun.count() != len(record["begun"]) or ended.count() != len(record["ended"]):
            raise WrongState("撤并以后，有关联建单位的成员村又变动过，不能撤回")
        begun.delete()
        for pk, _, valid_to in record["ended"]:
            rows.filter(pk=pk).update(valid_to=valid_to)
        for pk, code in record["later"]:
            rows.filter(pk=pk).update(village_id=code)
        told = rows.filter(pk__in=[pk for pk, _, _ in record["ended"]]).values("federation")
        for federation in Federation.objects.unscoped(WHOLE).filter(pk__in=told).exclude(status__in=UNFINISHED):
            reason = "撤回村居撤并，成员村恢复原状"
            add_step(federation, to=federation.status, on=merging.on, by=merging.by, adjusted=True, reason=reason)

    def standing(self, codes: Collection[str], on: dt.date) -> Mapping[str, int]:
        return Counter(row.village_id for row in self._held(codes, on))

    def _held(self, codes: Collection[str], on: dt.date) -> list[FederationVillage]:
        rows = FederationVillage.objects.unscoped(WHOLE).select_related("federation__area", "village")
        standing = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
        alive = ~Q(federation__status=Federation.Status.DISSOLVED)
        return list(rows.filter(standing, alive, village__in=list(codes)).order_by("village_id", "pk"))


def unfinished(on: dt.date) -> Q:
    """Items of joint plans that were not done by that day go along; what was done stays with its village."""
    return Q(actual_to__isnull=True) | Q(actual_to__gt=on)


def plug_in() -> None:
    """From `AppConfig.ready()`. Crops stay with their parcel, which ends with the old village."""
    register_mover("federations.villages", Memberships(), order=50)
    parcels = Continued(LandParcel, "流转地块", start="valid_from", end="valid_to", rename="name")
    register_mover("federations.parcels", parcels)
    idle = Continued(IdleAsset, "闲置资产", start="valid_from", end="valid_to", rename="name")
    register_mover("federations.idle_assets", idle)
    workshops = Continued(Workshop, "共富工坊", start="opened_on", end="closed_on", rename="name")
    register_mover("federations.workshops", workshops)
    helps = Continued(EnterpriseHelp, "企业帮村", start="valid_from", end="valid_to")
    register_mover("federations.helps", helps)
    State = PublicProject.State
    works = OpenItems(
        PublicProject, "未完工的公共项目", open=lambda on: Q(state__in=(State.PLANNED, State.BUILDING)), rename="name"
    )
    register_mover("federations.public_projects", works)
    register_mover("federations.plan_items", OpenItems(PlanItem, "未完成的规划任务", open=unfinished))
    stays("那时的销售属于那时的村居", Sale)
    stays("说的是撤并前的村，撤并后按新村重新登记", VillageClass, WeakVillage, VillageSupport)
    stays("属于镇街或县", Federation, FundPackage, InvestmentLead, InvestmentVisit)
