"""Hand-worked examples of the slow reference: each rule 1–9 of the design, with the sums in comments.

Points are integers of 0.1 point throughout: 1000 is 100.0 points.
"""

import hashlib
from dataclasses import replace
from datetime import date

import pytest

from tests.members.reference import (
    Category,
    Entry,
    FederationMembership,
    Grade,
    Item,
    Placement,
    Refused,
    Scheme,
    Subject,
    World,
    canonical_line,
    canonical_lines,
    close_quarter,
    digest,
    known_at_approval,
    last_day,
    may_reverse,
    next_quarter,
    points_of,
    quarter_of,
    scheme_in_force,
    settle_quarter,
    year_result,
)
from tests.members.reference.strategies import (
    QUARTER,
    TOWNS,
    VILLAGES,
)

V1, V2, V3, W1, W2, W3 = VILLAGES  # three villages of the first town, three of the second
LONG_AGO = date(2025, 10, 1)
IN_QUARTER = date(2026, 8, 15)
LAST_DAY = date(2026, 9, 30)
AFTER = date(2026, 10, 1)

SCHEME = Scheme(
    version=1,
    from_quarter="2025Q4",
    subject_kind="member",
    base=1000,
    categories=(Category("C1"),),
    items=(Item("A1", "C1", 10),),
)


def subjects(*numbers, **facts):
    return tuple(Subject(number, "member", "普通", **facts) for number in numbers)


def placed(**village_by_number):
    return tuple(Placement(number, village, LONG_AGO) for number, village in village_by_number.items())


def federation(*villages, key="F1", name="湛江路新村", **facts):
    return tuple(FederationMembership(key, name, village, LONG_AGO, **facts) for village in villages)


def entry(number, item_code, points, *, subject="M1", on=IN_QUARTER, quarter=QUARTER, reverses=None):
    return Entry(number, subject, item_code, 1, points, on, quarter, reverses)


def one_score(*entries, scheme=SCHEME, village=V1):
    """The score of the single subject M1."""
    world = World(QUARTER, (scheme,), subjects("M1"), placed(M1=village), (), entries)
    (score,) = close_quarter(world)
    return score


def scores_of_totals(totals, *, scheme=SCHEME, village=V1, memberships=(), classes=None):
    """Scores by number of subjects whose totals are given: 1000 + one entry of item A1 each."""
    people = [
        replace(subject, subject_class=(classes or {}).get(subject.number, "普通")) for subject in subjects(*totals)
    ]
    homes = placed(**(dict.fromkeys(totals, village) if isinstance(village, str) else village))
    entries = tuple(
        entry(place, "A1", wanted - 1000, subject=number) for place, (number, wanted) in enumerate(totals.items(), 1)
    )
    world = World(QUARTER, (scheme,), tuple(people), homes, memberships, entries)
    return {score.number: score for score in close_quarter(world)}


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


# --- rule 4: highest only -------------------------------------------------------------------------

GROUPED = replace(
    SCHEME,
    categories=(Category("C1"), Category("C2")),
    items=(
        Item("A1", "C1", 10, group="G1"),
        Item("A10", "C2", 10, group="G1"),
        Item("A2", "C1", 30, group="G1"),
        Item("B1", "C1", 7),
        Item("B2", "C1", 40, group="G2"),
        Item("D1", "C1", -5, group="G1"),
    ),
)


def test_rule_4_only_the_highest_of_a_group_on_a_date_counts():
    # G1: of 10, 30 only 30; G2 apart: 40; outside groups: 7 + 7.
    score = one_score(
        entry(1, "A1", 10),
        entry(2, "A2", 30),
        entry(3, "B2", 40),
        entry(4, "B1", 7),
        entry(5, "B1", 7),
        scheme=GROUPED,
    )
    assert score.awards == {"C1": 84, "C2": 0}


def test_rule_4_other_dates_are_other_contests():
    score = one_score(entry(1, "A1", 10), entry(2, "A2", 30, on=LAST_DAY), scheme=GROUPED)
    assert score.awards == {"C1": 40, "C2": 0}


