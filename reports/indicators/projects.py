"""Joint projects (P27): planned and actual apart, and no yuan counted twice (docs/adr/0008).

A project's figures are shared out over its villages by their stakes (agreed shares, else money, else land), exact by
largest remainder, so that they add up like a village's own. A project to which no village has put anything is shared
equally among its federation's villages; without a federation it is only counted.
"""

from decimal import Decimal

from reports.indicators.declaring import Adds, Indicator, Over, Reach, Rows, Source

# Villages of each project on the day, with what they are weighed by.
_STAKES = """
    stakes AS MATERIALIZED (
        SELECT c.project_id, c.village_id, sum(c.shares) AS shares, sum(c.cash + c.assets) AS money, sum(c.land) AS land
        FROM federations_projectcontribution c
        WHERE c.valid_from <= %(day)s AND (c.valid_to IS NULL OR c.valid_to > %(day)s)
        GROUP BY c.project_id, c.village_id
    ), weighed AS (
        SELECT project_id, village_id,
               CASE WHEN sum(shares) OVER whole > 0 THEN shares WHEN sum(money) OVER whole > 0 THEN money
                    ELSE land END AS weight
        FROM stakes WINDOW whole AS (PARTITION BY project_id)
        UNION ALL
        SELECT p.id, m.village_id, 1
        FROM federations_project p JOIN federations_federationvillage m ON m.federation_id = p.federation_id
        WHERE m.valid_from <= %(day)s AND (m.valid_to IS NULL OR m.valid_to > %(day)s)
          AND NOT EXISTS (SELECT FROM stakes WHERE stakes.project_id = p.id)
    )
"""
# Cents (or people) floored for each village, the rest by largest remainder, ties by code: as dividends are.
_SHARED = """
    parted AS (
        SELECT w.village_id, f.project_id, f.indicator, f.unit, sign(f.amount) AS sign, abs(f.amount) / f.unit AS whole,
               div(abs(f.amount) / f.unit * w.weight, sum(w.weight) OVER one) AS floored,
               mod(abs(f.amount) / f.unit * w.weight, sum(w.weight) OVER one) AS rest
        FROM figures f JOIN weighed w ON w.project_id = f.project_id AND w.weight > 0
        WINDOW one AS (PARTITION BY f.project_id, f.indicator)
    ), shared AS (
        SELECT village_id, indicator, sign * unit * (floored + CASE WHEN
                   row_number() OVER (PARTITION BY project_id, indicator ORDER BY rest DESC, village_id)
                   <= whole - sum(floored) OVER (PARTITION BY project_id, indicator) THEN 1 ELSE 0 END) AS amount
        FROM parted
    )
"""
# Dividends that stand: neither reversed nor a reversal.
_DIVIDENDS = """
    standing AS (
        SELECT d.id, d.project_id, d.amount FROM federations_dividend d
        WHERE d."on" >= %(first)s AND d."on" <= %(last)s AND d.reverses_id IS NULL
          AND NOT EXISTS (SELECT FROM federations_dividend r WHERE r.reverses_id = d.id)
    ), paid AS (SELECT project_id, sum(amount) AS amount FROM standing GROUP BY project_id)
"""
_EARNED = """
    earned AS (
        SELECT q.project_id, sum(COALESCE(q.income, 0) - COALESCE(q.cost, 0)) AS amount
        FROM federations_projectquarter q WHERE {of_period} AND (q.income IS NOT NULL OR q.cost IS NOT NULL)
        GROUP BY q.project_id
    ), retained AS (
        SELECT COALESCE(earned.project_id, paid.project_id) AS project_id,
               COALESCE(earned.amount, 0) - COALESCE(paid.amount, 0) AS amount
        FROM earned FULL JOIN paid ON paid.project_id = earned.project_id
    )
"""


def _sql(text: str, of_period: str = "q.quarter = %(period)s") -> str:
    """A source's text with the common parts put in; `of_period` chooses the quarters."""
    earned = _EARNED.replace("{of_period}", of_period)
    return text.format(stakes=_STAKES, shared=_SHARED, dividends=_DIVIDENDS, earned=earned)


