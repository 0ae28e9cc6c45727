"""Assessment of villages and village cadres (P24): a list for a county and year, its items, typed marks and results.

Villages are measured by what their class (村庄分类) is meant to become: each item has its full marks by class. What
the database refuses: a list that moves otherwise than draft → in force → published (LJ061), changing the items of a
list that is no draft (LJ062), and touching marks or results of a published one (LJ063).
"""

from decimal import Decimal
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from members.models import Person
from registers.audit import audited
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Area, Village
from villages.models.rows import VillageRow

COUNTY_DIGITS = 6
UNCLASSIFIED = "unclassified"  # the column of villages that have no class
CLASSES = (*Village.PlanningClass.choices, ("", "暂未分类"))

_MOVES_FORWARD = """
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION '考核清单要从草稿开始' USING ERRCODE = 'LJ061';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION '考核清单已经启用，不能删除' USING ERRCODE = 'LJ061';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state = 'published' THEN
        RAISE EXCEPTION '考核结果已经公布，不能再改' USING ERRCODE = 'LJ061';
    END IF;
    IF OLD.state = 'in_force' AND
        (NEW.area_id, NEW.year, NEW.subject_kind, NEW.grades, NEW.top_quota, NEW.base_pay, NEW.village_share)
        IS DISTINCT FROM
        (OLD.area_id, OLD.year, OLD.subject_kind, OLD.grades, OLD.top_quota, OLD.base_pay, OLD.village_share)
    THEN
        RAISE EXCEPTION '考核清单已经启用，要改请先退回草稿' USING ERRCODE = 'LJ061';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'in_force'), ('in_force', 'draft'), ('in_force', 'published'))
    THEN
        RAISE EXCEPTION '考核清单不能从“%”改为“%”', OLD.state, NEW.state USING ERRCODE = 'LJ061';
    END IF;
    IF NEW.state = 'published' AND (NEW.published_at IS NULL OR NEW.published_by_id IS NULL) THEN
        RAISE EXCEPTION '没有记下由谁公布，不能公布' USING ERRCODE = 'LJ061';
    END IF;
    RETURN NEW;
"""
_ITEMS_STAY = """
    PERFORM FROM reports_assessmentlist WHERE id IN (NEW.assessment_id, OLD.assessment_id) ORDER BY id FOR SHARE;
    IF EXISTS (SELECT FROM reports_assessmentlist
               WHERE id IN (NEW.assessment_id, OLD.assessment_id) AND state <> 'draft') THEN
        RAISE EXCEPTION '考核清单已经启用，项目不能再改，要改请先退回草稿' USING ERRCODE = 'LJ062';
    END IF;
    RETURN COALESCE(NEW, OLD);
"""
_OUTCOME_STAYS = """
    PERFORM FROM reports_assessmentlist WHERE id IN (NEW.assessment_id, OLD.assessment_id) ORDER BY id FOR SHARE;
    IF EXISTS (SELECT FROM reports_assessmentlist
               WHERE id IN (NEW.assessment_id, OLD.assessment_id) AND state = 'published') THEN
        RAISE EXCEPTION '考核结果已经公布，评分和结果不能再改' USING ERRCODE = 'LJ063';
    END IF;
    RETURN COALESCE(NEW, OLD);
"""


def _guarding(name: str, func: str) -> pgtrigger.Trigger:
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    return pgtrigger.Trigger(name=name, operation=operation, when=pgtrigger.Before, func=func)


def counties_above(scope: Scope) -> set[str]:
    """The counties of a scope's towns and villages: by their lists the people of these are measured."""
    codes = [low for low, _ in scope.ranges] + [str(code) for code in scope.ids("village")]
    return {code[:COUNTY_DIGITS] for code in codes if len(code) > COUNTY_DIGITS}


def marks_field(verbose_name: str, **kwargs: Any) -> models.DecimalField:
    """Marks, 0–100 with two decimals."""
    return models.DecimalField(verbose_name, max_digits=5, decimal_places=2, **kwargs)


