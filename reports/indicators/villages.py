"""Villages: how many, and their yearly facts (P01, P02, P32). Money in yuan; boards show 万元."""

from decimal import Decimal

from registers.models.setting import SettingDeclaration, declare_setting, setting
from reports.indicators.declaring import Adds, Indicator, Over, Reach, Rows, Source

WAN = Decimal(10_000)


def _numbers(text: str, count: int, what: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.replace("，", ",").replace("、", ",").split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count or any(a >= b for a, b in zip([0.0, *numbers], numbers, strict=False)):
        raise ValueError(what)
    return numbers


def _parse_bands(text: str) -> list[float]:
    return _numbers(text, 4, f"“{text}”不是四个由小到大的数，请按万元填写，如 5,10,30,50")


def _parse_threshold(text: str) -> float:
    return _numbers(text, 1, f"“{text}”不是大于 0 的数，请按万元填写，如 10")[0]


BANDS = declare_setting(
    SettingDeclaration(
        key="reports.income_bands",
        label="集体经营性收入分档（万元）",
        default=[5, 10, 30, 50],
        parse=_parse_bands,
        help="四个由小到大的界限，用逗号隔开；等于界限的归入上一档。改后几秒内重新汇总",
    )
)
THRESHOLD = declare_setting(
    SettingDeclaration(
        key="reports.strong_village_income",
        label="经营性收入达标线（万元）",
        default=10,
        parse=_parse_threshold,
        help="“达标村占比”按此计算。改后几秒内重新汇总",
    )
)


def band_labels(county: str) -> list[str]:
    """The six bands of a county in words: 无, 5 万元以下, 5–10 万元 …"""
    limits = [f"{limit:g}" for limit in setting(BANDS.key, county)]
    between = [f"{low}–{high}万元" for low, high in zip(limits, limits[1:], strict=False)]
    return ["无收入", f"{limits[0]}万元以下", *between, f"{limits[-1]}万元以上"]


def _parameters(county: str) -> dict[str, object]:
    return {
        "bands": [Decimal(str(limit)) * WAN for limit in setting(BANDS.key, county)],
        "threshold": Decimal(str(setting(THRESHOLD.key, county))) * WAN,
    }


COUNTING = Source(
    name="villages.counting",
    unit="Q",
    sql="SELECT code, 'villages', 1, NULL::numeric FROM active",
    topics={"villages.villages": Reach.SAME},
)

FACTS = Source(
    name="villages.facts",
    unit="Y",
    sql="""
        SELECT f.village_id, each.indicator, each.numerator, each.denominator
        FROM active
        JOIN villages_villagefacts f ON f.village_id = active.code AND f.year = %(year)s
        CROSS JOIN LATERAL (
            SELECT f.operating_income + f.contract_income + f.investment_income + f.subsidy_income + f.other_income
                       AS total,
                   CASE WHEN f.operating_income <= 0 THEN 0
                        ELSE 1 + width_bucket(f.operating_income, %(bands)s::numeric[]) END AS band
        ) AS sums
        CROSS JOIN LATERAL (VALUES
            ('facts_reported', 1::numeric, NULL::numeric),
            ('population', f.population, NULL),
            ('households', f.households, NULL),
            ('operating_income', f.operating_income, NULL),
            ('total_income', sums.total, NULL),
            ('operating_income_per_village', f.operating_income, 1),
            ('strong_villages_share', (f.operating_income >= %(threshold)s)::integer, 1),
            ('debt', f.debt, NULL),
            ('arable_land', f.arable_land, NULL),
            ('contract_income', f.contract_income, NULL),
            ('investment_income', f.investment_income, NULL),
            ('subsidy_income', f.subsidy_income, NULL),
            ('other_income', f.other_income, NULL),
            ('income_band_0', (sums.band = 0)::integer, NULL),
            ('income_band_1', (sums.band = 1)::integer, NULL),
            ('income_band_2', (sums.band = 2)::integer, NULL),
            ('income_band_3', (sums.band = 3)::integer, NULL),
            ('income_band_4', (sums.band = 4)::integer, NULL),
            ('income_band_5', (sums.band = 5)::integer, NULL)
        ) AS each(indicator, numerator, denominator)
    """,
    topics={"villages.facts": Reach.SAME, "villages.villages": Reach.SAME, "registers.settings": Reach.SAME},
    parameters=_parameters,
)

PRODUCTS = Source(
    name="villages.specialties",
    unit="Y",
    sql="""
        SELECT active.code, 'specialty_output', sum(s.output_value), NULL::numeric
        FROM active JOIN villages_specialty s ON s.village_id = active.code AND s.year = %(year)s
        WHERE s.output_value IS NOT NULL
        GROUP BY active.code
    """,
    topics={"villages.specialties": Reach.SAME, "villages.villages": Reach.SAME},
)

_FACT_ROWS = Rows("village-facts:list", {"year": "{year}"})
_YUAN = {"unit": "元", "digits": 2, "board_unit": "万元", "board_factor": WAN, "board_digits": 2}


def _fact(code: str, name: str, unit: str, meaning: str, **more: object) -> Indicator:
    return Indicator(code, name, unit, meaning, FACTS, **{"rows": _FACT_ROWS, **more})  # type: ignore[arg-type]


def _money(code: str, name: str, meaning: str, **more: object) -> Indicator:
    return _fact(code, name, meaning=meaning, **{**_YUAN, **more})  # type: ignore[arg-type]


VILLAGES = (
    Indicator(
        "villages",
        "村居数",
        "个",
        "季末在册的行政村和社区数（按区划启用、撤销日期）",
        COUNTING,
        short="村居",
        rows=Rows("villages:list", {"state": "now"}, now=True),
    ),
    _fact("population", "户籍人口", "人", "村情年报“户籍人口”，年末数", short="人口"),
    _fact("households", "户数", "户", "村情年报“户数”，年末数", on_board=False),
    _fact("arable_land", "耕地面积", "亩", "村情年报“耕地面积”，年末数", digits=2, board_digits=0),
    _money(
        "operating_income",
        "集体经营性收入",
        "村情年报“集体经营性收入”；合办项目已分配到村的，不在村里重复计",
        short="经营性收入",
        over=Over.FLOW,
        good=1,
    ),
    _money(
        "total_income",
        "集体总收入",
        "经营性、发包及上交、投资收益、补助、其他收入五项之和；负债是存量，不计入",
        over=Over.FLOW,
        good=1,
    ),
    _money(
        "operating_income_per_village",
        "村均经营性收入",
        "集体经营性收入 ÷ 已报村情年报的村居数",
        adds=Adds.RATIO,
        over=Over.FLOW,
        good=1,
    ),
    _fact(
        "strong_villages_share",
        "经营性收入达标村占比",
        "%",
        "集体经营性收入达到达标线（县级设置，一般为 10 万元）的村居 ÷ 已报村情年报的村居",
        adds=Adds.RATIO,
        short="达标村",
        percent=True,
        digits=1,
        good=1,
    ),
    _money("debt", "年末负债", "村情年报“年末负债”，年末数", short="负债", good=-1),
    _fact("facts_reported", "已报村情年报", "个", "报了本年村情年报的村居数", on_board=False),
    _money("contract_income", "发包及上交收入", "村情年报“发包及上交收入”", over=Over.FLOW, on_board=False),
    _money("investment_income", "投资收益", "村情年报“投资收益”", over=Over.FLOW, on_board=False),
    _money("subsidy_income", "补助收入", "村情年报“补助收入”", over=Over.FLOW, on_board=False),
    _money("other_income", "其他收入", "村情年报“其他收入”", over=Over.FLOW, on_board=False),
    *(
        _fact(f"income_band_{band}", f"经营性收入第 {band} 档村居数", "个", "按县级设置的分档", on_board=False)
        for band in range(6)
    ),
    Indicator(
        "specialty_output", "特色产品年产值", meaning="特色产品台账“年产值”，按村居和年度相加（P02）", source=PRODUCTS,
        rows=Rows("specialties:list", {"year": "{year}"}), on_board=False, good=1, **_YUAN,  # type: ignore[arg-type]
    ),
)  # fmt: skip
