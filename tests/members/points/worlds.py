"""Writes a world of the slow reference into the database, as the product's own rows."""

import contextlib
from collections.abc import Iterator

from django.db import connection

from members import sockets
from members.models import (
    ClassBase,
    Person,
    Placement,
    PointCategory,
    PointClaim,
    PointEntry,
    PointGrade,
    PointItem,
    PointScheme,
    Subject,
)
from members.models.subjects import SubjectClass
from tests.members.reference import Entry, Scheme, World, last_day
from tests.members.reference.strategies import COUNTY, TOWNS, VILLAGES
from villages.models import Area, Village

KINDS = ("member", "representative", "household")
CLASSES = tuple(SubjectClass.values)


def make_places() -> None:
    """The towns and villages that the strategies draw from; those that exist stay."""
    areas = [Area(code=COUNTY, name="乳山市", level=Area.Level.COUNTY)]
    areas += [Area(code=code, name=code, level=Area.Level.TOWN, parent_id=COUNTY) for code in TOWNS]
    areas += [Area(code=code, name=code, level=Area.Level.VILLAGE, parent_id=code[:9]) for code in VILLAGES]
    Area.objects.bulk_create(areas, ignore_conflicts=True)
    Village.objects.bulk_create((Village(area_id=code, name=code) for code in VILLAGES), ignore_conflicts=True)


def write_world(world: World, user) -> None:
    """All rows of the world; entries keep their ids' order, which ties are decided by."""
    schemes = {(scheme.subject_kind, scheme.version): _write_scheme(scheme) for scheme in world.schemes}
    subjects = _write_subjects(world)
    for quarter in {entry.settle_quarter for entry in world.entries}:
        with connection.cursor() as cursor:
            cursor.execute("SELECT members_make_quarter(%s)", [quarter])
    some_scheme = next(iter(schemes.values()), None)
    _write_entries(world, subjects, some_scheme, user)


def _write_scheme(scheme: Scheme) -> PointScheme:
    row = PointScheme.objects.create(
        area_id=COUNTY,
        code=scheme.subject_kind,
        name=scheme.subject_kind,
        subject_kind=scheme.subject_kind,
        number=scheme.version,
        from_quarter=scheme.from_quarter,
        base=scheme.base,
        floor=scheme.floor,
        rank_by_class=scheme.rank_by_class,
        top_quota_percent=scheme.top_quota_percent,
    )
    ClassBase.objects.bulk_create(
        ClassBase(
            scheme=row,
            subject_class=name,
            base=scheme.base_by_class.get(name),
            exempt_reason="按类别免于积分" if name in scheme.exempt_classes else "",
        )
        for name in {*scheme.base_by_class, *scheme.exempt_classes}
    )
    categories = {
        category.code: PointCategory.objects.create(
            scheme=row, code=category.code, name=category.code, cap=category.cap
        )
        for category in scheme.categories
    }
    PointItem.objects.bulk_create(
        PointItem(
            scheme=row,
            category=categories[item.category],
            code=item.code,
            name=item.code,
            points=item.points,
            quarter_cap=item.quarter_cap,
            group=item.group,
            town_id=item.town or None,
        )
        for item in scheme.items
    )
    PointGrade.objects.bulk_create(PointGrade(scheme=row, name=step.name, minimum=step.min) for step in scheme.grades)
    row.state = PointScheme.State.IN_FORCE
    row.save()
    return row


def _write_subjects(world: World) -> dict[str, Subject]:
    rows = {}
    day = last_day(world.quarter)
    for subject in world.subjects:
        person = Person.objects.create(name=subject.number, area_id=VILLAGES[0]) if subject.kind == "member" else None
        rows[subject.number] = Subject.objects.create(
            number=subject.number,
            kind=subject.kind,
            name=f"“{subject.number}”\\",
            person=person,
            subject_class=subject.subject_class,
            exempt_reason="因病" if subject.exempt else "",
            is_active=subject.active,
            village_id=VILLAGES[0],
        )
    active = {subject.number: subject.active for subject in world.subjects}
    for row in world.placements:
        # Here leaving ends a stay: whoever is not active, though his stay lasts, has been struck off by hand.
        stays = row.start <= day and (row.end is None or day < row.end)
        if not active[row.subject] and row.start > day:
            continue
        Placement.objects.create(
            subject=rows[row.subject],
            village_id=row.village_code,
            valid_from=row.start,
            valid_to=None if stays and not active[row.subject] else row.end,
        )
    return rows


def _write_entries(world: World, subjects: dict[str, Subject], scheme: PointScheme | None, user) -> None:
    reversed_ids: dict[int, int] = {}
    for entry in sorted(world.entries, key=lambda entry: entry.id):
        claim = None
        if entry.reverses is None:
            claim = PointClaim.objects.create(
                subject=subjects[entry.subject],
                village_id=VILLAGES[0],
                item_code=entry.item_code,
                quantity=entry.quantity,
                occurred_on=entry.occurred_on,
                source_ref=str(entry.id),
                state=PointClaim.State.APPROVED,
                settle_quarter=entry.settle_quarter,
                declared_by=user,
            )
        row = _entry(entry, subjects, claim, reversed_ids, scheme, user)
        row.save(force_insert=True)
        reversed_ids[entry.id] = row.pk


def _entry(entry: Entry, subjects, claim, ids, scheme, user) -> PointEntry:
    return PointEntry(
        county_code=COUNTY,
        settle_quarter=entry.settle_quarter,
        subject=subjects[entry.subject],
        village_id=VILLAGES[0],
        claim=claim,
        scheme=scheme,
        item_code=entry.item_code,
        quantity=entry.quantity,
        points=entry.points,
        occurred_on=entry.occurred_on,
        source_ref=str(entry.id),
        reverses=ids[entry.reverses] if entry.reverses else None,
        created_by=user,
    )


@contextlib.contextmanager
def federations_of(world: World) -> Iterator[None]:
    """Plug the world's running primary federations into the socket that closes ask."""
    keys = sorted({row.federation_key for row in world.memberships})

    def provider(county_code, on):
        return [
            sockets.VillagePlacement(
                row.village_code, keys.index(row.federation_key) + 1, row.federation_key, row.federation_name
            )
            for row in world.memberships
            if row.primary and row.running and row.start <= on and (row.end is None or on < row.end)
        ]

    before = sockets._provider
    sockets.register_placement_provider(provider)
    try:
        yield
    finally:
        sockets.register_placement_provider(before)