@audited()
class AssessmentList(RegisterRow):
    """考核清单: by what a county measures its villages, or their cadres, in a year.

    `grades` are words with the marks they begin at and their coefficients of performance pay (assessing/grades.py).
    `village_share` percent of a cadre's result are the village's result, by the same county's list of that year.
    """

    class Kind(models.TextChoices):
        VILLAGE = "village", "村居"
        CADRE = "cadre", "村干部"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        IN_FORCE = "in_force", "已启用"
        PUBLISHED = "published", "已公布"

    area_path = "area_id"
    view_right = "assessments.view"
    change_right = "assessments.change"

    area = models.ForeignKey(
        Area, models.PROTECT, verbose_name="县（市、区）", related_name="assessments", db_index=False
    )
    year = models.PositiveSmallIntegerField("年度")
    subject_kind = models.CharField("考核对象", max_length=10, choices=Kind.choices)
    name = models.CharField("名称", max_length=80)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    grades = models.CharField("等次", max_length=200)
    top_quota = models.PositiveSmallIntegerField("最高等次名额", null=True, blank=True)
    base_pay = models.DecimalField("绩效基数", max_digits=14, decimal_places=2, null=True, blank=True)
    village_share = models.PositiveSmallIntegerField("村居结果占比", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    tried_at = models.DateTimeField("试算时间", null=True, blank=True, editable=False)
    published_at = models.DateTimeField("公布时间", null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="公布人", related_name="+", null=True, blank=True,
        editable=False,
    )  # fmt: skip

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "考核清单"
        ordering = ["-year", "area_id", "subject_kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "year", "subject_kind"], name="assessment_once_a_year",
                violation_error_message="这一年已有这类考核清单，请在原清单上修改",
            ),
            models.CheckConstraint(
                condition=Q(subject_kind="village", base_pay__isnull=True, village_share__isnull=True)
                | Q(subject_kind="cadre", base_pay__isnull=False, village_share__isnull=False, village_share__lte=100),
                name="assessment_pays_cadres",
                violation_error_message="村干部的清单要填绩效基数和村居结果占比（0–100），村居的清单两项都不填",
            ),
            models.CheckConstraint(
                condition=Q(top_quota__isnull=True) | Q(top_quota__gte=1, top_quota__lte=100),
                name="assessment_quota_in_percent",
                violation_error_message="最高等次名额是 1–100 的百分数",
            ),
        ]  # fmt: skip
        triggers = [*RegisterRow.Meta.triggers, _guarding("moves_forward", _MOVES_FORWARD)]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def seen_from(cls, scope: Scope) -> Q:
        """Whoever is measured by a list may read it."""
        return cls.in_scope(scope) | Q(area_id__in=counties_above(scope))

    @property
    def is_of_cadres(self) -> bool:
        return self.subject_kind == self.Kind.CADRE


@audited()
class AssessmentItem(RegisterRow):
    """One item: typed, read from an indicator, or from the reviews of duties (评约); its full marks by class.

    An indicator's marks rise in a line from `zero_at` to `full_at` and stay there; where `full_at` is the smaller,
    less is better. A class without full marks is not measured by the item.
    """

    class Source(models.TextChoices):
        TYPED = "typed", "评分"
        INDICATOR = "indicator", "指标"
        REVIEW = "review", "评约结果"

    area_path = "assessment__area_id"
    view_right = "assessments.view"
    change_right = "assessments.change"

    assessment = models.ForeignKey(
        AssessmentList, models.PROTECT, verbose_name="考核清单", related_name="items", db_index=False
    )
    number = models.PositiveSmallIntegerField("项次")
    category = models.CharField("类别", max_length=20)
    name = models.CharField("项目", max_length=40)
    criteria = models.CharField("评分标准", max_length=200, blank=True)
    source = models.CharField("计分方式", max_length=10, choices=Source.choices, default=Source.TYPED)
    indicator = models.CharField("指标", max_length=40, blank=True, db_collation="C")
    zero_at = models.DecimalField("得零分的值", max_digits=16, decimal_places=2, null=True, blank=True)
    full_at = models.DecimalField("得满分的值", max_digits=16, decimal_places=2, null=True, blank=True)
    points_gathering = marks_field("集聚提升类", null=True, blank=True)
    points_suburban = marks_field("城郊融合类", null=True, blank=True)
    points_featured = marks_field("特色保护类", null=True, blank=True)
    points_relocating = marks_field("搬迁撤并类", null=True, blank=True)
    points_unclassified = marks_field("暂未分类", null=True, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "考核项目"
        ordering = ["assessment_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "number"], name="assessment_item_number_once",
                violation_error_message="清单里已有这个项次，请换一个",
            ),
            models.CheckConstraint(
                condition=Q(source="indicator", zero_at__isnull=False, full_at__isnull=False)
                & ~Q(indicator="")
                & ~Q(zero_at=F("full_at"))
                | ~Q(source="indicator") & Q(indicator="", zero_at__isnull=True, full_at__isnull=True),
                name="assessment_item_has_its_measure",
                violation_error_message="按指标计分的要选指标，填得零分和得满分的值（两者不同）；其他的这三项都不填",
            ),
        ]  # fmt: skip
        triggers = [*RegisterRow.Meta.triggers, _guarding("items_stay", _ITEMS_STAY)]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"

    @classmethod
    def seen_from(cls, scope: Scope) -> Q:
        return cls.in_scope(scope) | Q(assessment__area_id__in=counties_above(scope))

    def full_for(self, planning_class: str) -> Decimal | None:
        """Full marks of a village of that class; None where the item does not apply to it."""
        full: Decimal | None = getattr(self, points_name(planning_class))
        return full


