"""export: 200,000 rows × 20 columns against the same sheet by openpyxl write-only, and how memory grows."""

import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from tests.figures import Figure, at_least, at_most, figure, note

ROWS, SMALL = 200_000, 20_000
ROUNDS = 3


@figure("export")
def export() -> Iterator[Figure]:
    """Each writing in a process of its own, in turn. openpyxl writes a tenth of the rows and is scaled: its time per
    row does not change with their number, and 200,000 rows would take it minutes.
    """
    ours, theirs, plain, large, small = [], [], [], [], []
    for _ in range(ROUNDS):
        seconds, memory = _written("ours", ROWS)
        ours.append(seconds)
        large.append(memory)
        small.append(_written("ours", SMALL)[1])
        theirs.append(_written("openpyxl", SMALL)[0] * (ROWS / SMALL))
        plain.append(_written("plain", SMALL)[0] * (ROWS / SMALL))
    fast, slow = median(ours), median(theirs)
    note(f"  product {fast:.2f} s, openpyxl {slow:.1f} s (scaled from {SMALL:,} rows)")
    yield Figure("export seconds", f"{fast:.2f} s, openpyxl {slow:.1f} s (scaled)", "-", True)
    yield Figure("export against values without formats", f"{median(plain) / fast:.2f} ×", "-", True)
    yield at_least("export", slow / fast, 10, " ×")
    yield at_most("export memory", median(large) / median(small), 1.3, " ×")


def _written(way: str, rows: int) -> tuple[float, float]:
    """(seconds, peak memory in KB)."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench._tables", way, str(rows)], check=True, capture_output=True, text=True
    )
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)
