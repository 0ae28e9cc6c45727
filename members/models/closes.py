"""Quarter closes (季度结算): gates, versions, who is scored, and scores. Points are integers of 0.1 point."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from members.models.schemes import PointScheme, quarter_field
from members.models.subjects import Subject, SubjectClass, SubjectKind
from registers.audit import audited
from registers.guarding import GuardedModel
from registers.models import Job
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Area
from villages.models.area import code_field

# The gate says what the closes say: nobody opens a published or locked quarter by writing to the gate.
_GATE_FOLLOWS_CLOSES = """
    IF TG_OP = 'UPDATE' AND (NEW.county_code, NEW.quarter) IS DISTINCT FROM (OLD.county_code, OLD.quarter) THEN
        RAISE EXCEPTION '% 的 % 不能改为别的季度', OLD.county_code, OLD.quarter USING ERRCODE = 'LJ020';
    END IF;
    IF NEW.state IS DISTINCT FROM COALESCE(
        (SELECT c.state FROM members_quarterclose c
         WHERE c.area_id = NEW.county_code AND c.quarter = NEW.quarter AND c.state IN ('published', 'locked')), 'open')
    THEN
        RAISE EXCEPTION '% 的 % 能否记分由季度结算决定，不能直接修改', NEW.county_code, NEW.quarter
            USING ERRCODE = 'LJ020';
    END IF;
    RETURN NEW;
"""
_GATE_STAYS = """
    IF OLD.state <> 'open' THEN
        RAISE EXCEPTION '% 的 % 已公示或审定，不能删除', OLD.county_code, OLD.quarter USING ERRCODE = 'LJ020';
    END IF;
    RETURN OLD;
"""
# trial → published → locked; published or locked → superseded by reopening, or published → superseded by the version
# that corrects it after an objection; what was published is never rewritten.
_CLOSE_MOVES_FORWARD = """
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'trial' THEN
            RAISE EXCEPTION '季度结算要从试算开始' USING ERRCODE = 'LJ021';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.published_at IS NOT NULL OR OLD.state IN ('published', 'locked') THEN
            RAISE EXCEPTION '% 第 % 版结算公示过，不能删除', OLD.quarter, OLD.number USING ERRCODE = 'LJ021';
        END IF;
        RETURN OLD;
    END IF;
    IF (NEW.area_id, NEW.quarter, NEW.number, NEW.is_correction)
       IS DISTINCT FROM (OLD.area_id, OLD.quarter, OLD.number, OLD.is_correction) THEN
        RAISE EXCEPTION '结算的县、季度和版本号不能修改' USING ERRCODE = 'LJ021';
    END IF;
    IF OLD.whole_at IS NOT NULL AND (
        (NEW.whole_at, NEW.digest, NEW.input_digest, NEW.subject_count, NEW.entry_count)
        IS DISTINCT FROM (OLD.whole_at, OLD.digest, OLD.input_digest, OLD.subject_count, OLD.entry_count))
    THEN
        RAISE EXCEPTION '% 第 % 版结算已经算完，不能改写，请重新试算', OLD.quarter, OLD.number USING ERRCODE = 'LJ021';
    END IF;
    IF (OLD.published_at IS NOT NULL AND (NEW.published_at, NEW.published_by_id)
            IS DISTINCT FROM (OLD.published_at, OLD.published_by_id))
        OR (OLD.locked_at IS NOT NULL AND (NEW.locked_at, NEW.locked_by_id)
            IS DISTINCT FROM (OLD.locked_at, OLD.locked_by_id))
        OR (OLD.reopened_at IS NOT NULL AND (NEW.reopened_at, NEW.reopened_by_id, NEW.reopen_reason)
            IS DISTINCT FROM (OLD.reopened_at, OLD.reopened_by_id, OLD.reopen_reason))
    THEN
        RAISE EXCEPTION '% 第 % 版结算由谁在何时公示、审定、重新打开，不能改写', OLD.quarter, OLD.number
            USING ERRCODE = 'LJ021';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('trial', 'published'), ('trial', 'superseded'), ('published', 'locked'),
        ('published', 'superseded'), ('locked', 'superseded'))
    THEN
        RAISE EXCEPTION '季度结算不能从“%”改为“%”', OLD.state, NEW.state USING ERRCODE = 'LJ021';
    END IF;
    IF NEW.state = 'published' AND (NEW.whole_at IS NULL OR NEW.digest = '' OR NEW.published_at IS NULL
                                    OR NEW.published_by_id IS NULL) THEN
        RAISE EXCEPTION '% 第 % 版结算还没有算完，或没有记下由谁公示，不能公示', OLD.quarter, OLD.number
            USING ERRCODE = 'LJ021';
    END IF;
    IF OLD.state = 'published' AND NEW.state = 'superseded' AND NEW.reopened_at IS NULL AND EXISTS (
        SELECT FROM members_quarterclose c WHERE c.area_id = NEW.area_id AND c.quarter = NEW.quarter
           AND c.number > NEW.number AND c.is_correction AND c.state = 'trial' AND c.whole_at IS NOT NULL)
    THEN
        RETURN NEW;  -- its correction is published in the same transaction, which `is_followed` asks at the end
    END IF;
    IF OLD.state IN ('published', 'locked') AND NEW.state = 'superseded' AND (
        NEW.reopen_reason = '' OR NEW.reopened_by_id IS NULL
        OR NEW.reopened_by_id IS NOT DISTINCT FROM
           CASE OLD.state WHEN 'locked' THEN OLD.locked_by_id ELSE OLD.published_by_id END)
    THEN
        RAISE EXCEPTION '重新打开要由另一个人办理并写明原因' USING ERRCODE = 'LJ022';
    END IF;
    RETURN NEW;
