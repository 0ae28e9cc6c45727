"""Registers of co-operatives at three levels, who holds them, and their years (P26)."""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet, Sum

from federations.credit_codes import CreditCode
from federations.models import Cooperative, CooperativeShare, CooperativeYear
from federations.named import NamedResolver
from federations.registers.enterprises import ENTERPRISES
from lianjian import clock
from registers.models.row import effective_on
from registers.pages.parts import Notice, Related
from registers.reading import AreaField
from registers.register import Register, register_of
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Decimal, Integer, Money, Reference, Text, Year
from registers.scope import Scope
from villages.models import Area
from villages.resolvers import VILLAGES, AreaResolver

Kind, Holder = Cooperative.Kind, CooperativeShare.Holder
COOPERATIVES = NamedResolver(Cooperative, what="合作社")
PLACES = AreaResolver(Area.Level.COUNTY, Area.Level.TOWN, Area.Level.VILLAGE, what="区划")
_LEVELS = {Kind.VILLAGE_COOP: (12, "村居"), Kind.TOWN_FEDERATION: (9, "镇街"), Kind.COUNTY_FEDERATION: (6, "县")}
_TONES = {
    Kind.VILLAGE_COOP: "neutral", Kind.TOWN_FEDERATION: "info", Kind.COUNTY_FEDERATION: "done", Kind.COMPANY: "waiting",
}  # fmt: skip


class InAreaFilter(django_filters.CharFilter):
    """Rows whose own place lies in the subtree of an area: what may be seen from there besides is left out."""

    field_class = AreaField

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        return qs.filter(Scope.area(value).q(self.field_name)) if value else qs


class CooperativeFilters(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="类别", choices=Kind.choices, empty_label="全部")
    union = django_filters.ChoiceFilter(label="联合方式", choices=Cooperative.Union.choices, empty_label="全部")
    parent = django_filters.NumberFilter("parent_id", label="上级联合社编号")
    area = InAreaFilter("area_id", label="区划")


@row_rule("kind", "area_code")
def place_fits_kind(values: Mapping[str, Any], context: Any) -> Any:
    """村合作社 in a village, 镇级联合社 in a town, 县级联合总社 in the county."""
    if values["kind"] not in _LEVELS or values["area_code"] is None:
        return
    digits, place = _LEVELS[values["kind"]]
    if len(values["area_code"].pk) != digits:
        yield "area_code", f"填了“{values['area_code']}”", f"{Kind(values['kind']).label}的所在地应填{place}"


@row_rule("kind", "area_code", "parent")
def parent_is_one_level_up(values: Mapping[str, Any], context: Any) -> Any:
    """A village's co-operative belongs to its town's federation, a town's federation to its county's."""
    parent, area, kind = values["parent"], values["area_code"], values["kind"]
    if parent is None or area is None:
        return
    if kind == Kind.COUNTY_FEDERATION:
        yield "parent", "县级联合总社没有上级联合社", "请留空"
    elif kind == Kind.TOWN_FEDERATION:
        if parent.kind != Kind.COUNTY_FEDERATION or parent.area_id != area.pk[:6]:
            yield "parent", f"填了“{parent.name}”", "镇级联合社的上级应为本县的县级联合总社"
    elif parent.kind != Kind.TOWN_FEDERATION or parent.area_id != area.pk[:9]:
        yield "parent", f"填了“{parent.name}”", "上级应为本镇的镇级联合社"


@row_rule("kind", "union")
def only_federations_unite(values: Mapping[str, Any], context: Any) -> Any:
    """同业联合 and 同域联合 are ways of federations."""
    if values["union"] and values["kind"] in (Kind.VILLAGE_COOP, Kind.COMPANY):
        yield "union", "只有联合社才分同业联合、同域联合", "请留空"


