"""How a person keeps a list: views of his own by name, and the columns he chose."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from registers.models.job import OwnedModel


class ListView(OwnedModel):
    """One view of one register's list. The one without a name keeps the columns of the list as such."""

    register = models.CharField("台账", max_length=60)
    name = models.CharField("视图名称", max_length=30, blank=True)
    query = models.CharField("筛选和排序", max_length=2000, blank=True)
    columns = ArrayField(models.CharField(max_length=60), verbose_name="列", default=list, blank=True)
    is_default = models.BooleanField("打开列表时默认用它", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "列表视图"
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=["owner", "register", "name"], name="list_view_named_once"),
            models.UniqueConstraint(
                fields=["owner", "register"], condition=Q(is_default=True), name="list_view_one_default"
            ),
            models.CheckConstraint(
                condition=~Q(name="") | Q(query="", is_default=False), name="list_view_nameless_keeps_columns_only"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.register
