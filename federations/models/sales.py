"""Joint sales by quarter: e-commerce, exhibition hall, festivals, consumption help (P31)."""

from django.db import models
from django.db.models import Q

from federations.models.amounts import people, yuan
from lianjian.periods import Period
from registers.audit import audited
from registers.models.outbox import outbox_triggers
from registers.models.row import RegisterRow
from villages.models.rows import VillageRow


@audited()
class Sale(VillageRow):
    """What a village sold of a product through one channel in a quarter, planned beside actual."""

    class Channel(models.TextChoices):
        COMMERCE = "commerce", "电商直播"
        HALL = "hall", "展厅专柜"
        FESTIVAL = "festival", "节会展会"
        HELP = "help", "消费帮扶"
        ORDER = "order", "订单商超"
        OTHER = "other", "其他"

    view_right = "economy.view"
    change_right = "economy.change"

    quarter = models.CharField("季度", max_length=6, db_collation="C")
    channel = models.CharField("销售渠道", max_length=10, choices=Channel.choices)
    product = models.CharField("产品", max_length=40)
    brand = models.CharField("品牌", max_length=40, blank=True, help_text="区域公用品牌、地理标志")
    planned_amount = yuan("计划销售额")
    amount = yuan("实际销售额")
    orders = people("订单数")
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "产品销售"
        ordering = ["-quarter", "village_id", "channel", "product"]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "quarter", "channel", "product"], name="sale_once_a_quarter",
                violation_error_message="这个季度已有这个产品在这个渠道的销售，请在原记录上修改",
            ),
            models.CheckConstraint(condition=Q(quarter__regex=r"^[12][0-9]{3}Q[1-4]$"), name="sale_in_a_quarter"),
        ]  # fmt: skip
        triggers = [
            *RegisterRow.Meta.triggers,
            *outbox_triggers("economy.sales", "SELECT village_id, quarter FROM {rows}"),
        ]

    def __str__(self) -> str:
        return f"{self.village} {Period.parse(self.quarter).label} {self.product}"
