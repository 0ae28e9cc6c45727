"""The register of enterprises (P09, P26, P51)."""

from federations.credit_codes import CreditCode
from federations.models import Enterprise
from federations.named import NamedResolver
from registers.register import Register
from registers.rows.columns import Choice, Column, Date, Reference, Text
from villages.models import Area
from villages.resolvers import AreaResolver

ENTERPRISES = NamedResolver(Enterprise, what="企业")
TOWN_OR_VILLAGE = AreaResolver(Area.Level.TOWN, Area.Level.VILLAGE, what="村镇")


class EnterpriseRegister(Register):
    """Leading enterprises, businesses and associations that villages work with."""

    model = Enterprise
    slug = "enterprises"
    title = "企业"
    group = "产业"
    menu_order = 60
    icon = "building"
    columns = (
        Column("name", "名称", Text(80, compact=True), required=True, width=30, example="乳山口牡蛎食品有限公司"),
        Column("kind", "类别", Choice(Enterprise.Kind.choices), required=True, width=12, example="龙头企业"),
        Column(
            "area_code", "所在村镇", Reference(TOWN_OR_VILLAGE, what="村镇"), required=True, width=16,
            example="乳山口镇", help="村居或镇街的名称或代码", aliases=("所在村居", "所在镇街"),
        ),
        Column("credit_code", "统一社会信用代码", CreditCode(), width=22, help="选填，18 位"),
        Column("industry", "主营产业", Text(60), width=16, example="牡蛎养殖加工"),
        Column("contact", "联系人", Text(40, compact=True), width=12, example="宋建国", help="只填姓名，不登记电话"),
        Column("from", "合作起始日期", Date(), width=14, example="2025-03-01"),
        Column("to", "合作终止日期", Date(open_ended=True), width=14, help="仍在合作的留空；这一天起不再合作"),
        Column("note", "备注", Text(200), width=24),
    )  # fmt: skip
    sources = {"area_code": "area", "from": "valid_from", "to": "valid_to"}
    list_columns = ("name", "kind", "area_code", "industry", "contact", "from", "to")
    main_columns = ("name", "kind", "industry")
    primary_filters = ("q", "kind", "area")
    search_fields = ("name", "initials", "credit_code", "industry")
    ordering = ("area_id", "name")
    ordering_fields = ("name", "kind", "from")
    natural_key = ("area_code", "name")
    select_related = ("area",)
    key_fields = ("kind", "area_code", "industry")
    view_right = "economy.view"
    change_right = "economy.change"
    bulk_fields = ("kind", "industry", "to")
    end_field = "to"
    empty_text = "还没有企业。可以逐个新增，也可以下载模板后用 Excel 导入。"
