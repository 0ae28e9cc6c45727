"""Points to spend (P23): what a locked quarter earned is credited, and what lay too long expires.

Both are set-based and may be repeated: a credit is the difference to what was booked of the quarter before, so a
second run finds none, and an expiry counts what expired already. Subjects are locked before anything is computed, as
a transfer locks them, then their accounts: whoever moves meanwhile takes his points along.
"""

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.urls import reverse

from lianjian import areacodes, clock, periods
from members.models import QuarterClose
from members.models.subjects import SubjectKind
from registers.jobs import JobRun, job_kind, start_job
from registers.models import Job
from registers.models.setting import setting

JOB_KIND = "points.credit"

_LOCK_SUBJECTS = """
    SELECT count(*) FROM (
        SELECT s.id FROM members_subject s
         WHERE s.kind = ANY(%(kinds)s) AND (
            s.id IN (SELECT c.subject_id FROM members_closesubject c WHERE c.close_id = %(close)s)
            OR s.id IN (SELECT m.subject_id FROM members_pointmovement m
                        WHERE m.kind = 'credit' AND m.quarter = %(quarter)s))
         ORDER BY s.id FOR SHARE) AS locked
"""
_OPEN_ACCOUNTS = """
    INSERT INTO members_pointaccount (subject_id, balance, owed)
    SELECT c.subject_id, 0, 0 FROM members_closesubject c
     WHERE c.close_id = %(close)s AND c.subject_kind = ANY(%(kinds)s)
       AND NOT EXISTS (SELECT FROM members_pointaccount a WHERE a.subject_id = c.subject_id)
     ORDER BY c.subject_id
    ON CONFLICT (subject_id) DO NOTHING
"""
_LOCK_ACCOUNTS = """
    SELECT count(*) FROM (
        SELECT a.subject_id FROM members_pointaccount a
         WHERE a.subject_id IN (SELECT c.subject_id FROM members_closesubject c WHERE c.close_id = %(close)s)
            OR a.subject_id IN (SELECT m.subject_id FROM members_pointmovement m
                                WHERE m.kind = 'credit' AND m.quarter = %(quarter)s)
         ORDER BY a.subject_id FOR NO KEY UPDATE) AS locked
"""
# What the quarter earned: awards as capped, less deductions, never below nothing; base points earn nothing. A quarter
# that comes to less than before takes back what is there; the rest is owed and paid by the next credit.
_CREDIT = """
    INSERT INTO members_pointmovement (
        subject_id, village_id, kind, points, "on", earned, quarter, close_id, reason, created_by_id, created_at)
    SELECT u.id, u.village_id, 'credit',
           CASE WHEN due.points > 0 THEN due.points - least(a.owed, due.points) ELSE -least(-due.points, a.balance) END,
           %(on)s, due.points, %(quarter)s, %(close)s, '', %(by)s, now()
      FROM (SELECT COALESCE(target.subject_id, booked.subject_id) AS subject_id,
                   COALESCE(target.points, 0) - COALESCE(booked.points, 0) AS points
              FROM (SELECT c.subject_id, greatest(0, COALESCE(
                               (SELECT sum(each.value::integer) FROM jsonb_each_text(p.awards) AS each), 0)
                               - p.deduct) AS points
                      FROM members_closesubject c JOIN members_pointscore p ON p.close_subject_id = c.id
                     WHERE c.close_id = %(close)s AND c.subject_kind = ANY(%(kinds)s) AND p.total IS NOT NULL) AS target
              FULL JOIN (SELECT m.subject_id, sum(m.earned) AS points
                           FROM members_pointmovement m JOIN members_quarterclose q ON q.id = m.close_id
                          WHERE m.kind = 'credit' AND m.quarter = %(quarter)s AND q.area_id = %(county)s
                          GROUP BY m.subject_id) AS booked
                     ON booked.subject_id = target.subject_id) AS due
      JOIN members_subject u ON u.id = due.subject_id AND u.kind = ANY(%(kinds)s)
      JOIN members_pointaccount a ON a.subject_id = u.id
     WHERE due.points <> 0
     ORDER BY u.id
    ON CONFLICT (subject_id, quarter, close_id) WHERE kind = 'credit' DO NOTHING
"""


def kinds_that_redeem(county: str) -> list[str]:
    """The kinds of subjects that have points to spend in a county: villagers, and members where the county says so."""
    kinds = [SubjectKind.REPRESENTATIVE.value, SubjectKind.HOUSEHOLD.value]
    return [*kinds, SubjectKind.MEMBER.value] if setting("points.redeem_members", county) else kinds


def start(close: QuarterClose, by: Any) -> Job | None:
    """Begin to credit a close that was locked, in the caller's transaction; None where nobody of it has an account."""
    rows = close.subjects.unscoped("a close counts the whole county")
    if not rows.filter(subject_kind__in=kinds_that_redeem(close.area_id)).exists():
        return None
    label = periods.parse_quarter(close.quarter).label
    return start_job(JOB_KIND, by=by, title=f"{close.area.name}{label}积分入账", close=close.pk)


