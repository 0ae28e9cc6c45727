"""Duties of a village agreed with its people (P22): the list in versions, who signed it, how it was kept, its board.

Three books by subject: a list, and so each contract on it, belongs to one kind of subject. What the database refuses:
changing the affairs of a list in force (LJ051), and a contract on a draft or by another kind of subject (LJ052).
"""

import pgtrigger
from django.db import models
from django.db.models import Q

from members.models.subjects import Subject, SubjectKind
from registers.audit import audited
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Area, Village

TOWN_DIGITS, VILLAGE_DIGITS = 9, 12

_FROZEN = """
    PERFORM FROM members_dutylist WHERE id IN (NEW.duty_list_id, OLD.duty_list_id) ORDER BY id FOR SHARE;
    IF EXISTS (SELECT FROM members_dutylist
               WHERE id IN (NEW.duty_list_id, OLD.duty_list_id) AND state = 'in_force') THEN
        RAISE EXCEPTION '责任清单已经启用，事项不能再改，请另建新版本' USING ERRCODE = 'LJ051';
    END IF;
    RETURN COALESCE(NEW, OLD);
"""
_FITS = """
    IF NOT EXISTS (SELECT FROM members_dutylist AS l JOIN members_subject AS s ON s.kind = l.subject_kind
                   WHERE l.id = NEW.duty_list_id AND l.state = 'in_force' AND s.id = NEW.subject_id) THEN
        RAISE EXCEPTION '只能签已经启用、对象类别相同的责任清单' USING ERRCODE = 'LJ052';
    END IF;
    RETURN NEW;
"""


def towns_above(scope: Scope) -> set[str]:
    """The towns of a scope's villages: their lists hold in these villages too."""
    codes = [low for low, _ in scope.ranges if len(low) >= VILLAGE_DIGITS] + [
        str(code) for code in scope.ids("village")
    ]
    return {code[:TOWN_DIGITS] for code in codes}


@audited()
class DutyList(RegisterRow):
    """One version of a village's or a town's list of affairs for one kind of subject; in force it stays as it is."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        IN_FORCE = "in_force", "已启用"

    area_path = "area_id"
    view_right = "duties.view"
    change_right = "duties.change"

    area = models.ForeignKey(Area, models.PROTECT, verbose_name="村居或镇街", related_name="duty_lists", db_index=False)
    name = models.CharField("名称", max_length=80)
    subject_kind = models.CharField("对象", max_length=15, choices=SubjectKind.choices)
    number = models.PositiveSmallIntegerField("版本号")
    valid_from = models.DateField("自哪一天起")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "责任清单"
        ordering = ["area_id", "subject_kind", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "name"], name="duty_list_named_once",
                violation_error_message="这里已有同名的责任清单，新版本请在名称里写明第几版",
            ),
            models.UniqueConstraint(
                fields=["area", "subject_kind", "number"], name="duty_list_version_once",
                violation_error_message="这一版刚刚由别的同志建好，请刷新后再试",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            pgtrigger.Trigger(
                name="list_stays_in_force",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state="in_force"),
                func="""
                    IF TG_OP = 'DELETE' OR
                        (NEW.area_id, NEW.name, NEW.subject_kind, NEW.number, NEW.valid_from, NEW.state)
                        IS DISTINCT FROM
                        (OLD.area_id, OLD.name, OLD.subject_kind, OLD.number, OLD.valid_from, OLD.state)
                    THEN
                        RAISE EXCEPTION '责任清单已经启用，只能改说明，请另建新版本' USING ERRCODE = 'LJ051';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("area_id") | Q(area_id__in=scope.ids("village"))

    @classmethod
    def seen_from(cls, scope: Scope) -> Q:
        """Villages also read the lists of their towns."""
        return cls.in_scope(scope) | Q(area_id__in=towns_above(scope))


