"""Registers of places: divisions, villages, and the yearly figures of villages and towns."""

from collections.abc import Iterable, Mapping
from typing import Any

from lianjian import areacodes, clock, pinyin
from registers.errors import Invalid
from registers.pages.parts import Related
from registers.register import Register, register_of
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Decimal, Integer, Money, Reference, Text
from villages.actions.areas import rename_area
from villages.models import Area, TownFacts, Village, VillageFacts
from villages.resolvers import TOWNS, VILLAGES

CODE = Text(max_length=12, pattern=r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}", pattern_help="请填 2、4、6、9 或 12 位区划代码")
VILLAGE_CODE = Text(max_length=12, pattern=r"\d{12}", pattern_help="请填 12 位村居代码")
VILLAGE = Column(
    "village_code", "村居", Reference(VILLAGES, what="村居"), required=True, width=16, example="南唐家",
    aliases=("村名", "村", "村居名称", "行政村", "村庄", "所在村", "村（社区）", "村居代码", "村代码"),
    help="村名或 12 位代码",
)  # fmt: skip


class AreaRegister(Register):
    """The division tree. Towns read their part; the county adds areas and renames them."""

    model = Area
    slug = "areas"
    title = "区划"
    group = "村居"
    menu_order = 90
    icon = "map"
    columns = (
        Column("code", "区划代码", CODE, required=True, width=16, example="371083101206"),
        Column("name", "名称", Text(60, compact=True), required=True, width=24, example="南唐家村委会"),
        Column("level", "级别", Choice(Area.Level.choices), readonly=True),
        Column("parent_code", "上级代码", VILLAGE_CODE, readonly=True, width=14),
        Column("valid_from", "启用日期", Date(), help="不填为 1949-10-01"),
        Column("valid_to", "撤销日期", Date(), readonly=True),
        Column("successor_code", "并入", VILLAGE_CODE, readonly=True, width=16),
    )
    sources = {"parent_code": "parent_id", "successor_code": "successor_id"}
    search_fields = ("name", "code", "pinyin", "initials")
    ordering = ("code",)
    ordering_fields = ("code", "name", "level")
    natural_key = ("code",)
    lookup_field = "code"
    code_field = "code"
    view_right = "areas.view"
    change_right = "areas.change"
    empty_text = "还没有区划。请由系统管理员运行 load_areas 装入。"

    def save(self, *, by: Any, values: dict[str, Any], row: Area | None) -> Area:
        """A new area takes level and parent from its code; a new name is dated today."""
        if row is None:
            return self._add(by, values)
        if values.get("code", row.code) != row.code:
            raise Invalid("区划代码不能修改", field="code")
        if values.get("name") and values["name"] != row.name:
            row = rename_area(row, name=values["name"], on=clock.today(), by=by)
        if values.get("valid_from") and values["valid_from"] != row.valid_from:
            row.valid_from = values["valid_from"]
            row.save(update_fields=["valid_from", "updated_at"])
        return row

    def _add(self, by: Any, values: dict[str, Any]) -> Area:
        code = values["code"]
        above = areacodes.parent_of(code)
        mine = Area.objects.changeable_by(by)
        if above is not None and not mine.filter(pk=above).exists():
            raise Invalid(f"没有代码为“{above}”的上级区划，请先新增上级", field="code")
        name = values["name"]
        area = Area(code=code, name=name, level=list(areacodes.LEVEL_LENGTHS.values()).index(len(code)) + 1)
        area.parent_id = above
        for column, text in pinyin.columns(name).items():
            setattr(area, column, text)
        if values.get("valid_from"):
            area.valid_from = values["valid_from"]
        area.save(force_insert=True)
        return area


class VillageRegister(Register):
    """Villages and communities: what stays true of them over the years (P02)."""

    model = Village
    slug = "villages"
    title = "村居"
    group = "村居"
    menu_order = 10
    icon = "home"
    columns = (
        Column("code", "村居代码", VILLAGE_CODE, required=True, width=16, example="371083101206", aliases=("村代码",)),
        Column("name", "村名", Text(60, compact=True), required=True, width=16, example="南唐家"),
        Column("kind", "类型", Choice(Village.Kind.choices), example="行政村"),
        Column("longitude", "经度", Decimal(6, 73, 136), unit="度", example="121.536200"),
        Column("latitude", "纬度", Decimal(6, 3, 54), unit="度", example="36.919500"),
        Column("specialties", "特色产业", Text(120), width=24, example="牡蛎养殖"),
        Column("official_name", "官方全称", Text(60), readonly=True, width=20),
        Column("town", "所属镇街", Text(60), readonly=True, width=14),
    )
    sources = {"code": "area_id", "official_name": "area__name", "town": "area__parent__name"}
    list_columns = ("name", "code", "kind", "town", "specialties")
    primary_filters = ("q", "kind")
    search_fields = ("name", "area__name", "area__code", "pinyin", "initials")
    ordering = ("area_id",)
    ordering_fields = ("area_id", "name", "kind")
    natural_key = ("code",)
    lookup_field = "area_id"
    code_field = "code"
    select_related = ("area__parent",)
    view_right = "villages.view"
    change_right = "villages.change"
    can_create = False  # a village is opened together with its area
    deletable = False  # it is merged into another instead, and keeps its history
    empty_text = "还没有村居。请由系统管理员运行 load_areas 装入本县的村居。"
    key_fields = ("kind", "town", "specialties")

    def related(self, row: Village, user: Any) -> Iterable[Related]:
        facts = register_of("village-facts").rows(user).filter(village=row).order_by("-year")
        yield Related(
            "村情年报", "village-facts", facts,
            ("year", "households", "population", "party_members", "operating_income", "debt"),
            filters={"area": row.pk}, initial={"village_code": row.pk}, empty="还没有填报村情年报。",
        )  # fmt: skip


