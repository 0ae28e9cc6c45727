"""The ledger: point entries, append-only, partitioned by settle quarter.

The table is made by SQL in migration 0002 (partitions need the quarter in every unique key). Its primary key in the
database is (id, settle_quarter); ids come from one sequence and are unique over all partitions. What its triggers
refuse: entries into a locked quarter, and into a published one but for those of an upheld objection (LJ010), a
reversal that does not mirror its entry (LJ012), any change or removal (LJ011).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from members.models.claims import PointClaim
from members.models.objections import PointObjection
from members.models.schemes import PointScheme, quarter_field
from members.models.subjects import Subject
from registers.guarding import GuardedModel
from registers.scope import Scope
from villages.models import Village
from villages.models.area import code_field


class PointEntry(GuardedModel):
    """One entry: inserted when a claim is approved, or as the reversal of an entry; never changed."""

    append_only = True
    area_path = "village_id"
    view_right = "points.view"
    change_right = "entries.reverse"

    id = models.BigAutoField(primary_key=True)
    county_code = code_field("县代码")
    settle_quarter = quarter_field("结算季度")
    subject = models.ForeignKey(
        Subject, models.PROTECT, related_name="entries", verbose_name="积分对象", db_index=False
    )
    village = models.ForeignKey(
        Village,
        models.PROTECT,
        related_name="+",
        verbose_name="村居",
        db_index=False,
        help_text="发生之日所在的村居",
    )
    claim = models.ForeignKey(
        PointClaim,
        models.PROTECT,
        related_name="entries",
        verbose_name="申报",
        null=True,
        blank=True,
        db_index=False,
    )
    scheme = models.ForeignKey(PointScheme, models.PROTECT, related_name="+", verbose_name="计分版本", db_index=False)
    item_code = models.CharField("积分项目", max_length=20, db_collation="C")
    quantity = models.PositiveSmallIntegerField("数量")
    points = models.IntegerField("分数（0.1 分）")
    occurred_on = models.DateField("发生日期")
    reason = models.CharField("事由", max_length=200, blank=True)
    source_ref = models.CharField("来源编号", max_length=80, blank=True)
    reverses = models.BigIntegerField("冲销的记录", null=True, blank=True)
    objection = models.ForeignKey(
        PointObjection,
        models.PROTECT,
        related_name="entries",
        verbose_name="异议",
        null=True,
        blank=True,
        db_index=False,
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记账人", db_index=False
    )
    created_at = models.DateTimeField("记账时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "积分记录"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(claim__isnull=False, reverses__isnull=True) | Q(claim__isnull=True, reverses__isnull=False),
                name="entry_of_a_claim_or_a_reversal",
            ),
            models.UniqueConstraint(fields=["settle_quarter", "claim"], name="one_entry_of_a_claim"),
            models.UniqueConstraint(
                fields=["settle_quarter", "reverses"],
                condition=Q(reverses__isnull=False),
                name="one_reversal_of_an_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.item_code} {self.points}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))
