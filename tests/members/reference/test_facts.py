"""Hand-worked examples of the slow reference: quarters, a fact's points, where it settles, its reversal (rules 1–3).

Points are integers of 0.1 point throughout: 1000 is 100.0 points.
"""

from dataclasses import replace
from datetime import date

import pytest

from tests.members.reference import (
    Item,
    Refused,
    known_at_approval,
    last_day,
    may_reverse,
    next_quarter,
    points_of,
    quarter_of,
    scheme_in_force,
    settle_quarter,
)
from tests.members.reference.examples import IN_QUARTER, LAST_DAY, SCHEME, entry, one_score
from tests.members.reference.strategies import (
    QUARTER,
)

# --- quarters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), "2026Q1"),
        (date(2026, 3, 31), "2026Q1"),
        (date(2026, 4, 1), "2026Q2"),
        (date(2026, 9, 30), "2026Q3"),
        (date(2026, 10, 1), "2026Q4"),
        (date(2026, 12, 31), "2026Q4"),
    ],
)
def test_quarter_of(day, quarter):
    assert quarter_of(day) == quarter


def test_quarters_follow_each_other_and_end():
    assert next_quarter("2026Q3") == "2026Q4"
    assert next_quarter("2026Q4") == "2027Q1"
    assert last_day("2026Q1") == date(2026, 3, 31)
    assert last_day("2026Q2") == date(2026, 6, 30)
    assert last_day("2026Q3") == LAST_DAY
    assert last_day("2026Q4") == date(2026, 12, 31)


# --- rule 1: points of a fact ---------------------------------------------------------------------

TWO_VERSIONS = (
    replace(SCHEME, items=(Item("A1", "C1", 10), Item("A2", "C1", -15))),
    replace(SCHEME, version=2, from_quarter="2026Q3", items=(Item("A1", "C1", 25), Item("A3", "C1", 5))),
)


def test_rule_1_quantity_times_the_points_in_force_on_the_facts_date():
    assert points_of(3, "A1", TWO_VERSIONS, date(2026, 6, 30)) == 30  # 3 × 1.0, version 1
    assert points_of(3, "A1", TWO_VERSIONS, date(2026, 7, 1)) == 75  # 3 × 2.5, version 2
    assert points_of(2, "A2", TWO_VERSIONS, date(2026, 6, 30)) == -30  # a deduction: 2 × −1.5
    assert points_of(999, "A1", TWO_VERSIONS, date(2026, 7, 1)) == 24975


@pytest.mark.parametrize("quantity", [0, -1, 1000])
def test_rule_1_quantity_is_1_to_999(quantity):
    with pytest.raises(Refused):
        points_of(quantity, "A1", TWO_VERSIONS, IN_QUARTER)


def test_rule_1_an_item_without_points_on_that_date_is_refused():
    with pytest.raises(Refused):
        points_of(1, "A3", TWO_VERSIONS, date(2026, 6, 30))  # not yet
    with pytest.raises(Refused):
        points_of(1, "A2", TWO_VERSIONS, date(2026, 7, 1))  # no longer
    with pytest.raises(Refused):
        points_of(1, "A1", TWO_VERSIONS, date(2025, 9, 30))  # before the first version


def test_rule_1_an_item_unknown_to_the_settle_quarters_version_is_refused():
    assert known_at_approval("A2", TWO_VERSIONS, "2026Q2")
    assert not known_at_approval("A2", TWO_VERSIONS, "2026Q3")
    assert not known_at_approval("A1", TWO_VERSIONS, "2025Q3")


def test_scheme_in_force():
    one, two = TWO_VERSIONS
    assert scheme_in_force(TWO_VERSIONS, "2025Q3") is None
    assert scheme_in_force(TWO_VERSIONS, "2025Q4") == one
    assert scheme_in_force(TWO_VERSIONS, "2026Q2") == one
    assert scheme_in_force(TWO_VERSIONS, "2026Q3") == two
    assert scheme_in_force(TWO_VERSIONS, "2027Q1") == two
    later = replace(two, version=3)  # effective from the same quarter as version 2
    assert scheme_in_force((later, one, two), "2026Q3") == later


def test_books_are_never_mixed():
    with pytest.raises(ValueError, match="books"):
        scheme_in_force((SCHEME, replace(SCHEME, subject_kind="household")), QUARTER)


# --- rule 2: the settle quarter -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "closed", "settles_in"),
    [
        ("2026Q3", set(), "2026Q3"),
        ("2026Q3", {"2026Q1", "2026Q2"}, "2026Q3"),
        ("2026Q2", {"2026Q1", "2026Q2"}, "2026Q3"),  # late
        ("2026Q1", {"2026Q1", "2026Q3"}, "2026Q2"),  # the earliest open one, here a reopened quarter
        ("2026Q3", {"2026Q3", "2026Q4"}, "2027Q1"),  # over the year's end
    ],
)
def test_rule_2_earliest_quarter_not_closed(fact, closed, settles_in):
    assert settle_quarter(fact, closed) == settles_in


def test_rule_2_only_the_settle_quarter_decides_where_an_entry_counts():
    late = entry(1, "A1", 10, on=date(2026, 6, 30), quarter="2026Q3")
    elsewhere = entry(2, "A1", 20, on=IN_QUARTER, quarter="2026Q4")  # Q3 was closed then, and reopened since
    assert one_score(late, elsewhere).total == 1010  # 1000 + 10


# --- rule 3: reversals ----------------------------------------------------------------------------


def test_rule_3_an_entry_and_its_reversal_are_both_removed():
    score = one_score(entry(1, "A1", 10), entry(2, "A1", 30), entry(3, "A1", -30, reverses=2))
    assert (score.awards, score.deduct, score.total) == ({"C1": 10}, 0, 1010)


def test_rule_3_before_anything_else():
    # The reversed 30 neither uses up the item's cap of 25 nor wins in the group: 20 is the highest left.
    scheme = replace(SCHEME, items=(Item("A1", "C1", 10, 25, "G1"), Item("A2", "C1", 20, None, "G1")))
    score = one_score(entry(1, "A1", 30), entry(2, "A2", 20), entry(3, "A1", -30, reverses=1), scheme=scheme)
    assert score.total == 1020


def test_rule_3_the_reversal_of_a_deduction_is_no_award():
    scheme = replace(SCHEME, items=(Item("D1", "C1", -5),))
    score = one_score(entry(1, "D1", -5), entry(2, "D1", 5, reverses=1), scheme=scheme)
    assert (score.awards, score.deduct, score.total) == ({"C1": 0}, 0, 1000)


def test_rule_3_an_entry_of_a_locked_quarter_is_reversed_only_after_a_reopening():
    row = entry(1, "A1", 10)
    assert may_reverse(row, locked={"2026Q2"})
    assert not may_reverse(row, locked={"2026Q2", "2026Q3"})
    assert not may_reverse(entry(2, "A1", -10, reverses=1), locked=set())