@row_rule("party_members", "population")
def members_within_population(values: Mapping[str, Any], context: Any) -> Any:
    """党员数 ≤ 户籍人口."""
    members, people = values["party_members"], values["population"]
    if members is not None and members > (people or 0):
        yield "party_members", f"填了“{members}”，比户籍人口 {people or 0} 还多", "请核对这两列"


class VillageFactsRegister(Register):
    """A village's figures of one year: people, land, money (P02, P32)."""

    model = VillageFacts
    slug = "village-facts"
    title = "村情年报"
    group = "村居"
    menu_order = 20
    icon = "report"
    columns = (
        VILLAGE,
        Column("year", "年度", Integer(1980, 2100), required=True, width=8, example="2026"),
        Column("households", "户数", Integer(), unit="户", example="326"),
        Column("population", "户籍人口", Integer(), unit="人", example="868", aliases=("人口",)),
        Column("residents", "常住人口", Integer(), unit="人", example="640"),
        Column("party_members", "党员数", Integer(), unit="人", example="52", aliases=("党员",)),
        Column("arable_land", "耕地面积", Decimal(2), unit="亩", example="1410"),
        Column("forest_land", "林地面积", Decimal(2), unit="亩", example="120"),
        Column(
            "operating_income", "集体经营性收入", Money(), unit="元", width=16, example="156000", aliases=("经营收入",)
        ),
        Column("contract_income", "发包及上交收入", Money(), unit="元", width=16, example="80000"),
        Column("investment_income", "投资收益", Money(minimum=None), unit="元", width=14, example="0"),
        Column("subsidy_income", "补助收入", Money(), unit="元", width=14, example="50000"),
        Column("other_income", "其他收入", Money(minimum=None), unit="元", width=14, example="0"),
        Column("total_income", "集体总收入", Money(minimum=None), unit="元", width=14, readonly=True),
        Column("expenditure", "集体支出", Money(), unit="元", width=14, example="120000"),
        Column("debt", "年末负债", Money(), unit="元", width=14, example="0"),
        Column("assets", "年末资产总额", Money(), unit="元", width=16, example="3200000"),
        Column("note", "备注", Text(200), width=24),
    )
    sources = {"village_code": "village"}
    api_columns = (Column("village_name", "村名"),)
    list_columns = (
        "village_code", "year", "households", "population", "party_members", "operating_income", "total_income", "debt",
    )  # fmt: skip
    primary_filters = ("q", "area", "year")
    search_fields = ("village__name", "village__area__code", "village__pinyin", "village__initials")
    ordering = ("-year", "village_id")
    ordering_fields = ("year", "village_id", "population", "operating_income", "debt")
    natural_key = ("village_code", "year")
    select_related = ("village",)
    view_right = "villages.view"
    change_right = "villages.change"
    row_rules = (members_within_population,)
    form_groups = (
        ("基本情况", ("village_code", "year", "households", "population", "residents", "party_members")),
        ("土地", ("arable_land", "forest_land")),
        (
            "集体收支与资产",
            ("operating_income", "contract_income", "investment_income", "subsidy_income", "other_income",
             "total_income", "expenditure", "debt", "assets"),
        ),
        ("其他", ("note",)),
    )  # fmt: skip
    main_columns = ("year", "population", "operating_income")
    totals = ("households", "population", "party_members", "operating_income", "debt")
    totals_per = ("year",)

    def value(self, row: VillageFacts, field: str) -> Any:
        return row.village.name if field == "village_name" else super().value(row, field)


class TownFactsRegister(Register):
    """A town's own figures of one year, where they are not sums of its villages' (P01)."""

    model = TownFacts
    slug = "town-facts"
    title = "镇情年报"
    group = "村居"
    menu_order = 30
    icon = "building-community"
    columns = (
        Column("town_code", "镇街", Reference(TOWNS, what="镇街"), required=True, width=16, example="乳山口镇"),
        Column("year", "年度", Integer(1980, 2100), required=True, width=8, example="2026"),
        Column("area_km2", "面积", Decimal(2, 0, 999_999), unit="平方公里", example="98.1"),
        Column("coastline_km", "海岸线", Decimal(2, 0, 99_999), unit="公里", example="35"),
        Column("villages_reported", "行政村数", Integer(), unit="个", example="41"),
        Column("communities_reported", "社区数", Integer(), unit="个", example="3"),
        Column("households", "户数", Integer(), unit="户", example="12461"),
        Column("population", "户籍人口", Integer(), unit="人", example="25104"),
        Column("fiscal_revenue", "财政收入", Money(), unit="元", width=16),
        Column("note", "备注", Text(200), width=24),
    )
    sources = {"town_code": "town"}
    search_fields = ("town__name", "town__pinyin", "town__initials")
    ordering = ("-year", "town_id")
    ordering_fields = ("year", "town_id", "population")
    natural_key = ("town_code", "year")
    select_related = ("town",)
    view_right = "villages.view"
    change_right = "villages.change"
