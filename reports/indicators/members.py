"""Members by their dated placements (P20)."""

from reports.indicators.declaring import Indicator, Reach, Rows, Source

PLACED = Source(
    name="members.placed",
    unit="Q",
    # Whoever is off the register now was on it as long as his placement lasted, if somebody closed it.
    sql="""
        SELECT active.code, 'party_members', count(placed.id), NULL::numeric
        FROM active
        LEFT JOIN (
            SELECT p.id, p.village_id FROM members_placement p
            JOIN members_subject s ON s.id = p.subject_id AND s.kind = 'member'
            WHERE p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to > %(day)s)
              AND (s.is_active OR p.valid_to IS NOT NULL)
        ) AS placed ON placed.village_id = active.code
        GROUP BY active.code
    """,
    topics={
        "members.subjects": Reach.SAME,
        "members.placements": Reach.SAME,
        "villages.villages": Reach.SAME,
    },
)

MEMBERS = (
    Indicator(
        "party_members",
        "党员数（台账）",
        "名",
        "季末在册且所在村居有记录的党员，来自党员台账（不是村情年报里填的数）",
        PLACED,
        short="党员",
        rows=Rows("members:list", now=True, federations=True),
    ),
)