def test_rule_4_two_entries_of_one_item_on_a_date_are_in_the_same_group():
    assert one_score(entry(1, "A1", 10), entry(2, "A1", 10), scheme=GROUPED).total == 1010


def test_rule_4_an_entry_that_settles_elsewhere_does_not_compete():
    score = one_score(entry(1, "A1", 10), entry(2, "A2", 30, quarter="2026Q4"), scheme=GROUPED)
    assert score.total == 1010


def test_rule_4_subjects_do_not_compete_with_each_other():
    world = World(
        QUARTER,
        (GROUPED,),
        subjects("M1", "M2"),
        placed(M1=V1, M2=V1),
        (),
        (entry(1, "A1", 10), entry(2, "A2", 30, subject="M2")),
    )
    assert [score.total for score in close_quarter(world)] == [1010, 1030]


def test_rule_4_ties_go_to_the_lower_item_code_in_byte_order():
    # A2 ×1 of 30 is not there; A1 and A10 tie at 10, "A1" < "A10": the award is in A1's category.
    assert one_score(entry(1, "A10", 10), entry(2, "A1", 10), scheme=GROUPED).awards == {"C1": 10, "C2": 0}
    # "A10" < "A2" though 10 > 2; and a capital stands before a small letter.
    tied = replace(GROUPED, items=(Item("A2", "C1", 10, group="G"), Item("A10", "C2", 10, group="G")))
    assert one_score(entry(1, "A2", 10), entry(2, "A10", 10), scheme=tied).awards == {"C1": 0, "C2": 10}
    tied = replace(GROUPED, items=(Item("a1", "C1", 10, group="G"), Item("B1", "C2", 10, group="G")))
    assert one_score(entry(1, "a1", 10), entry(2, "B1", 10), scheme=tied).awards == {"C1": 0, "C2": 10}


def test_rule_4_highest_is_taken_before_caps():
    # A1 has 30 on the day and wins over A2's 20, though its cap then leaves only 5 of it.
    scheme = replace(SCHEME, items=(Item("A1", "C1", 10, quarter_cap=5, group="G"), Item("A2", "C1", 20, group="G")))
    assert one_score(entry(1, "A1", 30), entry(2, "A2", 20), scheme=scheme).total == 1005


def test_rule_4_negative_entries_stay():
    score = one_score(entry(1, "D1", -5), entry(2, "D1", -5), entry(3, "A1", 10), scheme=GROUPED)
    assert (score.awards["C1"], score.deduct, score.total) == (10, 10, 1000)  # 1000 + 10 − 10


def test_rule_4_the_group_is_that_of_the_settle_quarters_version():
    # A1 and A2 were in no group when the facts happened (version 1); version 2 groups them.
    before = replace(SCHEME, items=(Item("A1", "C1", 10), Item("A2", "C1", 20)))
    after = replace(
        before,
        version=2,
        from_quarter="2026Q3",
        items=(Item("A1", "C1", 10, group="G"), Item("A2", "C1", 20, group="G")),
    )
    late = [entry(number, code, 10 * number, on=date(2026, 6, 30)) for number, code in ((1, "A1"), (2, "A2"))]
    world = World(QUARTER, (before, after), subjects("M1"), placed(M1=V1), (), tuple(late))
    assert close_quarter(world)[0].total == 1020
    settled_then = [replace(row, settle_quarter="2026Q2") for row in late]
    world = replace(world, quarter="2026Q2", entries=tuple(settled_then))
    assert close_quarter(world)[0].total == 1030


# --- rule 5: sums ---------------------------------------------------------------------------------

CAPPED = replace(
    SCHEME,
    categories=(Category("C1", 50), Category("C2"), Category("C3", 0)),
    items=(
        Item("A1", "C1", 10, 30),
        Item("A2", "C1", 15),
        Item("B1", "C2", 100, 150),
        Item("C1", "C3", 10),
        Item("D1", "C1", -20, 30),
        Item("D2", "C2", -5),
    ),
)


