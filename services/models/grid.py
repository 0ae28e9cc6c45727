"""Grids (网格): households looked after by a head, inside a village (P35)."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from registers.audit import audited
from registers.models.row import RegisterRow
from registers.scope import Scope
from registers.sounds import InitialsField, PinyinField
from villages.models import Village


@audited()
class Grid(RegisterRow):
    """A grid of a village with its head and households."""

    area_path = "village_id"
    view_right = "services.view"
    change_right = "services.change"

    village = models.ForeignKey(Village, models.PROTECT, verbose_name="村居", related_name="grids", db_index=False)
    name = models.CharField("网格名称", max_length=60)
    pinyin = PinyinField()
    initials = InitialsField()
    head = models.CharField("网格长", max_length=40, blank=True)
    workers = models.PositiveSmallIntegerField("网格员人数", default=0)
    households = models.PositiveIntegerField("户数", default=0, validators=[MinValueValidator(0)])
    people = models.PositiveIntegerField("人数", default=0)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "网格"
        ordering = ["village_id", "name"]
        constraints = [models.UniqueConstraint(fields=["village", "name"], name="grid_named_once_per_village")]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("village_id") | Q(village_id__in=scope.ids("village"))
