"""A state machine of the points book against a small model (model.py): what is declared, moved, reversed, closed,
objected to, credited and redeemed.

The model knows what each entry is worth, which quarter takes it and what everybody has to spend; after every step the
ledger must hold exactly its entries, every closed quarter exactly its totals, every account and good exactly its
numbers, and the database must have refused whatever the model refuses.
"""

import datetime as dt

from django.conf import settings
from django.db import DatabaseError, transaction
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, invariant, multiple, precondition, rule

from members import sockets
from members.actions import claims, closes, entries, objections
from members.actions.transfers import transfer
from members.models import Placement, PointClaim, PointEntry, PointObjection, PointScore, QuarterClose, Subject
from members.points import crediting
from members.points.declaring import Declaration
from members.points.verifying import replay
from registers import jobs
from registers.errors import DomainError, WrongState
from registers.models import Job
from tests.members.points import stage
from tests.members.points.model import (
    CATEGORY,
    CATEGORY_CAPS,
    DAYS,
    FIRST_DAY,
    ITEM_CAPS,
    PEOPLE,
    POINTS,
    QUARTERS,
    Entered,
    Model,
)
from tests.members.points.spending import Spending, binding, run_sql
from tests.world import TOWN, build_world
from villages.actions.merging import MergeRow, merge_villages

VILLAGES = ("371083101206", "371083101207", stage.GUOSHANG, stage.YUANQIAN)


