"""Computing a close: fill who is listed, compute chunk by chunk, then make it whole in one transaction.

Each step can be repeated: a killed worker's successor finds what was committed and goes on from there, and a worker
that was only thought dead stops at its next commit (`JobRun.require_mine`). Nobody sees a close before `whole_at`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from lianjian import areacodes, clock, periods
from members.models import CloseChunk, PointScheme, QuarterClose
from members.points import close_sql
from members.points.chunks import connected_towns
from members.points.digest import digest_of
from members.points.lanes import Lanes
from members.points.rules import lock_gate, schemes_in_force
from members.sockets import VillagePlacement, placement_provider
from registers.errors import Invalid, WrongState
from registers.jobs import JobCancelled, JobRun, job_kind
from villages.models import Village

JOB_KIND = "points.close"
WORTH_A_SECOND_CONNECTION = 20_000  # entries; below, opening one costs more than it brings
WORK_MEM = "64MB"


@dataclass(frozen=True)
class Inputs:
    """What a close is computed from, beside the ledger: parameters of the statements."""

    county: str
    quarter: str
    placements: tuple[VillagePlacement, ...]
    schemes: dict[str, int]

    @classmethod
    def of(cls, county: str, quarter: str) -> "Inputs":
        """As they are now. Raises Invalid where no scheme is in force."""
        schemes = {kind: scheme.pk for kind, scheme in schemes_in_force(county, quarter).items()}
        if not schemes:
            raise Invalid(f"{periods.parse_quarter(quarter).label}没有已启用的积分办法，请先启用", field="quarter")
        day = periods.parse_quarter(quarter).last_day
        return cls(county, quarter, tuple(placement_provider(county, day)), schemes)

    def listed(self, span: tuple[str, str] | None = None) -> dict[str, Any]:
        """Parameters for the subjects of the county, or of a span of its village codes."""
        low, high = span or areacodes.subtree(self.county)
        return {
            "low": low,
            "high": high,
            "day": periods.parse_quarter(self.quarter).last_day,
            "kinds": list(self.schemes),
            "schemes": list(self.schemes.values()),
            "villages": [placement.village_code for placement in self.placements],
            "federations": [placement.federation_id for placement in self.placements],
            "keys": [placement.federation_key for placement in self.placements],
            "names": [placement.federation_name for placement in self.placements],
        }


def is_current(close: QuarterClose, inputs: Inputs) -> bool:
    """Whether a whole close would come out the same now."""
    # The cheaper questions first; new entries are the usual change.
    ledger = {"county": inputs.county, "quarter": inputs.quarter}
    with connection.cursor() as cursor:
        cursor.execute(close_sql.HAS_NEWER_ENTRY, {**ledger, "moment": close.whole_at})
        if cursor.fetchone()[0] or entry_count(inputs.county, inputs.quarter) != close.entry_count:
            return False
        cursor.execute(close_sql.FINGERPRINT_OF_LISTED, inputs.listed())
        subjects, listed = cursor.fetchone()
    return _fingerprint(inputs, subjects, listed, close.entry_count) == close.input_digest


def entry_count(county: str, quarter: str) -> int:
    """Rows of the ledger of that county and quarter, reversals too."""
    with connection.cursor() as cursor:
        cursor.execute(close_sql.ENTRY_COUNT, {"county": county, "quarter": quarter})
        return cursor.fetchone()[0]


def _fingerprint(inputs: Inputs, subjects: int, listed: Decimal | int, entries: int) -> str:
    whole = (sorted(inputs.schemes.items()), str(subjects), str(listed), entries)
    return sha256(repr(whole).encode()).hexdigest()


@job_kind(JOB_KIND, "季度积分试算")
def compute(run: JobRun, close: int) -> dict[str, Any]:
    """The handler of `points.close` jobs: `close` is the version to compute."""
    version = QuarterClose.objects.unscoped("the job's own close").filter(pk=close).first()
    if version is None:
        raise WrongState("这次试算已被放弃，请重新试算")
    if version.whole_at is None:
        try:
            with Lanes(alone=not _is_large(version)) as lanes:
                _compute_chunks(run, version, _fill(run, version, lanes), lanes)
                _finish(run, version, lanes)
        except JobCancelled:
            discard(version)
            raise
    return {
        "close": version.pk,
        "quarter": version.quarter,
        "number": version.number,
        "digest": version.digest,
        "url": reverse("closes:detail", args=[version.pk]),
        "label": "查看试算结果",
    }


def discard(close: QuarterClose) -> None:
    """Remove a version that never became whole, with all it holds (by SQL: the rows have no dependants)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT FROM members_quarterclose WHERE id = %s AND whole_at IS NULL FOR UPDATE", [close.pk])
        if cursor.rowcount:
            _empty(close)
            cursor.execute("DELETE FROM members_quarterclose WHERE id = %s", [close.pk])


