"""Dividends of joint projects: by shares, money or land, once, never changed, taken back once (P27)."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from federations.actions.dividends import distribute_dividend, preview_dividend, reverse_dividend
from federations.actions.projects import move_state
from federations.models import Dividend, DividendLine, Project, ProjectContribution, ProjectQuarter
from federations.results import received, result_of
from registers.errors import Invalid, NotAllowed, NotFound, WrongState
from tests.federations.helpers import GUOSHANG, JIANGCUNWA, NORTH, XILI, YUANQIAN, run_sql
from tests.world import TOWN, add_user

DAY = dt.date(2026, 11, 1)
START = dt.date(2025, 3, 1)


@pytest.fixture
def project(world) -> Project:
    """Four villages put in 200,000 yuan together (P27); shares as agreed, one also brings land."""
    made = Project.objects.create(
        name="草莓大棚", kind="planting", state="running", area_id=TOWN, started_on=START, planned_investment=200_000
    )
    for code, cash, land, shares in (
        (GUOSHANG, 80_000, 0, 4), (YUANQIAN, 60_000, 0, 3), (JIANGCUNWA, 40_000, 12, 2), (NORTH, 20_000, 0, 1),
    ):  # fmt: skip
        ProjectContribution.objects.create(
            project=made, village_id=code, cash=cash, land=land, shares=shares, valid_from=START
        )
    ProjectQuarter.objects.create(project=made, quarter="2026Q2", income=300_000, cost=180_000, planned_income=900_000)
    return made


def give(world, project, amount="60000.01", *, by="zhenjie", on=DAY, basis="shares", **more) -> Dividend:
    return distribute_dividend(
        by=world.user(by), project=project, amount=Decimal(amount), on=on, basis=basis, **more
    )  # fmt: skip


def lines(dividend) -> dict[str, Decimal]:
    return dict(DividendLine.objects.unscoped("test").filter(dividend=dividend).values_list("village_id", "amount"))


# -- distributing


def test_an_amount_goes_to_the_villages_by_their_shares(world, project):
    made = give(world, project)
    assert lines(made) == {
        GUOSHANG: Decimal("24000.01"), YUANQIAN: Decimal("18000.00"),
        JIANGCUNWA: Decimal("12000.00"), NORTH: Decimal("6000.00"),
    }  # fmt: skip
    result = result_of(project)
    assert (result.earned, result.distributed, result.undistributed) == (
        Decimal(120_000), Decimal("60000.01"), Decimal("59999.99"),
    )  # fmt: skip


def test_money_and_land_are_other_bases(world, project):
    assert lines(give(world, project, "1000", basis="money"))[GUOSHANG] == Decimal(400)
    assert lines(give(world, project, "1000", basis="land")) == {JIANGCUNWA: Decimal(1000)}


def test_only_what_is_in_on_that_day_shares(world, project):
    ProjectContribution.objects.unscoped("test").filter(project=project, village_id=NORTH).update(valid_to=DAY)
    before = give(world, project, "900", on=DAY - dt.timedelta(days=1))
    assert NORTH in lines(before)
    after = give(world, project, "900")
    assert lines(after) == {GUOSHANG: Decimal(400), YUANQIAN: Decimal(300), JIANGCUNWA: Decimal(200)}


def test_a_loss_is_shared_by_a_negative_amount(world, project):
    made = give(world, project, "-0.03")
    assert sum(lines(made).values()) == Decimal("-0.03")
    assert lines(made)[GUOSHANG] == Decimal("-0.01")


def test_more_than_is_left_needs_a_reason(world, project):
    with pytest.raises(Invalid, match="多出 80,000.00 元"):
        give(world, project, "200000")
    assert give(world, project, "200000", note="动用上年结余，成员村会议通过").note


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"on": dt.date(2026, 12, 1)}, "不能晚于今天"),
        ({"on": dt.date(2025, 1, 1)}, "不能早于实际开工日期"),
        ({"basis": "heads"}, "分配依据可选"),
        ({"amount": "1000000000000"}, "单位是不是元"),
        ({"amount": "0"}, "不能为零"),
    ],
)
def test_what_cannot_be_is_refused_in_words(world, project, given, said):
    with pytest.raises(Invalid, match=said):
        give(world, project, **given)
    assert not Dividend.objects.unscoped("test").exists()


def test_a_project_pays_only_once_it_runs(world, project):
    Project.objects.unscoped("test").filter(pk=project.pk).update(state="building")
    with pytest.raises(WrongState, match="运营以后才能分红"):
        give(world, Project.objects.unscoped("test").get(pk=project.pk))
    move_state(by=world.user("zhenjie"), project=project, to="running", on=DAY)
    assert give(world, Project.objects.unscoped("test").get(pk=project.pk), "100")


def test_a_form_sent_twice_distributes_once(world, project):
    give(world, project, "100", after=0)
    with pytest.raises(WrongState, match="刚刚已有一次分红"):
        give(world, project, "100", after=0)
    assert Dividend.objects.unscoped("test").count() == 1


def test_a_preview_writes_nothing_and_says_the_same(world, project):
    with CaptureQueriesContext(connection) as queries:
        found = preview_dividend(
            by=world.user("zhenjie"), project=project, amount=Decimal("60000.01"), on=DAY, basis="shares"
        )
    assert not [one for one in queries if one["sql"].startswith(("INSERT", "UPDATE"))]
    assert {part.code: part.amount for part in found.parts} == lines(give(world, project))


def test_who_may(world, project):
    for username, error in (("lingdao", NotAllowed), ("cunji", NotAllowed), ("qita", NotFound)):
        with pytest.raises(error):
            give(world, project, by=username)


# -- never changed, taken back once


def test_a_reversal_mirrors_and_both_count_for_nothing(world, project):
    wrong = give(world, project)
    back = reverse_dividend(by=world.user("zhenjie"), dividend=wrong, reason="金额有误")
    assert lines(back) == {code: -amount for code, amount in lines(wrong).items()}
    assert result_of(project).distributed == 0
    assert received([GUOSHANG], world.user("zhenjie")) == {}
    for again in (wrong, back):
        with pytest.raises(WrongState):
            reverse_dividend(by=world.user("zhenjie"), dividend=again, reason="再冲一次")
    with pytest.raises(Invalid, match="写明冲销的原因"):
        reverse_dividend(by=world.user("zhenjie"), dividend=give(world, project), reason="错")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE federations_dividend SET amount = 1",
        "DELETE FROM federations_dividend",
        "UPDATE federations_dividendline SET amount = 1",
        "DELETE FROM federations_dividendline",
        "TRUNCATE federations_dividendline",
    ],
)
def test_the_database_refuses_any_change(world, project, statement):
    give(world, project)
    with pytest.raises(DatabaseError):
        run_sql(statement)


def forged(world, project, amount, parts, **more) -> None:
    """Rows written past every line of Python, checked as at the end of a transaction."""
    with transaction.atomic():
        made = Dividend.objects.create(
            project=project, amount=amount, on=DAY, basis="shares", by=world.user("zhenjie"), **more
        )
        DividendLine.objects.bulk_create(
            DividendLine(dividend=made, village_id=code, share=1, amount=part) for code, part in parts.items()
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_lines_must_add_up(world, project):
    with pytest.raises(DatabaseError, match="合计与分红总额不符"):
        forged(world, project, 100, {GUOSHANG: 60, YUANQIAN: 39})
    with pytest.raises(DatabaseError, match="合计与分红总额不符"):
        forged(world, project, 100, {})
    forged(world, project, 100, {GUOSHANG: 60, YUANQIAN: 40})


def test_a_reversal_must_mirror(world, project):
    one = give(world, project, "100")
    with pytest.raises(DatabaseError, match="逐村相反"):
        forged(world, project, -100, {GUOSHANG: -100}, reverses=one)
    with pytest.raises(DatabaseError, match="逐村相反"):
        forged(world, project, 50, {GUOSHANG: 50}, reverses=one)


# -- faces


def test_the_api_distributes_once_under_one_key(world, project):
    api, address = world.api("zhenjie"), f"/api/v1/projects/{project.pk}/distribute/"
    given = {"amount": "60000.01", "on": "2026-11-01", "basis": "shares", "note": "三季度"}
    tried = api.post(address, given | {"dry_run": True})
    assert tried.status_code == 200 and tried.json()["lines"][0]["amount"] == "6000.00"
    assert tried.json()["undistributed"] == "120000.00" and not Dividend.objects.unscoped("test").exists()
    answers = [api.post(address, given, HTTP_IDEMPOTENCY_KEY="a-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Dividend.objects.unscoped("test").count() == 1
    made = answers[0].json()
    assert made["standing"] == "stands" and sum(Decimal(line["amount"]) for line in made["lines"]) == Decimal(
        "60000.01"
    )
    assert api.post(address, given | {"amount": "1.005"}).status_code == 400
    assert api.post(address, given | {"amount": "999999", "note": ""}).json()["errors"][0]["field"] == "note"
    back = api.post(f"/api/v1/dividends/{made['id']}/reverse/", {"reason": "金额有误"})
    assert back.status_code == 201 and back.json()["reverses"] == made["id"]
    assert api.post(f"/api/v1/dividends/{made['id']}/reverse/", {"reason": "再来一次"}).status_code == 409
    listed = api.get("/api/v1/dividends/?standing=reversed").json()["results"]
    assert [row["id"] for row in listed] == [made["id"]]


def test_the_page_previews_and_then_does_what_was_previewed(world, project):
    client, address = world.client("zhenjie"), f"/projects/{project.pk}/distribute/"
    assert client.get(address).status_code == 200
    given = {"amount": "60000.01", "on": "2026-11-01", "basis": "shares", "note": "", "after": "0"}
    shown = client.post(address, given)
    assert "24,000.01" in shown.content.decode() and not Dividend.objects.unscoped("test").exists()
    key = shown.context["preview"]["key"]
    # Another amount than the previewed one is previewed again.
    other = client.post(address, given | {"amount": "70000", "confirm": "1", "previewed": key})
    assert "28,000.00" in other.content.decode() and not Dividend.objects.unscoped("test").exists()
    assert client.post(address, given | {"confirm": "1", "previewed": key}).status_code == 302
    twice = client.post(address, given | {"confirm": "1", "previewed": key})
    assert twice.status_code == 400 and "刚刚已有一次分红" in twice.content.decode()
    assert Dividend.objects.unscoped("test").count() == 1
    page = client.get(f"/projects/{project.pk}/").content.decode()
    assert "60,000.01" in page and "59,999.99" in page and "24,000.01" in page


def test_another_town_sees_its_own_villages_part_only(world, project):
    ProjectContribution.objects.create(project=project, village_id=XILI, cash=1, shares=10, valid_from=START)
    made = give(world, project, "1000", by="xianji")
    neighbour = add_user("chengqu", "town_clerk", "area", "371083001")
    world.users["chengqu"] = neighbour
    row = world.api("chengqu").get(f"/api/v1/dividends/{made.pk}/").json()
    assert [(line["village_code"], line["amount"]) for line in row["lines"]] == [(XILI, "500.00")]
    page = world.client("chengqu").get(f"/projects/{project.pk}/").content.decode()
    assert "西里" in page and "锅上" not in page
    assert world.client("chengqu").get(f"/projects/{project.pk}/distribute/").status_code == 403
    assert len(world.api("zhenjie").get(f"/api/v1/dividends/{made.pk}/").json()["lines"]) == 5


@pytest.mark.parametrize("year", ["-1", "0", "371083", "1e400", "NaN", "2026.5"])
def test_a_year_that_no_date_lies_in_is_refused_or_finds_nothing(world, project, year):
    give(world, project)
    client = world.client("zhenshen")
    client.raise_request_exception = False
    for address in ("/api/v1/dividends/", "/api/v1/dividends/export.xlsx"):
        assert client.get(f"{address}?year={year}").status_code in (200, 400), address
    assert client.get(f"/dividends/?year={year}").status_code == 200
    assert client.get("/api/v1/dividends/?year=2026").json()["results"]
