"""Hand-worked examples of the slow reference: who is scored, and ranked among whom (rules 6 and 7).

Points are integers of 0.1 point throughout: 1000 is 100.0 points.
"""

from dataclasses import replace
from datetime import date

import pytest

from tests.members.reference import (
    FederationMembership,
    Grade,
    Placement,
    Subject,
    World,
    close_quarter,
)
from tests.members.reference.examples import (
    AFTER,
    LAST_DAY,
    LONG_AGO,
    SCHEME,
    V1,
    V2,
    W1,
    entry,
    federation,
    one_score,
    placed,
    scores_of_totals,
    subjects,
)
from tests.members.reference.strategies import (
    QUARTER,
    TOWNS,
)

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
