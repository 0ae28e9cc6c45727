"""The rules 1–9 of the design's chapter on points, one after another, in plain slow Python.

Where the design leaves a choice, the most literal reading is taken and said in one sentence beside
the line that takes it ("Choice: …").
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from .model import (
    CloseSubject,
    Entry,
    FederationMembership,
    Item,
    Placement,
    Scheme,
    Score,
    Subject,
    World,
    last_day,
    next_quarter,
    quarter_of,
)


class Refused(ValueError):
    """The design does not let this be approved (审定)."""


# --- before the close: what 审定 fixes ------------------------------------------------------------


def scheme_in_force(schemes: Iterable[Scheme], quarter: str) -> Scheme | None:
    """The version of one book's scheme that is in force in a quarter, None before the first.

    Choice: of two versions effective from the same quarter the one with the higher number is in force.
    """
    begun = [scheme for scheme in schemes if scheme.from_quarter <= quarter]
    if len({scheme.subject_kind for scheme in begun}) > 1:
        raise ValueError("versions of several books were given: the books are never mixed")
    return max(begun, key=lambda scheme: (scheme.from_quarter, scheme.version), default=None)


def points_of(quantity: int, item_code: str, schemes: Iterable[Scheme], on: date) -> int:
    """Rule 1: quantity (1–999) × the item's points in the version in force on the fact's date.

    Choice: an item which that version does not know has no points there, so the fact is refused.
    """
    if not 1 <= quantity <= 999:
        raise Refused(f"quantity {quantity} is not within 1–999")
    scheme = scheme_in_force(schemes, quarter_of(on))
    for item in scheme.items if scheme else ():
        if item.code == item_code:
            return quantity * item.points
    raise Refused(f"{item_code} has no points on {on}")


def settle_quarter(fact_quarter: str, closed: Collection[str]) -> str:
    """Rule 2: the earliest quarter ≥ the fact's whose close is neither published nor locked."""
    quarter = fact_quarter
    while quarter in closed:
        quarter = next_quarter(quarter)
    return quarter


def known_at_approval(item_code: str, schemes: Iterable[Scheme], settles_in: str) -> bool:
    """Rule 1, last clause: whether the settle quarter's version knows the item (else 审定 refuses).

    Choice: a town's addition is known whichever town asks, since the town is decided on the last day.
    """
    scheme = scheme_in_force(schemes, settles_in)
    return scheme is not None and any(item.code == item_code for item in scheme.items)


def may_reverse(entry: Entry, locked: Collection[str]) -> bool:
    """Rule 3, second sentence: an entry of a locked quarter is reversed only after a reopening.

    Choice: a reversal is no entry of its own to be taken back; the fact is claimed anew instead.
    """
    return entry.reverses is None and entry.settle_quarter not in locked


# --- the close ------------------------------------------------------------------------------------


def close_quarter(world: World) -> list[Score]:
    """All scores of the world's quarter, sorted by subject number in byte order."""
    return score_subjects(close_subjects(world), world.schemes, world.entries, world.quarter)


def close_subjects(world: World) -> list[CloseSubject]:
    """Rule 6: freeze every subject that is active and placed on the quarter's last day.

    Choice: a book without any version in force in the quarter is not scored at all.
    """
    day = last_day(world.quarter)
    frozen = []
    for subject in world.subjects:
        scheme = scheme_in_force(_book(world.schemes, subject.kind), world.quarter)
        placement = _placement_on(day, subject, world.placements)
        if not subject.active or placement is None or scheme is None:
            continue
        federation = _running_primary_federation_on(day, placement.village_code, world.memberships)
        frozen.append(
            CloseSubject(
                number=subject.number,
                kind=subject.kind,
                subject_class=subject.subject_class,
                exempt=subject.exempt or subject.subject_class in scheme.exempt_classes,
                village_code=placement.village_code,
                town_code=placement.village_code[:9],
                federation_key=federation.federation_key if federation else None,
                federation_name=federation.federation_name if federation else "",
                scheme_version=scheme.version,
            )
        )
    return frozen


def score_subjects(
    subjects: Iterable[CloseSubject], schemes: Sequence[Scheme], ledger: Iterable[Entry], quarter: str
) -> list[Score]:
    """Rules 3–8 from the frozen subjects, the schemes and the ledger alone, which is also a replay (重算)."""
    counting = [entry for entry in without_reversed(ledger) if entry.settle_quarter == quarter]
    scores = []
    for subject in subjects:
        scheme = _version(schemes, subject.kind, subject.scheme_version)
        own = [entry for entry in counting if entry.subject == subject.number]
        scores.append(_sums(subject, scheme, own))
    graded = []
    for score in scores:
        scheme = _version(schemes, score.kind, score.scheme_version)
        graded.append(replace(score, grade=grade(score, scores, scheme), **ranks(score, scores, scheme)))
    return sorted(graded, key=lambda score: score.number.encode())


