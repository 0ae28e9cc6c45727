"""Hand-worked examples of the slow reference: what of the entries counts, and their sum (rules 4 and 5).

Points are integers of 0.1 point throughout: 1000 is 100.0 points.
"""

from dataclasses import replace
from datetime import date

import pytest

from tests.members.reference import (
    Category,
    Item,
    Placement,
    Subject,
    World,
    close_quarter,
)
from tests.members.reference.examples import LAST_DAY, LONG_AGO, SCHEME, V1, W1, entry, one_score, placed, subjects
from tests.members.reference.strategies import (
    QUARTER,
    TOWNS,
)

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
