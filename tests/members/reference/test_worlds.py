"""What must hold in any world, and that the worlds drawn are legal and nasty enough to be worth comparing."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from .close import (
    close_quarter,
    close_subjects,
    known_at_approval,
    points_of,
    scheme_in_force,
    score_subjects,
)
from .digest import canonical_lines
from .model import quarter_of
from .strategies import COUNTY, PRIMARY_FEDERATIONS, QUARTER, TOWNS, VILLAGES, worlds

LAST_DAY = date(2026, 9, 30)
AFTER = date(2026, 10, 1)

# --- what must hold in any world ------------------------------------------------------------------

thorough = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@thorough
@given(worlds(), st.randoms(use_true_random=False))
def test_order_of_the_rows_does_not_matter(world, random):
    def shuffled(rows):
        return tuple(random.sample(rows, len(rows)))

    stirred = replace(
        world,
        schemes=shuffled(world.schemes),
        subjects=shuffled(world.subjects),
        placements=shuffled(world.placements),
        memberships=shuffled(world.memberships),
        entries=shuffled(world.entries),
    )
    assert canonical_lines(close_quarter(stirred)) == canonical_lines(close_quarter(world))


@thorough
@given(worlds())
def test_a_replay_needs_only_the_frozen_subjects_the_schemes_and_the_ledger(world):
    frozen = close_subjects(world)
    assert score_subjects(frozen, world.schemes, world.entries, QUARTER) == close_quarter(world)


@thorough
@given(worlds())
def test_reversing_everything_leaves_the_base(world):
    reversed_ids = {row.reverses for row in world.entries}
    live = [row for row in world.entries if row.reverses is None and row.id not in reversed_ids]
    reversals = [replace(row, id=5000 + row.id, points=-row.points, reverses=row.id) for row in live]
    emptied = close_quarter(replace(world, entries=world.entries + tuple(reversals)))
    assert emptied == close_quarter(replace(world, entries=()))
    assert all(score.deduct == 0 and not any(score.awards.values()) for score in emptied)


@thorough
@given(worlds())
def test_ranks_and_top_grades_are_consistent(world):
    scores = close_quarter(world)
    for score in scores:
        scheme = scheme_in_force([s for s in world.schemes if s.subject_kind == score.kind], QUARTER)
        assert set(score.awards) == {category.code for category in scheme.categories}
        if score.total is None:
            assert (score.grade, score.rank_village, score.rank_town) == (None, None, None)
            continue
        assert score.rank_village <= score.rank_town
        assert (score.rank_federation is None) == (score.federation_key is None)
        if score.federation_key and scheme.grades and scheme.top_quota_percent is not None:
            top = max(scheme.grades, key=lambda step: step.min).name
            peers = [
                other
                for other in scores
                if (other.kind, other.federation_key) == (score.kind, score.federation_key) and other.total is not None
            ]
            assert sum(other.grade == top for other in peers) * 100 <= len(peers) * scheme.top_quota_percent


# --- what the worlds of the strategies are --------------------------------------------------------


@thorough
@given(worlds())
def test_worlds_are_legal(world):
    """Nothing the product's own constraints would refuse, but for items unknown to the settle quarter."""
    assert 1 <= len(world.subjects) <= 12
    assert len({subject.number for subject in world.subjects}) == len(world.subjects)
    assert all(row.village_code in VILLAGES for row in world.placements + world.memberships)
    assert all(village[:6] == COUNTY and village[:9] in TOWNS for village in VILLAGES)
    _assert_one_at_a_time((row.subject, row) for row in world.placements)
    _assert_one_at_a_time((row.village_code, row) for row in world.memberships if row.primary)
    assert len({(row.federation_key, row.primary, row.running) for row in world.memberships}) == len(
        {row.federation_key for row in world.memberships}
    )
    assert len({row.id for row in world.entries}) == len(world.entries)
    by_id = {row.id: row for row in world.entries}
    kinds = {subject.number: subject.kind for subject in world.subjects}
    for scheme in world.schemes:
        assert len({item.code for item in scheme.items}) == len(scheme.items)
        assert {item.category for item in scheme.items} <= {category.code for category in scheme.categories}
        assert all(0 < item.points <= 20 and item.group == "" for item in scheme.items if item.town)
        assert all(item.quarter_cap is None or item.quarter_cap > 0 for item in scheme.items)
    for row in world.entries:
        book = [scheme for scheme in world.schemes if scheme.subject_kind == kinds[row.subject]]
        points = points_of(row.quantity, row.item_code, book, row.occurred_on)
        assert row.points == (points if row.reverses is None else -points)
        assert row.settle_quarter >= quarter_of(row.occurred_on)
        if row.reverses is not None:
            first = by_id[row.reverses]
            assert (first.reverses, first.subject, first.settle_quarter) == (
                None,
                row.subject,
                row.settle_quarter,
            )


def _assert_one_at_a_time(rows):
    by_owner = {}
    for owner, row in rows:
        by_owner.setdefault(owner, []).append(row)
    for dated in by_owner.values():
        dated.sort(key=lambda row: row.start)
        assert all(row.end is None or row.start < row.end for row in dated)
        assert all(
            row.end is not None and row.end <= following.start for row, following in zip(dated, dated[1:], strict=False)
        )


