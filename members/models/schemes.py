"""Point schemes (积分办法), version by version. All points are integers of 0.1 point."""

from typing import Any

import pgtrigger
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from members.models.subjects import SubjectClass, SubjectKind
from registers.audit import audited
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Area

QUARTER_VALIDATOR = RegexValidator(r"^[12]\d{3}Q[1-4]$", "季度应写成 2026Q3")

# The share lock waits for a scheme that is being put in force, and makes putting in force wait for us.
_REFUSE_CHANGE_IN_FORCE = """
    PERFORM FROM members_pointscheme WHERE id IN (NEW.scheme_id, OLD.scheme_id) ORDER BY id FOR SHARE;
    IF EXISTS (SELECT FROM members_pointscheme
               WHERE id IN (NEW.scheme_id, OLD.scheme_id) AND state = 'in_force') THEN
        RAISE EXCEPTION '积分办法已经启用，不能修改，请另建新版本' USING ERRCODE = 'LJ001';
    END IF;
    RETURN COALESCE(NEW, OLD);
"""


def quarter_field(verbose_name: str, **kwargs: Any) -> models.CharField:
    """A quarter written 2026Q3; byte order is time order."""
    return models.CharField(verbose_name, max_length=6, db_collation="C", validators=[QUARTER_VALIDATOR], **kwargs)


def _frozen_in_force(name: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=_REFUSE_CHANGE_IN_FORCE,
    )


@audited()
class PointScheme(RegisterRow):
    """A county's scheme for one kind of subject from a quarter on. In force it is never edited: make a new version."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        IN_FORCE = "in_force", "已启用"

    area_path = "area_id"
    view_right = "points.view"
    change_right = "schemes.change"

    area = models.ForeignKey(Area, models.PROTECT, verbose_name="县（市、区）", related_name="point_schemes")
    code = models.CharField("办法编码", max_length=20)
    name = models.CharField("名称", max_length=60)
    subject_kind = models.CharField("对象", max_length=15, choices=SubjectKind.choices)
    number = models.PositiveSmallIntegerField("版本号", default=1)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    from_quarter = quarter_field("自季度起")
    base = models.IntegerField("基础分（0.1 分）", default=0)
    floor = models.IntegerField("最低分（0.1 分）", null=True, blank=True)
    rank_by_class = models.BooleanField("按类别分别排名", default=False)
    top_quota_percent = models.PositiveSmallIntegerField("最高等次名额（%）", null=True, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "积分办法"
        ordering = ["area_id", "subject_kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["area", "subject_kind", "number"], name="scheme_version_once"),
            models.UniqueConstraint(
                fields=["area", "subject_kind", "from_quarter"],
                condition=Q(state="in_force"),
                name="one_scheme_from_a_quarter",
            ),
            models.CheckConstraint(
                condition=Q(top_quota_percent__isnull=True) | Q(top_quota_percent__lte=100),
                name="quota_within_100",
            ),
        ]
        triggers = [
            *RegisterRow.Meta.triggers,
            pgtrigger.Trigger(
                name="frozen_in_force",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state="in_force"),
                func="RAISE EXCEPTION '积分办法已经启用，不能修改，请另建新版本' USING ERRCODE = 'LJ001';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第 {self.number} 版"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        """A county's scheme is read by everybody who works in the county."""
        counties = {low[:6] for low, _ in scope.ranges if len(low) >= 6}
        counties |= {str(code)[:6] for code in scope.ids("village")}
        return scope.q("area_id") | Q(area_id__in=counties)


class ClassBase(models.Model):
    """What differs for one class of subjects: its base points (null: the scheme's), or 免于积分 with a reason."""

    scheme = models.ForeignKey(PointScheme, models.CASCADE, related_name="class_bases", verbose_name="积分办法")
    subject_class = models.CharField("类别", max_length=15, choices=SubjectClass.choices)
    base = models.IntegerField("基础分（0.1 分）", null=True, blank=True)
    exempt_reason = models.CharField("免于积分原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "分类基础分"
        constraints = [
            models.UniqueConstraint(fields=["scheme", "subject_class"], name="class_base_once"),
            models.CheckConstraint(
                condition=Q(base__isnull=False) | ~Q(exempt_reason=""), name="class_base_or_exempt_reason"
            ),
        ]
        triggers = [_frozen_in_force("class_base_frozen")]

    def __str__(self) -> str:
        return f"{self.get_subject_class_display()} {self.base}"


class PointCategory(models.Model):
    """A category with a cap (null: none), in 0.1 point a quarter."""

    scheme = models.ForeignKey(PointScheme, models.CASCADE, related_name="categories", verbose_name="积分办法")
    code = models.CharField("编码", max_length=20, db_collation="C")
    name = models.CharField("名称", max_length=40)
    cap = models.PositiveIntegerField("季度上限（0.1 分）", null=True, blank=True)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "积分类别"
        ordering = ["position", "code"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="category_code_once")]
        triggers = [_frozen_in_force("category_frozen")]

    def __str__(self) -> str:
        return self.name


class PointItem(models.Model):
    """An item: points a unit (negative: a deduction), quarter cap, highest-only group. `town` marks a town's own."""

    scheme = models.ForeignKey(PointScheme, models.CASCADE, related_name="items", verbose_name="积分办法")
    category = models.ForeignKey(PointCategory, models.CASCADE, related_name="items", verbose_name="类别")
    code = models.CharField("编码", max_length=20, db_collation="C")
    name = models.CharField("名称", max_length=60)
    points = models.IntegerField("分值（0.1 分）")
    quarter_cap = models.PositiveIntegerField(
        "季度上限（0.1 分）", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    group = models.CharField("取最高分组", max_length=20, blank=True)
    evidence_needed = models.BooleanField("需要佐证", default=False)
    town = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="镇街自设")
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "积分项目"
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="item_code_once"),
            models.CheckConstraint(condition=~Q(points=0), name="item_has_points"),
            models.CheckConstraint(
                condition=Q(quarter_cap__isnull=True) | Q(quarter_cap__gt=0), name="item_cap_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(town__isnull=True) | Q(points__gte=-20, points__lte=20),
                name="town_item_within_2_points",
            ),
        ]
        triggers = [_frozen_in_force("item_frozen")]

    def __str__(self) -> str:
        return self.name


class PointGrade(models.Model):
    """A grade word with its lowest total; the one with the highest limit is the top grade, which a quota may bound."""

    scheme = models.ForeignKey(PointScheme, models.CASCADE, related_name="grades", verbose_name="积分办法")
    name = models.CharField("等次", max_length=20)
    minimum = models.IntegerField("最低总分（0.1 分）")

    class Meta:
        verbose_name = verbose_name_plural = "等次"
        ordering = ["-minimum"]
        constraints = [models.UniqueConstraint(fields=["scheme", "minimum"], name="grade_limit_once")]
        triggers = [_frozen_in_force("grade_frozen")]

    def __str__(self) -> str:
        return self.name