_TOPICS = {
    "economy.quarters": Reach.SAME,
    "economy.contributions": Reach.SAME,
    "economy.projects": Reach.SAME,
    "economy.dividends": Reach.SAME,
    "federations.villages": Reach.SAME,
    "federations.steps": Reach.SAME,
}

COUNTING = Source(
    name="economy.projects",
    unit="Q",
    distinct=True,
    things="项目",
    # A state holds from its step on; a project that nobody has begun is an idea from the day it was entered.
    sql=_sql("""
        WITH {stakes}, now AS (
            SELECT p.id, p.area_id, p.federation_id, (
                SELECT s.to_state FROM federations_projectstep s
                WHERE s.project_id = p.id AND s."on" <= %(day)s ORDER BY s."on" DESC, s.id DESC LIMIT 1) AS state
            FROM federations_project p
        ), lies AS (
            SELECT project_id, village_id AS code FROM weighed
            UNION ALL
            SELECT now.id, now.area_id FROM now WHERE NOT EXISTS (SELECT FROM weighed WHERE weighed.project_id = now.id)
        )
        SELECT lies.code, each.indicator, now.id
        FROM now JOIN lies ON lies.project_id = now.id
        CROSS JOIN LATERAL (VALUES
            ('projects_running', now.state = 'running'),
            ('projects_building', now.state = 'building')
        ) AS each(indicator, holds)
        WHERE each.holds AND lies.code >= %(low)s AND lies.code < %(high)s
    """),
    topics={**_TOPICS, "villages.villages": Reach.SAME},
)

FIGURES = Source(
    name="economy.figures",
    unit="Q",
    sql=_sql("""
        WITH {stakes}, {dividends}, {earned}, figures AS (
            SELECT q.project_id, each.indicator, each.amount, each.unit
            FROM federations_projectquarter q CROSS JOIN LATERAL (VALUES
                ('project_investment_planned', q.planned_investment, 0.01),
                ('project_investment', q.investment, 0.01),
                ('project_income', q.income, 0.01),
                ('project_wages', q.wages, 0.01),
                ('project_jobs_planned', q.planned_jobs::numeric, 1),
                ('project_jobs', q.jobs::numeric, 1),
                ('project_households', q.households::numeric, 1)
            ) AS each(indicator, amount, unit)
            WHERE q.quarter = %(period)s AND each.amount IS NOT NULL
            UNION ALL
            SELECT project_id, 'project_retained', amount, 0.01 FROM retained
        ), {shared}
        SELECT shared.village_id, shared.indicator, sum(shared.amount), NULL::numeric
        FROM shared JOIN places ON places.code = shared.village_id
        GROUP BY shared.village_id, shared.indicator
        UNION ALL
        SELECT l.village_id, 'dividends', sum(l.amount), NULL
        FROM standing JOIN federations_dividendline l ON l.dividend_id = standing.id
        JOIN places ON places.code = l.village_id
        GROUP BY l.village_id
    """),
    topics=_TOPICS,
)

# What villages booked, and beside it the rest of the projects' result that nobody has booked yet.
TOGETHER = Source(
    name="economy.together",
    unit="Y",
    sql=_sql(
        """
        WITH {stakes}, {dividends}, {earned}, figures AS (
            SELECT project_id, 'project_retained' AS indicator, amount, 0.01 AS unit FROM retained
        ), {shared}, left_over AS (
            SELECT village_id, sum(amount) AS amount FROM shared GROUP BY village_id
        ), given AS (
            SELECT l.village_id, sum(l.amount) AS amount
            FROM standing JOIN federations_dividendline l ON l.dividend_id = standing.id GROUP BY l.village_id
        )
        SELECT places.code, each.indicator, each.numerator, each.denominator
        FROM places
        JOIN villages_villagefacts f ON f.village_id = places.code AND f.year = %(year)s
        LEFT JOIN left_over ON left_over.village_id = places.code
        LEFT JOIN given ON given.village_id = places.code
        CROSS JOIN LATERAL (VALUES
            ('income_with_projects',
             f.operating_income + f.contract_income + f.investment_income + f.subsidy_income + f.other_income
             + COALESCE(left_over.amount, 0), NULL::numeric),
            ('dividends_unbooked', (f.operating_income + f.investment_income < given.amount)::integer::numeric, NULL)
        ) AS each(indicator, numerator, denominator)
        WHERE each.numerator IS NOT NULL
    """,
        "left(q.quarter, 4) = %(year)s::text",
    ),
    topics={**_TOPICS, "villages.facts": Reach.SAME},
)

