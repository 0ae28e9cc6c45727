"""One small county with one of everything in 锅上, a village of 乳山口镇, and a user of every role.

`qita` holds the clerk's role in another town: whatever lies here does not exist for her. That is how every route is
asked about scope.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts.roles import ROLES
from federations.actions.founding import found_federation
from federations.actions.steps import move_status
from federations.models import FederationVillage
from members.actions.people import add_member, add_subject
from members.models import PartyOrganization, PointEntry, PointScore, Post
from registers.jobs import keep_file
from registers.models import Job
from services.models import Grid
from tests.matrix.table import parts
from tests.members.points import stage as points
from tests.world import TOWN, World, add_user, build_world
from villages.models import TownFacts, VillageFacts

VILLAGE = "371083101223"


@dataclass
class Stage:
    world: World
    rows: dict[str, Any] = field(default_factory=dict)  # what a route's object is called → its key in addresses
    _clients: dict[tuple[str, bool], Any] = field(default_factory=dict)
    _sessions: dict[str, str] = field(default_factory=dict)

    @property
    def users(self) -> list[str]:
        return list(self.world.users)

    def client(self, username: str, *, api: bool) -> Client | APIClient:
        """A browser or a program of that person ("" is nobody), as at the start: no earlier answer is remembered.

        Pages are posted without CSRF tokens; errors become answers of 500.
        """
        key = (username, api)
        if key not in self._clients:
            client = (APIClient if api else Client)(raise_request_exception=False)
            if username and api:
                client.force_authenticate(self.world.user(username))
            elif username:
                client = self.world.client(username, raise_request_exception=False)
                self._sessions[username] = client.cookies[settings.SESSION_COOKIE_NAME].value
            self._clients[key] = client
        client = self._clients[key]
        if not api:
            client.cookies.clear()
            if username:
                client.cookies[settings.SESSION_COOKIE_NAME] = self._sessions[username]
        return client


class _TakenBack(Exception):
    pass


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is written inside did not happen."""
    try:
        with transaction.atomic():
            yield
            raise _TakenBack
    except _TakenBack:
        pass


def build_stage() -> Stage:
    world = build_world()
    county, clerk = world.user("xianji"), world.user("zhenjie")
    village = world.village(VILLAGE)
    stage = Stage(world)
    rows = stage.rows

    rows["areas"] = rows["villages"] = VILLAGE
    rows["village-facts"] = VillageFacts.objects.unscoped("test").create(village=village, year=2026, population=868).pk
    rows["town-facts"] = TownFacts.objects.unscoped("test").create(town_id=TOWN, year=2026, population=25_104).pk
    rows["grids"] = Grid.objects.unscoped("test").create(village=village, name="第一网格", head="于洪波").pk
    branch = PartyOrganization.objects.create(name="锅上村党支部", kind="branch", area_id=VILLAGE)
    rows["party-organizations"] = branch.pk
    secretary = add_member(by=county, name="王建国", village=village, organization=branch)
    rows["members"] = secretary.number
    rows["subjects"] = add_subject(by=county, kind="household", name="李海燕", village=village).number
    rows["scores:member"] = secretary.number
    post = Post.objects.create(
        organization=branch, person=secretary.person, title="secretary", valid_from=dt.date(2021, 1, 1)
    )
    rows["posts"] = post.pk

    federation = found_federation(
        by=county, name="湛江路新村", kind="new_village", mode="complement", area=world.area(TOWN),
        villages=[(village, "strong"), (world.village("371083101224"), "member")], on=dt.date(2026, 1, 1),
        evidence="沿路相连", scale_reason="两村先行",
    )  # fmt: skip
    for status in ("reviewed", "approved", "running"):
        federation = move_status(by=county, federation=federation, to=status, on=dt.date(2026, 1, 15))
    rows["federations"] = federation.pk
    membership = FederationVillage.objects.unscoped("test").get(federation=federation, village=village)
    rows["federation-villages"] = membership.pk

    rows["schemes"] = points.put_scheme(county).pk
    points.cover_town_step(TOWN)
    entry = points.approved(world, secretary)
    rows["entries"] = entry.pk
    rows["claims"] = points.declared(clerk, secretary, "A01").pk
    close = points.closed(county)
    rows["closes"] = close.pk
    rows["scores"] = PointScore.objects.unscoped("test").get(close=close, close_subject__subject=secretary).pk
    assert PointEntry.objects.unscoped("test").count() == 1

    rows["jobs"] = str(Job.objects.create(kind="registers.export", title="导出", owner=clerk).pk)
    rows["files"] = str(keep_file(BytesIO(b"x"), "村情.xlsx", owner=clerk).pk)

    for part in parts():
        getattr(part, "put", lambda stage: None)(stage)

    for username, role, kind, key in (
        ("lianjian", "federation_secretary", "federation", federation.pk),
        ("pianqu", "area_leader", "area", TOWN),
        ("jiedui", "pairing_liaison", "area", VILLAGE),
        ("wangge", "grid_worker", "area", VILLAGE),
    ):
        world.users[username] = add_user(username, role, kind, key)
    held = {grant.role for user in world.users.values() for grant in user.grants.all()}
    assert held == set(ROLES), f"give somebody the role {set(ROLES) - held}"
    for username in stage.users:  # signed in before anything is taken back
        stage.client(username, api=False)
    return stage
