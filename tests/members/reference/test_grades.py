"""Hand-worked examples of the slow reference: the grades of a quarter and the result of a year (rules 8 and 9).

Points are integers of 0.1 point throughout: 1000 is 100.0 points.
"""

from dataclasses import replace

import pytest

from tests.members.reference import (
    Grade,
    Subject,
    World,
    close_quarter,
    year_result,
)
from tests.members.reference.examples import SCHEME, V1, V2, W1, entry, federation, placed, scores_of_totals, subjects
from tests.members.reference.strategies import (
    QUARTER,
)

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
