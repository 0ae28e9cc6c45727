"""What if a scheme had been in force: a version run on locked quarters, beside what came out then.

Each chunk of a locked close is computed by the very statement of the close, with the version's rules in place of its
own: everything else (who was listed where, which entries settle) is as it was. An entry is worth its quantity times
what the version says of its item; entries of items that it lacks are left out and counted. The transactions are read
only, so neither ledger, scores, closes nor outbox can change; what comes out is kept in the job alone.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from psycopg2 import sql

from members.models import CloseSubject, PointGrade, PointScheme, QuarterClose
from members.points import close_sql
from members.points.closing import planner_settings
from registers.errors import NotAllowed, NotFound, WrongState
from registers.jobs import JobRun, job_kind

JOB_KIND = "points.what_if"
RIGHT = "schemes.change"
MOVERS_KEPT = 100
QUARTERS_OFFERED = 12
UNKNOWN_TOLD = 20

# One row a place, a pair of grades or a mover. Grades are compared by how far they are from the best one of their own
# scheme, because the two may call them differently; below the lowest limit is one further. The main list ranks within
# the federation, where there is none within the village.
_COMPARED = """
WITH now AS MATERIALIZED ({scores}), pair AS MATERIALIZED (
    SELECT s.id, s.village_code, s.federation, s.federation_name, was.total AS total_then, now.total AS total_now,
           was.grade AS grade_then, now.grade AS grade_now,
           coalesce(was.rank_federation, was.rank_village) AS rank_then,
           coalesce(now.rank_federation, now.rank_village) AS rank_now,
           cardinality(%(grades_then)s::text[])
               - coalesce(array_position(%(grades_then)s::text[], was.grade::text), 0) AS level_then,
           cardinality(%(grades)s::text[])
               - coalesce(array_position(%(grades)s::text[], now.grade::text), 0) AS level_now
      FROM now
      JOIN members_closesubject s ON s.id = now.close_subject_id
      JOIN members_pointscore was ON was.close_subject_id = s.id
), told AS (
    SELECT *, total_then IS NOT NULL AND total_now IS NOT NULL AS in_both FROM pair
), placed AS (
    SELECT village_code, federation, max(federation_name) AS federation_name, {figures}
      FROM told GROUP BY GROUPING SETS ((village_code), (federation))
)
SELECT 'village', to_jsonb(p) FROM placed p WHERE village_code IS NOT NULL
UNION ALL
SELECT 'federation', to_jsonb(p) FROM placed p WHERE federation IS NOT NULL
UNION ALL
SELECT 'grades', to_jsonb(g) FROM (
    SELECT CASE WHEN total_then IS NULL THEN NULL ELSE grade_then END AS before,
           CASE WHEN total_now IS NULL THEN NULL ELSE grade_now END AS after, count(*) AS people
      FROM told GROUP BY 1, 2) AS g
UNION ALL
SELECT 'mover', to_jsonb(m) FROM (
    SELECT id, village_code, total_then, total_now, grade_then, grade_now, rank_then, rank_now
      FROM told WHERE in_both AND (rank_then <> rank_now OR total_then <> total_now)
     ORDER BY abs(rank_then - rank_now) DESC, abs(total_then - total_now) DESC, id LIMIT %(movers)s) AS m
"""
_FIGURES = """
    count(*) FILTER (WHERE in_both) AS scored,
    count(*) FILTER (WHERE (total_then IS NULL) <> (total_now IS NULL)) AS exempt_changed,
    count(*) FILTER (WHERE in_both AND total_now > total_then) AS raised,
    count(*) FILTER (WHERE in_both AND total_now < total_then) AS lowered,
    count(*) FILTER (WHERE in_both AND rank_now <> rank_then) AS ranks_moved,
    count(*) FILTER (WHERE in_both AND level_now < level_then) AS grade_up,
    count(*) FILTER (WHERE in_both AND level_now > level_then) AS grade_down,
    coalesce(sum(total_then) FILTER (WHERE in_both), 0) AS sum_then,
    coalesce(sum(total_now) FILTER (WHERE in_both), 0) AS sum_now
"""
# Effective entries of the listed whose item the version lacks.
_UNKNOWN = """
    SELECT e.item_code, count(*) FROM members_pointentry e
     WHERE e.settle_quarter = %(quarter)s AND e.county_code = %(county)s AND e.reverses IS NULL
       AND e.subject_id IN (SELECT subject_id FROM members_closesubject
                             WHERE close_id = %(close)s AND scheme_id = %(filled_with)s)
       AND e.item_code NOT IN (SELECT code FROM members_pointitem WHERE scheme_id = %(scheme)s)
       AND NOT EXISTS (SELECT FROM members_pointentry r WHERE r.settle_quarter = e.settle_quarter
                          AND r.county_code = e.county_code AND r.reverses = e.id)
     GROUP BY 1 ORDER BY 2 DESC, 1