@audited()
class DutyItem(RegisterRow):
    """One affair: who is responsible, what is done and how often, and which point items it earns (codes)."""

    area_path = "duty_list__area_id"
    view_right = "duties.view"
    change_right = "duties.change"

    duty_list = models.ForeignKey(
        DutyList, models.CASCADE, verbose_name="责任清单", related_name="items", db_index=False
    )
    number = models.PositiveSmallIntegerField("项次")
    name = models.CharField("事项", max_length=60)
    responsible = models.CharField("责任人", max_length=60)
    content = models.CharField("内容和要求", max_length=200)
    frequency = models.CharField("频次", max_length=30)
    item_codes = models.CharField("积分项目", max_length=120, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "责任事项"
        ordering = ["duty_list_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["duty_list", "number"], name="duty_item_number_once",
                violation_error_message="清单里已有这个项次，请换一个",
            ),
            models.CheckConstraint(
                condition=Q(number__gt=0), name="duty_item_number_from_1", violation_error_message="项次从 1 开始"
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            pgtrigger.Trigger(
                name="duty_item_frozen",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=_FROZEN,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("duty_list__area_id") | Q(duty_list__area_id__in=scope.ids("village"))

    @classmethod
    def seen_from(cls, scope: Scope) -> Q:
        return cls.in_scope(scope) | Q(duty_list__area_id__in=towns_above(scope))


class _OfVillage(RegisterRow):
    """Rows that lie in a village."""

    area_path = "village_id"
    view_right = "duties.view"
    change_right = "duties.change"

    class Meta(RegisterRow.Meta):
        abstract = True

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))


@audited()
class DutyContract(_OfVillage):
    """Who signed which version, and when (签约); `village` is where the subject belonged that day."""

    duty_list = models.ForeignKey(
        DutyList, models.PROTECT, verbose_name="责任清单", related_name="contracts", db_index=False
    )
    subject = models.ForeignKey(Subject, models.PROTECT, verbose_name="积分对象", related_name="duty_contracts")
    village = models.ForeignKey(Village, models.PROTECT, verbose_name="村居", related_name="duty_contracts")
    signed_on = models.DateField("签约日期")
    note = models.CharField("备注", max_length=100, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "签约"
        ordering = ["duty_list_id", "village_id", "subject_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["duty_list", "subject"], name="duty_list_signed_once",
                violation_error_message="这一版已经签过，请在原记录上修改",
            )
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            pgtrigger.Trigger(
                name="contract_fits_its_list",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=_FITS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} 签 {self.duty_list_id}"


@audited()
class DutyReview(_OfVillage):
    """A round of review in a village (评约): which version over which time; its results are shown from `posted_on`."""

    village = models.ForeignKey(
        Village, models.PROTECT, verbose_name="村居", related_name="duty_reviews", db_index=False
    )
    duty_list = models.ForeignKey(DutyList, models.PROTECT, verbose_name="责任清单", related_name="reviews")
    name = models.CharField("评约名称", max_length=60)
    period = models.CharField("评议期间", max_length=30)
    held_on = models.DateField("评议日期")
    posted_on = models.DateField("公开日期", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "评约"
        ordering = ["-held_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "name"], name="duty_review_named_once",
                violation_error_message="这个村已有同名的评约，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=Q(posted_on__isnull=True) | Q(posted_on__gte=models.F("held_on")),
                name="duty_review_posted_after_held",
                violation_error_message="公开日期不能早于评议日期",
            ),
        ]  # fmt: skip
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return self.name


@audited()
class DutyResult(RegisterRow):
    """What a round found of one who had signed: 履约, 基本履约 or 未履约."""

    class Result(models.TextChoices):
        KEPT = "kept", "履约"
        MOSTLY = "mostly", "基本履约"
        BROKEN = "broken", "未履约"

    area_path = "review__village_id"
    view_right = "duties.view"
    change_right = "duties.change"

    review = models.ForeignKey(DutyReview, models.PROTECT, verbose_name="评约", related_name="results", db_index=False)
    subject = models.ForeignKey(Subject, models.PROTECT, verbose_name="积分对象", related_name="duty_results")
    result = models.CharField("结果", max_length=10, choices=Result.choices)
    note = models.CharField("说明", max_length=100, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "评约结果"
        ordering = ["review_id", "subject_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "subject"], name="duty_result_once",
                violation_error_message="这次评约已有这个人的结果，请在原记录上修改",
            )
        ]  # fmt: skip
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.get_result_display()}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("review__village_id") | Q(review__village_id__in=scope.ids("village"))


@audited()
class DutyBoard(_OfVillage):
    """The public board of a village (亮约) as the village wants it: how names are shown, how fast the screen turns."""

    class Names(models.TextChoices):
        FULL = "full", "全名"
        MASKED = "masked", "隐去中间字"
        NUMBERS = "numbers", "只显示编号"

    village = models.OneToOneField(Village, models.PROTECT, verbose_name="村居", related_name="duty_board")
    names = models.CharField("姓名显示", max_length=10, choices=Names.choices, default=Names.MASKED)
    seconds = models.PositiveSmallIntegerField("大屏每页停留（秒）", default=12)
    note = models.CharField("栏目说明", max_length=100, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "亮约公开栏"
        ordering = ["village_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seconds__gte=5, seconds__lte=120), name="duty_board_turns_readably",
                violation_error_message="每页停留 5–120 秒",
            )
        ]  # fmt: skip
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return f"{self.village}亮约公开栏"
