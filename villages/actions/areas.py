"""Writing divisions: loading the shipped national file, and naming areas anew from a day on."""

import datetime as dt
import io
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
BATCH_ROWS = 50_000

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
    total = NATIONAL_ROWS if which == "all" else 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.loaded_area")
        cursor.execute(
            'CREATE TEMPORARY TABLE loaded_area (code varchar(12) COLLATE "C", name text, pinyin text, initials text)'
            " ON COMMIT DROP"
        )
        read = 0
        for batch, rows in _batches(which):
            cursor.copy_expert("COPY loaded_area FROM STDIN", batch)
            read += rows
            progress(read, total, "读入区划")
        if not read:
            raise NotFound(f"全国区划里没有“{which}”这个县（市、区）")
        progress(read, total, "写入区划")
        # The national file is its own record of these rows; a county's history begins with its first change.
        with pgtrigger.ignore("villages.Area:insert_insert"):
            cursor.execute(_INSERT_AREAS)
            areas = cursor.rowcount
        villages = 0 if which == "all" else _open_villages(which)
    progress(read, read, "完成")
    return LoadedAreas(areas, villages, read - areas)


_INSERT_AREAS = """
    INSERT INTO villages_area
        (code, name, level, parent_id, pinyin, initials, valid_from, version, created_at, updated_at)
    SELECT code, name,
           CASE length(code) WHEN 2 THEN 1 WHEN 4 THEN 2 WHEN 6 THEN 3 WHEN 9 THEN 4 ELSE 5 END,
           CASE length(code) WHEN 2 THEN NULL WHEN 4 THEN left(code, 2) WHEN 6 THEN left(code, 4)
                             WHEN 9 THEN left(code, 6) ELSE left(code, 9) END,
           pinyin, initials, DATE '1949-10-01', 1, now(), now()
    FROM loaded_area
    ON CONFLICT (code) DO NOTHING
"""


def _batches(which: str) -> Iterator[tuple[io.StringIO, int]]:
    """The wanted lines of the national file as COPY input, some at a time."""
    low, high = areacodes.subtree(which) if which != "all" else ("", "")
    batch, rows = io.StringIO(), 0
    with lzma.open(NATIONAL_FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            code = line.split("\t", 1)[0]
            if which != "all":
                if code >= high:
                    break  # the file is in byte order
                if code < low and not which.startswith(code):
                    continue
            batch.write(line)
            rows += 1
            if rows == BATCH_ROWS:
                batch.seek(0)
                yield batch, rows
                batch, rows = io.StringIO(), 0
    if rows:
        batch.seek(0)
        yield batch, rows


def _open_villages(county: str) -> int:
    """Make `Village` rows of a county's villages and communities; returns how many are new."""
    open_already = set(Village.objects.within(Scope.area(county), "loading").values_list("pk", flat=True))
    areas = Area.objects.within(Scope.area(county), "loading").filter(level=Area.Level.VILLAGE)
    villages = [
        Village(
            area_id=area.code,
            name=areacodes.short_name(area.name),
            kind=Village.Kind.COMMUNITY if area.code[9] in "01" else Village.Kind.VILLAGE,
            pinyin=area.pinyin,
            initials=area.initials,
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
    area.save(update_fields=["name", "updated_at"])
    return area


def name_on(area: Area, day: dt.date) -> str:
    """The name an area bore on a day."""
    borne = area.names.filter(valid_from__lte=day).order_by("-valid_from").first()
    return borne.name if borne else area.name
