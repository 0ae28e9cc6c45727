"""Nobody checks or approves what he declared himself, and who posts a quarter is told where he typed most of it."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from members.actions import claims
from members.models import PointClaim, PointClaimStep
from members.queries.point_claims import claims_waiting_for
from registers.errors import NotAllowed
from tests.members.points import stage
from tests.world import TOWN


@pytest.fixture
def county(world):
    stage.put_scheme(world.user("xianji"))
    world.zhang = stage.member("M1", name="张三")
    return world


def test_nobody_moves_his_own_declaration_by_any_step(county):
    village, town = county.user("cunji"), county.user("zhenshen")
    own, other = stage.declared(village, county.zhang), stage.declared(county.user("zhenjie"), county.zhang)
    with pytest.raises(NotAllowed, match="您自己申报的，“支部初审”要由另一位"):
        claims.advance(claim=own, by=village)
    moved, errors = claims.advance_many(ids=[own.pk, other.pk], by=village)
    assert moved == 1 and [error["id"] for error in errors] == [own.pk] and "自己申报" in errors[0]["message"]
    stage.cover_town_step(TOWN)
    assert claims.advance(claim=own, by=town).state == "approved"  # the town's step still covers the branch's
    towns = stage.declared(town, county.zhang)
    with pytest.raises(NotAllowed, match="“镇审定”要由另一位"):
        claims.advance(claim=towns, by=town)
    assert not claims_waiting_for(town).filter(pk=towns.pk).exists()
    assert claims.reject(claim=towns, by=town, reason="填错了").state == "rejected"  # taking back is no approval


def test_the_database_refuses_a_step_of_who_declared(county):
    clerk = county.user("zhenjie")
    claim = stage.declared(clerk, county.zhang)
    for state in ("branch_checked", "federation_checked", "approved"):
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            PointClaimStep.objects.create(claim=claim, from_state="declared", to_state=state, by=clerk)
        assert refused.value.__cause__.pgcode == "LJ025"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_pointclaimstep (claim_id, from_state, to_state, by_id, at, reason)"
            " VALUES (%s, 'declared', 'branch_checked', %s, now(), '')",
            [claim.pk, county.user("cunji").pk],
        )


def test_who_posts_a_quarter_is_told_where_he_declared_most_of_it(county):
    stage.cover_town_step(TOWN)
    county_user, reviewer = county.user("xianji"), county.user("zhenshen")
    for _ in range(2):
        claims.advance(claim=stage.declared(county_user, county.zhang), by=reviewer)
    stage.approved(county, county.zhang)
    address = reverse("closes:detail", args=[stage.closed(county_user).pk])
    told = "3 条积分有 2 条是您自己申报的"
    assert told in county.client("xianji").get(address).content.decode()
    county.users["xianji2"] = stage.second_county_user()
    assert "自己申报" not in county.client("xianji2").get(address).content.decode()
    stage.approved(county, county.zhang)
    assert PointClaim.objects.unscoped("test").filter(settle_quarter="2026Q3").count() == 4
    again = reverse("closes:detail", args=[stage.closed(county_user).pk])
    assert "自己申报" not in county.client("xianji").get(again).content.decode()  # half is not most
