"""The register of sales by quarter (P31)."""

from federations.models import Sale
from federations.registers.of_village import NOTE, OfVillage, count, yuan
from registers.rows.columns import Choice, Column, Quarter, Text
from villages.registers import VILLAGE


class SaleRegister(OfVillage):
    """What villages sold, through which channel, planned beside actual."""

    model = Sale
    slug = "sales"
    title = "产品销售"
    menu_order = 90
    icon = "truck-delivery"
    columns = (
        VILLAGE,
        Column("quarter", "季度", Quarter(), required=True, example="2026Q3"),
        Column("channel", "销售渠道", Choice(Sale.Channel.choices), required=True, example="电商直播"),
        Column("product", "产品", Text(40), required=True, width=14, example="乳山牡蛎"),
        Column("brand", "品牌", Text(40), width=14, example="乳山牡蛎", help="区域公用品牌、地理标志"),
        yuan("planned_amount", "计划销售额", "200000"),
        yuan("amount", "实际销售额", "186000"),
        count("orders", "订单数", "单", "1250"),
        NOTE,
    )
    list_columns = ("product", "village_code", "quarter", "channel", "planned_amount", "amount", "orders")
    main_columns = ("product", "channel", "amount")
    quarter_path = "quarter"
    primary_filters = ("q", "area", "quarter")
    search_fields = ("product", "brand", "village__name", "village__area__code", "village__initials")
    ordering = ("-quarter", "village_id", "channel", "product")
    ordering_fields = ("quarter", "product", "amount", "village_id")
    natural_key = ("village_code", "quarter", "channel", "product")
    period_field = "quarter"
    totals = ("planned_amount", "amount", "orders")
    totals_per = ("quarter",)
    totals_note = "计划数和实际数分别合计，不相加"
    bulk_fields = ("brand", "channel")
