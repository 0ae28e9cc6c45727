"""Makes the shipped national file from the source list, with the pinyin columns computed beforehand."""

import lzma
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lianjian import areacodes, pinyin
from villages.actions.areas import NATIONAL_FILE


class Command(BaseCommand):
    help = "由“代码<TAB>名称”的全国区划清单（.tsv.xz）生成随产品发布的区划文件，补上拼音与首字母。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        seen: dict[str, tuple[str, str]] = {}
        count = 0
        with (
            lzma.open(options["source"], "rt", encoding="utf-8") as source,
            lzma.open(NATIONAL_FILE, "wt", encoding="utf-8", preset=9) as target,
        ):
            for line in source:
                code, name = line.rstrip("\n").split("\t")
                areacodes.level_of(code)
                if name not in seen:
                    columns = pinyin.columns(name)
                    seen[name] = columns["pinyin"].replace(" ", ""), columns["initials"]
                target.write("\t".join((code, name, *seen[name])) + "\n")
                count += 1
        self.stdout.write(f"{count} 条，{NATIONAL_FILE.stat().st_size:,} 字节")