def _sums(subject: CloseSubject, scheme: Scheme, own: Iterable[Entry]) -> Score:
    """Rules 4 and 5 for one subject; 免于积分 ones are listed without total (rule 6).

    Choice: 免于积分 takes away the total only (and with it rank and grade, which need one); base,
    awards and deduction are still listed.
    """
    items = items_for(subject.town_code, scheme)
    # Choice: entries of items unknown to the settle quarter's version, or added by another town than
    # that of the last day, count for nothing and do not compete in groups.
    known = [entry for entry in own if entry.item_code in items]
    entries = highest_of_groups(known, items)
    base = scheme.base_by_class.get(subject.subject_class, scheme.base)
    awards = {category.code: award(category.code, category.cap, entries, items) for category in scheme.categories}
    deducted = deduct(entries, items)
    return Score(
        number=subject.number,
        kind=subject.kind,
        subject_class=subject.subject_class,
        village_code=subject.village_code,
        town_code=subject.town_code,
        federation_key=subject.federation_key,
        scheme_version=subject.scheme_version,
        base=base,
        awards=awards,
        deduct=deducted,
        total=None if subject.exempt else total(base, awards, deducted, scheme.floor),
    )


def without_reversed(ledger: Iterable[Entry]) -> list[Entry]:
    """Rule 3: an entry and its reversal are both removed before anything else.

    Choice: a row that reverses never counts by itself, and removes its entry whatever quarters they bear.
    """
    ledger = list(ledger)
    reversed_ids = {entry.reverses for entry in ledger if entry.reverses is not None}
    return [entry for entry in ledger if entry.reverses is None and entry.id not in reversed_ids]


def items_for(town_code: str, scheme: Scheme) -> dict[str, Item]:
    """The county's items and the additions of the subject's own town, by code."""
    return {item.code: item for item in scheme.items if item.town in ("", town_code)}


def highest_of_groups(entries: Iterable[Entry], items: Mapping[str, Item]) -> list[Entry]:
    """Rule 4: per group and date of the fact only the highest positive entry of one subject and quarter.

    Choice: the group of an item is that of the settle quarter's version, as its cap and category are.
    Choice: a group is named in the whole scheme, so it may reach across categories.
    Choice: negative entries neither win nor lose in a group, since it asks for the highest positive one.
    """
    entries = list(entries)
    contests: dict[tuple, list[Entry]] = {}
    for entry in entries:
        if _competes(entry, items):
            contests.setdefault((items[entry.item_code].group, entry.occurred_on), []).append(entry)
    winners = {min(contest, key=_highest_first).id for contest in contests.values()}
    return [entry for entry in entries if not _competes(entry, items) or entry.id in winners]


def _competes(entry: Entry, items: Mapping[str, Item]) -> bool:
    return items[entry.item_code].group != "" and entry.points > 0


def _highest_first(entry: Entry) -> tuple[int, bytes, int]:
    """Rule 4, ties: lower item code in byte order, then smaller entry id."""
    return -entry.points, entry.item_code.encode(), entry.id


def award(category: str, cap: int | None, entries: Iterable[Entry], items: Mapping[str, Item]) -> int:
    """Rule 5: min(category cap, Σ_items min(item cap, Σ positive points))."""
    positive = [entry for entry in entries if entry.points > 0 and items[entry.item_code].category == category]
    return _capped(cap, _sum_of_items(positive, items))


def deduct(entries: Iterable[Entry], items: Mapping[str, Item]) -> int:
    """Rule 5: Σ_items min(item cap, Σ |negative points|), over all categories and without their caps.

    Choice: the sign is the entry's own, fixed on the fact's date, so an item that changed its sign
    between two versions may be found on both sides, its cap applied on each.
    """
    return _sum_of_items([entry for entry in entries if entry.points < 0], items)


def _sum_of_items(entries: Iterable[Entry], items: Mapping[str, Item]) -> int:
    """Σ_items min(item cap, Σ |points|) over entries of one sign."""
    by_item: dict[str, int] = {}
    for entry in entries:
        by_item[entry.item_code] = by_item.get(entry.item_code, 0) + abs(entry.points)
    return sum(_capped(items[code].quarter_cap, points) for code, points in by_item.items())


def _capped(cap: int | None, points: int) -> int:
    """No cap limits nothing: None is not zero, and a cap of zero is a cap."""
    return points if cap is None else min(cap, points)