"""
_GATE_OF_CLOSE = """
    IF TG_OP = 'UPDATE' AND NEW.state = OLD.state THEN
        RETURN NULL;
    END IF;
    INSERT INTO members_pointquarter AS gate (county_code, quarter, state)
    VALUES (NEW.area_id, NEW.quarter, COALESCE(
        (SELECT c.state FROM members_quarterclose c
         WHERE c.area_id = NEW.area_id AND c.quarter = NEW.quarter AND c.state IN ('published', 'locked')), 'open'))
    ON CONFLICT (county_code, quarter) DO UPDATE SET state = EXCLUDED.state WHERE gate.state <> EXCLUDED.state;
    RETURN NULL;
"""
_IS_FOLLOWED = """
    IF OLD.state = 'published' AND NEW.state = 'superseded' AND NEW.reopened_at IS NULL AND NOT EXISTS (
        SELECT FROM members_quarterclose c WHERE c.area_id = NEW.area_id AND c.quarter = NEW.quarter
           AND c.number > NEW.number AND c.is_correction AND c.published_at IS NOT NULL)
    THEN
        RAISE EXCEPTION '重新打开要由另一个人办理并写明原因' USING ERRCODE = 'LJ022';
    END IF;
    RETURN NULL;
"""
_REFUSE_WHOLE = """
    IF EXISTS (SELECT FROM (SELECT DISTINCT close_id FROM {rows}) AS touched
               JOIN members_quarterclose c ON c.id = touched.close_id
               WHERE c.state IN ('published', 'locked') OR c.published_at IS NOT NULL{or_whole}) THEN
        RAISE EXCEPTION '已公示或审定的结算结果不能修改' USING ERRCODE = 'LJ023';
    END IF;
"""
_CLOSES_EXIST = """
    IF EXISTS (SELECT FROM (SELECT DISTINCT close_id FROM new_rows) AS touched
               WHERE NOT EXISTS (SELECT FROM members_quarterclose c WHERE c.id = touched.close_id)) THEN
        RAISE EXCEPTION '没有这次结算' USING ERRCODE = 'foreign_key_violation';
    END IF;
