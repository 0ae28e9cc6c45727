"""Compare what is kept twice; ends with 1 where anything differs, so that a timer can watch it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.actions.consistency import differences
from reports.queries.rollup import counties_at_work


class Command(BaseCommand):
    help = "核对：汇总表与重新计算的结果，人员现所在与所在记录，联建成员村的标记"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--area", default="", help="县代码（6 位）；不填为全部县")

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for county in [options["area"]] if options["area"] else counties_at_work():
            for text in differences(county):
                found += 1
                self.stdout.write(f"{county}：{text}")
        if found:
            self.stdout.write(f"共 {found} 处不一致")
            sys.exit(1)
        self.stdout.write("核对完毕，全部一致")
