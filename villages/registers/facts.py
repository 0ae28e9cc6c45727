"""Registers of the yearly figures of villages and towns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registers.register import Register
from registers.rows.checker import row_rule
from registers.rows.columns import Column, Decimal, Integer, Money, Reference, Text, Year
from villages.checks import balance_warnings
from villages.models import TownFacts, VillageFacts
from villages.registers.places import VILLAGE
from villages.resolvers import TOWNS


@row_rule("party_members", "population")
def members_within_population(values: Mapping[str, Any], context: Any) -> Any:
    """党员数 ≤ 户籍人口."""
    members, people = values["party_members"], values["population"]
    if members is not None and members > (people or 0):
        yield "party_members", f"填了“{members}”，比户籍人口 {people or 0} 还多", "请核对这两列"


@row_rule("village_code", "year")
def while_the_village_stood(values: Mapping[str, Any], context: Any) -> Any:
    """A merged village has no figures of later years (P03)."""
    area = values["village_code"].area
    if area.valid_to is not None and values["year"] > area.valid_to.year:
        yield "year", f"填了“{values['year']}”，这个村居已于 {area.valid_to} 撤销", "请填到并入后的村居"


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
        Column("year", "年度", Year(), required=True, width=8, example="2026"),
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
        Column(
            "explanation", "变动说明", Text(200), width=24,
            help="数字与上年相差很大、收支不平衡等情况的原因；平时不填",
        ),
        Column("note", "备注", Text(200), width=24),
    )  # fmt: skip
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
    period_field = "year"
    select_related = ("village",)
    view_right = "villages.view"
    change_right = "villages.change"
    row_rules = (members_within_population, while_the_village_stood)
    form_groups = (
        ("基本情况", ("village_code", "year", "households", "population", "residents", "party_members")),
        ("土地", ("arable_land", "forest_land")),
        (
            "集体收支与资产",
            ("operating_income", "contract_income", "investment_income", "subsidy_income", "other_income",
             "total_income", "expenditure", "debt", "assets"),
        ),
        ("其他", ("explanation", "note")),
    )  # fmt: skip
    reason_field = "explanation"
    main_columns = ("year", "population", "operating_income")
    totals = ("households", "population", "party_members", "operating_income", "debt")
    totals_per = ("year",)

    def warnings(self, values: Mapping[str, Any], *, row: VillageFacts | None, by: Any) -> Iterable[str]:
        """Balance checks against the year before (P32); the reason is kept in 变动说明."""
        return next(iter(self.warnings_many([(values, row)], by=by)))

    def warnings_many(
        self, entries: Sequence[tuple[Mapping[str, Any], Any | None]], *, by: Any
    ) -> Iterable[Iterable[str]]:
        """With one query for all the years before."""
        places = [(values.get("village_code"), values.get("year")) for values, _ in entries]
        known = [(village, year - 1) for village, year in places if village is not None and year is not None]
        rows = VillageFacts.objects.visible_to(by).filter(
            village__in={village.pk for village, _ in known}, year__in={year for _, year in known}
        )
        before = {(row.village_id, row.year): row for row in rows}
        return [
            list(balance_warnings(values, before.get((village.pk, year - 1)))) if village and year else []
            for (values, _), (village, year) in zip(entries, places, strict=True)
        ]

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
        Column("year", "年度", Year(), required=True, width=8, example="2026"),
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
    search_fields = ("town__name", "town__code", "town__pinyin", "town__initials")
    ordering = ("-year", "town_id")
    ordering_fields = ("year", "town_id", "population")
    totals = (
        "area_km2", "coastline_km", "villages_reported", "communities_reported", "households", "population",
        "fiscal_revenue",
    )  # fmt: skip
    totals_per = ("year",)
    natural_key = ("town_code", "year")
    period_field = "year"
    select_related = ("town",)
    view_right = "villages.view"
    change_right = "villages.change"
