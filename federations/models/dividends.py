"""Dividends of joint projects (P27): an amount split over the villages' shares, written once and never changed.

What the database refuses: any change or removal (LJ031), lines that do not add up to the amount (LJ032), a reversal
that does not mirror its dividend (LJ033). The application's role may only add rows.
"""

from decimal import Decimal
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from federations.models.projects import Project, ProjectPartQuerySet
from registers.guarding import GuardedModel
from registers.models.outbox import outbox_triggers
from registers.scope import Scope
from villages.models import Village

_WHOLE = """
    IF (SELECT COALESCE(sum(l.amount), 0) FROM federations_dividendline l WHERE l.dividend_id = {dividend})
       IS DISTINCT FROM (SELECT d.amount FROM federations_dividend d WHERE d.id = {dividend}) THEN
        RAISE EXCEPTION '各村分红合计与分红总额不符' USING ERRCODE = 'LJ032';
    END IF;
"""
_MIRROR = """
    IF NEW.reverses_id IS NOT NULL AND (
        EXISTS (SELECT FROM federations_dividend o WHERE o.id = NEW.reverses_id
                AND (o.reverses_id IS NOT NULL OR o.project_id <> NEW.project_id OR o.amount <> -NEW.amount))
        OR EXISTS (SELECT l.village_id, -l.amount FROM federations_dividendline l WHERE l.dividend_id = NEW.reverses_id
                   EXCEPT
                   SELECT l.village_id, l.amount FROM federations_dividendline l WHERE l.dividend_id = NEW.id)
    ) THEN
        RAISE EXCEPTION '冲销应与原分红逐村相反，且冲销本身不能再冲销' USING ERRCODE = 'LJ033';
    END IF;
"""
_STAYS = "RAISE EXCEPTION '分红记录不能修改或删除，有误请冲销' USING ERRCODE = 'LJ031';"


def _stays() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="stays",
        operation=pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=_STAYS,
    )


def _at_the_end(name: str, func: str) -> pgtrigger.Trigger:
    """Checked when the transaction ends, because the lines are written after the dividend."""
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        func=func + "RETURN NULL;",
    )


class Dividend(GuardedModel):
    """An amount (yuan; negative where a loss is shared) distributed on a day by one basis, or a reversal of one."""

    class Basis(models.TextChoices):
        SHARES = "shares", "按约定股份"
        MONEY = "money", "按出资额（现金和资产作价）"
        LAND = "land", "按入股土地面积"

    append_only = True
    area_path = "project__area_id"
    view_right = "economy.view"
    change_right = "economy.change"

    objects: ClassVar[Any] = models.Manager.from_queryset(ProjectPartQuerySet)()

    project = models.ForeignKey(Project, models.PROTECT, verbose_name="项目", related_name="dividends")
    amount = models.DecimalField("分红总额", max_digits=14, decimal_places=2)
    on = models.DateField("分红日期")
    basis = models.CharField("分配依据", max_length=10, choices=Basis.choices)
    note = models.CharField("说明", max_length=200, blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, verbose_name="冲销的分红", null=True, blank=True, related_name="reversal"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目分红"
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["project", "-on"], name="dividend_of_project")]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="dividend_is_something")]
        triggers = [
            _stays(),
            _at_the_end("is_whole", _WHOLE.format(dividend="NEW.id") + _MIRROR),
            *outbox_triggers(
                "economy.dividends",
                """SELECT p.area_id, x.quarter FROM {rows} AS d JOIN federations_project p ON p.id = d.project_id
                   LEFT JOIN federations_dividend o ON o.id = d.reverses_id
                   CROSS JOIN LATERAL (VALUES (to_char(d."on", 'YYYY"Q"Q')), (to_char(o."on", 'YYYY"Q"Q')))
                       AS x(quarter) WHERE x.quarter IS NOT NULL""",
            )[:1],
        ]

    class Standing(models.TextChoices):
        STANDS = "stands", "有效"
        REVERSED = "reversed", "已冲销"
        REVERSAL = "reversal", "冲销"

    def __str__(self) -> str:
        return f"{self.project} {self.on} {self.amount:,.2f} 元"

    @property
    def standing(self) -> str:
        """Whether it counts; a dividend and its reversal both do not."""
        if self.reverses_id is not None:
            return self.Standing.REVERSAL
        return self.Standing.REVERSED if hasattr(self, "reversal") else self.Standing.STANDS

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return Q(project__in=Project.objects.within(scope).values("pk"))


class DividendLine(GuardedModel):
    """A village's part: its share of the basis on that day, the amount floored to the cent, and the cent it got of
    those that were left (largest remainder, ties by code).
    """

    append_only = True
    area_path = "village_id"
    view_right = "economy.view"

    dividend = models.ForeignKey(Dividend, models.PROTECT, verbose_name="分红", related_name="lines")
    village = models.ForeignKey(Village, models.PROTECT, verbose_name="村居", related_name="dividends")
    share = models.DecimalField("份额", max_digits=14, decimal_places=2)
    amount = models.DecimalField("分红", max_digits=14, decimal_places=2)
    cent = models.DecimalField(
        "尾差", max_digits=3, decimal_places=2, default=Decimal(0), help_text="按最大余数得到的一分"
    )

    class Meta:
        verbose_name = verbose_name_plural = "各村分红"
        ordering = ["dividend_id", "village_id"]
        constraints = [
            models.UniqueConstraint(fields=["dividend", "village"], name="one_line_a_village"),
            models.CheckConstraint(condition=Q(share__gt=0), name="line_has_a_share"),
        ]
        triggers = [_stays(), _at_the_end("is_whole", _WHOLE.format(dividend="NEW.dividend_id"))]

    def __str__(self) -> str:
        return f"{self.dividend} {self.village}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        """Where the project is run, and in the village's own area."""
        return (
            scope.q("dividend__project__area_id")
            | Q(dividend__project__federation_id__in=scope.ids("federation"))
            | scope.q("village_id")
            | Q(village_id__in=scope.ids("village"))
        )
