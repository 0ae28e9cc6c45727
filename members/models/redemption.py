"""What earned points may be exchanged for (P23): goods, one account a subject, and its movements.

Accounts stand apart from scores: spending lowers no rank. Points are integers of 0.1 point. Movements are append-only
as the ledger is; what they may be, and how balances and stocks follow them, is told in sql/0014_accounts.sql
of the migrations.
Refused are a movement that does not mirror what it cancels or does not fit its goods (LJ032), any change or removal
(LJ030), a balance or a stock written by hand (LJ031).
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lianjian import areacodes
from members.models.closes import QuarterClose
from members.models.schemes import quarter_field
from members.models.subjects import Subject
from registers.audit import audited
from registers.guarding import GuardedModel
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Area, Village

_TOWN, _COUNTY = areacodes.LEVEL_LENGTHS["town"], areacodes.LEVEL_LENGTHS["county"]
# At depth 1 a statement wrote it; deeper, a movement did.
_GIVEN_FOLLOWS = """
    IF pg_trigger_depth() = 1 AND NEW.given IS DISTINCT FROM (CASE TG_OP WHEN 'INSERT' THEN 0 ELSE OLD.given END) THEN
        RAISE EXCEPTION '已兑换的数量由兑换记录决定，不能直接修改' USING ERRCODE = 'LJ031';
    END IF;
    RETURN NEW;
"""
_BALANCE_FOLLOWS = """
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '积分账户不能删除' USING ERRCODE = 'LJ031';
    END IF;
    IF pg_trigger_depth() = 1 AND (TG_OP = 'UPDATE' OR NEW.balance <> 0 OR NEW.owed <> 0) THEN
        RAISE EXCEPTION '积分账户的余额由账户明细决定，不能直接修改' USING ERRCODE = 'LJ031';
    END IF;
    RETURN NEW;
