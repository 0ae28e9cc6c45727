"""Land, idle assets, workshops, sales, public projects, investment and help (P28–P31, P33, P34, P51).

Planned and actual figures are indicators of their own and never added. What happened in a period counts in the
village of that time, also where it was merged since; what stands at a day's end counts in villages that stand.
"""

from decimal import Decimal
from typing import Any

from reports.indicators.declaring import Indicator, Over, Reach, Rows, Source

WAN = Decimal(10_000)

LAND = Source(
    name="industry.land",
    unit="Q",
    sql="""
        SELECT active.code, each.indicator, each.value, NULL::numeric
        FROM active
        JOIN (
            SELECT village_id, sum(area_mu) AS area, sum(COALESCE(households, 0)) AS households,
                   sum(area_mu * COALESCE(rent_per_mu, 0)) AS rent
            FROM federations_landparcel
            WHERE (valid_from IS NULL OR valid_from <= %(day)s) AND (valid_to IS NULL OR valid_to > %(day)s)
            GROUP BY village_id
        ) AS sums ON sums.village_id = active.code
        CROSS JOIN LATERAL (VALUES
            ('land_pooled', sums.area), ('land_households', sums.households), ('land_rent', sums.rent)
        ) AS each(indicator, value)
    """,
    topics={"land.parcels": Reach.SAME, "villages.villages": Reach.SAME},
)
CROPS = Source(
    name="industry.crops",
    unit="Y",
    sql="""
        SELECT places.code, each.indicator, each.value, NULL::numeric
        FROM places
        JOIN (
            SELECT p.village_id, sum(c.planned_income) AS planned, sum(c.income) AS income, sum(c.wages) AS wages,
                   sum(c.dividend) AS dividend
            FROM federations_cropplan c JOIN federations_landparcel p ON p.id = c.parcel_id
            WHERE c.year = %(year)s GROUP BY p.village_id
        ) AS sums ON sums.village_id = places.code
        CROSS JOIN LATERAL (VALUES
            ('crop_income_planned', sums.planned), ('crop_income', sums.income), ('crop_wages', sums.wages),
            ('crop_dividend', sums.dividend)
        ) AS each(indicator, value)
        WHERE each.value IS NOT NULL
    """,
    topics={"land.crops": Reach.SAME},
)
REVIVAL = Source(
    name="industry.revival",
    unit="Q",
    sql="""
        SELECT active.code, each.indicator, each.value, NULL::numeric
        FROM active
        JOIN (
            SELECT village_id,
                   count(*) FILTER (WHERE revived_on IS NULL OR revived_on > %(day)s) AS idle,
                   count(*) FILTER (WHERE revived_on <= %(day)s) AS revived,
                   sum(income) FILTER (WHERE revived_on <= %(day)s) AS income
            FROM federations_idleasset
            WHERE (found_on IS NULL OR found_on <= %(day)s)
              AND (valid_from IS NULL OR valid_from <= %(day)s) AND (valid_to IS NULL OR valid_to > %(day)s)
            GROUP BY village_id
        ) AS sums ON sums.village_id = active.code
        CROSS JOIN LATERAL (VALUES
            ('idle_left', sums.idle), ('idle_revived', sums.revived), ('idle_income', sums.income)
        ) AS each(indicator, value)
        WHERE each.value IS NOT NULL
    """,
    topics={"revival.assets": Reach.SAME, "villages.villages": Reach.SAME},
)
WORKSHOPS = Source(
    name="industry.workshops",
    unit="Q",
    sql="""
        SELECT active.code, each.indicator, each.value, NULL::numeric
        FROM active
        JOIN (
            SELECT village_id, count(*) AS workshops, sum(jobs) AS jobs
            FROM federations_workshop
            WHERE (opened_on IS NULL OR opened_on <= %(day)s) AND (closed_on IS NULL OR closed_on > %(day)s)
            GROUP BY village_id
        ) AS sums ON sums.village_id = active.code
        CROSS JOIN LATERAL (VALUES ('workshops', sums.workshops), ('workshop_jobs', sums.jobs))
            AS each(indicator, value)
        WHERE each.value IS NOT NULL
    """,
    topics={"revival.workshops": Reach.SAME, "villages.villages": Reach.SAME},
)
SALES = Source(
    name="industry.sales",
    unit="Q",
    sql="""
        SELECT places.code, each.indicator, each.value, NULL::numeric
        FROM places
        JOIN (
            SELECT village_id, sum(planned_amount) AS planned, sum(amount) AS amount
            FROM federations_sale WHERE quarter = %(period)s GROUP BY village_id
        ) AS sums ON sums.village_id = places.code
        CROSS JOIN LATERAL (VALUES ('sales_planned', sums.planned), ('sales_amount', sums.amount))
            AS each(indicator, value)
        WHERE each.value IS NOT NULL
    """,
    topics={"economy.sales": Reach.SAME},
)
PUBLIC_PROJECTS = Source(
    name="industry.public_projects",
    unit="Q",
    sql="""
        SELECT places.code, each.indicator, each.value, NULL::numeric
        FROM places
        JOIN (
            SELECT village_id,
                   count(*) FILTER (WHERE finished_on BETWEEN %(first)s AND %(last)s) AS done,
                   count(*) FILTER (WHERE started_on <= %(day)s AND state <> 'stopped'
                                    AND (finished_on IS NULL OR finished_on > %(day)s)) AS building
            FROM federations_publicproject GROUP BY village_id
        ) AS sums ON sums.village_id = places.code
        CROSS JOIN LATERAL (VALUES ('public_projects_done', sums.done), ('public_projects_building', sums.building))
            AS each(indicator, value)
    """,
    topics={"funding.projects": Reach.SAME},
)
HELP = Source(
    name="industry.help",
    unit="Q",
    sql="""
        SELECT active.code, each.indicator, each.value, NULL::numeric
        FROM active
        JOIN (
            SELECT village_id, count(*) AS helps, sum(amount) AS amount
            FROM federations_enterprisehelp
            WHERE (valid_from IS NULL OR valid_from <= %(day)s) AND (valid_to IS NULL OR valid_to > %(day)s)
            GROUP BY village_id
        ) AS sums ON sums.village_id = active.code
        CROSS JOIN LATERAL (VALUES ('enterprise_helps', sums.helps), ('enterprise_help_amount', sums.amount))
            AS each(indicator, value)
        WHERE each.value IS NOT NULL
    """,
    topics={"investment.helps": Reach.SAME, "villages.villages": Reach.SAME},
)
FUNDS = Source(
    name="industry.funds",
    unit="Y",
    of_towns=True,
    sql="""
        SELECT area_id, each.indicator, each.value, NULL::numeric
        FROM (
            SELECT area_id, sum(planned) AS planned, sum(arrived) AS arrived, sum(spent) AS spent
            FROM federations_fundpackage WHERE year = %(year)s GROUP BY area_id
        ) AS sums
        CROSS JOIN LATERAL (VALUES
            ('funds_packed_planned', sums.planned), ('funds_packed_arrived', sums.arrived),
            ('funds_packed_spent', sums.spent)
        ) AS each(indicator, value)
        WHERE each.value IS NOT NULL
    """,
    topics={"funding.packages": Reach.SAME},
)
INVESTMENT = Source(
    name="industry.investment",
    unit="Q",
    of_towns=True,
    sql="""
        SELECT area_id, each.indicator, each.value, NULL::numeric
        FROM (
            SELECT area_id,
                   count(*) FILTER (WHERE found_on BETWEEN %(first)s AND %(last)s) AS leads,
                   count(*) FILTER (WHERE signed_on BETWEEN %(first)s AND %(last)s) AS signed,
                   count(*) FILTER (WHERE landed_on BETWEEN %(first)s AND %(last)s) AS landed,
                   COALESCE(sum(signed_amount) FILTER (WHERE signed_on BETWEEN %(first)s AND %(last)s), 0) AS amount
            FROM federations_investmentlead GROUP BY area_id
        ) AS sums
        CROSS JOIN LATERAL (VALUES
            ('investment_leads', sums.leads), ('investment_signed', sums.signed),
            ('investment_landed', sums.landed), ('investment_signed_amount', sums.amount)
        ) AS each(indicator, value)
        UNION ALL
        SELECT area_id, 'investment_visits', count(*), NULL
        FROM federations_investmentvisit WHERE "on" BETWEEN %(first)s AND %(last)s GROUP BY area_id
    """,
    topics={"investment.leads": Reach.SAME, "investment.visits": Reach.SAME},
)