def test_rule_5_worked_example():
    # A1: 20 + 20 = 40, item cap 30 → 30; A2: 15 + 15 = 30, no cap; C1: 30 + 30 = 60, cap 50 → 50.
    # B1: 200, item cap 150 → 150; C2 has no cap: 150. C1 (item): 10; C3's cap is 0 → 0.
    # D1: 20 + 20 = 40, item cap 30 → 30; D2: 5 + 5 = 10 → deduct 40.
    # total = 1000 + 50 + 150 + 0 − 40 = 1160.
    score = one_score(
        entry(1, "A1", 20),
        entry(2, "A1", 20),
        entry(3, "A2", 15),
        entry(4, "A2", 15),
        entry(5, "B1", 200),
        entry(6, "C1", 10),
        entry(7, "D1", -20),
        entry(8, "D1", -20),
        entry(9, "D2", -5),
        entry(10, "D2", -5),
        scheme=CAPPED,
    )
    assert score.awards == {"C1": 50, "C2": 150, "C3": 0}
    assert (score.base, score.deduct, score.total) == (1000, 40, 1160)


def test_rule_5_deductions_are_not_netted_inside_a_category():
    # C1: 30 + 30 = 60, cap 50 → 50, and only then the deduction of 20: 1030 (netting first would give 1040).
    score = one_score(entry(1, "A1", 30), entry(2, "A2", 30), entry(3, "D1", -20), scheme=CAPPED)
    assert score.total == 1030


@pytest.mark.parametrize(
    ("floor", "total"),
    [
        (None, -5),  # no floor: 0 − 5
        (-100, -5),
        (-5, -5),
        (0, 0),
        (30, 30),
    ],
)
def test_rule_5_floor(floor, total):
    scheme = replace(CAPPED, base=0, floor=floor)
    assert one_score(entry(1, "D2", -5), scheme=scheme).total == total


def test_rule_5_base_by_class():
    scheme = replace(SCHEME, base_by_class={"年老体弱": 1050, "流动": 0})
    classes = {"M1": "年老体弱", "M2": "流动", "M3": "普通"}
    people = tuple(Subject(number, "member", subject_class) for number, subject_class in classes.items())
    world = World(QUARTER, (scheme,), people, placed(M1=V1, M2=V1, M3=V1))
    assert [score.base for score in close_quarter(world)] == [1050, 0, 1000]  # 0 is a base, not "none"


def test_rule_5_caps_and_categories_are_those_of_the_settle_quarters_version():
    # The late fact was worth 40 (version 1) and stays so; version 2 moved A1 to C2 and caps it at 25.
    before = replace(SCHEME, items=(Item("A1", "C1", 40),))
    after = replace(
        SCHEME,
        version=2,
        from_quarter="2026Q3",
        base=900,
        categories=(Category("C1"), Category("C2", 30)),
        items=(Item("A1", "C2", 5, 25),),
    )
    late = entry(1, "A1", 40, on=date(2026, 6, 30))
    world = World(QUARTER, (before, after), subjects("M1"), placed(M1=V1), (), (late,))
    (score,) = close_quarter(world)
    assert (score.scheme_version, score.awards, score.total) == (2, {"C1": 0, "C2": 25}, 925)


def test_rule_5_an_item_that_changed_its_sign_counts_by_the_sign_of_each_entry():
    # Version 1 gave 10, version 2 takes 10: the late entry awards 10, the new one deducts 10.
    before = replace(SCHEME, items=(Item("A1", "C1", 10),))
    after = replace(SCHEME, version=2, from_quarter="2026Q3", items=(Item("A1", "C1", -10, 8),))
    entries = (entry(1, "A1", 10, on=date(2026, 6, 30)), entry(2, "A1", -10))
    world = World(QUARTER, (before, after), subjects("M1"), placed(M1=V1), (), entries)
    (score,) = close_quarter(world)
    assert (score.awards, score.deduct, score.total) == ({"C1": 8}, 8, 1000)