"""


@audited(exclude=("given",))
class RewardGood(RegisterRow):
    """Something that points are exchanged for, in the village, town or county that keeps it; for all who live there.

    What is in stock is `supplied` less `given`; `given` follows the redemptions.
    """

    area_path = "area_id"
    view_right = "points.view"
    change_right = "points.redeem"

    area = models.ForeignKey(Area, models.PROTECT, verbose_name="所在区划", related_name="+")
    name = models.CharField("物品名称", max_length=40)
    unit = models.CharField("单位", max_length=8, default="件")
    price = models.PositiveIntegerField("所需积分（0.1 分）")
    supplied = models.PositiveIntegerField("累计进货", default=0)
    given = models.PositiveIntegerField("已兑换", default=0, editable=False)
    offered_from = models.DateField("可兑换自")
    offered_to = models.DateField("可兑换至", null=True, blank=True, help_text="这一天起不再兑换")
    note = models.CharField("备注", max_length=100, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "兑换物品"
        ordering = ["area_id", "name"]
        constraints = [
            models.UniqueConstraint(fields=["area", "name"], name="good_named_once_per_area"),
            models.CheckConstraint(condition=Q(price__gt=0), name="good_has_a_price"),
            models.CheckConstraint(
                condition=Q(given__lte=F("supplied")),
                name="stock_not_negative",
                violation_error_message="库存不够：累计进货不能少于已兑换的数量",
            ),
            models.CheckConstraint(
                condition=Q(offered_to__isnull=True) | Q(offered_to__gt=F("offered_from")),
                name="good_offered_in_order",
                violation_error_message="停止兑换的日期应晚于开始兑换的日期",
            ),
        ]
        triggers = [
            # A redemption is no change of what people typed: whoever has the form open may still save it.
            pgtrigger.Trigger(
                name="bump_version",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="NEW.version = OLD.version + 1; RETURN NEW;",
                condition=pgtrigger.AnyChange(exclude=["updated_at", "given"]),
            ),
            pgtrigger.Trigger(
                name="given_follows",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("given"),
                when=pgtrigger.Before,
                func=_GIVEN_FOLLOWS,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stock(self) -> int:
        return self.supplied - self.given

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("area_id") | Q(area_id__in=scope.ids("village"))

    @classmethod
    def seen_from(cls, scope: Scope) -> Q:
        """What town and county keep is for the villages too."""
        codes = {low for low, _ in scope.ranges} | {str(code) for code in scope.ids("village")}
        above = {code[:length] for code in codes for length in (_TOWN, _COUNTY) if len(code) > length}
        return cls.in_scope(scope) | Q(area_id__in=above)


class PointAccount(GuardedModel):
    """A subject's points to spend. `owed` is what a reopened quarter took back and was already spent: the next credit
    pays it first.
    """

    area_path = "subject__village_id"
    view_right = "points.view"
    change_right = "points.redeem"

    subject = models.OneToOneField(
        Subject, models.PROTECT, primary_key=True, related_name="point_account", verbose_name="积分对象"
    )
    balance = models.IntegerField("可兑换积分（0.1 分）", default=0)
    owed = models.IntegerField("待扣回（0.1 分）", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "积分账户"
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="point_balance_not_negative"),
            models.CheckConstraint(condition=Q(owed__gte=0), name="point_debt_not_negative"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="balance_follows",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=_BALANCE_FOLLOWS,
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject}的积分账户"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("subject__village_id") | Q(subject__village_id__in=scope.ids("village"))


class PointMovement(GuardedModel):
    """One line of an account; never changed. `village` is where the subject was that day."""

    class Kind(models.TextChoices):
        CREDIT = "credit", "季度入账"
        REDEEM = "redeem", "兑换"
        CANCEL = "cancel", "撤销兑换"
        EXPIRE = "expire", "到期作废"
        MOVED_OUT = "moved_out", "转出"
        MOVED_IN = "moved_in", "转入"

    append_only = True
    area_path = "village_id"
    view_right = "points.view"
    change_right = "points.redeem"

    subject = models.ForeignKey(
        Subject, models.PROTECT, related_name="movements", verbose_name="积分对象", db_index=False
    )
    village = models.ForeignKey(Village, models.PROTECT, related_name="+", verbose_name="村居", db_index=False)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    points = models.IntegerField("积分（0.1 分）")
    on = models.DateField("日期")
    # Of a credit: what the quarter came to beyond what was booked of it before; `points` is less where points are owed.
    earned = models.IntegerField("应入账（0.1 分）", default=0)
    quarter = quarter_field("季度", blank=True, default="")
    close = models.ForeignKey(
        QuarterClose, models.PROTECT, null=True, blank=True, related_name="credits", verbose_name="结算", db_index=False
    )
    good = models.ForeignKey(
        RewardGood, models.PROTECT, null=True, blank=True, related_name="redemptions", verbose_name="物品"
    )
    quantity = models.PositiveIntegerField("数量", null=True, blank=True)
    price = models.PositiveIntegerField("单价（0.1 分）", null=True, blank=True)
    cancels = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="cancelled", verbose_name="撤销的兑换"
    )
    reason = models.CharField("原因", max_length=200, blank=True)
    token = models.UUIDField("提交编号", null=True, blank=True, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="办理人",
        db_index=False,
    )
    created_at = models.DateTimeField("办理时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "积分账户明细"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="credit", close__isnull=False, good__isnull=True) & ~Q(quarter="") & ~Q(earned=0)
                | ~Q(kind="credit") & Q(close__isnull=True, quarter="", earned=0),
                name="credit_of_a_close",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["redeem", "cancel"], good__isnull=False, quantity__gte=1, price__gte=1)
                & Q(created_by__isnull=False)
                | ~Q(kind__in=["redeem", "cancel"]) & Q(good__isnull=True, quantity__isnull=True, price__isnull=True),
                name="goods_of_a_redemption",
            ),
            models.CheckConstraint(
                condition=Q(kind="redeem", points=-F("price") * F("quantity"))
                | Q(kind="cancel", points=F("price") * F("quantity"))
                | Q(kind__in=["expire", "moved_out"], points__lt=0)
                | Q(kind="moved_in", points__gt=0)
                | Q(kind="credit"),
                name="movement_has_its_sign",
            ),
            models.CheckConstraint(
                condition=Q(kind="cancel", cancels__isnull=False) & ~Q(reason="")
                | ~Q(kind="cancel") & Q(cancels__isnull=True),
                name="cancelled_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["subject", "quarter", "close"], condition=Q(kind="credit"), name="close_credited_once"
            ),
            models.UniqueConstraint(fields=["subject", "on"], condition=Q(kind="expire"), name="expired_once_a_day"),
        ]
        indexes = [
            models.Index(fields=["subject", "id"], name="movement_of_subject"),
            models.Index(fields=["village", "on"], name="movement_of_village"),
            models.Index(fields=["quarter", "subject"], condition=Q(kind="credit"), name="credit_of_quarter"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.on} {self.get_kind_display()}"

    @property
    def is_cancelled(self) -> bool:
        """Of a redemption: whether goods and points were put back."""
        return hasattr(self, "cancelled")

    @property
    def goods_text(self) -> str:
        """Of a redemption and its cancellation: 洗衣液 2 瓶."""
        return f"{self.good.name} {self.quantity} {self.good.unit}" if self.good is not None else ""

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))
