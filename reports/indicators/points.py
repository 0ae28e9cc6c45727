"""Points: the ledger of the quarter, its binding close, claims that wait (P21), and what was redeemed (P23). The
members' book only where subjects are compared, because the three books are never ranked together (P22).
"""

from reports.indicators.declaring import Adds, Indicator, Over, Reach, Rows, Source

ENTRIES = Source(
    name="points.entries",
    unit="Q",
    # An entry and its reversal are both left out.
    sql="""
        SELECT counted.code, each.indicator, each.numerator, NULL::numeric
        FROM (
            SELECT places.code, count(e.id) AS entries, COALESCE(sum(e.points), 0) AS points
            FROM places
            LEFT JOIN members_pointentry e
                   ON e.village_id = places.code AND e.settle_quarter = %(period)s AND e.reverses IS NULL
                  AND NOT EXISTS (SELECT FROM members_pointentry r
                                  WHERE r.settle_quarter = %(period)s AND r.reverses = e.id)
            GROUP BY places.code
            HAVING count(e.id) > 0 OR places.code IN (SELECT code FROM active)
        ) AS counted
        CROSS JOIN LATERAL (VALUES
            ('point_entries', counted.entries::numeric),
            ('points_awarded', counted.points / 10.0)
        ) AS each(indicator, numerator)
    """,
    topics={"points.entries": Reach.SAME, "villages.villages": Reach.SAME},
)

SCORES = Source(
    name="points.scores",
    unit="Q",
    sql="""
        WITH binding AS (
            SELECT id FROM members_quarterclose
            WHERE area_id >= %(low)s AND area_id < %(high)s AND quarter = %(period)s
              AND state IN ('published', 'locked')
        ), top AS (
            SELECT DISTINCT ON (scheme_id) scheme_id, name FROM members_pointgrade
            ORDER BY scheme_id, minimum DESC
        ), scored AS (
            SELECT s.village_code AS code, count(*) AS subjects, sum(p.total) AS total,
                   count(*) FILTER (WHERE p.grade = top.name) AS best
            FROM members_closesubject s
            JOIN members_pointscore p ON p.close_subject_id = s.id AND p.total IS NOT NULL
            LEFT JOIN top ON top.scheme_id = s.scheme_id
            WHERE s.close_id IN (SELECT id FROM binding) AND s.subject_kind = 'member'
              AND s.village_code IN (SELECT code FROM places)
            GROUP BY s.village_code
        )
        SELECT scored.code, each.indicator, each.numerator, each.denominator
        FROM scored CROSS JOIN LATERAL (VALUES
            ('members_scored', scored.subjects::numeric, NULL::numeric),
            ('score_average', scored.total / 10.0, scored.subjects),
            ('top_grade_share', scored.best, scored.subjects)
        ) AS each(indicator, numerator, denominator)
    """,
    topics={"points.closes": Reach.SAME},
)

CLAIMS = Source(
    name="points.claims",
    unit="Q",
    sql="""
        SELECT places.code, 'claims_waiting', count(c.id), NULL::numeric
        FROM places
        LEFT JOIN members_pointclaim c
               ON c.village_id = places.code AND c.state IN ('declared', 'branch_checked', 'federation_checked')
              AND c.occurred_on >= %(first)s AND c.occurred_on <= %(last)s
        GROUP BY places.code
        HAVING count(c.id) > 0 OR places.code IN (SELECT code FROM active)
    """,
    topics={"points.claims": Reach.SAME, "villages.villages": Reach.SAME},
)

MOVEMENTS = Source(
    name="points.movements",
    unit="Q",
    # By the day of each line and the village where the subject was: what is taken back counts on the day it is.
    sql="""
        SELECT places.code, 'points_redeemed', COALESCE(-sum(m.points), 0) / 10.0, NULL::numeric
        FROM places
        LEFT JOIN members_pointmovement m
               ON m.village_id = places.code AND m."on" >= %(first)s AND m."on" <= %(last)s
              AND m.kind IN ('redeem', 'cancel')
        GROUP BY places.code
        HAVING count(m.id) > 0 OR places.code IN (SELECT code FROM active)
    """,
    topics={"points.movements": Reach.SAME, "villages.villages": Reach.SAME},
)

_SCORE_ROWS = Rows("scores:list", {"quarter": "{quarter}", "kind": "member"}, federations=True)
_ENTRY_ROWS = Rows("entries:list", {"quarter": "{quarter}"}, federations=True)

POINTS = (
    Indicator(
        "point_entries",
        "本季积分记录数",
        "条",
        "结算到本季的积分记录，冲销的记录和它的冲销都不计；三类对象一并计数",
        ENTRIES,
        over=Over.FLOW,
        short="积分记录",
        rows=_ENTRY_ROWS,
    ),
    Indicator(
        "points_awarded",
        "本季审定积分合计",
        "分",
        "结算到本季的积分记录的分数之和，扣分为负，未计封顶；冲销的不计",
        ENTRIES,
        over=Over.FLOW,
        rows=_ENTRY_ROWS,
        digits=1,
        on_board=False,
    ),
    Indicator(
        "members_scored",
        "参评党员数",
        "名",
        "本季公示中或已审定的结算里有总分的党员，免于积分的不计；还没有公示时为空",
        SCORES,
        rows=_SCORE_ROWS,
        on_board=False,
    ),
    Indicator(
        "score_average",
        "党员人均得分",
        "分",
        "参评党员总分之和 ÷ 参评党员数，按公示中或已审定的结算",
        SCORES,
        adds=Adds.RATIO,
        over=Over.FLOW,
        short="人均得分",
        rows=_SCORE_ROWS,
        digits=1,
    ),
    Indicator(
        "top_grade_share",
        "最高等次占比",
        "%",
        "评为最高等次（优秀）的党员 ÷ 参评党员，按公示中或已审定的结算",
        SCORES,
        adds=Adds.RATIO,
        over=Over.FLOW,
        rows=_SCORE_ROWS,
        percent=True,
        digits=1,
    ),
    Indicator(
        "claims_waiting",
        "待审申报数",
        "件",
        "发生在本季、还没有审定或驳回的积分申报",
        CLAIMS,
        over=Over.FLOW,
        rows=Rows("claims:list", {"tab": "all", "state": "open", "quarter": "{quarter}"}, federations=True),
        good=-1,
    ),
    Indicator(
        "points_redeemed",
        "本季兑换积分",
        "分",
        "本季兑换物品用去的积分，减去本季撤销退回的，按办理之日所在的村居；到期作废的不计",
        MOVEMENTS,
        over=Over.FLOW,
        short="兑换积分",
        rows=Rows("point-redemptions:list", {"month": "{quarter}"}, federations=True),
        digits=1,
        on_board=False,
    ),
)
