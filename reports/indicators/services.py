"""Service points of villages (P39): how many are in use, and how far the 15-minute circle reaches."""

from reports.indicators.declaring import Adds, Indicator, Reach, Rows, Source

POINTS = Source(
    name="services.points",
    unit="Q",
    sql="""
        SELECT active.code, each.indicator, each.numerator, each.denominator
        FROM active
        CROSS JOIN LATERAL (
            SELECT count(*) AS points,
                   COALESCE(bool_or(p.kind IN ('agency', 'centre')), false) AS does_errands,
                   sum(p.households_near) FILTER (WHERE p.kind IN ('agency', 'centre')) AS near,
                   sum(p.households) FILTER (WHERE p.kind IN ('agency', 'centre') AND p.households_near IS NOT NULL)
                       AS served
            FROM services_servicepoint p
            WHERE p.village_id = active.code
              AND (p.valid_from IS NULL OR p.valid_from <= %(day)s) AND (p.valid_to IS NULL OR p.valid_to > %(day)s)
        ) AS sums
        CROSS JOIN LATERAL (VALUES
            ('service_points', sums.points, NULL::bigint),
            ('errands_villages_share', sums.does_errands::integer, 1),
            ('near_households_share', sums.near, sums.served)
        ) AS each(indicator, numerator, denominator)
        WHERE each.numerator IS NOT NULL
    """,
    topics={"services.points": Reach.SAME, "villages.villages": Reach.SAME},
)

_SHARE = {"adds": Adds.RATIO, "percent": True, "digits": 1}

SERVICES = (
    Indicator(
        "service_points", "便民服务点", "处", "季末在用的代办点、服务中心、快递、垃圾、食堂等服务点（P39）", POINTS,
        rows=Rows("service-points:list", now=True), on_board=False, good=1,
    ),
    Indicator(
        "errands_villages_share", "有便民代办的村占比", "%", "季末有便民服务代办点或服务中心的村居 ÷ 全部村居", POINTS,
        short="有代办的村", rows=Rows("service-points:list", {"kind": "agency"}, now=True), on_board=False, good=1,
        **_SHARE,  # type: ignore[arg-type]
    ),
    Indicator(
        "near_households_share", "15分钟服务圈覆盖率", "%",
        "代办点和服务中心步行 15 分钟内的户数 ÷ 其服务户数，两个数都填了的才算（P39）", POINTS, short="15分钟圈",
        rows=Rows("service-points:list", now=True), on_board=False, good=1,
        **_SHARE,  # type: ignore[arg-type]
    ),
)  # fmt: skip
