"""Replaying closes: does the ledger still give what was published?"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction

from members.models import QuarterClose
from members.points import close_sql
from members.points.closing import chunk_parameters, planner_settings, rules_of
from members.points.digest import digest_of

BINDING = (QuarterClose.State.PUBLISHED, QuarterClose.State.LOCKED)


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
