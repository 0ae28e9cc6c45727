"""How federations are organised (P08, P11, P13, P57): patterns of leadership, five supports, premises, plan items.

Plan items count in the village where they lie, those over several villages in the federation's leading village.
"""

from federations.premises import standard
from reports.indicators.declaring import Adds, Indicator, Reach, Rows, Source

_FEDERATION_TOPICS = {
    "organisation.federation": Reach.ONWARD,
    "federations.villages": Reach.SAME,
    "federations.steps": Reach.SAME,
}

# Where what belongs to a federation `f` as a whole is counted: its centre, else its strong village, else the first.
_LEADING_VILLAGE = """
            LEFT JOIN LATERAL (
                SELECT m.village_id FROM federations_federationvillage m
                WHERE m.federation_id = f.id
                  AND m.valid_from <= %(day)s AND (m.valid_to IS NULL OR m.valid_to > %(day)s)
                ORDER BY m.role <> 'centre', m.role <> 'strong', m.village_id LIMIT 1
            ) AS first_one ON true
"""

LEADING = Source(
    name="organisation.leading",
    unit="Q",
    distinct=True,
    sql="""
        SELECT held.village_id, CASE p.pattern WHEN 'a' THEN 'federations_pattern_a' ELSE 'federations_pattern_b' END,
               p.federation_id
        FROM federations_leadershippattern p JOIN held ON held.federation_id = p.federation_id
        WHERE p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to > %(day)s)
          AND held.village_id >= %(low)s AND held.village_id < %(high)s
    """,
    topics=_FEDERATION_TOPICS,
)

PREMISES = Source(
    name="organisation.premises",
    unit="Q",
    sql="""
        SELECT places.code, 'premises_standard_share', (EXISTS (
            SELECT FROM federations_premises p
            WHERE p.federation_id = held.federation_id AND p.state = 'open'
              AND (p.opened_on IS NULL OR p.opened_on <= %(day)s)
              AND string_to_array(p.items, '、') @> %(standard)s::text[]))::integer, 1
        FROM places JOIN held ON held.village_id = places.code AND held.is_primary
    """,
    topics=_FEDERATION_TOPICS | {"registers.settings": Reach.SAME, "villages.villages": Reach.SAME},
    parameters=lambda county: {"standard": standard(county)},
)

SUPPORTS = Source(
    name="organisation.supports",
    unit="Q",
    sql="""
        SELECT places.code, each.indicator, each.numerator, each.denominator
        FROM places JOIN federations_weakvillage w ON w.village_id = places.code
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT s.kind) AS kinds FROM federations_villagesupport s
            WHERE s.village_id = w.village_id
              AND s.valid_from <= %(day)s AND (s.valid_to IS NULL OR s.valid_to > %(day)s)
        ) AS standing
        CROSS JOIN LATERAL (VALUES
            ('weak_villages', 1, NULL::integer),
            ('five_supports_share', (standing.kinds = 5)::integer, 1)
        ) AS each(indicator, numerator, denominator)
        WHERE w.listed_on <= %(day)s AND (w.accepted_on IS NULL OR w.accepted_on > %(day)s)
    """,
    topics={"organisation.supports": Reach.ONWARD, "villages.villages": Reach.SAME},
)

PLANS = Source(
    name="organisation.plans",
    unit="Q",
    sql=f"""
        WITH items AS (
            SELECT i.actual_to, coalesce(i.village_id, first_one.village_id) AS code
            FROM federations_planitem i JOIN federations_jointplan p ON p.id = i.plan_id
            LEFT JOIN federations_federation f ON f.id = p.federation_id
            {_LEADING_VILLAGE}
            WHERE i.planned_to <= %(day)s
        )
        SELECT places.code, 'plan_items_done', count(*) FILTER (WHERE items.actual_to <= %(day)s), count(*)
        FROM places JOIN items ON items.code = places.code GROUP BY places.code
    """,  # noqa: S608 -- a constant
    topics={"organisation.plans": Reach.ONWARD, "federations.villages": Reach.SAME},
)