"""
COUNTED = (
    "scored", "exempt_changed", "raised", "lowered", "ranks_moved", "grade_up", "grade_down", "sum_then", "sum_now",
)  # fmt: skip


@dataclass
class Trial:
    """One quarter: figures of villages and federations, pairs of grades, who moves most. Points in 0.1 point."""

    quarter: str
    close: int
    grades_then: list[str]  # best first
    grades_now: list[str]
    villages: list[dict[str, Any]] = field(default_factory=list)
    federations: list[dict[str, Any]] = field(default_factory=list)
    grades: list[dict[str, Any]] = field(default_factory=list)  # {before, after, people}; None: 免于积分
    movers: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[list[Any]] = field(default_factory=list)  # [item code, entries]
    unknown_entries: int = 0

    def figures(self) -> dict[str, int]:
        """The sums over all villages."""
        return {name: sum(row[name] for row in self.villages) for name in COUNTED}


def locked_closes(scheme: PointScheme) -> dict[str, QuarterClose]:
    """By quarter, newest first: the latest locked closes of the scheme's county that listed its kind of subject."""
    closes = QuarterClose.objects.unscoped("whoever makes the county's schemes has all of it").filter(
        Exists(_listed(scheme).filter(close=OuterRef("pk"))), area=scheme.area_id, state=QuarterClose.State.LOCKED
    )
    return {close.quarter: close for close in closes.order_by("-quarter")[:QUARTERS_OFFERED]}


def _listed(scheme: PointScheme) -> QuerySet[CloseSubject]:
    return CloseSubject.objects.unscoped("the county's closes").filter(subject_kind=scheme.subject_kind)


def _filled_with(close: QuarterClose, scheme: PointScheme) -> int | None:
    """The version that a close scored this kind of subject by."""
    return _listed(scheme).filter(close=close).values_list("scheme_id", flat=True).first()


@job_kind(JOB_KIND, "积分办法试算比较")
def compute(run: JobRun, scheme: int, quarters: Sequence[str]) -> dict[str, Any]:
    """The handler of `points.what_if` jobs. Raises NotFound, NotAllowed, WrongState."""
    version = PointScheme.objects.visible_to(run.owner).filter(pk=scheme).first()
    if version is None:
        raise NotFound
    if not run.owner.scope_for(RIGHT).covers(version.area_id):
        raise NotAllowed("积分办法由县委组织部制定和修改")
    closes = [close for quarter, close in locked_closes(version).items() if quarter in quarters]
    total = sum(close.chunks.count() for close in closes)
    done = 0
    trials = []
    for close in closes:
        trial, rule = begin(version, close)
        for towns in close.chunks.order_by("number").values_list("towns", flat=True):
            run.progress(done, total, f"试算{close.quarter}")
            add_chunk(trial, close, rule, towns)
            done += 1
        add_unknown(trial, close, rule)
        trials.append(asdict(trial))
    seen = PointScheme.objects.unscoped("the job's own version").filter(pk=scheme).values_list("updated_at", flat=True)
    if seen.first() != version.updated_at:
        raise WrongState("试算期间这份草稿被改过，请重新试算")
    return {
        "scheme": scheme,
        "written": version.updated_at.isoformat(),
        "trials": trials,
        "url": reverse("what-if:detail", args=[run.job.pk]),
        "label": "查看试算比较",
    }


def begin(version: PointScheme, close: QuarterClose) -> tuple[Trial, close_sql.Rule]:
    """An empty trial of a version on a close, and the rule to compute it by."""
    then = _filled_with(close, version)
    rule = close_sql.Rule.of(version, filled_with=then)
    grades = PointGrade.objects.filter(scheme_id=then).order_by("-minimum").values_list("name", flat=True)
    return Trial(close.quarter, close.pk, list(grades), [name for _, name in reversed(rule.grades)]), rule


def add_chunk(trial: Trial, close: QuarterClose, rule: close_sql.Rule, towns: Sequence[str]) -> None:
    """Compute one chunk and put it into the trial."""
    statement = sql.SQL(_COMPARED).format(scores=close_sql.scores(rule, towns), figures=sql.SQL(_FIGURES))
    more = {"grades_then": trial.grades_then[::-1], "movers": MOVERS_KEPT}
    parts = {"village": trial.villages, "federation": trial.federations, "mover": trial.movers}
    for part, text in _read(statement, _asked(close, rule) | more):
        row = json.loads(text) if isinstance(text, str) else text
        if part == "grades":
            _add_pair(trial.grades, row)
        else:
            parts[part].append(row)
    trial.movers.sort(key=_movement)
    del trial.movers[MOVERS_KEPT:]


def add_unknown(trial: Trial, close: QuarterClose, rule: close_sql.Rule) -> None:
    """How many entries are left out because the version lacks their item."""
    found = [[code, number] for code, number in _read(sql.SQL(_UNKNOWN), _asked(close, rule))]
    trial.unknown, trial.unknown_entries = found[:UNKNOWN_TOLD], sum(number for _, number in found)


def _asked(close: QuarterClose, rule: close_sql.Rule) -> dict[str, Any]:
    return {"close": close.pk, "county": close.area_id, "quarter": close.quarter, **rule.parameters}


def _read(statement: Any, parameters: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    """The rows of a statement that can only read: the database itself refuses anything else."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        planner_settings(cursor)
        cursor.execute(statement.as_string(cursor.connection), parameters)
        return cursor.fetchall()


def _add_pair(pairs: list[dict[str, Any]], row: dict[str, Any]) -> None:
    for pair in pairs:
        if (pair["before"], pair["after"]) == (row["before"], row["after"]):
            pair["people"] += row["people"]
            return
    pairs.append(row)


def _movement(row: dict[str, Any]) -> tuple[int, int, int]:
    """Who moves most comes first: by places on the main list, then by points."""
    return -abs(row["rank_then"] - row["rank_now"]), -abs(row["total_then"] - row["total_now"]), row["id"]
