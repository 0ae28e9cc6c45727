"""Several people at the same moment, each on his own connection."""

import threading
import time

import pytest
from django.db import transaction

from members.actions import claims, closes, entries
from members.models import PointClaimStep, PointEntry, QuarterClose
from members.points import closing
from registers import jobs
from registers.errors import DomainError, WrongState
from tests.members.points import stage
from tests.threads import at_once
from tests.world import COUNTY, TOWN, build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county(transactional_db):
    world = build_world()
    stage.put_scheme(world.user("xianji"))
    stage.cover_town_step(TOWN)
    world.zhang = stage.member("M1", name="张三")
    return world


def test_eight_approvals_of_one_claim_make_one_entry(county):
    claim = stage.declared(county.user("zhenjie"), county.zhang)
    reviewer = county.user("zhenshen")
    outcomes = at_once(8, lambda _: claims.advance(claim=claim, by=reviewer))
    refused = [outcome for outcome in outcomes if isinstance(outcome, WrongState)]
    assert len(refused) == 7
    assert PointEntry.objects.unscoped("test").count() == 1
    assert PointClaimStep.objects.filter(claim=claim, to_state="approved").count() == 1


def test_overlapping_bulk_steps_neither_deadlock_nor_double(county):
    clerk, reviewer = county.user("zhenjie"), county.user("zhenshen")
    ids = [stage.declared(clerk, county.zhang).pk for _ in range(30)]
    shares = [ids[:20], ids[10:][::-1], ids[::-1], ids[5:25]]
    outcomes = at_once(4, lambda n: claims.advance_many(ids=shares[n], by=reviewer))
    assert sum(advanced for advanced, _ in outcomes) == 30
    assert PointEntry.objects.unscoped("test").count() == 30


def test_eight_declarations_of_one_fact_make_one_claim(county):
    clerk = county.user("zhenjie")
    outcomes = at_once(8, lambda _: stage.declared(clerk, county.zhang, source_ref="会议-1"))
    errors = [outcome for outcome in outcomes if isinstance(outcome, DomainError)]
    assert len(errors) == 7 and all("申报过" in error.message for error in errors)


def test_eight_reversals_of_one_entry_make_one(county):
    entry = stage.approved(county, county.zhang)
    reviewer = county.user("zhenshen")
    outcomes = at_once(8, lambda _: entries.reverse_entry(entry=entry, by=reviewer, reason="记错"))
    assert sum(isinstance(outcome, WrongState) for outcome in outcomes) == 7


def test_an_approval_that_meets_a_publication_settles_in_the_next_quarter(county):
    """The approval waits at the gate until the publication commits, and then goes on to the next quarter."""
    xianji, reviewer = county.user("xianji"), county.user("zhenshen")
    close = stage.closed(xianji)
    claim = stage.declared(county.user("zhenjie"), county.zhang)
    published = threading.Event()

    def publish():
        with transaction.atomic():
            closes.publish(close=close, by=xianji)
            published.set()
            time.sleep(0.5)

    def approve():
        published.wait(10)
        return claims.advance(claim=claim, by=reviewer)

    _, moved = at_once(2, lambda n: (publish, approve)[n]())
    assert moved.settle_quarter == "2026Q4"


def test_a_publication_that_meets_an_approval_is_refused(county):
    """The publication waits until the entry is committed, and then finds its trial out of date."""
    xianji, reviewer = county.user("xianji"), county.user("zhenshen")
    close = stage.closed(xianji)
    claim = stage.declared(county.user("zhenjie"), county.zhang)
    approved = threading.Event()

    def approve():
        with transaction.atomic():
            moved = claims.advance(claim=claim, by=reviewer)
            approved.set()
            time.sleep(0.5)
        return moved

    def publish():
        approved.wait(10)
        return closes.publish(close=close, by=xianji)

    moved, refused = at_once(2, lambda n: (approve, publish)[n]())
    assert moved.settle_quarter == "2026Q3"
    assert isinstance(refused, WrongState) and "又有变化" in refused.message


def test_an_entry_in_raw_sql_waits_for_the_publication_and_is_refused(county):
    entry = stage.approved(county, county.zhang)
    xianji = county.user("xianji")
    close = stage.closed(xianji)
    published = threading.Event()

    def publish():
        with transaction.atomic():
            closes.publish(close=close, by=xianji)
            published.set()
            time.sleep(0.5)

    def enter():
        published.wait(10)
        entry.pk, entry.reverses, entry.claim, entry.points = None, entry.pk, None, -entry.points
        try:
            entry.save(force_insert=True)
        except Exception as error:
            return error.__cause__.pgcode

    assert at_once(2, lambda n: (publish, enter)[n]())[1] == "LJ010"


def test_eight_trials_at_once_have_numbers_of_their_own(county):
    xianji = county.user("xianji")
    at_once(4, lambda _: closes.start_close(by=xianji, county=COUNTY, quarter="2026Q3"))
    assert list(QuarterClose.objects.unscoped("test").values_list("number", flat=True)) == [1]


def test_two_connections_compute_what_one_does(county, monkeypatch):
    for number, village in enumerate((stage.GUOSHANG, stage.XILI, stage.BAISHATAN)):
        stage.member(f"N{number}", village)
    stage.approved(county, county.zhang)
    xianji = county.user("xianji")
    one = stage.closed(xianji)
    stage.second_county_user()
    closes.publish(close=one, by=xianji)
    monkeypatch.setattr(closing, "WORTH_A_SECOND_CONNECTION", 0)
    threads = set()
    compute_chunk = closing.compute_chunk

    def seen(run, pk, rules):
        threads.add(threading.current_thread().name)
        compute_chunk(run, pk, rules)

    monkeypatch.setattr(closing, "compute_chunk", seen)
    _, trial, job = closes.reopen(close=one, by=stage.second_county_user(), reason="核对")
    jobs.run(str(job.pk))
    trial.refresh_from_db()
    assert trial.digest == one.digest and len(threads) == 2
