"""Writing planned rows: everything or nothing, every refusal of the database found and told by row.

A batch is tried whole in a savepoint; where the database refuses it, it is halved until the guilty rows stand alone.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from registers.errors import DomainError, ItemErrors
from registers.exchange.matching import Planned, plan
from registers.exchange.violations import Violation, explain, settle
from registers.register import Register

BATCH = 4_000
MAX_REFUSALS = 200  # found one by one; then the rest waits until these are mended

Refuse = Callable[[Planned, Violation], None]
OUTSIDE = Violation("保存后不在您可修改的范围内")


class TooManyRefusals(Exception):
    """Enough was found wrong; looking on would take long and help nobody."""


class Saver:
    """Writes planned rows of one register for one user; inside a transaction of the caller."""

    def __init__(self, register: Register, user: Any, refuse: Refuse, checkpoint: Callable[[int, int], None]) -> None:
        self.register = register
        self.user = user
        self.refuse = refuse
        self.checkpoint = checkpoint
        self.refused = 0

    def save(self, planned: Sequence[Planned]) -> list[Planned]:
        """Write in batches and return what was written. Raises TooManyRefusals."""
        written: list[Planned] = []
        for start in range(0, len(planned), BATCH):
            self.checkpoint(start, len(planned))
            written += self._attempt(planned[start : start + BATCH])
        return written

    def _attempt(self, batch: Sequence[Planned]) -> list[Planned]:
        if not batch:
            return []
        try:
            with transaction.atomic():
                rows = self.register.save_many(by=self.user, items=[planned.item for planned in batch])
                settle()
                outside = self._outside(batch, rows)
                if outside:
                    raise ItemErrors({index: DomainError(OUTSIDE.message) for index in outside})
        except ItemErrors as several:
            for index, error in several.errors.items():
                self._tell(batch[index], explain(error))
            return self._attempt([item for index, item in enumerate(batch) if index not in several.errors])
        except (DomainError, ValidationError, DatabaseError) as error:
            violations = explain(error)
            if not violations:
                raise
            if len(batch) == 1:
                self._tell(batch[0], violations)
                return []
            # The first half stays written while the second is tried: of two rows in each other's way the later is told.
            middle = len(batch) // 2
            return [*self._attempt(batch[:middle]), *self._attempt(batch[middle:])]
        for planned, row in zip(batch, rows or (), strict=rows is not None):
            planned.saved = row
        return list(batch)

    def _tell(self, planned: Planned, violations: Sequence[Violation]) -> None:
        for violation in violations:
            self.refuse(planned, violation)
        self.refused += 1
        if self.refused >= MAX_REFUSALS:
            raise TooManyRefusals

    def _outside(self, batch: Sequence[Planned], rows: Sequence[Any] | None) -> list[int]:
        """Indexes of rows that the user could not change any more: whatever a register does, scopes are not left."""
        if rows is None:
            if not self.register.natural_key:
                return []
            found = plan(self.register, self.user, [planned.checked for planned in batch])
            kept = {id(planned.checked) for planned in found.rows if planned.row is not None}
            return [index for index, planned in enumerate(batch) if id(planned.checked) not in kept]
        keys = [row.pk for row in rows]
        inside = set(self.register.changeable(self.user).order_by().filter(pk__in=keys).values_list("pk", flat=True))
        return [index for index, key in enumerate(keys) if key not in inside]
