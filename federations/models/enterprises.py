"""Enterprises and organisations that work with villages and federations (P09, P26, P51)."""

from django.db import models
from django.db.models import F, Q

from registers.audit import audited
from registers.models.row import RegisterRow
from registers.scope import Scope
from registers.sounds import InitialsField
from villages.models import Area


@audited()
class Enterprise(RegisterRow):
    """An enterprise, a self-employed business or an association, at the village or town where it works.

    Half-open dates say since when (and until when) it works with the villages. Only a contact's name is kept: a
    telephone is left out, because nothing here calls anybody and what is not collected cannot leak.
    """

    class Kind(models.TextChoices):
        LEADING = "leading", "龙头企业"
        COMPANY = "company", "一般企业"
        SELF_EMPLOYED = "self_employed", "个体工商户"
        FAMILY_FARM = "family_farm", "家庭农场"
        ASSOCIATION = "association", "社会组织"
        OTHER = "other", "其他"

    area_path = "area_id"
    view_right = "economy.view"
    change_right = "economy.change"

    name = models.CharField("名称", max_length=80)
    initials = InitialsField()
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True, db_collation="C")
    kind = models.CharField("类别", max_length=15, choices=Kind.choices, default=Kind.COMPANY)
    area = models.ForeignKey(
        Area, models.PROTECT, verbose_name="所在村镇", related_name="enterprises", help_text="村居或镇街"
    )
    industry = models.CharField("主营产业", max_length=60, blank=True)
    contact = models.CharField("联系人", max_length=40, blank=True)
    valid_from = models.DateField("合作起始日期", null=True, blank=True)
    valid_to = models.DateField("合作终止日期", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "企业"
        ordering = ["area_id", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "name"],
                name="enterprise_named_once_per_area",
                violation_error_message="这个村镇已登记同名的企业，请在原记录上修改",
            ),
            models.UniqueConstraint(
                fields=["area", "credit_code"],
                condition=~Q(credit_code=""),
                name="credit_code_once_per_area",
                violation_error_message="这个村镇已有企业用了这个统一社会信用代码，请核对",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="enterprise_ends_after_start",
                violation_error_message="终止日期应晚于起始日期",
            ),
        ]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("area_id") | Q(area_id__in=scope.ids("village"))
