"""Small nasty worlds for Hypothesis: `worlds()` draws a `World` of legal rows for one quarter, 2026Q3.

Legal means: what the product's own constraints must let in (one placement and one primary federation
at a time, points and settle quarters as rules 1 and 2 fix them, reversals of live entries). Nasty
means: transfers and memberships beginning or ending around the quarter's last day, late facts, ties in
groups, caps of zero and none, quotas of 0 and 100, high floors, versions that move, drop or turn the
sign of items, codes whose byte order is not their natural one.

Every code is taken from the fixed lists below, so that a test can make the areas and federations
beforehand and write the world as it is. Two draws are arguments: `kinds` and `classes` name the
product's own codes (they enter the digest), `unknown_items=False` leaves out entries whose item the
settle quarter's version does not know, should the database refuse them outright.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from .close import known_at_approval, points_of, scheme_in_force, settle_quarter
from .model import (
    Category,
    Entry,
    FederationMembership,
    Grade,
    Item,
    Placement,
    Scheme,
    Subject,
    World,
    quarter_of,
)

COUNTY = "371083"
TOWNS = ("371083101", "371083102")
VILLAGES = (
    "371083101201",
    "371083101202",
    "371083101203",
    "371083102201",
    "371083102202",
    "371083102203",
)
QUARTER = "2026Q3"
NEIGHBOURS = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")

KINDS = ("member", "representative", "household")  # 党员, 村民代表, 村民户
CLASSES = ("在职干部", "普通", "年老体弱", "流动", "预备")

# Byte order: capitals before small letters before Chinese, and 10 before 2.
NUMBERS = ("D1", "D10", "D2", "D20", "D3", "a1", "a10", "a2", "d4", "党5", "村6", "户7")
CATEGORY_CODES = ("C10", "C2", "c1")
ITEM_CODES = ("A1", "A10", "A2", "B1", "a1", "环卫")
TOWN_ITEM_CODES = {"371083101": ("T1", "T10"), "371083102": ("T2", "t3")}
GRADE_NAMES = ("优秀", "良好", "合格")

PRIMARY_FEDERATIONS = (("F10", "湛江路新村"), ("F2", "西里新村"), ("f3", "联建片区三"))
OVERLAY_FEDERATIONS = (("O1", "海湾产业链党建联合体"), ("O2", "苹果党建联合体"))

LONG_AGO = date(2025, 10, 1)
# Days on which a transfer, a membership or its end may fall: most touch the last day, 2026-09-30.
TURNING_DAYS = (
    date(2026, 6, 30),
    date(2026, 8, 15),
    date(2026, 9, 29),
    date(2026, 9, 30),
    date(2026, 10, 1),
)
FACT_DAYS = {
    "2026Q1": (date(2026, 3, 31),),
    "2026Q2": (date(2026, 4, 1), date(2026, 6, 30)),
    "2026Q3": (date(2026, 7, 1), date(2026, 8, 15), date(2026, 9, 30)),
    "2026Q4": (date(2026, 10, 1),),
}
FACT_QUARTERS = ("2026Q3", "2026Q3", "2026Q3", "2026Q2", "2026Q2", "2026Q2", "2026Q1", "2026Q4")
# What was closed when an entry was approved. With 2026Q3 in it the close was reopened since.
CLOSED_AT_APPROVAL = (
    frozenset({"2026Q1", "2026Q2"}),
    frozenset({"2026Q1", "2026Q2"}),
    frozenset({"2026Q1", "2026Q2"}),
    frozenset({"2026Q1"}),
    frozenset(),
    frozenset({"2026Q1", "2026Q2", "2026Q3"}),
)


@st.composite
def worlds(
    draw, *, kinds: Sequence[str] = KINDS, classes: Sequence[str] = CLASSES, unknown_items: bool = True
) -> World:
    """A whole small world: 1–12 subjects, 2 towns × 3 villages, up to 3 primary and 2 overlay federations."""
    subjects = draw(_subjects(kinds, classes))
    books = sorted({subject.kind for subject in subjects})
    schemes = [scheme for kind in books for scheme in draw(_versions(kind, classes))]
    return World(
        quarter=QUARTER,
        schemes=tuple(schemes),
        subjects=tuple(subjects),
        placements=tuple(row for subject in subjects for row in draw(_placements(subject))),
        memberships=draw(_memberships()),
        entries=tuple(draw(_ledger(subjects, schemes, unknown_items))),
    )


@st.composite
def _subjects(draw, kinds: Sequence[str], classes: Sequence[str]) -> list[Subject]:
    """Subjects of mostly one kind and few classes, so that lists are long enough to have ties."""
    numbers = draw(_some(NUMBERS))
    few_kinds = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=2))
    few_classes = draw(st.lists(st.sampled_from(classes), min_size=1, max_size=3))
    return [
        Subject(
            number=number,
            kind=draw(st.sampled_from(few_kinds)),
            subject_class=draw(st.sampled_from(few_classes)),
            exempt=_one_in(draw, 10),
            active=not _one_in(draw, 10),
        )
        for number in numbers
    ]


# --- schemes --------------------------------------------------------------------------------------


@st.composite
def _versions(draw, kind: str, classes: Sequence[str]) -> list[Scheme]:
    """One or two versions of a book's scheme; the second may begin before, in or after the quarter."""
    first = draw(_scheme(kind, classes))
    if _one_in(draw, 3):
        return [first]
    return [first, draw(_next_version(first, classes))]


