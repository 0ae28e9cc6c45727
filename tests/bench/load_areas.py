"""Loading the nation's 665,276 divisions against a bare COPY of the same columns into the same indexes."""

import io
import lzma
from collections.abc import Iterator
from statistics import median

from lianjian import areacodes
from tests.figures import Figure, at_most, figure, note, owner, timed
from villages.actions.areas import NATIONAL_FILE, load_areas

ROUNDS = 3
COLUMNS = "code, name, level, parent_id, pinyin, initials, valid_from, version, created_at, updated_at"


@figure("load-areas")
def load_all_areas() -> Iterator[Figure]:
    rows = _finished_rows()
    ours, bare = [], []
    for _ in range(ROUNDS):
        with owner() as connection, connection.cursor() as cursor:
            cursor.execute("TRUNCATE villages_area CASCADE")
            cursor.execute("DROP TABLE IF EXISTS bare_area")
            cursor.execute("CREATE TABLE bare_area (LIKE villages_area INCLUDING INDEXES)")
            rows.seek(0)
            with timed("bare COPY") as seconds:
                cursor.copy_expert(f"COPY bare_area ({COLUMNS}) FROM STDIN", rows)
            bare += seconds
        with timed("load_areas all") as seconds:
            loaded = load_areas("all")
        ours += seconds
        note(f"  {loaded}")
    yield at_most("load-areas", median(ours) / median(bare), 3, " ×")


def _finished_rows() -> io.StringIO:
    """All columns computed beforehand, so that the bare COPY does nothing but copy."""
    rows = io.StringIO()
    levels = {length: level for level, length in enumerate(areacodes.LEVEL_LENGTHS.values(), start=1)}
    with lzma.open(NATIONAL_FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            code, name, pinyin, initials = line.rstrip("\n").split("\t")
            parent = areacodes.parent_of(code) or "\\N"
            rows.write(
                f"{code}\t{name}\t{levels[len(code)]}\t{parent}\t{pinyin}\t{initials}\t1949-10-01\t1\tnow\tnow\n"
            )
    return rows
