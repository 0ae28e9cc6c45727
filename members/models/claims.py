"""Claims (申报): the workflow before a point is entered into the ledger."""

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lianjian import clock
from members.models.schemes import quarter_field
from members.models.subjects import Subject
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Village

# Set-based, so that a batch of thousands asks once; count(*), lest the planner join the whole ledger. An upheld
# objection goes the whole way at once: who received it and who decides are two people there (LJ024).
_NOT_ONES_OWN = """
    IF EXISTS (
        SELECT FROM new_rows n JOIN members_pointclaim c ON c.id = n.claim_id
         WHERE n.by_id = c.declared_by_id AND n.to_state IN ('branch_checked', 'federation_checked', 'approved')
           AND 0 = (
               SELECT count(*) FROM members_pointentry e
                WHERE e.settle_quarter = c.settle_quarter AND e.claim_id = c.id AND e.objection_id IS NOT NULL))
    THEN
        RAISE EXCEPTION '申报人不能办理自己申报的积分，要由另一位同志办理' USING ERRCODE = 'LJ025';
    END IF;
    RETURN NULL;
"""


@audited(by_statement=True)
class PointClaim(RegisterRow):
    """A declared fact of a subject, on its way to the ledger: 申报 → 支部初审 → 联合党组织复核 → 镇审定, or 驳回."""

    class State(models.TextChoices):
        DECLARED = "declared", "已申报"
        BRANCH_CHECKED = "branch_checked", "支部已初审"
        FEDERATION_CHECKED = "federation_checked", "联合党组织已复核"
        APPROVED = "approved", "已审定"
        REJECTED = "rejected", "已驳回"

    OPEN_STATES = (State.DECLARED, State.BRANCH_CHECKED, State.FEDERATION_CHECKED)

    area_path = "village_id"
    view_right = "points.view"
    change_right = "claims.declare"

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="claims", verbose_name="积分对象", db_index=False)
    village = models.ForeignKey(
        Village,
        models.PROTECT,
        related_name="claims",
        verbose_name="村居",
        db_index=False,
        help_text="发生之日所在的村居",
    )
    item_code = models.CharField("积分项目", max_length=20, db_collation="C")
    quantity = models.PositiveSmallIntegerField(
        "数量", default=1, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )
    occurred_on = models.DateField("发生日期")
    reason = models.CharField("事由", max_length=200, blank=True)
    source_ref = models.CharField("来源编号", max_length=80, help_text="同一来源、同一人、同一项目只算一次")
    state = models.CharField("状态", max_length=20, choices=State.choices, default=State.DECLARED)
    waiting_since = models.DateTimeField(
        "到达这一步的时间", default=clock.now, db_default=Now(), help_text="申报或上一步办理的时间，办理期限自此起算"
    )
    settle_quarter = quarter_field("结算季度", blank=True)
    corrects = models.BigIntegerField("更正的积分记录", null=True, blank=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申报人", db_index=False
    )

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "积分申报"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "item_code", "source_ref"],
                condition=~Q(state="rejected") & Q(corrects__isnull=True),
                name="claim_once_per_source",
                violation_error_message="同一来源的这项积分已经申报过",
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=~Q(state="rejected") & Q(corrects__isnull=False),
                name="one_correction_of_an_entry",
            ),
            models.UniqueConstraint(fields=["id", "settle_quarter"], name="claim_and_its_quarter"),
            models.CheckConstraint(
                condition=Q(state="approved", settle_quarter__gt="") | (~Q(state="approved") & Q(settle_quarter="")),
                name="approved_claim_has_a_quarter",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=999), name="claim_quantity_1_to_999"),
        ]
        indexes = [
            models.Index(fields=["village", "state", "id"], name="claim_waiting"),
            models.Index(fields=["subject", "occurred_on"], name="claim_of_subject"),
            models.Index(fields=["settle_quarter", "declared_by"], include=["village"], name="claim_by_whom_declared"),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("points.claims", """SELECT village_id, to_char(occurred_on, 'YYYY"Q"Q') FROM {rows}"""),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.item_code} {self.occurred_on}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))


class PointClaimStep(models.Model):
    """One step of a claim: who moved it from where to where, when and why. Never changed.

    Nobody checks or approves what he declared himself: the database refuses such a step (LJ025).
    """

    append_only = True

    claim = models.ForeignKey(PointClaim, models.CASCADE, related_name="steps", verbose_name="申报")
    from_state = models.CharField("原状态", max_length=20, blank=True)
    to_state = models.CharField("新状态", max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    at = models.DateTimeField("时间", auto_now_add=True)
    reason = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "申报流转"
        ordering = ["id"]
        triggers = [
            pgtrigger.Trigger(
                name="not_ones_own",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=_NOT_ONES_OWN,
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.to_state}"