"""


def _result_triggers() -> list[pgtrigger.Trigger]:
    """Results of a published or locked close stay; a whole one gets no further rows. The close must exist, which is
    checked once a statement instead of row by row, as a close writes a whole county at once.
    """
    new, old = pgtrigger.Referencing(new="new_rows"), pgtrigger.Referencing(old="old_rows")
    both = pgtrigger.Referencing(old="old_rows", new="new_rows")
    refuse_new = _REFUSE_WHOLE.format(rows="new_rows", or_whole=" OR c.whole_at IS NOT NULL")
    refuse_old = _REFUSE_WHOLE.format(rows="old_rows", or_whole="")
    return [
        pgtrigger.Trigger(
            name=name,
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=referencing,
            func=f"{func}    RETURN NULL;",
        )
        for name, operation, referencing, func in (
            ("result_stays_insert", pgtrigger.Insert, new, refuse_new + _CLOSES_EXIST),
            ("result_stays_update", pgtrigger.Update, both, refuse_old + refuse_new + _CLOSES_EXIST),
            ("result_stays_delete", pgtrigger.Delete, old, refuse_old),
        )
    ]


class PointQuarter(models.Model):
    """The gate of a county's quarter. Ledger inserts share-lock it; a close that is published, locked or reopened
    moves it (by trigger), so the two cannot disagree.
    """

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
        triggers = [
            pgtrigger.Trigger(
                name="follows_closes",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=_GATE_FOLLOWS_CLOSES,
            ),
            pgtrigger.Trigger(name="stays", operation=pgtrigger.Delete, when=pgtrigger.Before, func=_GATE_STAYS),
        ]

    def __str__(self) -> str:
        return f"{self.county_code} {self.quarter}"


@audited()
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
    is_correction = models.BooleanField("异议更正", default=False, help_text="公示期间更正后重算，接替公示的一版")
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
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="重新打开人",
    )
    reopened_at = models.DateTimeField("重新打开时间", null=True, blank=True)
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
        triggers = [
            *RegisterRow.Meta.triggers,
            pgtrigger.Trigger(
                name="moves_forward",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=_CLOSE_MOVES_FORWARD,
            ),
            pgtrigger.Trigger(
                name="moves_the_gate",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),
                when=pgtrigger.After,
                func=_GATE_OF_CLOSE,
            ),
            pgtrigger.Trigger(
                name="is_followed",
                operation=pgtrigger.UpdateOf("state"),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func=_IS_FOLLOWED,
            ),
        ]

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
    """A subject as it was on the quarter's last day. Scores, ranks, replay and digest read this and the ledger only.

    Its foreign keys are checked by statement (see `_result_triggers`), because a county's rows are written at once.
    """

    area_path = "village_code"
    view_right = "points.view"

    close = models.ForeignKey(
        QuarterClose,
        models.CASCADE,
        related_name="subjects",
        verbose_name="结算",
        db_index=False,
        db_constraint=False,
    )
    subject = models.ForeignKey(
        Subject, models.PROTECT, related_name="+", verbose_name="积分对象", db_index=False, db_constraint=False
    )
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
    scheme = models.ForeignKey(
        PointScheme, models.PROTECT, related_name="+", verbose_name="积分办法", db_index=False, db_constraint=False
    )

    class Meta:
        verbose_name = verbose_name_plural = "结算对象"
        constraints = [models.UniqueConstraint(fields=["close", "subject"], name="close_subject_once")]
        indexes = [models.Index(fields=["close", "village_code"], name="close_subject_by_village")]
        triggers = [*_result_triggers()]

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
        CloseSubject,
        models.CASCADE,
        primary_key=True,
        related_name="score",
        verbose_name="结算对象",
        db_constraint=False,
    )
    close = models.ForeignKey(
        QuarterClose,
        models.CASCADE,
        related_name="scores",
        verbose_name="结算",
        db_index=False,
        db_constraint=False,
    )
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
        triggers = [*_result_triggers()]

    def __str__(self) -> str:
        return f"{self.close_subject} {self.total}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("close_subject__village_code") | Q(close_subject__village_code__in=scope.ids("village"))