def test_rule_5_an_item_the_version_does_not_know_counts_for_nothing():
    score = one_score(entry(1, "A1", 10), entry(2, "gone", 500), entry(3, "gone too", -500))
    assert (score.awards, score.deduct, score.total) == ({"C1": 10}, 0, 1010)


def test_town_additions_count_for_the_town_of_the_last_day_only():
    scheme = replace(
        SCHEME,
        categories=(Category("C1", 25),),
        items=(
            Item("A1", "C1", 10),
            Item("T1", "C1", 20, town=TOWNS[0]),
            Item("T2", "C1", 20, town=TOWNS[1]),
        ),
    )
    entries = (entry(1, "A1", 10), entry(2, "T1", 20))
    assert one_score(*entries, scheme=scheme, village=V1).total == 1025  # 10 + 20, in the county's cap of 25
    assert one_score(*entries, scheme=scheme, village=W1).total == 1010  # the first town's item is not hers

    moved = (Placement("M1", V1, LONG_AGO, LAST_DAY), Placement("M1", W1, LAST_DAY))
    world = World(QUARTER, (scheme,), subjects("M1"), moved, (), entries)
    assert close_quarter(world)[0].total == 1010


# --- rule 6: who is scored ------------------------------------------------------------------------


def test_rule_6_without_entries_too():
    score = one_score()
    assert (score.awards, score.deduct, score.total, score.rank_village) == ({"C1": 0}, 0, 1000, 1)


def test_rule_6_active_and_placed_on_the_last_day():
    people = (*subjects("in", "left-on-last-day", "left-after", "came-on-last-day", "came-after", "nowhere"),)
    people += subjects("inactive", active=False)
    placements = (
        Placement("in", V1, LONG_AGO),
        Placement("left-on-last-day", V1, LONG_AGO, LAST_DAY),  # half-open: 09-30 is the first day out
        Placement("left-after", V1, LONG_AGO, AFTER),
        Placement("came-on-last-day", V1, LAST_DAY),
        Placement("came-after", V1, AFTER),
        Placement("inactive", V1, LONG_AGO),
    )
    scores = close_quarter(World(QUARTER, (SCHEME,), people, placements))
    assert [score.number for score in scores] == ["came-on-last-day", "in", "left-after"]


@pytest.mark.parametrize(
    ("transfer", "village", "town", "key"),
    [
        (date(2026, 9, 29), W1, TOWNS[1], "F2"),
        (LAST_DAY, W1, TOWNS[1], "F2"),
        (AFTER, V1, TOWNS[0], "F1"),
    ],
)
def test_rule_6_all_entries_follow_the_placement_of_the_last_day(transfer, village, town, key):
    placements = (Placement("M1", V1, LONG_AGO, transfer), Placement("M1", W1, transfer))
    memberships = federation(V1, key="F1") + federation(W1, key="F2", name="西里新村")
    entries = (entry(1, "A1", 10, on=date(2026, 7, 1)), entry(2, "A1", 10, on=LAST_DAY))
    world = World(QUARTER, (SCHEME,), subjects("M1"), placements, memberships, entries)
    (score,) = close_quarter(world)
    assert (score.village_code, score.town_code, score.federation_key) == (village, town, key)
    assert score.total == 1020


def test_rule_6_exempt_ones_are_listed_without_total():
    scheme = replace(
        SCHEME,
        exempt_classes=frozenset({"流动"}),
        floor=500,
        grades=(Grade("合格", 0),),
    )
    people = (
        Subject("by-class", "member", "流动"),
        Subject("by-name", "member", "普通", exempt=True),
        Subject("scored", "member", "普通"),
    )
    homes = tuple(Placement(subject.number, V1, LONG_AGO) for subject in people)
    rows = (entry(1, "A1", 10, subject="by-class"), entry(2, "A1", 10, subject="by-name"))
    scores = close_quarter(World(QUARTER, (scheme,), people, homes, federation(V1), rows))
    for score in scores[:2]:
        assert (score.total, score.grade) == (None, None)
        assert (score.rank_village, score.rank_federation, score.rank_town) == (None, None, None)
        assert (score.base, score.awards, score.deduct) == (1000, {"C1": 10}, 0)  # what was done is listed
    assert (scores[2].total, scores[2].grade, scores[2].rank_village) == (1000, "合格", 1)


