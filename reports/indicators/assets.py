"""三资 and facilities of villages (P02, P29): funds by quarter, assets and resources as they stood on its last day.

An asset counts from its acquisition to its disposal. It is let on a day on which its contract holds; what is not for
own use and not let is idle, so an expired contract shows by itself.
"""

from decimal import Decimal

from reports.indicators.declaring import Adds, Indicator, Reach, Rows, Source

WAN = Decimal(10_000)

FUNDS = Source(
    name="assets.funds",
    unit="Q",
    sql="""
        SELECT sums.code, each.indicator, each.numerator, NULL::numeric
        FROM (
            SELECT places.code,
                   COALESCE(sum(f.balance) FILTER (WHERE f.kind IN ('cash', 'bank')), 0) AS money,
                   COALESCE(sum(f.balance) FILTER (WHERE f.kind = 'receivable'), 0) AS receivable,
                   COALESCE(sum(f.balance) FILTER (WHERE f.kind = 'payable'), 0) AS payable
            FROM places JOIN villages_collectivefund f ON f.village_id = places.code AND f.quarter = %(period)s
            GROUP BY places.code
        ) AS sums
        CROSS JOIN LATERAL (VALUES
            ('funds_money', sums.money),
            ('funds_receivable', sums.receivable),
            ('funds_payable', sums.payable)
        ) AS each(indicator, numerator)
    """,
    topics={"villages.funds": Reach.SAME},
)

ASSETS = Source(
    name="assets.assets",
    unit="Q",
    sql="""
        SELECT sums.code, each.indicator, each.numerator, each.denominator
        FROM (
            SELECT active.code, sum(a.original_value) AS original, sum(a.net_value) AS net,
                   count(*) FILTER (WHERE state.let) AS let, count(*) FILTER (WHERE a.use <> 'own') AS lettable,
                   count(*) FILTER (WHERE state.idle) AS idle,
                   COALESCE(sum(a.net_value) FILTER (WHERE state.idle), 0) AS idle_value,
                   COALESCE(sum(a.yearly_rent) FILTER (WHERE state.let), 0) AS rent
            FROM active JOIN villages_collectiveasset a
              ON a.village_id = active.code
             AND (a.acquired_on IS NULL OR a.acquired_on <= %(day)s)
             AND (a.disposed_on IS NULL OR a.disposed_on > %(day)s)
            CROSS JOIN LATERAL (
                SELECT a.use <> 'own' AND COALESCE(a.contract_from <= %(day)s, false)
                       AND COALESCE(a.contract_to > %(day)s, true) AS holds
            ) AS contract
            CROSS JOIN LATERAL (
                SELECT contract.holds AS let, a.use <> 'own' AND NOT contract.holds AS idle
            ) AS state
            GROUP BY active.code
        ) AS sums
        CROSS JOIN LATERAL (VALUES
            ('assets_original', sums.original, NULL::numeric),
            ('assets_net', sums.net, NULL),
            ('assets_let_share', sums.let, sums.lettable),
            ('assets_idle', sums.idle, NULL),
            ('assets_idle_value', sums.idle_value, NULL),
            ('assets_rent', sums.rent, NULL)
        ) AS each(indicator, numerator, denominator)
    """,
    topics={"villages.assets": Reach.SAME, "villages.villages": Reach.SAME},
)

RESOURCES = Source(
    name="assets.resources",
    unit="Q",
    sql="""
        SELECT sums.code, each.indicator, each.numerator, each.denominator
        FROM (
            SELECT active.code, sum(r.area_mu) AS area,
                   COALESCE(sum(r.area_mu) FILTER (WHERE contract.holds), 0) AS contracted,
                   COALESCE(sum(r.yearly_rent) FILTER (WHERE contract.holds), 0) AS rent
            FROM active JOIN villages_collectiveresource r
              ON r.village_id = active.code
             AND (r.valid_from IS NULL OR r.valid_from <= %(day)s) AND (r.valid_to IS NULL OR r.valid_to > %(day)s)
            CROSS JOIN LATERAL (
                SELECT COALESCE(r.contract_from <= %(day)s, false) AND COALESCE(r.contract_to > %(day)s, true) AS holds
            ) AS contract
            GROUP BY active.code
        ) AS sums
        CROSS JOIN LATERAL (VALUES
            ('resources_area', sums.area, NULL::numeric),
            ('resources_contracted_share', sums.contracted, sums.area),
            ('resources_rent', sums.rent, NULL)
        ) AS each(indicator, numerator, denominator)
    """,
    topics={"villages.resources": Reach.SAME, "villages.villages": Reach.SAME},
)

