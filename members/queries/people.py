"""Questions about people, their numbers and where they were."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Subquery

from lianjian import areacodes, periods
from members.models import PartyOrganization, Person, Placement, PointQuarter, Post, Subject
from registers.errors import NotFound
from registers.models.row import effective_on


def subject_by_number(user: Any, number: str) -> Subject:
    """The subject with that number whom the user may see. Raises NotFound."""
    found = Subject.objects.visible_to(user).select_related("person", "village", "organization")
    subject = found.filter(number=number).first()
    if subject is None:
        raise NotFound
    return subject


def placements_of(subject: Subject, user: Any) -> list[Placement]:
    """Where a subject was, newest first, as far as the user may see the places."""
    rows = Placement.objects.visible_to(user).filter(subject=subject)
    return list(rows.select_related("village", "organization").order_by("-valid_from"))


def village_on(day: dt.date) -> Subquery:
    """For annotating subjects: the village code of the placement that held the day, or null."""
    held = Placement.objects.unscoped("the subject around it is guarded").filter(
        effective_on(day), subject=OuterRef("pk")
    )
    return Subquery(held.values("village_id")[:1])


def branch_of_village(code: str) -> PartyOrganization | None:
    """The village's own branch where it has exactly one (党支部 or 党总支), so that nobody has to choose it."""
    kinds = PartyOrganization.Kind
    branches = PartyOrganization.objects.unscoped("the village was checked by the caller").filter(
        area_id=code, kind__in=[kinds.BRANCH, kinds.GENERAL_BRANCH], ended_on__isnull=True
    )
    found = list(branches.order_by("pk")[:2])
    return found[0] if len(found) == 1 else None


def branches_of_villages(codes: set[str]) -> dict[str, PartyOrganization]:
    """The same for many villages at once; villages with none or several are left out."""
    kinds = PartyOrganization.Kind
    branches = PartyOrganization.objects.unscoped("the villages were checked by the caller").filter(
        area_id__in=codes, kind__in=[kinds.BRANCH, kinds.GENERAL_BRANCH], ended_on__isnull=True
    )
    by_village: dict[str, list[PartyOrganization]] = {}
    for branch in branches.order_by("pk"):
        by_village.setdefault(branch.area_id, []).append(branch)
    return {code: found[0] for code, found in by_village.items() if len(found) == 1}


def binding_quarters_since(code: str, day: dt.date) -> list[periods.Period]:
    """Published and locked quarters of the county whose last day lies on or after `day`: their closes keep the
    placement that they were computed with.
    """
    rows = PointQuarter.objects.filter(county_code=areacodes.county_of(code)).exclude(state=PointQuarter.State.OPEN)
    quarters = [periods.parse_quarter(text) for text in rows.values_list("quarter", flat=True)]
    return sorted(quarter for quarter in quarters if quarter.last_day >= day)


def persons_named(user: Any, names: set[str]) -> dict[str, list[Person]]:
    """People the user may see, by name and by member number, at most a few each (enough to tell that there are)."""
    found: dict[str, list[Person]] = {}
    people = Person.objects.visible_to(user).select_related("area")
    for person in people.filter(name__in=names).order_by("area_id", "pk"):
        found.setdefault(person.name, []).append(person)
    numbers = {name for name in names if name.isdigit()}
    if numbers:
        subjects = Subject.objects.visible_to(user).filter(number__in=numbers, person__isnull=False)
        for subject in subjects.select_related("person"):
            if subject.person is not None:
                found.setdefault(subject.number, []).append(subject.person)
    return found


def organizations_with_posts(user: Any, day: dt.date) -> list[PartyOrganization]:
    """Organisations that the user may change and that have somebody in a post on the day."""
    posts = Post.objects.unscoped("the organisations around them are guarded").filter(
        effective_on(day), organization=OuterRef("pk")
    )
    rows = PartyOrganization.objects.changeable_by(user).filter(Exists(posts))
    return list(rows.order_by("area_id", "name", "pk"))