def points_name(planning_class: str) -> str:
    """The column of full marks of a class."""
    return f"points_{planning_class or UNCLASSIFIED}"


@audited(by_statement=True)
class AssessmentMark(VillageRow):
    """What the town or the county gives one village (or one cadre of it) for one item; empty until it is typed.

    Rows are made when the list is put in force, so that nobody types names. `full` is the item's for the class then.
    """

    view_right = "marks.view"
    change_right = "marks.change"

    code = models.CharField("评分编号", max_length=60, unique=True, db_collation="C")
    assessment = models.ForeignKey(
        AssessmentList, models.PROTECT, verbose_name="考核清单", related_name="marks", db_index=False
    )
    item = models.ForeignKey(AssessmentItem, models.PROTECT, verbose_name="项目", related_name="marks")
    person = models.ForeignKey(
        Person, models.PROTECT, verbose_name="人员", related_name="assessment_marks", null=True, blank=True
    )
    who = models.CharField("对象", max_length=60, help_text="村名，或村干部的姓名")
    full = marks_field("满分")
    marks = marks_field("得分", null=True, blank=True)
    note = models.CharField("评分说明", max_length=100, blank=True)
    typed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="评分人", related_name="+", null=True, blank=True,
        editable=False,
    )  # fmt: skip
    typed_at = models.DateTimeField("评分时间", null=True, blank=True, editable=False)

    class Meta(VillageRow.Meta):
        verbose_name = verbose_name_plural = "考核评分"
        ordering = ["-assessment_id", "item_id", "village_id", "code"]
        indexes = [models.Index(fields=["assessment", "village"], name="mark_of_village")]
        constraints = [
            models.CheckConstraint(
                condition=Q(marks__isnull=True) | Q(marks__gte=0, marks__lte=F("full")), name="marks_up_to_full",
                violation_error_message="得分应在 0 和满分之间",
            ),
        ]  # fmt: skip
        triggers = [*VillageRow.Meta.triggers, _guarding("marks_stay", _OUTCOME_STAYS)]

    def __str__(self) -> str:
        return f"{self.who} {self.item}"


class AssessmentResult(VillageRow):
    """One village's, or one cadre's, outcome with every line of how it came about.

    Written by a trial as a whole and never by hand; published, it stays. `lines` are snapshots (assessing/lines.py).
    """

    view_right = "assessments.view"

    assessment = models.ForeignKey(
        AssessmentList, models.PROTECT, verbose_name="考核清单", related_name="results", db_index=False
    )
    person = models.ForeignKey(
        Person, models.PROTECT, verbose_name="人员", related_name="assessment_results", null=True, blank=True
    )
    who = models.CharField("对象", max_length=60)
    office = models.CharField("职务", max_length=60, blank=True)
    planning_class = models.CharField("村庄分类", max_length=12, choices=Village.PlanningClass.choices, blank=True)
    own = marks_field("本人得分", null=True, blank=True)
    village_total = marks_field("村居得分", null=True, blank=True)
    total = marks_field("总分")
    rank = models.PositiveIntegerField("全县名次")
    rank_of = models.PositiveIntegerField("全县参评数")
    class_rank = models.PositiveIntegerField("同类名次")
    class_of = models.PositiveIntegerField("同类参评数")
    grade = models.CharField("等次", max_length=10)
    coefficient = models.DecimalField("绩效系数", max_digits=4, decimal_places=2)
    pay = models.DecimalField("绩效报酬", max_digits=14, decimal_places=2, null=True, blank=True)
    lines = models.JSONField("得分明细", default=list)

    class Meta(VillageRow.Meta):
        verbose_name = verbose_name_plural = "考核结果"
        ordering = ["-assessment_id", "rank", "id"]
        indexes = [models.Index(fields=["village"], name="result_of_village")]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "village", "person"], nulls_distinct=False, name="assessed_once"
            ),
            models.CheckConstraint(condition=Q(total__gte=0, total__lte=100), name="assessed_out_of_100"),
        ]
        triggers = [*VillageRow.Meta.triggers, _guarding("results_stay", _OUTCOME_STAYS)]

    def __str__(self) -> str:
        return f"{self.who} {self.total}"

    @classmethod
    def seen_by(cls, user: Any) -> Q:
        """Published ones of the scope; of the others only what lies where the user may see marks too."""
        working = cls.in_scope(user.scope_for(AssessmentMark.view_right))
        return Q(assessment__state=AssessmentList.State.PUBLISHED) | working
