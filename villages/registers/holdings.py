"""Registers of 三资: collective funds, assets and resources (P02)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal as Number
from typing import Any

from django.db.models import QuerySet

from lianjian import clock
from registers.pages.parts import Notice
from registers.register import Register
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Decimal, Money, Quarter, Text
from villages.models import CollectiveAsset, CollectiveFund, CollectiveResource
from villages.registers.places import VILLAGE, ends_after_start

Use = CollectiveAsset.Use
USE_TONES = {Use.OWN: "info", Use.RENTED: "done", Use.IDLE: "waiting"}
SEARCH = ("name", "village__name", "village__area__code", "village__pinyin", "village__initials")


@row_rule("net_value", "original_value")
def net_within_original(values: Mapping[str, Any], context: Any) -> Any:
    """净值 ≤ 原值."""
    net, original = values["net_value"] or Number(0), values["original_value"] or Number(0)
    if net > original:
        yield "net_value", f"填了“{net:f}”，比原值 {original:f} 还大", "净值是原值减去累计折旧，请核对这两列"


def _tenancy(values: Mapping[str, Any], first: str, last: str) -> Any:
    begins, ends = values[first], values[last]
    if begins and ends and ends <= begins:
        yield last, f"填了“{ends}”，不晚于起始日 {begins}", "请核对合同起止日期"
    if ends and not begins:
        yield first, "没有填", "填了到期日的，起始日也要填"


@row_rule("contract_from", "contract_to")
def contract_in_order(values: Mapping[str, Any], context: Any) -> Any:
    """A contract begins before it ends."""
    return _tenancy(values, "contract_from", "contract_to")


@row_rule("use", "contract_from", "contract_to")
def use_agrees_with_contract(values: Mapping[str, Any], context: Any) -> Any:
    """出租 needs a contract; 闲置 has none that still holds."""
    begins, ends = values["contract_from"], values["contract_to"]
    if values["use"] == Use.RENTED and not begins:
        yield "contract_from", "没有填", "“使用情况”填“出租”的，要填租期起始日"
    today = clock.today()
    if values["use"] == Use.IDLE and begins and begins <= today and (ends is None or ends > today):
        yield "use", "填了“闲置”，但租期还没有到", "仍在出租的填“出租”；已退租的，把“租期至”改为退租日"


@row_rule("acquired_on", "disposed_on")
def disposed_after_acquired(values: Mapping[str, Any], context: Any) -> Any:
    """处置 not before 取得."""
    acquired, disposed = values["acquired_on"], values["disposed_on"]
    if acquired and disposed and disposed < acquired:
        yield "disposed_on", f"填了“{disposed}”，早于取得日期 {acquired}", "请核对这两个日期"


@row_rule("contractor", "contract_from")
def contractor_has_contract(values: Mapping[str, Any], context: Any) -> Any:
    """Whoever holds a resource holds it from a day on."""
    if values["contractor"] and not values["contract_from"]:
        yield "contract_from", "没有填", "填了承包方的，要填承包期起始日"


class FundRegister(Register):
    """Collective funds at a quarter's end (P02). Never an account's number."""

    model = CollectiveFund
    slug = "collective-funds"
    title = "集体资金"
    group = "村居"
    menu_order = 40
    icon = "cash"
    columns = (
        VILLAGE,
        Column("quarter", "季度", Quarter(), required=True, width=14, example="2026年第三季度"),
        Column("kind", "类别", Choice(CollectiveFund.Kind.choices), required=True, example="银行存款"),
        Column(
            "name", "账户或款项", Text(40), required=True, width=20, example="基本账户",
            help="账户用途或款项名称；不填银行账号，个人往来只写类别不写姓名",
        ),
        Column("balance", "期末余额", Money(), required=True, unit="元", width=16, example="86500"),
        Column("note", "备注", Text(200), width=24),
    )  # fmt: skip
    sources = {"village_code": "village"}
    primary_filters = ("q", "area", "quarter")
    search_fields = SEARCH
    ordering = ("-quarter", "village_id", "kind", "name")
    ordering_fields = ("quarter", "village_id", "balance")
    natural_key = ("village_code", "quarter", "kind", "name")
    period_field = "quarter"
    select_related = ("village",)
    view_right = "economy.view"
    change_right = "economy.change"
    main_columns = ("name", "quarter", "balance")
    totals = ("balance",)
    totals_per = ("quarter", "kind")
    totals_note = "应付款项是欠款，不与存款相加"


class AssetRegister(Register):
    """Collective assets and who uses them (P02, P29)."""

    model = CollectiveAsset
    slug = "collective-assets"
    title = "集体资产"
    group = "村居"
    menu_order = 41
    icon = "building"
    columns = (
        VILLAGE,
        Column("name", "资产名称", Text(60), required=True, width=20, example="村东厂房"),
        Column("kind", "类别", Choice(CollectiveAsset.Kind.choices), width=14, example="房屋建筑物"),
        Column("original_value", "原值", Money(), unit="元", width=16, example="1200000"),
        Column("net_value", "净值", Money(), unit="元", width=16, example="860000"),
        Column("acquired_on", "取得日期", Date(), example="2016-05-01"),
        Column("use", "使用情况", Choice(Use.choices), example="出租", help="自用、出租或闲置"),
        Column("tenant", "承租方", Text(60), width=18, example="乳山市兴海食品有限公司"),
        Column("contract_from", "租期自", Date(), example="2024-01-01"),
        Column("contract_to", "租期至", Date(open_ended=True), example="2029-01-01", help="这一天起不再出租"),
        Column("yearly_rent", "年租金", Money(), unit="元", width=14, example="60000"),
        Column("disposed_on", "处置日期", Date(), help="出售、报废之日；仍在账上的留空"),
        Column("note", "备注", Text(200), width=24),
    )
    sources = {"village_code": "village"}
    list_columns = ("name", "village_code", "kind", "original_value", "net_value", "use", "contract_to", "yearly_rent")
    primary_filters = ("q", "area", "use")
    search_fields = (*SEARCH, "tenant")
    ordering = ("village_id", "name")
    ordering_fields = ("village_id", "name", "original_value", "net_value", "contract_to", "yearly_rent")
    natural_key = ("village_code", "name")
    end_field = "disposed_on"
    bulk_fields = ("kind", "use", "contract_to", "disposed_on")
    select_related = ("village",)
    view_right = "economy.view"
    change_right = "economy.change"
    row_rules = (net_within_original, contract_in_order, use_agrees_with_contract, disposed_after_acquired)
    form_groups = (
        ("资产", ("village_code", "name", "kind", "original_value", "net_value", "acquired_on", "disposed_on")),
        ("使用", ("use", "tenant", "contract_from", "contract_to", "yearly_rent")),
        ("其他", ("note",)),
    )
    main_columns = ("name", "net_value", "use")
    status_field = "use"
    tones = {"use": USE_TONES}
    key_fields = ("village_code", "net_value", "yearly_rent")
    totals = ("original_value", "net_value", "yearly_rent")

    def notices(self, row: CollectiveAsset, user: Any) -> Iterable[Notice]:
        if row.use == Use.RENTED and row.contract_to and row.contract_to <= clock.today() and not row.disposed_on:
            yield Notice(
                f"合同已于 {row.contract_to} 到期，指标按闲置统计。续租的请改租期，退租的改填闲置。", "waiting"
            )


class ResourceRegister(Register):
    """Land, forest, water and beach of the collective, and whom they are contracted to (P02)."""

    model = CollectiveResource
    slug = "collective-resources"
    title = "集体资源"
    group = "村居"
    menu_order = 42
    icon = "plant"
    columns = (
        VILLAGE,
        Column("name", "资源名称", Text(60), required=True, width=20, example="南滩"),
        Column("kind", "类别", Choice(CollectiveResource.Kind.choices), required=True, width=14, example="滩涂"),
        Column("area_mu", "面积", Decimal(2, 0, 9_999_999), required=True, unit="亩", example="140"),
        Column("from", "取得日期", Date(), help="一直是本村的留空"),
        Column("to", "转出日期", Date(open_ended=True), help="被征收、转让之日；仍是本村的留空"),
        Column("contractor", "承包方", Text(60), width=18, example="牡蛎养殖专业合作社", help="没有发包的留空"),
        Column("contract_from", "承包期自", Date(), example="2023-01-01"),
        Column("contract_to", "承包期至", Date(open_ended=True), example="2028-01-01", help="这一天起不再承包"),
        Column("yearly_rent", "年承包费", Money(), unit="元", width=14, example="56000"),
        Column("note", "备注", Text(200), width=24),
    )
    sources = {"village_code": "village", "from": "valid_from", "to": "valid_to"}
    list_columns = ("name", "village_code", "kind", "area_mu", "contractor", "contract_to", "yearly_rent")
    primary_filters = ("q", "area", "kind")
    search_fields = (*SEARCH, "contractor")
    ordering = ("village_id", "name")
    ordering_fields = ("village_id", "name", "area_mu", "contract_to", "yearly_rent")
    natural_key = ("village_code", "name")
    end_field = "to"
    bulk_fields = ("kind", "contract_to", "to")
    select_related = ("village",)
    view_right = "economy.view"
    change_right = "economy.change"
    row_rules = (ends_after_start, contract_in_order, contractor_has_contract)
    main_columns = ("name", "area_mu", "contractor")
    key_fields = ("village_code", "area_mu", "yearly_rent")
    totals = ("area_mu", "yearly_rent")


def latest_funds(rows: QuerySet) -> QuerySet:
    """Of one village's fund rows, those of the newest quarter."""
    newest = rows.order_by("-quarter").values("quarter")[:1]
    return rows.filter(quarter=newest).order_by("kind", "name")