FACILITIES = Source(
    name="assets.facilities",
    unit="Q",
    sql="""
        SELECT active.code, each.indicator, each.numerator, each.denominator
        FROM active
        CROSS JOIN LATERAL (
            SELECT COALESCE(bool_or(f.kind = 'party_centre' AND f.state <> 'closed'), false) AS has_centre,
                   count(*) FILTER (WHERE f.state = 'repair') AS broken
            FROM villages_facility f
            WHERE f.village_id = active.code AND (f.built_year IS NULL OR f.built_year <= %(year)s)
              AND (f.valid_from IS NULL OR f.valid_from <= %(day)s) AND (f.valid_to IS NULL OR f.valid_to > %(day)s)
        ) AS sums
        CROSS JOIN LATERAL (VALUES
            ('party_centre_share', sums.has_centre::integer, 1),
            ('facilities_broken', sums.broken, NULL)
        ) AS each(indicator, numerator, denominator)
    """,
    topics={"villages.facilities": Reach.SAME, "villages.villages": Reach.SAME},
)

_FUND_ROWS = {"quarter": "{quarter}"}
_ASSET_ROWS = Rows("collective-assets:list", now=True)
_RESOURCE_ROWS = Rows("collective-resources:list", now=True)
_SHARE = {"adds": Adds.RATIO, "percent": True, "digits": 1}


def _money(code: str, name: str, meaning: str, source: Source, rows: Rows, **more: object) -> Indicator:
    """In yuan, shown in 万元."""
    return Indicator(
        code, name, "元", meaning, source, rows=rows, digits=2, board_unit="万元", board_factor=WAN, board_digits=2,
        on_board=False, **more,  # type: ignore[arg-type]
    )  # fmt: skip


HOLDINGS = (
    _money(
        "funds_money", "货币资金", "集体资金台账中库存现金与银行存款的季末余额之和", FUNDS,
        Rows("collective-funds:list", _FUND_ROWS), good=1,
    ),
    _money(
        "funds_receivable", "应收款项", "集体资金台账中应收款项的季末余额", FUNDS,
        Rows("collective-funds:list", _FUND_ROWS | {"kind": "receivable"}), good=-1,
    ),
    _money(
        "funds_payable", "应付款项", "集体资金台账中应付款项的季末余额", FUNDS,
        Rows("collective-funds:list", _FUND_ROWS | {"kind": "payable"}), good=-1,
    ),
    _money("assets_original", "资产原值", "季末在账的集体资产原值之和（已处置的不计）", ASSETS, _ASSET_ROWS),
    _money(
        "assets_net", "资产总额（净值）", "季末在账的集体资产净值之和（已处置的不计）", ASSETS, _ASSET_ROWS,
        short="资产净值", good=1,
    ),
    Indicator(
        "assets_let_share", "资产出租率", "%", "季末合同有效的出租资产件数 ÷ 出租和闲置的资产件数；自用的不计",
        ASSETS, rows=_ASSET_ROWS, on_board=False, good=1, **_SHARE,  # type: ignore[arg-type]
    ),
    Indicator(
        "assets_idle", "闲置资产", "件", "季末不自用、也没有有效租约的集体资产件数（合同到期未续的也算闲置，P29）",
        ASSETS, rows=_ASSET_ROWS, on_board=False, good=-1,
    ),
    _money("assets_idle_value", "闲置资产净值", "季末闲置的集体资产净值之和", ASSETS, _ASSET_ROWS, good=-1),
    _money("assets_rent", "资产年租金", "季末有效租约的年租金之和（约定数，不是实收）", ASSETS, _ASSET_ROWS, good=1),
    Indicator(
        "resources_area", "集体资源面积", "亩", "季末仍属本村的集体资源面积之和（已转出的不计）",
        RESOURCES, rows=_RESOURCE_ROWS, digits=2, board_digits=0, on_board=False,
    ),
    Indicator(
        "resources_contracted_share", "资源发包率", "%", "季末承包合同有效的资源面积 ÷ 季末全部集体资源面积",
        RESOURCES, rows=_RESOURCE_ROWS, on_board=False, good=1, **_SHARE,  # type: ignore[arg-type]
    ),
    _money(
        "resources_rent", "资源年承包费", "季末有效合同的年承包费之和（约定数，不是实收）", RESOURCES,
        _RESOURCE_ROWS, good=1,
    ),
    Indicator(
        "party_centre_share", "有党群服务中心的村占比", "%", "有未停用的党群服务中心的村居 ÷ 全部村居（P13）",
        FACILITIES, rows=Rows("facilities:list", {"kind": "party_centre"}, now=True), on_board=False, good=1,
        **_SHARE,  # type: ignore[arg-type]
    ),
    Indicator(
        "facilities_broken", "待修设施", "项", "季末在用、状况为“待修”的公共设施项数（已撤除的不计）",
        FACILITIES, rows=Rows("facilities:list", {"state": "repair"}, now=True), on_board=False, good=-1,
    ),
)  # fmt: skip
