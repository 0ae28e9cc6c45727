"""What if: a version run on closed quarters gives what the slow reference gives with it, and leaves no trace."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from django.db import InternalError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2 import sql

from members.actions import closes, schemes
from members.actions.what_if import start_what_if
from members.models import PointScheme, QuarterClose
from members.points import close_sql, what_if
from members.points.content import content_of
from registers import jobs
from registers.errors import Invalid, NotAllowed
from tests.members.points.stage import (
    BAISHATAN,
    GUOSHANG,
    YUANQIAN,
    approved,
    closed,
    cover_town_step,
    federate,
    member,
    put_scheme,
    second_county_user,
)
from tests.members.points.worlds import CLASSES, KINDS, _write_scheme, federations_of, make_places, write_world
from tests.members.reference import close_quarter, scheme_in_force
from tests.members.reference.strategies import COUNTY, QUARTER, _scheme, worlds
from tests.world import TOWN


class _Undo(Exception):
    """Ends an example and rolls its world back."""


@pytest.fixture
def county(world):
    make_places()
    return world


@st.composite
def _tried(draw):
    """A world and another scheme for one of its books."""
    world = draw(worlds(kinds=KINDS, classes=CLASSES))
    kind = draw(st.sampled_from(sorted({scheme.subject_kind for scheme in world.schemes} or {"member"})))
    return world, replace(draw(_scheme(kind, CLASSES)), version=99, from_quarter=QUARTER)


def imagined(world, draft):
    """The world as it would be with the draft: in force, and each fact worth what the draft says of its item."""
    kinds = {subject.number: subject.kind for subject in world.subjects}
    worth = {item.code: item.points for item in draft.items}
    entries = tuple(
        replace(entry, points=entry.quantity * worth[entry.item_code])
        for entry in world.entries
        if kinds[entry.subject] == draft.subject_kind and entry.item_code in worth
    )
    return replace(world, schemes=(draft,), entries=entries)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(drawn=_tried())
def test_a_version_tried_equals_the_reference_with_it(county, drawn):
    world, draft = drawn
    then = {score.number: score for score in close_quarter(world) if score.kind == draft.subject_kind}
    now = {score.number: score for score in close_quarter(imagined(world, draft))}
    try:
        with transaction.atomic(), federations_of(world):
            write_world(world, county.user("xianji"))
            if (
                scheme_in_force([one for one in world.schemes if one.subject_kind == draft.subject_kind], QUARTER)
                is None
            ):
                raise _Undo
            _, job = closes.start_close(by=county.user("xianji"), county=COUNTY, quarter=QUARTER)
            jobs.run(str(job.pk))
            close = QuarterClose.objects.unscoped("test").get(whole_at__isnull=False)
            version = _write_scheme(replace(draft, from_quarter="2030Q1"))
            trial, rule = what_if.begin(version, close)
            got = {}
            for towns in close.chunks.values_list("towns", flat=True):
                what_if.add_chunk(trial, close, rule, towns)
                got |= _scores(close, rule, towns)
            assert set(got) == set(then) == set(now)
            for number, score in now.items():
                assert got[number] == (
                    score.base, score.deduct, score.total, score.grade or "", score.rank_village,
                    score.rank_federation, score.rank_town,
                )  # fmt: skip
            _compare_figures(trial, then, now)
            raise _Undo
    except _Undo:
        pass


def _scores(close, rule, towns) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(close_sql.scores(rule, towns).as_string(cursor.connection), what_if._asked(close, rule))
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        numbers = dict(close.subjects.unscoped("test").values_list("pk", "number"))
    told = ("base", "deduct", "total", "grade", "rank_village", "rank_federation", "rank_town")
    return {numbers[row["close_subject_id"]]: tuple(row[name] for name in told) for row in rows}


def _compare_figures(trial, then, now) -> None:
    """The sums, counted again one by one."""
    both = [number for number in then if then[number].total is not None and now[number].total is not None]
    figures = trial.figures()
    assert figures["scored"] == len(both)
    assert figures["raised"] == sum(now[each].total > then[each].total for each in both)
    assert figures["lowered"] == sum(now[each].total < then[each].total for each in both)
    assert figures["sum_now"] == sum(now[each].total for each in both)
    assert figures["exempt_changed"] == sum((then[each].total is None) != (now[each].total is None) for each in then)

    def main(score):
        return score.rank_federation if score.federation_key else score.rank_village

    assert figures["ranks_moved"] == sum(main(then[each]) != main(now[each]) for each in both)

    def level(score, names):
        return names.index(score.grade) if score.grade else len(names)

    ups = sum(level(now[each], trial.grades_now) < level(then[each], trial.grades_then) for each in both)
    assert figures["grade_up"] == ups
    pairs = Counter(
        (None if then[each].total is None else then[each].grade or "", None if now[each].total is None
         else now[each].grade or "") for each in then
    )  # fmt: skip
    assert {(pair["before"], pair["after"]): pair["people"] for pair in trial.grades} == dict(pairs)
    moved = [each for each in both if main(then[each]) != main(now[each]) or then[each].total != now[each].total]
    assert len(trial.movers) == len(moved)
    steps = [abs(row["rank_then"] - row["rank_now"]) for row in trial.movers]
    assert steps == sorted(steps, reverse=True)
    in_federations = sum(1 for each in both if now[each].federation_key)
    assert sum(row["scored"] for row in trial.federations) == in_federations


# -- the job, its page and what it may not do


@pytest.fixture
def locked(world, monkeypatch):
    """2026Q3 locked with three members of a federation and one without; a draft that prizes the courses."""
    cover_town_step(TOWN)
    federate(monkeypatch, GUOSHANG, YUANQIAN)
    put_scheme(world.user("xianji"))
    world.people = [member(f"371083000000{n}", village, name=name) for n, village, name in (
        (1, GUOSHANG, "王建国"), (2, GUOSHANG, "王秀兰"), (3, YUANQIAN, "李海燕"), (4, BAISHATAN, "孙守业"),
    )]  # fmt: skip
    approved(world, world.people[0], item="B02", quantity=4)
    approved(world, world.people[1], item="A02", on=dt.date(2026, 8, 1))
    approved(world, world.people[2], item="B01", quantity=3)
    close = closed(world.user("xianji"))
    closes.confirm(close=closes.publish(close=close, by=world.user("xianji")), by=world.user("xianji"))
    world.close = close
    start = PointScheme.objects.unscoped("test").get()
    world.draft = schemes.copy_version(scheme=start, by=world.user("xianji"), from_quarter="2027Q1")
    content = content_of(world.draft)
    items = tuple(
        replace(item, points={"A02": 150, "B02": 1}.get(item.code, item.points))
        for item in content.items if item.code != "B01"
    )  # fmt: skip
    schemes.edit_draft(scheme=world.draft, by=world.user("xianji"), content=replace(content, items=items))
    world.draft.refresh_from_db()
    return world


def _digests() -> dict[str, str]:
    """What stands in every table that a close or an approval writes to."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall() if name.startswith("members_") or "dirtyscope" in name]
        assert len(tables) > 20 and "registers_dirtyscope" in tables
        for name in tables:
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} AS t")  # noqa: S608
            found[name] = cursor.fetchone()[0]
    return found


