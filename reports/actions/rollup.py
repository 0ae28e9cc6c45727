"""Summing up: base values of villages from the sources, then town, county, city, province and federations.

Whole (`refresh_period`) and for some villages (`refresh_scope`, the outbox) go through the same statements, so that
both end in the same values. Within a county one refresh runs at a time (advisory lock), because each writes the
county's row from rows that another may be about to change; the locks are always taken county first, then province.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from lianjian import areacodes, clock
from lianjian.periods import Period
from reports import indicators
from reports.indicators import Adds, Source
from reports.indicators.declaring import FEDERATIONS
from reports.indicators.federations import RUNNING

_LOCK_CLASS = 0x4C4A  # any number of our own, so that other advisory locks are never met

_PLACES = """
    places AS MATERIALIZED (
        SELECT v.code FROM villages_village v
        WHERE v.code >= %(low)s AND v.code < %(high)s
          AND (%(villages)s::text[] IS NULL OR v.code = ANY (%(villages)s::text[]))
    ), active AS MATERIALIZED (
        SELECT a.code FROM villages_area a JOIN places ON places.code = a.code
        WHERE a.valid_from <= %(day)s AND (a.valid_to IS NULL OR a.valid_to > %(day)s)
    )
"""
# Rows that have no value any more go, the others are written. `touched` says which places this refresh answers for.
_WRITE = """
    , gone AS (
        DELETE FROM reports_indicatorvalue v
        WHERE v.place_kind = ANY (%(kinds)s) AND v.period = %(period)s AND v.indicator = ANY (%(codes)s)
          AND {touched}
          AND NOT EXISTS (SELECT FROM fresh f WHERE f.place_kind = v.place_kind AND f.place_key = v.place_key
                                                AND f.indicator = v.indicator)
    )
    INSERT INTO reports_indicatorvalue
        (place_kind, place_key, period, indicator, numerator, denominator, refreshed_at)
    SELECT place_kind, place_key, %(period)s, indicator, numerator, denominator, now() FROM fresh
    ON CONFLICT (place_kind, period, place_key, indicator) DO UPDATE
    SET numerator = EXCLUDED.numerator, denominator = EXCLUDED.denominator, refreshed_at = EXCLUDED.refreshed_at
"""
_VILLAGES = """
    WITH {places}, {running}, fresh(place_key, indicator, numerator, denominator, place_kind) AS (
        SELECT base.*, 'village' FROM ({source}) AS base
    )
"""
_TOWNS = """
    WITH {places}, {running}, fresh(place_key, indicator, numerator, denominator, place_kind) AS (
        SELECT base.*, 'town' FROM ({source}) AS base(code, indicator, numerator, denominator)
        WHERE base.code = ANY (%(towns)s::text[])
    )
"""
_PARENTS = """
    WITH parents(code) AS (SELECT unnest(%(parents)s::text[])),
    fresh(place_kind, place_key, indicator, numerator, denominator) AS (
        SELECT %(kind)s, parents.code, v.indicator, sum(v.numerator), sum(v.denominator)
        FROM parents JOIN reports_indicatorvalue v
          ON v.place_kind = %(child_kind)s AND v.period = %(period)s
         AND v.place_key >= parents.code AND v.place_key < parents.code || ':' AND v.indicator = ANY (%(codes)s)
        GROUP BY parents.code, v.indicator
    )
"""
_KIND_OF_LENGTH = "CASE length({code}) {whens} END".format(
    code="{code}", whens=" ".join(f"WHEN {length} THEN '{kind}'" for kind, length in areacodes.LEVEL_LENGTHS.items())
)
_DISTINCT = """
    WITH {places}, {running}, things(code, indicator, thing) AS MATERIALIZED (
        SELECT DISTINCT left(found.code, above.length), found.indicator, found.thing
        FROM ({source}) AS found(code, indicator, thing)
        JOIN unnest(ARRAY[2, 4, 6, 9, 12]) AS above(length) ON above.length <= length(found.code)
    ),
    targets(code) AS (SELECT code FROM active UNION SELECT unnest(%(parents)s::text[])),
    fresh(place_kind, place_key, indicator, numerator, denominator) AS (
        SELECT {kind}, targets.code, codes.indicator, count(things.thing), NULL::numeric
        FROM targets CROSS JOIN unnest(%(codes)s::text[]) AS codes(indicator)
        LEFT JOIN things ON things.code = targets.code AND things.indicator = codes.indicator
        GROUP BY targets.code, codes.indicator
    )
"""
# Each thing is kept under its own name too, so that a figure can be opened in any period.
_THINGS = """
    WITH {places}, {running}, fresh(place_kind, place_key, indicator, numerator, denominator) AS (
        SELECT DISTINCT 'federation', found.thing::text, found.indicator, 1, NULL::numeric
        FROM ({source}) AS found(code, indicator, thing)
    )
