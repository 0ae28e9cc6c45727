"""What stands in a village and what it is known for (P02): facilities, specialties by year, photographs."""

import uuid

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from villages.models.facts import YEAR_LIMITS, money
from villages.models.rows import VillageRow, ends_after_start
from villages.models.village import latitude, longitude


@audited()
class Facility(VillageRow):
    """A public facility, or several alike (路灯, 120 盏), with the year it was built and its state.

    It serves the village from `valid_from` (empty: since it was built) until `valid_to` (empty: still does).
    """

    class Kind(models.TextChoices):
        PARTY_CENTRE = "party_centre", "党群服务中心"
        CLINIC = "clinic", "卫生室"
        SQUARE = "square", "文化广场"
        HAPPY_HOME = "happy_home", "幸福院"
        LIBRARY = "library", "农家书屋"
        SPORTS = "sports", "健身场地"
        LAMPS = "lamps", "路灯"
        TOILET = "toilet", "公共厕所"
        SEWAGE = "sewage", "污水处理设施"
        WATER = "water", "供水设施"
        SHOP = "shop", "便民超市"
        OTHER = "other", "其他"

    class State(models.TextChoices):
        GOOD = "good", "在用"
        REPAIR = "repair", "待修"
        CLOSED = "closed", "停用"

    view_right = "villages.view"
    change_right = "villages.change"

    kind = models.CharField("类别", max_length=16, choices=Kind.choices)
    name = models.CharField("名称", max_length=60)
    count = models.PositiveIntegerField("数量", default=1, validators=[MinValueValidator(1)])
    built_year = models.PositiveSmallIntegerField("建成年份", null=True, blank=True, validators=YEAR_LIMITS)
    state = models.CharField("状况", max_length=8, choices=State.choices, default=State.GOOD)
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("撤除日期", null=True, blank=True)
    longitude = longitude()
    latitude = latitude()
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "公共设施"
        ordering = ["village_id", "kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["village", "kind", "name"], name="facility_named_once_per_village"),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__isnull=False, latitude__isnull=False),
                name="facility_both_coordinates", violation_error_message="经度和纬度要么都填，要么都不填",
            ),
            ends_after_start("facility_ends_after_start", "“撤除日期”应晚于“启用日期”"),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("villages.facilities", "SELECT village_id, '' FROM {rows}"),
        ]

    def __str__(self) -> str:
        return self.name


@audited()
class Specialty(VillageRow):
    """特色产品: what a village grows or makes, its scale and yearly output value in yuan, year by year (P31)."""

    view_right = "villages.view"
    change_right = "villages.change"

    year = models.PositiveSmallIntegerField("年度", validators=YEAR_LIMITS)
    name = models.CharField("产品名称", max_length=40)
    scale = models.DecimalField("规模", max_digits=12, decimal_places=2, null=True, blank=True)
    scale_unit = models.CharField("规模单位", max_length=10, blank=True)
    output_value = money("年产值", validators=[MinValueValidator(0)])
    brand = models.CharField("品牌", max_length=60, blank=True)
    is_geographical = models.BooleanField("地理标志", default=False)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "特色产品"
        ordering = ["-year", "village_id", "name"]
        constraints = [
            models.UniqueConstraint(fields=["village", "year", "name"], name="specialty_once_a_year"),
            models.CheckConstraint(
                condition=Q(scale__isnull=True) | ~Q(scale_unit=""), name="specialty_scale_has_unit",
                violation_error_message="填了“规模”的，要填“规模单位”，如 亩、吨、头",
            ),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("villages.specialties", "SELECT village_id, year::text FROM {rows}"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year} 年"


def photo_storage() -> FileSystemStorage:
    """Photographs lie under the data folder and are served by our own view alone, through the guard."""
    return FileSystemStorage(location=settings.MEDIA_ROOT / "photos")


@audited()
class VillagePhoto(VillageRow):
    """A photograph of a village or of one of its facilities: encoded anew, so nothing of the camera is kept."""

    view_right = "villages.view"
    change_right = "villages.change"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    facility = models.ForeignKey(
        Facility, models.PROTECT, verbose_name="公共设施", related_name="photos", null=True, blank=True
    )
    caption = models.CharField("说明", max_length=60)
    taken_on = models.DateField("拍摄日期", null=True, blank=True)
    image = models.FileField("照片", storage=photo_storage, upload_to="%Y/%m/")
    thumbnail = models.FileField("缩略图", storage=photo_storage, upload_to="%Y/%m/")
    width = models.PositiveIntegerField("宽（像素）", validators=[MaxValueValidator(1600)])
    height = models.PositiveIntegerField("高（像素）", validators=[MaxValueValidator(1600)])
    size = models.PositiveIntegerField("字节数")

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "照片"
        ordering = [F("taken_on").desc(nulls_last=True), "-created_at"]
        indexes = [models.Index(fields=["village", "-created_at"], name="photo_of_village")]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return self.caption
