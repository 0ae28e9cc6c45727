"""The sums of an assessment, exact and without the database: marks, totals, ranks, grades, pay.

Marks have two decimals, rounded half up where they are divided. Rank 1 is the highest total; ties share a rank.
"""

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from reports.assessing.grades import Grade

CENT = Decimal("0.01")
NONE, WHOLE = Decimal(0), Decimal(100)


def rounded(exact: Decimal) -> Decimal:
    return exact.quantize(CENT, ROUND_HALF_UP)


def marks_by_line(full: Decimal, value: Decimal, zero_at: Decimal, full_at: Decimal) -> Decimal:
    """Marks of a value on the line from `zero_at` (none) to `full_at` (all), never below or above.

    >>> marks_by_line(Decimal(10), Decimal(75_000), Decimal(50_000), Decimal(100_000))
    Decimal('5.00')
    >>> marks_by_line(Decimal(10), Decimal(0), Decimal(40), Decimal(8))  # less is better
    Decimal('10.00')
    """
    gone = (value - zero_at) * (1 if full_at > zero_at else -1)
    if gone <= 0:
        return rounded(NONE)
    way = abs(full_at - zero_at)
    return rounded(full if gone >= way else full * gone / way)


def marks_by_share(full: Decimal, worth: Sequence[Decimal]) -> Decimal:
    """Full marks times the mean of what each review was worth (0–1)."""
    return rounded(full * sum(worth, NONE) / len(worth))


def cadre_total(own: Decimal, village: Decimal, share: int) -> Decimal:
    """`share` percent of the village's total and the rest of one's own."""
    return rounded((village * share + own * (100 - share)) / WHOLE)


def ranks(totals: Sequence[Decimal]) -> list[int]:
    """1 + how many have more: 1, 2, 2, 4."""
    counts = Counter(totals)
    better: dict[Decimal, int] = {}
    above = 0
    for total in sorted(counts, reverse=True):
        better[total] = above
        above += counts[total]
    return [1 + better[total] for total in totals]


def graded(totals: Sequence[Decimal], grades: Sequence[Grade], quota: int | None) -> list[Grade]:
    """The grade of each total; the top one only while no more than `quota` percent of all reach that far.

    Whoever shares his total with one beyond the quota is beyond it too, and takes the next grade.
    """
    room = len(totals) if quota is None else len(totals) * quota // 100
    places = ranks(totals)
    shared = Counter(places)
    found = []
    for total, place in zip(totals, places, strict=True):
        reached = [grade for grade in grades if total >= grade.begins_at]
        beyond = place + shared[place] - 1 > room
        found.append(reached[1] if reached[0] is grades[0] and beyond else reached[0])
    return found


def performance_pay(base: Decimal, coefficient: Decimal) -> Decimal:
    """Yuan."""
    return rounded(base * coefficient)
