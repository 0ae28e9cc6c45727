"""Hand-worked examples of the slow reference: the lines of a close as text, and their digest."""

import hashlib
from dataclasses import replace

from tests.members.reference import (
    Category,
    Grade,
    Item,
    Placement,
    Subject,
    World,
    canonical_line,
    canonical_lines,
    close_quarter,
    digest,
)
from tests.members.reference.examples import (
    LONG_AGO,
    SCHEME,
    V1,
    W1,
    entry,
    federation,
    one_score,
    placed,
    subjects,
)
from tests.members.reference.strategies import (
    QUARTER,
)

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
