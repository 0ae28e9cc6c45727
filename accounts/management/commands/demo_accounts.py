"""Prints the demo accounts that exist, for the launcher."""

import os
from typing import Any

from django.core.management.base import BaseCommand

from accounts.demo import DEMO_ACCOUNTS
from accounts.models import User
from accounts.roles import ROLES


class Command(BaseCommand):
    help = "列出演示账号。密码取自 DEMO_PASSWORD。"

    def handle(self, *args: Any, **options: Any) -> None:
        present = set(
            User.objects.filter(username__in=[a.username for a in DEMO_ACCOUNTS]).values_list("username", flat=True)
        )
        if not present:
            return
        for account in DEMO_ACCOUNTS:
            if account.username in present:
                self.stdout.write(f"  {account.username:<10} {ROLES[account.role].name}（{account.unit}）")
        if os.environ.get("DEMO_PASSWORD"):
            self.stdout.write(f"  密码（全部账号相同）：{os.environ['DEMO_PASSWORD']}")