def _rows(slug: str, now: bool = True, **filters: str) -> Rows:
    return Rows(f"{slug}:list", filters, now=now)


def _one(code: str, name: str, unit: str, meaning: str, source: Source, rows: Rows, **more: Any) -> Indicator:
    return Indicator(
        code, name, unit, meaning, source, rows=rows,
        **{"on_board": False, "good": 1, "for_federations": not source.of_towns, **more},
    )  # fmt: skip


def _money(code: str, name: str, meaning: str, source: Source, rows: Rows, **more: Any) -> Indicator:
    """In yuan, shown in 万元."""
    shown = {"digits": 2, "board_unit": "万元", "board_factor": WAN, "board_digits": 2}
    return _one(code, name, "元", meaning, source, rows, **shown, **more)


_YEAR = {"year": "{year}"}
_QUARTER = {"quarter": "{quarter}"}
_PARCELS, _CROPS = _rows("land-parcels"), _rows("crop-plans", now=False, **_YEAR)
_IDLE, _WORKSHOPS = _rows("idle-assets"), _rows("workshops")
_SALES = _rows("sales", now=False, **_QUARTER)
_PACKAGES = _rows("fund-packages", now=False, **_YEAR)
_LEADS, _VISITS, _HELPS = _rows("investment-leads"), _rows("investment-visits"), _rows("enterprise-help")