def total(base: int, awards: Mapping[str, int], deducted: int, floor: int | None) -> int:
    """Rule 5: max(floor, base + Σ award − deduct); without a floor a total may be negative."""
    points = base + sum(awards.values()) - deducted
    return points if floor is None else max(floor, points)


def ranks(score: Score, scores: Iterable[Score], scheme: Scheme) -> dict[str, int | None]:
    """Rule 7: places within federation, village and town, in one book, by class where the scheme says so."""
    lists = [other for other in scores if other.kind == score.kind]
    if scheme.rank_by_class:
        lists = [other for other in lists if other.subject_class == score.subject_class]
    federation = [other for other in lists if other.federation_key == score.federation_key]
    return {
        "rank_village": _rank(score, [other for other in lists if other.village_code == score.village_code]),
        "rank_federation": _rank(score, federation) if score.federation_key is not None else None,
        "rank_town": _rank(score, [other for other in lists if other.town_code == score.town_code]),
    }


def _rank(score: Score, ranked: Iterable[Score]) -> int | None:
    """Rule 7: 1 + the number of subjects with a greater total (1, 2, 2, 4).

    Choice: without a total (免于积分) a subject is not ranked and stands before nobody.
    """
    if score.total is None:
        return None
    return 1 + sum(1 for other in ranked if other.total is not None and other.total > score.total)


def grade(score: Score, scores: Iterable[Score], scheme: Scheme) -> str | None:
    """Rule 8: the highest grade whose limit is reached; a top grade beyond its quota is the next one down.

    Choice: below the lowest limit, and below a top grade that is the only one, there is no grade.
    """
    if score.total is None:
        return None
    downwards = sorted(scheme.grades, key=lambda step: step.min, reverse=True)
    if downwards and not within_top_quota(score, scores, scheme.top_quota_percent):
        downwards = downwards[1:]
    return next((step.name for step in downwards if score.total >= step.min), None)


def within_top_quota(score: Score, scores: Iterable[Score], quota: int | None) -> bool:
    """Rule 8: of the n scored subjects of its federation, those with total ≥ its own are ≤ ⌊n·q/100⌋.

    Choice: n counts the book's subjects with a total (免于积分 ones have none), and is not split by
    class, as only rule 7 speaks of classes.
    """
    if quota is None or score.federation_key is None:
        return True
    totals = [
        other.total
        for other in scores
        if other.kind == score.kind and other.federation_key == score.federation_key and other.total is not None
    ]
    return sum(1 for points in totals if points >= score.total) <= len(totals) * quota // 100


def year_result(totals: Iterable[int | None]) -> tuple[int | None, int]:
    """Rule 9: the mean of the quarters scored, in tenths, half up, and their number.

    ⌊sum/n + 1/2⌋ = ⌊(2·sum + n) / 2n⌋, in integers.
    Choice: a quarter listed without total has nothing to average, so it does not count in n either.
    Choice: half *up* is upward for negative means too (−0.25 is −0.2).
    """
    scored = [points for points in totals if points is not None]
    n = len(scored)
    return ((2 * sum(scored) + n) // (2 * n) if n else None), n


# --- looking up dated rows ------------------------------------------------------------------------


def _book(schemes: Iterable[Scheme], kind: str) -> list[Scheme]:
    return [scheme for scheme in schemes if scheme.subject_kind == kind]


def _version(schemes: Iterable[Scheme], kind: str, version: int) -> Scheme:
    (scheme,) = [scheme for scheme in _book(schemes, kind) if scheme.version == version]
    return scheme


def _holds_on(day: date, row: Placement | FederationMembership) -> bool:
    return row.start <= day and (row.end is None or day < row.end)


def _placement_on(day: date, subject: Subject, placements: Iterable[Placement]) -> Placement | None:
    return _at_most_one([row for row in placements if row.subject == subject.number and _holds_on(day, row)])


def _running_primary_federation_on(
    day: date, village_code: str, memberships: Iterable[FederationMembership]
) -> FederationMembership | None:
    """Rule 7 ranks within a running primary federation; overlay ones never count.

    Choice: in a primary federation that is not running the subject is without one in every respect
    (no key in its row, no place, no quota).
    """
    primary = [row for row in memberships if row.primary and row.village_code == village_code and _holds_on(day, row)]
    membership = _at_most_one(primary)
    return membership if membership is not None and membership.running else None


def _at_most_one(rows: list):
    if len(rows) > 1:
        raise ValueError(f"two at the same date: {rows}")
    return rows[0] if rows else None
