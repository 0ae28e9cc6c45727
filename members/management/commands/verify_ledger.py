"""manage.py verify_ledger: every published and locked quarter is computed again and compared with its digest, and every
entry with its claim and scheme.
"""

from typing import Any

from django.core.management.base import BaseCommand

from members.points.verifying import NAMED, Replay, misstated_entries, replays


class Command(BaseCommand):
    help = "用积分记录重算每个已公示、已审定的季度，与当时的结果摘要核对；不一致的列出编号，退出码为 1"

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = count = 0
        for found in replays():
            count += 1
            self.stdout.write(_line(found))
            wrong += not found.holds
        self.stdout.write(f"共核对 {count} 个季度，{f'{wrong} 个不一致' if wrong else '全部一致'}")
        misstated = misstated_entries()
        if misstated:
            named = "、".join(map(str, misstated))
            more = " 等" if len(misstated) == NAMED else ""
            self.stdout.write(f"积分记录与申报或积分办法不符：编号 {named}{more}")
        if wrong or misstated:
            raise SystemExit(1)


def _line(found: Replay) -> str:
    close = found.close
    head = f"{close.area.name} {close.quarter} 第 {close.number} 版（{close.get_state_display()}）"
    if found.holds:
        return f"{head}：一致 {found.digest}"
    if not found.differing:
        return f"{head}：名单与摘要不符，现在是 {found.digest}，当时是 {close.digest}"
    named = "、".join(found.differing[:NAMED])
    more = f" 等 {len(found.differing)} 人" if len(found.differing) > NAMED else ""
    return f"{head}：重算结果不同：{named}{more}"
