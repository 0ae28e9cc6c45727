"""Who is assessed: the county's villages that stand on the year's last day, and who holds a post in them that day."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lianjian import areacodes, clock
from members.models import Person, Post
from registers.models.row import effective_on
from reports.assessing.grades import plain
from reports.models import AssessmentItem, AssessmentList, AssessmentMark
from villages.models import Area, Village

# Town officials and people sent from above are assessed where they come from.
FROM_ELSEWHERE = (Post.Source.TOWN, Post.Source.SENT)


@dataclass
class Assessed:
    """A village, or a cadre of it with the titles he holds."""

    village: Village
    who: str
    person: Person | None = None
    titles: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, Any]:
        """As marks and results name him."""
        return self.village.pk, self.person.pk if self.person else None

    @property
    def planning_class(self) -> str:
        return self.village.planning_class


def last_day(assessment: AssessmentList) -> dt.date:
    """The list's last day; today while its year is running."""
    return min(dt.date(assessment.year, 12, 31), clock.today())


def items_of(assessment: AssessmentList) -> list[AssessmentItem]:
    """In order. The caller has found the list in somebody's scope."""
    rows = AssessmentItem.objects.unscoped("of a list that was found in the user's scope")
    return list(rows.filter(assessment=assessment).order_by("number"))


def assessed_by(assessment: AssessmentList, items: Sequence[AssessmentItem]) -> list[Assessed]:
    """All whom the list measures, by village code; villages of a class without marks are left out. Two queries."""
    low, high = areacodes.subtree(assessment.area_id)
    day = last_day(assessment)
    villages = Village.objects.unscoped("a county's list measures all its villages").filter(
        effective_on(day, "area__"), area_id__gte=low, area_id__lt=high
    )
    measured = {
        village.pk: village
        for village in villages.order_by("pk")
        if any(item.full_for(village.planning_class) for item in items)
    }
    if not assessment.is_of_cadres:
        return [Assessed(village, village.name) for village in measured.values()]
    posts = Post.objects.unscoped("a county's list measures all its cadres").filter(
        effective_on(day), organization__area__level=Area.Level.VILLAGE, organization__area_id__in=measured
    )
    found: dict[tuple[str, Any], Assessed] = {}
    for post in posts.exclude(source__in=FROM_ELSEWHERE).select_related("person", "organization").order_by("pk"):
        village = measured[post.organization.area_id]
        one = Assessed(village, post.person.name, post.person)
        found.setdefault(one.key, one).titles.append(post.get_title_display())
    return _told_apart(list(found.values()))


def _told_apart(cadres: list[Assessed]) -> list[Assessed]:
    """In the order of villages and offices; namesakes of one village bear their office behind the name."""
    offices = [str(label) for label in Post.Title.labels]
    same = Counter((one.village.pk, one.who) for one in cadres)
    for one in cadres:
        one.titles = sorted(set(one.titles), key=offices.index)
        if same[one.village.pk, one.who] > 1:
            one.who = f"{one.who}（{'、'.join(one.titles)}）"[:60]
    return sorted(cadres, key=lambda one: (one.village.pk, offices.index(one.titles[0]), one.who, str(one.key[1])))


def prepare_marks(assessment: AssessmentList) -> None:
    """Let there be one row to type into for each item and each whom it measures, whatever changed since.

    Rows of those who are no longer assessed go unless something was typed; marks above full ones that have shrunk are
    taken out and told in the note. The caller holds the list's lock.
    """
    items = items_of(assessment)
    wanted: dict[str, tuple[AssessmentItem, Assessed]] = {}
    for one in assessed_by(assessment, items):
        for item in items:
            if item.source != AssessmentItem.Source.INDICATOR and item.full_for(one.planning_class):
                wanted[_code(item, one)] = (item, one)
    rows = AssessmentMark.objects.unscoped("of a list that was found in the user's scope")
    there = {row.code: row for row in rows.filter(assessment=assessment)}
    rows.filter(pk__in=[row.pk for code, row in there.items() if code not in wanted and row.marks is None]).delete()
    changed, new = [], []
    for code, (item, one) in wanted.items():
        full = item.full_for(one.planning_class)
        row = there.get(code)
        if row is None:
            row = AssessmentMark(code=code, assessment=assessment, item=item, village=one.village, person=one.person)
            new.append(row)
        elif (row.who, row.full) == (one.who, full):
            continue
        else:
            changed.append(row)
        row.who, row.full = one.who, full
        if row.marks is not None and row.marks > row.full:
            row.note = f"满分改为 {plain(row.full)} 分，原评 {plain(row.marks)} 分，请重评"
            row.marks = row.typed_by = row.typed_at = None
    AssessmentMark.objects.bulk_create(new, batch_size=1000)
    rows.bulk_update(changed, ["who", "full", "marks", "note", "typed_by", "typed_at"], batch_size=1000)


def _code(item: AssessmentItem, one: Assessed) -> str:
    person = f"-{one.person.pk.hex[:8]}" if one.person else ""
    return f"{item.pk}-{one.village.pk}{person}"


def by_class(assessed: Sequence[Assessed]) -> dict[str, int]:
    """How many of each class."""
    counts: dict[str, int] = defaultdict(int)
    for one in assessed:
        counts[one.planning_class] += 1
    return counts