def test_rule_6_a_book_without_a_version_in_force_is_not_scored():
    later = replace(SCHEME, from_quarter="2026Q4")
    assert close_quarter(World(QUARTER, (later,), subjects("M1"), placed(M1=V1))) == []


# --- rule 7: ranks --------------------------------------------------------------------------------


def test_rule_7_one_two_two_four():
    totals = {"M1": 1040, "M2": 1020, "M3": 1020, "M4": 1010}
    scores = scores_of_totals(totals, memberships=federation(V1))
    for place in ("rank_village", "rank_federation", "rank_town"):
        assert [getattr(scores[number], place) for number in totals] == [1, 2, 2, 4]


def test_rule_7_village_town_and_a_federation_across_two_towns():
    #      village  town  federation F1 = V1 + W1   total
    # M1   V1       101   F1                        1010
    # M2   V1       101   F1                        1030
    # M3   V2       101   none                      1020
    # M4   W1       102   F1                        1040
    # federation: M4 1, M2 2, M1 3; town 101: M2 1, M3 2, M1 3; town 102: M4 1.
    scores = scores_of_totals(
        {"M1": 1010, "M2": 1030, "M3": 1020, "M4": 1040},
        village={"M1": V1, "M2": V1, "M3": V2, "M4": W1},
        memberships=federation(V1, W1),
    )
    ranks = {number: (score.rank_village, score.rank_federation, score.rank_town) for number, score in scores.items()}
    assert ranks == {"M1": (2, 3, 3), "M2": (1, 2, 1), "M3": (1, None, 2), "M4": (1, 1, 1)}


def test_rule_7_no_rank_without_a_running_primary_federation():
    totals = {"M1": 1010, "M2": 1020}
    for memberships in (
        (),
        federation(V1, primary=False),  # overlay
        federation(V1, running=False),  # approved, not yet running
        (FederationMembership("F1", "湛江路新村", V1, LONG_AGO, LAST_DAY),),  # left on the last day
        (FederationMembership("F1", "湛江路新村", V1, AFTER),),  # joins the day after
    ):
        scores = scores_of_totals(totals, memberships=memberships)
        assert [scores[number].federation_key for number in totals] == [None, None]
        assert [scores[number].rank_federation for number in totals] == [None, None]
        assert [scores[number].rank_village for number in totals] == [2, 1]


def test_rule_7_an_overlay_federation_does_not_hide_the_primary_one():
    memberships = federation(V1, key="O1", name="产业链", primary=False) + federation(V1)
    assert scores_of_totals({"M1": 1010}, memberships=memberships)["M1"].federation_key == "F1"


def test_rule_7_by_class_where_the_scheme_says_so():
    totals = {"M1": 1040, "M2": 1030, "M3": 1020, "M4": 1010}
    classes = {"M1": "普通", "M2": "流动", "M3": "普通", "M4": "流动"}
    for by_class, expected in ((False, [1, 2, 3, 4]), (True, [1, 1, 2, 2])):
        scores = scores_of_totals(
            totals,
            scheme=replace(SCHEME, rank_by_class=by_class),
            memberships=federation(V1),
            classes=classes,
        )
        for place in ("rank_village", "rank_federation", "rank_town"):
            assert [getattr(scores[number], place) for number in totals] == expected


def test_rule_7_books_are_never_ranked_together():
    household = replace(SCHEME, subject_kind="household", base=2000)
    people = (*subjects("M1"), Subject("H1", "household", "普通"))
    scores = close_quarter(World(QUARTER, (SCHEME, household), people, placed(M1=V1, H1=V1), federation(V1)))
    assert [(score.number, score.total, score.rank_federation) for score in scores] == [
        ("H1", 2000, 1),
        ("M1", 1000, 1),
    ]


