"""Replaying closes: does the ledger still give what was published?"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction

from members.models import QuarterClose
from members.points import close_sql
from members.points.closing import chunk_parameters, planner_settings, rules_of
from members.points.digest import digest_of

BINDING = (QuarterClose.State.PUBLISHED, QuarterClose.State.LOCKED)


# What the application never writes and the ledger's own doors cannot see: an entry that says something else than its
# claim, or is worth something else than the scheme of its day says.
_MISSTATED = """
    SELECT e.id
      FROM members_pointentry e
      LEFT JOIN members_pointclaim c ON c.id = e.claim_id
      LEFT JOIN members_pointscheme s
        ON s.id = e.scheme_id AND s.state = 'in_force' AND s.area_id = e.county_code
       AND s.from_quarter <= to_char(e.occurred_on, 'YYYY"Q"Q')
      LEFT JOIN members_pointitem i ON i.scheme_id = s.id AND i.code = e.item_code
     WHERE e.reverses IS NULL
       AND (e.subject_id, e.item_code, e.occurred_on, e.quantity, e.village_id, e.points)
           IS DISTINCT FROM
           (c.subject_id, c.item_code, c.occurred_on, c.quantity, c.village_id, c.quantity * i.points)
     ORDER BY e.id LIMIT %s
"""
NAMED = 20


def misstated_entries() -> list[int]:
    """Ids of entries that their claims and schemes do not bear out, the first twenty."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSTATED, [NAMED])
        return [pk for (pk,) in cursor.fetchall()]


@dataclass
class Replay:
    """One close computed again from its frozen subjects and the ledger."""

    close: QuarterClose
    digest: str
    differing: list[str] = field(default_factory=list)  # numbers of subjects, in byte order

    @property
    def holds(self) -> bool:
        return not self.differing and self.digest == self.close.digest


def replays() -> Iterator[Replay]:
    """Every published and locked close, computed again; nothing is written."""
    closes = QuarterClose.objects.unscoped("the whole ledger is verified").filter(state__in=BINDING)
    for close in closes.select_related("area").order_by("area_id", "quarter"):
        yield replay(close)


def replay(close: QuarterClose) -> Replay:
    """Compare kept scores with what the ledger gives, and what is kept with its digest."""
    found = Replay(close, "")
    with transaction.atomic(), connection.cursor() as cursor:
        planner_settings(cursor)
        rules = rules_of(close)
        for chunk in close.chunks.order_by("number"):
            for rule in rules:
                statement = close_sql.differing(rule, chunk.towns).as_string(cursor.connection)
                cursor.execute(statement, chunk_parameters(chunk, rule))
                found.differing += [number for (number,) in cursor.fetchall()]
        found.digest = digest_of(close)
    found.differing.sort(key=str.encode)
    return found