def test_a_trial_tells_who_moves_and_leaves_no_trace(locked):
    before = _digests()
    job = start_what_if(by=locked.user("xianji"), scheme=locked.draft, quarters=["2026Q3"])
    jobs.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == "done", job.message
    assert _digests() == before
    (trial,) = job.result["trials"]
    figures = what_if.Trial(**trial).figures()
    # 110.0 → 100.4, 105.0 → 115.0, 103.0 → 100.0 (志愿服务 is gone); 孙守业 stays at 100.0.
    assert (figures["scored"], figures["raised"], figures["lowered"], figures["ranks_moved"]) == (4, 1, 2, 2)
    assert (trial["unknown"], trial["unknown_entries"]) == ([["B01", 1]], 1)
    village = {row["village_code"]: row for row in trial["villages"]}
    assert (village[GUOSHANG]["sum_then"], village[GUOSHANG]["sum_now"]) == (2150, 2154)
    assert [row["federation_name"] for row in trial["federations"]] == ["新村7"]
    assert [(row["total_then"], row["total_now"], row["rank_then"], row["rank_now"]) for row in trial["movers"]] == [
        (1050, 1150, 2, 1), (1100, 1004, 1, 2), (1030, 1000, 3, 3),
    ]  # fmt: skip


def test_the_database_itself_refuses_a_trial_that_would_write(locked):
    with pytest.raises(InternalError, match="read-only"):
        what_if._read(sql.SQL("UPDATE members_quarterclose SET state = 'trial' RETURNING id"), {})


