"""An entry, its reversal and what replaces it stand together: on the entry's page, in the list, in the derivation."""

from django.urls import reverse

from members.actions import claims, entries
from members.models import PointEntry, PointScore
from tests.members.points.stage import approved, closed, cover_town_step, declared
from tests.members.points_pages.conftest import text_of
from tests.world import TOWN


def test_the_three_stand_together(points):
    cover_town_step(TOWN)
    reviewer = points.user("zhenshen")
    entry = approved(points, points.members["1"], quantity=5)
    entries.reverse_entry(entry=entry, by=reviewer, reason="数量记错")
    claim = declared(points.user("zhenjie"), points.members["1"], quantity=2, corrects=entry.pk)
    client = points.client("zhenjie")
    told = text_of(client.get(reverse("claims:detail", args=[claim.pk])))
    assert f"这一条更正已冲销的第 {entry.pk} 号记录" in told and reverse("entries:detail", args=[entry.pk]) in told
    page = text_of(client.get(reverse("entries:detail", args=[entry.pk])))
    assert f"第 {claim.pk} 条申报（已申报）" in page and "数量记错" in page and "按正确的重新申报" not in page
    assert "更正已申报" in text_of(client.get(reverse("entries:list")))
    new = PointEntry.objects.unscoped("test").get(claim=claims.advance(claim=claim, by=reviewer))
    page = text_of(client.get(reverse("entries:detail", args=[entry.pk])))
    assert reverse("entries:detail", args=[new.pk]) in page
    back = text_of(client.get(reverse("entries:detail", args=[new.pk])))
    assert f"这一条更正第 {entry.pk} 号" in back
    rows = text_of(client.get(reverse("entries:list"))).partition("<tbody>")[2]
    assert "└ 冲销 王建国" in rows and "└ 更正 王建国" in rows and f"第 {new.pk} 号" in rows
    close = closed(points.user("xianji"))
    score = PointScore.objects.unscoped("test").get(close=close, close_subject__name="王建国")
    from_close = text_of(client.get(reverse("scores:detail", args=[score.pk])))
    assert f"更正为第 {new.pk} 号" in from_close and f"冲销第 {entry.pk} 号" in from_close