@job_kind(JOB_KIND, "季度积分入账")
def credit(run: JobRun, close: int) -> dict[str, Any]:
    """The handler of `points.credit` jobs: `close` is the locked version. A second attempt tells what the first did."""
    if run.job.result:
        return run.job.result
    run.progress(0, 1, "入账")
    with transaction.atomic():
        version = QuarterClose.objects.unscoped("the job's own close").select_for_update(of=("self",)).get(pk=close)
        count = book(version, by=run.owner) if version.state == QuarterClose.State.LOCKED else 0
        told = {"credited": count, "url": reverse("point-accounts:list"), "label": "查看积分账户"}
        run.keep_result(told)
    return told


def book(close: QuarterClose, *, by: Any, on: dt.date | None = None) -> int:
    """Credit what the locked quarter earned beyond what was booked of it; gives the number of accounts concerned.
    `on` is the day that the credits bear, today where none is given.

    In the caller's transaction, which holds the close: one that is reopened meanwhile waits.
    """
    values = {
        "close": close.pk,
        "quarter": close.quarter,
        "county": close.area_id,
        "kinds": kinds_that_redeem(close.area_id),
        "on": on or clock.today(),
        "by": by.pk,
    }
    with connection.cursor() as cursor:
        for statement in (_LOCK_SUBJECTS, _OPEN_ACCOUNTS, _LOCK_ACCOUNTS, _CREDIT):
            cursor.execute(statement, values)
        return cursor.rowcount


_COUNTIES = """
    SELECT DISTINCT left(s.village_id, 6) FROM members_pointaccount a JOIN members_subject s ON s.id = a.subject_id
     WHERE a.balance > 0 ORDER BY 1
"""
_LOCK_HOLDERS = """
    SELECT count(*) FROM (
        SELECT s.id FROM members_subject s JOIN members_pointaccount a ON a.subject_id = s.id
         WHERE a.balance > 0 AND s.village_id >= %(low)s AND s.village_id < %(high)s
         ORDER BY s.id FOR SHARE OF s) AS locked
"""
_LOCK_BALANCES = """
    SELECT count(*) FROM (
        SELECT a.subject_id FROM members_pointaccount a JOIN members_subject s ON s.id = a.subject_id
         WHERE a.balance > 0 AND s.village_id >= %(low)s AND s.village_id < %(high)s
         ORDER BY a.subject_id FOR NO KEY UPDATE OF a) AS locked
"""
# The oldest points are spent first: what was credited so long ago, less all that was ever spent, expired or taken back.
_EXPIRE = """
    INSERT INTO members_pointmovement (
        subject_id, village_id, kind, points, "on", earned, quarter, reason, created_at)
    SELECT s.id, s.village_id, 'expire', -least(a.balance, sums.old - sums.used), %(on)s, 0, '', %(reason)s, now()
      FROM members_pointaccount a
      JOIN members_subject s ON s.id = a.subject_id
     CROSS JOIN LATERAL (
           SELECT COALESCE(sum(m.points) FILTER (
                      WHERE m.kind = 'credit' AND m.points > 0
                        AND m."on" + make_interval(months => %(months)s) <= %(on)s), 0) AS old,
                  COALESCE(-sum(m.points) FILTER (
                      WHERE m.kind IN ('redeem', 'cancel', 'expire') OR (m.kind = 'credit' AND m.points < 0)), 0)
                      AS used
             FROM members_pointmovement m WHERE m.subject_id = a.subject_id) AS sums
     WHERE a.balance > 0 AND s.village_id >= %(low)s AND s.village_id < %(high)s AND sums.old > sums.used
     ORDER BY s.id
    ON CONFLICT (subject_id, "on") WHERE kind = 'expire' DO NOTHING
"""


def expire() -> int:
    """Let points expire in every county that set after how many months; gives the number of accounts concerned."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTIES)
        counties = [code for (code,) in cursor.fetchall()]
    return sum(expire_in(county, months) for county in counties if (months := setting("points.expire_months", county)))


@transaction.atomic
def expire_in(county: str, months: int) -> int:
    """The same for one county, and the months given."""
    low, high = areacodes.subtree(county)
    values: dict[str, Any] = {
        "low": low,
        "high": high,
        "months": months,
        "on": clock.today(),
        "reason": f"入账满 {months} 个月",
    }
    with connection.cursor() as cursor:
        for statement in (_LOCK_HOLDERS, _LOCK_BALANCES, _EXPIRE):
            cursor.execute(statement, values)
        return cursor.rowcount


__all__ = ["book", "expire", "expire_in", "kinds_that_redeem", "start"]
