"""People at work: talents, trainings, cadres exchanged, posts filled (P08, P10, P25)."""

from reports.indicators.declaring import Adds, Indicator, Over, Reach, Rows, Source

TALENTS = Source(
    name="members.talents",
    unit="Q",
    sql="""
        SELECT active.code, each.indicator, count(t.id) FILTER (WHERE each.all_of_them OR t.is_willing), NULL::numeric
        FROM active
        CROSS JOIN (VALUES ('talents', true), ('talents_willing', false)) AS each(indicator, all_of_them)
        LEFT JOIN members_talent t ON t.village_id = active.code
        GROUP BY active.code, each.indicator
    """,
    topics={"members.talents": Reach.SAME, "villages.villages": Reach.SAME},
)

TRAININGS = Source(
    name="members.trainings",
    unit="Q",
    sql="""
        SELECT active.code, each.indicator,
               CASE each.indicator WHEN 'training_attendances' THEN count(came.id)
                                   ELSE count(DISTINCT came.training_id) END, NULL::numeric
        FROM active
        CROSS JOIN (VALUES ('training_attendances'), ('village_trainings')) AS each(indicator)
        LEFT JOIN (
            SELECT a.id, a.training_id, a.village_id FROM members_attendance a
            JOIN members_training t ON t.id = a.training_id AND t.held_on BETWEEN %(first)s AND %(last)s
            WHERE a.attended
        ) AS came ON came.village_id = active.code
        GROUP BY active.code, each.indicator
    """,
    topics={
        "members.attendances": Reach.SAME,
        "members.trainings": Reach.SAME,
        "villages.villages": Reach.SAME,
    },
)

EXCHANGES = Source(
    name="members.exchanges",
    unit="Q",
    sql="""
        SELECT active.code, each.indicator, count(x.id), NULL::numeric
        FROM active
        CROSS JOIN (VALUES ('cadres_sent', 'strong_to_weak'), ('cadres_learning', 'weak_to_strong'))
             AS each(indicator, direction)
        LEFT JOIN members_cadreexchange x
               ON x.from_village_id = active.code AND x.direction = each.direction
              AND x.valid_from <= %(day)s AND (x.valid_to IS NULL OR x.valid_to > %(day)s)
        GROUP BY active.code, each.indicator
    """,
    topics={"members.exchanges": Reach.SAME, "villages.villages": Reach.SAME},
)

POSTS = Source(
    name="members.posts",
    unit="Q",
    sql="""
        SELECT active.code, 'secretaries_filled',
               EXISTS (
                   SELECT FROM members_post p JOIN members_partyorganization o ON o.id = p.organization_id
                   WHERE o.area_id = active.code AND p.title = 'secretary'
                     AND p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to > %(day)s))::integer, 1
        FROM active
    """,
    topics={"members.posts": Reach.SAME, "villages.villages": Reach.SAME},
)

PEOPLE = (
    Indicator(
        "secretaries_filled", "村书记在岗率", "%", "季末有在任书记的村居 ÷ 全部村居，来自班子任职台账", POSTS,
        adds=Adds.RATIO, short="书记在岗", rows=Rows("posts:list", {"title": "secretary", "standing": "now"}, now=True),
        percent=True, digits=1, on_board=False, good=1,
    ),
    Indicator(
        "cadres_sent", "派往弱村干部", "人", "季末在期的“强村派往弱村”交流，计在派出村", EXCHANGES,
        rows=Rows("cadre-exchanges:list", {"direction": "strong_to_weak", "standing": "now"}, now=True),
        on_board=False,
    ),
    Indicator(
        "cadres_learning", "到强村学习干部", "人", "季末在期的“弱村到强村学习”交流，计在派出村", EXCHANGES,
        rows=Rows("cadre-exchanges:list", {"direction": "weak_to_strong", "standing": "now"}, now=True),
        on_board=False,
    ),
    Indicator(
        "talents", "乡土人才", "人次", "人才台账现有的人，一人有几类特长的按类计", TALENTS,
        short="人才", rows=Rows("talents:list", now=True), on_board=False,
    ),
    Indicator(
        "talents_willing", "愿意服务的人才", "人次", "人才台账中“愿意服务”填是的", TALENTS,
        rows=Rows("talents:list", {"is_willing": "true"}, now=True), on_board=False,
    ),
    Indicator(
        "training_attendances", "培训到场人次", "人次", "本季度举办的培训，签到名单中到场的，计在本人所在村", TRAININGS,
        over=Over.FLOW, rows=Rows("attendances:list", {"attended": "true", "quarter": "{quarter}"}), good=1,
        on_board=False,
    ),
    Indicator(
        "village_trainings", "参加培训村次", "村次", "本季度举办的培训，有村民到场的每村计一次", TRAININGS,
        over=Over.FLOW, rows=Rows("attendances:list", {"attended": "true", "quarter": "{quarter}"}), good=1,
        on_board=False,
    ),
)  # fmt: skip