class CooperativeRegister(Register):
    """村合作社, 镇级联合社, 县级联合总社 and 强村公司, with their professional managers (农村职业经理人)."""

    model = Cooperative
    slug = "cooperatives"
    title = "合作社"
    group = "产业"
    menu_order = 10
    icon = "sitemap"
    columns = (
        Column("name", "名称", Text(80, compact=True), required=True, width=30, example="锅上果品专业合作社"),
        Column("kind", "类别", Choice(Kind.choices), required=True, width=14, example="村合作社"),
        Column(
            "area_code", "所在地", Reference(PLACES, what="区划"), required=True, width=16, example="锅上村委会",
            help="村合作社填村居，镇级联合社填镇街，县级联合总社填县", aliases=("所在村居", "所在镇街"),
        ),
        Column(
            "parent", "上级联合社", Reference(COOPERATIVES, what="联合社"), width=28,
            example="乳山口镇果品合作社联合社", help="村合作社填本镇的镇级联合社，镇级联合社填县级联合总社",
        ),
        Column("union", "联合方式", Choice(Cooperative.Union.choices), width=12, help="只有联合社填"),
        Column("industry", "主营产业", Text(60), width=16, example="苹果"),
        Column("households", "成员户数", Integer(0, 10_000_000), unit="户", example="86"),
        Column(
            "share_unit", "股份单位", Choice(Cooperative.ShareUnit.choices), width=10, example="股", help="不填为股",
        ),
        Column("share_total", "总股份", Decimal(2), width=14, example="1000", help="总股数，或注册资本（元）"),
        Column("manager", "职业经理人", Text(40, compact=True), width=12, help="聘请的农村职业经理人，只填姓名"),
        Column("manager_from", "聘任日期", Date(), width=12),
        Column("founded_on", "成立日期", Date(), width=12, example="2021-06-18"),
        Column("ended_on", "注销日期", Date(open_ended=True), width=12),
        Column("credit_code", "统一社会信用代码", CreditCode(), width=22, help="选填，18 位"),
        Column("note", "备注", Text(200), width=24),
    )  # fmt: skip
    sources = {"area_code": "area"}
    list_columns = ("name", "kind", "area_code", "parent", "industry", "households", "founded_on")
    main_columns = ("name", "kind", "area_code")
    filterset_class = CooperativeFilters
    primary_filters = ("q", "kind", "area")
    search_fields = ("name", "initials", "industry", "manager")
    ordering = ("area_id", "name")
    ordering_fields = ("name", "kind", "founded_on", "households")
    natural_key = ("area_code", "name")
    select_related = ("area", "parent")
    status_field = "kind"
    tones = {"kind": _TONES}
    key_fields = ("area_code", "parent", "industry")
    view_right = "economy.view"
    change_right = "economy.change"
    lookups = {"parent": "cooperatives"}
    row_rules = (place_fits_kind, parent_is_one_level_up, only_federations_unite)
    bulk_fields = ("parent", "union", "industry", "ended_on")
    end_field = "ended_on"
    form_groups = (
        ("基本情况", ("name", "kind", "area_code", "parent", "union", "industry", "founded_on", "ended_on")),
        ("成员与股份", ("households", "share_unit", "share_total")),
        ("经营", ("manager", "manager_from", "credit_code", "note")),
    )
    empty_text = "还没有合作社。可以逐个新增，也可以下载模板后用 Excel 导入。"

    def related(self, row: Cooperative, user: Any) -> Iterable[Related]:
        if row.is_federation:
            members = self.rows(user).filter(parent=row).order_by("area_id", "name")
            yield Related(
                "成员社", "cooperatives", members, ("name", "kind", "area_code", "industry", "households"),
                filters={"parent": row.pk}, initial={"parent": row.name}, empty="还没有成员社。",
            )  # fmt: skip
        shares = register_of("cooperative-shares").rows(user).filter(effective_on(clock.today()), cooperative=row)
        yield Related(
            "持股", "cooperative-shares", shares.order_by("holder_kind", "pk"),
            ("holder", "holder_kind", "shares", "from"), filters={"cooperative": row.pk},
            initial={"cooperative": row.name} if row.is_changeable_by(user) else None, empty="还没有登记持股。",
        )  # fmt: skip
        years = register_of("cooperative-years").rows(user).filter(cooperative=row)
        yield Related(
            "历年经营", "cooperative-years", years.order_by("-year"),
            ("year", "turnover", "collective_gain", "member_gain", "members_gained"), filters={"cooperative": row.pk},
            initial={"cooperative": row.name} if row.is_changeable_by(user) else None, empty="还没有填报经营情况。",
        )  # fmt: skip

    def notices(self, row: Cooperative, user: Any) -> Iterable[Notice]:
        """Shares that do not add up to the total, told to those who may mend them."""
        if row.share_total is None or not row.is_changeable_by(user):
            return
        today = CooperativeShare.objects.changeable_by(user).filter(effective_on(clock.today()), cooperative=row)
        held = today.aggregate(held=Sum("shares"))["held"]
        if held is not None and held != row.share_total:
            unit = row.get_share_unit_display()
            yield Notice(f"已登记持股 {held:,.2f} {unit}，比总股份少 {row.share_total - held:,.2f} {unit}。", "waiting")


