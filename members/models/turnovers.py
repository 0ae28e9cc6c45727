"""Turnovers (换届): what one workbook did to the posts of many party organisations, kept so that it can be undone."""

from django.conf import settings
from django.db import models

from registers.audit import audited
from registers.models.row import RegisterRow
from villages.models import Area


@audited()
class Turnover(RegisterRow):
    """One turnover (P08). `area` is the smallest area that holds all its organisations.

    lines    [{organization, title, name, person}]: who was meant, so that the same file asks nobody twice
    effects  {created: {post: version}, ended: {post: [version, earlier end]}, changed: {post: [version, portfolio,
             source]}, removed: [facts of a post]}: what undoing takes back
    """

    area_path = "area_id"
    view_right = "organizations.view"
    change_right = "organizations.change"

    area = models.ForeignKey(Area, models.PROTECT, verbose_name="区划", related_name="turnovers")
    on = models.DateField("换届日期")
    file_name = models.CharField("文件", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办理人", related_name="+")
    organizations = models.PositiveIntegerField("党组织", default=0)
    came = models.PositiveIntegerField("新任", default=0)
    left = models.PositiveIntegerField("离任", default=0)
    stayed = models.PositiveIntegerField("留任", default=0)
    undone_at = models.DateTimeField("撤回时间", null=True, blank=True)
    lines = models.JSONField(default=list, editable=False)
    effects = models.JSONField(default=dict, editable=False)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "换届"
        ordering = ["-on", "-id"]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return f"{self.on} 换届"
