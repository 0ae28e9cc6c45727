"""People: as little about them as the work needs, numbers encrypted and masked."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from registers.audit import audited
from registers.guarding import GuardedModel
from registers.models.row import RegisterRow
from registers.personal import SealedAttribute
from registers.scope import Scope
from villages.models import Area
from villages.models.area import code_field


@audited(by_statement=True)
class Person(RegisterRow):
    """A person. The UUID is made in Python, because encrypted values are bound to it.

    `id_number` and `phone` read and write plain text over their sealed columns; pages show `*_masked`.
    """

    class Gender(models.TextChoices):
        MALE = "m", "男"
        FEMALE = "f", "女"

    area_path = "area_id"
    view_right = "members.view"
    change_right = "members.change"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("姓名", max_length=40)
    pinyin = models.CharField("拼音", max_length=120, blank=True, editable=False)
    initials = models.CharField("拼音首字母", max_length=40, blank=True, editable=False)
    gender = models.CharField("性别", max_length=1, choices=Gender.choices, blank=True)
    birth_year = models.PositiveSmallIntegerField("出生年份", null=True, blank=True)
    area = models.ForeignKey(
        Area, models.PROTECT, verbose_name="所在区划", related_name="people", help_text="现在所在的村居或镇街"
    )
    id_number_sealed = models.TextField(blank=True, editable=False)
    id_number_index = models.CharField(max_length=32, blank=True, editable=False)
    phone_sealed = models.TextField(blank=True, editable=False)
    phone_index = models.CharField(max_length=32, blank=True, editable=False)

    id_number = SealedAttribute()
    phone = SealedAttribute()

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "人员"
        ordering = ["area_id", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["id_number_index"], condition=~Q(id_number_index=""), name="person_id_number_once"
            )
        ]
        indexes = [
            models.Index(fields=["area", "name"], name="person_by_area_and_name"),
            models.Index(fields=["phone_index"], name="person_phone", condition=~Q(phone_index="")),
        ]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("area_id") | Q(area_id__in=scope.ids("village"))


class NumberSeries(models.Model):
    """The last running number given in a county. Its row lock lines up those who number at the same moment."""

    county_code = code_field("县代码", primary_key=True)
    last = models.PositiveBigIntegerField("已用到的序号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号序列"

    def __str__(self) -> str:
        return f"{self.county_code} {self.last}"


class RevealLog(GuardedModel):
    """Who saw whose number or phone in full, when and why. Rows are only ever added (database grant)."""

    class Column(models.TextChoices):
        ID_NUMBER = "id_number", "身份证号"
        PHONE = "phone", "联系电话"

    append_only = True
    area_path = "area_id"
    view_right = "audit.view"

    person = models.ForeignKey(Person, models.PROTECT, verbose_name="人员", related_name="reveals")
    area = models.ForeignKey(
        Area, models.PROTECT, verbose_name="查看时所在区划", related_name="+", help_text="人员调动后仍归当时的区划"
    )
    column = models.CharField("查看内容", max_length=10, choices=Column.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="查看人", related_name="+")
    reason = models.CharField("查看原因", max_length=200)
    at = models.DateTimeField("查看时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "敏感信息查看记录"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["area", "-at"], name="reveal_by_area")]

    def __str__(self) -> str:
        return f"{self.by} {self.get_column_display()} {self.at:%Y-%m-%d}"
