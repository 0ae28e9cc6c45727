"""A small county that tests share: real codes of 乳山市, two towns and a bit, one user of each role.

`world.user("zhenjie")` and its like bear the names of the demo accounts; `world.client("zhenjie")` is signed in.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.middleware import SEEN, STARTED
from accounts.models import Grant, User
from lianjian import areacodes
from villages.models import Area, Village

PASSWORD = "test-Pass-2026"
COUNTY, TOWN, CITY_STREET, OTHER_TOWN = "371083", "371083101", "371083001", "371083102"
AREAS = {
    "37": "山东省",
    "3710": "威海市",
    COUNTY: "乳山市",
    TOWN: "乳山口镇",
    CITY_STREET: "城区街道",
    OTHER_TOWN: "海阳所镇",
    "371083101206": "南唐家村委会",
    "371083101207": "北唐家村委会",
    "371083101222": "江村洼村委会",
    "371083101223": "锅上村委会",
    "371083101224": "院前村委会",
    "371083001216": "西里村委会",
    "371083001022": "西里社区居委会",
    "371083102201": "海阳所村委会",
    "371083102202": "所陈家村委会",
}
USERS = {
    "zhenjie": ("town_clerk", "area", TOWN),
    "zhenshen": ("town_reviewer", "area", TOWN),
    "zhenzhang": ("town_signer", "area", TOWN),
    "xianji": ("county_reviewer", "area", COUNTY),
    "lingdao": ("county_leader", "area", COUNTY),
    "cunji": ("village_clerk", "area", "371083101223"),
    "qita": ("town_clerk", "area", OTHER_TOWN),
    "sysadmin": ("system_administrator", "installation", ""),
    "secadmin": ("security_administrator", "installation", ""),
    "auditor": ("security_auditor", "installation", ""),
    "nobody": (None, None, None),
}


@dataclass
class World:
    users: dict[str, User] = field(default_factory=dict)

    def user(self, username: str) -> User:
        """A fresh copy, so that grants changed in a test count."""
        return User.objects.get(pk=self.users[username].pk)

    def client(self, username: str, **more: Any) -> Client:
        """A browser with a session as signing in leaves it, marked as seen for an hour: no page writes it again."""
        user, client, session = self.user(username), Client(**more), SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "accounts.backends.AccountBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session[STARTED] = timezone.now().timestamp()
        session[SEEN] = session[STARTED] + 3600
        session.save(must_create=True)
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return client

    def api(self, username: str) -> APIClient:
        client = APIClient()
        client.force_authenticate(self.user(username))
        return client

    def area(self, code: str) -> Area:
        return Area.objects.unscoped("test").get(pk=code)

    def village(self, code: str) -> Village:
        return Village.objects.unscoped("test").get(pk=code)


def patched(client: APIClient, address: str, given: dict[str, Any]) -> Any:
    """A PATCH with the version that is there now, as who just read the row would send it."""
    return client.patch(address, given, HTTP_IF_MATCH=client.get(address)["ETag"])


def build_world() -> World:
    areas = []
    for code, name in AREAS.items():
        level = list(areacodes.LEVEL_LENGTHS.values()).index(len(code)) + 1
        areas.append(Area(code=code, name=name, level=level, parent_id=areacodes.parent_of(code)))
    Area.objects.bulk_create(areas)
    Village.objects.bulk_create(
        Village(
            area_id=code,
            name=areacodes.short_name(name),
            kind=Village.Kind.COMMUNITY if code[9] in "01" else Village.Kind.VILLAGE,
        )
        for code, name in AREAS.items()
        if len(code) == 12
    )
    users = User.objects.bulk_create(map(_user, USERS))
    Grant.objects.bulk_create(_grant(user, *USERS[user.username]) for user in users if USERS[user.username][0])
    return World({user.username: user for user in users})


def add_user(username: str, role: str | None, kind: str | None = None, key: Any = "") -> User:
    user = _user(username)
    user.save()
    if role:
        _grant(user, role, kind, key).save()
    return user


def _user(username: str) -> User:
    user = User(username=username, name=username)
    user.set_unusable_password()
    return user


def _grant(user: User, role: str, kind: str | None, key: Any) -> Grant:
    return Grant(user=user, role=role, scope_kind=kind, scope_key=str(key or ""), valid_from=dt.date(2020, 1, 1))
