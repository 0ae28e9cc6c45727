"""Branch-led co-operatives and their federations at three levels (P26): 村合作社 → 镇级联合社 → 县级联合总社.

What the database refuses: a parent of the wrong level or elsewhere (LJ041), which keeps the tree without circles;
shares beyond the total (LJ042); co-operatives that hold shares in each other in a circle (LJ043).
"""

from typing import Any, ClassVar, Self

import pgtrigger
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact, GreaterThanOrEqual

from federations.models.enterprises import Enterprise
from lianjian import areacodes
from registers.audit import audited
from registers.guarding import GuardedQuerySet
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from registers.scope import Scope
from registers.sounds import InitialsField
from villages.models import Area, Village
from villages.models.facts import YEAR_LIMITS

# A child stands one level below its parent and inside the parent's area; the same is asked of a parent's children.
_CHECK_TREE = """
    IF NEW.parent_id IS NOT NULL THEN
        PERFORM FROM federations_cooperative p WHERE p.id = NEW.parent_id FOR SHARE;
        IF NOT EXISTS (
            SELECT FROM federations_cooperative p WHERE p.id = NEW.parent_id AND (
                (p.kind = 'town_federation' AND NEW.kind IN ('village_coop', 'company') AND length(NEW.area_id) >= 9
                 AND left(NEW.area_id, 9) = p.area_id)
                OR (p.kind = 'county_federation' AND NEW.kind = 'town_federation' AND left(NEW.area_id, 6) = p.area_id)
            )
        ) THEN
            RAISE EXCEPTION '上级联合社不对：村合作社应加入本镇的镇级联合社，镇级联合社应加入本县的县级联合总社'
                USING ERRCODE = 'LJ041';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.kind, NEW.area_id) IS DISTINCT FROM (OLD.kind, OLD.area_id)
       AND EXISTS (SELECT FROM federations_cooperative c WHERE c.parent_id = NEW.id) THEN
        RAISE EXCEPTION '已有成员社，类别和所在地不能再改' USING ERRCODE = 'LJ041';
    END IF;
    RETURN NEW;
"""

_SUM_OF_SHARES = """
    PERFORM FROM federations_cooperative c WHERE c.id = {coop} FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM federations_cooperative c
        JOIN federations_cooperativeshare d ON d.cooperative_id = c.id
        WHERE c.id = {coop} AND c.share_total IS NOT NULL AND c.share_total < (
            SELECT sum(s.shares) FROM federations_cooperativeshare s
            WHERE s.cooperative_id = c.id AND s.valid_from <= d.valid_from
              AND (s.valid_to IS NULL OR s.valid_to > d.valid_from))
    ) THEN
        RAISE EXCEPTION '各成员持股合计超过了总股份，请核对持股，或先修改总股份' USING ERRCODE = 'LJ042';
    END IF;
    RETURN NULL;
"""

_NO_CIRCLE = """
    IF NEW.holder_cooperative_id IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(19530, 41);
        IF EXISTS (
            WITH RECURSIVE held(id) AS (
                SELECT NEW.cooperative_id
                UNION
                SELECT s.cooperative_id FROM federations_cooperativeshare s
                JOIN held ON s.holder_cooperative_id = held.id
            )
            SELECT FROM held WHERE held.id = NEW.holder_cooperative_id
        ) THEN
            RAISE EXCEPTION '持股绕成了一圈：持股的合作社不能直接或间接由本社持股' USING ERRCODE = 'LJ043';
        END IF;
    END IF;
    RETURN NULL;
"""


class OwnPlaceQuerySet(GuardedQuerySet):
    def changeable_by(self, user: Any, right: str = "") -> Self:
        """Changed where the row itself lies; to see it from below is not to change it."""
        scope = user.scope_for(right or self.model.change_right)
        path = self.model.area_path
        opened = self._opened(f"changeable by {user}")
        return opened.filter(scope.q(path) | Q(**{f"{path}__in": scope.ids("village")})) if scope else opened.none()


def above(scope: Scope) -> set[str]:
    """Codes of the areas that lie above a scope: what is the town's and the county's own is no secret below."""
    codes = {low for low, _ in scope.ranges} | set(scope.ids("village"))
    return {upper for code in codes for upper in areacodes.ancestors(code)}


