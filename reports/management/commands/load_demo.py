"""`manage.py load_demo`: the demo county, once. Real places and federations, invented people and money."""

import datetime as dt
import os
import secrets
import time
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import is_password_usable, make_password
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from accounts.demo import DEMO_ACCOUNTS
from accounts.models import Grant, User
from federations.demo import federation_named, load_federations
from federations.demo_district import load_district
from federations.demo_economy import load_economy
from federations.demo_industry import load_help, load_industry
from federations.demo_organisation import load_organisation
from lianjian import clock
from lianjian.periods import Period
from members.demo import load_people
from members.demo_duties import load_duties
from members.demo_points import load_points
from members.demo_work import load_work
from registers.audit import acting
from registers.models import DirtyScope
from reports.actions.rollup import refresh_period
from reports.demo_assessments import load_assessments
from services.demo import load_grids, load_points_of_service
from villages.demo import COUNTY, load_classes, load_places
from villages.demo_holdings import load_holdings
from villages.models import Village

SEED = 371083
CUT_OFF = 3  # exit code: an earlier load was cut off; lianjian/local/demo.py knows it


class Command(BaseCommand):
    help = "装入演示县（乳山市）。已有村居时不做任何事；LIANJIAN_DEMO=0 时不装。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            return
        if Village.objects.unscoped("is anything loaded yet?").exists():
            self._require_whole()
            self._renew_passwords()
            return
        if settings.LIANJIAN_TODAY is None:
            raise CommandError("演示数据有自己的日期，请设置 LIANJIAN_TODAY=2026-11-20")
        started = time.monotonic()
        random = Random(SEED)  # noqa: S311 -- an invented county, the same on every machine
        users = self._accounts()
        with acting(users["xianji"].pk, "装入演示数据"):
            self._tell("区划、村居与村情")
            villages = load_places(random)
            load_classes(Random(SEED), villages)  # noqa: S311 -- a stream of its own, as below
            self._tell("党组织与党员")
            subjects = load_people(random, villages)
            self._tell("联建单位")
            load_federations(random, users["xianji"])
            load_grids(random, villages, subjects)
            self._tell("三资与设施")
            # A stream of its own: what is added here leaves the invented people as they are.
            load_holdings(Random(SEED), villages)  # noqa: S311
            self._tell("合作社与合办项目")
            load_economy(Random(SEED), villages, users["xianji"])  # noqa: S311
            self._grants(users)
            self._tell("土地、工坊、销售与招商")
            load_industry(Random(SEED), villages)  # noqa: S311
            load_district(Random(SEED), villages)  # noqa: S311
            self._tell("人才、培训与干部交流")
            load_work(Random(SEED), villages, subjects)  # noqa: S311
            self._tell("积分与季度结算")
            load_points(
                random, subjects, county=users["xianji"], clerk=users["zhenjie"], branch=users["cunji"],
                federation=users["lianjian"], reviewer=users["zhenshen"],
            )  # fmt: skip
            self._tell("联建班子、场所、值班与规划")
            load_organisation(random, users["xianji"])
            load_help(Random(SEED), villages)  # noqa: S311 -- by the enterprises of the chain
            self._tell("责任清单、签约与评约")
            load_duties(Random(SEED), users["zhenjie"])  # noqa: S311
            self._tell("便民服务点")
            load_points_of_service(Random(SEED), villages)  # noqa: S311
            self._tell("指标汇总")
            self._rollup()
            self._tell("村级考核")
            with acting(users["xianji"].pk, "装入演示数据"):  # the jobs above have put their own names there
                load_assessments(Random(SEED), users["xianji"])  # noqa: S311
        self._open_accounts()
        self._tell(f"演示数据已装入，用时 {time.monotonic() - started:.0f} 秒")

    def _accounts(self) -> dict[str, User]:
        """Without passwords yet: nobody signs in to half a county, and by it a load that was cut off is known."""
        users = {}
        for account in DEMO_ACCOUNTS:
            users[account.username], _ = User.objects.update_or_create(
                username=account.username,
                defaults={"name": account.name, "unit": account.unit, "password": make_password(None)},
            )
        # The loader itself works as the county's reviewer; everybody else is granted once his place exists.
        self._grant(users["xianji"], "county_reviewer", "area", COUNTY)
        return users

    def _open_accounts(self) -> None:
        password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
        if not os.environ.get("DEMO_PASSWORD"):
            self._tell(f"演示账号的密码：{password}")
        self._demo_users().update(password=make_password(password))

    def _require_whole(self) -> None:
        """Raise CommandError with the code CUT_OFF where the accounts never got their passwords."""
        passwords = list(self._demo_users().values_list("password", flat=True))
        if passwords and not any(map(is_password_usable, passwords)):
            raise CommandError(
                "上次装入演示数据时中断了，数据库里只有一部分，需要清空数据库后重新装入。", returncode=CUT_OFF
            )

    def _renew_passwords(self) -> None:
        """The accounts of a demo that is already there take the password of this start, where one is given."""
        password = os.environ.get("DEMO_PASSWORD", "")
        reviewer = User.objects.filter(username="xianji").first()
        if password and reviewer is not None and not reviewer.check_password(password):
            self._demo_users().update(password=make_password(password))

    @staticmethod
    def _demo_users() -> QuerySet[User]:
        return User.objects.filter(username__in=[account.username for account in DEMO_ACCOUNTS])

    def _grants(self, users: dict[str, User]) -> None:
        for account in DEMO_ACCOUNTS:
            key = account.scope_key
            if account.scope_kind == "federation":
                key = str(federation_named(key).pk)
            self._grant(users[account.username], account.role, account.scope_kind, key)

    def _grant(self, user: User, role: str, kind: str, key: str) -> None:
        Grant.objects.get_or_create(
            user=user, role=role, scope_kind=kind, scope_key=key, defaults={"valid_from": dt.date(2025, 1, 1)}
        )

    def _rollup(self) -> None:
        this_year = clock.today().year
        # What loading left in the outbox is all summed up here.
        DirtyScope.objects.all().delete()
        for year in (this_year - 1, this_year):
            refresh_period(COUNTY, Period(year, "Y", 1))
            for number in (1, 2, 3, 4):
                refresh_period(COUNTY, Period(year, "Q", number))

    def _tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