def test_which_quarters_can_be_tried_and_by_whom(locked):
    county = locked.user("xianji")
    for quarters in ([], ["2026Q2"], ["2026Q3", "2026Q2"]):
        with pytest.raises(Invalid):
            start_what_if(by=county, scheme=locked.draft, quarters=quarters)
    with pytest.raises(NotAllowed):
        start_what_if(by=locked.user("zhenshen"), scheme=locked.draft, quarters=["2026Q3"])
    other = schemes.new_version(
        by=county, area=COUNTY,
        content=replace(content_of(locked.draft), subject_kind="household", code="HH"),
    )  # fmt: skip
    with pytest.raises(Invalid, match="没有审定"):
        start_what_if(by=county, scheme=other, quarters=["2026Q3"])
    # A draft that is written anew meanwhile gives no result at all.
    job = start_what_if(by=county, scheme=locked.draft, quarters=["2026Q3"])
    kept = what_if.add_unknown

    def write_meanwhile(*args):
        content = replace(content_of(locked.draft), base=990)
        schemes.edit_draft(scheme=locked.draft, by=county, content=content)
        kept(*args)

    what_if.add_unknown = write_meanwhile
    try:
        jobs.run(str(job.pk))
    finally:
        what_if.add_unknown = kept
    job.refresh_from_db()
    assert job.state == "failed" and "被改过" in job.message and not job.result


def test_the_pages_of_a_trial(locked, django_assert_max_num_queries):
    client = locked.client("xianji")
    address = reverse("schemes:what-if", args=[locked.draft.pk])
    assert "2026年第三季度" in client.get(address).content.decode()
    assert "请勾选" in client.post(address, {}, follow=True).content.decode()
    answer = client.post(address, {"quarters": ["2026Q3"]})
    job = answer["Location"].rstrip("/").rpartition("/")[2]
    result = reverse("what-if:detail", args=[job])
    assert client.get(result).status_code == 404  # not yet
    jobs.run(job)
    with django_assert_max_num_queries(20):
        page = client.get(result).content.decode()
    assert all(text in page for text in ("王秀兰", "锅上", "新村7", "不写入积分和得分", "志愿服务"))
    assert result in client.get(address).content.decode()
    sheet = client.get(reverse("what-if:export", args=[job]))
    assert sheet.status_code == 200 and b"".join(sheet.streaming_content)[:2] == b"PK"
    assert locked.client("lingdao").get(result).status_code == 403
    locked.users["xianji2"] = second_county_user()
    assert locked.client("xianji2").get(result).status_code == 404  # a colleague's own
    schemes.edit_draft(scheme=locked.draft, by=locked.user("xianji"), content=content_of(locked.draft))
    assert "之后又改过" in client.get(result).content.decode()
    api = locked.api("xianji").post(
        f"/api/v1/point-schemes/{locked.draft.pk}/what-if/", {"quarters": ["2026Q3"]}, format="json"
    )
    assert api.status_code == 202
    jobs.run(str(api.data["job"]))
    told = locked.api("xianji").get(f"/api/v1/jobs/{api.data['job']}/").data
    assert told["state"] == "done" and told["result"]["trials"][0]["quarter"] == "2026Q3"
