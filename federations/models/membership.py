"""Which village is in which federation, from a day until before another."""

import datetime as dt
from typing import Any, ClassVar, Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from federations.models.federation import Federation
from lianjian import clock
from members.models.organizations import DateRange
from registers.audit import audited
from registers.guarding import GuardedQuerySet
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Village

_COPY_FROM_FEDERATION = """
    SELECT f.kind IN ('new_village', 'district'), f.status NOT IN ('planned', 'reviewed')
      INTO NEW.primary, NEW.holds_slot FROM federations_federation f WHERE f.id = NEW.federation_id;
    RETURN NEW;
"""


class MembershipQuerySet(GuardedQuerySet):
    def changeable_by(self, user: Any, right: str = "") -> Self:
        """Changed by whoever may change the federation; the member village's own town only looks."""
        right = right or self.model.change_right
        federations = Federation.objects.changeable_by(user, right)
        return self._opened(f"changeable by {user}").filter(federation__in=federations.values("pk"))


@audited()
class FederationVillage(RegisterRow):
    """A dated membership. `primary` and `holds_slot` copy the federation's kind and status (kept by triggers), so
    that an exclusion constraint can say: one primary federation a village at any date, counted from 批复 on.
    """

    class Role(models.TextChoices):
        CENTRE = "centre", "中心村"
        STRONG = "strong", "强村"
        MEMBER = "member", "成员村"
        COMMUNITY = "community", "成员社区"

    area_path = "village_id"
    view_right = "federations.view"
    change_right = "federations.change"

    objects: ClassVar[Any] = models.Manager.from_queryset(MembershipQuerySet)()

    is_own: bool  # annotated by queries that know who asks (registers.py, views/detail.py)

    federation = models.ForeignKey(
        Federation, models.CASCADE, related_name="memberships", verbose_name="联建单位", db_index=False
    )
    village = models.ForeignKey(
        Village, models.PROTECT, related_name="memberships", verbose_name="村居", db_index=False
    )
    role = models.CharField("角色", max_length=10, choices=Role.choices, default=Role.MEMBER)
    valid_from = models.DateField("加入日期")
    valid_to = models.DateField("退出日期", null=True, blank=True)
    primary = models.BooleanField("主联建", default=True, editable=False)
    holds_slot = models.BooleanField("已生效", default=False, editable=False)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "联建成员村"
        ordering = ["federation_id", "village_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="membership_ends_after_start",
            ),
            ExclusionConstraint(
                name="one_primary_federation_at_a_time",
                expressions=[
                    ("village", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(primary=True, holds_slot=True),
                violation_error_message="这个村居在此期间已属于另一个新村或联建片区",
            ),
            ExclusionConstraint(
                name="village_once_in_a_federation",
                expressions=[
                    ("federation", RangeOperators.EQUAL),
                    ("village", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="这个村居已在本联建单位中",
            ),
        ]
        indexes = [models.Index(fields=["village", "valid_from"], name="membership_of_village")]
        triggers = [
            *RegisterRow.Meta.triggers,
            pgtrigger.Trigger(
                name="copy_from_federation",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=_COPY_FROM_FEDERATION,
            ),
            *outbox_triggers("federations.villages", "SELECT village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return f"{self.village} {self.federation}"

    @classmethod
    def in_scope(cls, scope: Scope, on: dt.date | None = None) -> Q:
        """Memberships of one's own villages; with the federation also those of other towns' villages, of which only
        code, name and role may be shown (see `is_foreign_to`) and therefore only the standing ones.
        """
        federations = Federation.objects.within(scope).values("pk")
        standing = Q(valid_to__isnull=True) | Q(valid_to__gt=on or clock.today())
        own = scope.q("village_id") | Q(village_id__in=scope.ids("village"))
        return own | (Q(federation__in=federations) & standing)

    def is_foreign_to(self, user: Any) -> bool:
        """Whether the village lies outside what the user may see: then only code, name and role are shown."""
        return not sees_village(user.scope_for("villages.view"), self.village_id)


def sees_village(scope: Scope, code: str) -> bool:
    return scope.covers(code) or code in scope.ids("village")