@st.composite
def _scheme(draw, kind: str, classes: Sequence[str]) -> Scheme:
    categories = draw(_categories())
    base = draw(st.sampled_from((0, 600, 1000)))
    return Scheme(
        version=1,
        from_quarter="2025Q4",
        subject_kind=kind,
        base=base,
        base_by_class=draw(st.dictionaries(st.sampled_from(classes), st.sampled_from((0, 605, 1000)), max_size=2)),
        exempt_classes=frozenset({draw(st.sampled_from(classes))} if _one_in(draw, 4) else ()),
        floor=draw(st.sampled_from((None, None, -100, 0, base, base + 20))),
        rank_by_class=draw(st.booleans()),
        categories=categories,
        items=draw(_items(categories)),
        grades=draw(_grades(base)),
        top_quota_percent=draw(st.sampled_from((None, 0, 1, 33, 34, 50, 99, 100))),
    )


@st.composite
def _next_version(draw, first: Scheme, classes: Sequence[str]) -> Scheme:
    """The scheme made anew, with each item of the first kept, changed, moved or dropped."""
    anew = draw(_scheme(first.subject_kind, classes))
    kept = {item.code: item for item in anew.items}
    for item in first.items:
        changed = draw(_changed(item, anew.categories))
        kept.pop(item.code, None)
        if changed is not None:
            kept[item.code] = changed
    return replace(
        anew,
        version=2,
        from_quarter=draw(st.sampled_from(("2026Q2", "2026Q3", "2026Q3", "2026Q4"))),
        items=tuple(kept.values()),
    )


@st.composite
def _changed(draw, item: Item, categories: Sequence[Category]) -> Item | None:
    """What the next version made of an item; its category is drawn again where that one is gone."""
    codes = [category.code for category in categories]
    stays = item.category if item.category in codes else draw(st.sampled_from(codes))
    item = replace(item, category=stays)
    what = draw(st.sampled_from(("kept", "points", "cap", "group", "category", "sign", "dropped")))
    if what == "points":
        return replace(item, points=item.points * 2 if item.town == "" else 1)
    if what == "cap":
        return replace(item, quarter_cap=draw(_item_caps))
    if what == "group" and item.town == "":
        return replace(item, group=draw(_groups))
    if what == "category":
        return replace(item, category=draw(st.sampled_from(codes)))
    if what == "sign" and item.town == "":
        return replace(item, points=-item.points)
    return None if what == "dropped" else item


@st.composite
def _categories(draw) -> tuple[Category, ...]:
    codes = draw(_some(CATEGORY_CODES))
    caps = st.sampled_from((None, None, 0, 5, 15, 30, 1000))
    return tuple(Category(code, draw(caps)) for code in codes)


_item_caps = st.sampled_from((None, None, 1, 10, 25))
_groups = st.sampled_from(("", "G1", "G1", "G1", "G2"))


@st.composite
def _items(draw, categories: Sequence[Category]) -> tuple[Item, ...]:
    """The county's items, and additions of the towns: positive, ≤ 2 points, in no group of the county's."""
    category_codes = st.sampled_from([category.code for category in categories])
    county = [
        Item(code, draw(category_codes), draw(st.sampled_from(_ITEM_POINTS)), draw(_item_caps), draw(_groups))
        for code in draw(_some(ITEM_CODES))
    ]
    added = [
        Item(code, draw(category_codes), draw(st.integers(1, 20)), draw(_item_caps), town=town)
        for town, codes in TOWN_ITEM_CODES.items()
        for code in draw(st.lists(st.sampled_from(codes), max_size=2, unique=True))
    ]
    return tuple(county + added)


_ITEM_POINTS = (10, 10, 10, 20, 20, 5, 1, -5, -10)  # few values, so that groups and totals tie


@st.composite
def _grades(draw, base: int) -> tuple[Grade, ...]:
    """Up to three grades with limits around the base, listed in no particular order."""
    steps = st.sampled_from((-50, 0, 5, 10, 20, 40, 5000))
    limits = sorted(draw(st.lists(steps, max_size=3, unique=True)), reverse=True)
    grades = [Grade(name, base + limit) for name, limit in zip(GRADE_NAMES, limits, strict=False)]
    return tuple(draw(st.permutations(grades)))


# --- places ---------------------------------------------------------------------------------------