def _empty(close: QuarterClose) -> None:
    with connection.cursor() as cursor:
        # Scores are found through their subjects: they have no index by close.
        cursor.execute(
            "DELETE FROM members_pointscore p USING members_closesubject s"
            " WHERE s.close_id = %s AND p.close_subject_id = s.id",
            [close.pk],
        )
        for table in ("members_closesubject", "members_closechunk"):
            cursor.execute(f"DELETE FROM {table} WHERE close_id = %s", [close.pk])  # noqa: S608 -- constants


def _fill(run: JobRun, close: QuarterClose, lanes: Lanes) -> list[close_sql.Rule]:
    """List who is scored, plan the chunks, and return the schemes that apply.

    A killed attempt is begun anew: its chunks are the sign of the end.
    """
    run.progress(0, 0, "整理计分对象")
    if close.chunks.exists():
        return rules_of(close)
    if close.is_correction:
        return _fill_as_published(run, close)
    inputs = Inputs.of(close.area_id, close.quarter)
    _empty(close)
    filled: list[Filled] = []

    def count_entries() -> None:
        close.entry_count = entry_count(close.area_id, close.quarter)

    def list_span(span: tuple[str, str]) -> None:
        filled.extend(_list(run, close, inputs, span))

    whole = areacodes.subtree(close.area_id)
    spans = [whole] if lanes.alone else _halves(whole)
    pieces: list[Callable[[], None]] = [partial(list_span, span) for span in spans]
    pieces.append(count_entries)
    try:
        # Entries are counted before any is read: one that comes later makes the fingerprint out of date.
        lanes.side_by_side(lambda piece: piece(), pieces)
    except IntegrityError:
        # Somebody was transferred from one half to the other in between: all in one statement, then.
        _empty(close)
        filled.clear()
        list_span(whole)
        count_entries()
    close.subject_count = sum(part.subjects for part in filled)
    listed = sum(int(part.fingerprint) for part in filled)
    close.input_digest = _fingerprint(inputs, close.subject_count, listed, close.entry_count)
    with transaction.atomic():
        chunks = connected_towns({part.town for part in filled}, inputs.placements) or [[]]
        CloseChunk.objects.bulk_create(
            CloseChunk(close=close, number=number, towns=chunk) for number, chunk in enumerate(chunks, 1)
        )
        close.save(update_fields=["entry_count", "input_digest", "subject_count"])
        run.require_mine()
    return _rules({part.scheme for part in filled})


def _fill_as_published(run: JobRun, close: QuarterClose) -> list[close_sql.Rule]:
    """List whom the published version lists: after an objection the entries alone may have changed."""
    with transaction.atomic():
        published = published_of(close)
        _empty(close)
        close.entry_count = entry_count(close.area_id, close.quarter)
        with connection.cursor() as cursor:
            cursor.execute(close_sql.COPY_LISTED, {"close": close.pk, "published": published.pk})
            close.subject_count = cursor.rowcount
        close.input_digest = sha256(f"{published.input_digest} {close.entry_count}".encode()).hexdigest()
        CloseChunk.objects.bulk_create(
            CloseChunk(close=close, number=chunk.number, towns=chunk.towns) for chunk in published.chunks.all()
        )
        close.save(update_fields=["entry_count", "input_digest", "subject_count"])
        run.require_mine()
    return rules_of(close)


def published_of(close: QuarterClose) -> QuarterClose:
    """The version of the same quarter that is published. Raises WrongState where none is."""
    published = _versions(close).filter(state=QuarterClose.State.PUBLISHED).first()
    if published is None:
        raise WrongState("这个季度已不在公示，异议更正不再单独计算")
    return published


def _versions(close: QuarterClose) -> Any:
    rows = QuarterClose.objects.unscoped("versions of the job's own quarter")
    return rows.filter(area_id=close.area_id, quarter=close.quarter)


class Filled(NamedTuple):
    """What FILL tells of a town and scheme."""

    town: str
    scheme: int
    subjects: int
    fingerprint: Decimal


def _list(run: JobRun, close: QuarterClose, inputs: Inputs, span: tuple[str, str]) -> list[Filled]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(close_sql.FILL, {"close": close.pk, **inputs.listed(span)})
            filled = [Filled(*row) for row in cursor.fetchall()]
        run.require_mine()
    return filled


def _is_large(close: QuarterClose) -> bool:
    with connection.cursor() as cursor:
        ledger = {"county": close.area_id, "quarter": close.quarter, "number": WORTH_A_SECOND_CONNECTION}
        cursor.execute(close_sql.HAS_MORE_ENTRIES, ledger)
        return cursor.fetchone()[0]