INDUSTRY = (
    _one("land_pooled", "流转土地面积", "亩", "季末仍在流转的地块面积之和", LAND, _PARCELS, digits=2, board_digits=0),
    _one("land_households", "流转户数", "户", "季末仍在流转的地块的户数之和（按地块计）", LAND, _PARCELS),
    _money("land_rent", "土地年租金", "季末仍在流转的地块：面积 × 每亩年租金（约定数，不是实付）", LAND, _PARCELS),
    _money("crop_income_planned", "种植计划收入", "“计划收入”之和，不与实际相加", CROPS, _CROPS, over=Over.FLOW),
    _money("crop_income", "种植收入", "种植计划“实际收入”之和", CROPS, _CROPS, over=Over.FLOW),
    _money("crop_wages", "种植务工工资", "种植计划“实际工资”之和", CROPS, _CROPS, over=Over.FLOW),
    _money("crop_dividend", "种植分红", "种植计划“实际分红”之和", CROPS, _CROPS, over=Over.FLOW),
    _one("idle_left", "待盘活资产", "处", "季末已摸排、还没有盘活的闲置资产", REVIVAL, _IDLE, good=-1),
    _one("idle_revived", "已盘活资产", "处", "季末已盘活的闲置资产", REVIVAL, _IDLE),
    _money("idle_income", "盘活资产年收入", "已盘活资产的“实际年收入”之和", REVIVAL, _IDLE),
    _one("workshops", "共富工坊", "个", "季末在办的共富工坊", WORKSHOPS, _WORKSHOPS),
    _one("workshop_jobs", "工坊用工", "人", "季末在办的共富工坊的“实际用工”之和", WORKSHOPS, _WORKSHOPS),
    _money("sales_planned", "计划销售额", "产品销售“计划销售额”之和，不与实际相加", SALES, _SALES, over=Over.FLOW),
    _money("sales_amount", "产品销售额", "产品销售“实际销售额”之和", SALES, _SALES, over=Over.FLOW),
    _one(
        "public_projects_done", "完工公共项目", "个", "本季完工的公共项目（按实际完工日期）", PUBLIC_PROJECTS,
        _rows("public-projects", state="done"), over=Over.FLOW,
    ),
    _one(
        "public_projects_building", "在建公共项目", "个", "季末已开工、没有完工或取消的公共项目", PUBLIC_PROJECTS,
        _rows("public-projects", state="building"), good=0,
    ),
    _one("enterprise_helps", "企业帮村事项", "项", "季末仍在帮扶的事项", HELP, _HELPS),
    _money("enterprise_help_amount", "企业帮村资金", "季末仍在帮扶的事项的“实际金额”之和", HELP, _HELPS),
    _money("funds_packed_planned", "打包资金计划", "“计划金额”之和，不与到位相加", FUNDS, _PACKAGES, over=Over.FLOW),
    _money("funds_packed_arrived", "打包资金到位", "打包资金“到位金额”之和", FUNDS, _PACKAGES, over=Over.FLOW),
    _money("funds_packed_spent", "打包资金支出", "打包资金“已支出”之和", FUNDS, _PACKAGES, over=Over.FLOW),
    _one("investment_leads", "新增招商线索", "个", "本季获得线索的招商项目", INVESTMENT, _LEADS, over=Over.FLOW),
    _one("investment_signed", "签约项目", "个", "本季签约的招商项目", INVESTMENT, _LEADS, over=Over.FLOW),
    _one(
        "investment_landed", "落地项目", "个", "本季落地的招商项目；全年至少 8 个新项目（P34）", INVESTMENT, _LEADS,
        over=Over.FLOW,
    ),
    _money("investment_signed_amount", "签约金额", "本季签约项目的“签约金额”之和", INVESTMENT, _LEADS, over=Over.FLOW),
    _one(
        "investment_visits", "招商活动", "批次", "本季的招商活动批次；全年至少 30 批次（P34）", INVESTMENT, _VISITS,
        over=Over.FLOW,
    ),
)  # fmt: skip
