"""How much a workbook may be and may cost, and how a child process ties its own hands."""

import resource
from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bytes, unless named otherwise. Chosen so that 150,000 rows × 50 columns pass and no known bomb does."""

    file: int = 60 * MEGABYTE  # as uploaded
    entries: int = 2_000  # parts in the zip
    part: int = 500 * MEGABYTE  # one part, unpacked
    total: int = 900 * MEGABYTE  # all parts, unpacked
    ratio: int = 200  # unpacked : packed, for parts over 8 MB
    cells: int = 8_000_000  # rows × columns of the used area of one sheet
    all_cells: int = 12_000_000  # of all sheets together
    output: int = 300 * MEGABYTE  # handed back to the parent
    merges: int = 20_000  # told to the parent
    memory: int = 2_560 * MEGABYTE  # address space of the child
    cpu_seconds: int = 60
    wall_seconds: float = 90.0


LIMITS = Limits()


def tie_hands(limits: Limits = LIMITS, *, files: int = 0) -> None:
    """For a child process, first thing: cap memory and CPU time, no core dump, files of at most `files` bytes.

    Done by the child itself, because a `preexec_fn` is not safe in a parent with threads.
    """
    for what, value in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, files),
    ):
        _, hard = resource.getrlimit(what)
        wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (wanted, wanted))