def _halves(whole: tuple[str, str]) -> list[tuple[str, str]]:
    """The villages of a county in two spans of codes."""
    codes = list(
        Village.objects.unscoped("a close counts the whole county")
        .filter(pk__gte=whole[0], pk__lt=whole[1])
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    middle = codes[len(codes) // 2] if codes else whole[1]
    return [(whole[0], middle), (middle, whole[1])]


def _compute_chunks(run: JobRun, close: QuarterClose, rules: list[close_sql.Rule], lanes: Lanes) -> None:
    chunks = close.chunks.order_by("number")
    total = len(chunks)
    # The largest first, so that both connections end at about the same time.
    waiting = [chunk.pk for chunk in sorted(chunks, key=lambda chunk: -len(chunk.towns)) if not chunk.done]
    before = total - len(waiting)

    def tell(begun: int) -> None:
        run.progress(before + begun, total, "计算得分和名次")

    tell(0)
    lanes.side_by_side(lambda pk: compute_chunk(run, pk, rules), waiting, after=tell)


def compute_chunk(run: JobRun, pk: int, rules: list[close_sql.Rule]) -> None:
    """Scores and ranks of one connected set of towns, once: the row of the chunk is the lock."""
    with transaction.atomic():
        chunk = CloseChunk.objects.select_for_update(of=("self",)).select_related("close").get(pk=pk)
        if not chunk.done:
            with connection.cursor() as cursor:
                planner_settings(cursor)
                for rule in rules:
                    statement = close_sql.write(rule, chunk.towns).as_string(cursor.connection)
                    cursor.execute(statement, chunk_parameters(chunk, rule))
            CloseChunk.objects.filter(pk=pk).update(done=True)
        run.require_mine()


def planner_settings(cursor: Any) -> None:
    """For the statements of a chunk, until the transaction ends. The planner has no statistics of rows written a
    moment ago: it would expect a handful and loop over all of them for each.
    """
    cursor.execute(f"SET LOCAL work_mem = '{WORK_MEM}'")
    cursor.execute("SET LOCAL enable_nestloop = off")


def rules_of(close: QuarterClose) -> list[close_sql.Rule]:
    """The schemes that the close was filled with."""
    used = close.subjects.unscoped("a close counts the whole county").values_list("scheme_id", flat=True)
    return _rules(used.distinct())


def _rules(used: Iterable[int]) -> list[close_sql.Rule]:
    schemes = PointScheme.objects.unscoped("a county's scheme applies to whoever is scored").filter(pk__in=used)
    return [close_sql.Rule.of(scheme) for scheme in schemes.order_by("pk")]


def chunk_parameters(chunk: CloseChunk, rule: close_sql.Rule) -> dict[str, Any]:
    """What the statements of a chunk ask."""
    close = chunk.close
    return {"close": close.pk, "county": close.area_id, "quarter": close.quarter, **rule.parameters}


def _finish(run: JobRun, close: QuarterClose, lanes: Lanes) -> None:
    chunks = close.chunks.count()
    run.progress(chunks, chunks, "核对并生成摘要")
    digest = digest_of(close, lanes)
    with transaction.atomic():
        gate = lock_gate(close.area_id, close.quarter)
        if not close.is_correction and gate.state != gate.State.OPEN:
            raise WrongState("计算期间本季度已经公示，这次试算不再需要")
        if close.chunks.filter(done=False).exists():
            raise RuntimeError(f"close {close.pk} has chunks that were not computed")
        close.digest = digest
        close.whole_at = timezone.now()
        if close.is_correction:
            close.save(update_fields=["digest", "whole_at"])
            _follow_published(close)
        else:
            trials = _versions(close).filter(state=QuarterClose.State.TRIAL, whole_at__isnull=False)
            if trials.filter(number__gt=close.number).exists():
                close.state = QuarterClose.State.SUPERSEDED
            trials.filter(number__lt=close.number).update(state=QuarterClose.State.SUPERSEDED)
            close.save(update_fields=["digest", "whole_at", "state"])
        run.require_mine()


def _follow_published(close: QuarterClose) -> None:
    """A correction takes the place of the published version and its time; an older one than that comes too late."""
    published = published_of(close)
    if published.number > close.number:
        close.state = QuarterClose.State.SUPERSEDED
        close.save(update_fields=["state"])
        return
    published.state = QuarterClose.State.SUPERSEDED
    published.save(update_fields=["state"])
    close.state = QuarterClose.State.PUBLISHED
    close.published_by, close.published_at = close.started_by, clock.now()
    close.objections_until = published.objections_until
    close.save(update_fields=["state", "published_by", "published_at", "objections_until"])