# --- rule 8: grades -------------------------------------------------------------------------------

GRADED = replace(
    SCHEME,
    grades=(Grade("合格", 1000), Grade("优秀", 1030), Grade("良好", 1015)),
    top_quota_percent=None,
)


def grades_of(totals, scheme, **facts):
    scores = scores_of_totals(totals, scheme=scheme, **facts)
    return [scores[number].grade for number in totals]


def test_rule_8_limits_without_quota():
    totals = {"M1": 1030, "M2": 1029, "M3": 1015, "M4": 1014, "M5": 1000, "M6": 999}
    assert grades_of(totals, GRADED, memberships=federation(V1)) == [
        "优秀",  # limits are reached, not passed
        "良好",
        "良好",
        "合格",
        "合格",
        None,  # below the lowest
    ]


@pytest.mark.parametrize(
    ("quota", "tops"),
    [
        (100, 4),  # ⌊5·100/100⌋ = 5: all four that reach the limit
        (80, 4),  # 4
        (79, 3),  # ⌊3.95⌋ = 3
        (60, 3),
        (59, 1),  # ⌊2.95⌋ = 2, but two are equal in the second place: each has 3 with total ≥ its own
        (40, 1),
        (20, 1),
        (19, 0),  # ⌊0.95⌋ = 0
        (0, 0),
    ],
)
def test_rule_8_quota(quota, tops):
    # n = 5; with total ≥ its own: M1 1, M2 and M3 3, M4 4; M5 does not reach the limit.
    totals = {"M1": 1060, "M2": 1050, "M3": 1050, "M4": 1030, "M5": 1016}
    scheme = replace(GRADED, top_quota_percent=quota)
    expected = ["优秀"] * tops + ["良好"] * (5 - tops)
    assert grades_of(totals, scheme, memberships=federation(V1)) == expected


def test_rule_8_no_quota_outside_federations():
    scheme = replace(GRADED, top_quota_percent=0)
    totals = {"M1": 1040, "M2": 1030}
    assert grades_of(totals, scheme) == ["优秀", "优秀"]
    assert grades_of(totals, scheme, memberships=federation(V1, running=False)) == ["优秀", "优秀"]


def test_rule_8_n_is_of_the_federation_and_leaves_out_the_exempt():
    # V1 and W1 are one federation, V2 is outside. Four there, one of them exempt: n = 3, ⌊3·50/100⌋ = 1.
    # Counting the exempt one n would be 4 and the quota 2.
    scheme = replace(GRADED, top_quota_percent=50, exempt_classes=frozenset({"流动"}))
    grades = grades_of(
        {"M1": 1040, "M2": 1035, "M3": 1000, "M4": 1090, "M5": 1080},
        scheme,
        village={"M1": V1, "M2": W1, "M3": V1, "M4": W1, "M5": V2},
        memberships=federation(V1, W1),
        classes={"M4": "流动"},
    )
    assert grades == ["优秀", "良好", "合格", None, "优秀"]


def test_rule_8_n_is_not_split_by_class():
    # By class M3 would be the first of one; of all four ⌊4·50/100⌋ = 2, and M3 is the third.
    scheme = replace(GRADED, top_quota_percent=50, rank_by_class=True)
    totals = {"M1": 1060, "M2": 1050, "M3": 1040, "M4": 1000}
    grades = grades_of(totals, scheme, memberships=federation(V1), classes={"M3": "预备"})
    assert grades == ["优秀", "优秀", "良好", "合格"]