class ShareFilters(django_filters.FilterSet):
    cooperative = django_filters.NumberFilter("cooperative_id", label="合作社编号")
    holder_kind = django_filters.ChoiceFilter(label="持股方", choices=Holder.choices, empty_label="全部")


_NEEDED = {
    Holder.VILLAGE: ("village_code",),
    Holder.HOUSEHOLDS: ("village_code", "households"),
    Holder.ENTERPRISE: ("enterprise",),
    Holder.COOPERATIVE: ("holder_cooperative",),
}
_HEADINGS = {
    "village_code": "持股村居", "households": "持股户数", "enterprise": "持股企业", "holder_cooperative": "持股合作社",
}  # fmt: skip


@row_rule("holder_kind", sound=True)
def one_holder(values: Mapping[str, Any], context: Any) -> Any:
    """A village's collective, its households, an enterprise or a co-operative: what belongs to it, and nothing else.

    Looks at rows that are right otherwise, whether all columns came along or not.
    """
    kind = Holder(values["holder_kind"])
    needed, label = _NEEDED[kind], kind.label
    for field, heading in _HEADINGS.items():
        if field in needed and not values.get(field):
            yield field, "没有填", f"持股方为{label}的，应填“{heading}”"
        if field not in needed and values.get(field) is not None:
            yield field, f"持股方为{label}", f"“{heading}”应留空"


class CooperativeShareRegister(Register):
    """Who holds a co-operative: villages' collectives, households, enterprises, co-operatives; dated."""

    model = CooperativeShare
    slug = "cooperative-shares"
    title = "合作社持股"
    group = "产业"
    menu_order = 20
    icon = "chart-pie"
    columns = (
        Column(
            "cooperative", "合作社", Reference(COOPERATIVES, what="合作社"), required=True, width=28,
            example="锅上果品专业合作社",
        ),
        Column("holder_kind", "持股方", Choice(Holder.choices), required=True, width=10, example="村集体"),
        Column("holder", "持股人", width=24, readonly=True),
        Column(
            "village_code", "持股村居", Reference(VILLAGES, what="村居"), width=14, example="锅上",
            help="村集体、农户持股的填",
        ),
        Column("households", "持股户数", Integer(0, 10_000_000), unit="户", help="农户持股的填"),
        Column("enterprise", "持股企业", Reference(ENTERPRISES, what="企业"), width=24, help="企业持股的填"),
        Column(
            "holder_cooperative", "持股合作社", Reference(COOPERATIVES, what="合作社"), width=24, help="合作社持股的填",
        ),
        Column("shares", "股份", Decimal(2), required=True, width=14, example="400", help="按合作社的股份单位：股或元"),
        Column("from", "自", Date(), required=True, width=12, example="2021-06-18"),
        Column("to", "至", Date(open_ended=True), width=12, help="仍持有的留空；这一天起不再持有"),
        Column("note", "备注", Text(200), width=24),
    )  # fmt: skip
    sources = {"holder": "holder_name", "village_code": "village", "from": "valid_from", "to": "valid_to"}
    list_columns = ("cooperative", "holder", "holder_kind", "shares", "from", "to")
    main_columns = ("cooperative", "holder", "shares")
    filterset_class = ShareFilters
    primary_filters = ("q", "holder_kind", "area")
    search_fields = (
        "cooperative__name",
        "cooperative__initials",
        "village__name",
        "village__initials",
        "enterprise__name",
        "enterprise__initials",
    )
    ordering = ("cooperative_id", "valid_from", "pk")
    ordering_fields = ("shares", "from")
    select_related = ("cooperative", "village", "enterprise", "holder_cooperative")
    view_right = "economy.view"
    change_right = "economy.change"
    lookups = {
        "cooperative": "cooperatives", "village_code": "villages", "enterprise": "enterprises",
        "holder_cooperative": "cooperatives",
    }  # fmt: skip
    row_rules = (one_holder,)
    bulk_fields = ("to",)
    end_field = "to"
    empty_text = "还没有登记持股。可以逐条新增，也可以下载模板后用 Excel 导入。"

    def title_of(self, row: CooperativeShare) -> str:
        return f"{row.cooperative} {row.holder_name}"