@audited()
class Cooperative(RegisterRow):
    """A co-operative, a federation of co-operatives, or a village company (强村公司).

    Federations above one's own area may be seen, so that they can be named as the parent.
    """

    class Kind(models.TextChoices):
        VILLAGE_COOP = "village_coop", "村合作社"
        TOWN_FEDERATION = "town_federation", "镇级联合社"
        COUNTY_FEDERATION = "county_federation", "县级联合总社"
        COMPANY = "company", "强村公司"

    class Union(models.TextChoices):
        TRADE = "trade", "同业联合"
        AREA = "area", "同域联合"

    class ShareUnit(models.TextChoices):
        SHARE = "share", "股"
        YUAN = "yuan", "元"

    area_path = "area_id"
    view_right = "economy.view"
    change_right = "economy.change"

    objects: ClassVar[Any] = models.Manager.from_queryset(OwnPlaceQuerySet)()

    name = models.CharField("名称", max_length=80)
    initials = InitialsField()
    kind = models.CharField("类别", max_length=20, choices=Kind.choices, default=Kind.VILLAGE_COOP)
    union = models.CharField("联合方式", max_length=10, choices=Union.choices, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="所在地", related_name="cooperatives")
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级联合社", null=True, blank=True, related_name="members"
    )
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True, db_collation="C")
    industry = models.CharField("主营产业", max_length=60, blank=True)
    households = models.PositiveIntegerField("成员户数", null=True, blank=True)
    share_unit = models.CharField("股份单位", max_length=5, choices=ShareUnit.choices, default=ShareUnit.SHARE)
    share_total = models.DecimalField(
        "总股份", max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)],
        help_text="总股数，或注册资本（元）",
    )  # fmt: skip
    manager = models.CharField("职业经理人", max_length=40, blank=True)
    manager_from = models.DateField("聘任日期", null=True, blank=True)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    ended_on = models.DateField("注销日期", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "合作社"
        ordering = ["area_id", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "name"],
                name="cooperative_named_once_per_area",
                violation_error_message="这里已登记同名的合作社，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=(
                    Q(Exact(Length("area_id"), 12), kind="village_coop")
                    | Q(Exact(Length("area_id"), 9), kind="town_federation")
                    | Q(Exact(Length("area_id"), 6), kind="county_federation")
                    | Q(GreaterThanOrEqual(Length("area_id"), 6), kind="company")
                ),
                name="cooperative_lies_at_its_level",
                violation_error_message="类别与所在地不符：村合作社在村，镇级联合社在镇街，县级联合总社在县",
            ),
            models.CheckConstraint(
                condition=Q(union="") | Q(kind__in=["town_federation", "county_federation"]),
                name="only_federations_unite",
                violation_error_message="只有联合社才分同业联合、同域联合",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(founded_on__isnull=True) | Q(ended_on__gt=F("founded_on")),
                name="cooperative_ends_after_start",
                violation_error_message="注销日期应晚于成立日期",
            ),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            pgtrigger.Trigger(
                name="check_tree",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=_CHECK_TREE,
            ),
            pgtrigger.Trigger(
                name="check_share_total",
                operation=pgtrigger.UpdateOf("share_total"),
                when=pgtrigger.After,
                func=_SUM_OF_SHARES.format(coop="NEW.id"),
            ),
            *outbox_triggers("economy.cooperatives", "SELECT area_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("area_id") | Q(area_id__in=scope.ids("village") | above(scope))

    @property
    def is_federation(self) -> bool:
        return self.kind in (self.Kind.TOWN_FEDERATION, self.Kind.COUNTY_FEDERATION)


class CooperativePartQuerySet(GuardedQuerySet):
    def changeable_by(self, user: Any, right: str = "") -> Self:
        """By whoever may change the co-operative."""
        rows = Cooperative.objects.changeable_by(user, right or self.model.change_right)
        return self._opened(f"changeable by {user}").filter(cooperative__in=rows.values("pk"))


@audited()
class CooperativeShare(RegisterRow):
    """What a holder has in a co-operative, dated: a village's collective, its households together, an enterprise, or
    a co-operative below. `shares` counts in the co-operative's own unit, 股 or 元.
    """

    class Holder(models.TextChoices):
        VILLAGE = "village", "村集体"
        HOUSEHOLDS = "households", "农户"
        ENTERPRISE = "enterprise", "企业"
        COOPERATIVE = "cooperative", "合作社"

    area_path = "cooperative__area_id"
    view_right = "economy.view"
    change_right = "economy.change"

    objects: ClassVar[Any] = models.Manager.from_queryset(CooperativePartQuerySet)()

    cooperative = models.ForeignKey(Cooperative, models.PROTECT, verbose_name="合作社", related_name="shareholders")
    holder_kind = models.CharField("持股方", max_length=12, choices=Holder.choices)
    village = models.ForeignKey(
        Village, models.PROTECT, verbose_name="持股村居", null=True, blank=True, related_name="cooperative_shares"
    )
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, verbose_name="持股企业", null=True, blank=True, related_name="cooperative_shares"
    )
    holder_cooperative = models.ForeignKey(
        Cooperative, models.PROTECT, verbose_name="持股合作社", null=True, blank=True, related_name="held_shares"
    )
    households = models.PositiveIntegerField("持股户数", null=True, blank=True)
    shares = models.DecimalField("股份", max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "合作社持股"
        ordering = ["cooperative_id", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(
                        holder_kind="village",
                        village__isnull=False,
                        enterprise__isnull=True,
                        holder_cooperative__isnull=True,
                        households__isnull=True,
                    )
                    | Q(
                        holder_kind="households",
                        village__isnull=False,
                        enterprise__isnull=True,
                        holder_cooperative__isnull=True,
                        households__gt=0,
                    )
                    | Q(
                        holder_kind="enterprise",
                        enterprise__isnull=False,
                        village__isnull=True,
                        holder_cooperative__isnull=True,
                        households__isnull=True,
                    )
                    | Q(
                        holder_kind="cooperative",
                        holder_cooperative__isnull=False,
                        village__isnull=True,
                        enterprise__isnull=True,
                        households__isnull=True,
                    )
                ),
                name="share_has_one_holder",
                violation_error_message="持股方与所填的村居、户数、企业或合作社不符，请只填一项",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="share_ends_after_start",
                violation_error_message="终止日期应晚于起始日期",
            ),
            models.CheckConstraint(condition=Q(shares__gt=0), name="share_is_something"),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            pgtrigger.Trigger(
                name="check_sum",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                func=_SUM_OF_SHARES.format(coop="NEW.cooperative_id"),
            ),
            pgtrigger.Trigger(
                name="no_circle",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                func=_NO_CIRCLE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cooperative} {self.holder_name}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        """With the co-operative's own place; of one above only what one's own village or co-operative holds."""
        villages = scope.ids("village")
        return (
            scope.q("cooperative__area_id")
            | Q(cooperative__area_id__in=villages)
            | (Q(village__isnull=False) & scope.q("village_id"))
            | Q(village_id__in=villages)
            | (Q(holder_cooperative__isnull=False) & scope.q("holder_cooperative__area_id"))
        )

    @property
    def holder_name(self) -> str:
        """锅上村集体, 锅上农户（60 户）, or the enterprise's or co-operative's name."""
        if self.holder_kind == self.Holder.HOUSEHOLDS:
            return f"{self.village}农户（{self.households} 户）"
        if self.holder_kind == self.Holder.VILLAGE:
            return f"{self.village}村集体"
        return str(self.enterprise or self.holder_cooperative or "")


