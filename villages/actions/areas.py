"""Writing divisions: loading the shipped national file, and naming areas anew from a day on."""

import datetime as dt
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pgtrigger
from django.db import connection, transaction

from lianjian import areacodes
from registers.errors import Invalid, NotAllowed, NotFound
from registers.scope import Scope
from villages.models import Area, AreaName, Village

# All divisions of the mainland at 2023-06-30: code, name, pinyin, initials (docs/data-sources.md).
NATIONAL_FILE = Path(__file__).resolve().parent.parent / "data" / "areas_china_2023.tsv.xz"
NATIONAL_ROWS = 665_276
TELL_EVERY = 50_000

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class LoadedAreas:
    """What a load did: `areas` and `villages` are new rows, `present` divisions that were there already."""

    areas: int
    villages: int
    present: int


def load_areas(which: str, *, progress: Progress = lambda done, total, step: None) -> LoadedAreas:
    """Load the divisions of a county (6 digits, with everything above it) or of the nation (`all`).

    Areas that are already there stay as the county keeps them. A county's villages and communities are opened for
    work at the same time; campuses and other pseudo-units (4xx, 5xx) are not. Raises Invalid, NotFound.
    """
    if which != "all" and (not areacodes.is_code(which) or areacodes.level_of(which) != "county"):
        raise Invalid(f"“{which}”不是县级区划代码，应为 6 位数字，例如 371083，或写 all 装入全国")
    with transaction.atomic():
        present = set(Area.objects.unscoped("loading skips what is there").values_list("code", flat=True))
        rows = _MissingRows(which, {code.encode() for code in present}, progress)
        with connection.cursor() as cursor, pgtrigger.ignore("villages.Area:insert_insert"):
            # The national file is its own record of these rows; a county's history begins with its first change.
            cursor.execute("SELECT 1")  # carries the word to the triggers; COPY takes no parameters
            cursor.copy_expert(f"COPY villages_area ({_COLUMNS}) FROM STDIN", rows)
        if not rows.found:
            raise NotFound(f"全国区划里没有“{which}”这个县（市、区）")
        villages = 0 if which == "all" else _open_villages(which)
    progress(rows.found, rows.found, "完成")
    return LoadedAreas(rows.new, villages, rows.found - rows.new)


_COLUMNS = "code, name, pinyin, initials, level, parent_id, valid_from, version, created_at, updated_at"
_LEVEL_OF_LENGTH = {length: level for level, length in enumerate(areacodes.LEVEL_LENGTHS.values(), start=1)}


class _MissingRows:
    """The wanted lines of the national file as COPY input, read while the database writes."""

    def __init__(self, which: str, present: set[bytes], progress: Progress) -> None:
        self.found = self.new = 0
        self._total = NATIONAL_ROWS if which == "all" else 0
        self._which = which.encode()
        self._present = present
        self._progress = progress
        self._lines = self._wanted()

    def read(self, size: int = -1) -> bytes:
        """About `size` bytes more, in whole rows; empty at the end (what `copy_expert` asks of a file)."""
        rows, length = [], 0
        for row in self._lines:
            rows.append(row)
            length += len(row)
            if length >= size > 0:
                break
        return b"".join(rows)

    def _wanted(self) -> Iterator[bytes]:
        low, high = self._which, self._which + b":"
        everything = self._which == b"all"
        parents = {length: above for above, length in pairwise(areacodes.LEVEL_LENGTHS.values())}
        tails = {length: b"\t%d\t%%s\t1949-10-01\t1\tnow\tnow\n" % level for length, level in _LEVEL_OF_LENGTH.items()}
        with lzma.open(NATIONAL_FILE, "rb") as lines:
            for line in lines:
                code = line[: line.index(b"\t")]
                if not everything:
                    if code >= high:
                        break  # the file is in byte order
                    if code < low and not low.startswith(code):
                        continue
                self.found += 1
                if self.found % TELL_EVERY == 0:
                    self._progress(self.found, self._total, "装入区划")
                if code not in self._present:
                    self.new += 1
                    length = len(code)
                    parent = code[: parents[length]] if length in parents else b"\\N"
                    yield line[:-1] + tails[length] % parent


def _open_villages(county: str) -> int:
    """Make `Village` rows of a county's villages and communities; returns how many are new."""
    open_already = set(Village.objects.within(Scope.area(county), "loading").values_list("pk", flat=True))
    areas = Area.objects.within(Scope.area(county), "loading").filter(level=Area.Level.VILLAGE)
    villages = [
        Village(
            area_id=area.code,
            name=areacodes.short_name(area.name),
            kind=Village.Kind.COMMUNITY if area.code[9] in "01" else Village.Kind.VILLAGE,
        )
        for area in areas
        if area.code[9] in "0123" and area.code not in open_already
    ]
    Village.objects.bulk_create(villages, batch_size=1000)
    return len(villages)


@transaction.atomic
def rename_area(area: Area, *, name: str, on: dt.date, by: Any) -> Area:
    """Give an area a new name from a day on; the old one stays true for the time before (P03).

    Raises NotAllowed, Invalid.
    """
    if not area.is_changeable_by(by):
        raise NotAllowed("修改区划由县里办理")
    name = name.strip()
    if not name or name == area.name:
        raise Invalid("请填写新的名称", field="name")
    current = area.names.filter(valid_to__isnull=True).first()
    if current is None:
        current = AreaName.objects.create(area=area, name=area.name, valid_from=area.valid_from)
    if on < current.valid_from:
        raise Invalid(f"改名日期应在现名启用（{current.valid_from}）之后", field="on")
    if on == current.valid_from:  # a slip of the pen, mended the same day
        current.name = name
        current.save(update_fields=["name"])
    else:
        current.valid_to = on
        current.save(update_fields=["valid_to"])
        AreaName.objects.create(area=area, name=name, valid_from=on)
    area.name = name
    area.save(update_fields=["name", "pinyin", "initials", "updated_at"])
    return area


def name_on(area: Area, day: dt.date) -> str:
    """The name an area bore on a day."""
    borne = area.names.filter(valid_from__lte=day).order_by("-valid_from").first()
    return borne.name if borne else area.name
