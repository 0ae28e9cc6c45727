"""Sum up a county's indicators in full: after a restore, an import by hand, or for a new county."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lianjian import areacodes
from lianjian.periods import Period, PeriodError
from registers.models import DirtyScope
from reports.actions.outbox import known_periods
from reports.actions.rollup import refresh_period
from reports.queries.rollup import counties_at_work


class Command(BaseCommand):
    help = "重新汇总指标：全县、各级、各期"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--area", default="", help="县代码（6 位）；不填为全部县")
        parser.add_argument("--period", default="", help="只汇总这一期，如 2026Q3 或 2026")

    def handle(self, *args: Any, **options: Any) -> None:
        area = options["area"]
        if area and not (areacodes.is_code(area) and areacodes.level_of(area) == "county"):
            raise CommandError(f"“{area}”不是 6 位县代码")
        try:
            only = Period.parse(options["period"]) if options["period"] else None
        except PeriodError as error:
            raise CommandError(str(error)) from None
        for county in [area] if area else counties_at_work():
            low, high = areacodes.subtree(county)
            # What was waiting before the first sum is in it; what comes later stays in the outbox.
            waiting = DirtyScope.objects.filter(area_code__gte=low, area_code__lt=high)
            done = list(waiting.values_list("pk", flat=True)) if only is None else []
            periods = [only] if only else known_periods(county)
            for period in periods:
                refresh_period(county, period)
            DirtyScope.objects.filter(pk__in=done).delete()
            self.stdout.write(f"{county}：已汇总 {len(periods)} 期")