"""
# Other things than federations: each once in every federation that has a part of them.
_THINGS_IN_FEDERATIONS = """
    WITH {places}, {running}, found(code, indicator, thing) AS MATERIALIZED ({source}),
    fresh(place_kind, place_key, indicator, numerator, denominator) AS (
        SELECT 'federation', held.federation_id::text, codes.indicator, count(DISTINCT found.thing), NULL::numeric
        FROM held CROSS JOIN unnest(%(codes)s::text[]) AS codes(indicator)
        LEFT JOIN found ON found.code = held.village_id AND found.indicator = codes.indicator
        WHERE held.federation_id::text = ANY (%(federations)s)
        GROUP BY held.federation_id, codes.indicator
    )
"""
_FEDERATIONS = """
    WITH {running}, fresh(place_kind, place_key, indicator, numerator, denominator) AS (
        SELECT 'federation', held.federation_id::text, v.indicator, sum(v.numerator), sum(v.denominator)
        FROM held JOIN reports_indicatorvalue v
          ON v.place_kind = 'village' AND v.period = %(period)s AND v.place_key = held.village_id
         AND v.indicator = ANY (%(codes)s)
        WHERE held.federation_id::text = ANY (%(federations)s)
        GROUP BY held.federation_id, v.indicator
    )
"""


def refresh_period(county: str, period: Period) -> None:
    """Sum up one period of a whole county. Raises AreaCodeError for a code that is no county's."""
    refresh(county, period)


def refresh_scope(village: str, period: Period) -> None:
    """Sum up one village in one period, with everything above it and its federations."""
    refresh(areacodes.county_of(village), period, villages=[village])


def refresh(
    county: str,
    period: Period,
    *,
    villages: Collection[str] | None = None,
    sources: Iterable[Source] | None = None,
    all_federations: bool = False,
) -> None:
    """Sum up a period of a county: all villages or some, all sources of the period's unit or some.

    `all_federations`: memberships changed. Then all figures of all federations of the county are added up anew,
    because a federation may have lost the very village that would have told of it.
    """
    if areacodes.level_of(county) != "county":
        raise areacodes.AreaCodeError(f"“{county}”不是县级代码")
    everything = [source for source in indicators.sources() if source.unit == period.unit]
    names = {source.name for source in (everything if sources is None else sources)}
    chosen = [source for source in everything if source.name in names]
    day = min(period.last_day, clock.today())
    low, high = areacodes.subtree(county)
    common: dict[str, Any] = {
        "low": low,
        "high": high,
        "villages": None if villages is None else sorted(villages),
        "period": str(period),
        "year": period.year,
        "day": day,
        "first": period.start,
        "last": period.last_day,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        _lock(cursor, county)
        towns = _towns(cursor, county, villages)
        added = _codes(chosen, distinct=False)
        for source in chosen:
            parameters = common | (dict(source.parameters(county)) if source.parameters else {})
            if source.distinct:
                _count_distinct(cursor, source, parameters, [*towns, county], villages)
            elif source.of_towns:
                _write_towns(cursor, source, parameters, towns)
            else:
                _write_villages(cursor, source, parameters, villages)
        of_villages = _codes([source for source in chosen if not source.of_towns], distinct=False)
        _add_up(cursor, period, of_villages, "village", "town", towns)
        _add_up(cursor, period, added, "town", "county", [county])
        distinct = [source for source in chosen if source.distinct]
        counted = [source for source in distinct if source.things == FEDERATIONS]
        if counted:
            _write_things(cursor, _THINGS, counted, common, county, _federations(cursor, county, None))
        federations = _federations(cursor, county, None if all_federations else villages)
        others = [source for source in distinct if source.things != FEDERATIONS]
        _write_things(cursor, _THINGS_IN_FEDERATIONS, others, common, county, federations)
        _write_federations(
            cursor, period, day, _codes(everything, distinct=False) if all_federations else added, federations
        )
        _write_upper(cursor, chosen, common, county, period, added)


def _lock(cursor: Any, code: str) -> None:
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, int(code)])


def _codes(sources: Sequence[Source], *, distinct: bool) -> list[str]:
    names = {source.name for source in sources}
    return [
        one.code
        for one in indicators.indicators()
        if one.source.name in names and (one.adds is Adds.DISTINCT) is distinct
    ]


def _towns(cursor: Any, county: str, villages: Collection[str] | None) -> list[str]:
    """The towns of the villages, or of the whole county. Those with old values too: their last village may be gone."""
    if villages is not None:
        return sorted({code[:9] for code in villages})
    low, high = areacodes.subtree(county)
    cursor.execute(
        "SELECT code FROM villages_area WHERE code >= %s AND code < %s AND level = 4 ORDER BY code", [low, high]
    )
    return [code for (code,) in cursor.fetchall()]


