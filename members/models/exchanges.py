"""Cadres exchanged between strong and weak villages (P10), staff sent down or up, and items handed down (P56)."""

from django.db import models
from django.db.models import F, Q

from members.models.organizations import PartyOrganization
from members.models.people import Person
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from registers.scope import Scope
from villages.models import Area, Village


@audited()
class CadreExchange(RegisterRow):
    """A cadre of one village working or learning in another, half-open in dates (P10).

    Each of the two villages sees the row; who changes it has both in reach.
    """

    class Direction(models.TextChoices):
        STRONG_TO_WEAK = "strong_to_weak", "强村派往弱村"
        WEAK_TO_STRONG = "weak_to_strong", "弱村到强村学习"

    class Kind(models.TextChoices):
        POST = "post", "挂职任职"
        HELP = "help", "驻村帮带"
        SHADOW = "shadow", "跟班学习"
        VISIT = "visit", "短期交流"

    area_path = "from_village_id"
    view_right = "organizations.view"
    change_right = "organizations.change"

    name = models.CharField("姓名", max_length=40)
    person = models.ForeignKey(
        Person, models.PROTECT, verbose_name="人员", null=True, blank=True, related_name="exchanges"
    )
    from_village = models.ForeignKey(
        Village, models.PROTECT, verbose_name="派出村", related_name="exchanges_out", db_index=False
    )
    to_village = models.ForeignKey(Village, models.PROTECT, verbose_name="接收村", related_name="exchanges_in")
    direction = models.CharField("方向", max_length=15, choices=Direction.choices)
    kind = models.CharField("方式", max_length=10, choices=Kind.choices, default=Kind.POST)
    valid_from = models.DateField("开始日期")
    valid_to = models.DateField("结束日期", null=True, blank=True)
    task = models.CharField("任务", max_length=200, blank=True)
    result = models.CharField("成效", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "干部双向交流"
        ordering = ["from_village_id", "valid_from", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["from_village", "name", "to_village", "valid_from"], name="exchange_entered_once",
                violation_error_message="这次交流已经登记过，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="exchange_ends_after_start",
                violation_error_message="结束日期应晚于开始日期",
            ),
            models.CheckConstraint(
                condition=~Q(from_village=F("to_village")), name="exchange_between_two_villages",
                violation_error_message="派出村和接收村是同一个村，请核对",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("members.exchanges", "SELECT from_village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_direction_display()}"

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        named = scope.ids("village")
        return (
            scope.q("from_village_id") | scope.q("to_village_id")
            | Q(from_village_id__in=named) | Q(to_village_id__in=named)
        )  # fmt: skip


class _OfOrganization(RegisterRow):
    """Rows that hang on a party organisation and are seen with it."""

    area_path = "organization__area_id"
    view_right = "organizations.view"
    change_right = "organizations.change"

    class Meta(RegisterRow.Meta):
        abstract = True

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return (
            scope.q("organization__area_id")
            | Q(organization__area_id__in=scope.ids("village"))
            | Q(organization_id__in=scope.ids("organization"))
        )


@audited()
class DelegatedStaff(_OfOrganization):
    """Somebody working for a community or a federation: sent down by an office, or raised from a village (P56)."""

    class Kind(models.TextChoices):
        SENT_DOWN = "sent_down", "机关干部下沉"
        RAISED = "raised", "村干部上提"
        FULL_TIME = "full_time", "全职工作人员"

    organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, verbose_name="服务的党组织", related_name="delegated_staff", db_index=False
    )
    name = models.CharField("姓名", max_length=40)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices, default=Kind.SENT_DOWN)
    unit = models.CharField("原单位", max_length=60, blank=True)
    is_full_time = models.BooleanField("专职", default=True)
    duties = models.CharField("职责", max_length=200, blank=True)
    valid_from = models.DateField("到岗日期")
    valid_to = models.DateField("离岗日期", null=True, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "下沉上提人员"
        ordering = ["organization_id", "valid_from", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name", "valid_from"], name="delegated_staff_entered_once",
                violation_error_message="这个人这一天到岗已经登记过，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="delegated_staff_leaves_after_start",
                violation_error_message="离岗日期应晚于到岗日期",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers(
                "members.delegates",
                "SELECT o.area_id, '' FROM {rows} AS s JOIN members_partyorganization AS o ON o.id = s.organization_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_kind_display()}"


@audited()
class DelegatedItem(RegisterRow):
    """One matter that a town hands to its communities, with its basis (P56: 54 items).

    Big spending, contracts and setting up bodies stay with the town: the database refuses them too.
    """

    class Category(models.TextChoices):
        SERVICE = "service", "民生服务"
        GOVERNANCE = "governance", "综合治理"
        PARTY = "party", "党的建设"
        INDUSTRY = "industry", "产业发展"
        STAFF = "staff", "人员管理"
        OTHER = "other", "其他"
        SPENDING = "spending", "大额资金使用"
        CONTRACT = "contract", "合同签订"
        INSTITUTION = "institution", "机构设置"

    KEPT = (Category.SPENDING, Category.CONTRACT, Category.INSTITUTION)

    area_path = "town_id"
    view_right = "organizations.view"
    change_right = "organizations.change"

    town = models.ForeignKey(
        Area, models.PROTECT, verbose_name="下放镇街", related_name="delegated_items", db_index=False
    )
    name = models.CharField("事项", max_length=80)
    category = models.CharField("类别", max_length=15, choices=Category.choices)
    receiver = models.CharField("承接单位", max_length=80, blank=True)
    basis = models.CharField("依据", max_length=120)
    delegated_on = models.DateField("下放日期")
    withdrawn_on = models.DateField("收回日期", null=True, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "下放事项"
        ordering = ["town_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["town", "name"], name="delegated_item_once_per_town",
                violation_error_message="这个事项已经登记过，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=~Q(category__in=["spending", "contract", "institution"]), name="some_items_stay_with_town",
                violation_error_message="大额资金使用、合同签订、机构设置不下放，由镇街保留",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=F("delegated_on")),
                name="delegated_item_withdrawn_later",
                violation_error_message="收回日期应晚于下放日期",
            ),
        ]  # fmt: skip
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return self.name