def test_rule_8_n_is_of_one_book():
    # Two members and two households in F1: n = 2 in each book, ⌊2·50/100⌋ = 1 of each at the top.
    # Over both books n would be 4 and ⌊4·50/100⌋ = 2, and M1 (1040) third behind H1 and H2.
    members = replace(GRADED, top_quota_percent=50)
    households = replace(members, subject_kind="household", base=1050)
    people = (
        *subjects("M1", "M2"),
        Subject("H1", "household", "普通"),
        Subject("H2", "household", "普通"),
    )
    homes = placed(M1=V1, M2=V1, H1=V1, H2=V1)
    rows = (entry(1, "A1", 40, subject="M1"), entry(2, "A1", 10, subject="H1"))
    scores = close_quarter(World(QUARTER, (members, households), people, homes, federation(V1), rows))
    assert [(score.number, score.total, score.grade) for score in scores] == [
        ("H1", 1060, "优秀"),
        ("H2", 1050, "良好"),
        ("M1", 1040, "优秀"),
        ("M2", 1000, "合格"),
    ]


def test_rule_8_below_a_single_top_grade_there_is_none():
    scheme = replace(SCHEME, grades=(Grade("优秀", 0),), top_quota_percent=50)
    totals = {"M1": 1020, "M2": 1010}
    assert grades_of(totals, scheme, memberships=federation(V1)) == ["优秀", None]
    assert grades_of(totals, SCHEME, memberships=federation(V1)) == [None, None]  # no grades at all


# --- rule 9: the year -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("totals", "result"),
    [
        ([1000, 1010, 1020, 1030], (1015, 4)),
        ([1000, 1001], (1001, 2)),  # 1000.5 → up
        ([1000, 1000, 1001], (1000, 3)),  # 1000.33
        ([1000, 1001, 1001], (1001, 3)),  # 1000.67
        ([1000, 1000, 1000, 1001], (1000, 4)),  # 1000.25
        ([1050], (1050, 1)),  # joined late: the mean of one
        ([1000, None, 1010], (1005, 2)),  # a quarter without total does not count
        ([-2, -3], (-2, 2)),  # −2.5, half up
        ([-2, -3, -3], (-3, 3)),  # −2.67
        ([0, 0], (0, 2)),
        ([None], (None, 0)),
        ([], (None, 0)),
    ],
)
def test_rule_9_mean_of_the_quarters_scored_half_up(totals, result):
    assert year_result(totals) == result


# --- the digest -----------------------------------------------------------------------------------


def test_canonical_lines_and_digest():
    scheme = replace(
        SCHEME,
        categories=(Category("C2"), Category("C10")),
        items=(Item("A1", "C2", 10), Item("D1", "C2", -5)),
        grades=(Grade("优秀", 1000),),
        exempt_classes=frozenset({"流动"}),
    )
    people = (Subject("M2", "member", "普通"), Subject("M10", "member", "流动"))
    rows = (entry(1, "A1", 10, subject="M2"), entry(2, "D1", -5, subject="M2"))
    world = World(QUARTER, (scheme,), people, placed(M2=V1, M10=W1), federation(V1), rows)
    scores = close_quarter(world)
    assert canonical_lines(scores) == (
        '["M10","member","流动","371083102201","","371083102",1000,[["C10",0],["C2",0]],0,null,null,null,null,null]\n'
        '["M2","member","普通","371083101201","F1","371083101",1000,[["C10",0],["C2",10]],5,1005,"优秀",1,1,1]\n'
    )
    assert digest(scores) == hashlib.sha256(canonical_lines(scores).encode("utf-8")).hexdigest()
    assert digest(reversed(scores)) == digest(scores)
    assert digest([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_lines_are_sorted_by_subject_number_in_byte_order():
    numbers = ("户7", "a1", "D2", "D10", "B3")
    homes = tuple(Placement(number, V1, LONG_AGO) for number in numbers)
    scores = close_quarter(World(QUARTER, (SCHEME,), subjects(*numbers), homes))
    assert [score.number for score in scores] == ["B3", "D10", "D2", "a1", "户7"]
    assert [line.split('"')[1] for line in canonical_lines(reversed(scores)).splitlines()] == [
        score.number for score in scores
    ]


def test_a_line_of_a_score_without_federation_names_it_by_an_empty_text():
    assert canonical_line(one_score()).split(",")[4] == '""'
