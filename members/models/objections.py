"""Objections (异议) to a published quarter, and what came of them: 维持 or 更正."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from members.models.closes import QuarterClose
from members.models.schemes import quarter_field
from members.models.subjects import Subject
from registers.audit import audited
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Village

# What was decided stays: entries of a published quarter rest on it.
_DECIDED_STAYS = """
    IF TG_OP = 'INSERT' THEN
        IF NEW.outcome <> 'pending' THEN
            RAISE EXCEPTION '异议要先登记，再由另一位同志处理' USING ERRCODE = 'LJ024';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.outcome <> 'pending' THEN
        IF TG_OP = 'DELETE' OR (
            NEW.close_id, NEW.quarter, NEW.subject_id, NEW.village_id, NEW.raised_by, NEW.received_on, NEW.content,
            NEW.received_by_id, NEW.outcome, NEW.reply, NEW.decided_by_id, NEW.decided_at)
           IS DISTINCT FROM (
            OLD.close_id, OLD.quarter, OLD.subject_id, OLD.village_id, OLD.raised_by, OLD.received_on, OLD.content,
            OLD.received_by_id, OLD.outcome, OLD.reply, OLD.decided_by_id, OLD.decided_at)
        THEN
            RAISE EXCEPTION '异议已经处理并答复，不能再改' USING ERRCODE = 'LJ024';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
"""


@audited()
class PointObjection(RegisterRow):
    """One objection to one subject's score in a published quarter."""

    class Outcome(models.TextChoices):
        PENDING = "pending", "待处理"
        MAINTAINED = "maintained", "维持"
        CORRECTED = "corrected", "更正"

    area_path = "village_id"
    view_right = "points.view"
    change_right = "objections.change"

    close = models.ForeignKey(
        QuarterClose, models.PROTECT, related_name="objections", verbose_name="公示的结算", help_text="提出时公示的一版"
    )
    quarter = quarter_field("季度")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="objections", verbose_name="积分对象")
    village = models.ForeignKey(
        Village, models.PROTECT, related_name="+", verbose_name="村居", db_index=False, help_text="季度末所在的村居"
    )
    raised_by = models.CharField("提出人", max_length=40, blank=True)
    received_on = models.DateField("收到日期")
    content = models.CharField("异议内容", max_length=300)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="受理人", db_index=False
    )
    outcome = models.CharField("处理结果", max_length=12, choices=Outcome.choices, default=Outcome.PENDING)
    reply = models.CharField("答复", max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="处理人",
        db_index=False,
    )
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "积分异议"
        ordering = ["-received_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["quarter", "subject", "received_on"],
                name="objection_once_a_day",
                violation_error_message="这一天已经登记过对这个人的异议，请写在同一条里",
            ),
            models.CheckConstraint(
                condition=Q(outcome="pending", reply="", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(outcome="pending") & ~Q(reply="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="decided_objection_has_a_reply",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("received_by")),
                name="objection_decided_by_another",
            ),
        ]
        indexes = [models.Index(fields=["village", "id"], name="objection_of_village")]
        triggers = [
            *RegisterRow.Meta.triggers,
            pgtrigger.Trigger(
                name="decided_stays",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=_DECIDED_STAYS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.quarter} 异议"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))