class YearFilters(django_filters.FilterSet):
    cooperative = django_filters.NumberFilter("cooperative_id", label="合作社编号")
    year = django_filters.NumberFilter(label="年度")


class CooperativeYearRegister(Register):
    """A co-operative's year: turnover and what it brought the collective and the members."""

    model = CooperativeYear
    slug = "cooperative-years"
    title = "合作社年报"
    group = "产业"
    menu_order = 30
    icon = "report"
    columns = (
        Column(
            "cooperative", "合作社", Reference(COOPERATIVES, what="合作社"), required=True, width=28,
            example="锅上果品专业合作社",
        ),
        Column("year", "年度", Year(), required=True, width=8, example="2026"),
        Column("turnover", "经营收入", Money(), unit="元", width=14, example="860000"),
        Column("surplus", "盈余", Money(minimum=None), unit="元", width=14, example="120000"),
        Column(
            "collective_gain", "带动村集体增收", Money(), unit="元", width=16, example="38000",
            help="已记入村情年报的收入，这里只单列，不另加",
        ),
        Column("member_gain", "成员增收合计", Money(), unit="元", width=14, example="172000"),
        Column("members_gained", "增收户数", Integer(0, 10_000_000), unit="户", example="86"),
        Column("note", "备注", Text(200), width=24),
    )  # fmt: skip
    list_columns = ("cooperative", "year", "turnover", "surplus", "collective_gain", "member_gain", "members_gained")
    main_columns = ("cooperative", "year", "collective_gain")
    filterset_class = YearFilters
    primary_filters = ("q", "area", "year")
    search_fields = ("cooperative__name", "cooperative__initials")
    ordering = ("-year", "cooperative_id")
    ordering_fields = ("year", "turnover", "collective_gain")
    natural_key = ("cooperative", "year")
    period_field = "year"
    select_related = ("cooperative",)
    totals = ("turnover", "surplus", "collective_gain", "member_gain", "members_gained")
    totals_per = ("year",)
    view_right = "economy.view"
    change_right = "economy.change"
    lookups = {"cooperative": "cooperatives"}
    empty_text = "还没有合作社年报。可以逐条新增，也可以下载模板后用 Excel 导入。"


def cooperatives_of_village(village: Any, user: Any) -> Iterable[Related]:
    """The co-operatives of a village, and what it holds elsewhere, under its page."""
    if not user.can(Cooperative.view_right):
        return
    own = register_of("cooperatives").rows(user).filter(area=village.pk)
    yield Related(
        "合作社和强村公司", "cooperatives", own.order_by("name"),
        ("name", "kind", "industry", "households", "manager"), filters={"area": village.pk},
        initial={"area_code": village.pk}, empty="还没有登记合作社。",
    )  # fmt: skip
    held = register_of("cooperative-shares").rows(user).filter(effective_on(clock.today()), village=village.pk)
    elsewhere = held.exclude(cooperative__area=village.pk).order_by("cooperative_id", "pk")
    if elsewhere.exists():
        yield Related("在别处的持股", "cooperative-shares", elsewhere, ("cooperative", "holder_kind", "shares", "from"))


__all__ = [
    "COOPERATIVES", "CooperativeRegister", "CooperativeShareRegister", "CooperativeYearRegister", "InAreaFilter",
    "cooperatives_of_village",
]  # fmt: skip
