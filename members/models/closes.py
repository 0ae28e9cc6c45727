"""Quarter closes (季度结算): gates, versions, who is scored, and scores. Points are integers of 0.1 point."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from members.models.schemes import PointScheme, quarter_field
from members.models.subjects import Subject, SubjectClass, SubjectKind
from registers.guarding import GuardedModel
from registers.models import Job
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Area
from villages.models.area import code_field


class PointQuarter(models.Model):
    """The gate of a county's quarter. Ledger inserts share-lock it, publishing and locking change it."""

    class State(models.TextChoices):
        OPEN = "open", "可记分"
        PUBLISHED = "published", "公示中"
        LOCKED = "locked", "已审定"

    county_code = code_field("县代码")
    quarter = quarter_field("季度")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)

    class Meta:
        verbose_name = verbose_name_plural = "积分季度"
        constraints = [models.UniqueConstraint(fields=["county_code", "quarter"], name="quarter_once_per_county")]

    def __str__(self) -> str:
        return f"{self.county_code} {self.quarter}"


class QuarterClose(RegisterRow):
    """One version of a county's close of a quarter. `whole_at` is empty while it is being computed: then it is
    invisible to everybody but its job.
    """

    class State(models.TextChoices):
        TRIAL = "trial", "试算"
        PUBLISHED = "published", "公示中"
        LOCKED = "locked", "已审定"
        SUPERSEDED = "superseded", "已被替代"

    area_path = "area_id"
    view_right = "points.view"
    change_right = "closes.run"

    area = models.ForeignKey(Area, models.PROTECT, related_name="quarter_closes", verbose_name="县（市、区）")
    quarter = quarter_field("季度")
    number = models.PositiveSmallIntegerField("版本号")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.TRIAL)
    input_digest = models.CharField("输入摘要", max_length=64, blank=True)
    digest = models.CharField("结果摘要", max_length=64, blank=True)
    subject_count = models.PositiveIntegerField("计分人数", default=0)
    entry_count = models.PositiveIntegerField("积分记录数", default=0)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="任务")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="试算人")
    whole_at = models.DateTimeField("算完时间", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="公示人",
    )
    published_at = models.DateTimeField("公示时间", null=True, blank=True)
    objections_until = models.DateField("公示截止", null=True, blank=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审定人",
    )
    locked_at = models.DateTimeField("审定时间", null=True, blank=True)
    reopen_reason = models.CharField("重新打开的原因", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "季度结算"
        ordering = ["-quarter", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["area", "quarter", "number"], name="close_version_once"),
            models.UniqueConstraint(
                fields=["area", "quarter"],
                condition=Q(state__in=["published", "locked"]),
                name="one_binding_close_a_quarter",
            ),
        ]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return f"{self.area} {self.quarter} 第 {self.number} 版"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        """Towns and villages see the county's close; of the scores only their own part."""
        counties = {low[:6] for low, _ in scope.ranges if len(low) >= 6}
        counties |= {str(code)[:6] for code in scope.ids("village")}
        return scope.q("area_id") | Q(area_id__in=counties)


class CloseChunk(models.Model):
    """A connected set of towns, tied by primary federations on the quarter's last day; computed in one transaction."""

    close = models.ForeignKey(QuarterClose, models.CASCADE, related_name="chunks", verbose_name="结算")
    number = models.PositiveIntegerField("序号")
    towns = models.JSONField("镇街代码", default=list)
    done = models.BooleanField("已算完", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "结算分块"
        constraints = [models.UniqueConstraint(fields=["close", "number"], name="chunk_once")]

    def __str__(self) -> str:
        return f"{self.close_id}/{self.number}"


class CloseSubject(GuardedModel):
    """A subject as it was on the quarter's last day. Scores, ranks, replay and digest read this and the ledger only."""

    area_path = "village_code"
    view_right = "points.view"

    close = models.ForeignKey(QuarterClose, models.CASCADE, related_name="subjects", verbose_name="结算")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name="积分对象", db_index=False)
    number = models.CharField("编号", max_length=20, db_collation="C")
    name = models.CharField("姓名", max_length=40)
    subject_kind = models.CharField("类别", max_length=15, choices=SubjectKind.choices)
    subject_class = models.CharField("党员类别", max_length=15, choices=SubjectClass.choices)
    is_exempt = models.BooleanField("免于积分", default=False)
    village_code = code_field("村居代码")
    town_code = code_field("镇街代码")
    federation = models.BigIntegerField("联建单位", null=True, blank=True)
    federation_key = models.CharField("联建单位标识", max_length=80, blank=True)
    federation_name = models.CharField("联建单位名称", max_length=60, blank=True)
    scheme = models.ForeignKey(PointScheme, models.PROTECT, related_name="+", verbose_name="积分办法", db_index=False)

    class Meta:
        verbose_name = verbose_name_plural = "结算对象"
        constraints = [models.UniqueConstraint(fields=["close", "number"], name="close_subject_once")]
        indexes = [models.Index(fields=["close", "town_code", "subject"], name="close_subject_by_town")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_code") | Q(village_code__in=scope.ids("village"))


class PointScore(GuardedModel):
    """The result of one subject in one close; `total` is empty for 免于积分, ranks where nothing ranks them."""

    area_path = "close_subject__village_code"
    view_right = "points.view"

    close_subject = models.OneToOneField(
        CloseSubject, models.CASCADE, primary_key=True, related_name="score", verbose_name="结算对象"
    )
    close = models.ForeignKey(QuarterClose, models.CASCADE, related_name="scores", verbose_name="结算")
    base = models.IntegerField("基础分（0.1 分）")
    awards = models.JSONField("各类得分（0.1 分）", default=dict)
    deduct = models.IntegerField("扣分（0.1 分）")
    total = models.IntegerField("总分（0.1 分）", null=True)
    grade = models.CharField("等次", max_length=20, blank=True)
    rank_village = models.PositiveIntegerField("村内名次", null=True)
    rank_federation = models.PositiveIntegerField("联建内名次", null=True)
    rank_town = models.PositiveIntegerField("镇内名次", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "季度得分"

    def __str__(self) -> str:
        return f"{self.close_subject} {self.total}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("close_subject__village_code") | Q(close_subject__village_code__in=scope.ids("village"))