_MONEY: dict[str, object] = {"digits": 2, "board_unit": "万元", "board_factor": Decimal(10_000), "board_digits": 2}
_QUARTERS = Rows("project-quarters:list", {"quarter": "{quarter}"})
_SHARE = "按各村份额分到村后逐级相加"


def _money(code: str, name: str, meaning: str, **more: object) -> Indicator:
    facts = {"over": Over.FLOW, "rows": _QUARTERS, **_MONEY, **more}
    return Indicator(code, name, "元", meaning, FIGURES, **facts)  # type: ignore[arg-type]


def _people(code: str, name: str, unit: str, meaning: str, **more: object) -> Indicator:
    return Indicator(code, name, unit, meaning, FIGURES, **{"rows": _QUARTERS, **more})  # type: ignore[arg-type]


def _yearly(code: str, name: str, unit: str, meaning: str, **more: object) -> Indicator:
    rows = Rows("village-facts:list", {"year": "{year}"})
    return Indicator(code, name, unit, meaning, TOGETHER, rows=rows, on_board=False, **more)  # type: ignore[arg-type]


PROJECTS = (
    Indicator(
        "projects_running", "运营中的合办项目", "个", "季末处于“运营”的合办项目", COUNTING, adds=Adds.DISTINCT,
        short="合办项目", rows=Rows("projects:list", {"state": "running"}, now=True),
    ),
    Indicator(
        "projects_building", "在建的合办项目", "个", "季末处于“在建”的合办项目", COUNTING, adds=Adds.DISTINCT,
        rows=Rows("projects:list", {"state": "building"}, now=True), on_board=False,
    ),
    _money(
        "project_investment_planned", "合办项目计划投资", f"项目季报“计划投资”，{_SHARE}；与实际投资分列，互不相加",
        on_board=False,
    ),
    _money("project_investment", "合办项目实际投资", f"项目季报“实际投资”，{_SHARE}", short="项目投资", on_board=False),
    _money(
        "project_income", "合办项目收入", f"项目季报“实际收入”，{_SHARE}；是项目的账，不与村集体收入相加",
        short="项目收入", on_board=False, good=1,
    ),
    _money("project_wages", "合办项目工资", f"项目季报“实际工资”（成本的一部分），{_SHARE}", on_board=False),
    _people(
        "project_jobs_planned", "合办项目计划用工", "人", f"项目季报“计划用工”，{_SHARE}；与实际用工互不相加",
        on_board=False,
    ),
    _people(
        "project_jobs", "合办项目用工", "人", f"项目季报“实际用工”，季末在岗人数，{_SHARE}", short="项目用工",
        on_board=False, good=1,
    ),
    _people("project_households", "合办项目带动农户", "户", f"项目季报“带动农户”，季末数，{_SHARE}", on_board=False),
    _money(
        "dividends", "项目分红",
        "合办项目分到各村的钱，冲销的不计。村里收到后已记入村情年报的投资收益或经营收入，只单列，不另加",
        rows=Rows("dividends:list", {"quarter": "{quarter}", "standing": "stands"}), good=1,
    ),
    _money(
        "project_retained", "项目未分配收益", f"本期项目收入 − 成本 − 分红，{_SHARE}；分掉往期结余时为负",
        on_board=False,
    ),
    _yearly(
        "income_with_projects", "集体收入（含项目未分配收益）", "元",
        "村集体总收入 + 本年项目未分配收益（收入 − 成本 − 分红）。已分到村的只在村里计一次，没分的只在项目里计一次",
        over=Over.FLOW, short="含项目收入", good=1, **_MONEY,
    ),
    _yearly(
        "dividends_unbooked", "分红可能漏记的村居", "个",
        "村情年报的投资收益与经营性收入之和，小于当年收到的项目分红的村居：请核对分红是否入账",
        good=-1,
    ),
)  # fmt: skip
