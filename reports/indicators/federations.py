"""Federations (P05, P06): running ones counted once in every place, and the villages they cover.

A federation stands in a village through its membership on the day; one without any member village (an industry chain
of enterprises) stands in its home area.
"""

from federations import settings_declared as limits
from registers.models.setting import setting
from reports.indicators.declaring import Adds, Indicator, Reach, Rows, Source

# For every source: federations that run on the day, and the villages they hold.
# Status by the last step up to the day (federations.queries.status_on says the same to the ORM).
RUNNING = """
    running AS (
        SELECT f.id, f.area_id, f.kind IN ('new_village', 'district') AS is_primary
        FROM federations_federation f
        WHERE 'running' = (
            SELECT s.to_status FROM federations_federationstep s
            WHERE s.federation_id = f.id AND s."on" <= %(day)s ORDER BY s."on" DESC, s.id DESC LIMIT 1)
    ), held AS (
        SELECT m.federation_id, m.village_id, running.is_primary
        FROM federations_federationvillage m JOIN running ON running.id = m.federation_id
        WHERE m.valid_from <= %(day)s AND (m.valid_to IS NULL OR m.valid_to > %(day)s)
    )
"""


def _parameters(county: str) -> dict[str, object]:
    return {
        "villages_min": setting(limits.VILLAGES_MIN, county),
        "villages_max": setting(limits.VILLAGES_MAX, county),
        "population_min": setting(limits.POPULATION_MIN, county),
        "population_max": setting(limits.POPULATION_MAX, county),
    }


COUNTING = Source(
    name="federations.counting",
    unit="Q",
    distinct=True,
    sql="""
        WITH stands AS (
            SELECT village_id AS code, federation_id, is_primary FROM held
            UNION ALL
            SELECT running.area_id, running.id, running.is_primary FROM running
            WHERE NOT EXISTS (SELECT FROM held WHERE held.federation_id = running.id)
        ), sizes AS (
            SELECT held.federation_id, count(*) AS villages, sum(latest.population) AS population,
                   count(*) FILTER (WHERE latest.population IS NULL) AS unknown
            FROM held LEFT JOIN LATERAL (
                SELECT f.population FROM villages_villagefacts f
                WHERE f.village_id = held.village_id AND f.year <= EXTRACT(YEAR FROM %(day)s::date) AND f.population > 0
                ORDER BY f.year DESC LIMIT 1
            ) AS latest ON true
            WHERE held.is_primary
            GROUP BY held.federation_id
        ), off_scale AS (
            SELECT federation_id FROM sizes
            WHERE villages NOT BETWEEN %(villages_min)s AND %(villages_max)s
               OR population > %(population_max)s
               OR (unknown = 0 AND population < %(population_min)s)
        )
        SELECT stands.code, each.indicator, stands.federation_id
        FROM stands CROSS JOIN LATERAL (VALUES
            ('federations_running', stands.is_primary),
            ('federations_off_scale', stands.federation_id IN (SELECT federation_id FROM off_scale)),
            ('alliances_running', NOT stands.is_primary)
        ) AS each(indicator, holds)
        WHERE each.holds AND stands.code >= %(low)s AND stands.code < %(high)s
    """,
    topics={
        "federations.villages": Reach.SAME,
        "federations.steps": Reach.SAME,
        "villages.facts": Reach.ONWARD,
        "villages.villages": Reach.SAME,
        "registers.settings": Reach.SAME,
    },
    parameters=_parameters,
)

COVERING = Source(
    name="federations.covering",
    unit="Q",
    sql="""
        SELECT active.code, 'federation_coverage',
               (active.code IN (SELECT village_id FROM held WHERE is_primary))::integer, 1
        FROM active
    """,
    topics={
        "federations.villages": Reach.SAME,
        "federations.steps": Reach.SAME,
        "villages.villages": Reach.SAME,
    },
)

_ROWS = Rows("federations:list", {"status": "running"}, now=True)

FEDERATIONS = (
    Indicator(
        "federations_running",
        "联建单位数",
        "个",
        "季末处于“运行”的新村和联建片区",
        COUNTING,
        adds=Adds.DISTINCT,
        short="联建",
        rows=_ROWS,
        for_federations=False,
    ),
    Indicator(
        "federation_coverage",
        "联建覆盖村占比",
        "%",
        "季末属于运行中的新村或联建片区的村居 ÷ 全部村居",
        COVERING,
        adds=Adds.RATIO,
        rows=Rows("federation-villages:list", now=True),
        percent=True,
        digits=1,
        for_federations=False,
        good=1,
    ),
    Indicator(
        "federations_off_scale",
        "超规模联建数",
        "个",
        "运行中的新村和联建片区，村居数或户籍人口（各村最近一年年报）不在县里规定范围内的（P06，只提醒，不禁止）",
        COUNTING,
        adds=Adds.DISTINCT,
        rows=_ROWS,
        for_federations=False,
    ),
    Indicator(
        "alliances_running",
        "党建联合体、产业链数",
        "个",
        "季末处于“运行”的党建联合体和产业链，可与新村重叠",
        COUNTING,
        adds=Adds.DISTINCT,
        rows=_ROWS,
        on_board=False,
        for_federations=False,
    ),
)
