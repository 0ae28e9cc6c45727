"""Grants: who may give them, what they open, and what the database refuses."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.actions.grants import end_grant, give_grant
from accounts.models import Grant, User
from accounts.roles import ROLES
from registers.audit import acting
from registers.errors import Invalid, NotAllowed, NotFound
from tests.world import COUNTY, OTHER_TOWN, TOWN
from villages.models import Village

pytestmark = pytest.mark.django_db


def give(world, **changes):
    facts = {
        "by": world.user("secadmin"),
        "user": world.user("nobody"),
        "role": "town_clerk",
        "scope_kind": "area",
        "scope_key": TOWN,
    }
    return give_grant(**(facts | changes))


def test_a_grant_opens_the_town(world):
    give(world)
    assert Village.objects.visible_to(world.user("nobody")).count() == 5


@pytest.mark.parametrize("who", ["sysadmin", "auditor", "xianji", "zhenjie"])
def test_only_the_security_administrator_grants(world, who):
    with pytest.raises(NotAllowed):
        give(world, by=world.user(who))


def test_nobody_grants_to_himself(world):
    with pytest.raises(NotAllowed, match="不能给自己授权"):
        give(world, user=world.user("secadmin"))


def test_the_database_too_refuses_a_grant_to_oneself(world):
    user = world.user("secadmin")
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(
            user=user, role="town_clerk", scope_key=TOWN, valid_from=dt.date(2026, 1, 1), granted_by=user
        )


def test_an_unknown_area_is_refused(world):
    with pytest.raises(NotFound, match="999999"):
        give(world, scope_key="999999")


def test_administrators_hold_no_business_role(world):
    with pytest.raises(Invalid, match="不兼任"):
        give(world, user=world.user("auditor"))
    with pytest.raises(Invalid, match="不兼任"):
        give(world, user=world.user("zhenjie"), role="system_administrator", scope_kind="installation", scope_key="")


def test_three_administrators_are_three_people(world):
    with pytest.raises(Invalid, match="三个人"):
        give(world, user=world.user("auditor"), role="system_administrator", scope_kind="installation", scope_key="")


def test_administrators_have_no_business_right():
    business = {right for role in ROLES.values() if not role.is_administrator for right in role.rights}
    for role in ROLES.values():
        if role.is_administrator:
            assert not role.rights & business


def test_a_grant_of_the_wrong_kind_is_refused(world):
    with pytest.raises(Invalid, match="范围应是"):
        give(world, scope_kind="installation", scope_key="")


def test_an_ended_grant_counts_no_more(world):
    grant = give(world, valid_from=dt.date(2026, 1, 1))
    end_grant(by=world.user("secadmin"), grant=grant)
    assert not Village.objects.visible_to(world.user("nobody")).exists()
    grant.refresh_from_db()
    assert grant.valid_to == dt.date(2026, 11, 20)


def test_scopes_are_per_right(world):
    """A reviewer of one town who is a mere leader of another approves in the one only."""
    user = world.user("zhenshen")
    Grant.objects.create(user=user, role="area_leader", scope_key=OTHER_TOWN, valid_from=dt.date(2026, 1, 1))
    user = world.user("zhenshen")
    assert user.scope_for("villages.view").covers(OTHER_TOWN)
    assert not user.scope_for("claims.approve").covers(OTHER_TOWN)
    assert user.scope_for("claims.approve").covers(TOWN)
    assert not user.scope_for("claims.approve").covers(COUNTY)


def test_no_superuser_can_exist(world):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET is_superuser = true WHERE username = 'sysadmin'")


def test_the_change_of_a_grant_is_in_the_audit_trail(world):
    with acting(world.users["secadmin"].pk, "测试"):
        grant = give(world)
    event = grant.events.latest("pgh_id")
    assert event.pgh_context["user"] == world.users["secadmin"].pk and event.scope_key == TOWN


def test_passwords_are_not_in_the_audit_trail():
    event_fields = {field.name for field in User.events.rel.related_model._meta.get_fields()}
    assert "password" not in event_fields and "username" in event_fields