@st.composite
def _placements(draw, subject: Subject) -> list[Placement]:
    """No placement, one, or two with a transfer; the last one may have ended."""
    if _one_in(draw, 12):
        return []
    first, then = draw(st.sampled_from(VILLAGES)), draw(st.sampled_from(VILLAGES))
    turn = draw(st.sampled_from(TURNING_DAYS))
    shape = draw(st.sampled_from(("stays", "stays", "stays", "moves", "moves", "leaves", "arrives", "both")))
    before = Placement(subject.number, first, LONG_AGO, turn)
    after = Placement(subject.number, then, turn)
    if shape == "both":
        leaves = draw(st.sampled_from(TURNING_DAYS))
        return [before, replace(after, end=leaves)] if leaves > turn else [before]
    return {
        "stays": [Placement(subject.number, first, LONG_AGO)],
        "moves": [before, after],
        "leaves": [before],
        "arrives": [after],
    }[shape]


@st.composite
def _memberships(draw) -> tuple[FederationMembership, ...]:
    """Each village in at most one primary federation at a date; overlay ones lie across them all."""
    running = {key: not _one_in(draw, 4) for key, _ in PRIMARY_FEDERATIONS + OVERLAY_FEDERATIONS}
    rows = []
    for village in VILLAGES:
        for (key, name), start, end in draw(_primary_times()):
            rows.append(FederationMembership(key, name, village, start, end, True, running[key]))
        for key, name in OVERLAY_FEDERATIONS:
            if _one_in(draw, 3):
                rows.append(FederationMembership(key, name, village, LONG_AGO, None, False, running[key]))
    return tuple(rows)


@st.composite
def _primary_times(draw) -> list[tuple]:
    """The primary federations of one village in turn; the first, which is met most, spans the towns."""
    federations = st.sampled_from(PRIMARY_FEDERATIONS[:1] * 3 + PRIMARY_FEDERATIONS)
    shape = draw(st.sampled_from(("none", "stays", "stays", "stays", "changes", "leaves", "joins")))
    turn = draw(st.sampled_from(TURNING_DAYS))
    return {
        "none": [],
        "stays": [(draw(federations), LONG_AGO, None)],
        "changes": [(draw(federations), LONG_AGO, turn), (draw(federations), turn, None)],
        "leaves": [(draw(federations), LONG_AGO, turn)],
        "joins": [(draw(federations), turn, None)],
    }[shape]


# --- the ledger -----------------------------------------------------------------------------------


@st.composite
def _ledger(draw, subjects: Sequence[Subject], schemes: Sequence[Scheme], unknown_items: bool) -> list[Entry]:
    """Some busy days of some subjects, most settling in the quarter, then reversals of some entries."""
    rows = [row for _ in range(draw(st.integers(0, 10))) for row in draw(_busy_day(subjects, schemes))]
    books = {scheme.subject_kind: [s for s in schemes if s.subject_kind == scheme.subject_kind] for scheme in schemes}
    kinds = {subject.number: subject.kind for subject in subjects}
    if not unknown_items:
        rows = [row for row in rows if known_at_approval(row.item_code, books[kinds[row.subject]], row.settle_quarter)]
    entries = [replace(row, id=number) for number, row in enumerate(rows, 1)]
    reversals = [
        replace(row, id=1000 + row.id, points=-row.points, reverses=row.id) for row in entries if _one_in(draw, 6)
    ]
    return draw(st.permutations(entries + reversals))


@st.composite
def _busy_day(draw, subjects: Sequence[Subject], schemes: Sequence[Scheme]) -> list[Entry]:
    """Several entries of one subject and day as 审定 makes them: points by rule 1, quarter by rule 2."""
    subject = draw(st.sampled_from(subjects))
    book = [scheme for scheme in schemes if scheme.subject_kind == subject.kind]
    fact_quarter = draw(st.sampled_from(FACT_QUARTERS))
    day = draw(st.sampled_from(FACT_DAYS[fact_quarter]))
    settles_in = settle_quarter(quarter_of(day), draw(st.sampled_from(CLOSED_AT_APPROVAL)))
    items = scheme_in_force(book, fact_quarter).items
    if not items:  # the next version may have dropped them all
        return []
    entries = []
    for item in draw(_some(items)) + draw(st.lists(st.sampled_from(items), max_size=1)):
        quantity = draw(st.sampled_from((1, 1, 1, 1, 1, 2, 3, 999)))
        points = points_of(quantity, item.code, book, day)
        entries.append(Entry(0, subject.number, item.code, quantity, points, day, settles_in))
    return entries


@st.composite
def _some(draw, things: Sequence) -> list:
    """At least one of the things, any number of them as likely as another."""
    return draw(st.permutations(things))[: draw(st.sampled_from(range(1, len(things) + 1)))]


def _one_in(draw, many: int) -> bool:
    return draw(st.integers(1, many)) == many
