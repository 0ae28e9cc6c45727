"""Merging villages (优化村庄建制, P03): the decision, which villages it closed and which they became."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from registers.audit import audited
from registers.models.row import RegisterRow
from villages.models.area import Area


@audited(exclude=("moved",))  # it only serves taking the merge back
class VillageMerge(RegisterRow):
    """One decision that closed villages on a day and named their successors.

    `moved` keeps what each mover needs to take its part back, by the mover's name; an undone merge stays as a record.
    """

    area_path = "area_id"
    view_right = "villages.view"
    change_right = "areas.change"

    area = models.ForeignKey(
        Area, models.PROTECT, verbose_name="所在镇街", related_name="village_merges", help_text="跨镇街的为县"
    )
    on = models.DateField("撤并日期")
    basis = models.CharField("批准文件", max_length=120)
    note = models.CharField("说明", max_length=200, blank=True)
    summary = models.CharField("随迁", max_length=300, blank=True, editable=False)
    moved = models.JSONField("随迁记录", default=dict, editable=False)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办理人", related_name="+")
    undone_at = models.DateTimeField("撤回时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="撤回人", related_name="+", null=True, blank=True
    )
    undo_reason = models.CharField("撤回原因", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "村居撤并"
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undo_reason="") | (Q(undone_at__isnull=False) & ~Q(undo_reason="")),
                name="merge_is_undone_with_a_reason",
            ),
        ]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return f"{self.basis}（{self.on}）"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None


@audited()
class VillageMergeLine(models.Model):
    """One closed village and what it became; two lines of one village are a split."""

    merge = models.ForeignKey(VillageMerge, models.CASCADE, verbose_name="撤并", related_name="lines")
    closed = models.ForeignKey(Area, models.PROTECT, verbose_name="撤销的村居", related_name="merge_lines")
    successor = models.ForeignKey(Area, models.PROTECT, verbose_name="并入的村居", related_name="+", null=True)
    successor_name = models.CharField("并入村居名称", max_length=60)
    is_new = models.BooleanField("新设", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "撤并明细"
        ordering = ["successor_id", "closed_id"]
        constraints = [
            models.UniqueConstraint(fields=["merge", "closed", "successor"], name="merge_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.closed} → {self.successor_name}"
