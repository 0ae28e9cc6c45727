"""Co-operatives at three levels, and what the villages' own ones brought (P26).

What a co-operative raised stands in its village's own income already; it is told apart and never added.
"""

from decimal import Decimal

from reports.indicators.declaring import Adds, Indicator, Over, Reach, Rows, Source

COUNTING = Source(
    name="economy.cooperatives",
    unit="Q",
    distinct=True,
    things="合作社",
    sql="""
        SELECT c.area_id, each.indicator, c.id
        FROM federations_cooperative c CROSS JOIN LATERAL (VALUES
            ('cooperatives', c.kind = 'village_coop'),
            ('cooperative_federations', c.kind IN ('town_federation', 'county_federation')),
            ('village_companies', c.kind = 'company')
        ) AS each(indicator, holds)
        WHERE each.holds AND c.area_id >= %(low)s AND c.area_id < %(high)s
          AND (c.founded_on IS NULL OR c.founded_on <= %(day)s) AND (c.ended_on IS NULL OR c.ended_on > %(day)s)
    """,
    topics={
        "economy.cooperatives": Reach.SAME,
        "villages.villages": Reach.SAME,
        "federations.villages": Reach.SAME,
        "federations.steps": Reach.SAME,
    },
)

# Only villages' own: a federation's year repeats what its members report.
YEARS = Source(
    name="economy.cooperative_years",
    unit="Y",
    sql="""
        SELECT places.code, each.indicator, each.numerator, each.denominator
        FROM (
            SELECT c.area_id, sum(y.collective_gain) AS gain, count(y.collective_gain) AS reported,
                   sum(y.members_gained) AS households
            FROM federations_cooperativeyear y JOIN federations_cooperative c ON c.id = y.cooperative_id
            WHERE y.year = %(year)s AND c.kind IN ('village_coop', 'company')
            GROUP BY c.area_id
        ) AS sums JOIN places ON places.code = sums.area_id
        CROSS JOIN LATERAL (VALUES
            ('cooperative_gain', sums.gain, NULL::numeric),
            ('cooperative_gain_average', sums.gain, sums.reported::numeric),
            ('cooperative_households', sums.households::numeric, NULL)
        ) AS each(indicator, numerator, denominator)
        WHERE each.numerator IS NOT NULL
    """,
    topics={"economy.cooperative_years": Reach.SAME, "economy.cooperatives": Reach.SAME},
)

_WAN: dict[str, object] = {"digits": 2, "board_unit": "万元", "board_factor": Decimal(10_000), "board_digits": 2}
_YEAR_ROWS = Rows("cooperative-years:list", {"year": "{year}"})


def _count(code: str, name: str, meaning: str, kind: str, **more: object) -> Indicator:
    rows = Rows("cooperatives:list", {"kind": kind} if kind else {}, now=True)
    return Indicator(code, name, "个", meaning, COUNTING, adds=Adds.DISTINCT, rows=rows, **more)  # type: ignore[arg-type]


def _gain(code: str, name: str, meaning: str, **more: object) -> Indicator:
    facts = {"over": Over.FLOW, "rows": _YEAR_ROWS, "good": 1, **_WAN, **more}
    return Indicator(code, name, "元", meaning, YEARS, **facts)  # type: ignore[arg-type]


COOPERATIVES = (
    _count(
        "cooperatives", "村合作社数", "季末在册（已成立、未注销）的村合作社", "village_coop", short="合作社",
        on_board=False,
    ),
    _count(
        "cooperative_federations", "合作社联合社数", "季末在册的镇级联合社和县级联合总社", "",
        on_board=False, for_federations=False,
    ),
    _count("village_companies", "强村公司数", "季末在册的强村公司", "company", on_board=False),
    _gain(
        "cooperative_gain", "合作社带动村集体增收",
        "村合作社、村级强村公司年报“带动村集体增收”。已含在村情年报的收入里，只单列，不另加；联合社的年报重复成员社，不计",
        short="合作社增收", on_board=False,
    ),
    _gain(
        "cooperative_gain_average", "社均带动村集体增收", "合作社带动村集体增收 ÷ 报了这一项的合作社数",
        adds=Adds.RATIO, on_board=False,
    ),
    Indicator(
        "cooperative_households", "合作社增收户数", "户", "村合作社、村级强村公司年报“增收户数”", YEARS,
        rows=_YEAR_ROWS, on_board=False,
    ),
)  # fmt: skip
