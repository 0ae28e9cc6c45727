"""A slow reference of the quarter's close (季度结算), written from the text of the design alone.

Plain Python over frozen dataclasses, no database and no framework: the rules 1–9 of the chapter on
points, one short function after another, to be read beside that chapter. The product computes the
same with set-based SQL; where the two differ on any world, one of them has misread the design.

`model` holds the inputs, `close` the computation, `digest` the canonical lines and their SHA-256;
`strategies` (which needs Hypothesis, and so is not imported here) makes small nasty worlds.
"""

from .close import (
    Refused,
    close_quarter,
    close_subjects,
    known_at_approval,
    may_reverse,
    points_of,
    scheme_in_force,
    score_subjects,
    settle_quarter,
    year_result,
)
from .digest import canonical_line, canonical_lines, digest
from .model import (
    Category,
    CloseSubject,
    Entry,
    FederationMembership,
    Grade,
    Item,
    Placement,
    Scheme,
    Score,
    Subject,
    World,
    last_day,
    next_quarter,
    quarter_of,
)

__all__ = [
    "Category",
    "CloseSubject",
    "Entry",
    "FederationMembership",
    "Grade",
    "Item",
    "Placement",
    "Refused",
    "Scheme",
    "Score",
    "Subject",
    "World",
    "canonical_line",
    "canonical_lines",
    "close_quarter",
    "close_subjects",
    "digest",
    "known_at_approval",
    "last_day",
    "may_reverse",
    "next_quarter",
    "points_of",
    "quarter_of",
    "scheme_in_force",
    "score_subjects",
    "settle_quarter",
    "year_result",
]