@audited()
class CooperativeYear(RegisterRow):
    """A co-operative's year: turnover, and by how much it raised the collective's and its members' income (P26).

    What it raised is booked in the village's own income already: it is told apart and never added to it.
    """

    area_path = "cooperative__area_id"
    view_right = "economy.view"
    change_right = "economy.change"

    objects: ClassVar[Any] = models.Manager.from_queryset(CooperativePartQuerySet)()

    cooperative = models.ForeignKey(Cooperative, models.PROTECT, verbose_name="合作社", related_name="years")
    year = models.PositiveSmallIntegerField("年度", validators=YEAR_LIMITS)
    turnover = models.DecimalField("经营收入", max_digits=14, decimal_places=2, null=True, blank=True)
    surplus = models.DecimalField("盈余", max_digits=14, decimal_places=2, null=True, blank=True)
    collective_gain = models.DecimalField("带动村集体增收", max_digits=14, decimal_places=2, null=True, blank=True)
    member_gain = models.DecimalField("成员增收合计", max_digits=14, decimal_places=2, null=True, blank=True)
    members_gained = models.PositiveIntegerField("增收户数", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "合作社年报"
        ordering = ["-year", "cooperative_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cooperative", "year"],
                name="cooperative_year_once",
                violation_error_message="这个合作社已有这一年的年报，请在原记录上修改",
            )
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers(
                "economy.cooperative_years",
                "SELECT c.area_id, y.year::text FROM {rows} AS y"
                " JOIN federations_cooperative c ON c.id = y.cooperative_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cooperative} {self.year} 年"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("cooperative__area_id") | Q(cooperative__area_id__in=scope.ids("village"))
