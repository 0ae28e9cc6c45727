"""The audit trail: every change of every register, with before, after, who, when and request.

Triggers in the database write it (django-pghistory), so bulk writes and raw SQL are caught as well. The context is
kept in the event row itself, because the audit tables are append-only for the application role.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pghistory
import pghistory.middleware
import pgtrigger
from django.db import connection
from django.http import HttpRequest

from registers.guarding import GuardedManager


class AuditMiddleware(pghistory.middleware.HistoryMiddleware):
    """Puts user, address and a request number into the audit context."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_context(request) | {
            "request": uuid4().hex[:12],
            "method": request.method,
            "ip": request.META.get("REMOTE_ADDR", ""),
        }


@contextmanager
def acting(user_id: int | None, reason: str) -> Iterator[None]:
    """Names who acts, outside a request: jobs, commands and the API of other modules.

    Inside another context its words end with the block; pghistory alone would let them stand for all that follows.
    """
    with pghistory.context() as held:
        before = dict(held.metadata)
        pghistory.context(user=user_id, reason=reason)
        try:
            yield
        finally:
            held.metadata.clear()
            held.metadata.update(before)


def set_database_context(user_id: int | None, reason: str) -> None:
    """The same for statements that carry no context by themselves (COPY); holds to the transaction's end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)",
            [str(uuid4()), f'{{"user": {user_id or "null"}, "reason": "{reason}"}}'],
        )


def audited(*, exclude: tuple[str, ...] = (), by_statement: bool = False) -> Any:
    """Class decorator: keep the history of a model in `<Model>Event` (`row.events`, newest last).

    `by_statement` fires once a statement, for tables that grow by bulk imports.
    """
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=[*exclude],
        context_field=pghistory.ContextJSONField(),
        context_id_field=pghistory.ContextUUIDField(),
        append_only=False,  # refused by grants instead: the owner may still prune by law
        level=pgtrigger.Statement if by_statement else pgtrigger.Row,
    )


def history_of(row: Any) -> Any:
    """The audit rows of one object that the caller has already been allowed to see, newest first."""
    return row.events.order_by("-pgh_id")


__all__ = ["AuditMiddleware", "GuardedManager", "acting", "audited", "history_of", "set_database_context"]
