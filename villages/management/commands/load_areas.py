"""`manage.py load_areas 371083` or `all`: the divisions any county starts with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registers.errors import DomainError
from villages.actions.areas import load_areas


class Command(BaseCommand):
    help = "装入行政区划：一个县（6 位代码，连同上级和全部村居），或 all 装入全国 665,276 条。已有的不改动。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("which", metavar="代码|all")

    def handle(self, *args: Any, which: str, **options: Any) -> None:
        try:
            loaded = load_areas(which, progress=self._tell)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"新增区划 {loaded.areas:,} 条，原有 {loaded.present:,} 条未改动，开通村居 {loaded.villages:,} 个"
        )

    def _tell(self, done: int, total: int, step: str) -> None:
        share = f"（{done * 100 // total}%）" if total else ""
        self.stderr.write(f"{step}：{done:,}{f' / {total:,}' if total else ''}{share}")
