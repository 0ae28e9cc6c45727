"""The guard: no guarded row is read before somebody said for whom."""

import pytest
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Prefetch

from registers.guarding import ScopeForgotten
from registers.scope import Scope
from tests.world import COUNTY, OTHER_TOWN, TOWN
from villages.models import Area, Village, VillageFacts

pytestmark = pytest.mark.django_db

FORGOTTEN = {
    "list": lambda: list(Village.objects.all()),
    "get": lambda: Village.objects.get(pk="371083101206"),
    "first": lambda: Village.objects.order_by("pk").first(),
    "filter": lambda: list(Village.objects.filter(name="x")),
    "count": Village.objects.count,
    "exists": Village.objects.exists,
    "aggregate": lambda: Village.objects.aggregate(n=Count("pk")),
    "values": lambda: list(Village.objects.values("pk")),
    "values_list": lambda: list(Village.objects.values_list("pk", flat=True)),
    "in_bulk": Village.objects.in_bulk,
    "iterator": lambda: list(Village.objects.iterator()),
    "update": lambda: Village.objects.update(name="x"),
    "delete": lambda: Village.objects.filter(name="x").delete(),
    "get_or_create": lambda: Village.objects.get_or_create(pk="371083101206"),
    "subquery": lambda: list(Area.objects.unscoped("test").filter(village__in=Village.objects.all())),
    "exists subquery": lambda: list(
        Area.objects.unscoped("test").filter(Exists(Village.objects.filter(pk=OuterRef("pk"))))
    ),
    "union": lambda: list(Village.objects.unscoped("test").union(Village.objects.all())),
    "reverse relation": lambda: list(Village.objects.unscoped("test").first().facts.all()),
    "prefetch": lambda: list(Village.objects.unscoped("test").prefetch_related("facts")),
    "prefetch object": lambda: list(
        Village.objects.unscoped("test").prefetch_related(Prefetch("facts", VillageFacts.objects.all()))
    ),
    "raw": lambda: list(Village.objects.raw("SELECT * FROM villages_village")),
    "explain": Village.objects.explain,
    "dates": lambda: list(Area.objects.dates("valid_from", "year")),
    "history": lambda: list(Village.objects.first().events.all()),
    "empty reason": lambda: Village.objects.unscoped(" "),
}


@pytest.mark.parametrize("forgotten", FORGOTTEN)
def test_a_forgotten_scope_raises(world, forgotten):
    with pytest.raises(ScopeForgotten):
        FORGOTTEN[forgotten]()


def test_a_clerk_sees_his_town_only(world):
    seen = set(Village.objects.visible_to(world.user("zhenjie")).values_list("pk", flat=True))
    assert seen == {code for code in seen if code.startswith(TOWN)} and len(seen) == 5


def test_the_empty_scope_is_nobody(world):
    assert not Village.objects.visible_to(world.user("nobody")).exists()
    assert not Village.objects.within(Scope.nobody()).exists()
    assert not Village.objects.visible_to(world.user("sysadmin")).exists()


def test_a_prefix_that_is_no_code_is_refused():
    with pytest.raises(ValueError, match="37010"):
        Scope.area("37010")


def test_ranges_join_and_cover():
    scope = Scope.area(TOWN) | Scope.area(COUNTY) | Scope.area(OTHER_TOWN)
    assert scope.ranges == ((COUNTY, COUNTY + ":"),)
    assert scope.covers("371083101206") and not scope.covers("371084101206") and not scope.covers("3710")


def test_a_grant_counts_from_the_next_request(world):
    user = world.user("qita")
    assert not Village.objects.visible_to(user).filter(pk="371083101206").exists()
    user.grants.update(scope_key=TOWN)
    assert Village.objects.visible_to(world.user("qita")).filter(pk="371083101206").exists()


def test_the_application_role_runs_the_tests(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, has_schema_privilege(current_user, 'public', 'CREATE')")
        role, may_create = cursor.fetchone()
    assert role == "lianjian_app" or role.endswith("_app")
    assert not may_create