@thorough
@given(worlds(unknown_items=False, kinds=("党员",), classes=("a", "b")))
def test_worlds_take_other_codes_and_leave_out_unknown_items(world):
    assert {subject.kind for subject in world.subjects} == {"党员"}
    assert {subject.subject_class for subject in world.subjects} <= {"a", "b"}
    assert all(known_at_approval(row.item_code, world.schemes, row.settle_quarter) for row in world.entries)


def _live_here(world):
    """Entries that count towards the quarter, of scored subjects, each with its subject's scheme."""
    reversed_ids = {row.reverses for row in world.entries}
    frozen = {subject.number: subject for subject in close_subjects(world)}
    for row in world.entries:
        subject = frozen.get(row.subject)
        if subject and row.reverses is None and row.id not in reversed_ids and row.settle_quarter == QUARTER:
            book = [scheme for scheme in world.schemes if scheme.subject_kind == subject.kind]
            yield row, subject, scheme_in_force(book, QUARTER)


def _items_here(world):
    for row, subject, scheme in _live_here(world):
        for item in scheme.items:
            if item.code == row.item_code:
                yield row, subject, item


def _tie_in_a_group(world):
    """Two items of different categories share the highest points of a group on a day."""
    contests = {}
    for row, _, item in _items_here(world):
        if item.group and row.points > 0:
            contests.setdefault((row.subject, item.group, row.occurred_on), []).append((row.points, item.category))
    return any(
        len({category for points, category in contest if points == max(contest)[0]}) > 1
        for contest in contests.values()
    )


def _quota_takes_a_top_grade_away(world):
    without = replace(world, schemes=tuple(replace(s, top_quota_percent=None) for s in world.schemes))
    return [score.grade for score in close_quarter(world)] != [score.grade for score in close_quarter(without)]


def _changes(world, **scheme_facts):
    other = replace(world, schemes=tuple(replace(s, **scheme_facts) for s in world.schemes))
    return canonical_lines(close_quarter(other)) != canonical_lines(close_quarter(world))


NASTY = {
    "federation spans both towns": lambda w: any(
        len({s.town_code for s in close_subjects(w) if s.federation_key == key}) == 2 for key, _ in PRIMARY_FEDERATIONS
    ),
    "primary federation does not run": lambda w: any(
        row.primary and not row.running and row.village_code == subject.village_code
        for row in w.memberships
        for subject in close_subjects(w)
    ),
    "overlay only": lambda w: any(
        subject.federation_key is None
        and any(not row.primary and row.village_code == subject.village_code for row in w.memberships)
        for subject in close_subjects(w)
    ),
    "moves on the last day": lambda w: any(
        row.start == LAST_DAY and row.subject in {s.number for s in close_subjects(w)} for row in w.placements
    ),
    "moves the day after": lambda w: any(
        row.end == AFTER and row.subject in {s.number for s in close_subjects(w)} for row in w.placements
    ),
    "leaves on the last day": lambda w: any(
        row.end == LAST_DAY and row.subject not in {s.number for s in close_subjects(w)} for row in w.placements
    ),
    "tie in a group": _tie_in_a_group,
    "late fact with other points": lambda w: any(
        row.points != row.quantity * item.points for row, _, item in _items_here(w)
    ),
    "late fact of the other sign": lambda w: any(row.points * item.points < 0 for row, _, item in _items_here(w)),
    "item of another town": lambda w: any(
        item.town not in ("", subject.town_code) for _, subject, item in _items_here(w)
    ),
    "item unknown to the settle version": lambda w: any(
        row.item_code not in {item.code for item in scheme.items} for row, _, scheme in _live_here(w)
    ),
    "fact of the quarter settles later": lambda w: any(
        quarter_of(row.occurred_on) == QUARTER and row.settle_quarter > QUARTER for row in w.entries
    ),
    "reversal matters": lambda w: (
        canonical_lines(close_quarter(w))
        != canonical_lines(close_quarter(replace(w, entries=tuple(row for row in w.entries if row.reverses is None))))
    ),
    "floor matters": lambda w: _changes(w, floor=None),
    "groups matter": lambda w: (
        canonical_lines(close_quarter(w))
        != canonical_lines(
            close_quarter(
                replace(
                    w,
                    schemes=tuple(
                        replace(s, items=tuple(replace(item, group="") for item in s.items)) for s in w.schemes
                    ),
                )
            )
        )
    ),
    "class ranks matter": lambda w: _changes(w, rank_by_class=False),
    "exempt class matters": lambda w: _changes(w, exempt_classes=frozenset()),
    "quota matters": _quota_takes_a_top_grade_away,
    "negative total": lambda w: any((score.total or 0) < 0 for score in close_quarter(w)),
    "category cap of zero matters": lambda w: any(
        category.cap == 0 and any(row.points > 0 and item.category == category.code for row, _, item in _items_here(w))
        for scheme in w.schemes
        for category in scheme.categories
    ),
    "two books": lambda w: len({score.kind for score in close_quarter(w)}) > 1,
    "second version not yet in force": lambda w: any(s.from_quarter > QUARTER for s in w.schemes),
}


@pytest.mark.parametrize("nasty", NASTY)
def test_worlds_meet(nasty):
    find(
        worlds(),
        NASTY[nasty],
        settings=settings(
            max_examples=3000,
            phases=[Phase.generate],
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
