"""Small worlds for the hand-worked examples of the slow reference: one scheme, three villages of each of two towns.

Points are integers of 0.1 point throughout: 1000 is 100.0 points.
"""

from dataclasses import replace
from datetime import date

from tests.members.reference import (
    Category,
    Entry,
    FederationMembership,
    Item,
    Placement,
    Scheme,
    Subject,
    World,
    close_quarter,
)
from tests.members.reference.strategies import (
    QUARTER,
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
