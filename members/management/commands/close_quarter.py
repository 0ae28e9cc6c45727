"""manage.py close_quarter 2026Q3 --area 371083: a trial, computed here and now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from members.actions.closes import start_close
from members.models import QuarterClose
from members.points.amounts import shown
from registers import jobs
from registers.errors import DomainError


class Command(BaseCommand):
    help = "试算一个县一个季度的积分；公示和审定请在页面上办理"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", help="季度，如 2026Q3")
        parser.add_argument("--area", required=True, help="县（市、区）代码，如 371083")
        parser.add_argument("--by", default="", help="以谁的名义（账号）；不填为该县第一位可以试算的人")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            close, job = start_close(
                by=_user(options["by"], options["area"]), county=options["area"], quarter=options["quarter"]
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        jobs.run(str(job.pk))
        job.refresh_from_db()
        if job.state != job.State.DONE:
            raise CommandError(job.message or f"任务 {job.pk} {job.get_state_display()}，由后台接着办理")
        close = QuarterClose.objects.unscoped("the operator's own trial").get(pk=job.result["close"])
        totals = close.scores.unscoped("the operator's own trial").filter(total__isnull=False).order_by("-total")
        highest = totals.values_list("total", flat=True).first()
        self.stdout.write(
            f"{close.quarter} 第 {close.number} 版：{close.subject_count} 人，最高 {shown(highest) or '—'} 分，"
            f"摘要 {close.digest}"
        )


def _user(username: str, county: str) -> User:
    users = User.objects.filter(is_active=True).order_by("pk")
    if username:
        user = users.filter(username=username).first()
        if user is None:
            raise CommandError(f"没有账号“{username}”")
        return user
    for user in users:
        if user.scope_for("closes.run").covers(county):
            return user
    raise CommandError("没有可以试算这个县的账号，请用 --by 指明")