ENTERPRISES = Source(
    name="organisation.enterprises",
    unit="Q",
    distinct=True,
    things="企业",
    sql="""
        SELECT held.village_id, 'member_enterprises', e.enterprise_id
        FROM federations_federationenterprise e JOIN held ON held.federation_id = e.federation_id
        WHERE e.valid_from <= %(day)s AND (e.valid_to IS NULL OR e.valid_to > %(day)s)
          AND held.village_id >= %(low)s AND held.village_id < %(high)s
    """,
    topics=_FEDERATION_TOPICS,
)

# Those who serve a federation count in its leading village.
DELEGATES = Source(
    name="organisation.delegates",
    unit="Q",
    sql=f"""
        WITH staff AS (
            SELECT coalesce(first_one.village_id, o.area_id) AS code
            FROM members_delegatedstaff s JOIN members_partyorganization o ON o.id = s.organization_id
            LEFT JOIN federations_federation f ON f.organization_id = o.id
            {_LEADING_VILLAGE}
            WHERE s.valid_from <= %(day)s AND (s.valid_to IS NULL OR s.valid_to > %(day)s)
        )
        SELECT places.code, 'delegated_staff', count(*), NULL::numeric
        FROM places JOIN staff ON staff.code = places.code GROUP BY places.code
    """,  # noqa: S608 -- a constant
    topics={"members.delegates": Reach.ONWARD, "federations.villages": Reach.SAME},
)

ORGANISATION = (
    Indicator(
        "federations_pattern_a",
        "模式A联建单位数",
        "个",
        "季末运行、由强村书记任书记的联建单位（P08）",
        LEADING,
        adds=Adds.DISTINCT,
        short="模式A",
        rows=Rows("leadership-patterns:list", {"pattern": "a"}, now=True),
        on_board=False,
        for_federations=False,
    ),
    Indicator(
        "federations_pattern_b",
        "模式B联建单位数",
        "个",
        "季末运行、由镇领导过渡任书记、还没有交接的联建单位（P08）",
        LEADING,
        adds=Adds.DISTINCT,
        short="模式B",
        rows=Rows("leadership-patterns:list", {"pattern": "b"}, now=True),
        on_board=False,
        for_federations=False,
    ),
    Indicator(
        "premises_standard_share",
        "联建场所达标占比",
        "%",
        "所在联建单位有启用并且全部达到县里建设标准的场所的村居 ÷ 属于运行中的新村或联建片区的村居（P13）",
        PREMISES,
        adds=Adds.RATIO,
        rows=Rows("federation-premises:list", {"state": "open"}, now=True),
        percent=True,
        digits=1,
        on_board=False,
        for_federations=False,
        good=1,
    ),
    Indicator(
        "weak_villages",
        "后进村数",
        "个",
        "季末在整转、还没有验收的村居（P11）",
        SUPPORTS,
        rows=Rows("weak-villages:list", now=True),
        on_board=False,
        good=-1,
    ),
    Indicator(
        "five_supports_share",
        "“五个一”齐全占比",
        "%",
        "五项帮扶力量齐全的后进村 ÷ 在整转的后进村（P11）",
        SUPPORTS,
        adds=Adds.RATIO,
        rows=Rows("weak-villages:list", now=True),
        percent=True,
        digits=1,
        on_board=False,
        good=1,
    ),
    Indicator(
        "plan_items_done",
        "规划任务完成率",
        "%",
        "到季末计划应完成的联合规划任务中，已实际完成的占比（P57）。计划与实际分别登记",
        PLANS,
        adds=Adds.RATIO,
        rows=Rows("plan-items:list", now=True),
        percent=True,
        digits=1,
        on_board=False,
        good=1,
    ),
    Indicator(
        "member_enterprises",
        "成员企业数",
        "家",
        "季末在党建联合体、产业链里的企业，一家在几个联建单位的只计一次（P09）",
        ENTERPRISES,
        adds=Adds.DISTINCT,
        short="成员企业",
        rows=Rows("federation-enterprises:list", now=True),
        on_board=False,
    ),
    Indicator(
        "delegated_staff",
        "下沉上提人员",
        "人",
        "季末在岗的下沉干部、上提村干部和全职人员，计在联建单位的中心村或强村；服务村党组织的计在本村（P56）",
        DELEGATES,
        rows=Rows("delegated-staff:list", now=True),
        on_board=False,
    ),
)
