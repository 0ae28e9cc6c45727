"""What came of an import."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from registers.rows.results import RowError, RowNote, RowWarning

if TYPE_CHECKING:
    from registers.exchange.matching import Planned

ERRORS_TOLD = 1_000  # in answers and job rows; the marked workbook holds all


@dataclass
class ImportOutcome:
    """Counts of rows, all errors, what was understood and how. With errors and without `partial`, nothing was written.

    created, updated, unchanged   what was done, or (dry run, or refused) what the good rows would have done
    written                       whether anything has changed in the database
    refused                       rows are wrong, and that is why nothing was written
    marked_workbook               the rejected workbook with its bad cells marked; None where all rows are right
    warnings                      rules of thumb that rows break which are new or changed; they hinder nothing
    stale                         rows that somebody saved since they were read (known.py); then nothing was written
    done                          what was done with each row, where all were right
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[RowNote] = field(default_factory=list)
    warnings: list[RowWarning] = field(default_factory=list)
    total: int = 0
    written: bool = False
    refused: bool = False
    marked_workbook: bytes | None = None
    stale: Sequence["Planned"] = ()
    done: Sequence["Planned"] = ()

    @property
    def ok(self) -> bool:
        return not self.errors

    @property
    def good(self) -> int:
        """How many rows are right."""
        return self.created + self.updated + self.unchanged

    def as_dict(self) -> dict[str, Any]:
        """For REST and job results, without the workbook: its bytes are kept as a file by the caller."""
        return {
            "created": 0 if self.refused else self.created,
            "updated": 0 if self.refused else self.updated,
            "unchanged": self.unchanged,
            "errors": [error.as_dict() for error in self.errors[:ERRORS_TOLD]],
            "error_count": len(self.errors),
            "warnings": [warning.as_dict() for warning in self.warnings[:ERRORS_TOLD]],
            "notes": [note.as_dict() for note in self.notes[:ERRORS_TOLD]],
            "good": self.good,
            "total": self.total,
            "written": self.written,
        }

    def texts(self) -> Iterator[str]:
        """The errors as sentences, for logs and messages."""
        return (error.text for error in self.errors)