class Book(Spending):
    """One county with three members; every run is taken back."""

    waiting = Bundle("waiting")
    entered = Bundle("entered")

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo._from_testcase = True  # as Django marks a test's own: jobs may tell their progress inside it
        self.undo.__enter__()
        self.provider, sockets._provider = sockets._provider, lambda county, on: []
        self.before, settings.LIANJIAN_TODAY = settings.LIANJIAN_TODAY, FIRST_DAY
        self.world = build_world()
        self.county, self.second = self.world.user("xianji"), stage.second_county_user()
        self.clerk, self.reviewer = self.world.user("zhenjie"), self.world.user("zhenshen")
        stage.put_scheme(
            self.county, top_quota_percent=None, base_by_class={}, categories=(
                stage.CategoryContent("ZZ", "组织生活", CATEGORY_CAPS["ZZ"]), stage.CategoryContent("XF", "先锋作用"),
            ),
            items=tuple(
                stage.ItemContent(code, code, CATEGORY[code], points, quarter_cap=ITEM_CAPS.get(code))
                for code, points in POINTS.items()
            ),
        )  # fmt: skip
        stage.cover_town_step(TOWN)
        self.people = {number: stage.member(number, VILLAGES[2]) for number in PEOPLE}
        self.model, self.sources, self.merged = Model(), 0, False
        self.posted_on: dict[str, dt.date] = {}
        self.open_the_shop()

    def teardown(self) -> None:
        """The closes that bind replay to their digests; then the run is taken back."""
        try:
            for close in binding():
                assert replay(close).holds
        finally:
            self.take_back()

    def take_back(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)
        sockets._provider, settings.LIANJIAN_TODAY = self.provider, self.before

    # -- claims

    @rule(target=waiting, who=st.sampled_from(PEOPLE), item=st.sampled_from(sorted(POINTS)),
          quarter=st.sampled_from(QUARTERS), quantity=st.integers(1, 4))  # fmt: skip
    def declare(self, who, item, quarter, quantity):
        self.sources += 1
        given = {"by": self.clerk, "subject": self.people[who], "item_code": item, "quantity": quantity,
                 "occurred_on": DAYS[quarter], "source_ref": f"会议 {self.sources}"}  # fmt: skip
        claim = claims.declare(**given)
        self.refused(lambda: claims.declare(**given))  # the same source once more
        return claim.pk

    @rule(target=waiting, who=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4),
          quarter=st.sampled_from(QUARTERS), broken=st.booleans())  # fmt: skip
    def import_claims(self, who, quarter, broken):
        self.sources += 1
        facts = [Declaration(number, "B01", 1, DAYS[quarter], "", f"导入 {self.sources}-{place}")
                 for place, number in enumerate(who)]  # fmt: skip
        if broken:
            wrong = [*facts, Declaration("M404", "B01", 1, DAYS[quarter])]
            self.refused(lambda: claims.declare_many(by=self.clerk, declarations=wrong))
            return multiple()
        return multiple(*(claim.pk for claim in claims.declare_many(by=self.clerk, declarations=facts)))

    @rule(target=entered, claim=consumes(waiting), twice=st.booleans())
    def advance(self, claim, twice):
        row = PointClaim.objects.unscoped("test").select_related("subject").get(pk=claim)
        if row.state == PointClaim.State.REJECTED:
            self.refused(lambda: claims.advance(claim=row, by=self.reviewer))
            return multiple()
        claims.advance(claim=row, by=self.reviewer)
        if twice:
            self.refused(lambda: claims.advance(claim=row, by=self.reviewer), WrongState)
        entry = PointEntry.objects.unscoped("test").get(claim=claim)
        fact = f"{row.occurred_on.year}Q{(row.occurred_on.month + 2) // 3}"
        self.model.entries[entry.pk] = Entered(
            row.subject.number, row.item_code, row.quantity * POINTS[row.item_code], self.model.settles(fact)
        )
        return entry.pk

    @rule(claim=waiting)
    def reject(self, claim):
        row = PointClaim.objects.unscoped("test").get(pk=claim)
        if row.state in PointClaim.OPEN_STATES:
            claims.reject(claim=row, by=self.reviewer, reason="重复")

    # -- the ledger

    @rule(entry=entered)
    def reverse(self, entry):
        known = self.model.entries[entry]
        row = PointEntry.objects.unscoped("test").get(pk=entry)
        if known.undone or self.model.states.get(known.quarter, "open") != "open":
            self.refused(lambda: entries.reverse_entry(entry=row, by=self.reviewer, reason="记错"))
            return
        entries.reverse_entry(entry=row, by=self.reviewer, reason="记错")
        self.model.reversals += 1
        known.undone = True

    @rule(entry=entered, sql=st.sampled_from([
        "UPDATE members_pointentry SET points = points + 10 WHERE id = %s",
        "DELETE FROM members_pointentry WHERE id = %s",
    ]))  # fmt: skip
    def tamper(self, entry, sql):
        self.refused(lambda: run_sql(sql, [entry]), DatabaseError)

    @rule(entry=entered)
    def slip_in(self, entry):
        """An entry in raw SQL into a quarter that takes none."""
        known = self.model.entries[entry]
        if self.model.states.get(known.quarter, "open") != "open" and not known.undone:
            row = PointEntry.objects.unscoped("test").get(pk=entry)
            self.refused(lambda: entries.write_reversal(row, by=self.county, reason="绕过"), DatabaseError)

    # -- places

    @rule(who=st.sampled_from(PEOPLE), village=st.sampled_from(VILLAGES), on=st.sampled_from(sorted(DAYS.values())))
    def move(self, who, village, on):
        """Moving somebody changes no total; what may not be is refused in words."""
        subject = Subject.objects.unscoped("test").get(pk=self.people[who].pk)
        try:
            with transaction.atomic():
                transfer(by=self.county, subject=subject, village=self.world.village(village), on=on)
        except DomainError:
            pass
        self.people[who].refresh_from_db()

    @precondition(lambda self: not self.merged)
    @rule()
    def merge(self):
        closed, into = (self.world.village(code) for code in VILLAGES[:2])
        try:
            with transaction.atomic():
                merge_villages(by=self.county, on=dt.date(2026, 11, 1), basis="批复", rows=[MergeRow(closed, into)])
        except DomainError:
            return
        self.merged = True
        for subject in self.people.values():
            subject.refresh_from_db()

    # -- quarters

    @rule(quarter=st.sampled_from(QUARTERS))
    def try_out(self, quarter):
        if self.model.states[quarter] != "open":
            self.refused(lambda: stage.closed(self.county, quarter))
            return
        assert totals(stage.closed(self.county, quarter)) == self.model.totals(quarter)

    @rule(quarter=st.sampled_from(QUARTERS))
    def publish(self, quarter):
        if self.model.states[quarter] != "open":
            return
        closes.publish(close=stage.closed(self.county, quarter), by=self.county)
        self.model.states[quarter], self.posted_on[quarter] = "published", self.model.today
        self.model.posted[quarter] = self.model.totals(quarter)

    @rule(quarter=st.sampled_from(QUARTERS), who=st.sampled_from(PEOPLE), reverses=st.booleans(), upheld=st.booleans())
    def object_to(self, quarter, who, reverses, upheld):
        if self.model.states[quarter] != "published":
            return
        # One a day for each subject, whichever version of the publication it was raised against.
        if PointObjection.objects.unscoped("test").filter(quarter=quarter, subject=self.people[who]).exists():
            return
        row = objections.receive(
            by=self.reviewer, objection=None, quarter=quarter, subject=self.people[who],
            received_on=self.posted_on[quarter], content="请核对",
        )  # fmt: skip
        mine = [pk for pk, one in self.model.entries.items() if (one.who, one.quarter, one.undone) == (who, quarter, 0)]
        chosen = mine[:1] if reverses else []
        facts = [] if reverses else [objections.Missing("B01", 1, DAYS[quarter])]
        upheld = upheld and bool(chosen or facts)
        if not upheld:
            objections.decide(objection=row, by=self.county, outcome="maintained", reply="无误")
            return
        done = objections.decide(
            objection=row, by=self.county, outcome="corrected", reply="查实", reverse=chosen, missing=facts
        )
        assert done.job is not None
        self.refused(
            lambda: closes.confirm(
                close=QuarterClose.objects.unscoped("test").get(quarter=quarter, state="published"), by=self.county
            )
        )
        jobs.run(str(done.job.pk))
        for pk in chosen:
            self.model.entries[pk].undone = True
            self.model.reversals += 1
        for entry in PointEntry.objects.unscoped("test").filter(objection=row, reverses__isnull=True):
            self.model.entries[entry.pk] = Entered(who, "B01", POINTS["B01"], quarter)
        self.model.posted[quarter] = self.model.totals(quarter)

    @rule(target=Spending.credits, quarter=st.sampled_from(QUARTERS), at_once=st.booleans())
    def lock(self, quarter, at_once):
        if self.model.states[quarter] != "published":
            return multiple()
        found = closes.confirm(close=binding().get(quarter=quarter), by=self.county)
        self.model.states[quarter] = "locked"
        job = str(Job.objects.unscoped("test").get(kind=crediting.JOB_KIND, params__close=found.pk).pk)
        if at_once:
            self.deliver((quarter, found.pk, job))
        return quarter, found.pk, job

    @rule(quarter=st.sampled_from(QUARTERS))
    def reopen(self, quarter):
        if self.model.states[quarter] == "open":
            return
        found = binding().get(quarter=quarter)
        self.refused(lambda: closes.reopen(close=found, by=self.county, reason="再看"))
        closes.reopen(close=found, by=self.second, reason="名单有误")
        self.model.states[quarter] = "open"
        del self.model.posted[quarter]

    # -- what must hold after every step

    @invariant()
    def the_ledger_holds_what_was_entered(self):
        rows = PointEntry.objects.unscoped("test").values_list("pk", "points", "settle_quarter", "reverses")
        found = {pk: (points, quarter) for pk, points, quarter, reverses in rows if reverses is None}
        assert found == {pk: (one.points, one.quarter) for pk, one in self.model.entries.items()}
        assert len(rows) - len(found) == self.model.reversals

    @invariant()
    def what_is_posted_stays(self):
        assert {close.quarter: totals(close) for close in binding()} == self.model.posted

    @invariant()
    def everybody_is_in_one_place_a_day(self):
        for day in DAYS.values():
            here = Placement.objects.unscoped("test").filter(subject__number__in=PEOPLE, valid_from__lte=day)
            assert here.exclude(valid_to__lte=day).count() == len(PEOPLE)


def totals(close: QuarterClose) -> dict[str, int]:
    rows = PointScore.objects.unscoped("test").filter(close=close)
    return dict(rows.values_list("close_subject__number", "total"))
