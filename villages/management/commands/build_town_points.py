"""Makes the shipped points of towns from a GeoNames extract and the national list of divisions."""

import csv
import lzma
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lianjian import areacodes
from villages.actions.areas import NATIONAL_FILE
from villages.townpoints import FILE, Point

TOO_FAR = 0.6  # degrees from the other towns of its county: then it is another town of the same name


class Command(BaseCommand):
    help = (
        "由 GeoNames 摘录（列 name、zh_names、lat、lon，CC BY 4.0）按镇街名称配上区划代码，生成 town_points.tsv。"
        "同名镇街按与同县其他镇街的远近判断，判断不了的不收。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path)
        parser.add_argument("--within", nargs="+", default=["37", "4409"], help="在哪些省、市内配（区划代码）")

    def handle(self, *args: Any, **options: Any) -> None:
        towns = self._towns(options["within"])
        candidates: dict[str, list[Point]] = defaultdict(list)
        with options["source"].open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                for name in filter(None, row["zh_names"].split(",")):
                    for code in towns.get(name, ()):
                        candidates[code].append((float(row["lat"]), float(row["lon"])))
        known = {code: found[0] for code, found in candidates.items() if len(found) == 1}
        points = {code: self._nearest(code, found, known) for code, found in candidates.items()}
        names = {code: name for name, codes in towns.items() for code in codes}
        kept = sorted((code, point) for code, point in points.items() if point is not None)
        text = "".join(f"{code}\t{names[code]}\t{point[0]}\t{point[1]}\n" for code, point in kept)
        FILE.write_text(text, encoding="utf-8")
        self.stdout.write(f"{len(kept)} 个镇街")

    def _towns(self, within: list[str]) -> dict[str, list[str]]:
        towns: dict[str, list[str]] = defaultdict(list)
        with lzma.open(NATIONAL_FILE, "rt", encoding="utf-8") as lines:
            for line in lines:
                code, name, *_ = line.rstrip("\n").split("\t")
                if areacodes.level_of(code) == "town" and code.startswith(tuple(within)):
                    towns[name].append(code)
        return towns

    def _nearest(self, code: str, found: list[Point], known: dict[str, Point]) -> Point | None:
        """The candidate near the middle of the county's (else the city's) other towns; None where none is."""
        for length in (areacodes.LEVEL_LENGTHS["county"], areacodes.LEVEL_LENGTHS["city"]):
            others = [point for other, point in known.items() if other != code and other[:length] == code[:length]]
            if len(others) < 2:  # one alone may be the wrong one itself
                continue
            middle = median(lat for lat, _ in others), median(lon for _, lon in others)
            best = min(found, key=lambda point: _apart(point, middle))
            return best if _apart(best, middle) <= TOO_FAR else None
        return None


def _apart(one: Point, other: Point) -> float:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))