def _write_villages(
    cursor: Any, source: Source, parameters: dict[str, Any], villages: Collection[str] | None
) -> None:  # fmt: skip
    touched = (
        "v.place_key >= %(low)s AND v.place_key < %(high)s"
        if villages is None
        else "v.place_key = ANY (%(villages)s::text[])"
    )
    cursor.execute(
        _VILLAGES.format(places=_PLACES, running=RUNNING, source=source.sql) + _WRITE.format(touched=touched),
        parameters | {"kinds": ["village"], "codes": _codes([source], distinct=False)},
    )


def _write_towns(cursor: Any, source: Source, parameters: dict[str, Any], towns: list[str]) -> None:
    cursor.execute(
        _TOWNS.format(places=_PLACES, running=RUNNING, source=source.sql)
        + _WRITE.format(touched="v.place_key = ANY (%(towns)s::text[])"),
        parameters | {"kinds": ["town"], "codes": _codes([source], distinct=False), "towns": towns},
    )


def _count_distinct(
    cursor: Any, source: Source, parameters: dict[str, Any], parents: list[str], villages: Collection[str] | None
) -> None:  # fmt: skip
    touched = (
        "v.place_key >= %(low)s AND v.place_key < %(high)s"
        if villages is None
        else "v.place_key = ANY (%(villages)s::text[] || %(parents)s::text[])"
    )
    kind = _KIND_OF_LENGTH.format(code="targets.code")
    sql = _DISTINCT.format(places=_PLACES, running=RUNNING, source=source.sql, kind=kind)
    cursor.execute(
        sql + _WRITE.format(touched=touched),
        parameters
        | {
            "kinds": sorted({areacodes.level_of(code) for code in parents} | {"village", "town"}),
            "codes": _codes([source], distinct=True),
            "parents": parents,
        },
    )


def _write_things(
    cursor: Any, sql: str, sources: Sequence[Source], common: dict[str, Any], county: str, federations: list[str]
) -> None:
    for source in sources:
        parameters = common | (dict(source.parameters(county)) if source.parameters else {})
        cursor.execute(
            sql.format(places=_PLACES, running=RUNNING, source=source.sql)
            + _WRITE.format(touched="v.place_key = ANY (%(federations)s)"),
            parameters
            | {"kinds": ["federation"], "codes": _codes([source], distinct=True), "federations": federations},
        )


def _add_up(cursor: Any, period: Period, codes: list[str], child_kind: str, kind: str, parents: list[str]) -> None:
    if not codes or not parents:
        return
    cursor.execute(
        _PARENTS + _WRITE.format(touched="v.place_key = ANY (%(parents)s::text[])"),
        {
            "period": str(period),
            "codes": codes,
            "kind": kind,
            "child_kind": child_kind,
            "parents": parents,
            "kinds": [kind],
        },
    )


def _federations(cursor: Any, county: str, villages: Collection[str] | None) -> list[str]:
    """Federations that any of the villages ever belonged to; without villages all that touch the county."""
    low, high = areacodes.subtree(county)
    cursor.execute(
        """
        SELECT f.id::text FROM federations_federation f
        WHERE %(villages)s::text[] IS NULL AND f.area_id >= %(low)s AND f.area_id < %(high)s
        UNION
        SELECT m.federation_id::text FROM federations_federationvillage m
        WHERE m.village_id >= %(low)s AND m.village_id < %(high)s
          AND (%(villages)s::text[] IS NULL OR m.village_id = ANY (%(villages)s::text[]))
        """,
        {"low": low, "high": high, "villages": None if villages is None else list(villages)},
    )
    return [key for (key,) in cursor.fetchall()]


def _write_federations(cursor: Any, period: Period, day: Any, codes: list[str], federations: list[str]) -> None:
    kept = [one.code for one in indicators.indicators() if one.code in codes and one.for_federations]
    if not kept or not federations:
        return
    cursor.execute(
        _FEDERATIONS.format(running=RUNNING)
        + _WRITE.format(touched="v.place_key = ANY (%(federations)s)"),  # fmt: skip
        {"period": str(period), "day": day, "codes": kept, "federations": federations, "kinds": ["federation"]},
    )


def _write_upper(
    cursor: Any, sources: Sequence[Source], common: dict[str, Any], county: str, period: Period, codes: list[str]
) -> None:  # fmt: skip
    """City and province, from their counties; distinct things from the sources, because counties may share them."""
    province, city = areacodes.ancestors(county)
    _lock(cursor, province)
    _add_up(cursor, period, codes, "county", "city", [city])
    _add_up(cursor, period, codes, "city", "province", [province])
    low, high = areacodes.subtree(province)
    for source in sources:
        if source.distinct:
            parameters = common | (dict(source.parameters(county)) if source.parameters else {})
            parameters |= {"low": low, "high": high, "villages": []}
            _count_distinct(cursor, source, parameters, [city, province], [])
