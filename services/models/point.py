"""Service points (便民服务点): where villagers have things done close to home, the 15-minute circle (P39)."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from villages.models.rows import VillageRow, ends_after_start
from villages.models.village import latitude, longitude


@audited()
class ServicePoint(VillageRow):
    """A point of service in a village, from its opening to its closing; households it serves, and those near it.

    Near is fifteen minutes on foot. No person is named: who runs it is an organisation.
    """

    class Kind(models.TextChoices):
        AGENCY = "agency", "便民服务代办点"
        CENTRE = "centre", "便民服务中心"
        PARCEL = "parcel", "快递服务点"
        WASTE = "waste", "垃圾分类投放点"
        CANTEEN = "canteen", "幸福食堂"
        CLINIC = "clinic", "医疗服务点"
        FINANCE = "finance", "金融服务点"
        SHOP = "shop", "便民超市"
        OTHER = "other", "其他"

    DOES_ERRANDS = (Kind.AGENCY, Kind.CENTRE)

    view_right = "services.view"
    change_right = "services.change"

    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    name = models.CharField("名称", max_length=60)
    operator = models.CharField("运营单位", max_length=60, blank=True)
    hours = models.CharField("开放时间", max_length=40, blank=True)
    workers = models.PositiveSmallIntegerField("服务人员", default=0, validators=[MaxValueValidator(1000)])
    items = models.PositiveSmallIntegerField("可办事项", null=True, blank=True, validators=[MaxValueValidator(1000)])
    households = models.PositiveIntegerField("服务户数", null=True, blank=True)
    households_near = models.PositiveIntegerField("步行15分钟内户数", null=True, blank=True)
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("停用日期", null=True, blank=True)
    longitude = longitude()
    latitude = latitude()
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "便民服务点"
        ordering = ["village_id", "kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "kind", "name"], name="service_point_named_once_per_village",
                violation_error_message="这个村居已登记同类同名的服务点，请在原记录上修改",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__isnull=False, latitude__isnull=False),
                name="service_point_both_coordinates", violation_error_message="经度和纬度要么都填，要么都不填",
            ),
            models.CheckConstraint(
                condition=Q(households_near__isnull=True)
                | Q(households__isnull=False, households_near__lte=F("households")),
                name="service_point_near_within_served",
                violation_error_message="“步行15分钟内户数”不能超过“服务户数”",
            ),
            ends_after_start("service_point_ends_after_start", "“停用日期”应晚于“启用日期”"),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("services.points", "SELECT village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return self.name
